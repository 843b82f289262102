"""Where timm says that its default weights of each net are, for the README of packages/model.

    python published_weights.py > packages/model/test/fixtures/published-weights.json
"""

import json

import torch

_library = torch.library.Library("torchvision", "DEF")  # CPU torch lacks what torchvision's wheel expects
_library.define("nms(Tensor d, Tensor s, float t) -> Tensor")
_library.define("qnms(Tensor d, Tensor s, float t) -> Tensor")

import timm  # noqa: E402

names = """resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d
wide_resnet50_2 wide_resnet101_2 resnet18d resnet34d resnet50d resnet101d resnet152d seresnet18 seresnet34
seresnet50 seresnet101 seresnet152 seresnext50_32x4d resnetv2_50 resnetv2_101 resnetv2_152""".split()

hub = {name: timm.models.get_pretrained_cfg(name).hf_hub_id for name in names}
print(json.dumps({"timm": timm.__version__, "hub": {k: v for k, v in hub.items() if v}}, indent=1))
