#include "winograd_filter_gradient.h"

#include <algorithm>

#include "buffer.h"
#include "parallel.h"
#include "product.h"
#include "vector.h"
#include "winograd.h"
#include "winograd_tile.h"

namespace resnet {
namespace {

using namespace winograd;

// Tiles that are summed at a time: what is read again and again of a panel stays in the first cache.
constexpr int64_t block_tiles = 192;
// Values at the points, of both images, that are made before they are used.
constexpr int64_t most_values = 1 << 21;
// Sums of a filter's gradient at the points that are made before they are used.
constexpr int64_t most_sums = 1 << 21;
constexpr int64_t square = wide * wide;

// Values of panels, tile by tile: [points][channels / 16][tiles][16].
struct Panels {
  Panels(int64_t channels_, int64_t tiles_)
      : channels(channels_), tiles(tiles_), memory(points * channels_ * tiles_ + points * gap) {}
  float* at(int64_t point, int64_t channel) const {
    return memory.data() + (point * channels + channel) * tiles + point * gap;
  }
  int64_t pitch() const { return channels * tiles + gap; }

  // Points begin at other places than multiples of 4096 bytes, which share places in caches.
  static constexpr int64_t gap = wide;
  int64_t channels, tiles;
  Buffer memory;
};

RESNET_CLONES void image_panels(const float* x, const Shape& shape, int64_t padding,
                                const Place& place, int64_t first, int64_t channels,
                                const Panels& to, int64_t t) {
  const ImageTile from(x, shape, padding, place);
  for (int64_t c = 0; c < channels; c += lanes) {
    float* at = to.at(0, c / wide * wide) + t * wide + c % wide;
    from.store_points(first + c, to.pitch(), at);
  }
}

RESNET_CLONES void gradient_panels(const float* dy, const Shape& shape, const Place& place,
                                   const Panels& to, int64_t t) {
  const float* from =
      dy + ((place.image * shape.out_height + place.row) * shape.out_width + place.column) * shape.out;
  for (int64_t c = 0; c < shape.out; c += lanes) {
    Vector d[tile * tile], w[points];
    for (int64_t i = 0; i < tile; ++i) {
      for (int64_t j = 0; j < tile; ++j) {
        const bool inside = i < place.rows && j < place.columns;
        d[i * tile + j] = inside ? load(from + (i * shape.out_width + j) * shape.out + c) : Vector{};
      }
    }
    both_ways<tile, edge>(gradient_to_points, d, w);
    float* at = to.at(0, c / wide * wide) + t * wide + c % wide;
    for (int64_t i = 0; i < points; ++i) store(at + i * to.pitch(), w[i]);
  }
}

// The filter's gradient at a point, of one panel of input channels: [out / 16][16][16].
RESNET_CLONES void point_gradient(const float* image, const Panels& gradient, int64_t point,
                                  int64_t tiles, bool add, float* to) {
  for (int64_t c = 0; c < gradient.channels; c += wide, to += square) {
    outer_panels(image, gradient.at(point, c), tiles, add, to, wide);
  }
}

// A panel of input channels of the filter's gradient, from its values at the points, `pitch` apart.
RESNET_CLONES void filter_rows(const float* sums, int64_t pitch, int64_t in, int64_t out,
                               float* filter) {
  for (int64_t c = 0; c < out; c += wide) {
    for (int64_t i = 0; i < square; i += lanes) {
      Vector m[points], g[taps * taps];
      for (int64_t j = 0; j < points; ++j) m[j] = load(sums + j * pitch + c * wide + i);
      both_ways<edge, taps>(filter_from_points, m, g);
      for (int64_t j = 0; j < taps * taps; ++j) {
        store(filter + (j * in + i / wide) * out + c + i % wide, g[j]);
      }
    }
  }
}

}  // namespace

bool suits_winograd_gradient(const Shape& shape, const Window& window) {
  // To bring 36 sums to 9.
  return pays(shape, window, 400);
}

void winograd_filter_gradient(const float* x, const float* dy, const Shape& shape, int64_t padding,
                              float* filter) {
  const Tiles tiles(shape.batch, shape.out_height, shape.out_width);
  // Some input channels after the others, and of each some tiles.
  const int64_t most_in = std::min(
      shape.in, std::max<int64_t>(most_sums / (points * shape.out) / wide, 1) * wide);
  const int64_t most = std::min(
      {tiles.count, block_tiles, std::max<int64_t>(most_values / points / (most_in + shape.out), 1)});
  const Panels image(most_in, most), gradient(shape.out, most);
  const int64_t pitch = most_in * shape.out + Panels::gap;
  const Buffer sums(points * pitch);
  for (int64_t in = 0; in < shape.in; in += most_in) {
    const int64_t channels = std::min(most_in, shape.in - in), panels = channels / wide;
    for (int64_t begin = 0; begin < tiles.count; begin += most) {
      const int64_t count = std::min(most, tiles.count - begin);
      const bool is_gradient_made = in > 0 && count == tiles.count;
      parallel(count, [&](int64_t t) {
        const Place place = tiles[begin + t];
        image_panels(x, shape, padding, place, in, channels, image, t);
        if (!is_gradient_made) gradient_panels(dy, shape, place, gradient, t);
      });
      parallel(points * panels, [&](int64_t i) {
        const int64_t point = i / panels, first = i % panels * wide;
        point_gradient(image.at(point, first), gradient, point, count, begin > 0,
                       sums.data() + point * pitch + first * shape.out);
      });
    }
    parallel(panels, [&](int64_t i) {
      const int64_t first = i * wide * shape.out;
      filter_rows(sums.data() + first, pitch, shape.in, shape.out, filter + in * shape.out + first);
    });
  }
}

}  // namespace resnet
