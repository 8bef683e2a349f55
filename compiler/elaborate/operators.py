"""Operators on numbers, tensors and networks."""

from __future__ import annotations

from typing import Final

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..dims import Size
from ..environment import Environment
from ..layer import Open
from ..values import (
    UNKNOWN,
    Combined,
    Data,
    RepeatNetwork,
    Tensor,
    describe,
    is_number,
    networks_in,
    tensors_in,
    unknown_in,
)
from .decisions import chosen_arm, decide, decide_value, take_promise
from .elaborator import Elaborator
from .failures import fail
from .functions import Bad, Undecided, arithmetic, compare, contains
from .layer_nodes import run_word
from .pipes import as_network, means_network, member_of, not_piped, pipe, pipe_target, plain_layer
from .sizes import ask_at_least
from .trees import label_names

OPERATOR_LAYERS: Final = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
    ">": "gt",
    "<": "lt",
    ">=": "ge",
    "<=": "le",
    "==": "eq",
    "!=": "ne",
}

COMPARISONS: Final = frozenset({">", "<", ">=", "<=", "==", "!="})

_NUMBERS: Final = frozenset({int, float})

_MIRRORED: Final = {
    "+": "+",
    "*": "*",
    ">": "<",
    "<": ">",
    ">=": "<=",
    "<=": ">=",
    "==": "==",
    "!=": "!=",
}


def evaluate_unary(el: Elaborator, expr: syntax.Unary, env: Environment) -> Data:
    if expr.operator == "not":
        decided = decide(el, expr.operand, env)
        return UNKNOWN if decided is None else not decided
    value = el.evaluate(expr.operand, env)
    if value is UNKNOWN:
        return UNKNOWN
    if is_number(value):
        return -value
    if isinstance(value, Tensor):
        return run_word(el, "neg", [value], expr.span)
    network = as_network(el, value)
    if network is not None:
        return Combined("*", network, -1, expr.span)
    if networks_in(value):
        return UNKNOWN
    return el.report(advice.operators.not_negated(value, expr))


def evaluate_binary(el: Elaborator, expr: syntax.Binary, env: Environment) -> Data:
    # Chains of thousands of layers lean left: walk down without recursion.
    spine = [expr]
    while isinstance(spine[-1].left, syntax.Binary):
        spine.append(spine[-1].left)
    value = el.evaluate(spine[-1].left, env)
    if value is UNKNOWN:
        lose_labels(spine[-1].left, value, env)
    for node in reversed(spine):
        value = _operate(el, node, value, env)
        if value is UNKNOWN:
            lose_labels(node.right, value, env)
    return value


def run_piped(el: Elaborator, expr: syntax.Expr, env: Environment, inputs: list[Tensor]) -> Data:
    """Applies a network expression: the input goes in at the left end of the pipe."""
    spine: list[syntax.Binary] = []
    first = expr
    while isinstance(first, syntax.Binary) and first.operator == ">":
        spine.append(first)
        first = first.left
    value = _first_piped(el, first, env, inputs)
    lose_labels(first, value, env)
    for node in reversed(spine):
        value = _operate(el, node, value, env)
        lose_labels(node.right, value, env)
    return value


def _first_piped(el: Elaborator, expr: syntax.Expr, env: Environment, inputs: list[Tensor]) -> Data:
    if isinstance(expr, syntax.Conditional):
        arm = chosen_arm(el, expr, env)
        return UNKNOWN if arm is None else _first_piped(el, arm, env, inputs)
    value = pipe_target(el, expr, env)
    network = as_network(el, value)
    if network is None:
        if unknown_in(value) or networks_in(value):
            return fail(el, expr.span.text, inputs, expr.span)
        if isinstance(value, Tensor) or tensors_in(value):
            if not inputs or inputs == [el.own_input]:
                return value
            block = el.calls[-1][0] if el.calls else ""
            return el.report(advice.pipes.input_not_used(expr.span, block))
        if isinstance(expr, syntax.For):
            return el.report(advice.pipes.loop_without_result(expr.span))
        return el.report(advice.pipes.no_network(value, expr))
    return el.apply(network, inputs, expr.span)


def lose_labels(expr: syntax.Expr, value: Data, env: Environment) -> None:
    """Gives the labels inside a failed expression the value UNKNOWN."""
    if value is UNKNOWN:
        for name in label_names(expr):
            env.labels.setdefault(name, UNKNOWN)


