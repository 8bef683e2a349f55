"""A fix is offered only after it was tried: it is made, and the changed text is checked."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Final, Protocol

from ..grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ..grammar.record import Record
from ..grammar.source import Source
from ..grammar.trial import Check, Trial, source_of

MAX_TRIAL_WORK: Final = 120_000
"""The work for all fixes of a text together, in characters that are read and steps that are taken
again. A fix that would need more is not tried."""
FINDING_WORK: Final = 500
"""The work to make one finding, in the same measure."""
MAX_CHOICE_WORK: Final = 100_000
"""The work to choose among several fixes of one error."""
ENOUGH_STEPS: Final = 12_000
"""After this many steps no further net is checked to choose among fixes."""


class Enough(Record):
    """How much of a changed text is checked: first the net around ``at``, then others until there
    are this many errors or steps."""

    at: int
    errors: int
    steps: int = ENOUGH_STEPS


class Again(Protocol):
    """Checks a changed text: its findings, and the steps that the check took."""

    def __call__(
        self, source: Source, enough: Enough | None = None, /
    ) -> tuple[Iterable[Diagnostic], int]: ...


def tried(
    findings: Sequence[Diagnostic], files: Container[str], steps: int, again: Again
) -> tuple[Diagnostic, ...]:
    """The findings, each with its first fix that works. A fix that cannot be tried is not offered:
    it needs too much work, or changes another file. ``steps`` is what the first check took; the
    next is likely to take as many."""
    trials = _Trials(files, steps, again)
    findings = trials.settled(findings)
    good = trials.together(f for f in findings if not f.others)
    return tuple(f if f.fix is None or f in good else trials.repaired(f) for f in findings)


class _Trials:
    def __init__(self, files: Container[str], steps: int, again: Again) -> None:
        self.files = files
        self.steps = steps
        self.again = again
        self.work = 0
        self.made: dict[Source, list[Edit]] = {}
        """The edits of fixes that work: other fixes are tried on top of them."""

    def settled(self, findings: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
        """A finding with several likely fixes gets the one that leaves the fewest errors. Errors
        that disappear with it were consequences."""
        for finding in findings:
            if not finding.others:
                continue
            best = self._best(finding, [f for f in findings if f.severity == "error"])
            if best is None:
                continue
            fix, trial = best[0].replace(sure=False), best[1]
            kept = [f for f in findings if f is finding or trial.still_reports(f)]
            chosen = finding.replace(fix=fix, others=(), help=_helps(finding, fix))
            chosen = _beside(chosen, fix)
            return [chosen if f is finding else f for f in kept]
        return findings

    def _best(self, finding: Diagnostic, errors: Sequence[Diagnostic]) -> tuple[Fix, Trial] | None:
        """The first fix of a finding that leaves no error, else the one that leaves the fewest."""
        best: tuple[Fix, Trial] | None = None
        fewest = len(errors)
        for fix in (finding.fix, *finding.others):
            source = source_of(fix) if fix and self.can_be_tried(fix) else None
            if fix is None or source is None or self.work > MAX_CHOICE_WORK:
                continue
            trial = Trial(source, fix.edits, self._until(fix, fewest))
            left = sum(f.severity == "error" for f in trial.findings)
            old = sum(map(trial.still_reports, errors))
            if left < fewest and left <= old:
                best, fewest = (fix, trial), left
            if not left:
                break
        return best

    def _until(self, fix: Fix, errors: int) -> Check:
        enough = Enough(min(edit.span.start for edit in fix.edits), errors)
        return lambda source: self.check(source, enough)

    def together(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings whose first fixes work when all fixes are made at once: often all of
        them."""
        good: list[Diagnostic] = []
        for source, those in self._by_source(findings).items():
            trial = Trial(source, _edits(those), self.check)
            mended = [f for f in those if f.fix and trial.mends(f, f.fix)]
            self.made[source] = _edits(mended)
            good += mended
        return good

    def _by_source(self, findings: Iterable[Diagnostic]) -> dict[Source, list[Diagnostic]]:
        """Findings with a fix by text, in the order of the text, each apart from the others."""
        by_source: dict[Source, list[Diagnostic]] = {}
        fixed = [(*_extent(f.fix), f) for f in findings if f.fix and self.can_be_tried(f.fix)]
        for source, _, _, finding in sorted(fixed, key=lambda item: item[2]):
            earlier = by_source.setdefault(source, [])
            if are_apart(_edits([finding]), _edits(earlier)):
                earlier.append(finding)
        return by_source

    def repaired(self, finding: Diagnostic) -> Diagnostic:
        """The finding with a fix that works, or with none."""
        likely = (fix for fix in (finding.fix, *finding.others) if fix)
        fix = next((fix for fix in likely if self.mends(finding, fix)), None)
        if fix is not None and finding.others:
            fix = fix.replace(sure=False)
        return finding.replace(fix=fix, help=_helps(finding, fix), others=())

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
        return self.work + len(source.text) + self.steps <= MAX_TRIAL_WORK

    def check(self, source: Source, enough: Enough | None = None) -> Iterable[Diagnostic]:
        diagnostics, steps = self.again(source, enough)
        findings = list(diagnostics)
        self.work += len(source.text) + steps + FINDING_WORK * len(findings)
        return findings


def _beside(finding: Diagnostic, fix: Fix) -> Diagnostic:
    """A finding moves to the place of its fix: a wrong bracket is often noticed lines later."""
    at, span = fix.edits[0].span, finding.span
    if span is None or span.source is not at.source or abs(span.line - at.line) <= 1:
        return finding
    noticed = Label(span, finding.message)
    if at.text:
        message = f"`{at.text}` does not fit here"
        return finding.replace(code="E101", message=message, span=at, detail="", labels=(noticed,))
    message = f"`{fix.edits[0].text.strip()}` is missing"
    return finding.replace(message=message, span=at, detail="here", labels=(noticed,))


def _helps(finding: Diagnostic, fix: Fix | None) -> tuple[str, ...]:
    """The helps, without one that says the same as a fix that is not offered."""
    if fix is not None and finding.fix is not None and fix.edits == finding.fix.edits:
        return finding.help
    return tuple(h for h in finding.help if finding.fix is None or h != finding.fix.title)


def are_apart(edits: Iterable[Edit], others: Sequence[Edit]) -> bool:
    """Whether none of the edits touches one of the others."""
    return all(
        e.span.end < o.span.start or o.span.end < e.span.start for e in edits for o in others
    )


def _edits(findings: Iterable[Diagnostic]) -> list[Edit]:
    return [edit for finding in findings if finding.fix for edit in finding.fix.edits]


def _extent(fix: Fix) -> tuple[Source, int, int]:
    """The text of a fix, the start of its first edit and the end of its last one."""
    spans = [edit.span for edit in fix.edits]
    return spans[0].source, min(s.start for s in spans), max(s.end for s in spans)
