#include "indirect_convolution.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "scratch_buffer.h"
#include "im2row.h"
#include "parallel.h"
#include "tile_product.h"
#include "transpose.h"
#include "simd.h"

namespace resnet {
namespace {

// Pixels and channels of a task: what it reads again and again stays in a CPU's L2 cache,
// and so many steps of a panel's depth in L1.
constexpr int64_t block_pixels = 96;
constexpr int64_t block_channels = 8 * NR;
constexpr int64_t block_steps = 256;
// So many tasks keep CPUs busy to the end.
constexpr int64_t min_tasks = 16;

struct Image {
  int64_t height, width, channels;
};

// Where a tap finds its pixel, from the first that the filter's corner would meet; and the filter's
// part.
struct Tap {
  int64_t row, column, index;
};

// A set of outputs, in rows and columns, whose sums use the same taps. Output (i, j) of the set
// lies at (row + i pitch, column + j pitch), and its pixels at (i step + tap.row, j step +
// tap.column).
struct Grid {
  int64_t images, rows, columns;
  int64_t row, column, pitch;
  int64_t step;
  std::vector<Tap> taps;
  int64_t count() const { return images * rows * columns; }
};

// Everything that a task needs to know.
template <typename T>
struct Job {
  const T* from;
  Image source;
  // Channels of a tap, and taps of the whole filter.
  int64_t depth, taps;
  const T* filter;
  T* to;
  Image target;
  Epilogue<T> epilogue;

  // Values of a panel from one tap to the next: depth is filled up to whole steps with zeros.
  int64_t tap_size() const { return ceil_div(depth, depth_of_step<T>) * depth_of_step<T> * NR; }
};

// A step of a panel: one channel of 16 outputs, or two side by side.
RESNET_INLINE void store_step(const float* first, const float*, float* to) {
  store(to, load(first));
  store(to + lanes, load(first + lanes));
}
RESNET_INLINE void store_step(const float* first, const float* second, bfloat16* to) {
  for (int64_t i = 0; i < NR; i += lanes) {
    interleave(rounded(load(first + i)) >> 16, rounded(load(second + i)) >> 16, to + 2 * i);
  }
}

// Some panels of a filter, `size` apart, from the channel `first` of the output on.
template <typename T>
RESNET_INLINE void pack_panels(const Filter& filter, int64_t first, int64_t panels, int64_t size,
                               T* to) {
  constexpr int64_t depth = depth_of_step<T>, step = depth * NR;
  constexpr float zeros[NR] = {};
  // Rows of a filter that are long are too far apart for CPUs to foresee the next.
  constexpr int64_t ahead = 16;
  const int64_t taps = filter.height * filter.width;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const float* from = filter.values + tap * filter.in * filter.out + first;
    for (int64_t c = 0; c < filter.in; c += depth, to += step) {
      const float* at = from + c * filter.out;
      for (int64_t p = 0; p < panels; ++p, at += NR) {
        for (int64_t i = 0; i < depth; ++i) __builtin_prefetch(at + (ahead + i) * filter.out);
        store_step(at, c + 1 < filter.in ? at + filter.out : zeros, to + p * size);
      }
    }
  }
}

// The same of a flipped one.
template <typename T>
RESNET_INLINE void pack_flipped_panels(const Filter& filter, int64_t first, int64_t panels,
                                       int64_t size, T* to) {
  constexpr int64_t depth = depth_of_step<T>, step = depth * NR;
  const int64_t taps = filter.height * filter.width;
  for (int64_t p = 0; p < panels; ++p) {
    T* at = to + p * size;
    for (int64_t tap = taps - 1; tap >= 0; --tap) {
      const float* from = filter.values + (tap * filter.in + first + p * NR) * filter.out;
      for (int64_t c = 0; c < filter.out; c += NR) {
        alignas(64) float square[NR * NR];
        transpose(from + c, filter.out, square);
        for (int64_t i = 0; i < NR; i += depth, at += step) {
          store_step(square + i * NR, square + (i + depth - 1) * NR, at);
        }
      }
    }
  }
}

#define RESNET_PACK_PANELS_FOR(T)                                                            \
  RESNET_CLONES void pack_filter_panels(const Filter& filter, int64_t first, int64_t panels, \
                                        int64_t size, T* to) {                               \
    filter.flipped ? pack_flipped_panels(filter, first, panels, size, to)                    \
                   : pack_panels(filter, first, panels, size, to);                           \
  }
RESNET_PACK_PANELS_FOR(float)
RESNET_PACK_PANELS_FOR(bfloat16)

// A part of the depth: some taps, some channels of each.
template <typename T>
struct Part {
  const T* const* pixels;
  const Tap* taps;
  int64_t tap_count;
  int64_t channel, channels;
  bool is_first, is_last;
};

// Where a task's sums lie between one part and the next, row by row, and where they end.
template <typename T>
struct Rows {
  float* const* sums;
  T* const* outputs;
};

// The sums of `rows` outputs and a panel of channels, from `channel` on.
template <typename Isa, int64_t rows, typename T>
RESNET_INLINE void micro_tile(const Job<T>& job, const Part<T>& part, int64_t row, const T* filter,
                              int64_t channel, const Rows<T>& to) {
  constexpr int64_t depth = Isa::depth;
  typename Isa::Sums sums[rows];
  const int64_t tap_size = job.tap_size();
  // Before they can be written, they have to be fetched: while the sums are made.
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) __builtin_prefetch(to.outputs[row + i] + channel, 1);
  for (int64_t tap = 0; tap < part.tap_count; ++tap) {
    const T* from[rows];
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) {
      from[i] = part.pixels[tap * block_pixels + row + i] + part.channel;
    }
    const T* b = filter + part.taps[tap].index * tap_size + part.channel * NR;
    for (int64_t k = 0; k < part.channels; k += depth, b += depth * NR) {
      const auto panel = Isa::panel(b);
#pragma GCC unroll 8
      for (int64_t i = 0; i < rows; ++i) Isa::add(sums[i], from[i] + k, panel);
    }
  }
  const Epilogue<T>& epilogue = job.epilogue;
  const bool is_whole = part.is_first && part.is_last;
  if (is_whole && epilogue.bias == nullptr && epilogue.addend == nullptr && !epilogue.relu) {
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) Isa::store(to.outputs[row + i] + channel, sums[i]);
    return;
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int64_t half = 0; half < 2; ++half) {
      const int64_t c = channel + half * lanes;
      Vec8 value = Isa::half(sums[i], half);
      if (!part.is_first) value += load(to.sums[row + i] + c);
      if (!part.is_last) {
        store(to.sums[row + i] + c, value);
        continue;
      }
      T* const at = to.outputs[row + i] + c;
      if (epilogue.bias != nullptr) value += load(epilogue.bias + c);
      if (epilogue.addend != nullptr) value += load(epilogue.addend + (at - job.to));
      if (epilogue.relu) value = rectified(value);
      store(at, value);
    }
  }
}

