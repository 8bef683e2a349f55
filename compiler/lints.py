"""Warnings: what is not wrong and probably not meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic

if TYPE_CHECKING:
    from .elaborate.program import Program


def lint(tree: syntax.File, program: Program) -> list[Diagnostic]:
    return [*_assumptions(program)]


def _assumptions(program: Program) -> list[Diagnostic]:
    """Sizes that are equal for some inputs only."""
    found: dict[tuple[int, int], Diagnostic] = {}
    for a, b, span in program.assumptions:
        found.setdefault(
            (span.start, span.end),
            Diagnostic(
                "W502", f"this holds only where {a} equals {b}", span, severity="warning",
                help=("`--input` with the real size decides it",),
            ),
        )  # fmt: skip
    return list(found.values())
