"""``bn(momentum=0.99)``: PyTorch's momentum is the weight of the new batch, Keras' of the old."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ...grammar.wording import counted
from ..builder import Draft
from ._net import Net

CODE = "W517"
MOST = 0.5
"""Above it the last batch weighs more than all before it."""


def in_net(net: Net) -> Iterator[Diagnostic]:
    """Each momentum once: it may come from one ``default`` for many layers."""
    found: dict[float, list[Draft]] = {}
    for draft in net.drafts:
        if draft.layer is not None and draft.layer.category == "norm" and draft.layer.effects():
            momentum = getattr(draft.layer, "momentum", None)
            if momentum is not None and momentum > MOST:
                found.setdefault(momentum, []).append(draft)
    for momentum, drafts in found.items():
        yield _said(momentum, drafts)


def _said(momentum: float, drafts: list[Draft]) -> Diagnostic:
    others = len({d.span for d in drafts}) - 1
    notes = ["it is the weight of the newest batch, as in PyTorch; the default is 0.1"]
    notes += [f"so it is at {counted(others, 'other place')} of this net"] if others else []
    help = f"`momentum={_other(momentum)}` is what Keras and TensorFlow call {momentum:g}"
    return Diagnostic(
        CODE,
        f"`momentum={momentum:g}` keeps little but the newest batch in the running averages",
        drafts[0].span,
        severity="warning",
        notes=tuple(notes),
        help=(help,) if momentum < 1 else (),
    )


def _other(momentum: float) -> str:
    """What is left of 1, without the noise of binary fractions."""
    return f"{round(1 - momentum, 10):g}"
