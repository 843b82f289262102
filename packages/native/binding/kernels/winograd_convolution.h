// Convolutions of 3 x 3 taps and stride 1 by Winograd F(4x4, 3x3).
#pragma once

#include <cstdint>

#include "scratch_buffer.h"
#include "convolution.h"

namespace resnet {

// Whether it takes less time than the direct sums: not for few or small images, where
// its filters of four times the size are not worth making, or reading.
template <typename T>
bool suits_winograd(const Shape& shape, const Window& window, bool is_filter_made);

// The filter in the transform domain: [36, out / 16, in, 16].
Buffer winograd_filter(const Filter& filter);

// The convolution of x [N, H, W, Ci] to y [N, Ho, Wo, Co], with the filter in the transform domain.
template <typename T>
void winograd_convolution(const T* x, const float* filter, const Shape& shape, int64_t padding,
                          const Epilogue<T>& epilogue, T* y);
// The same with the filter as it is, transformed some channels at a time.
template <typename T>
void winograd_convolution(const T* x, const Filter& filter, const Shape& shape, int64_t padding,
                          const Epilogue<T>& epilogue, T* y);

}  // namespace resnet
