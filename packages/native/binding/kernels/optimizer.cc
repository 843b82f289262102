// A step of an optimiser over many parameters at once, in one pass over memory: eager operations
// take several for each parameter. What is computed are new tensors: nobody who shares the old ones
// (TensorFlow tells no kernel who does) sees them change. But for the operations `...InPlace`,
// which are for those who know that nobody does.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "op_kernel.h"
#include "parallel.h"
#include "simd.h"

namespace resnet {
namespace {

// The operands of one parameter, from one element on.
struct Slice {
  const float* in[4];
  float* out[3];
  float own;
  int64_t size;
};

// What is written may be what is read, but only element by element.
#if defined(__clang__)
#define RESNET_ELEMENT_BY_ELEMENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define RESNET_ELEMENT_BY_ELEMENT _Pragma("GCC ivdep")
#endif

// torch.optim.SGD: g = gradient + own p; buffer = momentum buffer + g;
// p -= rate (nesterov ? g + momentum buffer : buffer)
struct Sgd {
  float rate, momentum;
  bool nesterov;
};

// Taken by value: what is written could be what a reference refers to, for all that the compiler
// knows.
RESNET_CLONES void run_sgd(const Sgd by, const Slice slice) {
  const float* p = slice.in[0];
  const float* gradient = slice.in[1];
  const float* buffer = slice.in[2];
  float* new_p = slice.out[0];
  float* new_buffer = slice.out[1];
  RESNET_ELEMENT_BY_ELEMENT
  for (int64_t i = 0; i < slice.size; ++i) {
    const float g = gradient[i] + slice.own * p[i];
    const float updated = by.momentum * buffer[i] + g;
    new_buffer[i] = updated;
    new_p[i] = p[i] - by.rate * (by.nesterov ? g + by.momentum * updated : updated);
  }
}

// torch.optim.AdamW: exp_avg = beta1 exp_avg + (1 - beta1) g;
// exp_avg_sq = beta2 exp_avg_sq + (1 - beta2) g^2;
// p = own p - rate exp_avg / (sqrt(exp_avg_sq) / correction + epsilon)
struct Adamw {
  float rate, beta1, rest1, beta2, rest2, correction, epsilon;
};

RESNET_CLONES void run_adamw(const Adamw by, const Slice slice) {
  const float* p = slice.in[0];
  const float* g = slice.in[1];
  const float* exp_avg = slice.in[2];
  const float* exp_avg_sq = slice.in[3];
  float* new_p = slice.out[0];
  float* new_exp_avg = slice.out[1];
  float* new_exp_avg_sq = slice.out[2];
  RESNET_ELEMENT_BY_ELEMENT
  for (int64_t i = 0; i < slice.size; ++i) {
    const float first = by.beta1 * exp_avg[i] + by.rest1 * g[i];
    const float second = by.beta2 * exp_avg_sq[i] + by.rest2 * (g[i] * g[i]);
    new_exp_avg[i] = first;
    new_exp_avg_sq[i] = second;
    new_p[i] =
        slice.own * p[i] - by.rate * (first / (std::sqrt(second) / by.correction + by.epsilon));
  }
}

// p += weight (g - p)
RESNET_CLONES void run_moving_average(float weight, const Slice slice) {
  const float* p = slice.in[0];
  const float* value = slice.in[1];
  float* new_p = slice.out[0];
  RESNET_ELEMENT_BY_ELEMENT
  for (int64_t i = 0; i < slice.size; ++i) new_p[i] = p[i] + weight * (value[i] - p[i]);
}

// Runs a step on slices of parameters. Inputs are the settings, a number of each parameter's own,
// and `ins` lists of tensors, one of each for each parameter. The lists `states` of them get new
// values: in place, or as the outputs.
template <typename Step>
void over_parameters(Run& run, int64_t ins, const std::vector<int64_t>& states, bool in_place,
                     const Step& step) {
  const auto outs = static_cast<int64_t>(states.size());
  const Tensor own(run.input(1));
  if (!run.ok()) return;
  const int64_t n = own.size();
  std::vector<std::unique_ptr<Tensor>> in, out;
  for (int64_t i = 0; i < ins * n && run.ok(); ++i) {
    in.push_back(std::make_unique<Tensor>(run.input(static_cast<int>(i) + 2)));
    if (run.ok()) {
      run.check(in[i]->size() == in[i % n]->size(),
                "a step of an optimiser: gradients and states of the parameters' shape");
    }
  }
  for (int64_t i = 0; i < outs * n && !in_place && run.ok(); ++i) {
    const std::vector<int64_t> shape = in[i % n]->shape();
    out.push_back(std::make_unique<Tensor>(run.output(static_cast<int>(i), TF_FLOAT, shape)));
  }
  if (!run.ok()) return;
  constexpr int64_t part = 1 << 14;
  std::vector<Slice> slices;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t at = 0; at < in[i]->size(); at += part) {
      Slice slice{{}, {}, own.data<float>()[i], std::min(part, in[i]->size() - at)};
      for (int64_t j = 0; j < ins; ++j) slice.in[j] = in[j * n + i]->data<float>() + at;
      for (int64_t j = 0; j < outs; ++j) {
        const Tensor& to = in_place ? *in[states[j] * n + i] : *out[j * n + i];
        slice.out[j] = to.data<float>() + at;
      }
      slices.push_back(slice);
    }
  }
  parallel(static_cast<int64_t>(slices.size()), [&](int64_t i) { step(slices[i]); });
}

