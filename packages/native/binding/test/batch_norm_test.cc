#include <sstream>

#include "check.h"
#include "naive.h"

namespace {

using fake::Value;
using naive::Values;

TEST(batch_norm, "batch norm in training and its gradient are the naive loops'") {
  for (int i = 0; i < check::draws(60); ++i) {
    const TF_DataType type = i % 3 == 2 ? TF_BFLOAT16 : TF_FLOAT;
    const int64_t channels = check::one_of({1, 3, 8, 15, 16, 17, 32, 64, 100});
    const std::vector<int64_t> shape{check::integer(1, 4), check::integer(1, 9),
                                     check::integer(2, 9), channels};
    const bool relu = check::integer(0, 1) != 0;
    std::ostringstream text;
    text << "channels " << channels << (relu ? " with ReLU" : "");
    std::vector<Value> inputs{check::normal(shape, type), check::normal({channels}),
                              check::normal({channels})};
    const auto result =
        fake::call("ResnetBatchNorm", type, {{"epsilon", 1e-5f}, {"relu", relu}}, inputs);
    check::ok(result, text.str());
    if (result.code != TF_OK) continue;
    const naive::BatchNorm norm(inputs[0].values, channels, 1e-5);
    Values y = norm.forward(inputs[0].values, inputs[1].values, inputs[2].values);
    if (relu) naive::relu(y);
    const double rtol = type == TF_FLOAT ? 2e-5 : 1.0 / 128, atol = type == TF_FLOAT ? 5e-5 : 1e-2;
    check::close(result.outputs[0], y, rtol, atol, text.str() + ", output");
    check::close(result.outputs[1], norm.mean, 1e-5, 1e-5, text.str() + ", mean");
    check::close(result.outputs[2], norm.variance, 1e-4, 1e-5, text.str() + ", variance");

    std::vector<Value> saved{check::normal(shape, type), inputs[0], inputs[1], result.outputs[3],
                             result.outputs[4]};
    Values dy(saved[0].values.begin(), saved[0].values.end());
    if (relu) dy = naive::relu_gradient(dy, y);
    const auto gradient =
        fake::call("ResnetBatchNormGrad", type, {{"epsilon", 1e-5f}, {"relu", relu}}, saved);
    check::ok(gradient, text.str());
    if (gradient.code != TF_OK) continue;
    const auto expected = norm.backward(dy, inputs[0].values, inputs[1].values);
    const double loose = type == TF_FLOAT ? 2e-3 : 3e-2;
    check::close(gradient.outputs[0], expected.x, rtol * 10, loose, text.str() + ", dx");
    check::close(gradient.outputs[1], expected.scale, 1e-3, loose, text.str() + ", d_scale");
    check::close(gradient.outputs[2], expected.offset, 1e-3, loose, text.str() + ", d_offset");
  }
}

TEST(batch_norm_attributes, "batch norm refuses what makes no sense") {
  const auto call = [](float epsilon, const std::vector<int64_t>& shape, int64_t channels) {
    std::vector<Value> inputs{check::normal(shape), check::normal({channels}),
                              check::normal({channels})};
    return fake::call("ResnetBatchNorm", TF_FLOAT, {{"epsilon", epsilon}, {"relu", false}}, inputs);
  };
  check::refused(call(-1e-5f, {2, 2, 2, 4}, 4), TF_INVALID_ARGUMENT, "epsilon >= 0");
  check::refused(call(1e-5f, {2, 2, 2, 4}, 3), TF_INVALID_ARGUMENT, "ResnetBatchNorm");
  check::refused(call(1e-5f, {1, 1, 1, 4}, 4), TF_INVALID_ARGUMENT, "several values a channel");
}

}  // namespace
