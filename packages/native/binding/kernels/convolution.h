// What the convolutions in this folder agree on. Images are [N, H, W, C], filters [kh, kw, Ci, Co].
#pragma once

#include <cstdint>

namespace resnet {

struct Window {
  int64_t height, width, stride, padding, dilation = 1;
};

struct Shape {
  int64_t batch, height, width, in, out_height, out_width, out;
};

// How many places a window of `taps` takes along an edge of `inputs`.
inline int64_t outputs(int64_t inputs, int64_t taps, const Window& window) {
  return (inputs + 2 * window.padding - window.dilation * (taps - 1) - 1) / window.stride + 1;
}

// What follows a convolution: y = relu(y + bias + addend), each where there is one.
template <typename T>
struct Epilogue {
  const float* bias = nullptr;
  const T* addend = nullptr;
  bool relu = false;
};

constexpr int64_t divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Output channels of a panel: the innermost loops make so many at a time, and filters lie in memory
// so many side by side. Channels of an output must be a multiple of it.
constexpr int64_t wide = 16;

// A filter, or its mirror image that maps gradients by the output to gradients by the input: taps in
// reverse order, input and output channels exchanged.
struct Filter {
  const float* values;
  int64_t height, width, in, out;
  bool mirrored;
  // Channels that go in and come out of the convolution that uses it.
  int64_t from() const { return mirrored ? out : in; }
  int64_t to() const { return mirrored ? in : out; }
};

}  // namespace resnet
