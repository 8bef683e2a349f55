"""Makes the repairs that are sure: each was tried, and no other one was likely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ..grammar.diagnostics import Diagnostic, Edit
from ..grammar.record import Record
from ..grammar.source import Source
from ..grammar.trial import Trial, source_of
from .trials import are_apart

MOST_ROUNDS: Final = 20
"""How often a text is repaired and checked again: a repair may show the next mistake."""


class Fixed(Record):
    """A text after its repairs, the findings that these have mended, in the order in which they
    were, and those that are left."""

    source: Source
    made: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def fixed(source: Source, check: Callable[[Source], Sequence[Diagnostic]]) -> Fixed:
    """Repairs a text until nothing sure is left. ``check`` gives the findings of a text, with fixes
    that were tried."""
    made: list[Diagnostic] = []
    findings = check(source)
    for _ in range(MOST_ROUNDS):
        chosen = _sure(source, findings)
        if not chosen:
            break
        trial = Trial(source, _edits(chosen), check)
        if not all(f.fix and trial.mends(f, f.fix) for f in chosen):  # they were tried apart
            chosen = chosen[:1]
            trial = Trial(source, _edits(chosen), check)
        made += chosen
        source, findings = trial.repaired, trial.reported
    return Fixed(source, tuple(made), tuple(findings))


def _sure(source: Source, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors with a sure fix of this text, apart from one another. Warnings are left: the text
    compiles, and a repair would change what it means."""
    chosen: list[Diagnostic] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.sure or finding.severity != "error":
            continue
        if source_of(fix) is source and are_apart(fix.edits, _edits(chosen)):
            chosen.append(finding)
    return chosen


def _edits(findings: Iterable[Diagnostic]) -> list[Edit]:
    return [edit for finding in findings if finding.fix for edit in finding.fix.edits]
