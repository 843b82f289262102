// The few of TensorFlow's types that the kernels use, so that their tests build without TensorFlow.
#pragma once

#include <cstddef>

extern "C" {
typedef enum TF_DataType { TF_FLOAT = 1, TF_BFLOAT16 = 14 } TF_DataType;
size_t TF_DataTypeSize(TF_DataType);
}
