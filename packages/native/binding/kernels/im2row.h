// Images of few channels with their padding around them: a row of a filter's taps then meets values
// that follow each other in memory, and is one tap of more channels.
#pragma once

#include "scratch_buffer.h"
#include "convolution.h"
#include "simd.h"

namespace resnet {

inline bool uses_im2row(const Shape& shape, const Window& window) {
  return shape.in < 8 && window.dilation == 1;
}

// [N, H + 2 padding, W + 2 padding, C] of type To, and a value more that may be read.
template <typename To, typename From>
Buffer padded_copy(const From* x, const Shape& shape, int64_t padding);

}  // namespace resnet
