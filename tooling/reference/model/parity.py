"""Logits, gradients and running statistics of PyTorch's nets, for packages/model/test/parity.test.ts.

    python parity.py OUTPUT.json [CASE...]

Everything is computed in float64, so what a test measures is our float32 error, not the sum of two.
In training, rounding flips the sign of some activations, which changes gradients by more than
rounding does, the more the deeper the net; `float32` is how far PyTorch's own float32 gradients
lie from its float64 ones for that reason, where over 1e-3. With names of cases, only those are made again.
"""

import copy
import sys

import torch
from torch.nn import functional as F

from cifar import Cifar, CifarV2
from formula import digest, fill, images
from results import read_results, write_results
from vision import timm, torchvision


def strided_on_1x1(model):
    """v1, as in arXiv 1512.03385: a bottleneck strides on its first 1x1."""
    for module in model.modules():
        if isinstance(module, torchvision.models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, (1, 1)
    return model


tv = torchvision.models
# name of the case, config name, overrides, PyTorch's net, images [N, C, H, W]
cases = [
    ("resnet18", "resnet18", {}, lambda: tv.resnet18(), (4, 3, 64, 64)),
    ("resnet20", "resnet20", {}, lambda: Cifar(20), (8, 3, 16, 16)),
    ("plain20", "plain20", {}, lambda: Cifar(20, shortcut="none"), (8, 3, 16, 16)),
    ("resnext50_32x4d", "resnext50_32x4d", {}, lambda: tv.resnext50_32x4d(), (4, 3, 64, 64)),
    ("resnet50 v1", "resnet50", {"strideOn": "1x1", "numClasses": 7}, lambda: strided_on_1x1(tv.resnet50(num_classes=7)), (4, 3, 64, 64)),
    ("resnet18d", "resnet18d", {"numClasses": 7}, lambda: timm.create_model("resnet18d", num_classes=7), (4, 3, 65, 49)),
    ("seresnet18", "seresnet18", {"numClasses": 7}, lambda: timm.create_model("seresnet18", num_classes=7), (4, 3, 64, 64)),
    ("resnetv2_50", "resnetv2_50", {"numClasses": 7}, lambda: timm.create_model("resnetv2_50", num_classes=7), (4, 3, 64, 64)),
    ("resnet18 output stride 8, one channel", "resnet18", {"outputStride": 8, "inChannels": 1, "numClasses": 7}, lambda: timm.create_model("resnet18", output_stride=8, in_chans=1, num_classes=7), (2, 1, 32, 32)),
    ("resnet18d output stride 8", "resnet18d", {"outputStride": 8, "numClasses": 7}, lambda: timm.create_model("resnet18d", output_stride=8, num_classes=7), (2, 3, 33, 47)),
    ("resnet18 catavgmax", "resnet18", {"globalPool": "catavgmax", "numClasses": 7}, lambda: timm.create_model("resnet18", global_pool="catavgmax", num_classes=7), (4, 3, 64, 96)),
    ("resnet18 avgmax", "resnet18", {"globalPool": "avgmax", "numClasses": 7}, lambda: timm.create_model("resnet18", global_pool="avgmax", num_classes=7), (4, 3, 64, 64)),
    ("resnet18 max", "resnet18", {"globalPool": "max", "numClasses": 7}, lambda: timm.create_model("resnet18", global_pool="max", num_classes=7), (4, 3, 64, 64)),
    ("resnet20 option B", "resnet20", {"shortcutOption": "B"}, lambda: Cifar(20, option="B"), (8, 3, 16, 16)),
    ("resnet20 option C", "resnet20", {"shortcutOption": "C"}, lambda: Cifar(20, option="C"), (8, 3, 16, 16)),
    ("resnetv2 CIFAR 29", "resnetv2_164", {"layers": [3, 3, 3]}, lambda: CifarV2(29), (8, 3, 16, 16)),
    ("resnet20 fullPreActivation", "resnet20", {"order": "fullPreActivation"}, lambda: CifarV2(20, bottleneck=False, option="A"), (8, 3, 16, 16)),
]
for order in ("bnAfterAddition", "reluBeforeAddition", "reluOnlyPreActivation"):
    cases.append((f"resnet20 {order}", "resnet20", {"order": order}, lambda order=order: Cifar(20, order=order), (8, 3, 16, 16)))
for shortcut in ("constantScaling", "exclusiveGating", "shortcutOnlyGating"):
    cases.append((f"resnet20 {shortcut}", "resnet20", {"shortcut": shortcut}, lambda shortcut=shortcut: Cifar(20, shortcut=shortcut), (8, 3, 16, 16)))


def gradients(model, x, labels):
    model.zero_grad()
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    grads = {name: digest(name, p.grad) for name, p in model.named_parameters()}
    return float(f"{loss.item():.9g}"), grads


def float32_error(model, x, labels):
    """The largest relative distance, over parameters, of float32 gradients from float64 ones."""
    single = copy.deepcopy(model).float()
    largest = 0
    for net, images in ((model, x), (single, x.float())):
        net.zero_grad()
        F.cross_entropy(net(images), labels).backward()
    norm = max(p.grad.norm().item() for p in model.parameters())
    for p, q in zip(model.parameters(), single.parameters()):
        distance = (p.grad - q.grad.double()).norm() / max(p.grad.norm().item(), 1e-6 * norm)
        largest = max(largest, distance.item())
    return float(f"{largest:.2g}")


def run(name, config, overrides, build, shape):
    torch.manual_seed(0)
    model = build().double()
    fill(model)
    x = images(shape)
    result = {"name": name, "config": config, "overrides": overrides, "images": list(shape)}
    model.eval()
    with torch.no_grad():
        logits = model(x)
    labels = torch.arange(shape[0]) * 3 % logits.shape[1]
    result["labels"] = labels.tolist()
    result["eval"] = {"logits": digest("logits", logits)}
    result["eval"]["loss"], result["eval"]["gradients"] = gradients(model, x, labels)
    model.train()
    result["train"] = {}
    result["train"]["loss"], result["train"]["gradients"] = gradients(model, x, labels)
    # One training forward pass from the formula's statistics, momentum 0.1.
    result["train"]["statistics"] = {
        key: digest(key, tensor) for key, tensor in model.state_dict().items() if "running" in key
    }
    error = float32_error(model, x, labels)
    if error > 1e-3:
        result["train"]["float32"] = error
    return result


if __name__ == "__main__":
    path, *names = sys.argv[1:]
    results = read_results(path)
    for case in cases:
        if not names or case[0] in names:
            results[case[0]] = run(*case)
            train = results[case[0]]["train"]
            print(case[0], train["loss"], train.get("float32", "under 1e-3"), flush=True)
    write_results(path, [results[name] for name, *_ in cases])
