"""The peers' nets as torchvision and the CIFAR section of He et al. build them, without needing
torchvision (whose wheel expects CUDA PyTorch)."""

from torch import Tensor, nn


class Basic(nn.Module):
    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + (self.downsample(x) if self.downsample else x))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, width * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(inputs, width * 4, stride)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (self.downsample(x) if self.downsample else x))


def projection(inputs: int, outputs: int, stride: int) -> nn.Module | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class ResNet(nn.Module):
    def __init__(self, block: type, layers: list[int], widths: list[int], cifar: bool, classes: int) -> None:
        super().__init__()
        inputs = widths[0]
        if cifar:
            stem = [nn.Conv2d(3, inputs, 3, 1, 1, bias=False), nn.BatchNorm2d(inputs), nn.ReLU(inplace=True)]
        else:
            stem = [nn.Conv2d(3, inputs, 7, 2, 3, bias=False), nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
        self.stem = nn.Sequential(*stem)
        stages = []
        for stage, (depth, width) in enumerate(zip(layers, widths)):
            for index in range(depth):
                stages.append(block(inputs, width, 2 if stage and not index else 1))
                inputs = width * block.expansion
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.stages(self.stem(x)).mean((2, 3)))


def build(name: str, classes: int = 10) -> nn.Module:
    wide = [64, 128, 256, 512]
    return {
        "resnet18": lambda: ResNet(Basic, [2, 2, 2, 2], wide, False, classes),
        "resnet34": lambda: ResNet(Basic, [3, 4, 6, 3], wide, False, classes),
        "resnet50": lambda: ResNet(Bottleneck, [3, 4, 6, 3], wide, False, classes),
        # Projections instead of zero padding where shapes change: two small 1x1 convolutions more.
        "resnet20": lambda: ResNet(Basic, [3, 3, 3], [16, 32, 64], True, classes),
    }[name]()
