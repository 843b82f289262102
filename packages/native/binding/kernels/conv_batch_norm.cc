// Units of a convolution, batch norm of what it gives, and the sum and ReLU that may follow,
// several of them in one operation: a residual block. One by one, each operation costs TensorFlow,
// and JavaScript before it, as long as the arithmetic of a small one. Sums and ReLUs take no pass
// over memory of their own, nor does adding up the gradients where a block forks.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "micro_kernel.h"
#include "batch_norm.h"
#include "scratch_buffer.h"
#include "convolution.h"
#include "filter_gradient.h"
#include "op_kernel.h"
#include "parallel.h"
#include "cpu.h"
#include "simd.h"

namespace resnet {
namespace {

// Values are counted: 0 is x, i + 1 what block i gives.
struct ConvBatchNorm {
  int64_t input;
  // The value that is added before the ReLU; none below 0.
  int64_t addend;
  bool relu;
  int64_t stride, padding;
};

struct Settings {
  std::vector<ConvBatchNorm> blocks;
  float epsilon = 0;
  bool by_input = false;

  // Whether what a block gives is kept for the gradient; else it is made again from what its
  // convolution gave: a pass over memory beside a convolution, for less of it.
  bool keeps(int64_t i) const { return blocks[i].addend >= 0; }
  bool is_last(int64_t i) const { return i + 1 == static_cast<int64_t>(blocks.size()); }
};

// Of a block, when the edges of its input are known.
struct Place {
  Window window;
  Shape shape;
  int64_t rows() const { return shape.batch * shape.out_height * shape.out_width; }
  int64_t size() const { return rows() * shape.out; }
  std::vector<int64_t> dims() const {
    return {shape.batch, shape.out_height, shape.out_width, shape.out};
  }
};

// Where all blocks are, by the edges of x and of the filters; nothing where they do not fit.
template <typename T>
std::optional<std::vector<Place>> places_of(const Settings& settings, const Tensor& x,
                                            const std::vector<const Tensor*>& filters) {
  if (x.rank() != 4) return std::nullopt;
  std::vector<std::vector<int64_t>> dims{x.shape()};
  std::vector<Place> places;
  for (size_t i = 0; i < settings.blocks.size(); ++i) {
    const ConvBatchNorm& block = settings.blocks[i];
    const int64_t known = static_cast<int64_t>(dims.size());
    const std::vector<int64_t> filter = filters[i]->shape();
    if (block.input < 0 || block.input >= known || block.addend >= known || filter.size() != 4 ||
        filter[2] != dims[block.input][3]) {
      return std::nullopt;
    }
    const Window window{filter[0], filter[1], block.stride, block.padding};
    const Place place{window, shape_of(dims[block.input], filter, window)};
    if (!is_supported<T>(place.shape, window) || place.rows() < 2) return std::nullopt;
    if (block.addend >= 0 && dims[block.addend] != place.dims()) return std::nullopt;
    dims.push_back(place.dims());
    places.push_back(place);
  }
  return places;
}

template <typename T>
void forward(const Settings& settings, Run& run) {
  const int64_t count = static_cast<int64_t>(settings.blocks.size());
  const Tensor x(run.input(0));
  std::deque<Tensor> parameters;
  for (int64_t i = 0; i < 3 * count; ++i)
    parameters.emplace_back(run.input(static_cast<int>(1 + i)));
  if (!run.ok()) return;
  std::vector<const Tensor*> filters;
  for (int64_t i = 0; i < count; ++i) filters.push_back(&parameters[3 * i]);
  const auto places = places_of<T>(settings, x, filters);
  if (!run.check(
          places.has_value(),
          "ResnetConvBatchNorm: x [N, H, W, Ci], filters within the images to multiples of 16 "
          "channels "
          "of several values, in bfloat16 from even numbers, addends of the outputs' shapes")) {
    return;
  }

  std::deque<Tensor> made;
  std::deque<Buffer> passing;
  std::vector<T*> values{x.data<T>()};
  int next = 1;
  const auto output = [&](int at, TF_DataType type, const std::vector<int64_t>& dims) {
    made.emplace_back(run.output(at, type, dims));
    return made.back().valid() ? made.back().data<void>() : nullptr;
  };
  // First all that is of T, then the numbers.
  std::vector<T*> convolved;
  for (int64_t i = 0; i < count; ++i) {
    const std::vector<int64_t> dims = (*places)[i].dims();
    if (settings.is_last(i)) {
      values.push_back(static_cast<T*>(output(0, run.type(0), dims)));
    } else if (settings.keeps(i)) {
      values.push_back(static_cast<T*>(output(next++, run.type(0), dims)));
    } else {
      passing.push_back(Buffer::of<T>((*places)[i].size()));
      values.push_back(passing.back().as<T>());
    }
    convolved.push_back(static_cast<T*>(output(next++, run.type(0), dims)));
  }
  if (!run.ok()) return;
  for (int64_t i = 0; i < count; ++i) {
    const ConvBatchNorm& block = settings.blocks[i];
    const auto& [window, shape] = (*places)[i];
    const int64_t channels = shape.out;
    const Tensor& scale = parameters[3 * i + 1];
    const Tensor& offset = parameters[3 * i + 2];
    auto* const mean = static_cast<float*>(output(next++, TF_FLOAT, {channels}));
    auto* const variance = static_cast<float*>(output(next++, TF_FLOAT, {channels}));
    auto* const kept = static_cast<float*>(output(next++, TF_FLOAT, {3 * channels}));
    if (!run.check(scale.size() == channels && offset.size() == channels,
                   "ResnetConvBatchNorm: scale and offset [Co]")) {
      return;
    }
    const Filter filter{
        filters[i]->data<float>(), window.height, window.width, shape.in, shape.out, false};
    convolution<T>(values[block.input], filter, shape, window, {}, convolved[i]);
    batch_norm<T>({settings.epsilon, block.relu}, convolved[i], (*places)[i].rows(), channels,
                  scale.data<float>(), offset.data<float>(),
                  block.addend < 0 ? nullptr : values[block.addend], values[i + 1], mean, variance,
                  {kept, kept + channels, kept + 2 * channels});
  }
}

template <typename T>
void add(const T* a, T* to, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) to[i] = from_float<T>(to_float(to[i]) + to_float(a[i]));
}

// The gradient by each value, from when there is one to when the block that makes the value has
// used it.
template <typename T>
class Gradients {
 public:
  Gradients(int64_t blocks, const T* dy, T* dx) : memory_(blocks + 1), by_(blocks + 1), dx_(dx) {
    by_.back() = const_cast<T*>(dy);
  }

