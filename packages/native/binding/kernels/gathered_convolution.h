// Convolutions of any window as sums over its taps, each tap's pixels found by pointers to them: no copy
// of the image is made (Dukhan, "The Indirect Convolution Algorithm", 2019).
#pragma once

#include <cstdint>

#include "convolution.h"

namespace resnet {

// How many values the filter has in panels.
int64_t panel_filter_size(const Filter& filter);
// The filter in panels: [out / 16, kh, kw, in, 16].
void panel_filter(const Filter& filter, float* to);

// The convolution of x [N, H, W, Ci] to y [N, Ho, Wo, Co], with the filter in panels.
void gathered_convolution(const float* x, const float* filter, const Shape& shape,
                          const Window& window, const Epilogue& epilogue, float* y);

// The gradient by the input, x [N, H, W, Ci], from that by the output, dy [N, Ho, Wo, Co]; the
// filter in panels is the mirrored one. `shape` and `window` are the convolution's.
void gathered_input_gradient(const float* dy, const float* filter, const Shape& shape,
                             const Window& window, float* dx);

}  // namespace resnet
