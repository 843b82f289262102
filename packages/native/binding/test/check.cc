#include "check.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "../kernels/op_kernel.h"

namespace check {
namespace {

struct Case {
  const char* name;
  std::function<void()> body;
};

std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

std::mt19937 generator;
unsigned seed = 1;
int part = 1;
int failures = 0;

}  // namespace

Test::Test(const char* name, std::function<void()> body) {
  cases().push_back({name, std::move(body)});
}

int draws(int full) { return std::max(1, full / part); }
std::mt19937& random() { return generator; }

int64_t integer(int64_t least, int64_t most) {
  return std::uniform_int_distribution<int64_t>(least, most)(generator);
}

int64_t one_of(const std::vector<int64_t>& choices) {
  return choices[integer(0, static_cast<int64_t>(choices.size()) - 1)];
}

fake::Value normal(const std::vector<int64_t>& shape, TF_DataType type) {
  int64_t count = 1;
  for (const int64_t dim : shape) count *= dim;
  std::normal_distribution<float> distribution;
  fake::Value value{shape, std::vector<float>(count), type};
  for (float& each : value.values) {
    each = distribution(generator);
    if (type == TF_BFLOAT16) {
      uint32_t bits;
      std::memcpy(&bits, &each, sizeof(bits));
      bits &= 0xffff0000u;
      std::memcpy(&each, &bits, sizeof(bits));
    }
  }
  return value;
}

void fail(const std::string& what) {
  ++failures;
  std::cout << "  failed (seed " << seed << "): " << what << std::endl;
}

void ok(const fake::Result& result, const std::string& what) {
  if (result.code != TF_OK) fail(what + ": " + result.message);
}

void refused(const fake::Result& result, TF_Code code, const std::string& text) {
  if (result.code == code && result.message.find(text) != std::string::npos) return;
  fail("expected code " + std::to_string(code) + " and '" + text + "', received code " +
       std::to_string(result.code) + " and '" + result.message + "'");
}

void close(const fake::Value& actual, const std::vector<double>& expected, double rtol, double atol,
           const std::string& what) {
  if (actual.values.size() != expected.size()) {
    return fail(what + ": expected " + std::to_string(expected.size()) + " elements, received " +
                std::to_string(actual.values.size()));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(actual.values[i] - expected[i]);
    if (error <= atol + rtol * std::abs(expected[i])) continue;
    return fail(what + ": at " + std::to_string(i) + " expected " + std::to_string(expected[i]) +
                ", received " + std::to_string(actual.values[i]));
  }
}

}  // namespace check

// Usage: kernels_test [seed] [part]: a `part`th of the draws.
int main(int count, char** arguments) {
  using namespace check;
  if (count > 1) seed = static_cast<unsigned>(std::atoi(arguments[1]));
  if (count > 2) part = std::max(1, std::atoi(arguments[2]));
  resnet::define_batch_norm();
  resnet::define_max_pool();
  resnet::define_optimizers();
  resnet::define_add_relu();
  resnet::define_clip();
  resnet::define_convolutions();
  resnet::define_conv_batch_norm();
  resnet::define_filter_gradient();
  int failed = 0;
  for (const Case& each : cases()) {
    generator.seed(seed);
    const int before = failures;
    each.body();
    const bool is_right = failures == before;
    failed += is_right ? 0 : 1;
    std::cout << (is_right ? "ok " : "FAILED ") << each.name << std::endl;
  }
  std::cout << cases().size() - failed << " passed, " << failed << " failed" << std::endl;
  return failed == 0 ? 0 : 1;
}
