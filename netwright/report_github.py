"""Findings as GitHub workflow commands, which show them beside the lines of a pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .grammar.diagnostics import Diagnostic
from .grammar.printable import printable
from .terminal import Terminal

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report(diagnostics: Sequence[Diagnostic], files: Sequence[str], terminal: Terminal) -> str:  # noqa: ARG001 - one form for all reports
    return "".join(f"{_command(d)}\n" for d in diagnostics)


def _command(d: Diagnostic) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(d))
    words = _data("\n".join(_words(d)))
    return printable(f"::{_COMMANDS[d.severity]} {properties}::{words}")


def _properties(d: Diagnostic) -> Iterator[tuple[str, str]]:
    if d.span:
        yield "file", d.span.source.name
        yield "line", str(d.span.line)
        yield "col", str(d.span.column)
    yield "title", f"{d.code}: {d.message}"


def _words(d: Diagnostic) -> Iterator[str]:
    yield d.message
    if d.detail:
        yield d.detail
    for label in d.labels:
        place = f"{label.span.source.name}:{label.span.line}:{label.span.column}"
        yield f"{place}: {label.text}" if label.text else place
    yield from (f"note: {note}" for note in d.notes)
    titles = () if d.help or d.fix is None else (d.fix.title,)
    yield from (f"help: {help}" for help in (*d.help, *titles))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
