#pragma once

#include <cstdint>

#include "convolution.h"
#include "simd.h"
#include "winograd.h"

namespace resnet {
namespace winograd {

// Asks for some channels of the tile below the one whose pixels begin at `from`, which are used
// before long, to be read or to be written: CPUs do not foresee its short rows.
template <bool written, typename T>
RESNET_INLINE void prefetch_below(const T* from, int64_t width, int64_t pitch, int64_t channels) {
  constexpr int64_t line = 64 / sizeof(T);
  for (int64_t i = tile; i < 2 * tile; ++i) {
    for (int64_t j = 0; j < tile; ++j) {
      const T* const pixel = from + (i * width + j) * pitch;
      for (int64_t c = 0; c < channels; c += line) __builtin_prefetch(pixel + c, written);
    }
  }
}

// What a tile's outputs are made of, an image's or its padding.
template <typename T>
class ImageTile {
 public:
  RESNET_INLINE ImageTile(const T* x, const Shape& shape, int64_t padding, const Place& place)
      : shape_(shape), top_(place.row - padding), left_(place.column - padding) {
    from_ = x + ((place.image * shape.height + top_) * shape.width + left_) * shape.in;
    inside_ = top_ >= 0 && left_ >= 0 && top_ + edge <= shape.height && left_ + edge <= shape.width;
  }

  // A vector of channels, from `channel` on, in the transform domain, `pitch` apart.
  RESNET_INLINE void store_transformed(int64_t channel, int64_t pitch, float* to) const {
    Vec8 d[tile_elements], v[tile_elements];
    for (int64_t i = 0; i < edge; ++i) {
      for (int64_t j = 0; j < edge; ++j) {
        d[i * edge + j] = inside_ || is_image(top_ + i, left_ + j)
                              ? load(from_ + (i * shape_.width + j) * shape_.in + channel)
                              : Vec8{};
      }
    }
    both_ways<edge, edge>(input_transform, d, v);
    for (int64_t i = 0; i < tile_elements; ++i) store(to + i * pitch, v[i]);
  }

  RESNET_INLINE void prefetch(int64_t channel, int64_t channels) const {
    // The first rows and columns are those of the tiles above and before.
    const T* const first = from_ + ((edge - tile) * shape_.width + edge - tile) * shape_.in;
    prefetch_below<false>(first + channel, shape_.width, shape_.in, channels);
  }

 private:
  RESNET_INLINE bool is_image(int64_t row, int64_t column) const {
    return row >= 0 && row < shape_.height && column >= 0 && column < shape_.width;
  }

  const Shape& shape_;
  int64_t top_, left_;
  const T* from_;
  bool inside_;
};

}  // namespace winograd
}  // namespace resnet
