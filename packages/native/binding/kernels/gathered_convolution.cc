#include "gathered_convolution.h"

#include <algorithm>
#include <vector>

#include "buffer.h"
#include "padded.h"
#include "parallel.h"
#include "product.h"
#include "transpose.h"
#include "vector.h"

namespace resnet {
namespace {

// Pixels and channels of a task: what it reads again and again stays in a processor's second cache,
// and so much of a panel's depth in the first.
constexpr int64_t block_pixels = 96;
constexpr int64_t block_channels = 8 * wide;
constexpr int64_t block_depth = 256;
// So many tasks keep processors busy to the end.
constexpr int64_t enough_tasks = 16;

struct Image {
  int64_t height, width, channels;
};

// Where a tap finds its pixel, from the first that the filter's corner would meet; and the filter's part.
struct Tap {
  int64_t row, column, index;
};

// A set of outputs, in rows and columns, whose sums use the same taps. Output (i, j) of the set lies at
// (row + i pitch, column + j pitch), and its pixels at (i step + tap.row, j step + tap.column).
struct Grid {
  int64_t images, rows, columns;
  int64_t row, column, pitch;
  int64_t step;
  std::vector<Tap> taps;
  int64_t count() const { return images * rows * columns; }
};

// Everything that a task needs to know.
struct Job {
  const float* from;
  Image source;
  // Channels of a tap, and taps of the whole filter.
  int64_t depth, taps;
  const float* filter;
  float* to;
  Image target;
  Epilogue epilogue;
};

RESNET_CLONES void panel_of(const Filter& filter, int64_t first, float* to) {
  const int64_t taps = filter.height * filter.width;
  for (int64_t tap = 0; tap < taps; ++tap, to += filter.from() * wide) {
    if (filter.mirrored) {
      const float* from = filter.values + ((taps - 1 - tap) * filter.in + first) * filter.out;
      for (int64_t c = 0; c < filter.out; c += wide) {
        transpose(from + c, filter.out, to + c * wide);
      }
    } else {
      const float* from = filter.values + tap * filter.in * filter.out + first;
      for (int64_t c = 0; c < filter.in; ++c) {
        store(to + c * wide, load(from + c * filter.out));
        store(to + c * wide + lanes, load(from + c * filter.out + lanes));
      }
    }
  }
}

// A part of the depth: some taps, some channels of each.
struct Part {
  const float* const* pixels;
  const Tap* taps;
  int64_t tap_count;
  int64_t channel, channels;
  bool is_first, is_last;
};

// The sums of `rows` outputs and a panel of channels, from `channel` on.
template <int64_t rows>
RESNET_INLINE void gather(const Job& job, const Part& part, int64_t row, const float* filter,
                          int64_t channel, float* const* to) {
  Vector sums[rows][2] = {};
  for (int64_t tap = 0; tap < part.tap_count; ++tap) {
    const float* from[rows];
#pragma GCC unroll 6
    for (int64_t i = 0; i < rows; ++i) {
      from[i] = part.pixels[tap * block_pixels + row + i] + part.channel;
    }
    const float* b = filter + (part.taps[tap].index * job.depth + part.channel) * wide;
    for (int64_t k = 0; k < part.channels; ++k, b += wide) {
      const Vector left = load(b), right = load(b + lanes);
#pragma GCC unroll 6
      for (int64_t i = 0; i < rows; ++i) {
        sums[i][0] += from[i][k] * left;
        sums[i][1] += from[i][k] * right;
      }
    }
  }
  const Epilogue& epilogue = job.epilogue;
#pragma GCC unroll 6
  for (int64_t i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int64_t half = 0; half < 2; ++half) {
      float* const at = to[row + i] + channel + half * lanes;
      Vector value = sums[i][half];
      if (!part.is_first) value += load(at);
      if (part.is_last) {
        if (epilogue.bias != nullptr) value += load(epilogue.bias + channel + half * lanes);
        if (epilogue.addend != nullptr) value += load(epilogue.addend + (at - job.to));
        if (epilogue.relu) value = rectified(value);
      }
      store(at, value);
    }
  }
}

RESNET_CLONES void run_part(const Job& job, const Part& part, int64_t pixels, int64_t first,
                            int64_t channels, float* const* to) {
  for (int64_t c = first; c < first + channels; c += wide) {
    const float* filter = job.filter + c * job.taps * job.depth;
    for_rows(pixels, [&](auto rows, int64_t row)
                         RESNET_INLINED { gather<rows>(job, part, row, filter, c, to); });
  }
}

// A task: outputs `begin` to `end` of a grid, some of their channels.
void run_task(const Job& job, const Grid& grid, const float* zeros, int64_t begin, int64_t end,
              int64_t first, int64_t channels) {
  const int64_t pixels = end - begin, taps = static_cast<int64_t>(grid.taps.size());
  std::vector<const float*> from(taps * block_pixels);
  float* to[block_pixels];
  for (int64_t i = 0; i < pixels; ++i) {
    const int64_t pixel = begin + i;
    const int64_t column = pixel % grid.columns, row = pixel / grid.columns % grid.rows;
    const int64_t image = pixel / grid.columns / grid.rows;
    to[i] = job.to + ((image * job.target.height + grid.row + row * grid.pitch) * job.target.width +
                      grid.column + column * grid.pitch) *
                         job.target.channels;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t y = row * grid.step + grid.taps[tap].row;
      const int64_t x = column * grid.step + grid.taps[tap].column;
      const bool inside = y >= 0 && y < job.source.height && x >= 0 && x < job.source.width;
      from[tap * block_pixels + i] =
          inside ? job.from + ((image * job.source.height + y) * job.source.width + x) *
                                  job.source.channels
                 : zeros;
    }
  }
  if (taps == 0) {
    for (int64_t i = 0; i < pixels; ++i) std::fill(to[i] + first, to[i] + first + channels, 0.0f);
    return;
  }
  const int64_t some_taps = std::max<int64_t>(block_depth / job.depth, 1);
  for (int64_t tap = 0; tap < taps; tap += some_taps) {
    const int64_t tap_count = std::min(some_taps, taps - tap);
    for (int64_t channel = 0; channel < job.depth; channel += block_depth) {
      const int64_t some = std::min(block_depth, job.depth - channel);
      const Part part{from.data() + tap * block_pixels,
                      grid.taps.data() + tap,
                      tap_count,
                      channel,
                      some,
                      tap == 0 && channel == 0,
                      tap + tap_count == taps && channel + some == job.depth};
      run_part(job, part, pixels, first, channels, to);
    }
  }
}

