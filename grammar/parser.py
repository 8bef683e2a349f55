"""Text to syntax.

A text without errors is scanned, laid out and parsed in one run. Any other text is cut into its
statements by recover.py, so that each of them is parsed or gets its own error.
"""

from __future__ import annotations

from typing import Final, cast

from . import syntax as s
from .depth import nested_too_deep
from .diagnostics import MAX_ERRORS, Diagnostic
from .lalr import MisfitError, Token, run
from .layout import layout
from .scanner import TooManyError, scan
from .source import Source
from .tree_builder import TreeBuilder
from .wording import raises

MAX_TEXT: Final = 1_000_000
MAX_TOKENS: Final = 150_000


def parse(source: Source, most_tokens: int = MAX_TOKENS) -> tuple[s.File, tuple[Diagnostic, ...]]:
    """The statements of a file that parse, and the errors of the others."""
    builder = TreeBuilder(source, inner_expression)
    refused = _too_long(source)
    statements: tuple[s.Statement, ...] = ()
    if not refused:
        try:
            tokens = scan(source.text, most=most_tokens)
        except TooManyError as error:
            refused = _too_many(source, error.start, most_tokens)
        else:
            statements = _statements(source, tokens, builder)
    diagnostics = [refused] if refused else builder.diagnostics
    if not statements and not diagnostics:
        diagnostics = [_empty(source)]
    whole = source.span(0, len(source.text))
    file = s.File(statements, lost=frozenset(builder.lost), span=whole)
    return file, _sorted(diagnostics)


def parse_expression(source: Source) -> tuple[s.Expr | None, tuple[Diagnostic, ...]]:
    """An expression from outside a file, such as a parameter's value: ``64``, ``[2, 2]``,
    ``3x32x32``, ``basic``. It is None if it does not parse."""
    refused = _too_long(source)
    if refused:
        return None, (refused,)
    builder = TreeBuilder(source, inner_expression)
    expression = inner_expression(source, builder, 0, len(source.text))
    deep = expression and nested_too_deep(expression)
    if deep:
        return None, (deep,)
    return expression, _sorted(builder.diagnostics)


def _statements(
    source: Source, tokens: list[Token], builder: TreeBuilder
) -> tuple[s.Statement, ...]:
    try:
        statements = run(layout(tokens), "file", builder.actions)
    except MisfitError:
        from .other_formats import foreign
        from .recover import recover

        builder.diagnostics.clear()
        other = foreign(source)
        if other:
            builder.diagnostics.append(other)
            return ()
        statements = recover(source, builder)
    return tuple(x for x in statements if not _is_lost(x) and not _refuse_deep(x, builder))


def inner_expression(source: Source, builder: TreeBuilder, start: int, end: int) -> s.Expr | None:
    """The expression between two offsets, or None if it does not parse."""
    tokens = layout(scan(source.text, start, end), bracketed=True)
    try:
        return cast(s.Expr, run(tokens, "expression", builder.actions))
    except MisfitError:
        from .recover import recover_expression

        return recover_expression(source, builder, start, end)


def _is_lost(statement: s.Statement) -> bool:
    """Whether a statement of a file is a pipeline that does not parse. It is left out there; in a
    body it is kept, since it is the body's result."""
    return isinstance(statement, s.ExpressionStatement) and isinstance(statement.value, s.Broken)


def _refuse_deep(statement: s.Statement, builder: TreeBuilder) -> bool:
    deep = nested_too_deep(statement)
    if deep:
        builder.diagnostics.append(deep)
    return deep is not None


def _too_long(source: Source) -> Diagnostic | None:
    if len(source.text) <= MAX_TEXT:
        return None
    message = f"this text has more than {MAX_TEXT:,} characters"
    return Diagnostic("E125", message, source.span(MAX_TEXT, MAX_TEXT), "the limit")


def _too_many(source: Source, start: int, most: int) -> Diagnostic:
    message = f"this text has more than {most:,} words and signs"
    at = source.span(start, start + 1)
    return Diagnostic("E125", message, at, "the limit", help=(raises("tokens", 2 * most),))


def _empty(source: Source) -> Diagnostic:
    help = "one line is a whole spec: `conv(3x3, 64) > relu > pool(2, 2)`"
    return Diagnostic("E132", "there is nothing here", source.span(0, 0), help=(help,))


def _sorted(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics in the order of the text, and no more than ``MAX_ERRORS``."""
    ordered = sorted(diagnostics, key=lambda d: d.span.start if d.span else -1)
    left = len(ordered) - MAX_ERRORS
    if left > 0:
        last = ordered[MAX_ERRORS - 1]
        ordered[MAX_ERRORS - 1] = last.replace(notes=(*last.notes, f"{left} more are not shown"))
    return tuple(ordered[:MAX_ERRORS])
