"""Errors of the PyTorch backend."""

from __future__ import annotations

from ...compiler import reserved
from ...compiler.layer import Refused
from ...grammar.diagnostics import CompileError, Diagnostic
from ...grammar.source import Span


def refusal(refused: Refused, span: Span | None) -> CompileError:
    """The error for a layer that cannot be lowered, at its place."""
    return CompileError(
        [
            Diagnostic(
                refused.code,
                refused.message,
                span,
                refused.detail,
                notes=refused.notes,
                help=refused.help,
            )
        ]
    )


def failure(code: str, message: str, span: Span | None, help: str = "") -> CompileError:
    return CompileError([Diagnostic(code, message, span, help=(help,) if help else ())])


def reserved_name(name: str, span: Span | None) -> CompileError:
    message, help = reserved.refusal(name)
    return failure("E221", message, span, help)
