"""Sizes that are equal for some inputs only."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..conditions import equality
from ..declared import surely_equal
from ._net import Net

CODE = "W502"


def in_net(net: Net) -> Iterator[Diagnostic]:
    found: dict[Span, tuple[object, ...]] = {}
    for a, b, span in net.program.assumptions:
        if surely_equal(a, b, net.program.declared):
            continue
        if span in found:
            continue
        found[span] = (a, b)
        yield Diagnostic(
            CODE, equality(a, b).must(), span, severity="warning",
            detail=f"else {a} and {b} differ",
            help=("`--input` with the real size decides it",),
        )  # fmt: skip
