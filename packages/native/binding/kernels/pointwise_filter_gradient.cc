#include "pointwise_filter_gradient.h"

#include <algorithm>
#include <vector>

#include "scratch_buffer.h"
#include "pack_pixels.h"
#include "parallel.h"
#include "tile_product.h"
#include "simd.h"

namespace resnet {
namespace {

// Values of both images that are copied to panels before they are used: sized for the L3 cache.
constexpr int64_t max_values = 1 << 20;
// Steps of a panel that stay in the first cache, and steps that one task copies.
constexpr int64_t block_steps = 256;
constexpr int64_t steps_per_task = 64;
// Panels of a task.
constexpr int64_t block_in = 2, block_out = 16;

#define RESNET_COPY_STEP_FOR(T)                                                                \
  RESNET_CLONES void copy_step(const T* const* from, int64_t channels, int64_t pitch, T* to) { \
    pack_pixels(from, channels, pitch, to);                                                    \
  }
RESNET_COPY_STEP_FOR(float)
RESNET_COPY_STEP_FOR(bfloat16)

// The products of some panels of x, each `pitch` from the last, and some of dy.
template <typename Isa>
RESNET_INLINE void block_gradient_kernel(const typename Isa::Value* x, int64_t in,
                                         const typename Isa::Value* dy, int64_t out, int64_t pitch,
                                         int64_t steps, bool add, float* to, int64_t to_pitch) {
  constexpr int64_t step = NR * Isa::depth;
  for (int64_t begin = 0; begin < steps; begin += block_steps) {
    const int64_t count = std::min(block_steps, steps - begin);
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < in; ++i) {
        outer_panels<Isa>(x + i * pitch + begin * step, dy + o * pitch + begin * step, count,
                          add || begin > 0, to + i * NR * to_pitch + o * NR, to_pitch);
      }
    }
  }
}
#define RESNET_BLOCK_GRADIENT(T)                                                             \
  (const T* x, int64_t in, const T* dy, int64_t out, int64_t pitch, int64_t steps, bool add, \
   float* to, int64_t to_pitch)
RESNET_DISPATCH_FLOAT32(block_gradient, RESNET_BLOCK_GRADIENT(float),
                        (x, in, dy, out, pitch, steps, add, to, to_pitch))
RESNET_DISPATCH_BF16(block_gradient, RESNET_BLOCK_GRADIENT(bfloat16),
                     (x, in, dy, out, pitch, steps, add, to, to_pitch))

}  // namespace

bool suits_pointwise_gradient(const Shape& shape, const Window& window) {
  return window.height == 1 && window.width == 1 && window.padding == 0 && shape.in % NR == 0 &&
         shape.out % NR == 0;
}

template <typename T>
void pointwise_filter_gradient(const T* x, const T* dy, const Shape& shape, int64_t stride,
                               float* filter) {
  // Pixels are taken a step's at a time; what is missing of the last is zeros.
  constexpr int64_t depth = depth_of_step<T>, step = NR * depth;
  const int64_t pixels = shape.batch * shape.out_height * shape.out_width;
  const int64_t steps = ceil_div(pixels, depth);
  const int64_t most = std::min(
      steps, std::max<int64_t>(max_values / (shape.in + shape.out) / block_steps, 1) * block_steps);
  // Panels begin at other places than multiples of 4096 bytes, which share places in caches.
  const int64_t pitch = (most + 1) * step;
  const Buffer x_panels = Buffer::of<T>(shape.in / NR * pitch);
  const Buffer dy_panels = Buffer::of<T>(shape.out / NR * pitch);
  const std::vector<T> zeros(std::max(shape.in, shape.out));
  const int64_t in_blocks = ceil_div(shape.in, block_in * NR);
  const int64_t out_blocks = ceil_div(shape.out, block_out * NR);
  for (int64_t begin = 0; begin < steps; begin += most) {
    const int64_t count = std::min(most, steps - begin);
    parallel(ceil_div(count, steps_per_task), [&](int64_t task) {
      const int64_t end = std::min(count, (task + 1) * steps_per_task);
      for (int64_t i = task * steps_per_task; i < end; ++i) {
        const T *x_pixels[depth], *dy_pixels[depth];
        for (int64_t j = 0; j < depth; ++j) {
          const int64_t pixel = (begin + i) * depth + j, column = pixel % shape.out_width;
          const int64_t row = pixel / shape.out_width % shape.out_height;
          const int64_t image = pixel / shape.out_width / shape.out_height;
          const int64_t at = (image * shape.height + row * stride) * shape.width + column * stride;
          const bool is_there = pixel < pixels;
          x_pixels[j] = is_there ? x + at * shape.in : zeros.data();
          dy_pixels[j] = is_there ? dy + pixel * shape.out : zeros.data();
        }
        copy_step(x_pixels, shape.in, pitch, x_panels.as<T>() + i * step);
        copy_step(dy_pixels, shape.out, pitch, dy_panels.as<T>() + i * step);
      }
    });
    parallel(in_blocks * out_blocks, [&](int64_t task) {
      const int64_t in = task % in_blocks * block_in, out = task / in_blocks * block_out;
      block_gradient(x_panels.as<T>() + in * pitch, std::min(block_in, shape.in / NR - in),
                     dy_panels.as<T>() + out * pitch, std::min(block_out, shape.out / NR - out),
                     pitch, count, begin > 0, filter + in * NR * shape.out + out * NR, shape.out);
    });
  }
}

template void pointwise_filter_gradient(const float*, const float*, const Shape&, int64_t, float*);
template void pointwise_filter_gradient(const bfloat16*, const bfloat16*, const Shape&, int64_t,
                                        float*);

}  // namespace resnet
