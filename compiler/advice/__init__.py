"""The wording of errors, one file for each phase: a function takes plain values and returns a
Diagnostic that says what is wrong and what to do.

These functions decide nothing and know nothing of the elaboration: the caller has decided that
there is an error. A file is imported when one of its errors is needed first:
``advice.names.not_known(...)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...grammar.diagnostics import Diagnostic, Fix, Label
from ...grammar.source import Span

if TYPE_CHECKING:
    from . import (
        arguments,
        blocks,
        bounds,
        calls,
        externs,
        files,
        foreign,
        foreign_calls,
        foreign_names,
        labels,
        layers,
        lists,
        names,
        operators,
        pipes,
        scans,
        shapes,
        sizes,
        statements,
    )

__all__ = [
    "arguments",
    "blocks",
    "bounds",
    "calls",
    "error",
    "externs",
    "files",
    "foreign",
    "foreign_calls",
    "foreign_names",
    "labels",
    "layers",
    "lists",
    "names",
    "operators",
    "pipes",
    "scans",
    "shapes",
    "sizes",
    "statements",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def error(
    code: str,
    message: str,
    span: Span | None,
    *,
    detail: str = "",
    labels: Sequence[Label] = (),
    notes: Sequence[str] = (),
    help: str | Sequence[str] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    """An error; empty helps are left out."""
    helps = (help,) if isinstance(help, str) else help
    written = tuple(h for h in helps if h)
    return Diagnostic(code, message, span, detail, tuple(labels), tuple(notes), written, fix)
