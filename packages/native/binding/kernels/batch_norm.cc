// Batch norm over the rows of x [rows, channels] (images are [N, H, W, C]) with its ReLU, and its
// gradient (Ioffe and Szegedy 2015), in two passes over memory each. ReLU's mask is computed again
// from x: cheaper than reading the output, where nothing was added to it.
#include "batch_norm.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "op_kernel.h"
#include "parallel.h"
#include "simd.h"

namespace resnet {
namespace {

void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  return new BatchNorm{attributes.number_from_0("epsilon"), attributes.flag("relu")};
}

void destroy(void* settings) { delete static_cast<BatchNorm*>(settings); }

// What one channel is normalised by: (x - mean) * factor + offset.
struct Affine {
  const float* mean;
  const float* factor;
  const float* offset;
};

// Sums are float32 over this many rows, then go on in double.
constexpr int64_t block = 32;

// Rows of few channels are taken several at a time, as one of as many channels: loops over 16
// channels are too short for what they take to begin.
int64_t joined_rows(int64_t rows, int64_t channels) {
  int64_t count = 1;
  while (channels * count < 128 && rows % (2 * count) == 0) count *= 2;
  return count;
}

// What is known of each channel, for so many rows side by side.
std::vector<float> repeated(const float* values, int64_t channels, int64_t times) {
  std::vector<float> result(channels * times);
  for (int64_t i = 0; i < channels * times; ++i) result[i] = values[i % channels];
  return result;
}

// What channels are normalised by, for so many rows side by side.
struct Repeated {
  Repeated(const float* mean_, const float* factor_, const float* offset_, int64_t channels,
           int64_t times)
      : mean(repeated(mean_, channels, times)),
        factor(repeated(factor_, channels, times)),
        offset(repeated(offset_, channels, times)) {}
  Affine affine() const { return {mean.data(), factor.data(), offset.data()}; }
  std::vector<float> mean, factor, offset;
};

// Sums of each channel, two lists of them, from those of rows side by side.
std::vector<double> folded(const std::vector<double>& sums, int64_t channels, int64_t times) {
  std::vector<double> result(2 * channels, 0.0);
  for (int64_t list = 0; list < 2; ++list) {
    for (int64_t i = 0; i < channels * times; ++i) {
      result[list * channels + i % channels] += sums[list * channels * times + i];
    }
  }
  return result;
}

// A fixed partition of the rows, whatever the number of threads, so that sums keep their order.
struct Chunks {
  Chunks(int64_t rows, int64_t channels)
      : rows(rows), size(std::max((rows + 31) / 32, (16384 + channels - 1) / channels)) {}
  int64_t count() const { return (rows + size - 1) / size; }
  int64_t begin(int64_t i) const { return i * size; }
  int64_t end(int64_t i) const { return std::min(rows, (i + 1) * size); }
  const int64_t rows;
  const int64_t size;
};

void flush(std::vector<float>& sums, double* totals) {
  for (size_t i = 0; i < sums.size(); ++i) totals[i] += sums[i];
  std::fill(sums.begin(), sums.end(), 0.0f);
}

// totals[c] = sum of x - shift, totals[C + c] = sum of its square.
template <typename T>
RESNET_INLINE void moments(const T* x, int64_t begin, int64_t end, int64_t channels,
                           const float* __restrict shift, double* totals) {
  std::vector<float> sums(2 * channels, 0.0f);
  float* __restrict first = sums.data();
  float* __restrict second = first + channels;
  for (int64_t from = begin; from < end; from += block) {
    for (int64_t row = from; row < std::min(end, from + block); ++row) {
      const T* __restrict at = x + row * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const float value = to_float(at[c]) - shift[c];
        first[c] += value;
        second[c] += value * value;
      }
    }
    flush(sums, totals);
  }
}

