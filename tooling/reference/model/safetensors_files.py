"""Files written by the safetensors package, for packages/model/src/weights/safetensors.

    python safetensors_files.py FOLDER
"""

import sys

import torch
from safetensors.torch import save_file

folder = sys.argv[1]
values = torch.tensor(
    [0.0, -0.0, 1.0, -2.5, 65504.0, 65519.99, 65520.0, 1e-8, 5.9604645e-08, 2.9802322e-08, 2.9802326e-08,
     6.1035156e-05, 6.097555e-05, 1.0009766, 1.0004883, 1.0014648, 3.1415927, -1e30, float("inf"), float("-inf"), float("nan")]
)
state = {
    "layer1.0.conv1.weight": torch.arange(12, dtype=torch.float32).reshape(2, 3, 1, 2) / 7,
    "bn1.num_batches_tracked": torch.tensor(2**40 + 1),
    "fc.bias": values,
    "empty": torch.zeros(0, 3),
    "näme": torch.tensor([1.5]),
}
save_file(state, f"{folder}/float32.safetensors", metadata={"format": "pt", "a": "ü\n"})
for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
    cast = {k: v if v.dtype == torch.int64 else v.to(dtype) for k, v in state.items()}
    save_file(cast, f"{folder}/{name}.safetensors", metadata={"format": "pt"})
