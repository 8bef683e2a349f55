"""What the compiler says, a file to each phase: from plain values to a finding, with what to do.

These functions decide nothing and know nothing of the elaboration. Who calls one has decided. Their
files are not read before something is to be said: ``advice.names.not_known(...)``.
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
    if name.startswith("_"):
        raise AttributeError(name)
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
    """A finding of which some parts may be empty."""
    helps = (help,) if isinstance(help, str) else help
    told = tuple(h for h in helps if h)
    return Diagnostic(code, message, span, detail, tuple(labels), tuple(notes), told, fix)
