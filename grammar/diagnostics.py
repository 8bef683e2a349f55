"""Errors as values: found by any phase, collected, rendered once by the face.

Codes by phase: E1xx syntax, E2xx names and arguments, E3xx shapes and types, E4xx backends,
W5xx lints. Every code has a page for ``netwright explain``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from .printable import printable
from .record import Record, field
from .source import Span

MAX_ERRORS: Final = 100
"""Of one text: the first so many say enough."""

Severity = Literal["error", "warning", "note"]


class Label(Record):
    """A secondary place: the layer that produced a shape, a block call on the way."""

    span: Span
    text: str


class Edit(Record):
    """Replace the text of a span."""

    span: Span
    text: str


class Fix(Record):
    """A likely repair, said in words and as edits."""

    title: str
    edits: tuple[Edit, ...] = ()


class Diagnostic(Record):
    """One finding.

    ``message`` is the headline, ``detail`` the words under the caret, ``labels`` the places that
    led there, ``notes`` the why, ``help`` what to do, ``fix`` the repair where one is likely,
    ``others`` what to try where that does not mend (see ``trial.py``).
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


class CompileError(Exception):
    """Raised at the public boundary only; ``diagnostics`` holds every finding.

    ``partial`` is what there is of the network up to the errors, to be drawn, or None; ``rendered``
    are the findings as a terminal shows them, where the face has seen to that.
    """

    partial: Any = None
    rendered: tuple[str, ...] = ()

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(_headline(d) for d in self.diagnostics))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the lines at fault instead of those of the compiler."""
        return list(self.rendered or (str(self),))


def _headline(d: Diagnostic) -> str:
    place = f"{d.span.source.name}:{d.span.line}:{d.span.column}: " if d.span else ""
    return printable(f"{place}{d.severity}[{d.code}]: {d.message}")
