"""Logits, feature maps and MACs of timm's nets at sizes, batches and strides that the other references do
not use, for packages/model/test/unusual.test.ts: in eval, in float64, weights by formula.py.

    python unusual.py OUTPUT.json
"""

import sys

import torch

from formula import conditioned, images, sample_digest
from results import write_results
from vision import timm

norm2, norm3, conv3 = "bn2.weight", "bn3.weight", "conv3.weight"
odd = (3, 4, 97, 129)
# config name, output stride, what ends a branch (see formula.py), images [N, C, H, W]
cases = [
    ("resnet18", 32, norm2, odd),
    ("resnet18d", 32, norm2, odd),
    ("seresnet18", 32, norm2, odd),
    ("resnext50_32x4d", 32, norm3, odd),
    ("resnetv2_50", 32, conv3, odd),
    ("resnet18", 16, norm2, (1, 3, 75, 100)),
    ("resnet50", 16, norm3, (1, 3, 75, 100)),
    ("resnet50", 8, norm3, (1, 3, 75, 100)),
    ("resnet18d", 16, norm2, (1, 3, 75, 100)),
    ("resnet50d", 8, norm3, (1, 3, 75, 100)),
    ("resnet18d", 8, norm2, (3, 1, 33, 47)),
    ("resnetv2_50", 16, conv3, (1, 3, 75, 100)),
    ("resnetv2_50", 8, conv3, (1, 3, 75, 100)),
]


def run(name, output_stride, branch_end, shape):
    torch.manual_seed(0)
    model = timm.create_model(name, output_stride=output_stride, in_chans=shape[1]).double().eval()
    conditioned(model, branch_end)
    maps = {}
    for info in model.feature_info:  # what features_only=True gives
        key = info["module"]
        model.get_submodule(key).register_forward_hook(lambda _, __, y, key=key: maps.update({key: y.clone()}))
    macs = []
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(lambda module, _, y: macs.append(macs_of(module, y)))
    with torch.no_grad():
        logits = model(images(shape))
    features = [maps[info["module"]] for info in model.feature_info]
    return {
        "name": name,
        "outputStride": output_stride,
        "branchEnd": branch_end,
        "images": list(shape),
        "macs": sum(macs),
        "logits": rounded(sample_digest("logits", logits)),
        # Shapes are torch's [N, C, H, W].
        "features": [
            {"shape": list(map.shape), "digest": rounded(sample_digest(f"feature {i}", map))}
            for i, map in enumerate(features)
        ],
    }


def macs_of(module, y):
    """For one image: a weight of a convolution is taken once at each place of its map."""
    return module.weight.numel() * (y[0, 0].numel() if y.dim() == 4 else 1)


def rounded(numbers):
    return [float(f"{number:.8g}") for number in numbers]


if __name__ == "__main__":
    results = []
    for case in cases:
        results.append(run(*case))
        print(*case, flush=True)
    write_results(sys.argv[1], results)