template <bool relu, bool adds, typename T>
RESNET_INLINE void normalise(const T* x, const T* addend, T* y, int64_t begin, int64_t end,
                             int64_t channels, const Affine& by) {
  const float* __restrict mean = by.mean;
  const float* __restrict factor = by.factor;
  const float* __restrict offset = by.offset;
  for (int64_t row = begin; row < end; ++row) {
    const T* __restrict at = x + row * channels;
    const T* __restrict more = adds ? addend + row * channels : nullptr;
    T* __restrict to = y + row * channels;
    for (int64_t c = 0; c < channels; ++c) {
      float value = (to_float(at[c]) - mean[c]) * factor[c] + offset[c];
      if (adds) value += to_float(more[c]);
      to[c] = from_float<T>(relu ? rectified(value) : value);
    }
  }
}

// totals[c] = sum of g, totals[C + c] = sum of g (x - mean), g the gradient before the ReLU.
template <bool relu, typename T>
RESNET_INLINE void gradient_sums(const T* dy, const T* x, int64_t begin, int64_t end,
                                 int64_t channels, const Affine& by, double* totals) {
  const float* __restrict mean = by.mean;
  const float* __restrict factor = by.factor;
  const float* __restrict offset = by.offset;
  std::vector<float> sums(2 * channels, 0.0f);
  float* __restrict first = sums.data();
  float* __restrict second = first + channels;
  for (int64_t from = begin; from < end; from += block) {
    for (int64_t row = from; row < std::min(end, from + block); ++row) {
      const T* __restrict at = x + row * channels;
      const T* __restrict upstream = dy + row * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const float value = to_float(at[c]) - mean[c];
        const float above = to_float(upstream[c]);
        const float g = !relu || value * factor[c] + offset[c] > 0.0f ? above : 0.0f;
        first[c] += g;
        second[c] += g * value;
      }
    }
    flush(sums, totals);
  }
}

// The same where an addend came before the ReLU: its gradient is g, which is written down.
template <typename T>
RESNET_INLINE void addend_sums(const T* dy, const T* y, const T* x, T* g, int64_t begin,
                               int64_t end, int64_t channels, const float* __restrict mean,
                               double* totals) {
  std::vector<float> sums(2 * channels, 0.0f);
  float* __restrict first = sums.data();
  float* __restrict second = first + channels;
  for (int64_t from = begin; from < end; from += block) {
    for (int64_t row = from; row < std::min(end, from + block); ++row) {
      const T* __restrict at = x + row * channels;
      const T* __restrict output = y + row * channels;
      const T* __restrict upstream = dy + row * channels;
      T* __restrict to = g + row * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const float above = to_float(output[c]) > 0.0f ? to_float(upstream[c]) : 0.0f;
        to[c] = from_float<T>(above);
        first[c] += above;
        second[c] += above * (to_float(at[c]) - mean[c]);
      }
    }
    flush(sums, totals);
  }
}

// dx = factor * (g - mean_g - (x - mean) * slope)
template <bool relu, typename T>
RESNET_INLINE void gradients(const T* dy, const T* x, T* dx, int64_t begin, int64_t end,
                             int64_t channels, const Affine& by, const float* __restrict mean_g,
                             const float* __restrict slope) {
  const float* __restrict mean = by.mean;
  const float* __restrict factor = by.factor;
  const float* __restrict offset = by.offset;
  for (int64_t row = begin; row < end; ++row) {
    const T* __restrict at = x + row * channels;
    const T* __restrict upstream = dy + row * channels;
    T* __restrict to = dx + row * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const float value = to_float(at[c]) - mean[c];
      const float above = to_float(upstream[c]);
      const float g = !relu || value * factor[c] + offset[c] > 0.0f ? above : 0.0f;
      to[c] = from_float<T>(factor[c] * (g - mean_g[c] - value * slope[c]));
    }
  }
}

