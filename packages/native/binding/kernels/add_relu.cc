// max(a + b, 0): the end of a residual block in one pass.
#include <algorithm>

#include "op_kernel.h"
#include "parallel.h"
#include "simd.h"

namespace resnet {
namespace {

template <typename T>
RESNET_INLINE void add_relu(const T* __restrict a, const T* __restrict b, T* __restrict y,
                            int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    y[i] = from_float<T>(rectified(to_float(a[i]) + to_float(b[i])));
}

#define RESNET_ADD_RELU_FOR(T)                                                                \
  RESNET_CLONES void run_add_relu(const T* a, const T* b, T* y, int64_t begin, int64_t end) { \
    add_relu(a, b, y, begin, end);                                                            \
  }
RESNET_ADD_RELU_FOR(float)
RESNET_ADD_RELU_FOR(bfloat16)

template <typename T>
void forward(Run& run) {
  const Tensor a(run.input(0)), b(run.input(1));
  if (!run.ok() || !run.check(a.size() == b.size(), "ResnetAddRelu: a and b of one shape")) return;
  const Tensor y(run.output(0, run.type(0), a.shape()));
  if (!run.ok()) return;
  constexpr int64_t part = 1 << 14;
  parallel((a.size() + part - 1) / part, [&](int64_t i) {
    run_add_relu(a.data<T>(), b.data<T>(), y.data<T>(), i * part,
                 std::min(a.size(), (i + 1) * part));
  });
}

void compute(void*, TF_OpKernelContext* context) {
  Run run(context);
  run.type(0) == TF_FLOAT ? forward<float>(run) : forward<bfloat16>(run);
}

}  // namespace

bool define_add_relu() {
  const auto create = [](TF_OpKernelConstruction*) -> void* { return nullptr; };
  const auto destroy = [](void*) {};
  return define({"ResnetAddRelu",
                 {"a: T", "b: T"},
                 {"y: T"},
                 {"T: {float, bfloat16}"},
                 create,
                 guarded_compute<compute>,
                 destroy});
}

}  // namespace resnet
