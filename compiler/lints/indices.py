"""``argmax(1) > embed(5, 8)`` on an axis of 10: only some inputs give indices without a row."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..builder import Draft
from ..elaborate.tensors import made_by
from ..layer import Layer, Refused
from ._subjects import Net

CODE = "W519"


def in_net(net: Net) -> Iterator[Diagnostic]:
    for draft in net.drafts:
        refusal = _refusal(draft)
        if refusal is not None:
            yield Diagnostic(
                CODE,
                f"some inputs give indices that do not exist: {refusal.message}",
                draft.span,
                severity="warning",
                notes=("then PyTorch stops with an error",),
                help=refusal.help,
            )


def _refusal(draft: Draft) -> Refused | None:
    """Why a layer would refuse the largest indices that its inputs can hold."""
    layer = draft.layer
    if layer is None or type(layer).suit is Layer.suit or draft.scan is not None:
        return None
    made = [how.possible() if how is not None else None for how in map(made_by, draft.inputs)]
    piped = draft.takes[: len(draft.takes) - len(layer.tensors())]
    try:
        layer.suit(made, *piped)
    except Refused as refusal:
        return refusal
    return None
