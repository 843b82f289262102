"""Loads a model folder that @resnet/model wrote in timm, in both of timm's ways, strictly.

    python model_folder_check.py FOLDER

Prints the logits for the images of formula.py, two of the folder's input size.
"""

import json
import sys

import torch
from safetensors.torch import load_file

from formula import images
from vision import timm

folder = sys.argv[1]
with open(f"{folder}/config.json") as file:
    config = json.load(file)
net = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
args = config.get("model_args", {})
other = timm.create_model(
    config["architecture"],
    checkpoint_path=f"{folder}/model.safetensors",
    num_classes=config["num_classes"],
    **args,
).eval()
state = load_file(f"{folder}/model.safetensors")
net.load_state_dict(state, strict=True)
assert set(net.state_dict()) == set(state), "num_batches_tracked included"
data = timm.data.resolve_model_data_config(net)
x = images((2, *data["input_size"])).float()
with torch.no_grad():
    logits, again = net(x), other(x)
assert torch.equal(logits, again)
print(json.dumps({"logits": logits.tolist(), "data": data, "labels": net.pretrained_cfg.get("label_names")}))
