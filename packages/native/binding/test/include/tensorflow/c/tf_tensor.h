#pragma once

#include <cstdint>

#include "tensorflow/c/tf_datatype.h"

extern "C" {
typedef struct TF_Tensor TF_Tensor;
void TF_DeleteTensor(TF_Tensor*);
int TF_NumDims(const TF_Tensor*);
int64_t TF_Dim(const TF_Tensor*, int);
int64_t TF_TensorElementCount(const TF_Tensor*);
void* TF_TensorData(const TF_Tensor*);
}
