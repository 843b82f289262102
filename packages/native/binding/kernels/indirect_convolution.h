// Convolutions of any window as sums over its taps, each tap's pixels found by pointers to them: no
// copy of the image is made (Dukhan, "The Indirect Convolution Algorithm", 2019).
#pragma once

#include <cstdint>

#include "scratch_buffer.h"
#include "convolution.h"

namespace resnet {

// The filter in panels, [out / 16, kh, kw, in, 16]; of bfloat16 with two channels side by side,
// [out / 16, kh, kw, in / 2, 16, 2].
template <typename T>
Buffer pack_weights(const Filter& filter, const Shape& shape, const Window& window);

// The convolution of x [N, H, W, Ci] to y [N, Ho, Wo, Co], with the filter in panels. Of bfloat16
// Ci is even, or the image `uses_im2row`.
template <typename T>
void indirect_convolution(const T* x, const T* filter, const Shape& shape, const Window& window,
                          const Epilogue<T>& epilogue, T* y);

// The gradient with respect to the input, x [N, H, W, Ci], from that by the output, dy [N, Ho, Wo,
// Co], and the addend if there is one; the filter in panels is the flipped one. `shape` and
// `window` are the convolution's.
template <typename T>
void indirect_input_gradient(const T* dy, const T* filter, const Shape& shape, const Window& window,
                             const T* addend, T* dx);

}  // namespace resnet
