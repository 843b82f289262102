#pragma once

#include <cstdint>

#include "convolution.h"
#include "simd.h"

namespace resnet {

// A square of `NR` channels by as many, whose rows are `pitch` apart, with rows and columns
// exchanged.
RESNET_INLINE void transpose(const float* from, int64_t pitch, float* to) {
  for (int64_t i = 0; i < NR; ++i) {
    for (int64_t j = 0; j < NR; ++j) to[i * NR + j] = from[j * pitch + i];
  }
}

}  // namespace resnet
