"""Trains torchvision's ResNet-18 by the recipe of `resnet train` or near it: one-cycle,
RandomResizedCrop and flip, cross entropy.

    python demo_training.py DATA/split.json [--extra FOLDER] [--epochs 15] [--seeds 0 1 2]

DATA is the folder that the manifest's paths are relative to. Prints validation top-1 a seed,
and top-1 on `--extra`, a folder of class folders that training never saw. The torch side of
the accuracy figures in README.md.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

# torchvision's wheel registers these from a CUDA library that CPU torch lacks.
library = torch.library.Library("torchvision", "FRAGMENT")
for schema in ("nms(Tensor a, Tensor b, float c) -> Tensor", "qnms(Tensor a, Tensor b, float c) -> Tensor"):
    try:
        library.define(schema)
    except RuntimeError:
        pass

from torchvision import models, transforms  # noqa: E402

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load(path: Path) -> Image.Image:
    image = Image.open(path)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, rgba)
    return image.convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--extra", type=Path)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--eval-sizes", type=int, nargs="+", default=[], help="further sizes to evaluate at")
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    parser.add_argument("--clip", type=float, default=0.0)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=5e-4)
    parser.add_argument("--label-smoothing", type=float, default=0.0)
    parser.add_argument("--pct-start", type=float, default=0.3)
    parser.add_argument("--min-scale", type=float, default=0.35)
    parser.add_argument("--jitter", type=float, default=0.0)
    parser.add_argument("--hue", type=float, default=0.0)
    parser.add_argument("--randaugment", type=int, default=0)
    parser.add_argument("--erase", type=float, default=0.0)
    parser.add_argument("--mixup", type=float, default=0.0)
    parser.add_argument("--zero-init", action="store_true")
    parser.add_argument("--ema", type=float, default=0.0)
    parser.add_argument("--arch", default="resnet18")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    args = parser.parse_args()

    manifest = json.loads(args.manifest.read_text())
    classes = manifest["classes"]
    root = args.manifest.parent / manifest.get("root", ".")

    def part(name: str):
        items = [(path, label) for label, paths in manifest["files"][name].items() for path in paths]
        return [load(root / p) for p, _ in items], torch.tensor([classes.index(l) for _, l in items])

    train_images, train_labels = part("train")
    val_images, val_labels = part("val")
    extra_images, extra_labels = [], None
    if args.extra:
        extra = [(p, i) for i, c in enumerate(classes) for p in sorted((args.extra / c).iterdir())]
        extra_images = [load(p) for p, _ in extra]
        extra_labels = torch.tensor([i for _, i in extra])
    print(f"{len(train_images)} train, {len(val_images)} val, {len(extra_images)} extra", flush=True)

    normalize = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    augment = [transforms.RandomResizedCrop(args.size, scale=(args.min_scale, 1.0)), transforms.RandomHorizontalFlip()]
    if args.jitter or args.hue:
        augment.append(transforms.ColorJitter(args.jitter, args.jitter, args.jitter, args.hue))
    if args.randaugment:
        augment.append(transforms.RandAugment(2, args.randaugment))
    augment = transforms.Compose(augment + normalize + ([transforms.RandomErasing(args.erase)] if args.erase else []))

    def plain(size: int):
        return transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size)] + normalize)

    val_batch = torch.stack([plain(args.size)(i) for i in val_images])
    extra_batch = torch.stack([plain(args.size)(i) for i in extra_images]) if extra_images else None

    @torch.inference_mode()
    def accuracy(model, batch, labels) -> float:
        model.eval()
        hits = sum((model(batch[i : i + 64]).argmax(1) == labels[i : i + 64]).sum().item() for i in range(0, len(batch), 64))
        model.train()
        return hits / len(batch)

    results = []
    for seed in args.seeds:
        random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
        if args.arch.startswith("resnet18") and args.arch == "resnet18":
            model = models.resnet18(num_classes=len(classes), zero_init_residual=args.zero_init)
        else:
            import timm

            model = timm.create_model(args.arch, num_classes=len(classes))
        model = model.to(memory_format=torch.channels_last)
        ema = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(args.ema), use_buffers=True) if args.ema else None
        decay = [p for n, p in model.named_parameters() if p.ndim > 1]
        other = [p for n, p in model.named_parameters() if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": args.weight_decay}, {"params": other, "weight_decay": 0}]
        if args.optimizer == "adamw":
            optimizer = torch.optim.AdamW(groups, lr=args.lr)
        else:
            optimizer = torch.optim.SGD(groups, lr=args.lr, momentum=args.momentum, nesterov=True)
        steps = len(train_images) // args.batch
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, args.lr, total_steps=steps * args.epochs, pct_start=args.pct_start, cycle_momentum=False
        )
        criterion = torch.nn.CrossEntropyLoss(label_smoothing=args.label_smoothing)
        began = time.time()
        for epoch in range(args.epochs):
            order = torch.randperm(len(train_images)).tolist()
            total = 0.0
            for step in range(steps):
                chosen = order[step * args.batch : (step + 1) * args.batch]
                batch = torch.stack([augment(train_images[i]) for i in chosen]).to(memory_format=torch.channels_last)
                labels = train_labels[chosen]
                if args.mixup:
                    lam = np.random.beta(args.mixup, args.mixup)
                    targets = torch.nn.functional.one_hot(labels, len(classes)).float()
                    batch = lam * batch + (1 - lam) * batch.flip(0)
                    labels = lam * targets + (1 - lam) * targets.flip(0)
                loss = criterion(model(batch), labels)
                optimizer.zero_grad()
                loss.backward()
                if args.clip:
                    torch.nn.utils.clip_grad_norm_(model.parameters(), args.clip)
                optimizer.step()
                schedule.step()
                if ema:
                    ema.update_parameters(model)
                total += loss.item()
            if epoch % 5 == 4 or epoch == args.epochs - 1:
                print(f"  epoch {epoch + 1} loss {total / steps:.3f} val {accuracy(model, val_batch, val_labels):.4f}", f"ema {accuracy(ema, val_batch, val_labels):.4f}" if ema else "", flush=True)
        final = ema or model
        for size in args.eval_sizes:
            print(f"  at {size}: val", accuracy(final, torch.stack([plain(size)(i) for i in val_images]), val_labels), "extra", accuracy(final, torch.stack([plain(size)(i) for i in extra_images]), extra_labels) if extra_images else "", flush=True)
        row = [accuracy(final, val_batch, val_labels)]
        if extra_batch is not None:
            row.append(accuracy(final, extra_batch, extra_labels))
        results.append(row)
        print(f"seed {seed}: val, extra top-1 = {row} in {time.time() - began:.0f} s", flush=True)
    print("mean", np.mean(results, axis=0).tolist())


if __name__ == "__main__":
    main()
