#include "padded.h"

#include <algorithm>

#include "parallel.h"

namespace resnet {

Buffer padded_copy(const float* x, const Shape& shape, int64_t padding) {
  const int64_t height = shape.height + 2 * padding, width = shape.width + 2 * padding;
  Buffer padded(shape.batch * height * width * shape.in);
  parallel(shape.batch * height, [&](int64_t i) {
    const int64_t y = i % height - padding, size = shape.width * shape.in;
    float* row = padded.data() + i * width * shape.in;
    float* const end = row + width * shape.in;
    if (y < 0 || y >= shape.height) return std::fill(row, end, 0.0f);
    const float* from = x + (i / height * shape.height + y) * size;
    row = std::fill_n(row, padding * shape.in, 0.0f);
    std::fill(std::copy(from, from + size, row), end, 0.0f);
  });
  return padded;
}

}  // namespace resnet
