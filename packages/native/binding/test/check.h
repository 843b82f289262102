// A test is a function with a name; a check that fails says where, with the seed of the test's
// numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fake_tensorflow.h"

namespace check {

// Registers a test when the program is loaded.
struct Test {
  Test(const char* name, std::function<void()> body);
};

#define TEST(id, name)                                       \
  static void test_##id();                                   \
  static const check::Test registered_##id(name, test_##id); \
  static void test_##id()

// How often a test draws its shapes: a full run, or a part of one (under sanitizers).
int draws(int full);

// The generator of this test: the same numbers in each run with the same seed.
std::mt19937& random();
int64_t integer(int64_t least, int64_t most);
int64_t one_of(const std::vector<int64_t>& choices);
// Normal, of mean 0 and variance 1; of bfloat16, values that it has.
fake::Value normal(const std::vector<int64_t>& shape, TF_DataType type = TF_FLOAT);

void fail(const std::string& what);
void ok(const fake::Result& result, const std::string& what);
// Whether it was refused, with this code and a message that holds this text.
void refused(const fake::Result& result, TF_Code code, const std::string& text);
// |actual - expected| <= atol + rtol |expected|, element by element.
void close(const fake::Value& actual, const std::vector<double>& expected, double rtol, double atol,
           const std::string& what);

}  // namespace check
