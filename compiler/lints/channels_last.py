"""``input(224x224x3)``: an image is [C, H, W] here. This warning is also given beside errors,
since it is often their cause."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ..builder import Draft
from ._layouts import channels_last
from ._subjects import Net

CODE = "W506"
_SIZES = r"(\d+)([ \t]*[x,][ \t]*)(\d+)([ \t]*[x,][ \t]*)([134])\b"


def in_net(net: Net) -> Iterator[Diagnostic]:
    readings = net.layouts.readings.values()
    declared = {r.layout.span for r in readings if r.layout.word == "input"}
    yield from (_warning(d) for d in net.outcome.root.inputs if d.span in declared)


def in_failed_net(net: Net) -> Iterator[Diagnostic]:
    """Inputs of nodes that failed: these may expect [N, C, H, W]."""
    failed = {t.draft for d in net.drafts if d.failed for t in d.inputs}
    inputs = [d for d in net.outcome.root.inputs if d.types[0] and channels_last(d.types[0])]
    warnings = list(in_net(net))
    yield from warnings or (_warning(d) for d in inputs if d in failed)


def _warning(draft: Draft) -> Diagnostic:
    kind = draft.types[0]
    assert kind is not None
    height, width, channels = kind.shape[1:]
    right = f"{channels}x{height}x{width}"
    fix = _fix(draft.span) if draft.span else None
    return Diagnostic(
        CODE,
        "this input has its channels last",
        draft.span,
        severity="warning",
        detail=f"{kind}: {height} channels of {width}x{channels}",
        notes=("images are [N, C, H, W], as in PyTorch",),
        help=(
            f"`{right}` has {channels} channels of {height}x{width}",
            "or bring them to axis 1: `permute(0, 3, 1, 2)`",
        ),
        fix=fix,
    )


def _fix(span: Span) -> Fix | None:
    sizes = re.search(_SIZES, span.text)
    if sizes is None:
        return None
    height, first, width, second, channels = sizes.groups()
    text = f"{channels}{first}{height}{second}{width}"
    place = Span(span.source, span.start + sizes.start(), span.start + sizes.end())
    return Fix(f"write `{text}`", (Edit(place, text),))
