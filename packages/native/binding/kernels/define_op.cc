// Makes ops known to TensorFlow.
#include <algorithm>

#include "op_kernel.h"

namespace resnet {

bool define(const Definition& definition) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* input : definition.inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : definition.attributes) {
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  }
  TF_OpDefinitionBuilderSetShapeInferenceFunction(
      op, [](TF_ShapeInferenceContext* context, TF_Status* status) {
        TF_ShapeInferenceContextSetUnknownShape(context, status);
      });
  Status status;
  TF_RegisterOpDefinition(op, status);
  const bool typed = std::any_of(definition.attributes.begin(), definition.attributes.end(),
                                 [](const char* attribute) { return attribute[0] == 'T'; });
  for (const TF_DataType type : {TF_FLOAT, TF_BFLOAT16}) {
    if (!status.ok()) return false;
    if (type != TF_FLOAT && !(typed && definition.has_bf16)) break;
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(definition.name, "CPU", definition.create,
                                                   definition.compute, definition.destroy);
    if (typed) TF_KernelBuilder_TypeConstraint(kernel, "T", type, status);
    if (status.ok()) TF_RegisterKernelBuilder(definition.name, kernel, status);
  }
  return status.ok();
}

}  // namespace resnet
