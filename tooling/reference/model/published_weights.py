"""Where timm says that its default weights of each net are, for the README of packages/model.

    python published_weights.py > packages/model/test/fixtures/published-weights.json
"""

import json

from vision import timm, timm_names, torchvision_names

hub = {name: timm.models.get_pretrained_cfg(name).hf_hub_id for name in torchvision_names + timm_names}
print(json.dumps({"timm": timm.__version__, "hub": {k: v for k, v in hub.items() if v}}, indent=1))
