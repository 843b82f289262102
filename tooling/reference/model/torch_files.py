"""Files written by torch.save, for packages/model/src/weights/torch.

    python torch_files.py FOLDER
"""

import argparse
import collections
import sys

import torch

folder = sys.argv[1]


def save(name, value):
    torch.save(value, f"{folder}/{name}.zip.pt")
    torch.save(value, f"{folder}/{name}.legacy.pt", _use_new_zipfile_serialization=False)


grid = torch.arange(24, dtype=torch.float32) / 7
shared = torch.arange(6, dtype=torch.float32)
save(
    "tensors",
    collections.OrderedDict(
        {
            "float32": grid.reshape(2, 3, 4),
            "transposed": grid.reshape(2, 3, 4).permute(2, 0, 1),
            "window": grid.reshape(4, 6)[1:3, 2:6:2],
            "expanded": torch.tensor([1.5]).expand(2, 3),
            "channels_last": grid.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
            "shared": shared,
            "shared_view": shared[2:5],
            "float64": torch.tensor([0.1, -1e300, 2.5], dtype=torch.float64),
            "float16": torch.tensor([0.5, 65504.0, -2.0**-24, float("inf")], dtype=torch.float16),
            "bfloat16": torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16),
            "int64": torch.tensor(2**40 + 1),
            "int32": torch.tensor([-5, 7], dtype=torch.int32),
            "int16": torch.tensor([-300], dtype=torch.int16),
            "int8": torch.tensor([-128, 127], dtype=torch.int8),
            "uint8": torch.tensor([255], dtype=torch.uint8),
            "bool": torch.tensor([True, False]),
            "empty": torch.zeros(0, 3),
            "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
            "näme": torch.tensor([3.0]),
        }
    ),
)

module = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(1, 2, 1, bias=False), bn=torch.nn.BatchNorm2d(2)))
with torch.no_grad():
    module.conv.weight.copy_(torch.tensor([1.0, 2.0]).reshape(2, 1, 1, 1))
state = {f"module.{name}": tensor for name, tensor in module.state_dict().items()}
checkpoint = {
    "epoch": 3,
    "arch": "resnet18",
    "best": 0.75,
    "done": True,
    "nothing": None,
    "large": 2**70,
    "negative": -(2**40),
    "sizes": (1, [2, (3,)]),
    "state_dict": state,
    "optimizer": torch.optim.SGD(module.parameters(), 0.1, momentum=0.9).state_dict(),
}
save("checkpoint", checkpoint)
averaged = {name: tensor * 2 if tensor.is_floating_point() else tensor for name, tensor in state.items()}
torch.save({**checkpoint, "state_dict_ema": averaged}, f"{folder}/averaged.zip.pt")
torch.save(module.state_dict(), f"{folder}/state-dict.zip.pt")
for protocol in (3, 4, 5):
    torch.save(module.state_dict(), f"{folder}/protocol-{protocol}.zip.pt", pickle_protocol=protocol)

# What is to be refused.
torch.save(module, f"{folder}/module.zip.pt")
torch.save({"args": argparse.Namespace(lr=0.1), "state_dict": state}, f"{folder}/namespace.zip.pt")
torch.save([torch.ones(1)], f"{folder}/list.zip.pt")
torch.save({"a": torch.ones(1, dtype=torch.complex64)}, f"{folder}/complex.zip.pt")
torch.jit.script(torch.nn.ReLU()).save(f"{folder}/script.zip.pt")
