#include "winograd_filter_gradient.h"

#include <algorithm>

#include "scratch_buffer.h"
#include "parallel.h"
#include "tile_product.h"
#include "simd.h"
#include "winograd.h"
#include "winograd_tile.h"

namespace resnet {
namespace {

using namespace winograd;

// Tiles that are summed at a time: what is read again and again of a panel stays in the first
// cache.
constexpr int64_t block_tiles = 192;
// Values in the transform domain, of both images, that are made before they are used.
constexpr int64_t max_values = 1 << 21;
// Sums of a filter's gradient in the transform domain that are made before they are used.
constexpr int64_t most_sums = 1 << 21;
constexpr int64_t square = NR * NR;

// Values of panels, tile by tile: [tile_elements][channels / 16][tiles][16].
struct Panels {
  Panels(int64_t channels_, int64_t tiles_)
      : channels(channels_),
        tiles(tiles_),
        memory(tile_elements * channels_ * tiles_ + tile_elements * gap) {}
  float* at(int64_t element, int64_t channel) const {
    return memory.data() + (element * channels + channel) * tiles + element * gap;
  }
  int64_t pitch() const { return channels * tiles + gap; }

  // Points begin at other places than multiples of 4096 bytes, which share places in caches.
  static constexpr int64_t gap = NR;
  int64_t channels, tiles;
  Buffer memory;
};

template <typename T>
RESNET_INLINE void image_panels_of(const T* x, const Shape& shape, int64_t padding,
                                   const Place& place, int64_t first, int64_t channels,
                                   const Panels& to, int64_t t) {
  const ImageTile<T> from(x, shape, padding, place);
  from.prefetch(first, channels);
  for (int64_t c = 0; c < channels; c += lanes) {
    float* at = to.at(0, c / NR * NR) + t * NR + c % NR;
    from.store_transformed(first + c, to.pitch(), at);
  }
}

template <typename T>
RESNET_INLINE void gradient_panels_of(const T* dy, const Shape& shape, const Place& place,
                                      const Panels& to, int64_t t) {
  const T* from =
      dy +
      ((place.image * shape.out_height + place.row) * shape.out_width + place.column) * shape.out;
  prefetch_below<false>(from, shape.out_width, shape.out, shape.out);
  for (int64_t c = 0; c < shape.out; c += lanes) {
    Vec8 d[tile * tile], w[tile_elements];
    for (int64_t i = 0; i < tile; ++i) {
      for (int64_t j = 0; j < tile; ++j) {
        const bool inside = i < place.rows && j < place.columns;
        d[i * tile + j] = inside ? load(from + (i * shape.out_width + j) * shape.out + c) : Vec8{};
      }
    }
    both_ways<tile, edge>(output_gradient_transform, d, w);
    float* at = to.at(0, c / NR * NR) + t * NR + c % NR;
    for (int64_t i = 0; i < tile_elements; ++i) store(at + i * to.pitch(), w[i]);
  }
}

#define RESNET_PACK_PANELS_FOR(T)                                                         \
  RESNET_CLONES void image_panels(const T* x, const Shape& shape, int64_t padding,        \
                                  const Place& place, int64_t first, int64_t channels,    \
                                  const Panels& to, int64_t t) {                          \
    image_panels_of(x, shape, padding, place, first, channels, to, t);                    \
  }                                                                                       \
  RESNET_CLONES void gradient_panels(const T* dy, const Shape& shape, const Place& place, \
                                     const Panels& to, int64_t t) {                       \
    gradient_panels_of(dy, shape, place, to, t);                                          \
  }
RESNET_PACK_PANELS_FOR(float)
RESNET_PACK_PANELS_FOR(bfloat16)

// The filter's gradient at one element, of one panel of input channels: [out / 16][16][16].
template <typename Isa>
RESNET_INLINE void element_gradient_kernel(const float* image, const Panels& gradient,
                                           int64_t element, int64_t tiles, bool add, float* to) {
  for (int64_t c = 0; c < gradient.channels; c += NR, to += square) {
    outer_panels<Isa>(image, gradient.at(element, c), tiles, add, to, NR);
  }
}
RESNET_DISPATCH_FLOAT32(element_gradient,
                        (const float* image, const Panels& gradient, int64_t element, int64_t tiles,
                         bool add, float* to),
                        (image, gradient, element, tiles, add, to))

RESNET_CLONES void add(const float* from, int64_t count, float* to) {
  for (int64_t i = 0; i < count; i += lanes) store(to + i, load(to + i) + load(from + i));
}

// A panel of input channels of the filter's gradient, from its values in the transform domain,
// `pitch` apart.
RESNET_CLONES void filter_rows(const float* sums, int64_t pitch, int64_t in, int64_t out,
                               float* filter) {
  for (int64_t c = 0; c < out; c += NR) {
    for (int64_t i = 0; i < square; i += lanes) {
      Vec8 m[tile_elements], g[taps * taps];
      for (int64_t j = 0; j < tile_elements; ++j) m[j] = load(sums + j * pitch + c * NR + i);
      both_ways<edge, taps>(filter_gradient_transform, m, g);
      for (int64_t j = 0; j < taps * taps; ++j) {
        store(filter + (j * in + i / NR) * out + c + i % NR, g[j]);
      }
    }
  }
}

// Where the sums of all elements stay in a CPU's L2 cache, tiles are made block by block, each
// used for all of them at once. The tiles are in some parts, which are added up in their order: the
// same way whatever the number of threads.
bool are_sums_small(const Shape& shape) { return shape.in * shape.out <= 1 << 12; }

template <typename T>
void by_parts(const T* x, const T* dy, const Shape& shape, int64_t padding, float* filter) {
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  const int64_t pitch = shape.in * shape.out + Panels::gap, size = tile_elements * pitch;
  constexpr int64_t most_parts = 16, most_of_parts = 1 << 20, most_of_block = 1 << 17;
  const int64_t most =
      std::min(block_tiles, most_of_block / tile_elements / (shape.in + shape.out));
  const int64_t parts = std::min(
      {ceil_div(tiles.count, most), most_parts, std::max<int64_t>(most_of_parts / size, 1)});
  const Buffer sums(parts * size);
  parallel(parts, [&](int64_t part) {
    const int64_t first = tiles.count * part / parts, end = tiles.count * (part + 1) / parts;
    const Panels image(shape.in, most), gradient(shape.out, most);
    float* const to = sums.data() + part * size;
    for (int64_t begin = first; begin < end; begin += most) {
      const int64_t count = std::min(most, end - begin);
      for (int64_t t = 0; t < count; ++t) {
        image_panels(x, shape, padding, tiles[begin + t], 0, shape.in, image, t);
        gradient_panels(dy, shape, tiles[begin + t], gradient, t);
      }
      for (int64_t element = 0; element < tile_elements; ++element) {
        for (int64_t in = 0; in < shape.in; in += NR) {
          element_gradient(image.at(element, in), gradient, element, count, begin > first,
                           to + element * pitch + in * shape.out);
        }
      }
    }
  });
  parallel(shape.in / NR, [&](int64_t i) {
    const int64_t begin = i * NR * shape.out, count = NR * shape.out;
    for (int64_t element = 0; element < tile_elements; ++element) {
      float* const to = sums.data() + element * pitch + begin;
      for (int64_t part = 1; part < parts; ++part) add(to + part * size, count, to);
    }
    filter_rows(sums.data() + begin, pitch, shape.in, shape.out, filter + begin);
  });
}

}  // namespace

bool suits_winograd_gradient(const Shape& shape, const Window& window) {
  // To bring 36 sums to 9.
  return pays(shape, window, 400, 1);
}

template <typename T>
void winograd_filter_gradient(const T* x, const T* dy, const Shape& shape, int64_t padding,
                              float* filter) {
  if (are_sums_small(shape)) return by_parts(x, dy, shape, padding, filter);
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  // Some input channels after the others, and of each some tiles.
  const int64_t most_in =
      std::min(shape.in, std::max<int64_t>(most_sums / (tile_elements * shape.out) / NR, 1) * NR);
  const int64_t most =
      std::min({tiles.count, block_tiles,
                std::max<int64_t>(max_values / tile_elements / (most_in + shape.out), 1)});
  const Panels image(most_in, most), gradient(shape.out, most);
  const int64_t pitch = most_in * shape.out + Panels::gap;
  const Buffer sums(tile_elements * pitch);
  for (int64_t in = 0; in < shape.in; in += most_in) {
    const int64_t channels = std::min(most_in, shape.in - in), panels = channels / NR;
    for (int64_t begin = 0; begin < tiles.count; begin += most) {
      const int64_t count = std::min(most, tiles.count - begin);
      const bool is_gradient_made = in > 0 && count == tiles.count;
      parallel(count, [&](int64_t t) {
        const Place place = tiles[begin + t];
        image_panels(x, shape, padding, place, in, channels, image, t);
        if (!is_gradient_made) gradient_panels(dy, shape, place, gradient, t);
      });
      parallel(tile_elements * panels, [&](int64_t i) {
        const int64_t element = i / panels, first = i % panels * NR;
        element_gradient(image.at(element, first), gradient, element, count, begin > 0,
                         sums.data() + element * pitch + first * shape.out);
      });
    }
    parallel(panels, [&](int64_t i) {
      const int64_t first = i * NR * shape.out;
      filter_rows(sums.data() + first, pitch, shape.in, shape.out, filter + in * shape.out + first);
    });
  }
}

template void winograd_filter_gradient(const float*, const float*, const Shape&, int64_t, float*);
template void winograd_filter_gradient(const bfloat16*, const bfloat16*, const Shape&, int64_t,
                                       float*);

}  // namespace resnet
