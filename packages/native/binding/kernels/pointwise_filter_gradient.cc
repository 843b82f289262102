#include "pointwise_filter_gradient.h"

#include <algorithm>

#include "buffer.h"
#include "parallel.h"
#include "product.h"
#include "vector.h"

namespace resnet {
namespace {

// Values of both images that are copied to panels before they are used: of the third cache.
constexpr int64_t most_values = 1 << 20;
// Pixels of a panel that stay in the first cache, and pixels that one task copies.
constexpr int64_t block_pixels = 256;
constexpr int64_t some_pixels = 64;
// Panels of a task.
constexpr int64_t block_in = 2, block_out = 16;

// A pixel's channels to panels, `pitch` apart.
RESNET_CLONES void copy_pixel(const float* from, int64_t channels, int64_t pitch, float* to) {
  for (int64_t c = 0; c < channels; c += wide, to += pitch) {
    store(to, load(from + c));
    store(to + lanes, load(from + c + lanes));
  }
}

// The products of some panels of x, each `pitch` from the last, and some of dy.
RESNET_CLONES void block_gradient(const float* x, int64_t in, const float* dy, int64_t out,
                                  int64_t pitch, int64_t pixels, bool add, float* to,
                                  int64_t to_pitch) {
  for (int64_t begin = 0; begin < pixels; begin += block_pixels) {
    const int64_t count = std::min(block_pixels, pixels - begin);
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < in; ++i) {
        outer_panels(x + i * pitch + begin * wide, dy + o * pitch + begin * wide, count,
                       add || begin > 0, to + i * wide * to_pitch + o * wide, to_pitch);
      }
    }
  }
}

}  // namespace

bool suits_pointwise_gradient(const Shape& shape, const Window& window) {
  return window.height == 1 && window.width == 1 && window.padding == 0 && shape.in % wide == 0 &&
         shape.out % wide == 0;
}

void pointwise_filter_gradient(const float* x, const float* dy, const Shape& shape, int64_t stride,
                               float* filter) {
  const int64_t pixels = shape.batch * shape.out_height * shape.out_width;
  const int64_t most = std::min(
      pixels, std::max<int64_t>(most_values / (shape.in + shape.out) / block_pixels, 1) * block_pixels);
  // Panels begin at other places than multiples of 4096 bytes, which share places in caches.
  const int64_t pitch = (most + 1) * wide;
  const Buffer x_panels(shape.in / wide * pitch), dy_panels(shape.out / wide * pitch);
  const int64_t in_blocks = divide(shape.in, block_in * wide);
  const int64_t out_blocks = divide(shape.out, block_out * wide);
  for (int64_t begin = 0; begin < pixels; begin += most) {
    const int64_t count = std::min(most, pixels - begin);
    parallel(divide(count, some_pixels), [&](int64_t task) {
      const int64_t end = std::min(count, (task + 1) * some_pixels);
      for (int64_t i = task * some_pixels; i < end; ++i) {
        const int64_t pixel = begin + i, column = pixel % shape.out_width;
        const int64_t row = pixel / shape.out_width % shape.out_height;
        const int64_t image = pixel / shape.out_width / shape.out_height;
        const int64_t at = (image * shape.height + row * stride) * shape.width + column * stride;
        copy_pixel(x + at * shape.in, shape.in, pitch, x_panels.data() + i * wide);
        copy_pixel(dy + pixel * shape.out, shape.out, pitch, dy_panels.data() + i * wide);
      }
    });
    parallel(in_blocks * out_blocks, [&](int64_t task) {
      const int64_t in = task % in_blocks * block_in, out = task / in_blocks * block_out;
      block_gradient(x_panels.data() + in * pitch, std::min(block_in, shape.in / wide - in),
                     dy_panels.data() + out * pitch, std::min(block_out, shape.out / wide - out),
                     pitch, count, begin > 0, filter + in * wide * shape.out + out * wide, shape.out);
    });
  }
}

}  // namespace resnet
