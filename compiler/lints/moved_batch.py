"""``reshape([6, -1])``: the batch is no longer the first axis, so the examples get mixed."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..builder import Draft
from ..dims import symbol, symbols
from ._subjects import Net

CODE = "W515"


def in_net(net: Net) -> Iterator[Diagnostic]:
    for draft in net.of("reshape"):
        if _moves_the_batch(draft):
            yield Diagnostic(
                CODE,
                "this reshape mixes the examples of a batch",
                draft.span,
                severity="warning",
                detail=f"{draft.takes[0]} becomes {draft.types[0]}",
                notes=("`reshape` takes the numbers in order, one example after another",),
                help=(
                    "keep the batch as the first axis, and write -1 for it: `reshape(-1, ...)`",
                    "`permute` and `transpose` move axes without mixing",
                ),
            )


def _moves_the_batch(draft: Draft) -> bool:
    made = draft.types[0] if draft.types else None
    if made is None or not made.shape:
        return False
    takes = draft.takes[0].shape
    first, *others = ("N" in symbols(size) for size in made.shape)
    return bool(takes) and takes[0] == symbol("N") and not first and any(others)
