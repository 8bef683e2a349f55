"""Tries repairs: a repair is made, and the repaired text is checked.

A fix is offered only if a trial showed that it mends the text::

    fix = first_that_mends(finding, candidates, lambda source: parse(source)[1])
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeAlias

from .diagnostics import Diagnostic, Edit, Fix
from .source import Source, Span

Check: TypeAlias = Callable[[Source], Iterable[Diagnostic]]
"""Returns the findings of a text: those of the parser, or those of the compiler."""


def first_that_mends(finding: Diagnostic, fixes: Iterable[Fix], check: Check) -> Fix | None:
    """The first of these repairs that mends the text, or None if none does."""
    return next((fix for fix in fixes if mends(finding, fix, check)), None)


def mends(finding: Diagnostic, fix: Fix, check: Check) -> bool:
    """Whether a repair mends: there is no error in the text that it writes, and none around the
    place where the finding began. Errors elsewhere do not count, old or new."""
    source = source_of(fix)
    return source is not None and Trial(source, fix.edits, check).mends(finding, fix)


def source_of(fix: Fix) -> Source | None:
    """The text that a fix changes, or None if it changes several."""
    sources = {edit.span.source for edit in fix.edits}
    return sources.pop() if len(sources) == 1 else None


def applied(source: Source, edits: Iterable[Edit]) -> Source:
    """The source after the edits, with the same name."""
    text = source.text
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return Source(source.name, text)


class Trial:
    """A text after the edits of one or more fixes, and its findings."""

    def __init__(self, source: Source, edits: Sequence[Edit], check: Check) -> None:
        self.source = source
        self.edits = sorted(edits, key=lambda e: (e.span.start, e.span.end))
        self.ends = [e.span.end for e in self.edits]
        longer = (len(e.text) - (e.span.end - e.span.start) for e in self.edits)
        self.longer = [0, *accumulate(longer)]
        """How much longer the text is after the first edit, the first two, and so on."""
        self.repaired = applied(source, edits)
        self.reported = tuple(check(self.repaired))
        """All findings of the repaired text; ``findings`` are those that are in it."""
        self.findings = [f for f in self.reported if self._is_here(f)]

    def mends(self, finding: Diagnostic, fix: Fix) -> bool:
        """See the function ``mends``. The fix is one of those that were made here."""
        written, begins = self._written(fix), self._begins(finding)
        return not any(
            _speaks_of(other.span, written, begins)
            for other in self.findings
            if other.span and (other.severity == "error" or other.code == finding.code)
        )

    def still_reports(self, finding: Diagnostic) -> bool:
        """Whether the same finding is there at the same place. It is taken to be, if its place is
        not in this text."""
        span = finding.span
        if span is None or span.source is not self.source:
            return True
        start = self._moved(span.start)
        return any(
            f.code == finding.code and f.span and f.span.start == start for f in self.findings
        )

    def _is_here(self, finding: Diagnostic) -> bool:
        return finding.span is None or finding.span.source is self.repaired

    def _written(self, fix: Fix) -> list[Span]:
        """The places of a fix's new text."""
        starts = [(self._moved(edit.span.start), len(edit.text)) for edit in fix.edits]
        return [Span(self.repaired, start, start + length) for start, length in starts if length]

    def _begins(self, finding: Diagnostic) -> frozenset[int]:
        """The places where the text of a finding may begin now: with the text that was inserted
        there, and after it."""
        span = finding.span
        if span is None or span.source is not self.source:
            return frozenset()
        start = self._moved(span.start)
        inserted = (e for e in self.edits if e.span.start == e.span.end == span.start)
        return frozenset({start, start + sum(len(e.text) for e in inserted)})

    def _moved(self, offset: int) -> int:
        """The new offset of an offset. The start of a replaced text stays its start."""
        count = bisect_right(self.ends, offset)
        while count and self.edits[count - 1].span.start >= offset:
            count -= 1
        return offset + self.longer[count]


def _speaks_of(span: Span, written: Iterable[Span], begins: frozenset[int]) -> bool:
    """Whether a finding is about the new text, or about the place where the old one began."""
    end = max(span.end, span.start + 1)
    if any(span.start <= place < end for place in begins):
        return True
    return any(new.start < end and span.start < new.end for new in written)
