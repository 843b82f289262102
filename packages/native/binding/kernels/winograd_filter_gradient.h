// Gradients by filters of 3 x 3 taps and stride 1 by Winograd's filtering.
#pragma once

#include <cstdint>

#include "convolution.h"

namespace resnet {

// Whether it takes less time, and not far more memory, than the sums as they are written.
bool suits_winograd_gradient(const Shape& shape, const Window& window);

// The gradient by the filter, [3, 3, Ci, Co], from x [N, H, W, Ci] and dy [N, Ho, Wo, Co].
template <typename T>
void winograd_filter_gradient(const T* x, const T* dy, const Shape& shape, int64_t padding,
                              float* filter);

}  // namespace resnet
