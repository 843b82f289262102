// The gradient of a convolution by its filter: for each tap of the filter the product of the
// image's pixels, transposed, and the output's gradient. oneDNN's kernels for AVX2 do it at 55 to
// 60 % of the CPU's peak, and take a padded copy of the image where TensorFlow has no word for the
// padding.
#include "filter_gradient.h"

#include <algorithm>

#include "filter_tile.h"
#include "op_kernel.h"
#include "im2row.h"
#include "parallel.h"
#include "pointwise_filter_gradient.h"
#include "cpu.h"
#include "simd.h"
#include "winograd_filter_gradient.h"

namespace resnet {
namespace {

#define RESNET_TILE_GRADIENT(T) \
  (const FilterJob<T>& job, const Tile& tile, int64_t begin, int64_t end, float* result)
RESNET_DISPATCH_FLOAT32(tile_gradient, RESNET_TILE_GRADIENT(float), (job, tile, begin, end, result))
RESNET_DISPATCH_BF16(tile_gradient, RESNET_TILE_GRADIENT(bfloat16), (job, tile, begin, end, result))

// The filter's channels in tiles of at most so many, all of about one size.
struct Division {
  Division(int64_t channels, int64_t panel, int64_t most)
      : panels(ceil_div(channels, panel)),
        size(ceil_div(panels, ceil_div(panels, most / panel))),
        count(ceil_div(panels, size)) {}
  int64_t begin(int64_t i) const { return i * size; }
  int64_t length(int64_t i) const { return std::min(size, panels - i * size); }
  int64_t panels, size, count;
};

template <typename T>
void by_taps(const Pixels<T>& image, const T* dy, const Shape& shape, const Window& window,
             float* result) {
  const bool is_pixel = window.height * window.width == 1;
  const FilterJob<T> job{image, dy, shape, window, Chunks(shape, 256)};
  // Each tile copies its channels of all pixels: the fewer taps, the more it takes to be worth it.
  const Division in(shape.in, NR, is_pixel ? 256 : 64), out(shape.out, NR, is_pixel ? 256 : 128);
  const int64_t tiles = in.count * out.count;
  // Where tiles are few, they are made of parts of the pixels each, which are added up in their
  // order: the same way whatever the number of threads.
  const int64_t parts = std::min(ceil_div(16, tiles), job.chunks.count());
  const int64_t size = window.height * window.width * shape.in * shape.out;
  const Buffer memory(parts > 1 ? parts * size : 0);
  float* const partial = memory.data();
  parallel(tiles * parts, [&](int64_t i) {
    const int64_t part = i % parts, t = i / parts;
    const Tile tile{in.begin(t % in.count) * NR, in.length(t % in.count),
                    out.begin(t / in.count) * NR, out.length(t / in.count)};
    tile_gradient(job, tile, job.chunks.count() * part / parts,
                  job.chunks.count() * (part + 1) / parts,
                  parts > 1 ? partial + part * size : result);
  });
  if (parts == 1) return;
  constexpr int64_t slice = 4096;
  parallel(ceil_div(size, slice), [&](int64_t i) {
    const int64_t begin = i * slice, end = std::min(size, begin + slice);
    for (int64_t j = begin; j < end; ++j) result[j] = partial[j];
    for (int64_t part = 1; part < parts; ++part) {
      for (int64_t j = begin; j < end; ++j) result[j] += partial[part * size + j];
    }
  });
}

// The direct sums over the taps.
template <typename T>
void by_sums(const T* x, const T* dy, const Shape& shape, const Window& window, float* result) {
  if (!uses_im2row(shape, window)) {
    const int64_t row = shape.width * shape.in;
    const Pixels<T> image{x,        shape.height, shape.width,       shape.in,
                          shape.in, row,          shape.height * row};
    return by_taps(image, dy, shape, window, result);
  }
  const Buffer padded = padded_copy<T>(x, shape, window.padding);
  const int64_t height = shape.height + 2 * window.padding,
                width = shape.width + 2 * window.padding;
  const int64_t taps = window.width * shape.in, row = width * shape.in;
  Shape rows = shape;
  rows.in = taps;
  by_taps<T>({padded.as<T>(), height, width - window.width + 1, taps, shape.in, row, height * row},
             dy, rows, {window.height, 1, window.stride, 0}, result);
}

}  // namespace

template <typename T>
void filter_gradient(const T* x, const T* dy, const Shape& shape, const Window& window,
                     float* result) {
  if (suits_winograd_gradient(shape, window)) {
    winograd_filter_gradient(x, dy, shape, window.padding, result);
  } else if (suits_pointwise_gradient(shape, window)) {
    pointwise_filter_gradient(x, dy, shape, window.stride, result);
  } else {
    by_sums(x, dy, shape, window, result);
  }
}

template void filter_gradient(const float*, const float*, const Shape&, const Window&, float*);
template void filter_gradient(const bfloat16*, const bfloat16*, const Shape&, const Window&,
                              float*);

namespace {

void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  return new Window{attributes.integer_from("height", 1), attributes.integer_from("width", 1),
                    attributes.integer_from("stride", 1), attributes.integer_from("padding", 0)};
}

void destroy(void* window) { delete static_cast<Window*>(window); }

void compute(void* settings, TF_OpKernelContext* context) {
  const Window& window = *static_cast<Window*>(settings);
  Run run(context);
  const Tensor x(run.input(0)), dy(run.input(1));
  if (!run.ok() || !run.check(x.rank() == 4 && dy.rank() == 4,
                              "ResnetFilterGrad: x [N, H, W, Ci] and dy [N, Ho, Wo, Co]")) {
    return;
  }
  const Shape shape{x.dim(0), x.dim(1), x.dim(2), x.dim(3), dy.dim(1), dy.dim(2), dy.dim(3)};
  if (!run.check(dy.dim(0) == shape.batch && shape.out_height > 0 && shape.out_width > 0 &&
                     shape.batch > 0 &&
                     shape.out_height == outputs(shape.height, window.height, window) &&
                     shape.out_width == outputs(shape.width, window.width, window) &&
                     shape.in > 0 && shape.out > 0 && shape.out % NR == 0,
                 "ResnetFilterGrad: dy of the convolution's shape, of a multiple of 16 channels")) {
    return;
  }
  const Tensor result(run.output(0, TF_FLOAT, {window.height, window.width, shape.in, shape.out}));
  if (!run.ok()) return;
  if (run.type(0) == TF_FLOAT) {
    filter_gradient(x.data<float>(), dy.data<float>(), shape, window, result.data<float>());
  } else {
    filter_gradient(x.data<bfloat16>(), dy.data<bfloat16>(), shape, window, result.data<float>());
  }
}

}  // namespace

bool define_filter_gradient() {
  if (!has_avx2()) return true;
  return define({"ResnetFilterGrad",
                 {"x: T", "dy: T"},
                 {"filter: float"},
                 {"T: {float, bfloat16}", "height: int >= 1", "width: int >= 1", "stride: int >= 1",
                  "padding: int >= 0"},
                 guarded_create<create>,
                 guarded_compute<compute>,
                 destroy,
                 !has_amx_bf16()});
}

}  // namespace resnet
