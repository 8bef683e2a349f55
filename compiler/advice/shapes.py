"""Where shapes come from, and what to do about those that do not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...grammar.diagnostics import Label
from ...grammar.source import Span
from ...grammar.wording import either
from ..builder import Draft
from ..dims import Dim, Size
from ..layer import Layer, numel, tried
from ..types import TensorType
from ..values import Tensor


def mismatch_help(
    inputs: Sequence[Tensor], types: Sequence[TensorType], *, any_channels: bool
) -> list[str]:
    """For tensors that should have one shape: the convolution that lost the border, and a
    projection where channels differ."""
    advice = (a for tensor in inputs if (a := _padding(tensor)) and _spatial_differs(types))
    help = list(advice)[:1]
    if not any_channels and _channels_differ(types):
        help.append("a 1x1 convolution projects the skip: `x > conv(1x1, channels)`")
    return help


def fitting_help(wanted: Sequence[object], given: TensorType) -> str:
    """For a tensor that should have other sizes after the batch."""
    sizes = given.shape[1:]
    if len(wanted) == 1 and given.rank in (4, 5):
        return _vector_of_an_image(wanted[0], sizes)
    if len(wanted) == 1 and given.rank == 3:
        return "`last` or `mean(1)` makes a vector of a sequence"
    if len(wanted) != len(sizes):
        return ""
    wrong = [i for i, (a, b) in enumerate(zip(wanted, sizes, strict=True)) if a != b]
    if given.rank == 4 and wrong == [0]:
        return f"`conv(1x1, {wanted[0]})` gives it as many channels"
    if given.rank < 4 and wrong == [len(sizes) - 1]:
        return f"`linear({wanted[-1]})` gives it that size"
    return ""


def _vector_of_an_image(wanted: object, sizes: Sequence[Dim]) -> str:
    """By the layer that gives that size, if one does."""
    given = {"gap": sizes[0], "flatten": numel(sizes)}
    words = [word for word, size in given.items() if size == wanted] or list(given)
    return f"{either([f'`{word}`' for word in words])} makes a vector of an image"


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
        if layer is not None and layer.role == "conv" and getattr(layer, "pad", None) == 0:
            return _keeping(layer, draft.takes[0], draft.span) if draft.takes else ""
        draft = draft.inputs[0].draft if len(draft.inputs) == 1 else None
    return ""


def _keeping(layer: Layer, takes: TensorType, span: Span | None) -> str:
    """The padding with which a convolution keeps the size, if one does."""
    kernel, dilation = getattr(layer, "kernel", 1), getattr(layer, "dilation", 1)
    first = kernel[0] if isinstance(kernel, tuple) else kernel
    known = isinstance(first, int) and isinstance(dilation, int)
    pad = dilation * (first - 1) // 2 if known else 0
    for text, value in ((str(pad), pad), ("same", "same")):
        given = tried(layer, takes, pad=value)
        fits = given is not None and given[0].shape[2:] == takes.shape[2:]
        if fits and span is not None and span.text.endswith(")"):
            return f"`{_with_pad(span.text, text)}` keeps the size"
    return ""


def _with_pad(call: str, pad: str) -> str:
    """The call as it is written, with that padding."""
    written = re.sub(r",\s*pad\s*=\s*[^,()]+", "", call)
    return f"{written.removesuffix(')')}, pad={pad})"


def label_help(word: str, span: Span | None) -> str:
    """How to name what has no name but its label. ``x * param([8]) as scale`` names the product."""
    after = span.source.text[span.end :] if span else ""
    label = re.match(r"[ \t]*as[ \t]+(\w+)", after)
    if label is None:
        return f"`{word}(...) as name`"
    return f"`as {label[1]}` names all before it, so: `({word}(...) as {label[1]})`"


OPEN_WEIGHT: Final = (
    "weights are made before the network runs, and the same ones serve inputs of every size"
)


def open_weight_help(
    layer: Layer, word: str, x: TensorType | None, names: Sequence[str]
) -> list[str]:
    """For a weight as large as an axis without a number: the step that is likely left out."""
    if x is None or x.rank < 2:
        return ["give the size a number"]
    number = "a number in the input's shape, or `--input`, gives the size"
    if "N" in names:
        rest = ", ".join(str(d) if isinstance(d, int) else "..." for d in x.shape[1:])
        return [f"the batch stays the first axis: `reshape(-1, {rest})` has -1 where it is"]
    if x.rank == 3 and isinstance(x.shape[2], int) and layer.category in ("conv", "norm"):
        return [f"`transpose(1, 2) > {word}`: {word} takes [N, channels, T]", number]
    if isinstance(x.shape[-1], Size):
        return ["`mean(1)`, `last` or `gap` before it leaves out the axis", number]
    return [number]


def producers(tensors: Sequence[Tensor], place: Span) -> list[Label]:
    """Where the shapes come from."""
    labels: dict[tuple[int, int], Label] = {}
    for tensor in tensors:
        span = _origin_span(tensor)
        if span is not None and tensor.type is not None and not span.overlaps(place):
            labels.setdefault((span.start, span.end), Label(span, str(tensor.type)))
    return list(labels.values())


def _origin_span(tensor: Tensor) -> Span | None:
    """The layer's place inside a group, else the call's."""
    draft = tensor.draft
    while draft.child is not None and draft.child.kind == "group" and draft.results:
        draft = draft.results[min(tensor.index, len(draft.results) - 1)].draft
    return draft.span
