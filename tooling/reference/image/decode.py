"""Image files of all kinds and Pillow's pixels for them: packages/data/test/fixtures/images."""

import gzip
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

from common import synthetic_image

OUT = pathlib.Path(__file__).resolve().parents[3] / "packages/data/test/fixtures/images"
OUT.mkdir(parents=True, exist_ok=True)
rgb = synthetic_image("photo", 32, 24)
alpha = Image.fromarray(np.tile(np.linspace(0, 255, 32).astype(np.uint8), (24, 1)))
rgba = rgb.copy()
rgba.putalpha(alpha)
other = rgb.transpose(Image.FLIP_LEFT_RIGHT)


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png16(array):
    """Pillow writes no 16-bit RGB."""
    height, width, channels = array.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


quantized = rgb.quantize(16)
deep = np.asarray(rgb).astype(np.uint16) * 256 + np.arange(32, dtype=np.uint16)[None, :, None] * 8
files = {
    "420.jpg": encoded(rgb, "JPEG", quality=90),
    "444.jpg": encoded(rgb, "JPEG", quality=95, subsampling=0),
    "progressive.jpg": encoded(rgb, "JPEG", quality=80, progressive=True),
    "grey.jpg": encoded(rgb.convert("L"), "JPEG"),
    "cmyk.jpg": encoded(rgb.convert("CMYK"), "JPEG", quality=95),
    "trailing-bytes.jpg": encoded(rgb, "JPEG", quality=90) + b"\0junk" * 5,
    **{f"exif-{o}.jpg": encoded(rgb, "JPEG", quality=90, exif=exif(o)) for o in range(1, 9)},
    "rgb.png": encoded(rgb, "PNG"),
    "grey.png": encoded(rgb.convert("L"), "PNG"),
    "grey-alpha.png": encoded(rgba.convert("LA"), "PNG"),
    "rgba.png": encoded(rgba, "PNG"),
    "palette.png": encoded(quantized, "PNG"),
    "palette-transparent.png": encoded(quantized, "PNG", transparency=3),
    "grey-16.png": png16(deep[:, :, :1]),
    "rgb-16.png": png16(deep),
    "still.gif": encoded(quantized, "GIF", transparency=3),
    "animated.gif": encoded(rgb, "GIF", save_all=True, append_images=[other], duration=100),
    "lossless.webp": encoded(rgb, "WEBP", lossless=True),
    "lossy.webp": encoded(rgb, "WEBP", quality=80),
    "alpha.webp": encoded(rgba, "WEBP", lossless=True),
    "animated.webp": encoded(rgb, "WEBP", lossless=True, save_all=True, append_images=[other], duration=100),
    "1-bit.bmp": encoded(rgb.convert("1"), "BMP"),
    "grey.bmp": encoded(rgb.convert("L"), "BMP"),
    "palette.bmp": encoded(quantized, "BMP"),
    "24-bit.bmp": encoded(rgb, "BMP"),
    "rgb.tif": encoded(rgb, "TIFF"),
    "lzw.tif": encoded(rgb, "TIFF", compression="tiff_lzw"),
    "cmyk.tif": encoded(rgb.convert("CMYK"), "TIFF"),
    "444.avif": encoded(rgb, "AVIF", quality=95, subsampling="4:4:4"),
}


def pixels(name, data):
    if name == "grey-16.png":  # Pillow clips it to 8 bits; the upper byte is meant
        return Image.fromarray((deep[:, :, 0] >> 8).astype(np.uint8)).convert("RGB")
    if name == "rgb-16.png":
        return Image.fromarray((deep >> 8).astype(np.uint8))
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("RGBA", "LA") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        white.alpha_composite(image.convert("RGBA"))
        image = white
    return image.convert("RGB")


cases, expected = [], bytearray()
for name, data in files.items():
    (OUT / name).write_bytes(data)
    image = pixels(name, data)
    cases.append({"name": name, "width": image.width, "height": image.height, "offset": len(expected)})
    expected += image.tobytes()

# What Pillow refuses, so must we.
refused = []
for name in ("420.jpg", "rgb.png", "lossless.webp", "still.gif", "24-bit.bmp", "rgb.tif", "444.avif"):
    data = files[name]
    for part in (data[: len(data) // 2], data[:-20] if name.endswith(("jpg", "png", "bmp")) else data[: len(data) // 4]):
        try:
            Image.open(io.BytesIO(part)).load()
        except Exception:
            refused.append({"name": name, "length": len(part)})
damaged = bytearray(files["rgb.png"])
damaged[len(damaged) // 2] ^= 0xFF
try:
    Image.open(io.BytesIO(bytes(damaged))).load()
except Exception:
    (OUT / "damaged.png").write_bytes(damaged)

lines = [",\n    ".join(json.dumps(x) for x in xs) for xs in (cases, refused)]
(OUT / "expected.json").write_text('{\n  "images": [\n    %s\n  ],\n  "refused": [\n    %s\n  ]\n}\n' % tuple(lines))
(OUT / "expected.bin.gz").write_bytes(gzip.compress(bytes(expected), 9, mtime=0))
print(len(cases), "images,", len(refused), "refused")
