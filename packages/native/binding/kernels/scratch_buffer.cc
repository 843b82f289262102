#include "scratch_buffer.h"

#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

namespace resnet {
namespace {

// Values that are kept, in all.
constexpr int64_t max_cached = (16 << 20) / sizeof(float);

class BufferCache {
 public:
  // One of at least `size`, which becomes its own, and not of far more.
  float* take(int64_t& size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto best = blocks_.end();
    for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
      if (block->size < size || block->size > 2 * size) continue;
      if (best == blocks_.end() || block->size < best->size) best = block;
    }
    if (best == blocks_.end()) return nullptr;
    float* const data = best->data;
    size = best->size;
    total_ -= size;
    blocks_.erase(best);
    return data;
  }

  // Called by destructors: where there is no memory to keep a block, it is freed.
  void give(float* data, int64_t size) noexcept {
    try {
      const std::lock_guard<std::mutex> lock(mutex_);
      blocks_.push_back({data, size});
      total_ += size;
    } catch (...) {
      std::free(data);
      return;
    }
    while (float* const oldest = take_past_limit()) std::free(oldest);
  }

 private:
  struct Block {
    float* data;
    int64_t size;
  };

  // The block that has waited longest, while there is more than is to be kept.
  float* take_past_limit() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (total_ <= max_cached) return nullptr;
    float* const data = blocks_.front().data;
    total_ -= blocks_.front().size;
    blocks_.erase(blocks_.begin());
    return data;
  }

  std::mutex mutex_;
  std::vector<Block> blocks_;
  int64_t total_ = 0;
};

// Never destroyed: kernels may run until the process ends.
BufferCache& kept() {
  static BufferCache* instance = new BufferCache();
  return *instance;
}

}  // namespace

Buffer::Buffer(int64_t size) : size_((size + 15) / 16 * 16) {
  data_ = kept().take(size_);
  if (data_ == nullptr) {
    data_ = static_cast<float*>(std::aligned_alloc(64, size_ * sizeof(float)));
  }
  if (data_ == nullptr) throw std::bad_alloc();
}

Buffer::~Buffer() {
  if (data_ != nullptr) kept().give(data_, size_);
}

}  // namespace resnet
