"""A net that ends in ``softmax``, while ``cross_entropy`` takes the input of the softmax. This is a
note: the author may want probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..builder import Draft
from ._subjects import Net, made_by

CODE = "W513"


def in_net(net: Net) -> Iterator[Diagnostic]:
    spans = {d.span: d for _, t in net.outcome.outputs if _ends_in_softmax(d := made_by(t))}
    for span in spans:
        yield Diagnostic(
            CODE,
            "this net returns probabilities",
            span,
            severity="note",
            notes=(
                "PyTorch's `cross_entropy` takes the numbers before the softmax, and trains "
                "badly on probabilities",
            ),
            help=("leave it out for training with `cross_entropy`",),
        )


def _ends_in_softmax(draft: Draft) -> bool:
    layer = draft.layer
    if layer is None or layer.role != "softmax" or not draft.takes:
        return False
    rank, dim = draft.takes[0].rank, getattr(layer, "dim", 1)
    scores = made_by(draft.inputs[0]).layer
    classifies = scores is not None and scores.category in ("linear", "conv", "pool")
    return classifies and rank >= 2 and dim in (1, -1, rank - 1)
