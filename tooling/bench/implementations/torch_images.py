"""Images as a torchvision training pipeline reads them (RandomResizedCrop, horizontal flip,
normalisation), with Pillow alone: torchvision's wheel expects CUDA PyTorch."""

import math
import os
import random

import numpy as np
import torch
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class Images(torch.utils.data.Dataset):
    """Each image of a folder many times, as the other side has it."""

    def __init__(self, folder: str, size: int) -> None:
        self.paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self.size = size

    def __len__(self) -> int:
        return 1000 * len(self.paths)

    def __getitem__(self, index: int):
        index %= len(self.paths)
        with Image.open(self.paths[index]) as image:
            image = image.convert("RGB")
        box = random_box(*image.size)
        image = image.resize((self.size, self.size), Image.Resampling.BILINEAR, box=box)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        pixels = (np.asarray(image, np.float32) / 255 - MEAN) / DEVIATION
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))), index % 10


def random_box(width: int, height: int):
    for _ in range(10):
        area = width * height * random.uniform(0.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if w <= width and h <= height:
            x, y = random.randint(0, width - w), random.randint(0, height - h)
            return x, y, x + w, y + h
    return 0, 0, width, height
