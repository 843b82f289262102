// What TensorFlow's C interface asks of an operation, in fewer words.
#pragma once

#include <cstdint>
#include <vector>

#include "tensorflow_kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace resnet {

class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  operator TF_Status*() { return status_; }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }

 private:
  TF_Status* status_ = TF_NewStatus();
};

// What a kernel is made with. Where one is missing, the kernel is not made.
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction) {}
  Attributes(const Attributes&) = delete;
  ~Attributes() {
    if (!status_.ok()) TF_OpKernelConstruction_Failure(construction_, status_);
  }

  int64_t integer(const char* name) {
    int64_t value = 0;
    if (status_.ok()) TF_OpKernelConstruction_GetAttrInt64(construction_, name, &value, status_);
    return value;
  }
  std::vector<int64_t> integers(const char* name) {
    int32_t size = 0, unused = 0;
    if (status_.ok()) {
      TF_OpKernelConstruction_GetAttrSize(construction_, name, &size, &unused, status_);
    }
    std::vector<int64_t> values(size > 0 ? size : 0);
    if (status_.ok()) {
      TF_OpKernelConstruction_GetAttrInt64List(construction_, name, values.data(), size, status_);
    }
    return values;
  }
  float number(const char* name) {
    float value = 0;
    if (status_.ok()) TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status_);
    return value;
  }
  void check(bool condition, const char* message) {
    if (!condition && status_.ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
  }
  bool flag(const char* name) {
    unsigned char value = 0;
    if (status_.ok()) TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status_);
    return value != 0;
  }

 private:
  TF_OpKernelConstruction* construction_;
  Status status_;
};

// An input or output of a kernel that runs; shares its values.
class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor) : tensor_(tensor) {}
  Tensor(const Tensor&) = delete;
  ~Tensor() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }

  bool valid() const { return tensor_ != nullptr; }
  template <typename T>
  T* data() const {
    return static_cast<T*>(TF_TensorData(tensor_));
  }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int64_t dim(int i) const { return TF_Dim(tensor_, i); }
  const TF_Tensor* get() const { return tensor_; }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> dims(rank());
    for (int i = 0; i < rank(); ++i) dims[i] = dim(i);
    return dims;
  }

 private:
  TF_Tensor* tensor_;
};

// A kernel's run: its inputs and outputs. After a failure `ok()` is false and the kernel returns.
class Run {
 public:
  explicit Run(TF_OpKernelContext* context) : context_(context) {}

  TF_Tensor* input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    report();
    return tensor;
  }
  TF_DataType type(int i) { return TF_InputDatatype(context_, i); }

  TF_Tensor* output(int i, TF_DataType type, const std::vector<int64_t>& shape) {
    int64_t size = TF_DataTypeSize(type);
    for (const int64_t dim : shape) size *= dim;
    TF_Tensor* tensor = TF_AllocateOutput(context_, i, type, shape.data(),
                                          static_cast<int>(shape.size()), size, status_);
    report();
    return tensor;
  }

  // Gives the values of an input as they are, without a copy.
  void pass(int i, const Tensor& tensor) {
    TF_SetOutput(context_, i, tensor.get(), status_);
    report();
  }

  bool check(bool condition, const char* message) {
    if (condition || failed_) return condition && !failed_;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, message);
    report();
    return false;
  }
  bool ok() const { return !failed_; }

 private:
  void report() {
    if (failed_ || status_.ok()) return;
    failed_ = true;
    TF_OpKernelContext_Failure(context_, status_);
  }

  TF_OpKernelContext* context_;
  Status status_;
  bool failed_ = false;
};

struct Definition {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
  void (*destroy)(void*);
  // Whether it is there for bfloat16, too.
  bool has_bf16 = true;
};

// Makes an operation known to TensorFlow, on the CPU, for T = float and T = bfloat16 where one
// of its attributes is T. Not twice: the caller sees to it. Gives false where TensorFlow refuses.
bool define(const Definition& definition);

bool define_batch_norm();
bool define_max_pool();
bool define_add_relu();
bool define_optimizers();
bool define_clip();
// Where TensorFlow's own are slower; elsewhere they are left out.
bool define_convolutions();
bool define_conv_batch_norm();
bool define_filter_gradient();

}  // namespace resnet
