"""One side of `pnpm bench train` and `pnpm bench jpeg`: PyTorch eager, training steps on synthetic
data, or on the images of a folder through a DataLoader of 2 workers."""

import json
import resource
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from torch_resnet import build  # noqa: E402

name, batch, size, steps, memory_format, precision = sys.argv[1:7]
folder = sys.argv[7] if len(sys.argv) > 7 else None
batch, size, steps = int(batch), int(size), int(steps)
layout = torch.channels_last if memory_format == "channels_last" else torch.contiguous_format

torch.manual_seed(0)
model = build(name).to(memory_format=layout).train()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, foreach=True)
criterion = nn.CrossEntropyLoss()


def synthetic():
    images = torch.randn(batch, 3, size, size).to(memory_format=layout)
    labels = torch.randint(0, 10, (batch,))
    while True:
        yield images, labels


def images():
    from torch_images import Images

    loader = torch.utils.data.DataLoader(Images(folder, size), batch, shuffle=True, num_workers=2, drop_last=True)
    for images, labels in loader:
        yield images.to(memory_format=layout), labels


batches = synthetic() if folder is None else images()


def step() -> float:
    images, labels = next(batches)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        loss = criterion(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(3):
    step()
print(json.dumps({"version": f"PyTorch {torch.__version__} {memory_format} {precision}", "threads": torch.get_num_threads()}), flush=True)
for _ in sys.stdin:
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = step()
    seconds = time.perf_counter() - began
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "images": steps * batch, "loss": loss, "peakMB": peak}), flush=True)
