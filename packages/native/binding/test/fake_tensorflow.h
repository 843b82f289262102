// A stand-in for TensorFlow's runtime: registers the kernels and runs them as TensorFlow does,
// through the C functions that they give it. What it allocates is never made to fail.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"

namespace fake {

// Values in float32; tensors of bfloat16 hold them rounded to nearest.
struct Value {
  std::vector<int64_t> shape;
  std::vector<float> values;
  TF_DataType type = TF_FLOAT;
};

using Attribute = std::variant<int64_t, float, bool, std::vector<int64_t>>;

struct Result {
  TF_Code code = TF_OK;
  std::string message;
  std::vector<Value> outputs;
};

bool has_op(const std::string& name);

// Makes the op's kernel for type T and runs it once. An attribute that is not given is an error of
// the test's. Inputs that an op changes in place are written back.
Result call(const std::string& name, TF_DataType type,
            const std::map<std::string, Attribute>& attributes, std::vector<Value>& inputs);

// The next allocation but `after` fails, on whichever thread; `disarm` says whether one has.
void fail_allocation(int64_t after);
bool disarm();

}  // namespace fake
