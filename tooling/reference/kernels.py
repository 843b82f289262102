"""Reference values for @resnet/kernels: forward results and gradients of PyTorch, in float64.

    python tooling/reference/kernels.py > packages/kernels/test/fixtures/parity.json

Inputs come from a formula (`value`) that the test repeats, so only results are stored, as base64
of little-endian float32. Images are written here as the package has them, NHWC, and filters HWIO.
"""

import base64
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

MASK = 0xFFFFFFFF


def value(seed: int, index: int) -> float:
    """A number in [-1, 1) that float32 holds exactly."""
    h = ((index + seed * 7919) * 0x9E3779B1) & MASK
    h ^= h >> 15
    h = (h * 0x85EBCA6B) & MASK
    h ^= h >> 13
    return (h >> 8) / 2**23 - 1


def filled(shape, seed, scale=1.0, shift=0.0):
    count = int(np.prod(shape))
    # Rounded where the test rounds: after the scale and after the shift.
    values = np.array([value(seed, i) for i in range(count)], dtype=np.float32)
    values = values * np.float32(scale) + np.float32(shift)
    return torch.from_numpy(values.reshape(shape).astype(np.float64))


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def conv2d(x, f, stride=1, padding=0, dilation=1, groups=1):
    return [nhwc(F.conv2d(nchw(x), f.permute(3, 2, 0, 1), None, stride, padding, dilation, groups))]


def batch_norm_training(x, scale, offset, epsilon, activation="none"):
    channels = x.shape[3]
    mean = torch.zeros(channels, dtype=x.dtype)
    variance = torch.zeros(channels, dtype=x.dtype)
    # With momentum 1 the running averages become this batch's: the unbiased variance.
    y = nhwc(F.batch_norm(nchw(x), mean, variance, scale, offset, True, 1.0, epsilon))
    return [F.relu(y) if activation == "relu" else y, mean, variance]


def conv_batch_norm(x, f, scale, offset, addend=None, epsilon=0.0, activation="none", **geometry):
    (convolved,) = conv2d(x, f, **geometry)
    y, mean, variance = batch_norm_training(convolved, scale, offset, epsilon)
    if addend is not None:
        y = y + addend
    return [F.relu(y) if activation == "relu" else y, mean, variance]


def identity_block(x, f1, scale1, offset1, f2, scale2, offset2, epsilon):
    y, *first = conv_batch_norm(x, f1, scale1, offset1, None, epsilon, "relu", padding=1)
    y, *second = conv_batch_norm(y, f2, scale2, offset2, x, epsilon, "relu", padding=1)
    return [y, *first, *second]


def projection_block(x, f1, scale1, offset1, f2, scale2, offset2, f3, scale3, offset3, epsilon):
    y, *first = conv_batch_norm(x, f1, scale1, offset1, None, epsilon, "relu", stride=2, padding=1)
    z, *second = conv_batch_norm(x, f2, scale2, offset2, None, epsilon, "none", stride=2)
    y, *third = conv_batch_norm(y, f3, scale3, offset3, z, epsilon, "relu", padding=1)
    return [y, *first, *second, *third]


def batch_norm_inference(x, scale, offset, mean, variance, epsilon, activation="none"):
    y = nhwc(F.batch_norm(nchw(x), mean, variance, scale, offset, False, 0.0, epsilon))
    return [F.relu(y) if activation == "relu" else y]


def max_pool(x, kernelSize, stride, padding=0):
    return [nhwc(F.max_pool2d(nchw(x), kernelSize, stride, padding))]


def avg_pool(x, kernelSize, stride, padding=0, ceilMode=False, countIncludePad=True):
    return [nhwc(F.avg_pool2d(nchw(x), kernelSize, stride, padding, ceilMode, countIncludePad))]


