"""Errors in operators and conditions: what they do not take, and what is not decided."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix
from ...grammar.source import Span
from ..conditions import equality
from ..dims import Dim, Size
from ..formulas import Formula
from ..values import Combined, Data, as_text, describe
from . import error


def bundle_beside_tensor(network: Combined) -> Diagnostic:
    return error(
        "E218",
        f"`{network.operator}` joins tensors, and one side is a bundle",
        network.span,
        help="join the bundle into one tensor first: `[f, g] > concat` or `> add`",
    )


def condition_on_tensor(span: Span) -> Diagnostic:
    return error(
        "E222",
        "a condition cannot depend on a tensor",
        span,
        notes=["conditions are decided before any tensor has values"],
        help="`where` chooses elementwise: `mask > where(a, b)`",
    )


def undecided(node: syntax.Binary, left: Data, right: Data) -> Diagnostic:
    return _undecided(_question(node, left, right), node.span)


def undecided_value(value: Size | Formula, span: Span) -> Diagnostic:
    """A size is used as true or false."""
    return _undecided(_equal(value, 0) if isinstance(value, Size) else f"{value} == 0", span)


def _undecided(question: str, span: Span) -> Diagnostic:
    return error(
        "E222",
        f"whether {question} depends on sizes that are not known",
        span,
        help="conditions are decided when the spec is checked: give the input a size with "
        "`--input`, or make it a parameter",
    )


def not_negated(value: Data, expr: syntax.Unary) -> Diagnostic:
    return error("E218", f"`-` needs a number or a tensor, got {describe(value)}", expr.span)


def in_tensor(node: syntax.Binary) -> Diagnostic:
    return error(
        "E222",
        "`in` searches lists of numbers, not tensors",
        node.operator_span,
        help="`eq` compares elementwise: `x > eq(1)`",
    )


def not_joined(symbol_: str, other: Data, node: syntax.Binary) -> Diagnostic:
    return error(
        "E218",
        f"`{symbol_}` joins tensors and numbers, and this is {describe(other)}",
        node.operator_span,
    )


def not_repeated(value: Data, node: syntax.Binary) -> Diagnostic:
    return error("E211", f"{describe(value)} cannot be repeated", node.span)


def repeated_by_size(count: int | Size, node: syntax.Binary) -> Diagnostic:
    return error(
        "E211",
        f"a network is repeated a fixed number of times, and {count} is a symbolic size",
        node.span,
        help="the depth of a network cannot depend on its input: make the number a "
        "parameter, or give the input a number; `scan` steps through an axis",
    )


def repeated_less_than_never(count: int, node: syntax.Binary) -> Diagnostic:
    return error(
        "E211", f"a network cannot be repeated {count} times", node.span, help="zero times is `id`"
    )


def bundle_and_tensor(node: syntax.Binary) -> Diagnostic:
    """``bundle + x``"""
    help = (
        "`skips + [x]`"
        if node.operator == "+"
        else "`[t > f for t in bundle]` runs `f` on each tensor"
    )
    message = f"`{node.operator}` joins two bundles or two tensors, not one of each"
    return error("E218", message, node.operator_span, help=help)


def network_compared(node: syntax.Binary, left: Data) -> Diagnostic:
    pipe = node.operator == ">="
    return error(
        "E207",
        f"`{node.operator}` compares numbers, and this is {describe(left)}",
        node.operator_span,
        help="the pipe is `>`" if pipe else (),
        fix=Fix("pipe it", (Edit(node.operator_span, ">"),)) if pipe else None,
    )


def repeated_without_weights(word: str, count: int, node: syntax.Binary) -> Diagnostic:
    """``relu * 2``"""
    return error(
        "E211",
        f"`{word}` has no weights: do you want {count} of them in a row?",
        node.span,
        help=[
            f"to scale its output: `{word} * {float(count)}`",
            f"to run it {count} times: `for i in range({count}) {{ {word} }}`",
        ],
    )


def condition_on_network(value: Data, span: Span) -> Diagnostic:
    help = "conditions compare numbers: `width == 64`, `x.c != width`"
    return error("E222", f"a condition cannot test {describe(value)}", span, help=help)


def _question(node: syntax.Binary, left: Data, right: Data) -> str:
    """The condition in words: ``H is even`` for ``H % 2 == 0``."""
    if (
        node.operator in ("==", "!=")
        and isinstance(left, int | Size)
        and isinstance(right, int | Size)
    ):
        return _equal(left, right)
    first, second = as_text(left), as_text(right)
    if first is None or second is None:
        return f"`{node.span.text}`"
    return f"{first} {node.operator} {second}"


def _equal(a: Dim, b: Dim) -> str:
    return " and ".join(condition.holds() for condition in equality(a, b))


def pipe_in_arm(arm: syntax.Expr, expr: syntax.Conditional) -> Diagnostic:
    text = f"({arm.span.text})"
    return error(
        "E210",
        "an arm of `if` that is a pipe needs parentheses",
        arm.span,
        notes=["`if` binds loosest: the whole pipe before or after it belongs to the arm"],
        help=f"`{text} if ... else ...`" if arm is expr.then else f"`... else {text}`",
        fix=Fix("add parentheses", (Edit(arm.span, text),)),
    )


def does_not_hold(statement: syntax.Require, message: Data, numbers: Sequence[str]) -> Diagnostic:
    text = statement.condition.span.text
    return error(
        "E213",
        message if isinstance(message, str) else f"`{text}` does not hold",
        statement.condition.span,
        detail="required here" if message else "",
        notes=numbers,
    )
