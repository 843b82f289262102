"""Adds timm's parameter counts, names and shapes to packages/model/test/fixtures/zoo.json.

    python zoo.py FILE
"""

import json
import sys

import torch

from formula import fnv1a
from vision import timm, timm_names, torchvision_names

with open(sys.argv[1]) as file:
    zoo = json.load(file)
zoo["timm"] = {}
for name in torchvision_names + timm_names:
    with torch.device("meta"):
        model = timm.create_model(name)
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    lines = sorted(f"{k}:{'x'.join(map(str, v.shape))}\n" for k, v in state.items())
    zoo["timm"][name] = {"parameters": sum(p.numel() for p in model.parameters()), "names": fnv1a("".join(lines))}
with open(sys.argv[1], "w") as file:
    json.dump(zoo, file, indent=1)
    file.write("\n")
