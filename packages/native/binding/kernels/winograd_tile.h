#pragma once

#include <cstdint>

#include "convolution.h"
#include "vector.h"
#include "winograd.h"

namespace resnet {
namespace winograd {

// What a tile's outputs are made of, an image's or its padding.
class ImageTile {
 public:
  RESNET_INLINE ImageTile(const float* x, const Shape& shape, int64_t padding, const Place& place)
      : shape_(shape), top_(place.row - padding), left_(place.column - padding) {
    from_ = x + ((place.image * shape.height + top_) * shape.width + left_) * shape.in;
    inside_ = top_ >= 0 && left_ >= 0 && top_ + edge <= shape.height && left_ + edge <= shape.width;
  }

  // A vector of channels, from `channel` on, at the points, `pitch` apart.
  RESNET_INLINE void store_points(int64_t channel, int64_t pitch, float* to) const {
    Vector d[points], v[points];
    for (int64_t i = 0; i < edge; ++i) {
      for (int64_t j = 0; j < edge; ++j) {
        d[i * edge + j] = inside_ || is_image(top_ + i, left_ + j)
                              ? load(from_ + (i * shape_.width + j) * shape_.in + channel)
                              : Vector{};
      }
    }
    both_ways<edge, edge>(to_points, d, v);
    for (int64_t i = 0; i < points; ++i) store(to + i * pitch, v[i]);
  }

 private:
  RESNET_INLINE bool is_image(int64_t row, int64_t column) const {
    return row >= 0 && row < shape_.height && column >= 0 && column < shape_.width;
  }

  const Shape& shape_;
  int64_t top_, left_;
  const float* from_;
  bool inside_;
};

}  // namespace winograd
}  // namespace resnet
