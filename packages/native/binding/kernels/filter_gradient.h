// The gradient of a convolution by its filter, [kh, kw, Ci, Co], by the algorithm that suits.
#pragma once

#include "convolution.h"

namespace resnet {

template <typename T>
void filter_gradient(const T* x, const T* dy, const Shape& shape, const Window& window,
                     float* result);

}  // namespace resnet
