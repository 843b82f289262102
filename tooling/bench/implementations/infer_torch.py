"""One side of `pnpm bench infer`: PyTorch, eager in two memory formats, or traced and frozen."""

import json
import resource
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from torch_resnet import build  # noqa: E402

name, batch, size, repeats, mode = sys.argv[1:6]
batch, size, repeats = int(batch), int(size), int(repeats)
layout = torch.channels_last if mode == "channels_last" else torch.contiguous_format

torch.manual_seed(0)
model = build(name, 1000).to(memory_format=layout).eval()
images = torch.randn(batch, 3, size, size).to(memory_format=layout)

with torch.inference_mode():
    if mode == "frozen":
        # Folds batch norms, fuses, and keeps oneDNN's blocked layout between convolutions.
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))
    for _ in range(5):
        model(images)
    print(json.dumps({"version": f"PyTorch {torch.__version__} {mode}", "threads": torch.get_num_threads()}), flush=True)
    for _ in sys.stdin:
        cpu = time.process_time()
        began = time.perf_counter()
        for _ in range(repeats):
            model(images)
        seconds = time.perf_counter() - began
        cpu = time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "images": repeats * batch, "peakMB": peak}), flush=True)
