"""No repair is offered that was not tried: it is made, and the text is checked again."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Final, TypeAlias

from ..grammar.diagnostics import Diagnostic, Edit, Fix
from ..grammar.source import Source
from ..grammar.trial import Trial, source_of

MAX_TRIAL_WORK: Final = 300_000
"""Characters read again and steps taken again, for all repairs of a text together."""

Again: TypeAlias = Callable[[Source], tuple[Iterable[Diagnostic], int]]
"""What a changed text is found to be, and the steps that took."""


def tried(
    findings: Sequence[Diagnostic], files: Container[str], again: Again
) -> tuple[Diagnostic, ...]:
    """The findings, each with the first of its repairs that mends. What cannot be tried is not
    offered: there is too much of it, or it stands outside of these files."""
    trials = _Trials(files, again)
    good = trials.together(findings)
    return tuple(f if f.fix is None or f in good else trials.repaired(f) for f in findings)


class _Trials:
    def __init__(self, files: Container[str], again: Again) -> None:
        self.files = files
        self.again = again
        self.work = 0
        self.made: dict[Source, list[Edit]] = {}
        """The edits of repairs that mend: others are tried on top of them."""

    def together(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Those whose first repairs mend when all that can be are made at once: often that is
        all of them."""
        good: list[Diagnostic] = []
        for source, those in self._by_source(findings).items():
            trial = Trial(source, _edits(those), self.check)
            mended = [f for f in those if f.fix and trial.mends(f, f.fix)]
            self.made[source] = _edits(mended)
            good += mended
        return good

    def _by_source(self, findings: Iterable[Diagnostic]) -> dict[Source, list[Diagnostic]]:
        """Findings with a repair, each apart from those before it in the text."""
        found: dict[Source, list[Diagnostic]] = {}
        ends: dict[Source, int] = {}
        fixed = [(*_extent(f.fix), f) for f in findings if f.fix and self.can_be_tried(f.fix)]
        for source, start, end, finding in sorted(fixed, key=lambda item: item[1]):
            if start > ends.get(source, -1):
                found.setdefault(source, []).append(finding)
                ends[source] = end
        return found

    def repaired(self, finding: Diagnostic) -> Diagnostic:
        """The finding with a repair that mends, or with none."""
        likely = (fix for fix in (finding.fix, *finding.others) if fix)
        fix = next((fix for fix in likely if self.mends(finding, fix)), None)
        if fix is finding.fix:
            return finding
        help = tuple(h for h in finding.help if finding.fix is None or h != finding.fix.title)
        return finding.replace(fix=fix, help=help, others=())

    def mends(self, finding: Diagnostic, fix: Fix) -> bool:
        if not self.can_be_tried(fix):
            return False
        source, start, end = _extent(fix)
        others = (e for e in self.made.get(source, ()) if e.span.end < start or end < e.span.start)
        return Trial(source, [*others, *fix.edits], self.check).mends(finding, fix)

    def can_be_tried(self, fix: Fix) -> bool:
        source = source_of(fix)
        if source is None or source.name not in self.files:
            return False
        return self.work + len(source.text) <= MAX_TRIAL_WORK

    def check(self, source: Source) -> Iterable[Diagnostic]:
        findings, steps = self.again(source)
        self.work += len(source.text) + steps
        return findings


def _edits(findings: Iterable[Diagnostic]) -> list[Edit]:
    return [edit for finding in findings if finding.fix for edit in finding.fix.edits]


def _extent(fix: Fix) -> tuple[Source, int, int]:
    """Its text, and where its first edit starts and its last one ends."""
    spans = [edit.span for edit in fix.edits]
    return spans[0].source, min(s.start for s in spans), max(s.end for s in spans)