def cross_entropy(logits, raw, labelSmoothing=0.0, soft=False):
    if soft:
        targets = raw.abs()  # need not sum to one
    else:
        targets = F.one_hot(raw.argmax(1), raw.shape[1]).to(raw.dtype)
    return [F.cross_entropy(logits, targets, reduction="none", label_smoothing=labelSmoothing)]


OPERATIONS = {
    "conv2d": conv2d,
    "batchNormTraining": batch_norm_training,
    "convBatchNorm": conv_batch_norm,
    "identityBlock": identity_block,
    "projectionBlock": projection_block,
    "batchNormInference": batch_norm_inference,
    "relu": lambda x: [F.relu(x)],
    "addRelu": lambda a, b: [F.relu(a + b)],
    "add": lambda a, b: [a + b],
    "multiply": lambda a, b: [a * b],
    "sigmoid": lambda x: [torch.sigmoid(x)],
    "mean": lambda x: [x.mean()],
    "padChannels": lambda x, before, after: [F.pad(x, (before, after))],
    "padEnd": lambda x, count: [F.pad(x, (0, 0, 0, count, 0, count))],
    "maxPool2d": max_pool,
    "avgPool2d": avg_pool,
    "globalAveragePool": lambda x: [x.mean((1, 2))],
    "linear": lambda x, w, b=None: [F.linear(x, w.T, b)],
    "softmaxCrossEntropy": cross_entropy,
}


def conv_case(image, filter_shape, **options):
    return ("conv2d", [dict(shape=image), dict(shape=filter_shape)], options, 2)


def bn_inputs(shape, statistics=False):
    channels = [shape[3]]
    inputs = [dict(shape=shape, scale=2.0, shift=0.5), dict(shape=channels, shift=0.25), dict(shape=channels)]
    if statistics:
        inputs += [dict(shape=channels), dict(shape=channels, scale=0.5, shift=1.0)]
    return inputs


def unit_inputs(filter_shape):
    channels = [filter_shape[3]]
    return [dict(shape=filter_shape), dict(shape=channels, shift=0.25), dict(shape=channels)]


def units_case(operation, image, *filters, **options):
    inputs = [dict(shape=image), *(spec for shape in filters for spec in unit_inputs(shape))]
    return (operation, inputs, options, len(inputs))


