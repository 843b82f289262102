"""Images of every kind that a browser meets, a small net that tells them apart, and what PyTorch
answers after Pillow has read them, for apps/web.

    python images.py APPS_WEB_TEST_FIXTURES

Pillow's pixels are the reference: EXIF orientation applied, transparency over white (as viewers
and the `resnet` command show it), CMYK by the plain formula, and no colour management.
"""

import json
import os
import struct
import sys

import numpy as np
import torch

_library = torch.library.Library("torchvision", "DEF")  # CPU torch lacks what torchvision's wheel expects
_library.define("nms(Tensor d, Tensor s, float t) -> Tensor")
_library.define("qnms(Tensor d, Tensor s, float t) -> Tensor")

from PIL import Image, ImageCms, ImageOps  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from timm.models.resnet import BasicBlock, ResNet  # noqa: E402
from torchvision import transforms  # noqa: E402

folder = sys.argv[1]
os.makedirs(f"{folder}/images", exist_ok=True)
os.makedirs(f"{folder}/model", exist_ok=True)
generator = np.random.default_rng(7)


def scene(width, height):
    """Coloured blobs over a gradient: smooth, so small as JPEG, and without symmetry."""
    y, x = np.mgrid[0:height, 0:width]
    x, y = x / max(width - 1, 1), y / max(height - 1, 1)
    image = np.stack([x, y, 1 - x * y], -1) * generator.uniform(0.2, 0.8, 3)
    for _ in range(6):
        cx, cy, size = generator.uniform(0, 1), generator.uniform(0, 1), generator.uniform(0.05, 0.25)
        blob = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * size**2))[..., None]
        image = image * (1 - blob) + generator.uniform(0, 1, 3) * blob
    return Image.fromarray((np.clip(image, 0, 1) * 255).round().astype(np.uint8))


def wide_gamut():
    """Pillow's sRGB profile with the primaries of Display P3, adapted to D50."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    (count,) = struct.unpack(">I", profile[128:132])
    for i in range(count):
        name, offset, _ = struct.unpack(">4sII", profile[132 + 12 * i : 144 + 12 * i])
        if name in primaries:
            values = [round(value * 65536) for value in primaries[name]]
            profile[offset + 8 : offset + 20] = struct.pack(">3i", *values)
    return bytes(profile)


def alpha(image):
    """Opaque at the left, fading to the right."""
    ramp = np.tile(np.linspace(255, 0, image.width).round().astype(np.uint8), (image.height, 1))
    return Image.merge("RGBA", (*image.split(), Image.fromarray(ramp)))


def write(name, image, **options):
    image.save(f"{folder}/images/{name}", **options)


for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    write(f"exif-{orientation}.jpg", scene(132, 84), quality=88, exif=exif)
write("alpha.png", alpha(scene(90, 70)))
write("palette.png", alpha(scene(64, 80)).quantize(32, method=Image.Quantize.FASTOCTREE))
write("grey-alpha.png", alpha(scene(80, 60)).convert("LA"))
write("grey.jpg", scene(100, 80).convert("L"), quality=85)
write("cmyk.jpg", scene(96, 72).convert("CMYK"), quality=90)
write("lossy.webp", scene(120, 90), quality=80)
write("alpha.webp", alpha(scene(80, 64)), lossless=True)
write("large.jpg", scene(3001, 1999), quality=40, optimize=True, progressive=True)
write("one-pixel.png", Image.new("RGB", (1, 1), (200, 60, 20)))
write("narrow.png", scene(7, 240))
write("flat.png", scene(300, 11))
write("display-p3.jpg", scene(120, 100), quality=90, icc_profile=wide_gamut())
write("display-p3.png", scene(70, 66), icc_profile=wide_gamut())
write("progressive.jpg", scene(131, 77), quality=75, progressive=True, subsampling="4:2:0")
write("full-chroma.jpg", scene(90, 90), quality=95, subsampling="4:4:4")
write("still.gif", scene(60, 50).quantize(24))
frames = [scene(60, 60).quantize(24) for _ in range(3)]
write("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
write("bitmap.bmp", scene(40, 36))
write("photo.avif", scene(128, 96), quality=85, subsampling="4:4:4")


def read(name):
    image = ImageOps.exif_transpose(Image.open(f"{folder}/images/{name}"))
    if image.mode in ("RGBA", "LA", "P") and ("transparency" in image.info or "A" in image.mode):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


size, crop_pct = 64, 0.875
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
prepare = transforms.Compose(
    [
        transforms.Resize(int(size / crop_pct), transforms.InterpolationMode.BICUBIC),
        transforms.CenterCrop(size),
        transforms.ToTensor(),
        transforms.Normalize(mean, std),
    ]
)
names = sorted(os.listdir(f"{folder}/images"))
images = torch.stack([prepare(read(name)) for name in names])

# Batch norms that know the images, and a classifier that spreads them: a net whose answers differ
# between images and move with their pixels, as a trained one's do, and stay far from 0 and 1.
torch.manual_seed(3)
net = ResNet(BasicBlock, (1, 1, 1, 1), channels=(8, 16, 32, 32), num_classes=5)
for module in net.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.momentum = None
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        torch.nn.init.uniform_(module.bias, -0.2, 0.2)
with torch.no_grad():
    net.train()(images)
    features = net.eval().forward_head(net.forward_features(images), pre_logits=True)
    weight = torch.randn_like(net.fc.weight)
    logits = features @ weight.T
    scale = 1.5 / logits.std(0)
    net.fc.weight.copy_(weight * scale[:, None])
    net.fc.bias.copy_(-logits.mean(0) * scale)
half = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
save_file(half, f"{folder}/model/model.safetensors", metadata={"format": "pt"})
net.load_state_dict({k: v.float() for k, v in half.items()})
with torch.no_grad():
    probabilities = net.double()(images.double()).softmax(1)

resnet = {
    "block": "basic",
    "layers": [1, 1, 1, 1],
    "channels": [8, 16, 32, 32],
    "stem": "imagenet",
    "stemWidth": 64,
    "groups": 1,
    "baseWidth": 64,
    "strideOn": "3x3",
    "order": "original",
    "shortcut": "identity",
    "shortcutOption": "B",
    "downsample": "conv",
    "attention": "none",
    "outputStride": 32,
    "globalPool": "avg",
    "dropRate": 0,
    "dropPathRate": 0,
    "inChannels": 3,
    "numClasses": 5,
}
with open(f"{folder}/model/config.json", "w") as file:
    pretrained = {
        "input_size": [3, size, size],
        "interpolation": "bicubic",
        "crop_pct": crop_pct,
        "mean": mean,
        "std": std,
    }
    labels = ["amber", "birch", "cedar", "dill", "elder"]
    config = {"architecture": "images", "num_classes": 5, "label_names": labels}
    json.dump({**config, "pretrained_cfg": pretrained, "resnet": resnet}, file, indent=1)
    file.write("\n")
answers = {}
for name, row in zip(names, probabilities):
    image = read(name)
    answers[name] = {
        "width": image.width,
        "height": image.height,
        "probabilities": [round(p, 6) for p in row.tolist()],
    }
with open(f"{folder}/answers.json", "w") as file:
    json.dump(answers, file, indent=1)
    file.write("\n")
for name, answer in answers.items():
    print(f"{name:18} {os.path.getsize(f'{folder}/images/{name}'):7}", *(f"{p:.3f}" for p in answer["probabilities"]))
