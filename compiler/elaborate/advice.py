"""What to do about shapes that do not fit."""

from __future__ import annotations

from collections.abc import Sequence

from ..builder import Draft
from ..types import TensorType
from ..values import Tensor


def mismatch_help(inputs: Sequence[Tensor], types: Sequence[TensorType]) -> list[str]:
    """For tensors that should have one shape: the convolution that lost the border, or a
    projection where channels differ."""
    for tensor in inputs:
        advice = _padding(tensor)
        if advice and _spatial_differs(types):
            return [advice]
    if _channels_differ(types):
        return ["a 1x1 convolution projects the skip: `x > conv(1x1, channels)`"]
    return []


def _spatial_differs(types: Sequence[TensorType]) -> bool:
    return len({t.rank for t in types}) == 1 and len({t.shape[2:] for t in types}) > 1


def _channels_differ(types: Sequence[TensorType]) -> bool:
    same_rank = len({t.rank for t in types}) == 1 and types[0].rank >= 3
    return same_rank and len({t.shape[1] for t in types}) > 1


def _padding(tensor: Tensor) -> str:
    """Walk back through the chain to a convolution of stride 1 without padding."""
    draft: Draft | None = tensor.draft
    for _ in range(16):
        if draft is None:
            return ""
        if draft.child is not None and draft.results:
            draft = draft.results[0].draft
            continue
        layer = draft.layer
        if layer is not None and layer.word == "conv" and getattr(layer, "pad", None) == 0:
            kernel, out = getattr(layer, "kernel", 1), getattr(layer, "out", 0)
            sizes = kernel if isinstance(kernel, tuple) else (kernel,)
            if all(isinstance(k, int) and k % 2 and k > 1 for k in sizes):
                text = "x".join(map(str, kernel)) if isinstance(kernel, tuple) else str(kernel)
                pad = sizes[0] // 2
                return f"`conv({text}, {out}, pad={pad})` keeps the size"
        draft = draft.inputs[0].draft if len(draft.inputs) == 1 else None
    return ""


def axes_that_differ(a: TensorType, b: TensorType) -> list[int]:
    return [i for i, (x, y) in enumerate(zip(a.shape, b.shape, strict=False)) if x != y]
