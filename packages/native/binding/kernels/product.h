// Products of a few rows and a panel of a filter: sums stay in registers.
#pragma once

#include <cstdint>
#include <type_traits>

#include "convolution.h"
#include "vector.h"

namespace resnet {

// Rows at a time: with a panel's two vectors 12 vectors of sums, of 16 registers.
constexpr int64_t tall = 6;

// The largest block of whole `tall` rows that is not above `most`, as blocks of about one size have it.
constexpr int64_t even_block(int64_t count, int64_t most) {
  return divide(divide(count, divide(count, most)), tall) * tall;
}

// Calls `body(rows, first)` for `count` rows, some at a time, of which the body knows as it is compiled
// how many they are. A last one or two alone would wait for each sum to be added to the next.
template <typename Body>
RESNET_INLINE void for_rows(int64_t count, const Body& body) {
  using std::integral_constant;
  int64_t row = 0;
  for (; count - row > tall + 2 || count - row == tall; row += tall) {
    body(integral_constant<int64_t, tall>(), row);
  }
  if (count - row > tall) {
    body(integral_constant<int64_t, 4>(), row);
    row += 4;
  }
  switch (count - row) {
    case 5:
      return body(integral_constant<int64_t, 5>(), row);
    case 4:
      return body(integral_constant<int64_t, 4>(), row);
    case 3:
      return body(integral_constant<int64_t, 3>(), row);
    case 2:
      return body(integral_constant<int64_t, 2>(), row);
    case 1:
      return body(integral_constant<int64_t, 1>(), row);
    default:
      return;
  }
}

// to[rows][wide] = a[rows][depth] b[depth][wide]
template <int64_t rows>
RESNET_INLINE void product(const float* a, int64_t a_pitch, const float* b, int64_t depth,
                           float* to, int64_t to_pitch) {
  Vector sums[rows][2] = {};
  for (int64_t k = 0; k < depth; ++k, b += wide) {
    const Vector left = load(b), right = load(b + lanes);
#pragma GCC unroll 6
    for (int64_t i = 0; i < rows; ++i) {
      sums[i][0] += a[i * a_pitch + k] * left;
      sums[i][1] += a[i * a_pitch + k] * right;
    }
  }
#pragma GCC unroll 6
  for (int64_t i = 0; i < rows; ++i) {
    store(to + i * to_pitch, sums[i][0]);
    store(to + i * to_pitch + lanes, sums[i][1]);
  }
}

// to[rows][wide] (+)= the sum over k of a[k][rows] b[k][wide], whose k lie a step apart.
template <int64_t rows>
RESNET_INLINE void outer_product(const float* a, int64_t a_step, const float* b, int64_t b_step,
                                 int64_t count, bool add, float* to, int64_t to_pitch) {
  Vector sums[rows][2] = {};
  for (int64_t k = 0; k < count; ++k, a += a_step, b += b_step) {
    const Vector left = load(b), right = load(b + lanes);
#pragma GCC unroll 6
    for (int64_t i = 0; i < rows; ++i) {
      sums[i][0] += a[i] * left;
      sums[i][1] += a[i] * right;
    }
  }
#pragma GCC unroll 6
  for (int64_t i = 0; i < rows; ++i) {
    float* const at = to + i * to_pitch;
    store(at, add ? load(at) + sums[i][0] : sums[i][0]);
    store(at + lanes, add ? load(at + lanes) + sums[i][1] : sums[i][1]);
  }
}

// The same of two whole panels: to[wide][wide].
RESNET_INLINE void outer_panels(const float* a, const float* b, int64_t count, bool add, float* to,
                                int64_t to_pitch) {
  outer_product<6>(a, wide, b, wide, count, add, to, to_pitch);
  outer_product<5>(a + 6, wide, b, wide, count, add, to + 6 * to_pitch, to_pitch);
  outer_product<5>(a + 11, wide, b, wide, count, add, to + 11 * to_pitch, to_pitch);
}

}  // namespace resnet
