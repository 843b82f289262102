#include <cmath>
#include <sstream>

#include "check.h"
#include "naive.h"

namespace {

using check::integer;
using check::one_of;
using fake::Value;
using naive::Conv;

std::string describe(const Conv& c, TF_DataType type) {
  std::ostringstream text;
  text << (type == TF_FLOAT ? "float32 " : "bfloat16 ") << c.batch << 'x' << c.height << 'x'
       << c.width << 'x' << c.in << " by " << c.kh << 'x' << c.kw << 'x' << c.out << " stride "
       << c.stride << " padding " << c.padding << " dilation " << c.dilation;
  return text.str();
}

// Shapes that reach each algorithm: few and many channels, odd sizes, windows of all kinds.
Conv draw(const std::vector<int64_t>& channels) {
  for (;;) {
    const int64_t k = one_of({1, 1, 3, 3, 3, 5, 7});
    const Conv conv{integer(1, 3),           integer(1, 18),           integer(1, 18),
                    one_of(channels),        one_of({16, 32, 48, 64}), k,
                    one_of({k, k, k, 1, 3}), one_of({1, 1, 1, 2, 3}),  integer(0, k / 2),
                    one_of({1, 1, 1, 2})};
    const bool fits = conv.height + 2 * conv.padding >= conv.dilation * (conv.kh - 1) + 1 &&
                      conv.width + 2 * conv.padding >= conv.dilation * (conv.kw - 1) + 1;
    if (fits && conv.outputs() * conv.kh * conv.kw * conv.in < 4e6) return conv;
  }
}

// Winograd's: 3 x 3 at stride 1 over images large enough to pay.
Conv draw_winograd() {
  return {integer(2, 4),
          integer(8, 17),
          integer(8, 17),
          one_of({16, 32}),
          one_of({16, 32, 48}),
          3,
          3,
          1,
          integer(0, 2),
          1};
}

// Of values of unit variance, a sum of n products has the standard deviation sqrt(n).
double root(int64_t products) { return std::sqrt(static_cast<double>(products)); }

struct Tolerance {
  double rtol, atol;
};
// bfloat16 rounds the result to 8 bits; sums are float32.
Tolerance tolerance(TF_DataType type, int64_t products) {
  if (type == TF_FLOAT) return {1e-5, 2e-5 * root(products)};
  return {1.0 / 128, 1e-3 * root(products)};
}

std::map<std::string, fake::Attribute> window(const Conv& c) {
  return {{"stride", c.stride}, {"padding", c.padding}, {"dilation", c.dilation}};
}

void forward(const Conv& c, TF_DataType type, bool has_bias, bool has_addend, bool relu,
             bool constant) {
  std::vector<Value> inputs{check::normal({c.batch, c.height, c.width, c.in}, type),
                            check::normal({c.kh, c.kw, c.in, c.out})};
  // In bfloat16 the filter is rounded, too: one that has these values.
  if (type == TF_BFLOAT16) inputs[1] = check::normal({c.kh, c.kw, c.in, c.out}, TF_BFLOAT16);
  inputs[1].type = TF_FLOAT;
  naive::Values expected = c.forward(inputs[0].values, inputs[1].values);
  if (has_bias) inputs.push_back(check::normal({c.out}));
  if (has_addend) {
    inputs.push_back(check::normal({c.batch, c.out_height(), c.out_width(), c.out}, type));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    if (has_bias) expected[i] += inputs[2].values[i % c.out];
    if (has_addend) expected[i] += inputs.back().values[i];
  }
  if (relu) naive::relu(expected);
  auto attributes = window(c);
  attributes["biases"] = int64_t{has_bias};
  attributes["addends"] = int64_t{has_addend};
  attributes["relu"] = relu;
  attributes["constant_filter"] = constant;
  const auto result = fake::call("ResnetConv", type, attributes, inputs);
  check::ok(result, describe(c, type));
  if (result.code != TF_OK) return;
  const auto [rtol, atol] = tolerance(type, c.kh * c.kw * c.in);
  check::close(result.outputs[0], expected, rtol, atol, describe(c, type));
}

void input_gradient(const Conv& c, TF_DataType type) {
  std::vector<Value> inputs{check::normal({c.kh, c.kw, c.in, c.out}, type),
                            check::normal({c.batch, c.out_height(), c.out_width(), c.out}, type)};
  inputs[0].type = TF_FLOAT;
  const naive::Values expected = c.input_gradient(inputs[0].values, inputs[1].values);
  auto attributes = window(c);
  attributes["height"] = c.height;
  attributes["width"] = c.width;
  const auto result = fake::call("ResnetInputGrad", type, attributes, inputs);
  check::ok(result, describe(c, type));
  if (result.code != TF_OK) return;
  const auto [rtol, atol] = tolerance(type, c.kh * c.kw * c.out);
  check::close(result.outputs[0], expected, rtol, atol, describe(c, type));
}

void filter_gradient(const Conv& c, TF_DataType type) {
  std::vector<Value> inputs{check::normal({c.batch, c.height, c.width, c.in}, type),
                            check::normal({c.batch, c.out_height(), c.out_width(), c.out}, type)};
  const naive::Values expected = c.filter_gradient(inputs[0].values, inputs[1].values);
  const auto result = fake::call(
      "ResnetFilterGrad", type,
      {{"height", c.kh}, {"width", c.kw}, {"stride", c.stride}, {"padding", c.padding}}, inputs);
  check::ok(result, describe(c, type));
  if (result.code != TF_OK) return;
  // Its result is float32 whatever its inputs are.
  const auto [rtol, atol] = tolerance(TF_FLOAT, c.batch * c.out_height() * c.out_width());
  check::close(result.outputs[0], expected, rtol, atol, describe(c, type));
}

constexpr TF_DataType types[] = {TF_FLOAT, TF_BFLOAT16};

TEST(forward, "convolutions of random shapes are the naive loops'") {
  if (!fake::has_op("ResnetConv")) return;
  for (int i = 0; i < check::draws(120); ++i) {
    const TF_DataType type = types[i % 2];
    // In bfloat16 from an even number of channels, or few of them without dilation.
    Conv c = draw(type == TF_FLOAT ? std::vector<int64_t>{1, 2, 3, 5, 7, 8, 9, 16, 33, 64}
                                   : std::vector<int64_t>{1, 3, 4, 7, 8, 10, 16, 34, 64});
    if (type == TF_BFLOAT16 && c.in % 2 == 1) c.dilation = 1;
    if (c.out_height() < 1 || c.out_width() < 1) continue;
    forward(c, type, integer(0, 1), integer(0, 1), integer(0, 1), integer(0, 1));
  }
}

TEST(forward_winograd, "convolutions by Winograd F(4x4, 3x3) are the naive loops'") {
  if (!fake::has_op("ResnetConv")) return;
  for (int i = 0; i < check::draws(24); ++i) {
    forward(draw_winograd(), types[i % 2], integer(0, 1), integer(0, 1), integer(0, 1),
            integer(0, 1));
  }
}

TEST(input_gradient, "gradients with respect to the input are the naive loops'") {
  if (!fake::has_op("ResnetInputGrad")) return;
  for (int i = 0; i < check::draws(80); ++i) input_gradient(draw({16, 32, 64}), types[i % 2]);
  for (int i = 0; i < check::draws(24); ++i) input_gradient(draw_winograd(), types[i % 2]);
}

TEST(filter_gradient, "gradients with respect to the filter are the naive loops'") {
  if (!fake::has_op("ResnetFilterGrad")) return;
  for (int i = 0; i < check::draws(80); ++i) {
    Conv c = draw({1, 3, 5, 8, 16, 33, 64});
    c.dilation = 1;
    filter_gradient(c, types[i % 2]);
  }
  for (int i = 0; i < check::draws(24); ++i) filter_gradient(draw_winograd(), types[i % 2]);
}

TEST(conv_attributes, "convolutions refuse attributes and shapes that make no sense") {
  if (!fake::has_op("ResnetConv")) return;
  const auto call = [](int64_t stride, int64_t padding, int64_t dilation, int64_t side) {
    std::vector<Value> inputs{check::normal({1, side, side, 16}), check::normal({3, 3, 16, 16})};
    return fake::call("ResnetConv", TF_FLOAT,
                      {{"stride", stride},
                       {"padding", padding},
                       {"dilation", dilation},
                       {"biases", int64_t{0}},
                       {"addends", int64_t{0}},
                       {"relu", false},
                       {"constant_filter", false}},
                      inputs);
  };
  check::refused(call(0, 1, 1, 8), TF_INVALID_ARGUMENT, "stride >= 1, received 0");
  check::refused(call(-2, 1, 1, 8), TF_INVALID_ARGUMENT, "stride >= 1, received -2");
  check::refused(call(1, -1, 1, 8), TF_INVALID_ARGUMENT, "padding >= 0, received -1");
  check::refused(call(1, 1, 0, 8), TF_INVALID_ARGUMENT, "dilation >= 1, received 0");
  check::refused(call(1, 0, 1, 2), TF_INVALID_ARGUMENT, "a filter within the image");
  for (const char* name : {"height", "width", "stride", "padding"}) {
    std::map<std::string, fake::Attribute> attributes{{"height", int64_t{3}},
                                                      {"width", int64_t{3}},
                                                      {"stride", int64_t{1}},
                                                      {"padding", int64_t{1}}};
    attributes[name] = int64_t{-1};
    std::vector<Value> inputs{check::normal({1, 4, 4, 16}), check::normal({1, 4, 4, 16})};
    check::refused(fake::call("ResnetFilterGrad", TF_FLOAT, attributes, inputs),
                   TF_INVALID_ARGUMENT, std::string(name) + " >= ");
  }
}

}  // namespace
