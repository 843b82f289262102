"""Reference values of packages/trainer: optimisers, schedules, clipping and averaged weights from
PyTorch and timm. Writes packages/trainer/test/fixtures/update-rules.json.

Every input is `unit(i, salt)`, an integer hash that packages/trainer/test/formula.ts repeats
exactly, so that the fixture holds outputs only.

Usage: python trainer.py   (torch, timm)
"""

import json
import pathlib

import numpy as np
import torch

# torchvision's Linux wheel expects CUDA torch; beside a CPU torch these two operators are missing.
_library = torch.library.Library("torchvision", "DEF")
_library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
_library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

FIXTURES = pathlib.Path(__file__).parents[2] / "packages/trainer/test/fixtures"


def unit(count: int, salt: int) -> np.ndarray:
    """`count` float32 numbers in [-0.5, 0.5): the finaliser of MurmurHash3 over i + salt * phi."""
    x = np.arange(count, dtype=np.uint32) + np.uint32((salt * 0x9E3779B9) & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)


def tensor(shape, salt: int) -> torch.Tensor:
    return torch.from_numpy(unit(int(np.prod(shape)), salt)).reshape(shape)


STEPS = 40
KEPT = [1, 2, 3, 10, 40]


def optimiser(make, clip=None, momentum=None):
    """The parameters after some of 40 steps; the rate falls linearly, the gradients are formulas."""
    weight = torch.nn.Parameter(tensor([3, 4], 1))
    bias = torch.nn.Parameter(tensor([4], 2))
    optimizer = make(weight, bias)
    base = [group["lr"] for group in optimizer.param_groups]
    kept = {}
    for step in range(1, STEPS + 1):
        for group, rate in zip(optimizer.param_groups, base):
            group["lr"] = rate * (1 - (step - 1) / 80)
            if momentum is not None:
                m = momentum(step)
                if "betas" in group:
                    group["betas"] = (m, group["betas"][1])
                else:
                    group["momentum"] = m
        weight.grad = tensor([3, 4], 100 + step) + 0.5 * weight.detach()
        bias.grad = tensor([4], 300 + step) + 0.5 * bias.detach()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([weight, bias], clip)
        optimizer.step()
        if step in KEPT:
            kept[step] = {
                "weight": weight.detach().flatten().tolist(),
                "bias": bias.detach().tolist(),
            }
    return kept


def optimisers():
    sgd, adamw = torch.optim.SGD, torch.optim.AdamW
    both = lambda make, **options: lambda w, b: make([w, b], **options)

    def split(make, **options):
        decay = options.pop("weight_decay")
        return lambda w, b: make(
            [{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0.0}], **options
        )

    def scaled(w, b):
        return sgd([{"params": [w], "lr": 0.01}, {"params": [b], "lr": 0.1}], lr=0.1, momentum=0.9)

    cycle = lambda step: 0.95 - 0.1 * (step - 1) / 40
    return {
        "sgd": optimiser(both(sgd, lr=0.1)),
        "sgd momentum": optimiser(both(sgd, lr=0.1, momentum=0.9, weight_decay=0.01)),
        "sgd nesterov": optimiser(both(sgd, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
        "sgd weights only": optimiser(split(sgd, lr=0.1, momentum=0.9, weight_decay=0.1)),
        "sgd scaled": optimiser(scaled),
        "sgd clipped": optimiser(both(sgd, lr=0.1, momentum=0.9), clip=0.7),
        "sgd cycled": optimiser(both(sgd, lr=0.1, momentum=0.9), momentum=cycle),
        "adamw": optimiser(both(adamw, lr=0.01, weight_decay=0.05)),
        "adamw betas": optimiser(
            split(adamw, lr=0.03, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)
        ),
        "adamw cycled": optimiser(both(adamw, lr=0.01, weight_decay=0.0), momentum=cycle),
    }


def rates(make, steps):
    """(learning rate, momentum) at each of `steps` steps, of a scheduler stepped after each."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4, momentum=0.9)
    scheduler = make(optimizer)
    rows = []
    for _ in range(steps):
        rows.append([optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]])
        optimizer.step()
        scheduler.step()
    return rows


def timm_rates(make, steps):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4, momentum=0.9)
    scheduler = make(optimizer)
    rows = []
    for step in range(1, steps + 1):
        rows.append(optimizer.param_groups[0]["lr"])
        scheduler.step_update(step)
    return rows


def schedules():
    from timm.scheduler import CosineLRScheduler
    from torch.optim import lr_scheduler as lr

    one = lambda **options: lambda o: lr.OneCycleLR(o, max_lr=0.4, total_steps=70, **options)
    return {
        # 10 epochs of 7 steps; the epoch-wise ones are given per epoch
        "step": [row[0] for row in rates(lambda o: lr.StepLR(o, 3, gamma=0.2), 10)],
        "multistep": [row[0] for row in rates(lambda o: lr.MultiStepLR(o, [2, 5, 9], gamma=0.1), 10)],
        "oneCycle": rates(one(), 70),
        "oneCycle fixed momentum": rates(one(cycle_momentum=False, pct_start=0.25, div_factor=10.0, final_div_factor=1e3), 70),
        "oneCycle linear": rates(one(anneal_strategy="linear"), 70),
        # warm-up of 2 epochs, then the cosine over the other 8
        "cosine": timm_rates(
            lambda o: CosineLRScheduler(
                o, t_initial=56, lr_min=1e-3, warmup_t=14, warmup_lr_init=1e-2, warmup_prefix=True, t_in_epochs=False
            ),
            70,
        ),
        "cosine without warm-up": timm_rates(
            lambda o: CosineLRScheduler(o, t_initial=70, lr_min=0.0, t_in_epochs=False), 70
        ),
    }


def averages():
    from timm.utils import ModelEmaV2, ModelEmaV3

    class Holder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(tensor([5], 7))
            self.register_buffer("mean", tensor([5], 8))

    result = {}
    for name, make, uses_step in [
        ("plain", lambda m: ModelEmaV2(m, decay=0.9), False),
        ("warm-up", lambda m: ModelEmaV3(m, decay=0.9, use_warmup=True), True),
    ]:
        model = Holder()
        ema = make(model)
        rows = []
        for step in range(1, 31):
            with torch.no_grad():
                model.weight.copy_(tensor([5], 500 + step))
                model.mean.copy_(tensor([5], 600 + step))
            if uses_step:
                ema.update(model, step=step)
            else:
                ema.update(model)
            if step in (1, 2, 3, 30):
                rows.append(
                    {"step": step, "weight": ema.module.weight.tolist(), "mean": ema.module.mean.tolist()}
                )
        result[name] = rows
    return result


def rounded(value):
    """Seven significant digits more than float32 holds are noise in a fixture."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return value


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / "update-rules.json").write_text(
        json.dumps(
            {
                "optimisers": rounded(optimisers()),
                "schedules": schedules(),
                "averages": rounded(averages()),
            }
        )
        + "\n"
    )
