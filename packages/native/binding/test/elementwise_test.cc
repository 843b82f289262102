// Max pooling, sums with ReLU, clipping and the steps of optimisers.
#include <cmath>
#include <limits>
#include <sstream>

#include "check.h"
#include "naive.h"

namespace {

using fake::Value;
using naive::Values;

TEST(max_pool, "max pooling and its gradient are the naive loops'") {
  for (int i = 0; i < check::draws(60); ++i) {
    const TF_DataType type = i % 2 == 0 ? TF_FLOAT : TF_BFLOAT16;
    const int64_t size = check::integer(1, 4), stride = check::integer(1, 3);
    const int64_t padding = check::integer(0, size - 1), n = check::integer(1, 3);
    const int64_t h = check::integer(size, 11), w = check::integer(size, 11);
    const int64_t c = check::one_of({1, 3, 16, 63, 64, 65, 130});
    const int64_t oh = (h + 2 * padding - size) / stride + 1,
                  ow = (w + 2 * padding - size) / stride + 1;
    std::vector<Value> inputs{check::normal({n, h, w, c}, type)};
    const auto& x = inputs[0].values;
    Values y(n * oh * ow * c, -std::numeric_limits<double>::infinity());
    std::vector<int64_t> from(y.size(), -1);
    for (int64_t image = 0; image < n; ++image)
      for (int64_t oy = 0; oy < oh; ++oy)
        for (int64_t ox = 0; ox < ow; ++ox)
          for (int64_t ky = 0; ky < size; ++ky)
            for (int64_t kx = 0; kx < size; ++kx) {
              const int64_t row = oy * stride - padding + ky, column = ox * stride - padding + kx;
              if (row < 0 || row >= h || column < 0 || column >= w) continue;
              for (int64_t k = 0; k < c; ++k) {
                const int64_t at = ((image * h + row) * w + column) * c + k;
                const int64_t to = ((image * oh + oy) * ow + ox) * c + k;
                // The first maximum of a window gets its gradient.
                if (from[to] < 0 || x[at] > y[to]) y[to] = x[at], from[to] = at;
              }
            }
    const std::map<std::string, fake::Attribute> window{
        {"size", size}, {"stride", stride}, {"padding", padding}};
    const auto result = fake::call("ResnetMaxPool", type, window, inputs);
    check::ok(result, "max pool");
    if (result.code != TF_OK) continue;
    check::close(result.outputs[0], y, 0, 0, "max pool");
    std::vector<Value> saved{check::normal({n, oh, ow, c}, type), inputs[0], result.outputs[0]};
    Values dx(x.size());
    for (size_t j = 0; j < y.size(); ++j) dx[from[j]] += saved[0].values[j];
    const auto gradient = fake::call("ResnetMaxPoolGrad", type, window, saved);
    check::ok(gradient, "max pool's gradient");
    if (gradient.code != TF_OK) continue;
    const double rtol = type == TF_FLOAT ? 1e-6 : 1.0 / 32;
    check::close(gradient.outputs[0], dx, rtol, type == TF_FLOAT ? 1e-6 : 0.05,
                 "max pool's gradient");
  }
}

TEST(max_pool_attributes, "max pooling refuses what makes no sense") {
  const auto call = [](int64_t size, int64_t stride, int64_t padding) {
    std::vector<Value> inputs{check::normal({1, 4, 4, 3})};
    return fake::call("ResnetMaxPool", TF_FLOAT,
                      {{"size", size}, {"stride", stride}, {"padding", padding}}, inputs);
  };
  check::refused(call(0, 1, 0), TF_INVALID_ARGUMENT, "size >= 1, received 0");
  check::refused(call(2, 0, 0), TF_INVALID_ARGUMENT, "stride >= 1, received 0");
  check::refused(call(2, 1, 2), TF_INVALID_ARGUMENT, "padding < size");
  check::refused(call(9, 1, 0), TF_INVALID_ARGUMENT, "within the padded image");
}

TEST(add_relu, "a sum with ReLU is the naive loop's") {
  for (int i = 0; i < check::draws(20); ++i) {
    const TF_DataType type = i % 2 == 0 ? TF_FLOAT : TF_BFLOAT16;
    const std::vector<int64_t> shape{check::integer(1, 40000)};
    std::vector<Value> inputs{check::normal(shape, type), check::normal(shape, type)};
    Values y;
    for (size_t j = 0; j < inputs[0].values.size(); ++j) {
      y.push_back(double(inputs[0].values[j]) + inputs[1].values[j]);
    }
    naive::relu(y);
    const auto result = fake::call("ResnetAddRelu", type, {}, inputs);
    check::ok(result, "add and ReLU");
    check::close(result.outputs[0], y, type == TF_FLOAT ? 1e-6 : 1.0 / 128, 1e-6, "add and ReLU");
  }
}

TEST(clip, "clipping by the global norm is the naive loop's") {
  for (int i = 0; i < check::draws(20); ++i) {
    const int64_t n = check::integer(1, 5);
    const float most = check::integer(0, 1) != 0 ? 1.0f : 1e6f;
    std::vector<Value> inputs{{{}, {most}, TF_FLOAT}};
    double squares = 0;
    for (int64_t j = 0; j < n; ++j) {
      inputs.push_back(check::normal({check::integer(1, 40000)}));
      for (const float g : inputs.back().values) squares += double(g) * g;
    }
    const double factor = std::min(1.0, most / (std::sqrt(squares) + 1e-6));
    const auto result = fake::call("ResnetClip", TF_FLOAT, {{"N", n}}, inputs);
    check::ok(result, "clip");
    for (int64_t j = 0; j < n && result.code == TF_OK; ++j) {
      Values expected;
      for (const float g : inputs[j + 1].values) expected.push_back(g * factor);
      check::close(result.outputs[j], expected, 1e-5, 1e-9, "clip");
    }
  }
}

// The inputs of a step over n parameters: settings, a number for each, then `lists` tensors of
// each.
std::vector<Value> step_inputs(const std::vector<float>& settings, int64_t n, int lists) {
  std::vector<Value> inputs{{{static_cast<int64_t>(settings.size())}, settings, TF_FLOAT},
                            check::normal({n})};
  std::vector<int64_t> sizes;
  for (int64_t i = 0; i < n; ++i) sizes.push_back(check::integer(1, 40000));
  for (int list = 0; list < lists; ++list) {
    for (const int64_t size : sizes) inputs.push_back(check::normal({size}));
  }
  return inputs;
}

// Runs a step on new tensors and in place; gives the naive step's p and states to `expected`.
template <typename Naive>
void step(const std::string& name, const std::vector<float>& settings, int lists,
          const std::vector<int>& states, const Naive& naive_step) {
  for (int i = 0; i < check::draws(12); ++i) {
    const int64_t n = check::integer(1, 4);
    std::vector<Value> inputs = step_inputs(settings, n, lists);
    // What AdamW keeps of squares is not negative.
    for (int64_t j = 0; j < n && lists == 4; ++j) {
      for (float& v : inputs[2 + 3 * n + j].values) v = std::abs(v);
    }
    std::vector<Value> in_place = inputs;
    const auto result = fake::call(name, TF_FLOAT, {{"N", n}}, inputs);
    check::ok(result, name);
    check::ok(fake::call(name + "InPlace", TF_FLOAT, {{"N", n}}, in_place), name + "InPlace");
    if (result.code != TF_OK) continue;
    for (int64_t j = 0; j < n; ++j) {
      std::vector<Values> expected(states.size());
      for (size_t k = 0; k < inputs[2 + j].values.size(); ++k) {
        std::vector<double> at;
        for (int list = 0; list < lists; ++list) at.push_back(inputs[2 + list * n + j].values[k]);
        const std::vector<double> next = naive_step(inputs[1].values[j], at);
        for (size_t s = 0; s < states.size(); ++s) expected[s].push_back(next[s]);
      }
      for (size_t s = 0; s < states.size(); ++s) {
        check::close(result.outputs[s * n + j], expected[s], 1e-5, 1e-6, name);
        check::close(in_place[2 + states[s] * n + j], expected[s], 1e-5, 1e-6, name + "InPlace");
      }
    }
  }
}

TEST(sgd, "steps of SGD are the formula's, in place too") {
  for (const bool nesterov : {false, true}) {
    step("ResnetSgd", {0.1f, 0.9f, nesterov ? 1.0f : 0.0f}, 3, {0, 2},
         [&](double own, const std::vector<double>& at) -> std::vector<double> {
           const double g = at[1] + own * at[0], v = double(0.9f) * at[2] + g;
           return {at[0] - double(0.1f) * (nesterov ? g + double(0.9f) * v : v), v};
         });
  }
}

TEST(adamw, "steps of AdamW are the formula's, in place too") {
  step("ResnetAdamw", {0.01f, 0.9f, 0.1f, 0.999f, 0.001f, 0.5f, 1e-8f}, 4, {0, 2, 3},
       [](double own, const std::vector<double>& at) -> std::vector<double> {
         const double m = double(0.9f) * at[2] + double(0.1f) * at[1];
         const double v = double(0.999f) * at[3] + double(0.001f) * at[1] * at[1];
         return {own * at[0] - double(0.01f) * (m / (std::sqrt(v) / 0.5 + 1e-8)), m, v};
       });
}

TEST(moving_average, "moving averages are the formula's, in place too") {
  step("ResnetMovingAverage", {0.1f}, 2, {0},
       [](double, const std::vector<double>& at) -> std::vector<double> {
         return {at[0] + double(0.1f) * (at[1] - at[0])};
       });
}

}  // namespace
