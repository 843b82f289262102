"""Adds timm's parameter counts, names and shapes to packages/model/test/fixtures/zoo.json.

    python zoo.py FILE
"""

import json
import sys

import torch

_library = torch.library.Library("torchvision", "DEF")  # CPU torch lacks what torchvision's wheel expects
_library.define("nms(Tensor d, Tensor s, float t) -> Tensor")
_library.define("qnms(Tensor d, Tensor s, float t) -> Tensor")

import timm  # noqa: E402

from formula import fnv1a  # noqa: E402

names = """resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d
wide_resnet50_2 wide_resnet101_2 resnet18d resnet34d resnet50d resnet101d resnet152d seresnet18 seresnet34
seresnet50 seresnet101 seresnet152 seresnext50_32x4d resnetv2_50 resnetv2_101 resnetv2_152""".split()


with open(sys.argv[1]) as file:
    zoo = json.load(file)
zoo["timm"] = {}
for name in names:
    with torch.device("meta"):
        model = timm.create_model(name)
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    lines = sorted(f"{k}:{'x'.join(map(str, v.shape))}\n" for k, v in state.items())
    zoo["timm"][name] = {"parameters": sum(p.numel() for p in model.parameters()), "names": fnv1a("".join(lines))}
with open(sys.argv[1], "w") as file:
    json.dump(zoo, file, indent=1)
    file.write("\n")
