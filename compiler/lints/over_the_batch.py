"""``softmax(dim=0)``: over the batch, so that examples depend on one another."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..builder import Draft
from ..dims import symbol
from ._net import Net

CODE = "W512"


def in_net(net: Net) -> Iterator[Diagnostic]:
    for draft in net.drafts:
        if draft.layer is not None and draft.layer.mixes and _is_over_the_batch(draft):
            word, last = draft.layer.word, draft.takes[0].rank - 1
            yield Diagnostic(
                CODE, f"`{word}(dim=0)` goes over the batch", draft.span, severity="warning",
                detail=f"on {draft.takes[0]} it mixes the examples",
                notes=("`dim` counts as in PyTorch: 0 is the batch",),
                help=(f"`{word}(dim={last})` goes over the last axis",) if last else (),
            )  # fmt: skip


def _is_over_the_batch(draft: Draft) -> bool:
    if not draft.takes or draft.scan is not None:
        return False
    shape, dim, batch = draft.takes[0].shape, getattr(draft.layer, "dim", None), symbol("N")
    first = bool(shape) and dim in (0, -len(shape)) and shape[0] == batch
    return first and batch not in shape[1:]
