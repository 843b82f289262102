#pragma once

#include "vector.h"

namespace resnet {

// Whether the kernels here that are made for vectors of eight have them: with AVX2, and compiled for
// it. Not with AVX-512, for which oneDNN's are made and these were never measured.
inline bool has_vectors_of_eight() {
#if RESNET_HAS_CLONES
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         !__builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

}  // namespace resnet
