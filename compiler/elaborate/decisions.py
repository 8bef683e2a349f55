"""Conditions, which are decided before any tensor has values."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import Size
from ..environment import Environment
from ..formulas import Formula
from ..values import (
    UNKNOWN,
    Builtin,
    Container,
    Data,
    LabelPrefix,
    LayerWord,
    Namespace,
    NetworkValue,
    Tensor,
)
from .elaborator import Elaborator
from .functions import Undecided, truth
from .names import lookup
from .trees import accessors, conjuncts, names_in


def decide(el: Elaborator, expr: syntax.Expr, env: Environment) -> bool | None:
    """A condition's truth; None after an error."""
    with el.wanting_network(False):
        return decide_value(el, el.evaluate(expr, env), expr.span)


def decide_value(el: Elaborator, value: Data, span: Span) -> bool | None:
    if value is UNKNOWN:
        return None
    if isinstance(value, Tensor):
        el.report(advice.operators.condition_on_tensor(span))
        return None
    if isinstance(value, NetworkValue | Namespace | Builtin | Container | LabelPrefix):
        el.report(advice.operators.condition_on_network(value, span))
        return None
    try:
        return truth(value)
    except Undecided:
        assert isinstance(value, Size | Formula)
        el.report(advice.operators.undecided_value(value, span))
        return None


def take_promise(el: Elaborator, node: syntax.Binary, left: Data, right: Data) -> bool:
    """Takes a condition of ``require``, such as ``T >= 4``, as a promise about a size that only the
    input will tell. False if it is not such a condition."""
    if not any(node is part for part in el.demands.deciding):
        return False
    if not isinstance(left, int | Size) or not isinstance(right, int | Size):
        return False
    from ..declared import declaration

    promise = declaration(node.operator, left, right)
    if promise is None:
        return False
    el.demands.promises.append(promise)
    return True


def evaluate_conditional(el: Elaborator, expr: syntax.Conditional, env: Environment) -> Data:
    arm = chosen_arm(el, expr, env)
    return UNKNOWN if arm is None else el.evaluate(arm, env)


def chosen_arm(el: Elaborator, expr: syntax.Conditional, env: Environment) -> syntax.Expr | None:
    """The arm that the condition chooses; None after an error."""
    condition = decide(el, expr.condition, env)
    traps = [arm for arm in (expr.then, expr.otherwise) if _pipes_networks(el, arm, env)]
    for arm in traps:
        el.report(advice.operators.pipe_in_arm(arm, expr))
    if condition is None or traps:
        return None
    return expr.then if condition else expr.otherwise


def _pipes_networks(el: Elaborator, arm: syntax.Expr, env: Environment) -> bool:
    """Whether an arm is a pipe that starts from a network, judged by its first word."""
    if not isinstance(arm, syntax.Binary) or arm.operator != ">":
        return False
    first: syntax.Expr = arm
    while isinstance(first, syntax.Binary | syntax.Labelled | syntax.Call | syntax.Indexed):
        if isinstance(first, syntax.Binary):
            first = first.left
        elif isinstance(first, syntax.Labelled):
            first = first.body
        else:
            first = first.function if isinstance(first, syntax.Call) else first.value
    meaning = lookup(el, first.id, env, first.span) if isinstance(first, syntax.Name) else None
    if meaning is None or not isinstance(meaning.value, NetworkValue):
        return False
    return not (isinstance(meaning.value, LayerWord) and meaning.value.layer.arity == (0, 0))


def require(el: Elaborator, statement: syntax.Require, env: Environment) -> bool:
    el.demands.deciding = list(conjuncts(statement.condition))
    holds = decide(el, statement.condition, env)
    el.demands.deciding = []
    if holds is not False:
        return True
    message = None
    if statement.message is not None:
        message = el.evaluate(statement.message, env)
    numbers = _numbers_in(el, statement.condition, env)
    el.report(advice.operators.does_not_hold(statement, message, numbers))
    return False


def _numbers_in(el: Elaborator, expr: syntax.Expr, env: Environment) -> list[str]:
    """The numbers in a condition: ``width = 100, heads = 7``."""
    names = dict.fromkeys(n.id for n in names_in(expr))
    texts = []
    for name in names:
        meaning = lookup(el, name, env, expr.span)
        if meaning is not None and isinstance(meaning.value, int | float | str | Size):
            texts.append(f"{name} = {meaning.value}")
    for part in accessors(expr):
        value = el.evaluate(part, env)
        if isinstance(value, int | Size):
            texts.append(f"{part.span.text} = {value}")
    return [", ".join(dict.fromkeys(texts))] if texts else []
