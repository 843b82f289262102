// Part of a convolution's filter gradient, on one thread. The work is done as in Goto and van de
// Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): panels of 16 channels each,
// copied so that the innermost loop reads memory in order and keeps its sums in registers. The
// copies of the image are one for each column of the filter, which its rows share: pixel by pixel
// what the output's meet.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "micro_kernel.h"
#include "scratch_buffer.h"
#include "convolution.h"
#include "pack_pixels.h"
#include "tile_product.h"
#include "simd.h"

namespace resnet {

// An image whose pixels are `pixel` values apart, of `channels` each: where pixels are taps of a
// row, they overlap.
template <typename T>
struct Pixels {
  const T* x;
  int64_t height, width, channels;
  int64_t pixel, row, image;
  // The channels from `first` on of a pixel, or of none.
  const T* at(int64_t n, int64_t y, int64_t column, int64_t first, const T* zeros) const {
    if (y < 0 || y >= height || column < 0 || column >= width) return zeros;
    return x + n * image + y * row + column * pixel + first;
  }
};

// Part of the output's pixels: some rows of an image, or several whole images.
struct Chunk {
  int64_t image, images, row, rows;
};

// A fixed partition of the output's pixels, of a size whose panels stay in the L1 cache.
class Chunks {
 public:
  Chunks(const Shape& shape, int64_t pixels) : shape_(shape) {
    const int64_t of_image = shape.out_height * shape.out_width;
    images_ = std::min(shape.batch, std::max<int64_t>(pixels / of_image, 1));
    images_ = ceil_div(shape.batch, ceil_div(shape.batch, images_));
    rows_ = std::min(shape.out_height, std::max<int64_t>(pixels / shape.out_width, 1));
    rows_ = ceil_div(shape.out_height, ceil_div(shape.out_height, rows_));
    an_image_ = ceil_div(shape.out_height, rows_);
  }
  int64_t count() const { return ceil_div(shape_.batch, images_) * an_image_; }
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

// What every task needs to know.
template <typename T>
struct FilterJob {
  Pixels<T> image;
  const T* dy;
  Shape shape;
  Window window;
  Chunks chunks;

  // Steps of a row of the output, and rows of the image that so many of the output's meet.
  int64_t steps() const { return ceil_div(shape.out_width, depth_of_step<T>); }
  int64_t image_rows(int64_t rows) const { return (rows - 1) * window.stride + window.height; }
};

// The panels of one task: a tile of the filter's channels.
struct Tile {
  int64_t in, in_panels, out, out_panels;
};

// How the copies of a chunk lie in memory: rows of steps, panels `pitch` apart, copies of the image
// for the filter's columns `columns` apart.
template <typename T>
struct Copies {
  static constexpr int64_t step = NR * depth_of_step<T>;
  int64_t row, a_pitch, b_pitch, columns;

