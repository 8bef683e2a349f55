"""Sizes that must be equal, and are equal only for some inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..dims import Dim
from ._subjects import Net

if TYPE_CHECKING:
    from ..conditions import Condition

CODE = "W502"


def in_net(net: Net) -> Iterator[Diagnostic]:
    if not net.outcome.equal:
        return
    from ..conditions import equality, together
    from ..declared import surely_equal

    pairs_by_place: dict[Span, list[tuple[Dim, Dim]]] = {}
    for a, b, span in net.outcome.equal:
        if not surely_equal(a, b, net.outcome.declared):
            pairs_by_place.setdefault(span, []).append((a, b))
    reported: set[Condition] = set()
    for span, pairs in pairs_by_place.items():
        conditions = [c for a, b in pairs for c in equality(a, b)]
        if not reported.issuperset(conditions):
            yield _warning(span, pairs, together(conditions))
        reported.update(conditions)


def _warning(span: Span, pairs: list[tuple[Dim, Dim]], conditions: list[Condition]) -> Diagnostic:
    a, b = pairs[0]
    required = [c.required() for c in conditions]
    help = [f"`require {' and '.join(required)}` declares it"] if all(required) else []
    return Diagnostic(
        CODE,
        ", and ".join(c.must() for c in conditions),
        span,
        severity="warning",
        detail=f"otherwise {a} and {b} differ",
        help=(*help, "`--input` with the real size decides it"),
    )
