// Memory for a kernel's intermediate values, not set to anything.
#pragma once

#include <cstdint>
#include <utility>

namespace resnet {

// What is given back is kept for the next, up to 16 MB in all: memory that is new to the process
// costs as much as some of the arithmetic that is done in it.
class Buffer {
 public:
  // For so many float32.
  explicit Buffer(int64_t size);
  template <typename T>
  static Buffer of(int64_t size) {
    return Buffer((size * sizeof(T) + sizeof(float) - 1) / sizeof(float));
  }
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  ~Buffer();
  float* data() const { return data_; }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }

 private:
  float* data_;
  int64_t size_;
};

}  // namespace resnet
