// What the convolutions in this folder agree on. Images are [N, H, W, C], filters [kh, kw, Ci, Co].
#pragma once

#include <cstdint>
#include <vector>

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

// The shape of a convolution of x by a filter, each given by its edges.
inline Shape shape_of(const std::vector<int64_t>& x, const std::vector<int64_t>& filter,
                      const Window& window) {
  return {x[0],
          x[1],
          x[2],
          x[3],
          outputs(x[1], window.height, window),
          outputs(x[2], window.width, window),
          filter[3]};
}

// What follows a convolution: y = relu(y + bias + addend), each where there is one. The addend may
// lie in y's memory.
template <typename T>
struct Epilogue {
  const float* bias = nullptr;
  const T* addend = nullptr;
  bool relu = false;
};

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Output channels of a panel: the innermost loops make so many at a time, and filters lie in memory
// NR side by side. Channels of an output must be a multiple of it.
constexpr int64_t NR = 16;

// A filter, or its flipped_window image that maps gradients with respect to the output to gradients
// with respect to the input: taps in reverse order, input and output channels exchanged.
struct Filter {
  const float* values;
  int64_t height, width, in, out;
  bool flipped;
  // Channels that go in and come out of the convolution that uses it.
  int64_t from() const { return flipped ? out : in; }
  int64_t to() const { return flipped ? in : out; }
};

// Whether the convolution is one of these: a filter within the image, to a multiple of 16 channels,
// in bfloat16 from an even number.
template <typename T>
bool is_supported(const Shape& shape, const Window& window);

// The convolution of x to y [N, Ho, Wo, Co], by the algorithm that suits.
template <typename T>
void convolution(const T* x, const Filter& filter, const Shape& shape, const Window& window,
                 const Epilogue<T>& epilogue, T* y);

// Its gradient by x, plus an addend if there is one, which may be in dx; from a multiple of 16
// channels.
template <typename T>
void input_gradient(const T* dy, const float* filter, const Shape& shape, const Window& window,
                    const T* addend, T* dx);

}  // namespace resnet