template <bool in_place>
void compute_sgd(void*, TF_OpKernelContext* context) {
  Run run(context);
  const Tensor settings(run.input(0));
  if (!run.ok() || !run.check(settings.size() == 3, "ResnetSgd: settings [3]")) return;
  const float* at = settings.data<float>();
  const Sgd by{at[0], at[1], at[2] != 0};
  over_parameters(run, 3, {0, 2}, in_place, [&](const Slice& slice) { run_sgd(by, slice); });
}

template <bool in_place>
void compute_adamw(void*, TF_OpKernelContext* context) {
  Run run(context);
  const Tensor settings(run.input(0));
  if (!run.ok() || !run.check(settings.size() == 7, "ResnetAdamw: settings [7]")) return;
  const float* at = settings.data<float>();
  const Adamw by{at[0], at[1], at[2], at[3], at[4], at[5], at[6]};
  over_parameters(run, 4, {0, 2, 3}, in_place, [&](const Slice& slice) { run_adamw(by, slice); });
}

template <bool in_place>
void compute_moving_average(void*, TF_OpKernelContext* context) {
  Run run(context);
  const Tensor settings(run.input(0));
  if (!run.ok() || !run.check(settings.size() == 1, "ResnetMovingAverage: settings [1]")) return;
  const float weight = *settings.data<float>();
  over_parameters(run, 2, {0}, in_place,
                  [&](const Slice& slice) { run_moving_average(weight, slice); });
}

void* create(TF_OpKernelConstruction*) { return nullptr; }
void destroy(void*) {}

}  // namespace

bool define_optimizers() {
  const std::vector<const char*> sgd{"settings: float", "own: float", "p: N * float",
                                     "g: N * float", "momentum_buffer: N * float"};
  const std::vector<const char*> adamw{"settings: float",    "own: float",
                                       "p: N * float",       "g: N * float",
                                       "exp_avg: N * float", "exp_avg_sq: N * float"};
  const std::vector<const char*> average{"settings: float", "own: float", "p: N * float",
                                         "value: N * float"};
  const auto define_step = [](const char* name, const std::vector<const char*>& inputs,
                              const std::vector<const char*>& outputs, Compute compute) {
    return define({name, inputs, outputs, {"N: int >= 1"}, create, compute, destroy});
  };
  return define_step("ResnetSgd", sgd, {"new_p: N * float", "new_momentum_buffer: N * float"},
                     guarded_compute<compute_sgd<false>>) &&
         define_step("ResnetSgdInPlace", sgd, {}, guarded_compute<compute_sgd<true>>) &&
         define_step("ResnetAdamw", adamw,
                     {"new_p: N * float", "new_exp_avg: N * float", "new_exp_avg_sq: N * float"},
                     guarded_compute<compute_adamw<false>>) &&
         define_step("ResnetAdamwInPlace", adamw, {}, guarded_compute<compute_adamw<true>>) &&
         define_step("ResnetMovingAverage", average, {"new_p: N * float"},
                     guarded_compute<compute_moving_average<false>>) &&
         define_step("ResnetMovingAverageInPlace", average, {},
                     guarded_compute<compute_moving_average<true>>);
}

}  // namespace resnet