// The above for each type, compiled for several CPUs: templates cannot be.
#define RESNET_BATCH_NORM_FOR(T)                                                                  \
  RESNET_CLONES void run_moments(const T* x, int64_t begin, int64_t end, int64_t channels,        \
                                 const float* shift, double* totals) {                            \
    moments(x, begin, end, channels, shift, totals);                                              \
  }                                                                                               \
  RESNET_CLONES void run_normalise(const T* x, const T* addend, T* y, int64_t begin, int64_t end, \
                                   int64_t channels, const Affine& by, bool relu) {               \
    if (addend != nullptr) {                                                                      \
      relu ? normalise<true, true>(x, addend, y, begin, end, channels, by)                        \
           : normalise<false, true>(x, addend, y, begin, end, channels, by);                      \
    } else {                                                                                      \
      relu ? normalise<true, false>(x, addend, y, begin, end, channels, by)                       \
           : normalise<false, false>(x, addend, y, begin, end, channels, by);                     \
    }                                                                                             \
  }                                                                                               \
  RESNET_CLONES void run_addend_sums(const T* dy, const T* y, const T* x, T* g, int64_t begin,    \
                                     int64_t end, int64_t channels, const float* mean,            \
                                     double* totals) {                                            \
    addend_sums(dy, y, x, g, begin, end, channels, mean, totals);                                 \
  }                                                                                               \
  RESNET_CLONES void run_gradient_sums(const T* dy, const T* x, int64_t begin, int64_t end,       \
                                       int64_t channels, const Affine& by, bool relu,             \
                                       double* totals) {                                          \
    relu ? gradient_sums<true>(dy, x, begin, end, channels, by, totals)                           \
         : gradient_sums<false>(dy, x, begin, end, channels, by, totals);                         \
  }                                                                                               \
  RESNET_CLONES void run_gradients(const T* dy, const T* x, T* dx, int64_t begin, int64_t end,    \
                                   int64_t channels, const Affine& by, bool relu,                 \
                                   const float* mean_g, const float* slope) {                     \
    relu ? gradients<true>(dy, x, dx, begin, end, channels, by, mean_g, slope)                    \
         : gradients<false>(dy, x, dx, begin, end, channels, by, mean_g, slope);                  \
  }
RESNET_BATCH_NORM_FOR(float)
RESNET_BATCH_NORM_FOR(bfloat16)

// Runs `sum(chunk, totals)` for each chunk and adds up what they give, in their order.
std::vector<double> summed(const Chunks& chunks, int64_t size,
                           const std::function<void(int64_t, double*)>& sum) {
  std::vector<double> parts(chunks.count() * size, 0.0);
  parallel(chunks.count(), [&](int64_t i) { sum(i, parts.data() + i * size); });
  std::vector<double> totals(size, 0.0);
  for (int64_t i = 0; i < chunks.count(); ++i) {
    for (int64_t j = 0; j < size; ++j) totals[j] += parts[i * size + j];
  }
  return totals;
}

// What each channel is multiplied by once its mean is subtracted.
std::vector<float> factors(const float* scale, const float* inverse, int64_t channels) {
  std::vector<float> result(channels);
  for (int64_t c = 0; c < channels; ++c) result[c] = scale[c] * inverse[c];
  return result;
}

template <typename T>
void normalise_all(const T* x, const T* addend, T* y, int64_t rows, int64_t channels,
                   const float* scale, const SavedStatistics<const float>& kept, bool relu) {
  const int64_t joined = joined_rows(rows, channels), across = joined * channels;
  const Chunks chunks(rows / joined, across);
  const std::vector<float> factor = factors(scale, kept.inverse, channels);
  const Repeated by(kept.centre, factor.data(), kept.offset, channels, joined);
  parallel(chunks.count(), [&](int64_t i) {
    run_normalise(x, addend, y, chunks.begin(i), chunks.end(i), across, by.affine(), relu);
  });
}

}  // namespace

