"""The state dict of a CIFAR ResNet-20, as a training script on several devices keeps it, for
apps/cli/test/weights.test.ts. Each tensor is one number, spread by strides of 0: 60 KB, not 1 MB.

    python torch_resnet20.py OUTPUT.pth
"""

import sys

import torch

from cifar import Cifar

torch.manual_seed(0)
state = Cifar(20).state_dict()
state = {
    f"module.{name}": tensor.flatten()[:1].to(torch.bfloat16).expand(tensor.shape) if tensor.is_floating_point() else tensor
    for name, tensor in state.items()
}
torch.save({"epoch": 1, "state_dict": state}, sys.argv[1])
