"""torchvision and timm, which are to be imported by way of this file: torchvision's wheel expects two
operators that a CPU torch lacks. And the names of the zoo that they have."""

import torch

_library = torch.library.Library("torchvision", "DEF")
_library.define("nms(Tensor d, Tensor s, float t) -> Tensor")
_library.define("qnms(Tensor d, Tensor s, float t) -> Tensor")

import timm  # noqa: E402
import torchvision  # noqa: E402

# timm has these too.
torchvision_names = """resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d
resnext101_64x4d wide_resnet50_2 wide_resnet101_2""".split()
timm_names = """resnet18d resnet34d resnet50d resnet101d resnet152d seresnet18 seresnet34 seresnet50 seresnet101
seresnet152 seresnext50_32x4d resnetv2_50 resnetv2_101 resnetv2_152""".split()

__all__ = ["timm", "timm_names", "torchvision", "torchvision_names"]
