#pragma once

#include "simd.h"

// A function marked so is compiled for CPUs with AVX2, with AVX-512, or with that and its products
// of bfloat16: the caller asks below what there is.
#if RESNET_HAS_CLONES
#define RESNET_TARGET_AVX2 __attribute__((target("arch=x86-64-v3")))
#define RESNET_TARGET_AVX512 __attribute__((target("arch=x86-64-v4")))
#define RESNET_TARGET_AVX512_BF16 __attribute__((target("arch=x86-64-v4,avx512bf16")))
#else
#define RESNET_TARGET_AVX2
#define RESNET_TARGET_AVX512
#define RESNET_TARGET_AVX512_BF16
#endif

namespace resnet {

// Whether the kernels here that are made for vectors of eight have them: with AVX2, and compiled
// for it.
inline bool has_avx2() {
#if RESNET_HAS_CLONES
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

inline bool has_avx512() {
#if RESNET_HAS_CLONES
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

// Tiles of AMX, for which oneDNN's convolutions of bfloat16 are made, and none here.
inline bool has_amx_bf16() {
#if RESNET_HAS_CLONES
  return __builtin_cpu_supports("amx-bf16");
#else
  return false;
#endif
}

// Products of bfloat16 in pairs.
inline bool has_avx512_bf16() {
#if RESNET_HAS_CLONES
  return has_avx512() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace resnet
