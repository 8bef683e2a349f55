"""Runs a cfg file of Darknet in plain PyTorch, layer by layer as Darknet does. It knows nothing of
netwright, and takes what it reads to be right."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "leaky": lambda x: functional.leaky_relu(x, 0.1),
    "linear": lambda x: x,
    "logistic": torch.sigmoid,
    "mish": functional.mish,
    "swish": functional.silu,
}


def run(text: str, image: Tensor, weights: list[Tensor]) -> list[Tensor]:
    """The maps that the [yolo] layers take, or the last one. ``weights`` are in the order of the
    file: the convolution's and the bias, or the scale, shift, mean and variance of its norm."""
    left = list(weights)
    results: list[Tensor] = []
    maps: list[Tensor] = []
    for kind, options in _sections(text)[1:]:
        x = maps[-1] if maps else image
        if kind == "convolutional":
            x = _convolution(options, x, left)
        elif kind == "shortcut":
            x = x + maps[_at(options["from"], maps)]
        elif kind == "route":
            parts = [maps[_at(at, maps)] for at in options["layers"].split(",")]
            groups, part = int(options.get("groups", 1)), int(options.get("group_id", 0))
            x = torch.cat([p.chunk(groups, 1)[part] for p in parts], 1)
        elif kind == "upsample":
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        elif kind == "maxpool":
            size, stride = int(options["size"]), int(options["stride"])
            before, after = (size - 1) // 2, (size - 1) - (size - 1) // 2
            padded = functional.pad(x, [before, after, before, after], value=float("-inf"))
            x = functional.max_pool2d(padded, size, stride)
        elif kind == "yolo":
            results.append(x)
        maps.append(x)
    assert not left
    return results or [maps[-1]]


def _convolution(options: dict[str, str], x: Tensor, weights: list[Tensor]) -> Tensor:
    size, stride = int(options["size"]), int(options.get("stride", 1))
    kernel = weights.pop(0)
    assert kernel.shape == (int(options["filters"]), x.shape[1], size, size)
    if options.get("batch_normalize") == "1":
        x = functional.conv2d(x, kernel, None, stride, size // 2)
        scale, shift, mean, variance = (weights.pop(0)[:, None, None] for _ in range(4))
        x = (x - mean) / torch.sqrt(variance + 1e-5) * scale + shift
    else:
        x = functional.conv2d(x, kernel, weights.pop(0), stride, size // 2)
    return ACTIVATIONS[options["activation"]](x)


def _at(number: str, maps: list[Tensor]) -> int:
    return int(number) if int(number) >= 0 else len(maps) + int(number)


def _sections(text: str) -> list[tuple[str, dict[str, str]]]:
    sections: list[tuple[str, dict[str, str]]] = []
    for line in text.replace(" ", "").splitlines():
        if line.startswith("["):
            sections.append((line[1:-1], {}))
        elif line:
            key, _, value = line.partition("=")
            sections[-1][1][key] = value
    return sections
