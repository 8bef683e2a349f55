"""PyTorch's attention, found in a module that computes it step by step. The guess is tried: both
must give the same results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from .module_tree import Scope
from .onnx_graph import Node

WEIGHTS: Final = ("in_proj_weight", "in_proj_bias")
CLOSE: Final = 1e-4


def attention_of(
    module: nn.Module, scope: Scope, shapes: Mapping[str, Sequence[int]]
) -> nn.MultiheadAttention | None:
    """The layer that a module computes for one input; None if it is none."""
    own = dict(module.named_parameters())
    out = getattr(module, "out_proj", None)
    if len(scope.takes) != 1 or len(scope.gives) != 1 or not isinstance(out, nn.Linear):
        return None
    if not set(own) <= {*WEIGHTS, "out_proj.weight", "out_proj.bias"} or WEIGHTS[0] not in own:
        return None
    shape = shapes.get(scope.takes[0], ())
    if len(shape) != 3:
        return None
    x = torch.randn(*shape)
    for heads in dict.fromkeys(_heads(scope, shapes)):
        if shape[2] % heads == 0:
            layer = _layer(own, shape[2], heads)
            if _equal(module, layer, x):
                return layer
    return None


def _heads(scope: Scope, shapes: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """The numbers of heads that the scores of attention show."""
    for item in scope.items:
        if not isinstance(item, Node) or item.op not in ("Softmax", "Attention"):
            continue
        scores = shapes.get(item.inputs[0], ())
        yield from (size for size in scores[:-2] if size > 0)
        if len(scores) == 3:  # the examples and the heads on one axis
            batch = shapes[scope.takes[0]]
            yield from (scores[0] // n for n in batch[:2] if scores[0] % n == 0)
        yield from (item.attributes[n] for n in ("q_num_heads",) if n in item.attributes)


def _layer(own: Mapping[str, Tensor], width: int, heads: int) -> nn.MultiheadAttention:
    with torch.device("meta"):
        layer = nn.MultiheadAttention(width, heads, bias=WEIGHTS[1] in own, batch_first=True)
    for path, tensor in own.items():
        home, _, name = path.rpartition(".")
        setattr(layer.get_submodule(home), name, tensor)
    if layer.out_proj.bias is not None and layer.out_proj.bias.is_meta:
        layer.out_proj.bias = nn.Parameter(torch.zeros(width))
    return layer.eval()


def _equal(module: nn.Module, layer: nn.MultiheadAttention, x: Tensor) -> bool:
    """Whether both compute the same, with weights that are not all equal."""
    made: Any
    try:
        with torch.no_grad():
            wanted = module(x)
            made = layer(x, x, x, need_weights=False)[0]
    except (RuntimeError, AssertionError):
        return False
    if wanted.shape != made.shape or any(p.is_meta for p in layer.parameters()):
        return False
    return bool((wanted - made).abs().max() <= CLOSE * (wanted.abs().max() + 1e-12))
