// What the loops of the kernels are made of. They are plain loops over channels, which compilers
// turn into vector code. Data are float32 or bfloat16; arithmetic is float32.
#pragma once

#include <cstdint>
#include <cstring>

namespace resnet {

// A function marked so is compiled for several generations of x86 and chosen when loaded: the
// addon may be built on one machine (an image, say) and run on another. What it calls is inlined.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// What chooses a clone runs before the sanitizers are ready: the plainest is taken.
#define RESNET_CLONES
#else
#define RESNET_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#define RESNET_HAS_CLONES 1
#else
#define RESNET_CLONES
#define RESNET_HAS_CLONES 0
#endif
#define RESNET_INLINE inline __attribute__((always_inline))
// After the parameters of a lambda: it becomes part of the function that it is handed to.
#define RESNET_INLINED __attribute__((always_inline))

// Avx2 values, wherever they lie. Without AVX compilers make two of it.
typedef float Vec8 __attribute__((vector_size(32), aligned(4)));
constexpr int64_t lanes = 8;

typedef uint32_t Bits __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint16_t HalfBits __attribute__((vector_size(16), aligned(2), may_alias));
// Avx512, for functions that are compiled for AVX-512 alone.
typedef float Vec16 __attribute__((vector_size(64), aligned(2), may_alias));

struct bfloat16 {
  uint16_t bits;
};

RESNET_INLINE float to_float(float x) { return x; }
RESNET_INLINE float to_float(bfloat16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}

// Rounds to nearest, ties to even.
template <typename T>
RESNET_INLINE T from_float(float x);
template <>
RESNET_INLINE float from_float<float>(float x) {
  return x;
}
template <>
RESNET_INLINE bfloat16 from_float<bfloat16>(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return {static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16)};
}

RESNET_INLINE Vec8 load(const float* from) { return *reinterpret_cast<const Vec8*>(from); }
RESNET_INLINE Vec8 load(const bfloat16* from) {
  const HalfBits bits = *reinterpret_cast<const HalfBits*>(from);
  return reinterpret_cast<Vec8>(__builtin_convertvector(bits, Bits) << 16);
}
RESNET_INLINE void store(float* to, Vec8 value) { *reinterpret_cast<Vec8*>(to) = value; }

// The upper halves are the values rounded to bfloat16.
RESNET_INLINE Bits rounded(Vec8 value) {
  const Bits bits = reinterpret_cast<Bits>(value);
  return bits + 0x7fff + ((bits >> 16) & 1);
}
RESNET_INLINE void store(bfloat16* to, Vec8 value) {
  *reinterpret_cast<HalfBits*>(to) = __builtin_convertvector(rounded(value) >> 16, HalfBits);
}

// Avx2 of bfloat16, one a lane, and two of them side by side: first[0], second[0], first[1]...
RESNET_INLINE Bits load_bits(const bfloat16* from) {
  return __builtin_convertvector(*reinterpret_cast<const HalfBits*>(from), Bits);
}
RESNET_INLINE void interleave(Bits first, Bits second, bfloat16* to) {
  *reinterpret_cast<Bits*>(to) = first | (second << 16);
}

RESNET_INLINE Vec8 first_half(Vec16 x) {
  Vec8 half;
  std::memcpy(&half, &x, sizeof(half));
  return half;
}
RESNET_INLINE Vec8 second_half(Vec16 x) {
  Vec8 half;
  std::memcpy(&half, reinterpret_cast<const char*>(&x) + sizeof(half), sizeof(half));
  return half;
}

// max(x, 0); a NaN stays, for the loss to show it.
RESNET_INLINE float rectified(float x) { return x < 0.0f ? 0.0f : x; }
RESNET_INLINE Vec8 rectified(Vec8 x) { return x < 0.0f ? Vec8{} : x; }

}  // namespace resnet