  const T* of(int64_t value) const { return by_[value]; }
  bool has(int64_t value) const { return by_[value] != nullptr; }
  bool is_wanted(int64_t value) const { return value > 0 || dx_ != nullptr; }
  // A place for the first part of a value's gradient.
  T* make(int64_t value, int64_t size) {
    if (value == 0 && dx_ != nullptr) return by_[0] = dx_;
    memory_[value].emplace(Buffer::of<T>(size));
    return by_[value] = memory_[value]->template as<T>();
  }
  void drop(int64_t value) { memory_[value].reset(); }

 private:
  std::vector<std::optional<Buffer>> memory_;
  std::vector<T*> by_;
  T* const dx_;
};

template <typename T>
void backward(const Settings& settings, Run& run) {
  const int64_t count = static_cast<int64_t>(settings.blocks.size());
  int next = 0;
  const Tensor dy(run.input(next++)), x(run.input(next++));
  // The output, where something was added.
  const Tensor y(settings.blocks.back().addend < 0 ? Tensor(nullptr) : run.input(next++));
  std::deque<Tensor> kept;
  std::vector<const T*> values{x.valid() ? x.data<T>() : nullptr};
  std::vector<const Tensor*> convolved;
  for (int64_t i = 0; i < count && run.ok(); ++i) {
    const bool is_kept = settings.keeps(i) && !settings.is_last(i);
    if (is_kept) kept.emplace_back(run.input(next++));
    // Not for now where it was not kept.
    values.push_back(is_kept && kept.back().valid() ? kept.back().data<T>() : nullptr);
    kept.emplace_back(run.input(next++));
    convolved.push_back(&kept.back());
  }
  std::deque<Tensor> numbers;
  for (int64_t i = 0; i < 3 * count && run.ok(); ++i) numbers.emplace_back(run.input(next++));
  if (!run.ok()) return;
  values.back() = y.valid() ? y.data<T>() : nullptr;
  std::vector<const Tensor*> filters;
  for (int64_t i = 0; i < count; ++i) filters.push_back(&numbers[3 * i]);
  const auto places = places_of<T>(settings, x, filters);
  bool fits = places.has_value() && dy.shape() == places->back().dims() &&
              (!y.valid() || y.shape() == dy.shape());
  for (int64_t i = 0; i < count && fits; ++i) {
    const Place& place = (*places)[i];
    const bool is_wanted = settings.blocks[i].input > 0 || settings.by_input;
    fits = convolved[i]->shape() == place.dims() && numbers[3 * i + 1].size() == place.shape.out &&
           numbers[3 * i + 2].size() == 3 * place.shape.out &&
           (!is_wanted || place.shape.in % NR == 0);
  }
  if (!run.check(
          fits,
          "ResnetConvBatchNormGrad: dy of the output's shape, what was kept, and where a gradient "
          "by the input is asked for, multiples of 16 channels")) {
    return;
  }

  std::deque<Tensor> made;
  int at = 0;
  if (settings.by_input) made.emplace_back(run.output(at++, run.type(1), x.shape()));
  if (!run.ok()) return;
  Gradients<T> gradients(count, dy.data<T>(),
                         settings.by_input ? made.front().template data<T>() : nullptr);
  const auto kept_of = [&](int64_t i) -> SavedStatistics<const float> {
    const float* const from = numbers[3 * i + 2].data<float>();
    const int64_t channels = (*places)[i].shape.out;
    return {from, from + channels, from + 2 * channels};
  };
  for (int64_t i = count - 1; i >= 0; --i) {
    const ConvBatchNorm& block = settings.blocks[i];
    const Place& place = (*places)[i];
    const auto& [window, shape] = place;
    const int64_t channels = shape.out, size = place.size();
    const auto output = [&](int64_t which, const std::vector<int64_t>& dims) {
      made.emplace_back(run.output(static_cast<int>(at + 3 * i + which), TF_FLOAT, dims));
      return made.back().valid() ? made.back().template data<float>() : nullptr;
    };
    float* const d_filter = output(0, {window.height, window.width, shape.in, channels});
    float* const d_scale = output(1, {channels});
    float* const d_offset = output(2, {channels});
    if (!run.check(gradients.has(i + 1),
                   "ResnetConvBatchNormGrad: blocks that the output depends on"))
      return;

    // The sum's gradient, which goes on to the addend: there if it is the first to come.
    std::optional<Buffer> apart;
    T* d_addend = nullptr;
    const bool is_first = block.addend >= 0 && !gradients.has(block.addend);
    if (is_first) d_addend = gradients.make(block.addend, size);
    else if (block.addend >= 0) d_addend = apart.emplace(Buffer::of<T>(size)).template as<T>();
    const Buffer d_convolved = Buffer::of<T>(size);
    batch_norm_gradient<T>({settings.epsilon, block.relu}, gradients.of(i + 1),
                           convolved[i]->data<T>(), place.rows(), channels,
                           numbers[3 * i + 1].data<float>(), kept_of(i), values[i + 1], d_addend,
                           d_convolved.as<T>(), d_scale, d_offset);
    if (apart) {
      T* const sum = const_cast<T*>(gradients.of(block.addend));
      constexpr int64_t part = 1 << 14;
      parallel(ceil_div(size, part),
               [&](int64_t j) { add(d_addend, sum, j * part, std::min(size, (j + 1) * part)); });
    }
    gradients.drop(i + 1);
    {
      std::optional<Buffer> again;
      const T* image = values[block.input];
      if (image == nullptr) {
        const int64_t from = block.input - 1;
        const Place& source = (*places)[from];
        again.emplace(Buffer::of<T>(source.size()));
        batch_norm_again<T>({settings.epsilon, settings.blocks[from].relu},
                            convolved[from]->data<T>(), source.rows(), source.shape.out,
                            numbers[3 * from + 1].data<float>(), kept_of(from), again->as<T>());
        image = again->as<T>();
      }
      filter_gradient<T>(image, d_convolved.as<T>(), shape, window, d_filter);
    }
    if (!gradients.is_wanted(block.input)) continue;
    const T* const addend = gradients.of(block.input);
    T* const to =
        addend == nullptr
            ? gradients.make(block.input, shape.batch * shape.height * shape.width * shape.in)
            : const_cast<T*>(addend);
    input_gradient<T>(d_convolved.as<T>(), filters[i]->data<float>(), shape, window, addend, to);
  }
}

void compute_forward(void* state, TF_OpKernelContext* context) {
  Run run(context);
  const Settings& settings = *static_cast<Settings*>(state);
  run.type(0) == TF_FLOAT ? forward<float>(settings, run) : forward<bfloat16>(settings, run);
}

void compute_backward(void* state, TF_OpKernelContext* context) {
  Run run(context);
  const Settings& settings = *static_cast<Settings*>(state);
  run.type(0) == TF_FLOAT ? backward<float>(settings, run) : backward<bfloat16>(settings, run);
}

// Five integers a block: input, addend, relu, stride, padding.
std::unique_ptr<Settings> program(Attributes& attributes) {
  auto settings = std::make_unique<Settings>();
  const std::vector<int64_t> numbers = attributes.integers("blocks");
  for (size_t i = 0; i + 5 <= numbers.size(); i += 5) {
    settings->blocks.push_back(
        {numbers[i], numbers[i + 1], numbers[i + 2] != 0, numbers[i + 3], numbers[i + 4]});
  }
  for (const ConvBatchNorm& block : settings->blocks) {
    attributes.check(block.stride >= 1 && block.padding >= 0,
                     "blocks: expected stride >= 1 and padding >= 0");
  }
  attributes.check(!settings->blocks.empty() && numbers.size() % 5 == 0,
                   "blocks: five integers each, of one block at least");
  return settings;
}

void* create_forward(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  auto settings = program(attributes);
  settings->epsilon = attributes.number_from_0("epsilon");
  return settings.release();
}

void* create_backward(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  auto settings = program(attributes);
  settings->by_input = attributes.integer("inputs") > 0;
  return settings.release();
}

void destroy(void* settings) { delete static_cast<Settings*>(settings); }

}  // namespace

bool define_conv_batch_norm() {
  if (!has_avx2()) return true;
  return define({"ResnetConvBatchNorm",
                 {"x: T", "parameters: scalars * float"},
                 {"y: T", "values: images * T", "numbers: scalars * float"},
                 {"T: {float, bfloat16}", "scalars: int >= 3", "images: int >= 1",
                  "blocks: list(int)", "epsilon: float"},
                 guarded_create<create_forward>,
                 guarded_compute<compute_forward>,
                 destroy,
                 !has_amx_bf16()}) &&
         define(
             {"ResnetConvBatchNormGrad",
              {"dy: T", "x: T", "y: outputs * T", "values: images * T", "numbers: scalars * float"},
              {"dx: inputs * T", "gradients: scalars * float"},
              {"T: {float, bfloat16}", "inputs: int >= 0", "outputs: int >= 0", "scalars: int >= 3",
               "images: int >= 1", "blocks: list(int)"},
              guarded_create<create_backward>,
              guarded_compute<compute_backward>,
              destroy,
              !has_amx_bf16()});
}

}  // namespace resnet
