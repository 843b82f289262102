#include "im2row.h"

#include <algorithm>

#include "parallel.h"

namespace resnet {

template <typename To, typename From>
Buffer padded_copy(const From* x, const Shape& shape, int64_t padding) {
  const int64_t height = shape.height + 2 * padding, width = shape.width + 2 * padding;
  const int64_t count = shape.batch * height * width * shape.in;
  Buffer padded = Buffer::of<To>(count + 1);
  To* const to = padded.as<To>();
  to[count] = To{};
  parallel(shape.batch * height, [&](int64_t i) {
    const int64_t y = i % height - padding, size = shape.width * shape.in;
    To* row = to + i * width * shape.in;
    To* const end = row + width * shape.in;
    if (y < 0 || y >= shape.height) return std::fill(row, end, To{});
    const From* from = x + (i / height * shape.height + y) * size;
    row = std::fill_n(row, padding * shape.in, To{});
    row = std::transform(from, from + size, row,
                         [](From value) { return from_float<To>(to_float(value)); });
    std::fill(row, end, To{});
  });
  return padded;
}

template Buffer padded_copy<float>(const float*, const Shape&, int64_t);
template Buffer padded_copy<bfloat16>(const bfloat16*, const Shape&, int64_t);

}  // namespace resnet
