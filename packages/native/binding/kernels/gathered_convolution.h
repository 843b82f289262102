// Convolutions of any window as sums over its taps, each tap's pixels found by pointers to them: no copy
// of the image is made (Dukhan, "The Indirect Convolution Algorithm", 2019).
#pragma once

#include <cstdint>

#include "buffer.h"
#include "convolution.h"

namespace resnet {

// The filter in panels, [out / 16, kh, kw, in, 16]; of bfloat16 with two channels side by side,
// [out / 16, kh, kw, in / 2, 16, 2].
template <typename T>
Buffer panel_filter(const Filter& filter, const Shape& shape, const Window& window);

// The convolution of x [N, H, W, Ci] to y [N, Ho, Wo, Co], with the filter in panels. Of bfloat16 Ci is
// even, or the image `has_rows_of_taps`.
template <typename T>
void gathered_convolution(const T* x, const T* filter, const Shape& shape, const Window& window,
                          const Epilogue<T>& epilogue, T* y);

// The gradient by the input, x [N, H, W, Ci], from that by the output, dy [N, Ho, Wo, Co], and the addend
// if there is one; the filter in panels is the mirrored one. `shape` and `window` are the convolution's.
template <typename T>
void gathered_input_gradient(const T* dy, const T* filter, const Shape& shape,
                             const Window& window, const T* addend, T* dx);

}  // namespace resnet
