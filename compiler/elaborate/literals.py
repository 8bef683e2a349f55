"""The values of numbers, texts and lists in the source."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..values import UNKNOWN, Data, as_text, unknown_in
from .elaborator import Elaborator
from .functions import Bad, bounded


def evaluate_constant(el: Elaborator, expr: syntax.NamedConstant, env: Environment) -> Data:
    return expr.value


def evaluate_number(el: Elaborator, expr: syntax.Number, env: Environment) -> Data:
    return bounded_value(el, expr.value, expr.span)


def evaluate_dims(el: Elaborator, expr: syntax.Dims, env: Environment) -> Data:
    sizes = [bounded_value(el, v, expr.span) for v in expr.values]
    return UNKNOWN if UNKNOWN in sizes else sizes


def bounded_value(el: Elaborator, value: Data, span: Span) -> Data:
    try:
        checked: Data = bounded(value)
    except Bad as bad:
        return el.report(bad.diagnostic(span))
    return checked


def evaluate_text(el: Elaborator, expr: syntax.Text, env: Environment) -> Data:
    parts = [p if isinstance(p, str) else _written(el, p, env) for p in expr.parts]
    if UNKNOWN in parts:
        return UNKNOWN
    return bounded_value(el, "".join(map(str, parts)), expr.span)


def _written(el: Elaborator, expr: syntax.Expr, env: Environment) -> Data:
    """A value as it is written into a text."""
    value = el.evaluate(expr, env)
    if unknown_in(value):
        return UNKNOWN
    text = as_text(value)
    if text is None:
        return el.report(advice.lists.not_written(value, expr.span))
    return text


def evaluate_list(el: Elaborator, expr: syntax.List, env: Environment) -> Data:
    return bounded_value(el, [el.evaluate(item, env) for item in expr.items], expr.span)


def evaluate_paren(el: Elaborator, expr: syntax.Paren, env: Environment) -> Data:
    return el.evaluate(expr.body, env)


def evaluate_slice(el: Elaborator, expr: syntax.Slice | syntax.Ellipsis, env: Environment) -> Data:
    return UNKNOWN  # the parser has reported it


def evaluate_broken(el: Elaborator, expr: syntax.Broken, env: Environment) -> Data:
    return UNKNOWN
