#include "fake_tensorflow.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

#include "../kernels/tensorflow_kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace {

std::atomic<int64_t> countdown{-1};
std::atomic<bool> has_failed{false};
// Whether a kernel runs, on whichever threads; and whether this thread is in the runtime's own
// code, whose allocations succeed, as the test's do.
std::atomic<bool> is_in_kernel{false};
thread_local bool is_runtime = false;

class InRuntime {
 public:
  InRuntime() : before_(is_runtime) { is_runtime = true; }
  ~InRuntime() { is_runtime = before_; }

 private:
  const bool before_;
};

bool is_to_fail() {
  if (!is_in_kernel || is_runtime || countdown.load() < 0 || countdown.fetch_sub(1) != 0)
    return false;
  has_failed = true;
  return true;
}

}  // namespace

void* operator new(size_t size) {
  if (is_to_fail()) throw std::bad_alloc();
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
#pragma GCC diagnostic pop

// Linked with --wrap=aligned_alloc, so that the kernels' own memory fails, too.
extern "C" void* __real_aligned_alloc(size_t, size_t);
extern "C" void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return is_to_fail() ? nullptr : __real_aligned_alloc(alignment, size);
}

struct TF_Status {
  TF_Code code = TF_OK;
  std::string message;
};

struct TF_Tensor {
  TF_DataType type;
  std::vector<int64_t> shape;
  std::shared_ptr<void> data;
};

struct TF_OpDefinitionBuilder {
  std::string name;
};

struct TF_KernelBuilder {
  std::string op;
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
  void (*destroy)(void*);
  TF_DataType type = TF_FLOAT;
};

struct TF_OpKernelConstruction {
  const std::map<std::string, fake::Attribute>& attributes;
  TF_Status status;
};

struct TF_OpKernelContext {
  std::vector<TF_Tensor> inputs;
  std::vector<std::unique_ptr<TF_Tensor>> outputs;
  TF_Status status;
};

namespace {

std::map<std::pair<std::string, TF_DataType>, TF_KernelBuilder>& kernels() {
  static auto* registry = new std::map<std::pair<std::string, TF_DataType>, TF_KernelBuilder>();
  return *registry;
}

int64_t count_of(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t dim : shape) count *= dim;
  return count;
}

std::shared_ptr<void> memory_for(TF_DataType type, const std::vector<int64_t>& shape) {
  const size_t bytes = count_of(shape) * TF_DataTypeSize(type);
  // Exactly as large as the tensor: a read past its end is seen by the address sanitizer.
  return {std::malloc(bytes > 0 ? bytes : 1), std::free};
}

uint16_t rounded(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

TF_Tensor tensor_of(const fake::Value& value) {
  TF_Tensor tensor{value.type, value.shape, memory_for(value.type, value.shape)};
  for (size_t i = 0; i < value.values.size(); ++i) {
    if (value.type == TF_FLOAT) static_cast<float*>(tensor.data.get())[i] = value.values[i];
    else static_cast<uint16_t*>(tensor.data.get())[i] = rounded(value.values[i]);
  }
  return tensor;
}

fake::Value value_of(const TF_Tensor& tensor) {
  fake::Value value{tensor.shape, {}, tensor.type};
  value.values.resize(count_of(tensor.shape));
  for (size_t i = 0; i < value.values.size(); ++i) {
    if (tensor.type == TF_FLOAT) {
      value.values[i] = static_cast<const float*>(tensor.data.get())[i];
    } else {
      const uint32_t bits =
          static_cast<uint32_t>(static_cast<const uint16_t*>(tensor.data.get())[i]) << 16;
      std::memcpy(&value.values[i], &bits, sizeof(bits));
    }
  }
  return value;
}

template <typename T>
T attribute_of(TF_OpKernelConstruction* construction, const char* name) {
  const auto found = construction->attributes.find(name);
  if (found == construction->attributes.end()) {
    throw std::logic_error(std::string("the test gives no attribute ") + name);
  }
  return std::get<T>(found->second);
}

}  // namespace

extern "C" {

size_t TF_DataTypeSize(TF_DataType type) { return type == TF_FLOAT ? 4 : 2; }

TF_Status* TF_NewStatus() {
  InRuntime runtime;
  return new TF_Status();
}
void TF_DeleteStatus(TF_Status* status) { delete status; }
void TF_SetStatus(TF_Status* status, TF_Code code, const char* message) {
  InRuntime runtime;
  *status = {code, message};
}
TF_Code TF_GetCode(const TF_Status* status) { return status->code; }
const char* TF_Message(const TF_Status* status) { return status->message.c_str(); }

void TF_DeleteTensor(TF_Tensor* tensor) { delete tensor; }
int TF_NumDims(const TF_Tensor* tensor) { return static_cast<int>(tensor->shape.size()); }
int64_t TF_Dim(const TF_Tensor* tensor, int i) { return tensor->shape[i]; }
int64_t TF_TensorElementCount(const TF_Tensor* tensor) { return count_of(tensor->shape); }
void* TF_TensorData(const TF_Tensor* tensor) { return tensor->data.get(); }

TF_OpDefinitionBuilder* TF_NewOpDefinitionBuilder(const char* name) {
  return new TF_OpDefinitionBuilder{name};
}
void TF_OpDefinitionBuilderAddInput(TF_OpDefinitionBuilder*, const char*) {}
void TF_OpDefinitionBuilderAddOutput(TF_OpDefinitionBuilder*, const char*) {}
void TF_OpDefinitionBuilderAddAttr(TF_OpDefinitionBuilder*, const char*) {}
void TF_OpDefinitionBuilderSetShapeInferenceFunction(TF_OpDefinitionBuilder*,
                                                     void (*)(TF_ShapeInferenceContext*,
                                                              TF_Status*)) {}
void TF_ShapeInferenceContextSetUnknownShape(TF_ShapeInferenceContext*, TF_Status*) {}
void TF_RegisterOpDefinition(TF_OpDefinitionBuilder* builder, TF_Status*) { delete builder; }

TF_KernelBuilder* TF_NewKernelBuilder(const char* op_name, const char*,
                                      void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*),
                                      void (*destroy)(void*)) {
  return new TF_KernelBuilder{op_name, create, compute, destroy};
}
void TF_KernelBuilder_TypeConstraint(TF_KernelBuilder* kernel, const char*, TF_DataType type,
                                     TF_Status*) {
  kernel->type = type;
}
void TF_RegisterKernelBuilder(const char*, TF_KernelBuilder* kernel, TF_Status*) {
  kernels()[{kernel->op, kernel->type}] = *kernel;
  delete kernel;
}

