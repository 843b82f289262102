"""torchvision's functional ops on PIL images: packages/image/test/fixtures/ops.*"""

import numpy as np
import torch

for op in ("nms", "qnms"):  # a CPU torch under a CUDA torchvision lacks them; never called
    torch.library.define(f"torchvision::{op}", "(Tensor a, Tensor b, float c) -> Tensor")
from torchvision.transforms import InterpolationMode, RandAugment
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import _apply_op

from common import Writer, synthetic_image

SIZES = {"photo": (28, 22), "dull": (17, 14)}
out = Writer()


def add(op, value, function):
    for kind, size in SIZES.items():
        result = np.asarray(function(synthetic_image(kind, *size)))
        out.add({"op": op, "value": value, "image": kind, "size": size}, result)


for factor in (0.0, 0.35, 1.0, 1.7):
    add("adjustBrightness", factor, lambda image: F.adjust_brightness(image, factor))
    add("adjustContrast", factor, lambda image: F.adjust_contrast(image, factor))
    add("adjustSaturation", factor, lambda image: F.adjust_saturation(image, factor))
    add("adjustSharpness", factor, lambda image: F.adjust_sharpness(image, factor))
for factor in (-0.5, -0.13, 0.0, 0.1, 0.37):
    add("adjustHue", factor, lambda image: F.adjust_hue(image, factor))
for bits in (1, 4, 7):
    add("posterize", bits, lambda image: F.posterize(image, bits))
for threshold in (0.0, 100.5, 178.5, 255.0):
    add("solarize", threshold, lambda image: F.solarize(image, threshold))
add("invert", None, F.invert)
add("autoContrast", None, F.autocontrast)
add("equalize", None, F.equalize)
add("flipHorizontal", None, F.hflip)
for angle in (-30.0, -8.7, 0.0, 9.0, 27.3, 135.0):
    add("rotate", angle, lambda image: F.rotate(image, angle, interpolation=InterpolationMode.NEAREST))
out.write("ops")

out = Writer()
space = RandAugment()
for kind, size in SIZES.items():
    for magnitude in (9, 30) if kind == "photo" else (9,):
        operations = space._augmentation_space(31, (size[1], size[0]))
        for name, (magnitudes, signed) in operations.items():
            if magnitudes.ndim == 0 and magnitude != 9:
                continue
            for sign in (1, -1) if signed else (1,):
                value = float(magnitudes[magnitude].item()) if magnitudes.ndim else 0.0
                result = _apply_op(synthetic_image(kind, *size), name, sign * value, InterpolationMode.NEAREST, None)
                case = {"op": name, "magnitude": magnitude, "sign": sign, "image": kind, "size": size}
                out.add(case, np.asarray(result))
out.write("rand-augment")

# Mixup and CutMix with a known lambda and box: the arithmetic, not the draw.
from torchvision.transforms import v2

out = Writer()
images = torch.arange(3 * 4 * 5 * 3, dtype=torch.float32).reshape(3, 4, 5, 3).permute(0, 3, 1, 2) / 7
labels = torch.tensor([2, 0, 1])
lam = 0.3
mix = v2.MixUp(num_classes=4)
params = {"lam": lam, "labels": labels, "batch_size": 3}
mixed = mix.transform(images, params).permute(0, 2, 3, 1)
out.add({"op": "mixup", "lambda": lam, "part": "images"}, mixed.numpy().astype("<f4"))
out.add({"op": "mixup", "lambda": lam, "part": "targets"}, mix.transform(labels, params).numpy().astype("<f4"))
cut = v2.CutMix(num_classes=4)
params = {"box": (0, 0, 4, 2), "lam_adjusted": 1 - 8 / 20, "labels": labels, "batch_size": 3}
mixed = cut.transform(images, params).permute(0, 2, 3, 1)
out.add({"op": "cutmix", "part": "images"}, mixed.numpy().astype("<f4"))
out.add({"op": "cutmix", "part": "targets"}, cut.transform(labels, params).numpy().astype("<f4"))
out.write("mix")
