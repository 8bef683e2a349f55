"""Open sizes that PyTorch takes only from, or up to, a number."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic
from ..declared import CODE, unmet
from ._net import Net

__all__ = ["CODE", "in_net"]


def in_net(net: Net) -> Iterator[Diagnostic]:
    outcome = net.outcome
    return unmet(outcome.least, outcome.declared, outcome.equal)
