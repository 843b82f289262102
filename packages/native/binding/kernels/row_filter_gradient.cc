#include "row_filter_gradient.h"

#include <algorithm>

#include "buffer.h"
#include "padded.h"
#include "parallel.h"
#include "product.h"
#include "vector.h"

namespace resnet {
namespace {

// The output's rows in so many parts, whose sums are added up in their order: the same way whatever
// the number of threads.
constexpr int64_t most_parts = 16;

// to[size][out] += the products of a row of pixels, `step` apart, and one of the output's gradient.
RESNET_CLONES void add_row(const float* x, int64_t step, int64_t size, const float* dy, int64_t out,
                           int64_t pixels, float* to) {
  for (int64_t c = 0; c < out; c += wide) {
    for_rows(size, [&](auto rows, int64_t i) RESNET_INLINED {
      outer_product<rows>(x + i, step, dy + c, out, pixels, true, to + i * out + c, out);
    });
  }
}

}  // namespace

void row_filter_gradient(const float* x, const float* dy, const Shape& shape, const Window& window,
                         float* filter) {
  const Buffer padded = padded_copy(x, shape, window.padding);
  const int64_t height = shape.height + 2 * window.padding;
  const int64_t pitch = (shape.width + 2 * window.padding) * shape.in;
  const int64_t taps = window.width * shape.in, size = window.height * taps * shape.out;
  const int64_t rows = shape.batch * shape.out_height, parts = std::min(most_parts, rows);
  const Buffer sums(parts * size);
  parallel(parts, [&](int64_t part) {
    float* const to = sums.data() + part * size;
    std::fill(to, to + size, 0.0f);
    for (int64_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row) {
      const int64_t first = row / shape.out_height * height + row % shape.out_height * window.stride;
      for (int64_t y = 0; y < window.height; ++y) {
        add_row(padded.data() + (first + y) * pitch, window.stride * shape.in, taps,
                dy + row * shape.out_width * shape.out, shape.out, shape.out_width,
                to + y * taps * shape.out);
      }
    }
  });
  std::copy(sums.data(), sums.data() + size, filter);
  for (int64_t part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < size; ++i) filter[i] += sums.data()[part * size + i];
  }
}

}  // namespace resnet
