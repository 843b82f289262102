// How the innermost loops multiply and add: into float32 sums of a panel's channels, which stay in
// registers. Each way says what a step takes of the depth, and how many rows there are registers
// for.
#pragma once

#include <cstdint>

#include "convolution.h"
#include "cpu.h"
#include "simd.h"

namespace resnet {

// float32 in vectors of eight, of which there are 16: 12 of them for sums.
struct Avx2 {
  using Value = float;
  static constexpr int64_t depth = 1, MR = 6;
  struct Panel {
    Vec8 left, right;
  };
  struct Sums {
    Vec8 left{}, right{};
  };
  static RESNET_INLINE Panel panel(const float* b) { return {load(b), load(b + lanes)}; }
  static RESNET_INLINE void add(Sums& sums, const float* a, const Panel& b) {
    sums.left += *a * b.left;
    sums.right += *a * b.right;
  }
  static RESNET_INLINE Vec8 half(const Sums& sums, int64_t i) {
    return i == 0 ? sums.left : sums.right;
  }
  static RESNET_INLINE void store(float* to, const Sums& sums) {
    resnet::store(to, sums.left);
    resnet::store(to + lanes, sums.right);
  }
};

// Sums in vectors of sixteen. So many that two blocks of four cycles' delay need not wait.
struct Avx512Sums {
  static constexpr int64_t MR = 8;
  using Panel = Vec16;
  struct Sums {
    Vec16 all{};
  };
  static RESNET_INLINE Vec8 half(const Sums& sums, int64_t i) {
    return i == 0 ? first_half(sums.all) : second_half(sums.all);
  }
};

// float32 in vectors of sixteen.
struct Avx512 : Avx512Sums {
  using Value = float;
  static constexpr int64_t depth = 1;
  static RESNET_INLINE Panel panel(const float* b) { return *reinterpret_cast<const Vec16*>(b); }
  static RESNET_INLINE void add(Sums& sums, const float* a, Panel b) { sums.all += *a * b; }
  static RESNET_INLINE void store(float* to, const Sums& sums) {
    *reinterpret_cast<Vec16*>(to) = sums.all;
  }
};

// A step of bfloat16 takes two values of the depth, which lie side by side: of a row, and of each
// of a panel's channels. Products are exact, and so are sums of two in float32 but for the last
// rounding.

// By AVX-512's instruction, which takes subnormal numbers for zero.
struct Avx512Bf16 : Avx512Sums {
  using Value = bfloat16;
  static constexpr int64_t depth = 2;
  static RESNET_INLINE Panel panel(const bfloat16* b) { return *reinterpret_cast<const Vec16*>(b); }
  static RESNET_INLINE void add(Sums& sums, const bfloat16* a, Panel b) {
#if RESNET_HAS_CLONES
    struct Pair {
      bfloat16 first, second;
    };
    asm("vdpbf16ps %2%{1to16%}, %1, %0"
        : "+v"(sums.all)
        : "v"(b), "m"(*reinterpret_cast<const Pair*>(a)));
#endif
  }
  static RESNET_INLINE void store(bfloat16* to, const Sums& sums) {
#if RESNET_HAS_CLONES
    Bits narrow;
    asm("vcvtneps2bf16 %1, %0" : "=v"(narrow) : "v"(sums.all));
    *reinterpret_cast<Bits*>(to) = narrow;
#endif
  }
};

// Made float32 first, for CPUs without it.
struct Bf16Emulated {
  using Value = bfloat16;
  static constexpr int64_t depth = 2, MR = 4;
  struct Panel {
    Vec8 first[2], second[2];
  };
  struct Sums {
    Vec8 halves[2] = {};
  };
  static RESNET_INLINE Panel panel(const bfloat16* b) {
    Panel result;
    for (int64_t i = 0; i < 2; ++i) {
      const Bits bits = *reinterpret_cast<const Bits*>(b + i * 2 * lanes);
      result.first[i] = reinterpret_cast<Vec8>(bits << 16);
      result.second[i] = reinterpret_cast<Vec8>(bits & 0xffff0000u);
    }
    return result;
  }
  static RESNET_INLINE void add(Sums& sums, const bfloat16* a, const Panel& b) {
    const float first = to_float(a[0]), second = to_float(a[1]);
    for (int64_t i = 0; i < 2; ++i) sums.halves[i] += first * b.first[i] + second * b.second[i];
  }
  static RESNET_INLINE Vec8 half(const Sums& sums, int64_t i) { return sums.halves[i]; }
  static RESNET_INLINE void store(bfloat16* to, const Sums& sums) {
    resnet::store(to, sums.halves[0]);
    resnet::store(to + lanes, sums.halves[1]);
  }
};

// Defines `name` as `name_kernel<Isa>`, an inline template, for the arithmetic that there is.
#define RESNET_DISPATCH_FLOAT32(name, parameters, arguments)                              \
  RESNET_TARGET_AVX2 void name##_avx2 parameters { name##_kernel<Avx2> arguments; }       \
  RESNET_TARGET_AVX512 void name##_avx512 parameters { name##_kernel<Avx512> arguments; } \
  void name parameters { has_avx512() ? name##_avx512 arguments : name##_avx2 arguments; }
#define RESNET_DISPATCH_BF16(name, parameters, arguments)                              \
  RESNET_TARGET_AVX2 void name##_bf16_emulated parameters {                            \
    name##_kernel<Bf16Emulated> arguments;                                             \
  }                                                                                    \
  RESNET_TARGET_AVX512_BF16 void name##_avx512_bf16 parameters {                       \
    name##_kernel<Avx512Bf16> arguments;                                               \
  }                                                                                    \
  void name parameters {                                                               \
    has_avx512_bf16() ? name##_avx512_bf16 arguments : name##_bf16_emulated arguments; \
  }

// What is the same for all arithmetic of a type.
template <typename T>
constexpr int64_t depth_of_step = 1;
template <>
constexpr int64_t depth_of_step<bfloat16> = 2;

template <typename T>
int64_t rows_at_a_time();
template <>
inline int64_t rows_at_a_time<float>() {
  return has_avx512() ? Avx512::MR : Avx2::MR;
}
template <>
inline int64_t rows_at_a_time<bfloat16>() {
  return has_avx512_bf16() ? Avx512Bf16::MR : Bf16Emulated::MR;
}

}  // namespace resnet
