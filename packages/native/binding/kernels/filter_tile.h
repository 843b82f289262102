// Part of a convolution's filter gradient, on one thread. The work is done as in Goto and van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication" (2008): panels of a few channels each, copied so
// that the innermost loop reads memory in order and keeps its sums in registers. All taps of the
// filter use the same copy of the image, each from another pixel on.
#pragma once

#include <algorithm>
#include <cstdint>

#include "buffer.h"
#include "convolution.h"
#include "product.h"
#include "vector.h"

namespace resnet {

// The pixels of the image that meet those of the output, as the copies lie in memory.
struct Walk {
  int64_t images, rows, columns;
  int64_t image_pitch, row_pitch, step;
};

// totals[tall][wide] += the sum over all pixels of a[tall] b[wide].
RESNET_INLINE void multiply(const float* a, const float* b, const Walk& walk, float* totals) {
  Vector sums[tall][2] = {};
  for (int64_t n = 0; n < walk.images; ++n) {
    for (int64_t row = 0; row < walk.rows; ++row) {
      const float* at = a + n * walk.image_pitch + row * walk.row_pitch;
      for (int64_t column = 0; column < walk.columns; ++column) {
        const Vector left = *reinterpret_cast<const Vector*>(b);
        const Vector right = *reinterpret_cast<const Vector*>(b + 8);
#pragma GCC unroll 6
        for (int64_t i = 0; i < tall; ++i) {
          sums[i][0] += at[i] * left;
          sums[i][1] += at[i] * right;
        }
        at += walk.step;
        b += wide;
      }
    }
  }
#pragma GCC unroll 6
  for (int64_t i = 0; i < tall; ++i) {
    *reinterpret_cast<Vector*>(totals + i * wide) += sums[i][0];
    *reinterpret_cast<Vector*>(totals + i * wide + 8) += sums[i][1];
  }
}

// Part of the output's pixels: some rows of an image, or several whole images.
struct Chunk {
  int64_t image, images, row, rows;
};

// A fixed partition of the output's pixels, of a size whose panels stay in the nearest cache.
class Chunks {
 public:
  Chunks(const Shape& shape, const Window& window) : shape_(shape) {
    const int64_t step = window.height * window.width > 1 ? window.stride : 1;
    const int64_t pixels = std::max<int64_t>(256 / step, 1);
    const int64_t of_image = shape.out_height * shape.out_width;
    images_ = std::min(shape.batch, std::max<int64_t>(pixels / of_image, 1));
    images_ = divide(shape.batch, divide(shape.batch, images_));
    rows_ = std::min(shape.out_height, std::max<int64_t>(pixels / shape.out_width, 1));
    rows_ = divide(shape.out_height, divide(shape.out_height, rows_));
    an_image_ = divide(shape.out_height, rows_);
  }
  int64_t count() const { return divide(shape_.batch, images_) * an_image_; }
  int64_t pixels() const { return images_ * rows_ * shape_.out_width; }
  int64_t images() const { return images_; }
  int64_t rows() const { return rows_; }
  Chunk operator[](int64_t i) const {
    const int64_t image = i / an_image_ * images_, row = i % an_image_ * rows_;
    return {image, std::min(images_, shape_.batch - image), row,
            std::min(rows_, shape_.out_height - row)};
  }

