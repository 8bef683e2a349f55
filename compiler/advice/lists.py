"""Errors in lists and texts: indices, items, and loops over them."""

from __future__ import annotations

from collections.abc import Sized

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ...grammar.wording import counted
from ..values import Data, describe
from . import error


def no_item(item: object, value: Sized, span: Span) -> Diagnostic:
    return error(
        "E218",
        f"a list of {len(value)} has no item {item}",
        span,
        help=f"its items are 0 to {len(value) - 1}" if value else "it is empty",
    )


def no_index_of_list(span: Span) -> Diagnostic:
    return error("E218", "a list's index is a whole number or a slice", span)


def no_items(value: Data, span: Span) -> Diagnostic:
    return error("E218", f"{describe(value)} has no items", span)


def other_number_of_names(pattern: syntax.Names, value: Data) -> Diagnostic:
    return error(
        "E218",
        f"{len(pattern.items)} names for {_how_many(value)}",
        pattern.span,
        help="write as many names as there are values, or one name for the whole bundle"
        if isinstance(value, list)
        else "",
    )


def _how_many(value: Data) -> str:
    return counted(len(value), "value") if isinstance(value, list) else describe(value)


def not_written(value: Data, span: Span) -> Diagnostic:
    return error(
        "E215",
        f"{describe(value)} cannot be written into a text",
        span,
        help="a text takes numbers, texts, true and false, and lists of them",
    )


def no_list(value: Data, span: Span) -> Diagnostic:
    """``for i in 3``"""
    help = f"`range({span.text})`" if isinstance(value, int) else ""
    return error(
        "E218", f"`for` goes through a list, and this is {describe(value)}", span, help=help
    )