# operation, inputs, options, how many of the inputs are differentiated
CASES = [
    conv_case([2, 7, 6, 3], [3, 3, 3, 4], padding=1),
    conv_case([2, 5, 6, 3], [3, 3, 3, 4]),
    conv_case([2, 8, 7, 3], [3, 3, 3, 4], stride=2, padding=1),
    conv_case([1, 7, 8, 4], [3, 3, 4, 3], stride=2, padding=1),
    conv_case([1, 7, 9, 2], [3, 3, 2, 3], stride=2, padding=1),
    conv_case([1, 8, 8, 2], [3, 3, 2, 3], stride=2, padding=1),
    conv_case([1, 10, 9, 3], [7, 7, 3, 2], stride=2, padding=3),
    conv_case([2, 6, 5, 4], [1, 1, 4, 3]),
    conv_case([2, 6, 7, 4], [1, 1, 4, 3], stride=2),
    conv_case([2, 6, 7, 2], [2, 2, 2, 3], stride=2),
    conv_case([1, 9, 8, 2], [5, 5, 2, 3], stride=2, padding=1),
    conv_case([1, 8, 7, 2], [3, 3, 2, 3], stride=3, padding=1),
    conv_case([1, 7, 8, 3], [3, 3, 3, 2], padding=2, dilation=2),
    conv_case([1, 9, 8, 3], [3, 3, 3, 2], stride=2, padding=2, dilation=2),
    conv_case([2, 5, 6, 4], [3, 3, 2, 6], padding=1, groups=2),
    conv_case([1, 6, 7, 8], [3, 3, 2, 8], stride=2, padding=1, groups=4),
    conv_case([1, 5, 6, 4], [1, 1, 2, 6], groups=2),
    conv_case([1, 5, 6, 3], [3, 3, 1, 3], padding=1, groups=3),
    ("batchNormTraining", bn_inputs([2, 4, 3, 5]), dict(epsilon=1e-5), 3),
    ("batchNormTraining", bn_inputs([3, 3, 3, 4]), dict(epsilon=1e-3, activation="relu"), 3),
    ("batchNormTraining", bn_inputs([2, 1, 1, 3]), dict(epsilon=1e-2), 3),
    units_case("convBatchNorm", [2, 5, 6, 4], [3, 3, 4, 16], padding=1, epsilon=1e-5),
    units_case("convBatchNorm", [1, 9, 8, 3], [5, 5, 3, 16], stride=2, padding=2, epsilon=1e-3, activation="relu"),
    units_case("convBatchNorm", [1, 6, 7, 4], [3, 3, 2, 6], stride=2, padding=1, groups=2, epsilon=1e-5, activation="relu"),
    units_case("identityBlock", [2, 5, 6, 16], [3, 3, 16, 16], [3, 3, 16, 16], epsilon=1e-5),
    units_case("identityBlock", [2, 4, 3, 3], [3, 3, 3, 5], [3, 3, 5, 3], epsilon=1e-5),
    units_case("projectionBlock", [2, 7, 6, 16], [3, 3, 16, 16], [1, 1, 16, 16], [3, 3, 16, 16], epsilon=1e-5),
    ("batchNormInference", bn_inputs([2, 4, 3, 5], True), dict(epsilon=1e-5), 3),
    ("batchNormInference", bn_inputs([2, 3, 3, 4], True), dict(epsilon=1e-5, activation="relu"), 3),
    ("relu", [dict(shape=[2, 3, 4, 5])], {}, 1),
    ("relu", [dict(shape=[3, 7])], {}, 1),
    ("addRelu", [dict(shape=[2, 3, 4, 3]), dict(shape=[2, 3, 4, 3])], {}, 2),
    ("add", [dict(shape=[2, 3, 4, 3]), dict(shape=[2, 3, 4, 3])], {}, 2),
    ("multiply", [dict(shape=[2, 3, 4, 3]), dict(shape=[2, 1, 1, 3])], {}, 2),
    ("multiply", [dict(shape=[2, 5]), dict(shape=[2, 5])], {}, 2),
    ("sigmoid", [dict(shape=[2, 5], scale=4.0)], {}, 1),
    ("mean", [dict(shape=[7])], {}, 1),
    ("padChannels", [dict(shape=[2, 3, 2, 3])], dict(before=2, after=1), 1),
    ("padEnd", [dict(shape=[2, 3, 2, 3])], dict(count=2), 1),
    # Below zero everywhere: a padded zero must not win.
    ("maxPool2d", [dict(shape=[2, 7, 6, 3], shift=-1.5)], dict(kernelSize=3, stride=2, padding=1), 1),
    ("maxPool2d", [dict(shape=[1, 8, 9, 2])], dict(kernelSize=3, stride=2, padding=1), 1),
    ("maxPool2d", [dict(shape=[2, 5, 6, 3])], dict(kernelSize=2, stride=2), 1),
    ("maxPool2d", [dict(shape=[1, 4, 5, 3])], dict(kernelSize=3, stride=1, padding=1), 1),
    ("maxPool2d", [dict(shape=[1, 5, 6, 3])], dict(kernelSize=1, stride=2), 1),
    ("avgPool2d", [dict(shape=[2, 6, 5, 3])], dict(kernelSize=2, stride=2), 1),
    ("avgPool2d", [dict(shape=[2, 7, 6, 3])], dict(kernelSize=3, stride=2, padding=1), 1),
    ("avgPool2d", [dict(shape=[1, 7, 6, 3])], dict(kernelSize=3, stride=1, padding=1, countIncludePad=False), 1),
    ("avgPool2d", [dict(shape=[1, 5, 7, 3])], dict(kernelSize=2, stride=2, ceilMode=True, countIncludePad=False), 1),
    ("avgPool2d", [dict(shape=[1, 6, 7, 2])], dict(kernelSize=3, stride=2, padding=1, ceilMode=True), 1),
    ("avgPool2d", [dict(shape=[2, 5, 6, 3])], dict(kernelSize=1, stride=2), 1),
    ("globalAveragePool", [dict(shape=[2, 3, 5, 4])], {}, 1),
    ("linear", [dict(shape=[3, 5]), dict(shape=[5, 4]), dict(shape=[4])], {}, 3),
    ("linear", [dict(shape=[2, 6]), dict(shape=[6, 3])], {}, 2),
    ("softmaxCrossEntropy", [dict(shape=[4, 5], scale=3.0), dict(shape=[4, 5])], {}, 1),
    ("softmaxCrossEntropy", [dict(shape=[4, 5], scale=50.0), dict(shape=[4, 5])], dict(labelSmoothing=0.1), 1),
    ("softmaxCrossEntropy", [dict(shape=[3, 6], scale=2.0), dict(shape=[3, 6])], dict(soft=True), 1),
]