template <typename T>
void batch_norm(const BatchNorm& settings, const T* x, int64_t rows, int64_t channels,
                const float* scale, const float* offset, const T* addend, T* y, float* mean,
                float* variance, const SavedStatistics<float>& kept) {
  const int64_t joined = joined_rows(rows, channels), across = joined * channels;
  const Chunks chunks(rows / joined, across);
  // Deviations from any value of the channel are no larger than the channel's spread, so that a
  // large mean costs no precision.
  std::vector<float> shift(across);
  for (int64_t i = 0; i < across; ++i) shift[i] = to_float(x[i % channels]);
  const std::vector<double> sums = summed(chunks, 2 * across, [&](int64_t i, double* to) {
    run_moments(x, chunks.begin(i), chunks.end(i), across, shift.data(), to);
  });
  const std::vector<double> totals = folded(sums, channels, joined);
  for (int64_t c = 0; c < channels; ++c) {
    const double deviation = totals[c] / rows;
    const double squares = std::max(totals[channels + c] - totals[c] * deviation, 0.0);
    const double inverse = 1 / std::sqrt(squares / rows + settings.epsilon);
    mean[c] = kept.centre[c] = static_cast<float>(shift[c] + deviation);
    variance[c] = static_cast<float>(squares / (rows - 1));
    kept.inverse[c] = static_cast<float>(inverse);
    kept.offset[c] = offset[c];
  }
  normalise_all<T>(x, addend, y, rows, channels, scale, {kept.centre, kept.inverse, kept.offset},
                   settings.relu);
}

template <typename T>
void batch_norm_again(const BatchNorm& settings, const T* x, int64_t rows, int64_t channels,
                      const float* scale, const SavedStatistics<const float>& kept, T* y) {
  normalise_all<T>(x, nullptr, y, rows, channels, scale, kept, settings.relu);
}

template <typename T>
void batch_norm_gradient(const BatchNorm& settings, const T* dy, const T* x, int64_t rows,
                         int64_t channels, const float* scale,
                         const SavedStatistics<const float>& kept, const T* y, T* d_addend, T* dx,
                         float* d_scale, float* d_offset) {
  const std::vector<float> factor = factors(scale, kept.inverse, channels);
  std::vector<float> mean_g(channels), slope(channels);
  const bool has_addend = d_addend != nullptr;
  const bool relu = settings.relu && !has_addend;
  const int64_t joined = joined_rows(rows, channels), across = joined * channels;
  const Repeated by(kept.centre, factor.data(), kept.offset, channels, joined);
  const Chunks chunks(rows / joined, across);
  const std::vector<double> sums = summed(chunks, 2 * across, [&](int64_t i, double* to) {
    const int64_t begin = chunks.begin(i), end = chunks.end(i);
    if (has_addend) {
      run_addend_sums(dy, y, x, d_addend, begin, end, across, by.mean.data(), to);
    } else {
      run_gradient_sums(dy, x, begin, end, across, by.affine(), relu, to);
    }
  });
  const std::vector<double> totals = folded(sums, channels, joined);
  for (int64_t c = 0; c < channels; ++c) {
    const float inverse = kept.inverse[c];
    d_offset[c] = static_cast<float>(totals[c]);
    d_scale[c] = static_cast<float>(totals[channels + c] * inverse);
    mean_g[c] = static_cast<float>(totals[c] / rows);
    slope[c] = static_cast<float>(totals[channels + c] / rows * inverse * inverse);
  }
  const std::vector<float> mean_of_all = repeated(mean_g.data(), channels, joined);
  const std::vector<float> slope_of_all = repeated(slope.data(), channels, joined);
  parallel(chunks.count(), [&](int64_t i) {
    run_gradients(has_addend ? d_addend : dy, x, dx, chunks.begin(i), chunks.end(i), across,
                  by.affine(), relu, mean_of_all.data(), slope_of_all.data());
  });
}

#define RESNET_BATCH_NORM_OF(T)                                                                  \
  template void batch_norm(const BatchNorm&, const T*, int64_t, int64_t, const float*,           \
                           const float*, const T*, T*, float*, float*,                           \
                           const SavedStatistics<float>&);                                       \
  template void batch_norm_again(const BatchNorm&, const T*, int64_t, int64_t, const float*,     \
                                 const SavedStatistics<const float>&, T*);                       \
  template void batch_norm_gradient(const BatchNorm&, const T*, const T*, int64_t, int64_t,      \
                                    const float*, const SavedStatistics<const float>&, const T*, \
                                    T*, T*, float*, float*);
