"""Findings for programs: one JSON document. Lines and columns count from 1, ends are exclusive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .grammar.diagnostics import Diagnostic, Fix
from .grammar.printable import json_text
from .grammar.source import Span
from .terminal import Terminal

VERSION = 1


def report(diagnostics: Sequence[Diagnostic], files: Sequence[str], terminal: Terminal) -> str:  # noqa: ARG001 - one form for all reports
    document = {"version": VERSION, "diagnostics": [as_dict(d) for d in diagnostics]}
    return json_text(document) + "\n"


def as_dict(d: Diagnostic) -> dict[str, Any]:
    return {
        "code": d.code,
        "severity": d.severity,
        "message": d.message,
        "detail": d.detail,
        **_place(d.span),
        "labels": [{**_place(label.span), "message": label.text} for label in d.labels],
        "notes": list(d.notes),
        "help": list(d.help),
        "fix": _fix(d.fix),
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {
        "title": fix.title,
        "edits": [{**_place(e.span), "text": e.text} for e in fix.edits],
    }
