#include "winograd_convolution.h"

#include <algorithm>

#include "scratch_buffer.h"
#include "parallel.h"
#include "tile_product.h"
#include "transpose.h"
#include "simd.h"
#include "winograd.h"
#include "winograd_tile.h"

namespace resnet {
namespace {

using namespace winograd;

// Tiles and channels of a task: its products of all elements stay in a CPU's L2 cache.
constexpr int64_t block_tiles = 48;
constexpr int64_t block_channels = 2 * NR;
// Values in the transform domain, of images or of filters, that are made before they are used:
// sized for the L3 cache.
constexpr int64_t max_values = 1 << 20;
// Tiles whose values one task makes.
constexpr int64_t tiles_per_task = 4;
// Rows in memory begin at other places than multiples of 4096 bytes, which share places in caches.
constexpr int64_t offset = NR;

RESNET_INLINE void store_transformed(const Vec8* g, float* to, int64_t pitch) {
  Vec8 u[tile_elements];
  both_ways<taps, edge>(filter_transform, g, u);
  for (int64_t i = 0; i < tile_elements; ++i) store(to + i * pitch, u[i]);
}

// One panel of a filter: `to` of all elements, `pitch` apart.
RESNET_CLONES void filter_panel(const Filter& filter, int64_t first, int64_t pitch, float* to) {
  const int64_t size = filter.in * filter.out;
  if (!filter.flipped) {
    for (int64_t c = 0; c < filter.in; ++c) {
      for (int64_t half = 0; half < NR; half += lanes) {
        Vec8 g[taps * taps];
        const float* from = filter.values + c * filter.out + first + half;
        for (int64_t i = 0; i < taps * taps; ++i) g[i] = load(from + i * size);
        store_transformed(g, to + c * NR + half, pitch);
      }
    }
    return;
  }
  for (int64_t c = 0; c < filter.out; c += NR) {
    alignas(64) float square[taps * taps][NR * NR];
    for (int64_t i = 0; i < taps * taps; ++i) {
      transpose(filter.values + (taps * taps - 1 - i) * size + first * filter.out + c, filter.out,
                square[i]);
    }
    for (int64_t j = 0; j < NR * NR; j += lanes) {
      Vec8 g[taps * taps];
      for (int64_t i = 0; i < taps * taps; ++i) g[i] = load(square[i] + j);
      store_transformed(g, to + c * NR + j, pitch);
    }
  }
}

// One tile of an image in the transform domain, `pitch` apart.
template <typename T>
RESNET_INLINE void image_tile_of(const T* x, const Shape& shape, int64_t padding,
                                 const Place& place, int64_t pitch, float* to) {
  const ImageTile<T> from(x, shape, padding, place);
  from.prefetch(0, shape.in);
  for (int64_t c = 0; c < shape.in; c += lanes) from.store_transformed(c, pitch, to + c);
}

// A tile of the output from its products, `pitch` apart: channels `first` to `first + count`.
template <typename T>
RESNET_INLINE void output_tile_of(const float* products, int64_t pitch, const Shape& shape,
                                  const Place& place, int64_t first, int64_t count,
                                  const Epilogue<T>& epilogue, T* y) {
  const int64_t begin =
      ((place.image * shape.out_height + place.row) * shape.out_width + place.column) * shape.out;
  prefetch_below<true>(y + begin + first, shape.out_width, shape.out, count);
  for (int64_t c = 0; c < count; c += lanes) {
    Vec8 m[tile_elements], values[tile * tile];
#pragma GCC unroll 36
    for (int64_t i = 0; i < tile_elements; ++i) m[i] = load(products + i * pitch + c);
    both_ways<edge, tile>(output_transform, m, values);
    const Vec8 bias = epilogue.bias == nullptr ? Vec8{} : load(epilogue.bias + first + c);
    for (int64_t i = 0; i < place.rows; ++i) {
      for (int64_t j = 0; j < place.columns; ++j) {
        const int64_t at = begin + (i * shape.out_width + j) * shape.out + first + c;
        Vec8 value = values[i * tile + j] + bias;
        if (epilogue.addend != nullptr) value += load(epilogue.addend + at);
        store(y + at, epilogue.relu ? rectified(value) : value);
      }
    }
  }
}

#define RESNET_TILES_FOR(T)                                                                \
  RESNET_CLONES void image_tile(const T* x, const Shape& shape, int64_t padding,           \
                                const Place& place, int64_t pitch, float* to) {            \
    image_tile_of(x, shape, padding, place, pitch, to);                                    \
  }                                                                                        \
  RESNET_CLONES void output_tile(const float* products, int64_t pitch, const Shape& shape, \
                                 const Place& place, int64_t first, int64_t count,         \
                                 const Epilogue<T>& epilogue, T* y) {                      \
    output_tile_of(products, pitch, shape, place, first, count, epilogue, y);              \
  }
RESNET_TILES_FOR(float)
RESNET_TILES_FOR(bfloat16)

// The products of `tiles` tiles with `channels` channels of the filter, at every element.
template <typename Isa>
RESNET_INLINE void block_products_kernel(const float* image, int64_t image_pitch,
                                         const float* filter, int64_t filter_pitch, int64_t depth,
                                         int64_t tiles, int64_t channels, int64_t to_pitch,
                                         float* to) {
  for (int64_t i = 0; i < tile_elements; ++i) {
    for (int64_t c = 0; c < channels; c += NR) {
      const float* b = filter + i * filter_pitch + c * depth;
      const float* rows = image + i * image_pitch;
      float* const sums = to + i * to_pitch + c;
      for_rows<Isa::MR>(tiles, [&](auto some, int64_t t) RESNET_INLINED {
        product<Isa, some>(rows + t * depth, depth, b, depth, sums + t * channels, channels);
      });
    }
  }
}
RESNET_DISPATCH_FLOAT32(block_products,
                        (const float* image, int64_t image_pitch, const float* filter,
                         int64_t filter_pitch, int64_t depth, int64_t tiles, int64_t channels,
                         int64_t to_pitch, float* to),
                        (image, image_pitch, filter, filter_pitch, depth, tiles, channels, to_pitch,
                         to))

struct Channels {
  int64_t first, count;
};

// From one element of a filter to the next.
int64_t filter_pitch(int64_t in, int64_t out) { return in * out + offset; }

// Some channels of a filter in the transform domain: [36, channels / 16, in, 16].
void filter_channels(const Filter& filter, const Channels& channels, float* to) {
  const int64_t pitch = filter_pitch(filter.from(), channels.count);
  parallel(channels.count / NR, [&](int64_t i) {
    filter_panel(filter, channels.first + i * NR, pitch, to + i * NR * filter.from());
  });
}

// Images in the transform domain, some tiles at a time: [36, tiles, channels].
template <typename T>
struct Images {
  Images(const T* x_, const Shape& shape_, int64_t padding_)
      : x(x_),
        shape(shape_),
        padding(padding_),
        tiles(shape.batch, shape.out_height, shape.out_width),
        most(std::min(tiles.count,
                      std::max<int64_t>(max_values / (tile_elements * shape.in) / block_tiles, 1) *
                          block_tiles)),
        pitch(most * shape.in + offset),
        values(tile_elements * pitch) {}