RESNET_BATCH_NORM_OF(float)
RESNET_BATCH_NORM_OF(bfloat16)

namespace {

template <typename T>
void forward(const BatchNorm& settings, Run& run) {
  const Tensor x(run.input(0)), scale(run.input(1)), offset(run.input(2));
  if (!run.ok()) return;
  const int64_t channels = scale.size();
  if (!run.check(
          x.rank() == 4 && x.dim(3) == channels && offset.size() == channels && x.size() > channels,
          "ResnetBatchNorm: x [N, H, W, C] of several values a channel, scale and offset [C]")) {
    return;
  }
  const Tensor y(run.output(0, run.type(0), x.shape()));
  const Tensor mean(run.output(1, TF_FLOAT, {channels}));
  const Tensor variance(run.output(2, TF_FLOAT, {channels}));
  const Tensor centre(run.output(3, TF_FLOAT, {channels}));
  const Tensor rest(run.output(4, TF_FLOAT, {2 * channels}));
  if (!run.ok()) return;
  batch_norm<T>(settings, x.data<T>(), x.size() / channels, channels, scale.data<float>(),
                offset.data<float>(), nullptr, y.data<T>(), mean.data<float>(),
                variance.data<float>(),
                {centre.data<float>(), rest.data<float>(), rest.data<float>() + channels});
}

template <typename T>
void backward(const BatchNorm& settings, Run& run) {
  const Tensor dy(run.input(0)), x(run.input(1)), scale(run.input(2));
  const Tensor centre(run.input(3)), rest(run.input(4));
  if (!run.ok()) return;
  const int64_t channels = scale.size();
  if (!run.check(x.rank() == 4 && x.dim(3) == channels && dy.size() == x.size() &&
                     centre.size() == channels && rest.size() == 2 * channels,
                 "ResnetBatchNormGrad: dy and x [N, H, W, C], scale [C], and what was saved")) {
    return;
  }
  const Tensor dx(run.output(0, run.type(1), x.shape()));
  const Tensor d_scale(run.output(1, TF_FLOAT, {channels}));
  const Tensor d_offset(run.output(2, TF_FLOAT, {channels}));
  if (!run.ok()) return;
  batch_norm_gradient<T>(
      settings, dy.data<T>(), x.data<T>(), x.size() / channels, channels, scale.data<float>(),
      {centre.data<float>(), rest.data<float>(), rest.data<float>() + channels}, nullptr, nullptr,
      dx.data<T>(), d_scale.data<float>(), d_offset.data<float>());
}

void compute_forward(void* settings, TF_OpKernelContext* context) {
  Run run(context);
  const auto& batch_norm = *static_cast<BatchNorm*>(settings);
  run.type(0) == TF_FLOAT ? forward<float>(batch_norm, run) : forward<bfloat16>(batch_norm, run);
}

void compute_backward(void* settings, TF_OpKernelContext* context) {
  Run run(context);
  const auto& batch_norm = *static_cast<BatchNorm*>(settings);
  run.type(0) == TF_FLOAT ? backward<float>(batch_norm, run) : backward<bfloat16>(batch_norm, run);
}

}  // namespace

bool define_batch_norm() {
  const std::vector<const char*> attributes = {"T: {float, bfloat16}", "epsilon: float",
                                               "relu: bool"};
  return define({"ResnetBatchNorm",
                 {"x: T", "scale: float", "offset: float"},
                 {"y: T", "mean: float", "variance: float", "centre: float", "rest: float"},
                 attributes,
                 guarded_create<create>,
                 guarded_compute<compute_forward>,
                 destroy}) &&
         define({"ResnetBatchNormGrad",
                 {"dy: T", "x: T", "scale: float", "centre: float", "rest: float"},
                 {"dx: T", "d_scale: float", "d_offset: float"},
                 attributes,
                 guarded_create<create>,
                 guarded_compute<compute_backward>,
                 destroy});
}

}  // namespace resnet
