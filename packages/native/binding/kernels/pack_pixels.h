// Channels of pixels side by side in panels: what the innermost loops of filter gradients read in
// order.
#pragma once

#include <cstdint>

#include "micro_kernel.h"
#include "convolution.h"
#include "simd.h"

namespace resnet {

// A step's pixels, one or two, to their place in each panel, `pitch` apart: [channels / 16][16], of
// two pixels [16, 2]. The last panel is filled up with zeros.
RESNET_INLINE void pack_pixels(const float* const* from, int64_t channels, int64_t pitch,
                               float* to) {
  int64_t c = 0;
  for (; c + NR <= channels; c += NR, to += pitch) {
    store(to, load(from[0] + c));
    store(to + lanes, load(from[0] + c + lanes));
  }
  if (c == channels) return;
  for (int64_t i = 0; i < NR; ++i) to[i] = c + i < channels ? from[0][c + i] : 0.0f;
}
RESNET_INLINE void pack_pixels(const bfloat16* const* from, int64_t channels, int64_t pitch,
                               bfloat16* to) {
  int64_t c = 0;
  for (; c + NR <= channels; c += NR, to += pitch) {
    for (int64_t i = 0; i < NR; i += lanes) {
      interleave(load_bits(from[0] + c + i), load_bits(from[1] + c + i), to + 2 * i);
    }
  }
  if (c == channels) return;
  for (int64_t i = 0; i < NR; ++i) {
    for (int64_t j = 0; j < 2; ++j) {
      to[2 * i + j] = c + i < channels ? from[j][c + i] : bfloat16{};
    }
  }
}

}  // namespace resnet
