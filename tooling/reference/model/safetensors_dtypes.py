"""A file with a tensor of each dtype that is read, and one with a dtype that is not, written by the
safetensors package, for packages/model/src/weights/safetensors.

    python safetensors_dtypes.py FOLDER
"""

import sys

import numpy as np
from safetensors import TensorSpec, serialize_file

folder = sys.argv[1]


def extremes(dtype):
    info = np.iinfo(dtype)
    return np.array([info.min, info.max], dtype)


def tensors(arrays):
    return {
        name: TensorSpec(dtype=dtype, shape=list(array.shape), data_ptr=array.ctypes.data, data_len=array.nbytes)
        for name, (dtype, array) in arrays.items()
    }


# NumPy has no bfloat16: the upper halves of float32.
bfloat16 = (np.array([0.5, -(2.0**100)], np.float32).view(np.uint32) >> 16).astype(np.uint16)
arrays = {
    "F64": ("float64", np.array([0.1, -2.5, 1e300])),
    "F32": ("float32", np.array([[1 / 3], [-2]], np.float32)),
    "F16": ("float16", np.array([0.5, -65504], np.float16)),
    "BF16": ("bfloat16", bfloat16),
    "I64": ("int64", extremes(np.int64)),
    "I32": ("int32", extremes(np.int32)),
    "I16": ("int16", extremes(np.int16)),
    "I8": ("int8", extremes(np.int8)),
    "U32": ("uint32", extremes(np.uint32)),
    "U16": ("uint16", extremes(np.uint16)),
    "U8": ("uint8", np.array([0, 1, 255], np.uint8)),
    "BOOL": ("bool", np.array(True)),
}
serialize_file(tensors(arrays), f"{folder}/dtypes.safetensors")
serialize_file(tensors({"a": ("uint64", extremes(np.uint64))}), f"{folder}/uint64.safetensors")
