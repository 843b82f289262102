#include "check.h"

namespace {

using fake::Value;

// Makes each allocation of a call fail in turn, until none is left: each time the op says that
// memory is exhausted, and the next call works.
template <typename Call>
void fail_each(const char* name, const Call& call) {
  check::ok(call(), name);
  int failed = 0;
  for (int64_t after = 0; after < 2000; ++after) {
    fake::fail_allocation(after);
    const fake::Result result = call();
    if (!fake::disarm()) {
      check::ok(result, name);
      if (failed == 0) check::fail(std::string(name) + ": no allocation was made to fail");
      return;
    }
    ++failed;
    // Memory that is only kept for later may be done without.
    if (result.code != TF_OK) check::refused(result, TF_RESOURCE_EXHAUSTED, "out of memory");
    check::ok(call(), std::string(name) + " after a failure");
  }
  check::fail(std::string(name) + ": more than 2000 allocations");
}

TEST(out_of_memory, "memory that there is not enough of is an error, on every thread") {
  fail_each("ResnetBatchNorm", [] {
    std::vector<Value> inputs{check::normal({2, 8, 8, 32}), check::normal({32}),
                              check::normal({32})};
    return fake::call("ResnetBatchNorm", TF_FLOAT, {{"epsilon", 1e-5f}, {"relu", true}}, inputs);
  });
  fail_each("ResnetClip", [] {
    std::vector<Value> inputs{{{}, {1.0f}, TF_FLOAT}, check::normal({50000}), check::normal({9})};
    return fake::call("ResnetClip", TF_FLOAT, {{"N", int64_t{2}}}, inputs);
  });
  if (!fake::has_op("ResnetConv")) return;
  const std::vector<std::vector<int64_t>> filters{{3, 3, 16, 32}, {1, 1, 16, 32}, {7, 7, 3, 32}};
  for (const auto& filter : filters) {
    fail_each("ResnetConv", [&] {
      std::vector<Value> inputs{check::normal({4, 12, 12, filter[2]}), check::normal(filter)};
      return fake::call("ResnetConv", TF_FLOAT,
                        {{"stride", int64_t{1}},
                         {"padding", filter[0] / 2},
                         {"dilation", int64_t{1}},
                         {"biases", int64_t{0}},
                         {"addends", int64_t{0}},
                         {"relu", false},
                         {"constant_filter", true}},
                        inputs);
    });
    fail_each("ResnetFilterGrad", [&] {
      std::vector<Value> inputs{check::normal({4, 12, 12, filter[2]}),
                                check::normal({4, 12, 12, 32})};
      return fake::call("ResnetFilterGrad", TF_FLOAT,
                        {{"height", filter[0]},
                         {"width", filter[1]},
                         {"stride", int64_t{1}},
                         {"padding", filter[0] / 2}},
                        inputs);
    });
  }
  fail_each("ResnetConvBatchNorm", [] {
    std::vector<Value> inputs{check::normal({2, 9, 9, 16}), check::normal({3, 3, 16, 16}),
                              check::normal({16}), check::normal({16})};
    return fake::call("ResnetConvBatchNorm", TF_FLOAT,
                      {{"blocks", std::vector<int64_t>{0, 0, 1, 1, 1}}, {"epsilon", 1e-5f}},
                      inputs);
  });
}

}  // namespace
