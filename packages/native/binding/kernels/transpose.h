#pragma once

#include <cstdint>

#include "convolution.h"
#include "vector.h"

namespace resnet {

// A square of `wide` channels by as many, whose rows are `pitch` apart, with rows and columns exchanged.
RESNET_INLINE void transpose(const float* from, int64_t pitch, float* to) {
  for (int64_t i = 0; i < wide; ++i) {
    for (int64_t j = 0; j < wide; ++j) to[i * wide + j] = from[j * pitch + i];
  }
}

}  // namespace resnet
