// What TensorFlow's C interface asks of an operation, in fewer words.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
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
  // An integer that the op's registration bounds, too: TensorFlow need not check it at every run.
  int64_t integer_from(const char* name, int64_t least) {
    const int64_t value = integer(name);
    if (value >= least) return value;
    const std::string message = std::string("expected ") + name + " >= " + std::to_string(least) +
                                ", received " + std::to_string(value);
    check(false, message.c_str());
    return least;
  }
  // A number that is not below 0.
  float number_from_0(const char* name) {
    const float value = number(name);
    if (value >= 0) return value;
    const std::string message =
        std::string("expected ") + name + " >= 0, received " + std::to_string(value);
    check(false, message.c_str());
    return 0;
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
  Tensor(Tensor&& other) noexcept : tensor_(std::exchange(other.tensor_, nullptr)) {}
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

  // Not valid after a failure.
  Tensor input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    report();
    return Tensor(tensor);
  }
  TF_DataType type(int i) { return TF_InputDatatype(context_, i); }

  Tensor output(int i, TF_DataType type, const std::vector<int64_t>& shape) {
    int64_t size = TF_DataTypeSize(type);
    for (const int64_t dim : shape) size *= dim;
    TF_Tensor* tensor = TF_AllocateOutput(context_, i, type, shape.data(),
                                          static_cast<int>(shape.size()), size, status_);
    report();
    return Tensor(tensor);
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

// A kernel's functions as TensorFlow calls them: from C, which knows no exceptions. Memory that
// there is not enough of, on this thread or on one that helps it, becomes TF_RESOURCE_EXHAUSTED.
using Create = void* (*)(TF_OpKernelConstruction*);
using Compute = void (*)(void*, TF_OpKernelContext*);

// The status of the exception that is being handled.
inline void set_from_exception(TF_Status* status) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    TF_SetStatus(status, TF_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception& error) {
    TF_SetStatus(status, TF_INTERNAL, error.what());
  } catch (...) {
    TF_SetStatus(status, TF_INTERNAL, "unknown exception");
  }
}

template <Create create>
void* guarded_create(TF_OpKernelConstruction* construction) {
  try {
    return create(construction);
  } catch (...) {
    Status status;
    set_from_exception(status);
    TF_OpKernelConstruction_Failure(construction, status);
    return nullptr;
  }
}

template <Compute compute>
void guarded_compute(void* state, TF_OpKernelContext* context) {
  try {
    compute(state, context);
  } catch (...) {
    Status status;
    set_from_exception(status);
    TF_OpKernelContext_Failure(context, status);
  }
}

struct Definition {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
  Create create;
  Compute compute;
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
