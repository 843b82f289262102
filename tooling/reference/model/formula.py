"""Weights and inputs from a fixed formula of name and position, so that none need be stored.

packages/model/test/formula.ts has the same formulas.
"""

import math

import numpy as np
import torch


def uniform(name, size):
    """In [-1, 1): FNV-1a of the name, then MurmurHash3's finaliser of each position."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**31 - 1


def value(name, shape):
    """He-scaled for weights; norms near 1; statistics apart from 0 and 1, and variances positive."""
    size = math.prod(shape)
    u = uniform(name, size)
    if name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif name.endswith("running_mean") or name.endswith("bias"):
        u = 0.1 * u
    elif len(shape) == 1:
        u = 0.75 + 0.25 * u
    else:
        u = u * math.sqrt(6 / (size / shape[0]))
    return torch.from_numpy(u.astype(np.float32).reshape(shape)).double()


def fill(model):
    state = model.state_dict()
    for name, tensor in state.items():
        if not name.endswith("num_batches_tracked"):
            state[name] = value(name, tuple(tensor.shape))
    model.load_state_dict(state)


def images(shape):
    return torch.from_numpy(uniform("input", math.prod(shape)).astype(np.float32).reshape(shape)).double()


def digest(name, tensor):
    """Norm and projection on a fixed direction: what a tensor is compared by."""
    flat = tensor.detach().double().reshape(-1).numpy()
    numbers = [np.linalg.norm(flat), flat @ uniform(f"{name}#", flat.size)]
    return [float(f"{number:.6g}") for number in numbers]


def conditioned(model, branch_end):
    """`fill`, changed so that rounding errors stay small at any depth and bounds on gradients can be strict.

    Norms' offsets lie half a deviation or more from 0, so few activations lie where rounding decides
    their sign; and what ends a residual branch (parameters whose names end in `branch_end`) is a
    fifth, so that errors do not grow from block to block."""
    fill(model)
    state = model.state_dict()
    for name, weights in state.items():
        if is_norm_offset(name, state):
            u = torch.from_numpy(uniform(name, weights.numel()))
            weights.copy_((torch.sign(u) + 0.5 * u).float())
        elif branch_end is not None and name.endswith(branch_end):
            weights.copy_((0.2 * weights).float())


def is_norm_offset(name, state):
    return name.endswith(".bias") and name.replace(".bias", ".running_mean") in state


def positions(name, size, most):
    """Where a large tensor is looked at: everywhere, if it is no larger than `most`."""
    if size <= most:
        return np.arange(size)
    return np.floor((uniform(f"{name}@", most) + 1) / 2 * size).astype(np.int64)


def sample_digest(name, tensor):
    """Norm, and projection of up to 256 elements on a fixed direction, scaled up to the whole."""
    flat = tensor.detach().double().reshape(-1).numpy()
    where = positions(name, flat.size, 256)
    projection = flat[where] @ uniform(f"{name}#", where.size)
    return [np.linalg.norm(flat), projection * math.sqrt(flat.size / where.size)]


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return f"{value:08x}"
