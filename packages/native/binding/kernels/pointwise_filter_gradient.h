// Gradients by filters of one tap: the product of the pixels, transposed, and the output's
// gradient.
#pragma once

#include <cstdint>

#include "convolution.h"

namespace resnet {

bool suits_pointwise_gradient(const Shape& shape, const Window& window);

// The gradient with respect to the filter, [1, 1, Ci, Co], from x [N, H, W, Ci] and dy [N, Ho, Wo,
// Co].
template <typename T>
void pointwise_filter_gradient(const T* x, const T* dy, const Shape& shape, int64_t stride,
                               float* filter);

}  // namespace resnet
