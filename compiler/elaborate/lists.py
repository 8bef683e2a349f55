"""Lists: what goes through them, and their items."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..environment import Environment
from ..values import (
    UNKNOWN,
    Container,
    Data,
    Family,
    LabelPrefix,
    Sliced,
    Tensor,
    networks_in,
    unknown_in,
)
from .attributes import labelled_at, reach
from .decisions import decide
from .elaborator import Elaborator
from .layer_nodes import slice_tensor
from .literals import bounded_value
from .names import lookup
from .pipes import as_network


def evaluate_comprehension(el: Elaborator, expr: syntax.Comprehension, env: Environment) -> Data:
    made: list[Data] = []
    if not _add_items(el, expr, 0, env, made):
        return UNKNOWN
    return bounded_value(el, made, expr.span)


def _add_items(
    el: Elaborator, expr: syntax.Comprehension, at: int, env: Environment, made: list[Data]
) -> bool:
    """Adds the items that the clauses from ``at`` on make. False after an error."""
    if at == len(expr.clauses):
        made.append(el.evaluate(expr.element, env))
        return True
    clause = expr.clauses[at]
    items = items_of(el, clause.iterable, env)
    if items is None:
        return False
    for item in items:
        inner = env.inner()
        bind_pattern(el, clause.pattern, item, inner)
        wanted = _holds(el, clause.conditions, inner)
        if wanted is None or (wanted and not _add_items(el, expr, at + 1, inner, made)):
            return False
    return True


def _holds(el: Elaborator, conditions: tuple[syntax.Expr, ...], env: Environment) -> bool | None:
    """Whether all conditions hold; None after an error."""
    for condition in conditions:
        holds = decide(el, condition, env)
        if not holds:
            return holds
    return True


def items_of(el: Elaborator, expr: syntax.Expr, env: Environment) -> list[Data] | None:
    """The items of a ``for``; None after an error."""
    value = el.evaluate(expr, env)
    if isinstance(value, list):
        return value
    if value is not UNKNOWN:
        el.report(advice.lists.no_list(value, expr.span))
    return None


def bind_pattern(el: Elaborator, pattern: syntax.Pattern, value: Data, env: Environment) -> None:
    if isinstance(pattern, syntax.Name):
        if isinstance(value, Tensor):
            value.draft.names.setdefault(value.index, pattern.id)
        env.names[pattern.id] = value
        return
    parts: list[Data]
    if isinstance(value, list) and len(value) == len(pattern.items):
        parts = value
    else:
        if not unknown_in(value):
            el.report(advice.lists.other_number_of_names(pattern, value))
        parts = [UNKNOWN] * len(pattern.items)
    for item, part in zip(pattern.items, parts, strict=True):
        bind_pattern(el, item, part, env)


def evaluate_index(el: Elaborator, expr: syntax.Indexed, env: Environment) -> Data:
    family = _family(el, expr.value, env)
    value = el.evaluate(expr.value, env) if family is None else family
    with el.wanting_network(False):
        items = tuple(_item(el, item, env) for item in expr.items)
    if value is UNKNOWN or any(map(unknown_in, items)):
        return UNKNOWN
    if isinstance(value, Family):
        return _member(el, value, items, expr.span)
    if isinstance(value, LabelPrefix):
        if len(items) == 1 and isinstance(items[0], int):
            return labelled_at(el, value, f"{value.prefix}.{items[0]}", expr.span)
    elif isinstance(value, Container):
        if len(items) == 1 and isinstance(items[0], int):
            return reach(el, value.scope, value.within, f"{value.path}.{items[0]}", expr.span)
    elif isinstance(value, Tensor):
        return slice_tensor(el, value, items, expr.span)
    elif isinstance(value, list | str):
        return list_item(el, value, items, expr.span)
    else:
        network = as_network(el, value)
        if network is not None:
            return Sliced(network, items, expr.span)
        if networks_in(value):
            return UNKNOWN
    return el.report(advice.lists.no_items(value, expr.span))


def _family(el: Elaborator, expr: syntax.Expr, env: Environment) -> Family | None:
    """The family of shares that a name means; None if it means something else."""
    meaning = lookup(el, expr.id, env, expr.span) if isinstance(expr, syntax.Name) else None
    family = None if meaning is None else meaning.value
    return family if isinstance(family, Family) else None


def _member(el: Elaborator, family: Family, items: tuple[Data, ...], span: Span) -> Data:
    """``enc[0]``."""
    index = items[0] if len(items) == 1 else None
    if isinstance(index, int) and not isinstance(index, bool) and index in family.members:
        return family.members[index]
    return el.report(advice.labels.no_member(family, index, span))


def _item(
    el: Elaborator, item: syntax.Expr | syntax.Slice | syntax.Ellipsis, env: Environment
) -> Data:
    if isinstance(item, syntax.Ellipsis):
        return ...
    if isinstance(item, syntax.Slice):
        ends = [item.start, item.stop, item.step]
        values = [None if e is None else el.evaluate(e, env) for e in ends]
        return UNKNOWN if UNKNOWN in values else slice(*values)
    return el.evaluate(item, env)


def list_item(el: Elaborator, value: list[Data] | str, items: tuple[Data, ...], span: Span) -> Data:
    if len(items) == 1 and isinstance(items[0], int | slice):
        try:
            return value[items[0]]
        except IndexError:
            return el.report(advice.lists.no_item(items[0], value, span))
        except (TypeError, ValueError):
            pass
    return el.report(advice.lists.no_index_of_list(span))