  void make(int64_t from) {
    if (from == begin) return;
    begin = from;
    count = std::min(most, tiles.count - begin);
    parallel(ceil_div(count, tiles_per_task), [&](int64_t i) {
      const int64_t end = std::min(count, (i + 1) * tiles_per_task);
      for (int64_t t = i * tiles_per_task; t < end; ++t) {
        image_tile(x, shape, padding, tiles[begin + t], pitch, values.data() + t * shape.in);
      }
    });
  }

  const T* x;
  const Shape& shape;
  int64_t padding;
  Tiles tiles;
  int64_t most, pitch;
  Buffer values;
  // Which tiles are made.
  int64_t begin = -1, count = 0;
};

// What becomes of products.
template <typename T>
struct Output {
  const Shape& shape;
  const Tiles& tiles;
  const Epilogue<T>& epilogue;
  T* y;
};

// A block of outputs: `count` tiles, whose values in the transform domain are `pitch` apart, and up
// to `block_channels` channels, of the `of` that `filter` has from `first` on.
template <typename T>
void output_block(const Output<T>& output, const float* values, int64_t pitch, int64_t begin,
                  int64_t count, const float* filter, const Channels& of, int64_t channel) {
  const Shape& shape = output.shape;
  const int64_t some = std::min(block_channels, of.count - channel);
  constexpr int64_t to_pitch = block_tiles * block_channels + offset;
  alignas(64) thread_local float products[tile_elements * to_pitch];
  block_products(values, pitch, filter + channel * shape.in, filter_pitch(shape.in, of.count),
                 shape.in, count, some, to_pitch, products);
  for (int64_t t = 0; t < count; ++t) {
    output_tile(products + t * some, to_pitch, shape, output.tiles[begin + t], of.first + channel,
                some, output.epilogue, output.y);
  }
}

// Some channels of the output, of the tiles that are made.
template <typename T>
void output_channels(const Images<T>& images, const float* filter, const Channels& channels,
                     const Epilogue<T>& epilogue, T* y) {
  const Shape& shape = images.shape;
  const int64_t block = even_block(images.count, block_tiles, rows_at_a_time<float>());
  const int64_t blocks = ceil_div(images.count, block);
  parallel(blocks * ceil_div(channels.count, block_channels), [&](int64_t i) {
    const int64_t first = i % blocks * block, channel = i / blocks * block_channels;
    const int64_t tiles = std::min(block, images.count - first);
    output_block<T>({shape, images.tiles, epilogue, y}, images.values.data() + first * shape.in,
                    images.pitch, images.begin + first, tiles, filter, channels, channel);
  });
}

// Where the filter in the transform domain stays in caches, tiles are made block by block, each
// used for all channels at once while it is in a CPU's L2 cache.
bool is_filter_small(const Shape& shape) { return shape.in * shape.out <= 1 << 15; }

template <typename T>
void by_blocks(const T* x, const float* filter, const Shape& shape, int64_t padding,
               const Epilogue<T>& epilogue, T* y) {
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  constexpr int64_t most_of_block = 1 << 17;
  // So many tasks keep CPUs busy to the end.
  constexpr int64_t min_tasks = 16;
  const int64_t most = std::min({block_tiles, most_of_block / (tile_elements * shape.in),
                                 std::max<int64_t>(tiles.count / min_tasks, 1)});
  const int64_t block =
      std::min(even_block(tiles.count, most, rows_at_a_time<float>()), block_tiles);
  const int64_t pitch = block * shape.in + offset;
  parallel(ceil_div(tiles.count, block), [&](int64_t i) {
    const int64_t begin = i * block, count = std::min(block, tiles.count - begin);
    const Buffer values(tile_elements * pitch);
    for (int64_t t = 0; t < count; ++t) {
      image_tile(x, shape, padding, tiles[begin + t], pitch, values.data() + t * shape.in);
    }
    for (int64_t channel = 0; channel < shape.out; channel += block_channels) {
      output_block<T>({shape, tiles, epilogue, y}, values.data(), pitch, begin, count, filter,
                      {0, shape.out}, channel);
    }
  });
}

}  // namespace

template <typename T>
bool suits_winograd(const Shape& shape, const Window& window, bool is_filter_made) {
  // To read 36 values where 9 are, and to make them first.
  return pays(shape, window, is_filter_made ? 500 : 800, depth_of_step<T>);
}
template bool suits_winograd<float>(const Shape&, const Window&, bool);
template bool suits_winograd<bfloat16>(const Shape&, const Window&, bool);

Buffer winograd_filter(const Filter& filter) {
  Buffer made(tile_elements * filter_pitch(filter.in, filter.out));
  filter_channels(filter, {0, filter.to()}, made.data());
  return made;
}

template <typename T>
void winograd_convolution(const T* x, const float* filter, const Shape& shape, int64_t padding,
                          const Epilogue<T>& epilogue, T* y) {
  if (is_filter_small(shape)) return by_blocks(x, filter, shape, padding, epilogue, y);
  Images<T> images(x, shape, padding);
  for (int64_t begin = 0; begin < images.tiles.count; begin += images.most) {
    images.make(begin);
    output_channels(images, filter, {0, shape.out}, epilogue, y);
  }
}

template <typename T>
void winograd_convolution(const T* x, const Filter& filter, const Shape& shape, int64_t padding,
                          const Epilogue<T>& epilogue, T* y) {
  if (is_filter_small(shape)) {
    return by_blocks(x, winograd_filter(filter).data(), shape, padding, epilogue, y);
  }
  Images<T> images(x, shape, padding);
  const int64_t most = std::max<int64_t>(max_values / (tile_elements * shape.in) / NR, 1) * NR;
  const Buffer made(tile_elements * filter_pitch(shape.in, std::min(most, shape.out)));
  for (int64_t first = 0; first < shape.out; first += most) {
    const Channels channels{first, std::min(most, shape.out - first)};
    filter_channels(filter, channels, made.data());
    for (int64_t begin = 0; begin < images.tiles.count; begin += images.most) {
      images.make(begin);
      output_channels(images, made.data(), channels, epilogue, y);
    }
  }
}

#define RESNET_WINOGRAD_FOR(T)                                                       \
  template void winograd_convolution(const T*, const float*, const Shape&, int64_t,  \
                                     const Epilogue<T>&, T*);                        \
  template void winograd_convolution(const T*, const Filter&, const Shape&, int64_t, \
                                     const Epilogue<T>&, T*);
RESNET_WINOGRAD_FOR(float)
RESNET_WINOGRAD_FOR(bfloat16)

}  // namespace resnet
