// Winograd's minimal filtering algorithm F(4x4, 3x3): 4 x 4 outputs of a 3 x 3 filter by 36
// products instead of 144 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
// 2015). Here are the transforms of one dimension. Their matrices are Toom and Cook's for the
// points 0, +-a, +-b and infinity; with 1 and 2, as is usual, they are plainer, and lose more than
// twice as much to rounding.
#pragma once

#include <cstdint>

#include "convolution.h"
#include "simd.h"

namespace resnet {
namespace winograd {

// Edges of a tile: of what a filter makes of it, and of what it is made from.
constexpr int64_t tile = 4;
constexpr int64_t taps = 3;
constexpr int64_t edge = tile + taps - 1;
constexpr int64_t tile_elements = edge * edge;

constexpr float a = 0.625f, b = 1.5f;
constexpr float a2 = a * a, b2 = b * b;
// What the filter's values at +-a and +-b are divided by.
constexpr float scale_0 = 1 / (a2 * b2), scale_a = 1 / (2 * a2 * (a2 - b2)),
                scale_b = 1 / (2 * b2 * (b2 - a2));

// An image's six values, `step` apart, to its values in the transform domain.
RESNET_INLINE void input_transform(const Vec8* d, int64_t step, Vec8* to, int64_t to_step) {
  const Vec8 d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step];
  const Vec8 even_a = d4 - b2 * d2, odd_a = a * (d3 - b2 * d1);
  const Vec8 even_b = d4 - a2 * d2, odd_b = b * (d3 - a2 * d1);
  to[0] = a2 * b2 * d[0] - (a2 + b2) * d2 + d4;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = a2 * b2 * d1 - (a2 + b2) * d3 + d[5 * step];
}

// A filter's three values to its values in the transform domain.
RESNET_INLINE void filter_transform(const Vec8* g, int64_t step, Vec8* to, int64_t to_step) {
  const Vec8 g0 = g[0], g1 = g[step], g2 = g[2 * step];
  const Vec8 even_a = scale_a * (g0 + a2 * g2), odd_a = scale_a * a * g1;
  const Vec8 even_b = scale_b * (g0 + b2 * g2), odd_b = scale_b * b * g1;
  to[0] = scale_0 * g0;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = g2;
}

// The products in the transform domain to four values of the output.
RESNET_INLINE void output_transform(const Vec8* m, int64_t step, Vec8* to, int64_t to_step) {
  const Vec8 sum_a = m[step] + m[2 * step], difference_a = m[step] - m[2 * step];
  const Vec8 sum_b = m[3 * step] + m[4 * step], difference_b = m[3 * step] - m[4 * step];
  to[0] = m[0] + sum_a + sum_b;
  to[to_step] = a * difference_a + b * difference_b;
  to[2 * to_step] = a2 * sum_a + b2 * sum_b;
  to[3 * to_step] = a2 * a * difference_a + b2 * b * difference_b + m[5 * step];
}

// The gradient with respect to the output to that by the products: `output_transform` transposed.
RESNET_INLINE void output_gradient_transform(const Vec8* dy, int64_t step, Vec8* to,
                                             int64_t to_step) {
  const Vec8 d0 = dy[0], d1 = dy[step], d2 = dy[2 * step], d3 = dy[3 * step];
  const Vec8 even_a = d0 + a2 * d2, odd_a = a * (d1 + a2 * d3);
  const Vec8 even_b = d0 + b2 * d2, odd_b = b * (d1 + b2 * d3);
  to[0] = d0;
  to[to_step] = even_a + odd_a;
  to[2 * to_step] = even_a - odd_a;
  to[3 * to_step] = even_b + odd_b;
  to[4 * to_step] = even_b - odd_b;
  to[5 * to_step] = d3;
}

// The gradient with respect to the filter's values in the transform domain to that by the filter:
// `filter_transform` transposed.
RESNET_INLINE void filter_gradient_transform(const Vec8* m, int64_t step, Vec8* to,
                                             int64_t to_step) {
  const Vec8 sum_a = scale_a * (m[step] + m[2 * step]);
  const Vec8 difference_a = scale_a * (m[step] - m[2 * step]);
  const Vec8 sum_b = scale_b * (m[3 * step] + m[4 * step]);
  const Vec8 difference_b = scale_b * (m[3 * step] - m[4 * step]);
  to[0] = scale_0 * m[0] + sum_a + sum_b;
  to[to_step] = a * difference_a + b * difference_b;
  to[2 * to_step] = a2 * sum_a + b2 * sum_b + m[5 * step];
}

// Both dimensions of a square, row by row: `rows` x `rows` to `columns` x `columns` values.
template <int64_t rows, int64_t columns, typename Transform>
RESNET_INLINE void both_ways(const Transform& transform, const Vec8* from, Vec8* to) {
  Vec8 half[columns * rows];
#pragma GCC unroll 6
  for (int64_t i = 0; i < rows; ++i) transform(from + i, rows, half + i, rows);
#pragma GCC unroll 6
  for (int64_t i = 0; i < columns; ++i) transform(half + i * rows, 1, to + i * columns, 1);
}

// A tile of images: where its outputs begin, and how many of them are the image's.
struct Place {
  int64_t image, row, column, rows, columns;
};

// All tiles of a batch of images of which `height` x `width` outputs are made.
struct Tiles {
  Tiles(int64_t images, int64_t height_, int64_t width_)
      : height(height_),
        width(width_),
        rows((height_ + tile - 1) / tile),
        columns((width_ + tile - 1) / tile),
        count(images * rows * columns) {}
  Place operator[](int64_t i) const {
    const int64_t row = i / columns % rows * tile, column = i % columns * tile;
    return {i / columns / rows, row, column, height - row < tile ? height - row : tile,
            width - column < tile ? width - column : tile};
  }
  int64_t height, width, rows, columns, count;
};

// Whether a convolution, or a gradient of one, takes less time so than by the direct sums.
// Counted in multiply-adds of a pair of channels, as they were measured: products in the transform
// domain run at three quarters of the rate, and what is done once for the filter takes as long as
// `once` of them. `rate` is how much faster the sums are than in float32, in which products in the
// transform domain always are.
inline bool pays(const Shape& shape, const Window& window, int64_t once, int64_t rate) {
  if (window.height != taps || window.width != taps || window.stride != 1 || window.dilation != 1 ||
      window.padding >= taps || shape.in % NR != 0 || shape.out % NR != 0) {
    return false;
  }
  const int64_t outputs = shape.batch * shape.out_height * shape.out_width;
  const int64_t tiles = Tiles(shape.batch, shape.out_height, shape.out_width).count;
  return (tile_elements * tiles * 4 / 3 + once) * rate < taps * taps * outputs;
}

}  // namespace winograd
}  // namespace resnet
