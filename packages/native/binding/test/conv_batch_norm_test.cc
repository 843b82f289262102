#include "check.h"
#include "naive.h"

namespace {

using fake::Value;
using naive::Conv;
using naive::Values;

Values to_values(const Value& value) { return {value.values.begin(), value.values.end()}; }

constexpr double epsilon = 1e-5;

// A basic block: 3 x 3, ReLU, 3 x 3, plus the shortcut (a 1 x 1 convolution where it changes
// shape), ReLU. Where values round to bfloat16 in between, tolerances are of its 8 bits.
void basic_block(TF_DataType type, int64_t stride, bool projects, int64_t side) {
  const int64_t in = projects ? 16 : 32, out = 32, batch = 3;
  const Conv first{batch, side, side, in, out, 3, 3, stride, 1, 1};
  const int64_t to = first.out_height();
  const Conv second{batch, to, to, out, out, 3, 3, 1, 1, 1};
  const Conv shortcut{batch, side, side, in, out, 1, 1, stride, 0, 1};
  // Values are counted: 0 is x. input, addend, relu, stride, padding.
  const std::vector<int64_t> units =
      projects ? std::vector<int64_t>{0, -1, 0, stride, 0, 0, -1, 1, stride, 1, 2, 1, 1, 1, 1}
               : std::vector<int64_t>{0, -1, 1, stride, 1, 1, 0, 1, 1, 1};
  std::vector<Conv> convs =
      projects ? std::vector<Conv>{shortcut, first, second} : std::vector<Conv>{first, second};
  const size_t count = convs.size();

  std::vector<Value> inputs{check::normal({batch, side, side, in}, type)};
  for (const Conv& conv : convs) {
    Value filter = check::normal({conv.kh, conv.kw, conv.in, conv.out}, type);
    filter.type = TF_FLOAT;
    inputs.push_back(filter);
    inputs.push_back(check::normal({out}));
    inputs.push_back(check::normal({out}));
  }
  const auto result = fake::call("ResnetConvBatchNorm", type,
                                 {{"blocks", units}, {"epsilon", float(epsilon)}}, inputs);
  check::ok(result, "forward");
  if (result.code != TF_OK) return;

  // Naive, forward.
  std::vector<Values> values{to_values(inputs[0])}, convolved;
  std::vector<naive::BatchNorm> norms;
  for (size_t i = 0; i < count; ++i) {
    convolved.push_back(convs[i].forward(values[units[5 * i]], inputs[3 * i + 1].values));
    norms.emplace_back(convolved[i], out, epsilon);
    Values y = norms[i].forward(convolved[i], inputs[3 * i + 2].values, inputs[3 * i + 3].values);
    const int64_t addend = units[5 * i + 1];
    for (size_t j = 0; addend >= 0 && j < y.size(); ++j) y[j] += values[addend][j];
    if (units[5 * i + 2] != 0) naive::relu(y);
    values.push_back(y);
  }
  const double rtol = type == TF_FLOAT ? 1e-4 : 0.05, atol = type == TF_FLOAT ? 1e-4 : 0.15;
  check::close(result.outputs[0], values.back(), rtol, atol, "output");

  // Its gradients, from what the forward pass keeps; in bfloat16 the naive loops cannot see where
  // its rounding put a ReLU, and the parity tests of the tensorflow backend compare those.
  if (type != TF_FLOAT) return;
  std::vector<Value> grad_inputs{check::normal({batch, to, to, out}), inputs[0], result.outputs[0]};
  const size_t images = count;  // Each convolution's result; only the last has an addend.
  for (size_t i = 0; i < images; ++i) grad_inputs.push_back(result.outputs[1 + i]);
  for (size_t i = 0; i < count; ++i) {
    grad_inputs.push_back(inputs[3 * i + 1]);
    grad_inputs.push_back(inputs[3 * i + 2]);
    grad_inputs.push_back(result.outputs[1 + images + 3 * i + 2]);
  }
  const Values dy = to_values(grad_inputs[0]);
  const auto gradient = fake::call("ResnetConvBatchNormGrad", type,
                                   {{"blocks", units}, {"inputs", int64_t{1}}}, grad_inputs);
  check::ok(gradient, "gradient");
  if (gradient.code != TF_OK) return;
  std::vector<Values> by(count + 1);
  for (size_t i = 0; i <= count; ++i) by[i].resize(values[i].size());
  by[count] = dy;
  for (size_t i = count; i-- > 0;) {
    Values d = by[i + 1];
    if (units[5 * i + 2] != 0) d = naive::relu_gradient(d, values[i + 1]);
    const int64_t addend = units[5 * i + 1], input = units[5 * i];
    for (size_t j = 0; addend >= 0 && j < d.size(); ++j) by[addend][j] += d[j];
    const auto norm = norms[i].backward(d, convolved[i], inputs[3 * i + 2].values);
    check::close(gradient.outputs[1 + 3 * i], convs[i].filter_gradient(values[input], norm.x), 1e-3,
                 2e-3, "filter's gradient");
    check::close(gradient.outputs[2 + 3 * i], norm.scale, 1e-3, 2e-3, "scale's gradient");
    check::close(gradient.outputs[3 + 3 * i], norm.offset, 1e-3, 2e-3, "offset's gradient");
    const Values dx = convs[i].input_gradient(inputs[3 * i + 1].values, norm.x);
    for (size_t j = 0; j < dx.size(); ++j) by[input][j] += dx[j];
  }
  check::close(gradient.outputs[0], by[0], 1e-3, 2e-3, "input's gradient");
}

TEST(basic_blocks, "conv-BN blocks and their gradients are the naive loops'") {
  if (!fake::has_op("ResnetConvBatchNorm")) return;
  for (int i = 0; i < check::draws(8); ++i) {
    const int64_t side = check::integer(5, 12);
    basic_block(i % 4 == 3 ? TF_BFLOAT16 : TF_FLOAT, 1, false, side);
    basic_block(i % 4 == 3 ? TF_BFLOAT16 : TF_FLOAT, check::integer(1, 2), true, side);
  }
}

TEST(block_attributes, "conv-BN blocks refuse attributes that make no sense") {
  if (!fake::has_op("ResnetConvBatchNorm")) return;
  const auto call = [](const std::vector<int64_t>& units, float eps) {
    std::vector<Value> inputs{check::normal({2, 4, 4, 16}), check::normal({3, 3, 16, 16}),
                              check::normal({16}), check::normal({16})};
    return fake::call("ResnetConvBatchNorm", TF_FLOAT, {{"blocks", units}, {"epsilon", eps}},
                      inputs);
  };
  check::ok(call({0, -1, 1, 1, 1}, 1e-5f), "one block");
  check::refused(call({0, -1, 1, 0, 1}, 1e-5f), TF_INVALID_ARGUMENT, "stride >= 1");
  check::refused(call({0, -1, 1, 1, -1}, 1e-5f), TF_INVALID_ARGUMENT, "padding >= 0");
  check::refused(call({}, 1e-5f), TF_INVALID_ARGUMENT, "blocks");
  check::refused(call({0, -1, 1, 1}, 1e-5f), TF_INVALID_ARGUMENT, "blocks");
  check::refused(call({1, -1, 1, 1, 1}, 1e-5f), TF_INVALID_ARGUMENT, "ResnetConvBatchNorm");
  check::refused(call({0, 5, 1, 1, 1}, 1e-5f), TF_INVALID_ARGUMENT, "ResnetConvBatchNorm");
  check::refused(call({0, -1, 1, 1, 1}, -1.0f), TF_INVALID_ARGUMENT, "epsilon >= 0");
}

}  // namespace