template <typename Isa, typename T>
RESNET_INLINE void run_part_kernel(const Job<T>& job, const Part<T>& part, int64_t pixels,
                                   int64_t first, int64_t channels, const Rows<T>& to) {
  for (int64_t c = first; c < first + channels; c += NR) {
    const T* filter = job.filter + c / NR * job.taps * job.tap_size();
    for_rows<Isa::MR>(pixels, [&](auto rows, int64_t row) RESNET_INLINED {
      micro_tile<Isa, rows>(job, part, row, filter, c, to);
    });
  }
}
#define RESNET_RUN_PART(T)                                                                  \
  (const Job<T>& job, const Part<T>& part, int64_t pixels, int64_t first, int64_t channels, \
   const Rows<T>& to)
RESNET_DISPATCH_FLOAT32(run_part, RESNET_RUN_PART(float), (job, part, pixels, first, channels, to))
RESNET_DISPATCH_BF16(run_part, RESNET_RUN_PART(bfloat16), (job, part, pixels, first, channels, to))

// Where sums wait for what is still to be added: of float32 where the outputs will be, if nothing
// else is there yet; others beside.
template <typename T>
void place_sums(T* const* outputs, int64_t pixels, int64_t first, bool is_free, float** sums) {
  if constexpr (std::is_same_v<T, float>) {
    if (is_free) {
      std::copy(outputs, outputs + pixels, sums);
      return;
    }
  }
  alignas(64) thread_local float memory[block_pixels * block_channels];
  for (int64_t i = 0; i < pixels; ++i) sums[i] = memory + i * block_channels - first;
}

// A task: outputs `begin` to `end` of a grid, some of their channels.
template <typename T>
void run_task(const Job<T>& job, const Grid& grid, const T* zeros, int64_t begin, int64_t end,
              int64_t first, int64_t channels) {
  const int64_t pixels = end - begin, taps = static_cast<int64_t>(grid.taps.size());
  std::vector<const T*> from(taps * block_pixels);
  T* to[block_pixels];
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
  const T* const addend = job.epilogue.addend;
  if (taps == 0) {
    for (int64_t i = 0; i < pixels && addend != job.to; ++i) {
      T* const at = to[i] + first;
      if (addend == nullptr) std::fill(at, at + channels, T{});
      else std::copy(addend + (at - job.to), addend + (at - job.to) + channels, at);
    }
    return;
  }
  float* sums[block_pixels];
  place_sums(to, pixels, first, addend != job.to, sums);
  constexpr int64_t most = block_steps * depth_of_step<T>;
  const int64_t some_taps = std::max<int64_t>(most / job.depth, 1);
  for (int64_t tap = 0; tap < taps; tap += some_taps) {
    const int64_t tap_count = std::min(some_taps, taps - tap);
    for (int64_t channel = 0; channel < job.depth; channel += most) {
      const int64_t some = std::min(most, job.depth - channel);
      const Part<T> part{from.data() + tap * block_pixels,
                         grid.taps.data() + tap,
                         tap_count,
                         channel,
                         some,
                         tap == 0 && channel == 0,
                         tap + tap_count == taps && channel + some == job.depth};
      run_part(job, part, pixels, first, channels, {sums, to});
    }
  }
}

