"""Open sizes for which the net runs only from, or up to, some number."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ._subjects import Net

CODE = "W520"


def in_net(net: Net) -> Iterator[Diagnostic]:
    outcome = net.outcome
    if not outcome.least:
        return
    from ..declared import unmet

    yield from unmet(outcome.least, outcome.declared, outcome.equal)
