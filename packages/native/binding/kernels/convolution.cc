// Convolutions and their gradients with respect to the input, with what follows them in inference,
// by the algorithms in this folder. They take half of oneDNN's time where Winograd F(4x4, 3x3)
// suits; and they share their threads with the other kernels here, where two pools in turn sleep
// and wake at every operation.
#include <memory>
#include <mutex>
#include <optional>

#include "micro_kernel.h"
#include "scratch_buffer.h"
#include "convolution.h"
#include "indirect_convolution.h"
#include "op_kernel.h"
#include "im2row.h"
#include "cpu.h"
#include "winograd_convolution.h"

namespace resnet {
namespace {

// What the kernel of a node keeps.
struct Settings {
  int64_t stride, padding, dilation;
  // The edges of the gradient with respect to the input.
  int64_t height = 0, width = 0;
  bool relu = false, has_bias = false, has_addend = false;
  // The filter is the same at every run: it is made ready once.
  bool is_filter_constant = false;
  std::mutex mutex;
  std::optional<Buffer> in_panels, transformed;
};

// What `make` made of the constant filter of `settings`, once.
template <typename Make>
const Buffer& kept(Settings& settings, std::optional<Buffer>& made, const Make& make) {
  const std::lock_guard<std::mutex> lock(settings.mutex);
  if (!made) made.emplace(make());
  return *made;
}

// The convolution with a filter that stays.
template <typename T>
void convolve(const T* x, const Filter& filter, const Shape& shape, const Window& window,
              const Epilogue<T>& epilogue, Settings& settings, T* y) {
  if (suits_winograd<T>(shape, window, true)) {
    const Buffer& values =
        kept(settings, settings.transformed, [&] { return winograd_filter(filter); });
    return winograd_convolution(x, values.data(), shape, window.padding, epilogue, y);
  }
  const Buffer& values =
      kept(settings, settings.in_panels, [&] { return pack_weights<T>(filter, shape, window); });
  indirect_convolution(x, values.as<T>(), shape, window, epilogue, y);
}

bool is_whole(const Shape& shape, const Window& window) {
  return shape.batch > 0 && shape.in > 0 && shape.out > 0 && shape.height > 0 && shape.width > 0 &&
         window.height > 0 && window.width > 0 && shape.out_height > 0 && shape.out_width > 0;
}

}  // namespace

template <typename T>
bool is_supported(const Shape& shape, const Window& window) {
  return is_whole(shape, window) && shape.out % NR == 0 &&
         (shape.in % depth_of_step<T> == 0 || uses_im2row(shape, window));
}

template <typename T>
void convolution(const T* x, const Filter& filter, const Shape& shape, const Window& window,
                 const Epilogue<T>& epilogue, T* y) {
  if (suits_winograd<T>(shape, window, false)) {
    return winograd_convolution(x, filter, shape, window.padding, epilogue, y);
  }
  const Buffer made = pack_weights<T>(filter, shape, window);
  indirect_convolution(x, made.as<T>(), shape, window, epilogue, y);
}

template <typename T>
void input_gradient(const T* dy, const float* filter, const Shape& shape, const Window& window,
                    const T* addend, T* dx) {
  const Filter flipped{filter, window.height, window.width, shape.in, shape.out, true};
  const Shape back{shape.batch,  shape.out_height, shape.out_width, shape.out,
                   shape.height, shape.width,      shape.in};
  const int64_t padding = window.height - 1 - window.padding;
  const Window flipped_window{window.height, window.width, window.stride, padding, window.dilation};
  if (padding >= 0 && suits_winograd<T>(back, flipped_window, false)) {
    return winograd_convolution<T>(dy, flipped, back, padding, {nullptr, addend, false}, dx);
  }
  const Buffer made = pack_weights<T>(flipped, back, window);
  indirect_input_gradient(dy, made.as<T>(), shape, window, addend, dx);
}

#define RESNET_CONVOLUTION_OF(T)                                                  \
  template bool is_supported<T>(const Shape&, const Window&);                     \
  template void convolution(const T*, const Filter&, const Shape&, const Window&, \
                            const Epilogue<T>&, T*);                              \
  template void input_gradient(const T*, const float*, const Shape&, const Window&, const T*, T*);
RESNET_CONVOLUTION_OF(float)
RESNET_CONVOLUTION_OF(bfloat16)

namespace {

template <typename T>
void forward(Settings& settings, Run& run) {
  const Tensor x(run.input(0)), filter(run.input(1));
  const Tensor bias(settings.has_bias ? run.input(2) : Tensor(nullptr));
  const Tensor addend(settings.has_addend ? run.input(settings.has_bias ? 3 : 2) : Tensor(nullptr));
  if (!run.ok() || !run.check(x.rank() == 4 && filter.rank() == 4 && x.dim(3) == filter.dim(2),
                              "ResnetConv: x [N, H, W, Ci] and a filter [kh, kw, Ci, Co]")) {
    return;
  }
  const Window window{filter.dim(0), filter.dim(1), settings.stride, settings.padding,
                      settings.dilation};
  const Shape shape = shape_of(x.shape(), filter.shape(), window);
  if (!run.check(is_supported<T>(shape, window),
                 "ResnetConv: a filter within the image, to a multiple of 16 channels, in bfloat16 "
                 "from an even number")) {
    return;
  }
  const std::vector<int64_t> dims{shape.batch, shape.out_height, shape.out_width, shape.out};
  if (!run.check((!bias.valid() || bias.size() == shape.out) &&
                     (!addend.valid() || addend.shape() == dims),
                 "ResnetConv: a bias [Co] and an addend of the output's shape")) {
    return;
  }
  const Tensor y(run.output(0, run.type(0), dims));
  if (!run.ok()) return;
  const Epilogue<T> epilogue{bias.valid() ? bias.data<float>() : nullptr,
                             addend.valid() ? addend.data<T>() : nullptr, settings.relu};
  const Filter taps{filter.data<float>(), window.height, window.width, shape.in, shape.out, false};
  if (settings.is_filter_constant) {
    convolve(x.data<T>(), taps, shape, window, epilogue, settings, y.data<T>());
  } else {
    convolution(x.data<T>(), taps, shape, window, epilogue, y.data<T>());
  }
}

template <typename T>
void backward(Settings& settings, Run& run) {
  const Tensor filter(run.input(0)), dy(run.input(1));
  if (!run.ok() ||
      !run.check(filter.rank() == 4 && dy.rank() == 4 && dy.dim(3) == filter.dim(3),
                 "ResnetInputGrad: a filter [kh, kw, Ci, Co] and dy [N, Ho, Wo, Co]")) {
    return;
  }
  const Window window{filter.dim(0), filter.dim(1), settings.stride, settings.padding,
                      settings.dilation};
  const Shape shape{dy.dim(0), settings.height, settings.width, filter.dim(2),
                    dy.dim(1), dy.dim(2),       dy.dim(3)};
  if (!run.check(is_whole(shape, window) && shape.in % NR == 0 && shape.out % NR == 0 &&
                     shape.out_height == outputs(shape.height, window.height, window) &&
                     shape.out_width == outputs(shape.width, window.width, window),
                 "ResnetInputGrad: dy of the convolution's shape, multiples of 16 channels")) {
    return;
  }
  const Tensor dx(run.output(0, run.type(1), {shape.batch, shape.height, shape.width, shape.in}));
  if (!run.ok()) return;
  input_gradient<T>(dy.data<T>(), filter.data<float>(), shape, window, nullptr, dx.data<T>());
}

void compute_forward(void* state, TF_OpKernelContext* context) {
  Run run(context);
  auto& settings = *static_cast<Settings*>(state);
  run.type(0) == TF_FLOAT ? forward<float>(settings, run) : forward<bfloat16>(settings, run);
}

void compute_input_gradient(void* state, TF_OpKernelContext* context) {
  Run run(context);
  auto& settings = *static_cast<Settings*>(state);
  run.type(1) == TF_FLOAT ? backward<float>(settings, run) : backward<bfloat16>(settings, run);
}

std::unique_ptr<Settings> geometry(Attributes& attributes) {
  auto settings = std::make_unique<Settings>();
  settings->stride = attributes.integer_from("stride", 1);
  settings->padding = attributes.integer_from("padding", 0);
  settings->dilation = attributes.integer_from("dilation", 1);
  return settings;
}

void* create_forward(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  auto settings = geometry(attributes);
  settings->relu = attributes.flag("relu");
  settings->has_bias = attributes.integer("biases") > 0;
  settings->has_addend = attributes.integer("addends") > 0;
  settings->is_filter_constant = attributes.flag("constant_filter");
  return settings.release();
}

void* create_gradient(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  auto settings = geometry(attributes);
  settings->height = attributes.integer_from("height", 1);
  settings->width = attributes.integer_from("width", 1);
  return settings.release();
}

void destroy(void* settings) { delete static_cast<Settings*>(settings); }

}  // namespace

bool define_convolutions() {
  if (!has_avx2()) return true;
  return define(
             {"ResnetConv",
              {"x: T", "filter: float", "bias: biases * float", "addend: addends * T"},
              {"y: T"},
              {"T: {float, bfloat16}", "biases: int >= 0", "addends: int >= 0", "stride: int >= 1",
               "padding: int >= 0", "dilation: int >= 1", "relu: bool", "constant_filter: bool"},
              guarded_create<create_forward>,
              guarded_compute<compute_forward>,
              destroy,
              !has_amx_bf16()}) &&
         define({"ResnetInputGrad",
                 {"filter: float", "dy: T"},
                 {"dx: T"},
                 {"T: {float, bfloat16}", "height: int >= 1", "width: int >= 1", "stride: int >= 1",
                  "padding: int >= 0", "dilation: int >= 1"},
                 guarded_create<create_gradient>,
                 guarded_compute<compute_input_gradient>,
                 destroy,
                 !has_amx_bf16()});
}

}  // namespace resnet