  Copies(const FilterJob<T>& job, const Tile& tile)
      : row(job.steps() * step),
        a_pitch(job.chunks.images() * job.image_rows(job.chunks.rows()) * row),
        b_pitch(job.chunks.images() * job.chunks.rows() * row),
        columns(tile.in_panels * a_pitch) {}
};

template <typename T>
RESNET_INLINE void copy_image(const FilterJob<T>& job, const Chunk& chunk, const Tile& tile,
                              const Copies<T>& copies, const T* zeros, T* to) {
  constexpr int64_t depth = depth_of_step<T>;
  const int64_t channels = std::min(tile.in_panels * NR, job.shape.in - tile.in);
  const int64_t rows = job.image_rows(chunk.rows), stride = job.window.stride;
  for (int64_t column = 0; column < job.window.width; ++column, to += copies.columns) {
    T* at = to;
    for (int64_t n = 0; n < chunk.images; ++n) {
      for (int64_t row = 0; row < rows; ++row) {
        const int64_t y = chunk.row * stride - job.window.padding + row;
        for (int64_t i = 0; i < job.steps() * depth; i += depth, at += Copies<T>::step) {
          const T* from[depth];
          for (int64_t j = 0; j < depth; ++j) {
            const int64_t x = (i + j) * stride + column - job.window.padding;
            from[j] = i + j < job.shape.out_width
                          ? job.image.at(chunk.image + n, y, x, tile.in, zeros)
                          : zeros;
          }
          pack_pixels(from, channels, copies.a_pitch, at);
        }
      }
    }
  }
}

template <typename T>
RESNET_INLINE void copy_gradient(const FilterJob<T>& job, const Chunk& chunk, const Tile& tile,
                                 const Copies<T>& copies, const T* zeros, T* to) {
  constexpr int64_t depth = depth_of_step<T>;
  const Shape& shape = job.shape;
  for (int64_t n = 0; n < chunk.images; ++n) {
    for (int64_t row = 0; row < chunk.rows; ++row) {
      const T* const first = job.dy + ((chunk.image + n) * shape.out_height + chunk.row + row) *
                                          shape.out_width * shape.out;
      for (int64_t i = 0; i < shape.out_width; i += depth, to += Copies<T>::step) {
        const T* from[depth];
        for (int64_t j = 0; j < depth; ++j) {
          from[j] = i + j < shape.out_width ? first + (i + j) * shape.out + tile.out : zeros;
        }
        pack_pixels(from, tile.out_panels * NR, copies.b_pitch, to);
      }
    }
  }
}

// The pixels of the image that meet those of the output, as the copies lie in memory.
struct Walk {
  int64_t images, rows, steps;
  int64_t image, row;
};

// totals[rows][16] += the sum over all pixels of a[rows] b[16].
template <typename Isa, int64_t rows>
RESNET_INLINE void walk(const typename Isa::Value* a, const typename Isa::Value* b, const Walk& by,
                        float* totals) {
  constexpr int64_t step = NR * Isa::depth;
  typename Isa::Sums sums[rows];
  for (int64_t n = 0; n < by.images; ++n) {
    for (int64_t row = 0; row < by.rows; ++row) {
      const auto* at = a + n * by.image + row * by.row;
      for (int64_t i = 0; i < by.steps; ++i, at += step, b += step) {
        const auto panel = Isa::panel(b);
#pragma GCC unroll 8
        for (int64_t j = 0; j < rows; ++j) Isa::add(sums[j], at + j * Isa::depth, panel);
      }
    }
  }
#pragma GCC unroll 8
  for (int64_t j = 0; j < rows; ++j) {
#pragma GCC unroll 2
    for (int64_t half = 0; half < 2; ++half) {
      float* const to = totals + j * NR + half * lanes;
      store(to, load(to) + Isa::half(sums[j], half));
    }
  }
}

// A tile of the filter's gradient from the chunks `begin` to `end`, to `result` [kh, kw, in, out].
template <typename Isa>
RESNET_INLINE void tile_gradient_kernel(const FilterJob<typename Isa::Value>& job, const Tile& tile,
                                        int64_t begin, int64_t end, float* result) {
  using T = typename Isa::Value;
  constexpr int64_t square = NR * NR;
  const Shape& shape = job.shape;
  const Window& window = job.window;
  const int64_t taps = window.height * window.width;
  const Copies<T> copies(job, tile);
  const Buffer memory_a = Buffer::of<T>(window.width * copies.columns);
  const Buffer memory_b = Buffer::of<T>(tile.out_panels * copies.b_pitch);
  const int64_t total_size = tile.in_panels * tile.out_panels * taps * square;
  const Buffer memory_totals(total_size);
  T* const a = memory_a.as<T>();
  T* const b = memory_b.as<T>();
  float* const totals = memory_totals.data();
  std::fill(totals, totals + total_size, 0.0f);
  const std::vector<T> zeros(std::max(tile.in_panels, tile.out_panels) * NR);
  const auto rows_of = [&](int64_t in) { return std::min(NR, shape.in - tile.in - in * NR); };
  for (int64_t i = begin; i < end; ++i) {
    const Chunk chunk = job.chunks[i];
    copy_image(job, chunk, tile, copies, zeros.data(), a);
    copy_gradient(job, chunk, tile, copies, zeros.data(), b);
    const Walk by{chunk.images, chunk.rows, job.steps(), job.image_rows(chunk.rows) * copies.row,
                  window.stride * copies.row};
    float* to = totals;
    for (int64_t out = 0; out < tile.out_panels; ++out) {
      for (int64_t in = 0; in < tile.in_panels; ++in) {
        for (int64_t tap = 0; tap < taps; ++tap, to += square) {
          const T* const from = a + tap % window.width * copies.columns + in * copies.a_pitch +
                                tap / window.width * copies.row;
          for_rows<Isa::MR>(rows_of(in), [&](auto rows, int64_t row) RESNET_INLINED {
            walk<Isa, rows>(from + row * Isa::depth, b + out * copies.b_pitch, by, to + row * NR);
          });
        }
      }
    }
  }
  const float* from = totals;
  for (int64_t out = 0; out < tile.out_panels; ++out) {
    for (int64_t in = 0; in < tile.in_panels; ++in) {
      for (int64_t tap = 0; tap < taps; ++tap, from += square) {
        for (int64_t row = 0; row < rows_of(in); ++row) {
          std::copy(from + row * NR, from + (row + 1) * NR,
                    result + (tap * shape.in + tile.in + in * NR + row) * shape.out + tile.out +
                        out * NR);
        }
      }
    }
  }
}

}  // namespace resnet
