"""Shared by the scripts beside it: images made by a formula, and the fixture file format.

A fixture is NAME.json (a list of cases, each with `offset` and `length`) and NAME.bin.gz (the
expected bytes, one case after the other). The photo is a part of "Chelsea" by Stefan van der
Walt (CC0), shrunk to 96 x 72.
"""

import gzip
import json
import pathlib

import numpy as np
from PIL import Image

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "packages/image/test/fixtures"


def synthetic_image(kind, width, height):
    """The same images as packages/image/test/images.ts."""
    if kind == "photo":
        data = gzip.decompress((FIXTURES / "photo.bin.gz").read_bytes())
        return Image.frombytes("RGB", (96, 72), data).crop((0, 0, width, height))
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    y, x, c = (a.astype(np.uint64) for a in (y, x, c))
    if kind == "noise":
        h = (x * 73856093) ^ (y * 19349663) ^ (c * 83492791)
        values = ((h & 0xFFFFFFFF) >> np.uint64(13)) & np.uint64(255)
    elif kind == "gradient":
        values = (x * 255 // max(width - 1, 1) + y * 3 + c * 40) % 256
    elif kind == "checker":
        values = (((x >> np.uint64(1)) ^ (y >> np.uint64(1)) ^ c) & np.uint64(1)) * 255
    elif kind == "dull":
        values = 60 + c * 20 + ((x * 73856093) ^ (y * 19349663) ^ (c * 83492791)) % 90
    else:
        raise ValueError(kind)
    return Image.fromarray(values.astype(np.uint8), "RGB")


class Writer:
    def __init__(self):
        self.cases = []
        self.bytes = bytearray()

    def add(self, case, array):
        data = np.ascontiguousarray(array).tobytes()
        self.cases.append({**case, "offset": len(self.bytes), "length": len(data)})
        self.bytes += data

    def write(self, name):
        lines = ",\n".join(json.dumps(case) for case in self.cases)
        (FIXTURES / f"{name}.json").write_text(f"[\n{lines}\n]\n")
        (FIXTURES / f"{name}.bin.gz").write_bytes(gzip.compress(bytes(self.bytes), 9, mtime=0))
        print(name, len(self.cases), "cases")
