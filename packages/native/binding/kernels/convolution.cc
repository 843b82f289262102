// Convolutions and their gradients by the input, with what follows them in inference, by the algorithms
// in this folder. They take half of oneDNN's time where Winograd's filtering suits; and they share their
// threads with the other kernels here, where two pools in turn sleep and wake at every operation.
#include <mutex>
#include <optional>

#include "buffer.h"
#include "convolution.h"
#include "gathered_convolution.h"
#include "operation.h"
#include "processor.h"
#include "winograd_convolution.h"

namespace resnet {
namespace {

// What the kernel of a node keeps.
struct Settings {
  int64_t stride, padding, dilation;
  // The edges of the gradient by the input.
  int64_t height = 0, width = 0;
  bool relu = false, has_bias = false, has_addend = false;
  // The filter is the same at every run: it is made ready once.
  bool is_filter_constant = false;
  std::mutex mutex;
  std::optional<Buffer> in_panels, at_points;
};

Buffer make(const Filter& filter, bool winograd) {
  Buffer made(winograd ? winograd_filter_size(filter) : panel_filter_size(filter));
  (winograd ? winograd_filter : panel_filter)(filter, made.data());
  return made;
}

// The filter that a constant one of `settings` became.
const float* kept(Settings& settings, const Filter& filter, bool winograd) {
  const std::lock_guard<std::mutex> lock(settings.mutex);
  std::optional<Buffer>& made = winograd ? settings.at_points : settings.in_panels;
  if (!made) made.emplace(make(filter, winograd));
  return made->data();
}

void convolve(const float* x, const Filter& filter, const Shape& shape, const Window& window,
              const Epilogue& epilogue, Settings& settings, float* y) {
  const bool is_constant = settings.is_filter_constant;
  const bool winograd = suits_winograd(shape, window, is_constant);
  if (is_constant) {
    const float* values = kept(settings, filter, winograd);
    if (winograd) return winograd_convolution(x, values, shape, window.padding, epilogue, y);
    return gathered_convolution(x, values, shape, window, epilogue, y);
  }
  if (winograd) return winograd_convolution(x, filter, shape, window.padding, epilogue, y);
  gathered_convolution(x, make(filter, false).data(), shape, window, epilogue, y);
}

bool is_whole(const Shape& shape, const Window& window) {
  return shape.batch > 0 && shape.in > 0 && shape.out > 0 && shape.height > 0 && shape.width > 0 &&
         window.height > 0 && window.width > 0 && shape.out_height > 0 && shape.out_width > 0;
}

void forward(void* state, TF_OpKernelContext* context) {
  auto& settings = *static_cast<Settings*>(state);
  Run run(context);
  const Tensor x(run.input(0)), filter(run.input(1));
  const Tensor bias(settings.has_bias ? run.input(2) : nullptr);
  const Tensor addend(settings.has_addend ? run.input(settings.has_bias ? 3 : 2) : nullptr);
  if (!run.ok() ||
      !run.check(x.rank() == 4 && filter.rank() == 4 && x.dim(3) == filter.dim(2),
                 "ResnetConv: x [N, H, W, Ci] and a filter [kh, kw, Ci, Co]")) {
    return;
  }
  const Window window{filter.dim(0), filter.dim(1), settings.stride, settings.padding,
                      settings.dilation};
  const Shape shape{x.dim(0),
                    x.dim(1),
                    x.dim(2),
                    x.dim(3),
                    outputs(x.dim(1), window.height, window),
                    outputs(x.dim(2), window.width, window),
                    filter.dim(3)};
  if (!run.check(is_whole(shape, window) && shape.out % wide == 0,
                 "ResnetConv: a filter within the image, of a multiple of 16 channels")) {
    return;
  }
  const std::vector<int64_t> dims{shape.batch, shape.out_height, shape.out_width, shape.out};
  if (!run.check((!bias.valid() || bias.size() == shape.out) &&
                     (!addend.valid() || addend.shape() == dims),
                 "ResnetConv: a bias [Co] and an addend of the output's shape")) {
    return;
  }
  const Tensor y(run.output(0, TF_FLOAT, dims));
  if (!run.ok()) return;
  const Epilogue epilogue{bias.valid() ? bias.data<float>() : nullptr,
                          addend.valid() ? addend.data<float>() : nullptr, settings.relu};
  convolve(x.data<float>(),
           {filter.data<float>(), window.height, window.width, shape.in, shape.out, false}, shape,
           window, epilogue, settings, y.data<float>());
}

void input_gradient(void* state, TF_OpKernelContext* context) {
  auto& settings = *static_cast<Settings*>(state);
  Run run(context);
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
  if (!run.check(is_whole(shape, window) && shape.in % wide == 0 && shape.out % wide == 0 &&
                     shape.out_height == outputs(shape.height, window.height, window) &&
                     shape.out_width == outputs(shape.width, window.width, window),
                 "ResnetInputGrad: dy of the convolution's shape, multiples of 16 channels")) {
    return;
  }
  const Tensor dx(run.output(0, TF_FLOAT, {shape.batch, shape.height, shape.width, shape.in}));
  if (!run.ok()) return;
  const Filter mirrored{filter.data<float>(), window.height, window.width, shape.in, shape.out,
                        true};
  const Shape back{shape.batch,  shape.out_height, shape.out_width, shape.out,
                   shape.height, shape.width,      shape.in};
  const int64_t padding = window.height - 1 - window.padding;
  if (padding >= 0 && suits_winograd(back, {window.height, window.width, window.stride, padding,
                                            window.dilation}, false)) {
    winograd_convolution(dy.data<float>(), mirrored, back, padding, {}, dx.data<float>());
  } else {
    const Buffer made = make(mirrored, false);
    gathered_input_gradient(dy.data<float>(), made.data(), shape, window, dx.data<float>());
  }
}

Settings* geometry(Attributes& attributes) {
  auto* settings = new Settings();
  settings->stride = attributes.integer("stride");
  settings->padding = attributes.integer("padding");
  settings->dilation = attributes.integer("dilation");
  return settings;
}

void* create_forward(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  Settings* settings = geometry(attributes);
  settings->relu = attributes.flag("relu");
  settings->has_bias = attributes.flag("bias");
  settings->has_addend = attributes.flag("addend");
  settings->is_filter_constant = attributes.flag("constant_filter");
  return settings;
}

void* create_gradient(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  Settings* settings = geometry(attributes);
  settings->height = attributes.integer("height");
  settings->width = attributes.integer("width");
  return settings;
}

void destroy(void* settings) { delete static_cast<Settings*>(settings); }

}  // namespace

bool define_convolutions() {
  if (!has_vectors_of_eight()) return true;
  return define({"ResnetConv",
                 {"x: float", "filter: float", "others: count * float"},
                 {"y: float"},
                 {"count: int >= 0", "stride: int", "padding: int", "dilation: int", "bias: bool",
                  "addend: bool", "relu: bool", "constant_filter: bool"},
                 create_forward,
                 forward,
                 destroy}) &&
         define({"ResnetInputGrad",
                 {"filter: float", "dy: float"},
                 {"dx: float"},
                 {"height: int", "width: int", "stride: int", "padding: int", "dilation: int"},
                 create_gradient,
                 input_gradient,
                 destroy});
}

}  // namespace resnet
