"""Text to syntax."""

from __future__ import annotations

from . import syntax as s
from .build import Builder
from .diagnostics import Diagnostic
from .lalr import MisfitError, run
from .layout import layout
from .scanner import scan
from .source import Source


def parse(source: Source) -> tuple[s.File, tuple[Diagnostic, ...]]:
    """A file's statements that are sound, and what is wrong with the others."""
    span = source.span(0, len(source.text))
    builder = _builder(source)
    tokens = layout(scan(source.text))
    try:
        statements = run(tokens, "file", builder.actions)
    except MisfitError as misfit:
        at = tokens[min(misfit.index, len(tokens) - 1)]
        error = Diagnostic("E101", "unexpected", source.span(at.start, at.end))
        return s.File((), span=span), (error,)
    return s.File(statements, span=span), tuple(builder.diagnostics)


def parse_expression(source: Source) -> tuple[s.Expr | None, tuple[Diagnostic, ...]]:
    """A value from outside: ``64``, ``[2, 2]``, ``3x32x32``, ``basic``."""
    builder = _builder(source)
    return builder.interpolate(0, len(source.text)), tuple(builder.diagnostics)


def _builder(source: Source) -> Builder:
    def interpolate(start: int, end: int) -> s.Expr | None:
        tokens = layout(scan(source.text, start, end))
        try:
            expr: s.Expr = run(tokens, "expression", builder.actions)
        except MisfitError:
            span = source.span(start, end)
            builder.diagnostics.append(Diagnostic("E108", "unexpected", span))
            return None
        return expr

    builder = Builder(source, interpolate)
    return builder
