"""Pillow's Image.resize and torchvision's evaluation transform: packages/image/test/fixtures."""

import numpy as np
import torch
from PIL import Image

for op in ("nms", "qnms"):  # a CPU torch under a CUDA torchvision lacks them; never called
    torch.library.define(f"torchvision::{op}", "(Tensor a, Tensor b, float c) -> Tensor")
from timm.data import create_transform
from torchvision import transforms as T

from common import Writer, synthetic_image

FILTERS = {
    "nearest": Image.NEAREST,
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}

out = Writer()
CASES = [  # image, input size, output size, box
    ("photo", (96, 72), (32, 24), None),
    ("photo", (96, 72), (29, 41), None),
    ("photo", (40, 30), (45, 33), None),
    ("noise", (64, 64), (16, 16), None),
    ("noise", (63, 47), (20, 31), None),
    ("noise", (17, 13), (30, 24), None),
    ("noise", (33, 33), (33, 12), None),
    ("noise", (33, 33), (12, 33), None),
    ("checker", (50, 38), (25, 19), None),
    ("checker", (31, 29), (47, 7), None),
    ("gradient", (300, 2), (7, 40), None),
    ("noise", (1, 200), (9, 5), None),
    ("noise", (1, 1), (5, 4), None),
    ("noise", (500, 375), (1, 1), None),
    ("noise", (40, 30), (24, 24), (3, 2, 35, 28)),
    ("photo", (60, 50), (24, 20), (3.25, 2.5, 50.75, 41.125)),
]
for kind, size, target, box in CASES:
    image = synthetic_image(kind, *size)
    for name, resample in FILTERS.items():
        array = np.asarray(image.resize(target, resample, box=box))
        out.add({"image": kind, "from": size, "to": target, "box": box, "interpolation": name}, array)
out.write("resize")

out = Writer()
for kind, size, short, crop in [
    ("photo", (96, 72), 40, 35),
    ("noise", (47, 64), 41, 36),
    ("noise", (33, 50), 33, 28),
    ("noise", (15, 11), 24, 21),
    ("gradient", (200, 21), 25, 24),
    ("noise", (30, 40), 20, 27),  # smaller than the crop: padded with black
]:
    image = synthetic_image(kind, *size)
    for name in ("bilinear", "bicubic"):
        mode = T.InterpolationMode(name)
        result = T.CenterCrop(crop)(T.Resize(short, interpolation=mode)(image))
        out.add({"image": kind, "from": size, "short": short, "crop": crop, "interpolation": name}, np.asarray(result))
out.write("resize-crop")

out = Writer()
for size, input_size, pct in [((96, 72), (24, 24), 0.875), ((60, 70), (24, 24), 0.95), ((70, 50), (20, 28), 0.9)]:
    transform = create_transform(
        (3, *input_size), is_training=False, interpolation="bicubic", crop_pct=pct,
        mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225),
    )
    floats = transform(synthetic_image("photo" if size[1] <= 72 and size[0] <= 96 else "noise", *size))
    out.add({"from": size, "inputSize": input_size, "cropPct": pct}, floats.permute(1, 2, 0).numpy().astype("<f4"))
out.write("eval-transform")
