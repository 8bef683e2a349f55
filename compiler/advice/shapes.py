"""Labels that say where a shape comes from, and help for shapes that do not fit."""

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
    """Help for tensors that should have one shape: the padding that a convolution lacks, and a
    projection if the channels differ."""
    paddings = (p for tensor in inputs if (p := _padding(tensor)) and _spatial_differs(types))
    help = list(paddings)[:1]
    if not any_channels and _channels_differ(types):
        help.append("a 1x1 convolution projects the skip: `x > conv(1x1, channels)`")
    return help


def fitting_help(wanted: Sequence[object], given: TensorType) -> str:
    """Help for a tensor that should have other sizes after the batch."""
    sizes = given.shape[1:]
    if len(wanted) == 1 and given.rank in (4, 5):
        return _vector_of_an_image(wanted[0], sizes)
    if len(wanted) == 1 and given.rank == 3:
        return "`last` or `mean(1)` turns a sequence into a vector"
    if len(wanted) != len(sizes):
        return ""
    wrong = [i for i, (a, b) in enumerate(zip(wanted, sizes, strict=True)) if a != b]
    if given.rank == 4 and wrong == [0]:
        return f"`conv(1x1, {wanted[0]})` gives it that many channels"
    if given.rank < 4 and wrong == [len(sizes) - 1]:
        return f"`linear({wanted[-1]})` gives it that size"
    return ""


def _vector_of_an_image(wanted: object, sizes: Sequence[Dim]) -> str:
    """Names the layer whose result has that size, or all such layers if none has."""
    size_by_word = {"gap": sizes[0], "flatten": numel(sizes)}
    words = [word for word, size in size_by_word.items() if size == wanted] or list(size_by_word)
    return f"{either([f'`{word}`' for word in words])} turns an image into a vector"


def _spatial_differs(types: Sequence[TensorType]) -> bool:
    return len({t.rank for t in types}) == 1 and len({t.shape[2:] for t in types}) > 1


def _channels_differ(types: Sequence[TensorType]) -> bool:
    same_rank = len({t.rank for t in types}) == 1 and types[0].rank >= 3
    return same_rank and len({t.shape[1] for t in types}) > 1


def _padding(tensor: Tensor) -> str:
    """The help for a convolution without padding, found by walking back through the chain."""
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
    """The help with a padding that makes the convolution keep the size, or "" if none does."""
    kernel, dilation = getattr(layer, "kernel", 1), getattr(layer, "dilation", 1)
    first = kernel[0] if isinstance(kernel, tuple) else kernel
    are_numbers = isinstance(first, int) and isinstance(dilation, int)
    pad = dilation * (first - 1) // 2 if are_numbers else 0
    for text, value in ((str(pad), pad), ("same", "same")):
        results = tried(layer, takes, pad=value)
        fits = results is not None and results[0].shape[2:] == takes.shape[2:]
        if fits and span is not None and span.text.endswith(")"):
            return f"`{_with_pad(span.text, text)}` keeps the size"
    return ""


def _with_pad(call: str, pad: str) -> str:
    """The text of a call, with this padding."""
    written = re.sub(r",\s*pad\s*=\s*[^,()]+", "", call)
    return f"{written.removesuffix(')')}, pad={pad})"


def label_help(word: str, span: Span | None) -> str:
    """Help for a layer that needs a label. In ``x * param([8]) as scale`` the label names the
    product, not the parameter."""
    after = span.source.text[span.end :] if span else ""
    label = re.match(r"[ \t]*as[ \t]+(\w+)", after)
    if label is None:
        return f"`{word}(...) as name`"
    return f"`as {label[1]}` names everything before it: write `({word}(...) as {label[1]})`"


OPEN_WEIGHT: Final = (
    "weights are made before the network runs, and inputs of every size use the same weights"
)


def open_weight_help(
    layer: Layer, word: str, x: TensorType | None, names: Sequence[str]
) -> list[str]:
    """Help for a weight as large as an axis without a number: a step was likely forgotten."""
    if x is None or x.rank < 2:
        return ["give the size a number"]
    number = "give the size a number in the input's shape, or with `--input`"
    if "N" in names:
        sizes = ", ".join(str(d) if isinstance(d, int) else "..." for d in x.shape[1:])
        return [f"keep the batch as the first axis, and write -1 for it: `reshape(-1, {sizes})`"]
    if x.rank == 3 and isinstance(x.shape[2], int) and layer.category in ("conv", "norm"):
        return [f"`transpose(1, 2) > {word}`: {word} takes [N, channels, T]", number]
    if isinstance(x.shape[-1], Size):
        return ["`mean(1)`, `last` or `gap` before it removes the axis", number]
    return [number]


def producers(tensors: Sequence[Tensor], place: Span) -> list[Label]:
    """Labels with the shapes of tensors, at the places that made them."""
    labels: dict[tuple[int, int], Label] = {}
    for tensor in tensors:
        span = _origin_span(tensor)
        if span is not None and tensor.type is not None and not span.overlaps(place):
            labels.setdefault((span.start, span.end), Label(span, str(tensor.type)))
    return list(labels.values())


def _origin_span(tensor: Tensor) -> Span | None:
    """The place of the layer, inside a group too; of a block, the place of its call."""
    draft = tensor.draft
    while draft.child is not None and draft.child.kind == "group" and draft.results:
        draft = draft.results[min(tensor.index, len(draft.results) - 1)].draft
    return draft.span
