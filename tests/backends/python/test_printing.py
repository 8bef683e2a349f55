"""Printing code: precedence, literals, sizes, quoting."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.backends.python.printing import print_code, quote
from netwright.compiler.dims import dim_min, floor_div, symbol
from netwright.compiler.lowering import (
    Attr,
    CallCode,
    Code,
    Infix,
    Input,
    Prefix,
    Raw,
    Self,
    Subscript,
    call,
    method,
)

T = symbol("T")
X = Input(0)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "3"),
        (-3, "-3"),
        (True, "True"),
        (None, "None"),
        (1e-5, "1e-5"),
        (1e16, "1e16"),
        (0.5, "0.5"),
        (math.inf, 'float("inf")'),
        (-math.inf, 'float("-inf")'),
        ("zeros", '"zeros"'),
        ((3,), "(3,)"),
        ((3, 5), "(3, 5)"),
        ([1, (2, 3)], "[1, (2, 3)]"),
        (..., "..."),
        (Raw("torch.float32"), "torch.float32"),
        (call("nn.Conv2d", 3, 64, 3, bias=False), "nn.Conv2d(3, 64, 3, bias=False)"),
        (method(X, "flatten", 1), "x.flatten(1)"),
        (Attr(Self(), "weight"), "self.conv1.weight"),
        (CallCode(Self(), (X, Input(1))), "self.conv1(x, a + b)"),
        (Infix("*", Input(1), 2), "(a + b) * 2"),
        (Infix("-", X, Infix("-", X, X)), "x - (x - x)"),
        (Infix("-", Infix("-", X, X), X), "x - x - x"),
        (Infix("**", X, 2), "x**2"),
        (Infix("**", Prefix("-", X), 2), "(-x) ** 2"),
        (Prefix("-", Infix("**", X, 2)), "-(x**2)"),
        (Infix("**", -1, X), "(-1) ** x"),
        (Infix("**", 2, -1), "2**-1"),
        (Infix("**", method(X, "abs"), 2), "x.abs() ** 2"),
        (Infix("<", Infix("<", X, 1), 2), "(x < 1) < 2"),
        (Prefix("~", Infix("&", X, X)), "~(x & x)"),
        (Prefix("not", Infix("in", X, [1])), "not x in [1]"),
        (Infix("and", Infix("or", X, X), X), "(x or x) and x"),
        (method(-1, "bit_length"), "(-1).bit_length()"),
        (method(1, "bit_length"), "(1).bit_length()"),
        (method(Input(1), "relu"), "(a + b).relu()"),
        (Subscript(X, (slice(None), 0)), "x[:, 0]"),
        (Subscript(X, (..., slice(1, None), None)), "x[..., 1:, None]"),
        (Subscript(X, (slice(None, None, 2),)), "x[::2]"),
        (Subscript(X, (slice(-4, -1, 2),)), "x[-4:-1:2]"),
        (Subscript(X, (slice(None, T),)), "x[: y.shape[1]]"),
        (Subscript(X, (slice(T + 1, None, 2),)), "x[y.shape[1] + 1 :: 2]"),
        (T * 2 + 1, "2 * y.shape[1] + 1"),
        (1 - T, "-y.shape[1] + 1"),
        (T * T - T * 3, "y.shape[1] * y.shape[1] - 3 * y.shape[1]"),
        (floor_div(T + 1, 2) * 3, "3 * ((y.shape[1] + 1) // 2)"),
        (dim_min(T, 7), "min(7, y.shape[1])"),
    ],
)
def test_prints(code: Code, text: str) -> None:
    assert print_code(code, ["x", "a + b"], "self.conv1", {"T": "y.shape[1]"}) == text


@given(st.text())
def test_quote_gives_back_the_text(text: str) -> None:
    literal = quote(text)
    assert ast.literal_eval(literal) == text
    assert "\n" not in literal


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("a'b", '"a\'b"'),
        ('a"b', "'a\"b'"),
        ("a'b\"", '"a\'b\\""'),
        ('\'""', "'\\'\"\"'"),
        ("\\", '"\\\\"'),
        ("\n", '"\\n"'),
    ],
)
def test_quote_prefers_double_quotes(text: str, literal: str) -> None:
    assert quote(text) == literal


_leaves = st.sampled_from([1, 2, 3])
_operators = st.sampled_from(["+", "-", "*", "//", "%", "<", "==", "|", "&", "^"])
_codes = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Infix, _operators, inner, inner),
        st.builds(Infix, st.just("**"), inner, _leaves),
        st.builds(Prefix, st.sampled_from(["-", "~", "not"]), inner),
    ),
    max_leaves=12,
)


def _spell_out(code: Code) -> str:
    """The same expression with parentheses everywhere."""
    match code:
        case Infix(operator, left, right):
            return f"({_spell_out(left)} {operator} {_spell_out(right)})"
        case Prefix(operator, operand):
            return f"({operator} {_spell_out(operand)})"
    return str(code)


@given(_codes)
def test_precedence_is_pythons(code: Code) -> None:
    def tree(text: str) -> str:
        return ast.dump(ast.parse(text, mode="eval"))

    assert tree(print_code(code, [], "self")) == tree(_spell_out(code))
