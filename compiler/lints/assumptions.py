"""Sizes that are equal for some inputs only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..dims import Dim
from ._net import Net

if TYPE_CHECKING:
    from ..conditions import Condition

CODE = "W502"


def in_net(net: Net) -> Iterator[Diagnostic]:
    if not net.outcome.equal:
        return
    from ..conditions import equality, together
    from ..declared import surely_equal

    found: dict[Span, list[tuple[Dim, Dim]]] = {}
    for a, b, span in net.outcome.equal:
        if not surely_equal(a, b, net.outcome.declared):
            found.setdefault(span, []).append((a, b))
    said: set[Condition] = set()
    for span, pairs in found.items():
        conditions = [c for a, b in pairs for c in equality(a, b)]
        if not said.issuperset(conditions):
            yield _warning(span, pairs, together(conditions))
        said.update(conditions)


def _warning(span: Span, pairs: list[tuple[Dim, Dim]], conditions: list[Condition]) -> Diagnostic:
    a, b = pairs[0]
    required = [c.required() for c in conditions]
    help = [f"`require {' and '.join(required)}` says that it is so"] if all(required) else []
    return Diagnostic(
        CODE,
        ", and ".join(c.must() for c in conditions),
        span,
        severity="warning",
        detail=f"else {a} and {b} differ",
        help=(*help, "`--input` with the real size decides it"),
    )
