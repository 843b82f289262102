// Products of a few rows and a panel of a filter: sums stay in registers.
#pragma once

#include <cstdint>
#include <type_traits>

#include "micro_kernel.h"
#include "convolution.h"
#include "simd.h"

namespace resnet {

// The largest block of whole `MR` rows that is not above `most`, as blocks of about one size have
// it.
constexpr int64_t even_block(int64_t count, int64_t most, int64_t MR) {
  return ceil_div(ceil_div(count, ceil_div(count, most)), MR) * MR;
}

template <int64_t most, typename Body>
RESNET_INLINE void last_rows(int64_t count, int64_t first, const Body& body) {
  if constexpr (most > 0) {
    if (count == most) return body(std::integral_constant<int64_t, most>(), first);
    last_rows<most - 1>(count, first, body);
  }
}

// Calls `body(rows, first)` for `count` rows, some at a time, of which the body knows as it is
// compiled how many they are. A last one or two alone would wait for each sum to be added to the
// next.
template <int64_t MR, typename Body>
RESNET_INLINE void for_rows(int64_t count, const Body& body) {
  using std::integral_constant;
  int64_t row = 0;
  for (; count - row > MR + 2 || count - row == MR; row += MR) {
    body(integral_constant<int64_t, MR>(), row);
  }
  if (count - row > MR) {
    body(integral_constant<int64_t, MR / 2 + 1>(), row);
    row += MR / 2 + 1;
  }
  last_rows<MR - 1>(count - row, row, body);
}

// to[rows][NR] = a[rows][depth] b[depth][NR]
template <typename Isa, int64_t rows>
RESNET_INLINE void product(const float* a, int64_t a_pitch, const float* b, int64_t depth,
                           float* to, int64_t to_pitch) {
  typename Isa::Sums sums[rows];
  for (int64_t k = 0; k < depth; ++k, b += NR) {
    const auto panel = Isa::panel(b);
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) Isa::add(sums[i], a + i * a_pitch + k, panel);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) {
    store(to + i * to_pitch, Isa::half(sums[i], 0));
    store(to + i * to_pitch + lanes, Isa::half(sums[i], 1));
  }
}

// to[rows][NR] (+)= the sum over k of a[k][rows] b[k][NR], whose k lie a step apart.
template <typename Isa, int64_t rows>
RESNET_INLINE void outer_product(const typename Isa::Value* a, int64_t a_step,
                                 const typename Isa::Value* b, int64_t b_step, int64_t count,
                                 bool add, float* to, int64_t to_pitch) {
  typename Isa::Sums sums[rows];
  for (int64_t k = 0; k < count; ++k, a += a_step, b += b_step) {
    const auto panel = Isa::panel(b);
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) Isa::add(sums[i], a + i * Isa::depth, panel);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) {
    float* const at = to + i * to_pitch;
    const Vec8 left = Isa::half(sums[i], 0), right = Isa::half(sums[i], 1);
    store(at, add ? load(at) + left : left);
    store(at + lanes, add ? load(at + lanes) + right : right);
  }
}

// The same of two whole panels, `count` steps of the depth: to[NR][NR].
template <typename Isa>
RESNET_INLINE void outer_panels(const typename Isa::Value* a, const typename Isa::Value* b,
                                int64_t count, bool add, float* to, int64_t to_pitch) {
  constexpr int64_t step = NR * Isa::depth;
  // As for_rows has it, but even: 8 and 8, 6 and 5 and 5, or 4 four times.
  constexpr int64_t parts = ceil_div(NR, Isa::MR);
  constexpr int64_t first = ceil_div(NR, parts),
                    rest = parts == 1 ? first : (NR - first) / (parts - 1);
  outer_product<Isa, first>(a, step, b, step, count, add, to, to_pitch);
#pragma GCC unroll 4
  for (int64_t i = first; i < NR; i += rest) {
    outer_product<Isa, rest>(a + i * Isa::depth, step, b, step, count, add, to + i * to_pitch,
                             to_pitch);
  }
}

}  // namespace resnet
