"""Diagnostics: errors and warnings as values. Every phase makes them; ``report_*.py`` prints them.

Codes by phase: E1xx syntax, E2xx names and arguments, E3xx shapes and types, E4xx backends,
W5xx lints. Every code has a page for ``netwright explain``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from .printable import printable
from .record import Record, field
from .source import Span

WRONG_OPTION: Final = "E220"
"""The command line, or a call from Python, names something that the text does not have."""
MAX_ERRORS: Final = 100
"""The most errors that are reported for one text."""

Severity = Literal["error", "warning", "note"]


class Label(Record):
    """A further place: the layer that produced a shape, or a block call that led there.

    ``block`` is the name of the block if the place is a call of it.
    """

    span: Span
    text: str
    block: str = ""


class Edit(Record):
    """Replace the text of a span."""

    span: Span
    text: str


class Fix(Record):
    """A likely repair, in words and as edits. It is ``sure`` if no other repair was likely too."""

    title: str
    edits: tuple[Edit, ...] = ()
    sure: bool = True


class Diagnostic(Record):
    """One finding: an error, a warning or a note.

    ``message`` is the headline, ``detail`` the text under the caret, ``labels`` are further places,
    ``notes`` say why, ``help`` says what to do, ``fix`` is a likely repair, ``others`` are repairs
    to try if that one does not mend the text (see ``trial.py``). ``unknown`` is the name that the
    finding is about, if nothing defines it.
    """

    code: str
    message: str
    span: Span | None = None
    detail: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    fix: Fix | None = None
    severity: Severity = "error"
    others: tuple[Fix, ...] = field(default=(), compare=False)
    unknown: str = ""


class CompileError(Exception):
    """The text does not compile. ``diagnostics`` holds every finding.

    It is raised at the public boundary only. ``partial`` is the network up to the errors, which can
    be drawn, or None; ``rendered`` are the findings as a terminal shows them, if they were
    rendered.
    """

    partial: Any = None
    rendered: tuple[str, ...] = ()

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(_headline(d) for d in self.diagnostics))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: lines of the spec, in place of lines of the compiler."""
        return list(self.rendered or (str(self),))


def _headline(d: Diagnostic) -> str:
    place = f"{d.span.source.name}:{d.span.line}:{d.span.column}: " if d.span else ""
    return printable(f"{place}{d.severity}[{d.code}]: {d.message}")