 private:
  const Shape& shape_;
  int64_t images_, rows_, an_image_;
};

// The panels of one task: a tile of the filter's channels.
struct Tile {
  int64_t in, in_panels, out, out_panels;
};

// How an image is copied: every pixel of the rows and columns that the chunk's windows touch, or
// with a filter of one pixel only those that it meets.
struct Patch {
  Patch(const Shape& shape, const Window& window, int64_t chunk_rows)
      : pick(window.height * window.width > 1 ? 1 : window.stride),
        step(window.height * window.width > 1 ? window.stride : 1),
        rows((chunk_rows - 1) * step + window.height),
        columns((shape.out_width - 1) * step + window.width) {}
  int64_t pick, step, rows, columns;
};

// One pixel's channels to its place in each panel; the last panel is filled up with zeros. Vectors are
// longer than a panel is wide: what is too much is overwritten by the next pixel.
template <typename T>
RESNET_INLINE void copy_pixel(const T* pixel, int64_t channels, int64_t readable,
                              int64_t panel_size, float* __restrict to) {
  int64_t from = 0;
  for (; from + 8 <= readable && from + tall <= channels; from += tall, to += panel_size) {
    for (int64_t i = 0; i < 8; ++i) to[i] = widen(pixel[from + i]);
  }
  for (; from < channels; from += tall, to += panel_size) {
    for (int64_t i = 0; i < tall; ++i) to[i] = from + i < channels ? widen(pixel[from + i]) : 0.0f;
  }
}

template <typename T>
RESNET_INLINE void copy_image(const T* x, const Shape& shape, const Window& window,
                              const Chunk& chunk, const Patch& patch, const Tile& tile,
                              int64_t panel_size, float* to) {
  const int64_t readable = shape.in - tile.in;
  const int64_t channels = std::min(tile.in_panels * tall, readable);
  for (int64_t n = 0; n < chunk.images; ++n) {
    for (int64_t row = 0; row < patch.rows; ++row) {
      const int64_t y = chunk.row * window.stride - window.padding + row * patch.pick;
      for (int64_t column = 0; column < patch.columns; ++column, to += tall) {
        const int64_t at = column * patch.pick - window.padding;
        if (y < 0 || y >= shape.height || at < 0 || at >= shape.width) {
          for (int64_t panel = 0; panel < tile.in_panels; ++panel) {
            std::fill(to + panel * panel_size, to + panel * panel_size + tall, 0.0f);
          }
          continue;
        }
        const int64_t pixel = ((chunk.image + n) * shape.height + y) * shape.width + at;
        copy_pixel(x + pixel * shape.in + tile.in, channels, readable, panel_size, to);
      }
    }
  }
}

template <typename T>
RESNET_INLINE void copy_gradient(const T* dy, const Shape& shape, const Chunk& chunk,
                                 const Tile& tile, int64_t panel_size, float* to) {
  // Rows of an image follow each other, and so do images where they are whole.
  const int64_t first = (chunk.image * shape.out_height + chunk.row) * shape.out_width;
  const int64_t pixels = chunk.images * chunk.rows * shape.out_width;
  for (int64_t pixel = 0; pixel < pixels; ++pixel, to += wide) {
    const T* from = dy + (first + pixel) * shape.out + tile.out;
    for (int64_t panel = 0; panel < tile.out_panels; ++panel, from += wide) {
      float* __restrict copy = to + panel * panel_size;
      for (int64_t i = 0; i < wide; ++i) copy[i] = widen(from[i]);
    }
  }
}

// A tile of the filter's gradient from the chunks `begin` to `end`, to `result` [kh, kw, in, out].
template <typename T>
RESNET_INLINE void tile_gradient(const T* x, const T* dy, const Shape& shape,
                                 const Window& window, const Chunks& chunks, const Tile& tile,
                                 int64_t begin, int64_t end, float* result) {
  const Patch largest(shape, window, chunks.rows());
  const int64_t a_size = chunks.images() * largest.rows * largest.columns * tall + 8;
  const int64_t b_size = chunks.pixels() * wide;
  const int64_t taps = window.height * window.width;
  const int64_t total_size = tile.in_panels * tile.out_panels * taps * tall * wide;
  const Buffer memory_a(tile.in_panels * a_size), memory_b(tile.out_panels * b_size);
  const Buffer memory_totals(total_size);
  float* const a = memory_a.data();
  float* const b = memory_b.data();
  float* const totals = memory_totals.data();
  std::fill(totals, totals + total_size, 0.0f);
  for (int64_t i = begin; i < end; ++i) {
    const Chunk chunk = chunks[i];
    const Patch patch(shape, window, chunk.rows);
    copy_image(x, shape, window, chunk, patch, tile, a_size, a);
    copy_gradient(dy, shape, chunk, tile, b_size, b);
    const int64_t pitch = patch.columns * tall;
    Walk walk{chunk.images, chunk.rows, shape.out_width, patch.rows * pitch, patch.step * pitch,
              patch.step * tall};
    if (taps == 1) walk = {1, 1, chunk.images * chunk.rows * shape.out_width, 0, 0, tall};
    float* to = totals;
    for (int64_t out = 0; out < tile.out_panels; ++out) {
      for (int64_t in = 0; in < tile.in_panels; ++in) {
        for (int64_t tap = 0; tap < taps; ++tap, to += tall * wide) {
          const int64_t offset = tap / window.width * pitch + tap % window.width * tall;
          multiply(a + in * a_size + offset, b + out * b_size, walk, to);
        }
      }
    }
  }
  const float* from = totals;
  for (int64_t out = 0; out < tile.out_panels; ++out) {
    for (int64_t in = 0; in < tile.in_panels; ++in) {
      const int64_t rows = std::min(tall, shape.in - tile.in - in * tall);
      for (int64_t tap = 0; tap < taps; ++tap, from += tall * wide) {
        for (int64_t row = 0; row < rows; ++row) {
          std::copy(from + row * wide, from + (row + 1) * wide,
                    result + (tap * shape.in + tile.in + in * tall + row) * shape.out + tile.out +
                        out * wide);
        }
      }
    }
  }
}

}  // namespace resnet
