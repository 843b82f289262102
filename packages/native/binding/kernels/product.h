// Products of a few rows and a panel of a filter: sums stay in registers.
#pragma once

#include <cstdint>
#include <type_traits>

#include "arithmetic.h"
#include "convolution.h"
#include "vector.h"

namespace resnet {

// The largest block of whole `tall` rows that is not above `most`, as blocks of about one size have it.
constexpr int64_t even_block(int64_t count, int64_t most, int64_t tall) {
  return divide(divide(count, divide(count, most)), tall) * tall;
}

template <int64_t most, typename Body>
RESNET_INLINE void last_rows(int64_t count, int64_t first, const Body& body) {
  if constexpr (most > 0) {
    if (count == most) return body(std::integral_constant<int64_t, most>(), first);
    last_rows<most - 1>(count, first, body);
  }
}

// Calls `body(rows, first)` for `count` rows, some at a time, of which the body knows as it is compiled
// how many they are. A last one or two alone would wait for each sum to be added to the next.
template <int64_t tall, typename Body>
RESNET_INLINE void for_rows(int64_t count, const Body& body) {
  using std::integral_constant;
  int64_t row = 0;
  for (; count - row > tall + 2 || count - row == tall; row += tall) {
    body(integral_constant<int64_t, tall>(), row);
  }
  if (count - row > tall) {
    body(integral_constant<int64_t, tall / 2 + 1>(), row);
    row += tall / 2 + 1;
  }
  last_rows<tall - 1>(count - row, row, body);
}

// to[rows][wide] = a[rows][depth] b[depth][wide]
template <typename Arithmetic, int64_t rows>
RESNET_INLINE void product(const float* a, int64_t a_pitch, const float* b, int64_t depth,
                           float* to, int64_t to_pitch) {
  typename Arithmetic::Sums sums[rows];
  for (int64_t k = 0; k < depth; ++k, b += wide) {
    const auto panel = Arithmetic::panel(b);
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) Arithmetic::add(sums[i], a + i * a_pitch + k, panel);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) {
    store(to + i * to_pitch, Arithmetic::half(sums[i], 0));
    store(to + i * to_pitch + lanes, Arithmetic::half(sums[i], 1));
  }
}

// to[rows][wide] (+)= the sum over k of a[k][rows] b[k][wide], whose k lie a step apart.
template <typename Arithmetic, int64_t rows>
RESNET_INLINE void outer_product(const typename Arithmetic::Value* a, int64_t a_step,
                                 const typename Arithmetic::Value* b, int64_t b_step, int64_t count,
                                 bool add, float* to, int64_t to_pitch) {
  typename Arithmetic::Sums sums[rows];
  for (int64_t k = 0; k < count; ++k, a += a_step, b += b_step) {
    const auto panel = Arithmetic::panel(b);
#pragma GCC unroll 8
    for (int64_t i = 0; i < rows; ++i) Arithmetic::add(sums[i], a + i * Arithmetic::depth, panel);
  }
#pragma GCC unroll 8
  for (int64_t i = 0; i < rows; ++i) {
    float* const at = to + i * to_pitch;
    const Vector left = Arithmetic::half(sums[i], 0), right = Arithmetic::half(sums[i], 1);
    store(at, add ? load(at) + left : left);
    store(at + lanes, add ? load(at + lanes) + right : right);
  }
}

// The same of two whole panels, `count` steps of the depth: to[wide][wide].
template <typename Arithmetic>
RESNET_INLINE void outer_panels(const typename Arithmetic::Value* a,
                                const typename Arithmetic::Value* b, int64_t count, bool add,
                                float* to, int64_t to_pitch) {
  constexpr int64_t step = wide * Arithmetic::depth;
  // As for_rows has it, but even: 8 and 8, 6 and 5 and 5, or 4 four times.
  constexpr int64_t parts = divide(wide, Arithmetic::tall);
  constexpr int64_t first = divide(wide, parts), rest = parts == 1 ? first : (wide - first) / (parts - 1);
  outer_product<Arithmetic, first>(a, step, b, step, count, add, to, to_pitch);
#pragma GCC unroll 4
  for (int64_t i = first; i < wide; i += rest) {
    outer_product<Arithmetic, rest>(a + i * Arithmetic::depth, step, b, step, count, add,
                                    to + i * to_pitch, to_pitch);
  }
}

}  // namespace resnet
