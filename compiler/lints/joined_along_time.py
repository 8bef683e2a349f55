"""``[f, g] > concat`` of two sequences with one length: by default they are joined along time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ..builder import Draft
from ._layouts import MaybeLayout
from ._subjects import Net

CODE = "W507"


def in_net(net: Net) -> Iterator[Diagnostic]:
    reported: set[Span] = set()
    for draft, layouts in net.layouts.joined:
        span = draft.span
        if span is None or span in reported or not _may_be_meant_otherwise(draft, layouts):
            continue
        reported.add(span)
        last = draft.takes[0].rank - 1
        fixed = f"concat(dim={last})"
        yield Diagnostic(
            CODE,
            "this joins the sequences along time",
            span,
            severity="warning",
            detail=f"{' and '.join(map(str, draft.takes))} become {draft.types[0]}",
            help=(f"`{fixed}` joins their features; `concat(dim=1)` says that time is meant",),
            fix=Fix(f"write `{fixed}`", (Edit(span, fixed),)),
        )


def _may_be_meant_otherwise(draft: Draft, layouts: Sequence[MaybeLayout]) -> bool:
    """Whether the axis is not written, the features of all are on the last axis, and they could be
    joined along it."""
    bare = draft.span is not None and draft.span.text == "concat"
    if not bare or len(layouts) < 2 or getattr(draft.layer, "dim", 1) != 1:
        return False
    sequences = all(layout is not None and layout.axis == "last" for layout in layouts)
    first = draft.takes[0]
    return sequences and all(
        t.rank == first.rank >= 3 and t.shape[:-1] == first.shape[:-1] for t in draft.takes
    )
