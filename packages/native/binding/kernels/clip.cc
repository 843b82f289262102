// Gradients clipped by their norm, taken over all of them together: one pass over memory for the
// norm, and one that scales, where it is too large. Eager operations take three for each gradient.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "op_kernel.h"
#include "parallel.h"
#include "simd.h"

namespace resnet {
namespace {

// A stretch of a gradient. What they are depends on the shapes alone, and so does the order of
// sums.
struct Stretch {
  size_t tensor;
  int64_t at, size;
};

std::vector<Stretch> stretches_of(const std::vector<std::unique_ptr<Tensor>>& tensors) {
  constexpr int64_t part = 1 << 14;
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const int64_t size = tensors[i]->size();
    for (int64_t at = 0; at < size; at += part)
      stretches.push_back({i, at, std::min(part, size - at)});
  }
  return stretches;
}

RESNET_CLONES double sum_of_squares(const float* x, int64_t size) {
  constexpr int64_t width = 16;
  double sums[width] = {};
  const int64_t whole = size / width * width;
  for (int64_t i = 0; i < whole; i += width) {
    for (int64_t j = 0; j < width; ++j) sums[j] += static_cast<double>(x[i + j]) * x[i + j];
  }
  double sum = 0;
  for (int64_t i = whole; i < size; ++i) sum += static_cast<double>(x[i]) * x[i];
  for (const double part : sums) sum += part;
  return sum;
}

RESNET_CLONES void scale(const float* x, float factor, float* y, int64_t size) {
  for (int64_t i = 0; i < size; ++i) y[i] = x[i] * factor;
}

void compute(void* count, TF_OpKernelContext* context) {
  const auto n = static_cast<size_t>(*static_cast<int64_t*>(count));
  Run run(context);
  const Tensor max_norm(run.input(0));
  if (!run.ok() || !run.check(max_norm.size() == 1, "ResnetClip: max_norm is a number")) return;
  std::vector<std::unique_ptr<Tensor>> in, out;
  for (size_t i = 0; i < n && run.ok(); ++i) {
    in.push_back(std::make_unique<Tensor>(run.input(static_cast<int>(i) + 1)));
  }
  if (!run.ok()) return;

  const std::vector<Stretch> stretches = stretches_of(in);
  std::vector<double> sums(stretches.size());
  parallel(static_cast<int64_t>(stretches.size()), [&](int64_t i) {
    const Stretch& stretch = stretches[i];
    sums[i] = sum_of_squares(in[stretch.tensor]->data<float>() + stretch.at, stretch.size);
  });
  double squares = 0;
  for (const double sum : sums) squares += sum;
  const auto factor = static_cast<float>(*max_norm.data<float>() / (std::sqrt(squares) + 1e-6));
  if (factor >= 1) {
    for (size_t i = 0; i < n && run.ok(); ++i) run.pass(static_cast<int>(i), *in[i]);
    return;
  }

  // Not a number scales too: what is wrong with the gradients is not to be hidden.
  for (size_t i = 0; i < n && run.ok(); ++i) {
    const std::vector<int64_t> shape = in[i]->shape();
    out.push_back(std::make_unique<Tensor>(run.output(static_cast<int>(i), TF_FLOAT, shape)));
  }
  if (!run.ok()) return;
  parallel(static_cast<int64_t>(stretches.size()), [&](int64_t i) {
    const auto& [tensor, at, size] = stretches[i];
    scale(in[tensor]->data<float>() + at, factor, out[tensor]->data<float>() + at, size);
  });
}

void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  return new int64_t(attributes.integer_from("N", 1));
}
void destroy(void* count) { delete static_cast<int64_t*>(count); }

}  // namespace

bool define_clip() {
  return define({"ResnetClip",
                 {"max_norm: float", "gradients: N * float"},
                 {"clipped: N * float"},
                 {"N: int >= 1"},
                 guarded_create<create>,
                 guarded_compute<compute>,
                 destroy});
}

}  // namespace resnet