def encoded(tensor):
    data = np.ascontiguousarray(tensor.detach().numpy().astype("<f4"))
    return base64.b64encode(data.tobytes()).decode()


def parity_case(operation, inputs, options, differentiated):
    inputs = [dict(spec, seed=i + 1) for i, spec in enumerate(inputs)]
    tensors = [filled(s["shape"], s["seed"], s.get("scale", 1.0), s.get("shift", 0.0)) for s in inputs]
    for tensor in tensors[:differentiated]:
        tensor.requires_grad_(True)
    outputs = OPERATIONS[operation](*tensors, **options)
    upstream = filled(list(outputs[0].shape), 99)
    gradients = torch.autograd.grad(outputs[0], tensors[:differentiated], upstream)
    return {
        "operation": operation,
        "inputs": inputs,
        "options": options,
        "outputs": [{"shape": list(t.shape), "data": encoded(t)} for t in outputs],
        "gradients": [encoded(g) for g in gradients],
    }


OPTIMIZERS = [
    ("sgd", dict(learningRate=0.1, momentum=0.0, nesterov=False, weightDecay=0.0)),
    ("sgd", dict(learningRate=0.1, momentum=0.0, nesterov=False, weightDecay=0.01)),
    ("sgd", dict(learningRate=0.1, momentum=0.9, nesterov=False, weightDecay=0.0)),
    ("sgd", dict(learningRate=0.05, momentum=0.9, nesterov=False, weightDecay=0.05)),
    ("sgd", dict(learningRate=0.05, momentum=0.8, nesterov=True, weightDecay=0.05)),
    ("adamw", dict(learningRate=0.02, beta1=0.9, beta2=0.999, epsilon=1e-8, weightDecay=0.05)),
    ("adamw", dict(learningRate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-3, weightDecay=0.0)),
]


def optimizer_case(name, options):
    parameter = filled([3, 4], 1).requires_grad_(True)
    if name == "sgd":
        optimizer = torch.optim.SGD(
            [parameter],
            lr=options["learningRate"],
            momentum=options["momentum"],
            nesterov=options["nesterov"],
            weight_decay=options["weightDecay"],
        )
    else:
        optimizer = torch.optim.AdamW(
            [parameter],
            lr=options["learningRate"],
            betas=(options["beta1"], options["beta2"]),
            eps=options["epsilon"],
            weight_decay=options["weightDecay"],
        )
    steps = []
    for step in range(3):
        parameter.grad = filled([3, 4], 10 + step)
        optimizer.step()
        steps.append(encoded(parameter))
    return {"optimizer": name, "options": options, "steps": steps}


json.dump(
    {
        "torch": torch.__version__,
        "operations": [parity_case(*case) for case in CASES],
        "optimizers": [optimizer_case(*case) for case in OPTIMIZERS],
    },
    sys.stdout,
    separators=(",", ":"),
)