void run_grid(const Job& job, const Grid& grid) {
  const std::vector<float> zeros(job.depth);
  const int64_t block = even_block(grid.count(), block_pixels);
  const int64_t blocks = divide(grid.count(), block);
  int64_t channels = block_channels;
  while (channels > wide && blocks * divide(job.target.channels, channels) < enough_tasks) {
    channels /= 2;
  }
  parallel(blocks * divide(job.target.channels, channels), [&](int64_t i) {
    const int64_t begin = i % blocks * block, first = i / blocks * channels;
    run_task(job, grid, zeros.data(), begin, std::min(grid.count(), begin + block), first,
             std::min(channels, job.target.channels - first));
  });
}

}  // namespace

int64_t panel_filter_size(const Filter& filter) {
  return filter.height * filter.width * filter.in * filter.out;
}

void panel_filter(const Filter& filter, float* to) {
  const int64_t size = filter.height * filter.width * filter.from() * wide;
  parallel(filter.to() / wide, [&](int64_t i) { panel_of(filter, i * wide, to + i * size); });
}

void gathered_convolution(const float* x, const float* filter, const Shape& shape,
                          const Window& window, const Epilogue& epilogue, float* y) {
  Grid grid{shape.batch, shape.out_height, shape.out_width, 0, 0, 1, window.stride, {}};
  const Image target{shape.out_height, shape.out_width, shape.out};
  if (has_rows_of_taps(shape, window)) {
    const Image source{shape.height + 2 * window.padding, shape.width + 2 * window.padding,
                       shape.in};
    const Buffer padded = padded_copy(x, shape, window.padding);
    for (int64_t row = 0; row < window.height; ++row) grid.taps.push_back({row, 0, row});
    return run_grid({padded.data(), source, window.width * shape.in, window.height, filter, y,
                     target, epilogue},
                    grid);
  }
  for (int64_t tap = 0; tap < window.height * window.width; ++tap) {
    grid.taps.push_back({tap / window.width * window.dilation - window.padding,
                         tap % window.width * window.dilation - window.padding, tap});
  }
  run_grid({x, {shape.height, shape.width, shape.in}, shape.in, window.height * window.width,
            filter, y, target, epilogue},
           grid);
}

void gathered_input_gradient(const float* dy, const float* filter, const Shape& shape,
                             const Window& window, float* dx) {
  const int64_t taps = window.height * window.width;
  const Job job{dy,     {shape.out_height, shape.out_width, shape.out}, shape.out, taps, filter, dx,
                {shape.height, shape.width, shape.in}, {}};
  // Inputs that lie a stride apart meet the same taps; those between meet others.
  for (int64_t row = 0; row < std::min(window.stride, shape.height); ++row) {
    for (int64_t column = 0; column < std::min(window.stride, shape.width); ++column) {
      Grid grid{shape.batch,
                divide(shape.height - row, window.stride),
                divide(shape.width - column, window.stride),
                row,
                column,
                window.stride,
                1,
                {}};
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t y = row + window.padding - tap / window.width * window.dilation;
        const int64_t x = column + window.padding - tap % window.width * window.dilation;
        if (y % window.stride != 0 || x % window.stride != 0) continue;
        grid.taps.push_back({y / window.stride, x / window.stride, taps - 1 - tap});
      }
      run_grid(job, grid);
    }
  }
}

}  // namespace resnet
