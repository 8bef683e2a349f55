"""``bn(momentum=0.99)``: in PyTorch the momentum is the weight of the new batch, in Keras it is the
weight of the old average."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ...grammar.wording import counted
from ..builder import Draft
from ._subjects import Net

CODE = "W517"
MOST = 0.5
"""Above it the last batch weighs more than all before it."""


def in_net(net: Net) -> Iterator[Diagnostic]:
    """One warning for each momentum: one ``default`` may set it for many layers."""
    drafts_by_momentum: dict[float, list[Draft]] = {}
    for draft in net.drafts:
        if draft.layer is not None and draft.layer.category == "norm" and draft.layer.effects():
            momentum = getattr(draft.layer, "momentum", None)
            if momentum is not None and momentum > MOST:
                drafts_by_momentum.setdefault(momentum, []).append(draft)
    for momentum, drafts in drafts_by_momentum.items():
        yield _warning(momentum, drafts)


def _warning(momentum: float, drafts: list[Draft]) -> Diagnostic:
    others = len({d.span for d in drafts}) - 1
    notes = ["it is the weight of the newest batch, as in PyTorch; the default is 0.1"]
    notes += [f"it is the same at {counted(others, 'other place')} of this net"] if others else []
    help = f"`momentum={_other(momentum)}` is what Keras and TensorFlow call {momentum:g}"
    return Diagnostic(
        CODE,
        f"`momentum={momentum:g}` makes the running averages follow almost only the newest batch",
        drafts[0].span,
        severity="warning",
        notes=tuple(notes),
        help=(help,) if momentum < 1 else (),
    )


def _other(momentum: float) -> str:
    """``1 - momentum``, rounded so that no binary fraction shows."""
    return f"{round(1 - momentum, 10):g}"
