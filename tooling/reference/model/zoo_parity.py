"""Logits and gradients of PyTorch's nets for every name of the zoo, for packages/model/test/zoo-parity.test.ts.

    python zoo_parity.py OUTPUT.json [NAME...]

Everything is computed in float64. The weights are `conditioned` ones of formula.py, under which
rounding stays rounding however deep the net is: `float32` is how far PyTorch's own float32 gradients
lie from its float64 ones, over all parameters together. With names of nets,
only those are made again.
"""

import base64
import copy
import sys

import numpy as np
import torch
from torch.nn import functional as F

from cifar import Cifar, CifarV2
from formula import conditioned, fnv1a, images, positions, sample_digest
from results import read_results, write_results
from vision import timm, timm_names, torchvision, torchvision_names


class PlainBlock(torchvision.models.resnet.BasicBlock):
    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def plain(layers):
    """torchvision's ResNet without its shortcuts."""
    model = torchvision.models.ResNet(PlainBlock, layers)
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        for block in stage:
            block.downsample = None
    return model


# What ends a residual branch: `conditioned` scales it down.
norm2, norm3, conv3 = "bn2.weight", "bn3.weight", "conv3.weight"


def side_of(name):
    """The deepest have the smallest images: less time, and fewer signs for rounding to flip."""
    if name in ("resnet152", "resnext101_64x4d"):
        return 40  # at 33 one is flipped on wasm or tensorflow
    return 33 if "101" in name or "152" in name else 64


# name: PyTorch's net, what ends its branches, side of its images
nets = {}
for name in torchvision_names:
    nets[name] = (lambda name=name: getattr(torchvision.models, name)(), norm2 if name in ("resnet18", "resnet34") else norm3, side_of(name))
for name in timm_names:
    end = conv3 if "v2" in name else norm2 if "18" in name or "34" in name else norm3
    nets[name] = (lambda name=name: timm.create_model(name), end, side_of(name))
nets["plain18"] = (lambda: plain([2, 2, 2, 2]), None, 64)
nets["plain34"] = (lambda: plain([3, 4, 6, 3]), None, 64)
for depth in (20, 32, 44, 56, 110, 1202):
    nets[f"resnet{depth}"] = (lambda depth=depth: Cifar(depth), norm2, 16 if depth < 1000 else 8)
for depth in (20, 32, 44, 56, 110):
    nets[f"plain{depth}"] = (lambda depth=depth: Cifar(depth, shortcut="none"), None, 16)
for depth in (164, 1001):
    nets[f"resnetv2_{depth}"] = (lambda depth=depth: CifarV2(depth), conv3, 16 if depth < 1000 else 8)


def packed(numbers):
    return base64.b64encode(np.asarray(numbers, dtype="<f4").tobytes()).decode()


def rounded(number, digits=8):
    return float(f"{number:.{digits}g}")


def gradients(model, x, labels):
    model.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    return loss.item(), {name: p.grad for name, p in model.named_parameters()}


def run(name):
    build, branch_end, side = nets[name]
    torch.manual_seed(0)
    model = build().double()
    conditioned(model, branch_end)
    x = images((2, 3, side, side))
    model.eval()
    with torch.no_grad():
        logits = model(x)
    labels = torch.arange(2) * 3
    model.train()
    single = copy.deepcopy(model).float()
    loss, grads = gradients(model, x, labels)
    # One training forward pass from the formula's statistics, momentum 0.1.
    running = [t for key, t in model.state_dict().items() if "running" in key]
    _, single_grads = gradients(single, x.float(), labels)
    norm = torch.stack([g.norm() for g in grads.values()]).norm()
    apart = torch.stack([(g - single_grads[key].double()).norm() for key, g in grads.items()]).norm()
    flat = logits.reshape(-1).numpy()
    return {
        "name": name,
        "side": side,
        "branchEnd": branch_end,
        "labels": labels.tolist(),
        "logits": {"norm": rounded(np.linalg.norm(flat)), "samples": packed(flat[positions("logits", flat.size, 64)])},
        "loss": rounded(loss),
        "statistics": rounded(torch.stack([t.norm() for t in running]).norm().item()),
        "gradientNorm": rounded(norm.item()),
        "float32": rounded((apart / norm).item(), 2),
        "parameters": fnv1a("".join(f"{key}\n" for key in sorted(grads))),
        "gradients": packed([sample_digest(key, grads[key]) for key in sorted(grads)]),
    }


if __name__ == "__main__":
    path, *names = sys.argv[1:]
    results = read_results(path)
    for name in names or nets:
        results[name] = run(name)
        print(name, results[name]["loss"], results[name]["float32"], flush=True)
    write_results(path, [results[name] for name in nets if name in results])
