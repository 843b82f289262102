"""Loss by loss what torchvision's ResNets do in training: from weights and batches given by a
formula, so that packages/trainer repeats them without their being committed. Writes
packages/trainer/test/fixtures/trajectories.json. It also prints how far rounding alone leads away:
a trajectory is worth comparing with only where that is well below the tolerance.

Usage: python trainer_trajectory.py [NAME ...]   (torch, torchvision)
"""

import json
import sys

import numpy as np
import torch

from trainer import FIXTURES, unit

import torchvision.models.resnet as torchvision_resnet  # noqa: E402  (after trainer's two operators)


class Tiny(torch.nn.Module):
    """Two of torchvision's basic blocks after a 3x3 convolution."""

    def __init__(self):
        super().__init__()
        block = torchvision_resnet.BasicBlock
        self.conv1 = torch.nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(8)
        self.layer1 = torch.nn.Sequential(block(8, 8))
        downsample = torch.nn.Sequential(
            torch.nn.Conv2d(8, 16, 1, stride=2, bias=False), torch.nn.BatchNorm2d(16)
        )
        self.layer2 = torch.nn.Sequential(block(8, 16, 2, downsample))
        self.fc = torch.nn.Linear(16, 5)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer2(self.layer1(x)).mean((2, 3)))


def fill(model):
    """Weights by formula: the salt is the place of the name among all parameters, sorted."""
    with torch.no_grad():
        for place, (name, parameter) in enumerate(sorted(model.named_parameters())):
            values = torch.from_numpy(unit(parameter.numel(), 1000 + place)).reshape(parameter.shape)
            if parameter.dim() == 4:
                out, _, height, width = parameter.shape
                parameter.copy_(values * (24 / (out * height * width)) ** 0.5)
            elif parameter.dim() == 2:
                parameter.copy_(values * 2 / parameter.shape[1] ** 0.5)
            else:
                is_scale = name.endswith("weight")
                parameter.copy_(values * 0.2 + (1 if is_scale else 0))


def batch(step, size, pixels, classes):
    """One of four batches, made in NHWC order: 4 x 4 random colours an image, with noise over them.

    Noise alone would make all images alike once averaged, and batch norm would then blow rounding
    errors up even more.
    """
    salt = 5000 + step % 4
    coarse = unit(size * 4 * 4 * 3, salt + 10).reshape(size, 4, 4, 3) * np.float32(3)
    noise = unit(size * pixels * pixels * 3, salt).reshape(size, pixels, pixels, 3)
    images = coarse.repeat(pixels // 4, axis=1).repeat(pixels // 4, axis=2) + noise
    labels = (np.arange(size) * 7 + step % 4) % classes
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)


def trajectory(model, steps, size, pixels, classes, rate, decay, smoothing, dtype=torch.float32):
    fill(model)
    model = model.to(dtype).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    losses = []
    for step in range(steps):
        images, labels = batch(step, size, pixels, classes)
        optimizer.zero_grad()
        loss = loss_of(model(images.to(dtype)), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    images, labels = batch(0, size, pixels, classes)
    with torch.no_grad():
        evaluation = torch.nn.CrossEntropyLoss()(model(images.to(dtype)), labels).item()
    return {
        "losses": losses,
        "evaluation": evaluation,
        "running_mean": model.bn1.running_mean.tolist(),
        "running_var": model.bn1.running_var.tolist(),
    }


RUNS = {
    "tiny": lambda dtype: trajectory(Tiny(), 12, 8, 16, 5, 0.05, 1e-3, 0.1, dtype),
    "resnet18": lambda dtype: trajectory(
        torchvision_resnet.resnet18(num_classes=10), 20, 8, 64, 10, 3e-5, 1e-4, 0.0, dtype
    ),
}

if __name__ == "__main__":
    path = FIXTURES / "trajectories.json"
    result = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:] or RUNS:
        run = RUNS[name]
        result[name] = run(torch.float32)
        path.write_text(json.dumps(result) + "\n")
        exact = np.array(run(torch.float64)["losses"])
        noise = np.abs(np.array(result[name]["losses"]) / exact - 1).max()
        print(f"{name}: float32 strays from float64 by {noise:.1e} at most, relative")
