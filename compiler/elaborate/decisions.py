"""Conditions: they are decided before any tensor has values."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ..dims import Size
from ..environment import Environment
from ..values import (
    UNKNOWN,
    Builtin,
    Container,
    Data,
    LayerWord,
    Namespace,
    Network,
    Tensor,
    as_text,
    describe,
    is_number,
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
        el.report(
            "E222",
            "a condition on a tensor",
            span,
            notes=["a spec is decided before any tensor has values"],
            help="`where` chooses elementwise: `mask > where(a, b)`",
        )
        return None
    if isinstance(value, Network | Namespace | Builtin | Container):
        help = "conditions compare numbers: `width == 64`, `x.c != width`"
        el.report("E222", f"a condition on {describe(value)}", span, help=help)
        return None
    try:
        return truth(value)
    except Undecided:
        say_undecided(el, question(value, "==", 0), span)
        return None


def say_undecided(el: Elaborator, question: str, span: Span) -> Data:
    return el.report(
        "E222",
        f"whether {question} depends on sizes that are not known",
        span,
        help="conditions are decided when the spec is checked: give the input a size with "
        "`--input`, or make it a parameter",
    )


def taken_as_said(el: Elaborator, node: syntax.Binary, left: Data, right: Data) -> bool:
    """``require T >= 4``: what it says of a size that only the input tells is so."""
    if not any(node is part for part in el.demands.deciding):
        return False
    if not isinstance(left, int | Size) or not isinstance(right, int | Size):
        return False
    from ..declared import declaration

    said = declaration(node.operator, left, right)
    if said is None:
        return False
    el.demands.promises.append(said)
    return True


def evaluate_conditional(el: Elaborator, expr: syntax.Conditional, env: Environment) -> Data:
    arm = chosen_arm(el, expr, env)
    return UNKNOWN if arm is None else el.evaluate(arm, env)


def chosen_arm(el: Elaborator, expr: syntax.Conditional, env: Environment) -> syntax.Expr | None:
    """The arm that the condition chooses; None after an error."""
    condition = decide(el, expr.condition, env)
    traps = [arm for arm in (expr.then, expr.otherwise) if _pipes_networks(el, arm, env)]
    for arm in traps:
        text = f"({arm.span.text})"
        el.report(
            "E210",
            "an arm of `if` that is a pipe needs parentheses",
            arm.span,
            notes=["`if` binds loosest: the whole pipe before or after it belongs to the arm"],
            help=f"`{text} if ... else ...`" if arm is expr.then else f"`... else {text}`",
            fix=Fix("add parentheses", (Edit(arm.span, text),)),
        )
    if condition is None or traps:
        return None
    return expr.then if condition else expr.otherwise


def _pipes_networks(el: Elaborator, arm: syntax.Expr, env: Environment) -> bool:
    """Whether an arm is a pipe that starts from a network, as far as its first word tells."""
    if not isinstance(arm, syntax.Binary) or arm.operator != ">":
        return False
    first: syntax.Expr = arm
    while isinstance(first, syntax.Binary | syntax.Labelled | syntax.Call | syntax.Index):
        if isinstance(first, syntax.Binary):
            first = first.left
        elif isinstance(first, syntax.Labelled):
            first = first.body
        else:
            first = first.function if isinstance(first, syntax.Call) else first.value
    found = lookup(el, first.id, env, first.span) if isinstance(first, syntax.Name) else None
    if found is None or not isinstance(found.value, Network):
        return False
    return not (isinstance(found.value, LayerWord) and found.value.layer.arity == (0, 0))


def require(el: Elaborator, statement: syntax.Require, env: Environment) -> bool:
    el.demands.deciding = list(conjuncts(statement.condition))
    holds = decide(el, statement.condition, env)
    el.demands.deciding = []
    if holds is not False:
        return True
    message = None
    if statement.message is not None:
        message = el.evaluate(statement.message, env)
    text = statement.condition.span.text
    el.report(
        "E213",
        message if isinstance(message, str) else f"`{text}` does not hold",
        statement.condition.span,
        detail="required here" if message else "",
        notes=_numbers_in(el, statement.condition, env),
    )
    return False


def _numbers_in(el: Elaborator, expr: syntax.Expr, env: Environment) -> list[str]:
    """``width = 100, heads = 7``: the numbers that a condition speaks of."""
    names = dict.fromkeys(n.id for n in names_in(expr))
    found = []
    for name in names:
        value = lookup(el, name, env, expr.span)
        if value is not None and isinstance(value.value, int | float | str | Size):
            found.append(f"{name} = {value.value}")
    for part in accessors(expr):
        value = el.evaluate(part, env)
        if isinstance(value, int | Size):
            found.append(f"{part.span.text} = {value}")
    return [", ".join(dict.fromkeys(found))] if found else []


def question(node: syntax.Binary, left: Data, right: Data) -> str:
    """What a comparison asks: ``H is even`` for ``H % 2 == 0``."""
    if node.operator in ("==", "!=") and is_number(left) and is_number(right):
        from ..conditions import equality

        return " and ".join(c.holds() for c in equality(left, right))
    first, second = as_text(left), as_text(right)
    if first is None or second is None:
        return f"`{node.span.text}`"
    return f"{first} {node.operator} {second}"
