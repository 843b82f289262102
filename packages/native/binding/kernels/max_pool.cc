// Max pooling of [N, H, W, C] and its gradient, which goes to the first maximum of each window.
// Padding is left out of the windows, so that it never wins. TensorFlow's own gradient took 4 % of
// a ResNet-18 step: it looks at one channel after the other.
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "op_kernel.h"
#include "parallel.h"
#include "simd.h"

namespace resnet {
namespace {

struct Pool {
  int64_t size;
  int64_t stride;
  int64_t padding;
};

struct Shape {
  int64_t batch, height, width, channels, out_height, out_width;
};

void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  auto pool = std::make_unique<Pool>(Pool{attributes.integer_from("size", 1),
                                          attributes.integer_from("stride", 1),
                                          attributes.integer_from("padding", 0)});
  attributes.check(pool->padding < pool->size, "expected padding < size");
  return pool.release();
}

void destroy(void* pool) { delete static_cast<Pool*>(pool); }

Shape shape_of(const Pool& pool, const Tensor& x) {
  const auto outputs = [&](int64_t input) {
    return (input + 2 * pool.padding - pool.size) / pool.stride + 1;
  };
  return {x.dim(0), x.dim(1), x.dim(2), x.dim(3), outputs(x.dim(1)), outputs(x.dim(2))};
}

// The part of a window that lies in the image.
struct Span {
  Span(const Pool& pool, int64_t output, int64_t limit)
      : begin(std::max<int64_t>(output * pool.stride - pool.padding, 0)),
        end(std::min(output * pool.stride - pool.padding + pool.size, limit)) {}
  const int64_t begin;
  const int64_t end;
};

// Channels are looked at so many at a time.
constexpr int64_t width = 64;

// One row of outputs.
template <typename T>
RESNET_INLINE void pool_row(const Pool& pool, const Shape& shape, const T* image, T* out,
                            int64_t row) {
  const Span ys(pool, row, shape.height);
  for (int64_t column = 0; column < shape.out_width; ++column) {
    const Span xs(pool, column, shape.width);
    T* pixel = out + (row * shape.out_width + column) * shape.channels;
    for (int64_t from = 0; from < shape.channels; from += width) {
      const int64_t count = std::min(width, shape.channels - from);
      float best[width];
      std::fill(best, best + width, -std::numeric_limits<float>::infinity());
      for (int64_t y = ys.begin; y < ys.end; ++y) {
        for (int64_t x = xs.begin; x < xs.end; ++x) {
          const T* __restrict at = image + (y * shape.width + x) * shape.channels + from;
          for (int64_t c = 0; c < count; ++c) {
            const float value = to_float(at[c]);
            // A NaN wins, as in torch.
            best[c] = value <= best[c] ? best[c] : value;
          }
        }
      }
      T* __restrict to = pixel + from;
      for (int64_t c = 0; c < count; ++c) to[c] = from_float<T>(best[c]);
    }
  }
}

// The gradient of one image, of the channels from `from` on, `width` at most.
template <typename T>
RESNET_INLINE void spread(const Pool& pool, const Shape& shape, const T* dy, const T* image,
                          const T* out, T* dx, int64_t from) {
  const int64_t count = std::min(width, shape.channels - from);
  for (int64_t pixel = 0; pixel < shape.height * shape.width; ++pixel) {
    std::memset(dx + pixel * shape.channels + from, 0, count * sizeof(T));
  }
  for (int64_t row = 0; row < shape.out_height; ++row) {
    const Span ys(pool, row, shape.height);
    for (int64_t column = 0; column < shape.out_width; ++column) {
      const Span xs(pool, column, shape.width);
      const int64_t output = (row * shape.out_width + column) * shape.channels + from;
      float largest[width];
      float upstream[width];
      for (int64_t c = 0; c < count; ++c) {
        largest[c] = to_float(out[output + c]);
        upstream[c] = to_float(dy[output + c]);
      }
      for (int64_t y = ys.begin; y < ys.end; ++y) {
        for (int64_t x = xs.begin; x < xs.end; ++x) {
          const int64_t input = (y * shape.width + x) * shape.channels + from;
          const T* __restrict at = image + input;
          T* __restrict to = dx + input;
          for (int64_t c = 0; c < count; ++c) {
            const bool found = to_float(at[c]) == largest[c];
            to[c] = from_float<T>(to_float(to[c]) + (found ? upstream[c] : 0.0f));
            // Given away: what comes later in the window gets nothing.
            upstream[c] = found ? 0.0f : upstream[c];
          }
        }
      }
    }
  }
}

#define RESNET_MAX_POOL_FOR(T)                                                                     \
  RESNET_CLONES void run_pool_row(const Pool& pool, const Shape& shape, const T* image, T* out,    \
                                  int64_t row) {                                                   \
    pool_row(pool, shape, image, out, row);                                                        \
  }                                                                                                \
  RESNET_CLONES void run_spread(const Pool& pool, const Shape& shape, const T* dy, const T* image, \
                                const T* out, T* dx, int64_t from) {                               \
    spread(pool, shape, dy, image, out, dx, from);                                                 \
  }
RESNET_MAX_POOL_FOR(float)
RESNET_MAX_POOL_FOR(bfloat16)

template <typename T>
void forward(const Pool& pool, Run& run) {
  const Tensor x(run.input(0));
  if (!run.ok() || !run.check(x.rank() == 4, "ResnetMaxPool: x [N, H, W, C]")) return;
  const Shape shape = shape_of(pool, x);
  if (!run.check(shape.out_height > 0 && shape.out_width > 0,
                 "ResnetMaxPool: a window within the padded image")) {
    return;
  }
  const Tensor y(
      run.output(0, run.type(0), {shape.batch, shape.out_height, shape.out_width, shape.channels}));
  if (!run.ok()) return;
  const int64_t image = shape.height * shape.width * shape.channels;
  const int64_t out = shape.out_height * shape.out_width * shape.channels;
  parallel(shape.batch * shape.out_height, [&](int64_t i) {
    const int64_t n = i / shape.out_height;
    run_pool_row(pool, shape, x.data<T>() + n * image, y.data<T>() + n * out, i % shape.out_height);
  });
}

template <typename T>
void backward(const Pool& pool, Run& run) {
  const Tensor dy(run.input(0)), x(run.input(1)), y(run.input(2));
  if (!run.ok() || !run.check(x.rank() == 4, "ResnetMaxPoolGrad: x [N, H, W, C]")) return;
  const Shape shape = shape_of(pool, x);
  const int64_t image = shape.height * shape.width * shape.channels;
  const int64_t out = shape.out_height * shape.out_width * shape.channels;
  if (!run.check(y.size() == shape.batch * out && dy.size() == y.size(),
                 "ResnetMaxPoolGrad: dy and y of the pooled shape")) {
    return;
  }
  const Tensor dx(run.output(0, run.type(1), x.shape()));
  if (!run.ok()) return;
  const int64_t parts = (shape.channels + width - 1) / width;
  parallel(shape.batch * parts, [&](int64_t i) {
    const int64_t n = i / parts;
    run_spread(pool, shape, dy.data<T>() + n * out, x.data<T>() + n * image, y.data<T>() + n * out,
               dx.data<T>() + n * image, i % parts * width);
  });
}

void compute_forward(void* settings, TF_OpKernelContext* context) {
  Run run(context);
  const Pool& pool = *static_cast<Pool*>(settings);
  run.type(0) == TF_FLOAT ? forward<float>(pool, run) : forward<bfloat16>(pool, run);
}

void compute_backward(void* settings, TF_OpKernelContext* context) {
  Run run(context);
  const Pool& pool = *static_cast<Pool*>(settings);
  run.type(0) == TF_FLOAT ? backward<float>(pool, run) : backward<bfloat16>(pool, run);
}

}  // namespace

bool define_max_pool() {
  const std::vector<const char*> attributes = {"T: {float, bfloat16}", "size: int >= 1",
                                               "stride: int >= 1", "padding: int >= 0"};
  return define({"ResnetMaxPool",
                 {"x: T"},
                 {"y: T"},
                 attributes,
                 guarded_create<create>,
                 guarded_compute<compute_forward>,
                 destroy}) &&
         define({"ResnetMaxPoolGrad",
                 {"dy: T", "x: T", "y: T"},
                 {"dx: T"},
                 attributes,
                 guarded_create<create>,
                 guarded_compute<compute_backward>,
                 destroy});
}

}  // namespace resnet
