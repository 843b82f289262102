// Gradients by filters of 3 x 3 taps and stride 1 by Winograd F(4x4, 3x3).
#pragma once

#include <cstdint>

#include "convolution.h"

namespace resnet {

// Whether it takes less time, and not far more memory, than the direct sums.
bool suits_winograd_gradient(const Shape& shape, const Window& window);

// The gradient with respect to the filter, [3, 3, Ci, Co], from x [N, H, W, Ci] and dy [N, Ho, Wo,
// Co].
template <typename T>
void winograd_filter_gradient(const T* x, const T* dy, const Shape& shape, int64_t padding,
                              float* filter);

}  // namespace resnet
