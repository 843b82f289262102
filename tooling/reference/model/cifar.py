"""The CIFAR nets, written in PyTorch from the papers: arXiv 1512.03385 (section 4.2) and
1603.05027 (figures 2 and 4). Independent of the TypeScript code but for parameter names."""

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """Post-activation orders: (a) original, (b) BN after addition, (c) ReLU before addition,
    (d) ReLU-only pre-activation."""

    def __init__(self, cin, cout, stride, order, shortcut, option, first):
        super().__init__()
        self.order, self.kind, self.first = order, shortcut, first
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.pad, self.stride = cout - cin, stride
        changes = stride != 1 or cin != cout
        self.downsample = None
        if shortcut != "none" and (option == "C" or (option == "B" and changes)):
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))
        if "Gating" in shortcut:
            self.gate = nn.Conv2d(cin, cout, 1, stride)

    def forward(self, x):
        start = F.relu(x) if self.order == "reluOnlyPreActivation" else x
        h = F.relu(self.bn1(self.conv1(start)))
        h = self.conv2(h)
        if self.order != "bnAfterAddition":
            h = self.bn2(h)
        if self.kind == "none":
            return F.relu(h)
        if self.order == "reluBeforeAddition":
            h = F.relu(h)
        s = start if self.first or self.downsample is not None else x
        if self.downsample is not None:
            s = self.downsample(s)
        else:
            s = s[:, :, :: self.stride, :: self.stride]
            s = F.pad(s, (0, 0, 0, 0, self.pad // 2, self.pad - self.pad // 2))
        if self.kind == "constantScaling":
            h, s = 0.5 * h, 0.5 * s
        if "Gating" in self.kind:
            g = torch.sigmoid(self.gate(x))
            s = (1 - g) * s
            if self.kind == "exclusiveGating":
                h = g * h
        if self.kind == "dropout":
            s = F.dropout(s, 0.5, self.training)
        y = h + s
        if self.order == "bnAfterAddition":
            return F.relu(self.bn2(y))
        return F.relu(y) if self.order == "original" else y


class Cifar(nn.Module):
    def __init__(self, depth, order="original", shortcut="identity", option="A", classes=10):
        super().__init__()
        n = (depth - 2) // 6
        self.order = order
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        cin = 16
        for stage, width in enumerate((16, 32, 64)):
            units = []
            for i in range(n):
                stride = 2 if stage > 0 and i == 0 else 1
                units.append(Unit(cin, width, stride, order, shortcut, option, stage == 0 and i == 0))
                cin = width
            self.add_module(f"layer{stage + 1}", nn.Sequential(*units))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        if self.order != "reluOnlyPreActivation":
            x = F.relu(x)
        x = self.layer3(self.layer2(self.layer1(x)))
        if self.order == "reluOnlyPreActivation":
            x = F.relu(x)
        return self.fc(x.mean((2, 3)))


class PreActivationUnit(nn.Module):
    """(e) full pre-activation, basic or bottleneck; the unit that changes shape activates before
    it splits, and so does the first."""

    def __init__(self, cin, width, stride, bottleneck, projects, pad, first):
        super().__init__()
        cout = width * (4 if bottleneck else 1)
        shapes = [(width, 1, 1), (width, 3, stride), (cout, 1, 1)] if bottleneck else [(width, 3, stride), (cout, 3, 1)]
        self.count = len(shapes)
        channels = cin
        for i, (out, kernel, s) in enumerate(shapes):
            self.add_module(f"norm{i + 1}", nn.BatchNorm2d(channels))
            self.add_module(f"conv{i + 1}", nn.Conv2d(channels, out, kernel, s, kernel // 2, bias=False))
            channels = out
        self.first, self.stride, self.pad = first, stride, (cout - cin if pad else 0)
        self.downsample = None
        if projects:
            self.downsample = nn.Module()
            self.downsample.conv = nn.Conv2d(cin, cout, 1, stride, bias=False)

    def forward(self, x):
        h = F.relu(self.norm1(x))
        s = h if self.first else x
        if self.downsample is not None:
            s = self.downsample.conv(h)
        else:
            s = s[:, :, :: self.stride, :: self.stride]
            s = F.pad(s, (0, 0, 0, 0, self.pad // 2, self.pad - self.pad // 2))
        h = self.conv1(h)
        for i in range(2, self.count + 1):
            h = getattr(self, f"conv{i}")(F.relu(getattr(self, f"norm{i}")(h)))
        return h + s


class CifarV2(nn.Module):
    def __init__(self, depth, bottleneck=True, option="B", classes=10):
        super().__init__()
        n = (depth - 2) // (9 if bottleneck else 6)
        self.stem = nn.Module()
        self.stem.conv = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.stages = nn.ModuleList()
        cin = 16
        for stage, width in enumerate((16, 32, 64)):
            blocks = nn.ModuleList()
            for i in range(n):
                stride = 2 if stage > 0 and i == 0 else 1
                cout = width * (4 if bottleneck else 1)
                changes = stride != 1 or cin != cout
                blocks.append(
                    PreActivationUnit(cin, width, stride, bottleneck, changes and option == "B", changes and option == "A", stage == 0 and i == 0)
                )
                cin = cout
            stage_module = nn.Module()
            stage_module.blocks = blocks
            self.stages.append(stage_module)
        self.norm = nn.BatchNorm2d(cin)
        self.head = nn.Module()
        self.head.fc = nn.Conv2d(cin, classes, 1)

    def forward(self, x):
        x = self.stem.conv(x)
        for stage in self.stages:
            for block in stage.blocks:
                x = block(x)
        x = F.relu(self.norm(x)).mean((2, 3), keepdim=True)
        return self.head.fc(x).flatten(1)