template <typename T>
void run_grid(const Job<T>& job, const Grid& grid) {
  // And one more, of a step that ends with it.
  const std::vector<T> zeros(job.depth + 1);
  const int64_t block = even_block(grid.count(), block_pixels, rows_at_a_time<T>());
  const int64_t blocks = ceil_div(grid.count(), block);
  int64_t channels = block_channels;
  while (channels > NR && blocks * ceil_div(job.target.channels, channels) < min_tasks) {
    channels /= 2;
  }
  parallel(blocks * ceil_div(job.target.channels, channels), [&](int64_t i) {
    const int64_t begin = i % blocks * block, first = i / blocks * channels;
    run_task(job, grid, zeros.data(), begin, std::min(grid.count(), begin + block), first,
             std::min(channels, job.target.channels - first));
  });
}

}  // namespace

template <typename T>
Buffer pack_weights(const Filter& filter_, const Shape& shape, const Window& window) {
  const Filter filter = uses_im2row(shape, window) && !filter_.flipped
                            ? Filter{filter_.values, filter_.height, 1, filter_.width * filter_.in,
                                     filter_.out,    false}
                            : filter_;
  constexpr int64_t depth = depth_of_step<T>;
  const int64_t size = filter.height * filter.width * ceil_div(filter.from(), depth) * depth * NR;
  const int64_t panels = filter.to() / NR;
  Buffer made = Buffer::of<T>(panels * size);
  // Several at a time read longer parts of the filter's rows.
  const int64_t some = std::clamp<int64_t>(panels / min_tasks, 1, 4);
  parallel(ceil_div(panels, some), [&](int64_t i) {
    const int64_t first = i * some;
    pack_filter_panels(filter, first * NR, std::min(some, panels - first), size,
                       made.as<T>() + first * size);
  });
  return made;
}

template <typename T>
void indirect_convolution(const T* x, const T* filter, const Shape& shape, const Window& window,
                          const Epilogue<T>& epilogue, T* y) {
  Grid grid{shape.batch, shape.out_height, shape.out_width, 0, 0, 1, window.stride, {}};
  const Image target{shape.out_height, shape.out_width, shape.out};
  if (uses_im2row(shape, window)) {
    const Image source{shape.height + 2 * window.padding, shape.width + 2 * window.padding,
                       shape.in};
    const Buffer padded = padded_copy<T>(x, shape, window.padding);
    for (int64_t row = 0; row < window.height; ++row) grid.taps.push_back({row, 0, row});
    return run_grid<T>({padded.as<T>(), source, window.width * shape.in, window.height, filter, y,
                        target, epilogue},
                       grid);
  }
  for (int64_t tap = 0; tap < window.height * window.width; ++tap) {
    grid.taps.push_back({tap / window.width * window.dilation - window.padding,
                         tap % window.width * window.dilation - window.padding, tap});
  }
  run_grid<T>({x,
               {shape.height, shape.width, shape.in},
               shape.in,
               window.height * window.width,
               filter,
               y,
               target,
               epilogue},
              grid);
}

template <typename T>
void indirect_input_gradient(const T* dy, const T* filter, const Shape& shape, const Window& window,
                             const T* addend, T* dx) {
  const int64_t taps = window.height * window.width;
  const Job<T> job{dy,
                   {shape.out_height, shape.out_width, shape.out},
                   shape.out,
                   taps,
                   filter,
                   dx,
                   {shape.height, shape.width, shape.in},
                   {nullptr, addend, false}};
  // Inputs that lie a stride apart meet the same taps; those between meet others.
  for (int64_t row = 0; row < std::min(window.stride, shape.height); ++row) {
    for (int64_t column = 0; column < std::min(window.stride, shape.width); ++column) {
      Grid grid{shape.batch,
                ceil_div(shape.height - row, window.stride),
                ceil_div(shape.width - column, window.stride),
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

#define RESNET_INDIRECT_FOR(T)                                                                     \
  template Buffer pack_weights<T>(const Filter&, const Shape&, const Window&);                     \
  template void indirect_convolution(const T*, const T*, const Shape&, const Window&,              \
                                     const Epilogue<T>&, T*);                                      \
  template void indirect_input_gradient(const T*, const T*, const Shape&, const Window&, const T*, \
                                        T*);
RESNET_INDIRECT_FOR(float)
RESNET_INDIRECT_FOR(bfloat16)

}  // namespace resnet