def _operate(el: Elaborator, node: syntax.Binary, left: Data, env: Environment) -> Data:
    """The value of ``left operator node.right``; the left side is already evaluated."""
    if node.operator in ("and", "or"):
        return _logical(el, node, left, env)
    if node.operator == ">" and not is_number(left):
        return pipe(el, node, left, env)
    right = el.evaluate(node.right, env)
    if _NUMBERS.issuperset((type(left), type(right))):  # most are: no question below is for them
        return _on_numbers(el, node, left, right)
    if unknown_in(left) or unknown_in(right):
        return UNKNOWN
    if node.operator in ("==", "!=") and (left is None or right is None):
        return (left is right) == (node.operator == "==")
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(el, node, left, right)
    if means_network(left) or means_network(right):
        return _on_networks(el, node, left, right)
    if node.operator == ">" and not is_number(right):
        return not_piped(el, left, node.left.span)
    return _on_numbers(el, node, left, right)


def _logical(el: Elaborator, node: syntax.Binary, left: Data, env: Environment) -> Data:
    decided = decide_value(el, left, node.left.span)
    if decided is None:
        return UNKNOWN
    return el.evaluate(node.right, env) if decided == (node.operator == "and") else left


def _on_numbers(el: Elaborator, node: syntax.Binary, left: Data, right: Data) -> Data:
    symbol_ = node.operator
    if isinstance(left, Size) and isinstance(right, Size):
        el.step(node.span, left.weight * right.weight // 8)
    try:
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _number(symbol_, left, right)
        with Open() as noted:
            value = _number(symbol_, left, right)
    except Undecided:
        if take_promise(el, node, left, right):
            return True
        return el.report(advice.operators.undecided(node, left, right))
    except Bad as bad:
        notes = (f"the left side is {describe(left)}, the right side {describe(right)}",)
        return el.report(bad.diagnostic(node.operator_span).replace(notes=notes))
    ask_at_least(el, noted.least, node.span)
    return value


def _number(symbol_: str, left: Data, right: Data) -> Data:
    if symbol_ in COMPARISONS:
        return compare(symbol_, left, right)
    if symbol_ in ("in", "not in"):
        return contains(left, right) == (symbol_ == "in")
    return arithmetic(symbol_, left, right)


def _on_tensors(el: Elaborator, node: syntax.Binary, left: Data, right: Data) -> Data:
    symbol_ = node.operator
    if symbol_ == ">":
        return not_piped(el, left, node.left.span)
    if symbol_ in ("in", "not in"):
        return el.report(advice.operators.in_tensor(node))
    if isinstance(left, list) or isinstance(right, list):
        return el.report(advice.operators.bundle_and_tensor(node))
    if means_network(left) or means_network(right):
        sides = member_of(el, left), member_of(el, right)
        return Combined(symbol_, *sides, node.operator_span)
    other = right if isinstance(left, Tensor) else left
    if not isinstance(other, Tensor) and not is_number(other):
        return el.report(advice.operators.not_joined(symbol_, other, node))
    return combine(el, symbol_, left, right, node.operator_span)


def combine(el: Elaborator, symbol_: str, left: Data, right: Data, span: Span) -> Data:
    """An operator on tensors and numbers."""
    word = OPERATOR_LAYERS[symbol_]
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return run_word(el, word, [left, right], span)
    if isinstance(left, Tensor):
        return run_word(el, word, [left], span, other=right)
    assert isinstance(right, Tensor)
    if symbol_ in _MIRRORED:
        return run_word(el, OPERATOR_LAYERS[_MIRRORED[symbol_]], [right], span, other=left)
    return run_word(el, word, [right], span, other=left, reversed=True)


def _on_networks(el: Elaborator, node: syntax.Binary, left: Data, right: Data) -> Data:
    symbol_ = node.operator
    if symbol_ == "+" and isinstance(left, list) and isinstance(right, list):
        return left + right
    if symbol_ == ">":
        return not_piped(el, left, node.left.span)
    if symbol_ in COMPARISONS or symbol_ in ("in", "not in"):
        return el.report(advice.operators.network_compared(node, left))
    if symbol_ == "*":
        count = right if means_network(left) else left
        if isinstance(count, int | Size) and not isinstance(count, bool):
            return _repeated(el, left if means_network(left) else right, count, node)
    return Combined(symbol_, member_of(el, left), member_of(el, right), node.operator_span)


def _repeated(el: Elaborator, value: Data, count: int | Size, node: syntax.Binary) -> Data:
    network = as_network(el, value)
    if network is None and networks_in(value):
        return UNKNOWN
    if network is None:
        return el.report(advice.operators.not_repeated(value, node))
    if isinstance(count, Size):
        return el.report(advice.operators.repeated_by_size(count, node))
    if count < 0:
        return el.report(advice.operators.repeated_less_than_never(count, node))
    plain = plain_layer(network)
    if plain is not None and count > 1:
        return el.report(advice.operators.repeated_without_weights(plain.word, count, node))
    return RepeatNetwork(network, count, node.span)