void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction* construction, TF_Status* status) {
  InRuntime runtime;
  construction->status = *status;
}
void TF_OpKernelConstruction_GetAttrInt64(TF_OpKernelConstruction* construction, const char* name,
                                          int64_t* value, TF_Status*) {
  InRuntime runtime;
  *value = attribute_of<int64_t>(construction, name);
}
void TF_OpKernelConstruction_GetAttrSize(TF_OpKernelConstruction* construction, const char* name,
                                         int32_t* list_size, int32_t*, TF_Status*) {
  InRuntime runtime;
  const auto list = attribute_of<std::vector<int64_t>>(construction, name);
  *list_size = static_cast<int32_t>(list.size());
}
void TF_OpKernelConstruction_GetAttrInt64List(TF_OpKernelConstruction* construction,
                                              const char* name, int64_t* values, int max,
                                              TF_Status*) {
  InRuntime runtime;
  const auto list = attribute_of<std::vector<int64_t>>(construction, name);
  for (int i = 0; i < max; ++i) values[i] = list[i];
}
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction* construction, const char* name,
                                          float* value, TF_Status*) {
  InRuntime runtime;
  *value = attribute_of<float>(construction, name);
}
void TF_OpKernelConstruction_GetAttrBool(TF_OpKernelConstruction* construction, const char* name,
                                         unsigned char* value, TF_Status*) {
  InRuntime runtime;
  *value = attribute_of<bool>(construction, name);
}

void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status) {
  InRuntime runtime;
  context->status = *status;
}
void TF_GetInput(TF_OpKernelContext* context, int index, TF_Tensor** tensor, TF_Status* status) {
  InRuntime runtime;
  if (index >= static_cast<int>(context->inputs.size())) {
    return TF_SetStatus(status, TF_INVALID_ARGUMENT, "no such input");
  }
  *tensor = new TF_Tensor(context->inputs[index]);
}
TF_DataType TF_InputDatatype(TF_OpKernelContext* context, int index) {
  return context->inputs[index].type;
}
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int index, TF_DataType type,
                             const int64_t* dims, int num_dims, size_t, TF_Status*) {
  InRuntime runtime;
  const std::vector<int64_t> shape(dims, dims + num_dims);
  if (static_cast<int>(context->outputs.size()) <= index) context->outputs.resize(index + 1);
  context->outputs[index].reset(new TF_Tensor{type, shape, memory_for(type, shape)});
  return new TF_Tensor(*context->outputs[index]);
}
void TF_SetOutput(TF_OpKernelContext* context, int index, const TF_Tensor* tensor, TF_Status*) {
  InRuntime runtime;
  if (static_cast<int>(context->outputs.size()) <= index) context->outputs.resize(index + 1);
  context->outputs[index].reset(new TF_Tensor(*tensor));
}

}  // extern "C"

namespace fake {
namespace {

template <typename Body>
auto in_kernel(const Body& body) {
  struct Leave {
    ~Leave() {
      is_in_kernel = false;
      is_runtime = true;
    }
  } leave;
  is_runtime = false;
  is_in_kernel = true;
  return body();
}

}  // namespace

bool has_op(const std::string& name) { return kernels().count({name, TF_FLOAT}) > 0; }

Result call(const std::string& name, TF_DataType type,
            const std::map<std::string, Attribute>& attributes, std::vector<Value>& inputs) {
  InRuntime runtime;
  const TF_KernelBuilder& kernel = kernels().at({name, type});
  TF_OpKernelConstruction construction{attributes, {}};
  void* const state = in_kernel([&] { return kernel.create(&construction); });
  if (construction.status.code != TF_OK) {
    if (state != nullptr) kernel.destroy(state);
    return {construction.status.code, construction.status.message, {}};
  }
  TF_OpKernelContext context;
  for (const Value& input : inputs) context.inputs.push_back(tensor_of(input));
  in_kernel([&] { kernel.compute(state, &context); });
  kernel.destroy(state);
  Result result{context.status.code, context.status.message, {}};
  for (size_t i = 0; i < inputs.size(); ++i) inputs[i] = value_of(context.inputs[i]);
  for (const auto& output : context.outputs) {
    result.outputs.push_back(output ? value_of(*output) : Value{});
  }
  return result;
}

void fail_allocation(int64_t after) {
  has_failed = false;
  countdown = after;
}

bool disarm() {
  countdown = -1;
  return has_failed.exchange(false);
}

}  // namespace fake
