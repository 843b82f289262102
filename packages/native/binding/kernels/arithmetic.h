// How the innermost loops multiply and add: into float32 sums of a panel's channels, which stay in
// registers. Each way says what a step takes of the depth, and how many rows there are registers for.
#pragma once

#include <cstdint>

#include "convolution.h"
#include "processor.h"
#include "vector.h"

namespace resnet {

// float32 in vectors of eight, of which there are 16: 12 of them for sums.
struct Eight {
  using Value = float;
  static constexpr int64_t depth = 1, tall = 6;
  struct Panel {
    Vector left, right;
  };
  struct Sums {
    Vector left{}, right{};
  };
  static RESNET_INLINE Panel panel(const float* b) { return {load(b), load(b + lanes)}; }
  static RESNET_INLINE void add(Sums& sums, const float* a, const Panel& b) {
    sums.left += *a * b.left;
    sums.right += *a * b.right;
  }
  static RESNET_INLINE Vector half(const Sums& sums, int64_t i) {
    return i == 0 ? sums.left : sums.right;
  }
  static RESNET_INLINE void store(float* to, const Sums& sums) {
    resnet::store(to, sums.left);
    resnet::store(to + lanes, sums.right);
  }
};

// Sums in vectors of sixteen. So many that two units of four cycles' delay need not wait.
struct InLongVectors {
  static constexpr int64_t tall = 8;
  using Panel = LongVector;
  struct Sums {
    LongVector all{};
  };
  static RESNET_INLINE Vector half(const Sums& sums, int64_t i) {
    return i == 0 ? first_half(sums.all) : second_half(sums.all);
  }
};

// float32 in vectors of sixteen.
struct Sixteen : InLongVectors {
  using Value = float;
  static constexpr int64_t depth = 1;
  static RESNET_INLINE Panel panel(const float* b) {
    return *reinterpret_cast<const LongVector*>(b);
  }
  static RESNET_INLINE void add(Sums& sums, const float* a, Panel b) { sums.all += *a * b; }
  static RESNET_INLINE void store(float* to, const Sums& sums) {
    *reinterpret_cast<LongVector*>(to) = sums.all;
  }
};

// A step of bfloat16 takes two values of the depth, which lie side by side: of a row, and of each of a
// panel's channels. Products are exact, and so are sums of two in float32 but for the last rounding.

// By AVX-512's instruction, which takes subnormal numbers for zero.
struct Pairs : InLongVectors {
  using Value = bfloat16;
  static constexpr int64_t depth = 2;
  static RESNET_INLINE Panel panel(const bfloat16* b) {
    return *reinterpret_cast<const LongVector*>(b);
  }
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

// Made float32 first, for processors without it.
struct WidenedPairs {
  using Value = bfloat16;
  static constexpr int64_t depth = 2, tall = 4;
  struct Panel {
    Vector first[2], second[2];
  };
  struct Sums {
    Vector halves[2] = {};
  };
  static RESNET_INLINE Panel panel(const bfloat16* b) {
    Panel result;
    for (int64_t i = 0; i < 2; ++i) {
      const Bits bits = *reinterpret_cast<const Bits*>(b + i * 2 * lanes);
      result.first[i] = reinterpret_cast<Vector>(bits << 16);
      result.second[i] = reinterpret_cast<Vector>(bits & 0xffff0000u);
    }
    return result;
  }
  static RESNET_INLINE void add(Sums& sums, const bfloat16* a, const Panel& b) {
    const float first = widen(a[0]), second = widen(a[1]);
    for (int64_t i = 0; i < 2; ++i) sums.halves[i] += first * b.first[i] + second * b.second[i];
  }
  static RESNET_INLINE Vector half(const Sums& sums, int64_t i) { return sums.halves[i]; }
  static RESNET_INLINE void store(bfloat16* to, const Sums& sums) {
    resnet::store(to, sums.halves[0]);
    resnet::store(to + lanes, sums.halves[1]);
  }
};

// Defines `name` as `name_by<Arithmetic>`, an inline template, for the arithmetic that there is.
#define RESNET_BY_FLOAT32(name, parameters, arguments)                                      \
  RESNET_WITH_EIGHT void name##_by_eight parameters { name##_by<Eight> arguments; }         \
  RESNET_WITH_SIXTEEN void name##_by_sixteen parameters { name##_by<Sixteen> arguments; }   \
  void name parameters {                                                                    \
    has_vectors_of_sixteen() ? name##_by_sixteen arguments : name##_by_eight arguments;     \
  }
#define RESNET_BY_BFLOAT16(name, parameters, arguments)                                     \
  RESNET_WITH_EIGHT void name##_by_widened_pairs parameters { name##_by<WidenedPairs> arguments; } \
  RESNET_WITH_PAIRS void name##_by_pairs parameters { name##_by<Pairs> arguments; }         \
  void name parameters {                                                                    \
    has_pairs() ? name##_by_pairs arguments : name##_by_widened_pairs arguments;            \
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
  return has_vectors_of_sixteen() ? Sixteen::tall : Eight::tall;
}
template <>
inline int64_t rows_at_a_time<bfloat16>() {
  return has_pairs() ? Pairs::tall : WidenedPairs::tall;
}

}  // namespace resnet
