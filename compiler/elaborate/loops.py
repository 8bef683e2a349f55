"""Loops: ``for`` as statements, and as a network."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from ..environment import Environment
from ..values import UNKNOWN, Data, Loop, Tensor, unknown_in
from .elaborator import Elaborator
from .lists import bind_pattern, items_of
from .naming import Naming
from .pipes import bundle
from .statements import run_statement, run_statements
from .trees import given_names, is_network


def evaluate_for(el: Elaborator, expr: syntax.For, env: Environment) -> Data:
    items = items_of(el, expr.iterable, env)
    if items is None:
        env.names |= dict.fromkeys(given_names(expr), UNKNOWN)
        return UNKNOWN
    if is_network(expr):
        return Loop(expr, tuple(items), el.snapshot(env, expr.span))
    _run_loop(el, expr, items, env)
    return None


def _run_loop(el: Elaborator, expr: syntax.For, items: list[Data], env: Environment) -> None:
    """A ``for`` of assignments: unrolled in the body's own names."""
    for item in items:
        el.step(expr.span)
        bind_pattern(el, expr.pattern, item, env)
        outside = dict(env.labels)
        with el.repeating(counting(expr.pattern, env)), el.framed(env):
            for statement in expr.body:
                run_statement(el, statement, env)
        env.labels = outside


def apply_loop(
    el: Elaborator, network: Loop, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    value: Data = inputs[0] if len(inputs) == 1 else inputs
    for item in network.items:
        tensors = bundle(el, value, span)
        if tensors is None:
            return UNKNOWN
        inner = network.environment.inner()
        bind_pattern(el, network.syntax.pattern, item, inner)
        with el.repeating(counting(network.syntax.pattern, inner)), el.framed(inner):
            value = run_statements(el, network.syntax.body, inner, tensors)
        if unknown_in(value):
            return UNKNOWN
    return value


def counting(pattern: syntax.Pattern, env: Environment) -> str:
    """The name in a loop's pattern that counts, else ``i``."""
    if isinstance(pattern, syntax.Name):
        return pattern.id if isinstance(env.names.get(pattern.id), int) else "i"
    found = (counting(item, env) for item in pattern.items)
    return next((name for name in found if name in env.names), "i")
