"""A tiny model folder and what PyTorch answers with it, for packages/predictor; and a config.json
as timm writes it, for packages/model.

    python predictor.py PREDICTOR_FIXTURES MODEL_FIXTURES
"""

import json
import sys
import tempfile

import torch
from safetensors.torch import save_file

from formula import images
from vision import timm

predictor, model = sys.argv[1:]
torch.manual_seed(1)
net = timm.models.ResNet(timm.models.resnet.BasicBlock, (1, 1, 1, 1), channels=(8, 16, 16, 16), num_classes=3).eval()
for module in net.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        torch.nn.init.uniform_(module.running_mean, -0.2, 0.2)
        torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
torch.nn.init.normal_(net.fc.weight)
half = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
save_file(half, f"{predictor}/tiny.safetensors", metadata={"format": "pt"})
net.load_state_dict({k: v.float() for k, v in half.items()})
net.double()
with torch.no_grad():
    probabilities = net(images((2, 3, 32, 40))).softmax(1)
with open(f"{predictor}/tiny.json", "w") as file:
    json.dump({"images": [2, 3, 32, 40], "probabilities": probabilities.tolist()}, file)
    file.write("\n")
with torch.no_grad():  # class activation maps as arXiv 1512.04150 has them, of one larger image
    larger = images((1, 3, 96, 128))
    maps = torch.einsum("kc,chw->khw", net.fc.weight, net.forward_features(larger)[0])
with open(f"{predictor}/maps.json", "w") as file:
    json.dump({"image": [1, 3, 96, 128], "maps": maps.tolist()}, file)
    file.write("\n")

for name, kwargs in (("resnet18.a1_in1k", {}), ("seresnet50", {"in_chans": 1, "num_classes": 2})):
    net = timm.create_model(name, **kwargs)
    with tempfile.TemporaryDirectory() as folder:
        labels = {"label_names": ["cat", "dog"]} if kwargs else {}
        timm.models._hub.save_for_hf(net, folder, model_config=labels, safe_serialization=True)
        with open(f"{folder}/config.json") as source, open(f"{model}/timm-{name}.json", "w") as file:
            file.write(source.read() + "\n")
