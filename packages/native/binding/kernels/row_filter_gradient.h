// Gradients by filters of images of few channels, which are summed by rows of taps: the stem's.
#pragma once

#include "convolution.h"

namespace resnet {

// The gradient by the filter, [kh, kw, Ci, Co], from x [N, H, W, Ci] and dy [N, Ho, Wo, Co], where
// `has_rows_of_taps`.
void row_filter_gradient(const float* x, const float* dy, const Shape& shape, const Window& window,
                         float* filter);

}  // namespace resnet
