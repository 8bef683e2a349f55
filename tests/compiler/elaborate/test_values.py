"""Values and names: literals, arithmetic, lists, builtins, patterns, conditions, `require`."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.compiler.dims import Size, substitute, symbol

from .tools import codes, error, found, graph, paths, refused, value

T, S = symbol("T"), symbol("S")

LITERALS: list[tuple[str, Any]] = [
    ("64", 64),
    ("1_000", 1000),
    ("1e-5", 1e-5),
    ("2.5", 2.5),
    ("1e3", 1000.0),
    ("true", True),
    ("false", False),
    ("none", None),
    ('"zeros"', "zeros"),
    ("'zeros'", "zeros"),
    ("3x3", [3, 3]),
    ("3x224x224", [3, 224, 224]),
    ("[3, 3]", [3, 3]),
    ("[]", []),
    ("[1, [2, 3], true]", [1, [2, 3], True]),
    ("(64)", 64),
    ('"a{1 + 2}b"', "a3b"),
    ('"{true} {none} {2.5}"', "true none 2.5"),
    ('"{{x}}"', "{x}"),
]


@pytest.mark.parametrize(("text", "expected"), LITERALS)
def test_literals(text: str, expected: Any) -> None:
    made = value(text)
    assert made == expected
    assert type(made) is type(expected)


ARITHMETIC: list[tuple[str, Any]] = [
    ("7 + 3", 10),
    ("7 - 3", 4),
    ("7 * 3", 21),
    ("7 / 2", 3.5),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("7 % 3", 1),
    ("-7 % 3", 2),
    ("2 ** 10", 1024),
    ("2 ** -1", 0.5),
    ("6 / 3", 2.0),
    ("7.5 // 2", 3.0),
    ("7.5 % 2", 1.5),
    ("1 + 0.5", 1.5),
    ("-3", -3),
    ("--3", 3),
    ("3 > 2", True),
    ("3 < 2", False),
    ("3 >= 3", True),
    ("3 <= 2", False),
    ("3 == 3", True),
    ("3 != 3", False),
    ("3 == 3.0", True),
    ("none == none", True),
    ("none != 3", True),
    ('"a" == "a"', True),
    ('"a" + "b"', "ab"),
    ("true == 1", False),
    ("[1, 2] == 1x2", True),
    ("2 in [1, 2]", True),
    ("3 in [1, 2]", False),
    ("3 not in [1, 2]", True),
    ('"a" in ["a"]', True),
    ("none in [1]", False),
    ("true and false", False),
    ("true or false", True),
    ("not true", False),
    ("not 0", True),
    ("0 or 5", 5),
    ("3 and 5", 5),
    ("none or 5", 5),
    ("false and undefined", False),
    ("true or undefined", True),
    ("1 if true else undefined", 1),
    ("undefined if false else 2", 2),
    ("1 if 3 > 2 else 2", 1),
    ("1 if none else 2", 2),
    ("1 if [] else 2", 2),
    ('1 if "" else 2', 2),
]


@pytest.mark.parametrize(("text", "expected"), ARITHMETIC)
def test_arithmetic_is_pythons(text: str, expected: Any) -> None:
    made = value(text)
    assert made == expected
    assert type(made) is type(expected)


PRECEDENCE = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("2 * 3 ** 2", 18),
    ("-2 ** 2", -4),
    ("2 ** -1 * 4", 2.0),
    ("2 ** 3 ** 2", 512),
    ("10 - 3 - 2", 5),
    ("100 / 10 / 2", 5.0),
    ("8 // 2 * 3", 12),
    ("7 % 4 * 2", 6),
    ("1 + 1 == 2", True),
    ("1 + 1 > 1", True),
    ("not 1 == 2", True),
    ("not true or true", True),
    ("true or false and false", True),
    ("1 if 1 > 2 else 3 + 4", 7),
    ("1 + 2 if true else 3", 3),
    ("1 if false else 2 if false else 3", 3),
    ("2 * -3", -6),
    ("not 3 in [1]", True),
    ("3 > 2 and 2 > 1", True),
    ("[1, 2][0] + 1", 2),
    ("-[1, 2][1]", -2),
]


@pytest.mark.parametrize(("text", "expected"), PRECEDENCE)
def test_precedence(text: str, expected: Any) -> None:
    assert value(text) == expected


LISTS: list[tuple[str, Any]] = [
    ("[64 * 2**i for i in range(4)]", [64, 128, 256, 512]),
    ("[i for i in range(6) if i % 2 == 0]", [0, 2, 4]),
    ("[a + b for a, b in [[1, 2], [3, 4]]]", [3, 7]),
    ("[i + t for i, (t, c) in enumerate([[1, 2], [3, 4]])]", [1, 4]),
    ("[[i, j] for i, j in zip([1, 2], [3, 4])]", [[1, 3], [2, 4]]),
    ("[x for x in [i * 2 for i in range(3)]]", [0, 2, 4]),
    ("[[i, j] for i in range(4) if i % 2 if i > 1 for j in range(i) if j]", [[3, 1], [3, 2]]),
    ("[i for i in [[1, 2], [3]] for i in i]", [1, 2, 3]),
    ("sum([[1, 2], [3], []], [])", [1, 2, 3]),
    ("sum([[1], [[2]]], [0])", [0, 1, [2]]),
    ("sum([], [])", []),
    ("sum([1, 2], 3)", 6),
    ("[1, 2, 3][0]", 1),
    ("[1, 2, 3][-1]", 3),
    ("[1, 2, 3][1:]", [2, 3]),
    ("[1, 2, 3][:-1]", [1, 2]),
    ("[1, 2, 3][::2]", [1, 3]),
    ("[1, 2, 3][::-1]", [3, 2, 1]),
    ("[[1, 2], [3, 4]][1][0]", 3),
    ("[1] + [2]", [1, 2]),
    ("[1, 2] * 2", [1, 2, 1, 2]),
    ("3 * [0]", [0, 0, 0]),
    ("[1] * 0", []),
    ("3x3 + [1]", [3, 3, 1]),
    ("[] + []", []),
    ("[k, 1]", [5, 1]),
    ('"abc"[0]', "a"),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_lists(text: str, expected: Any) -> None:
    assert value(text, k=5) == expected


BUILTINS: list[tuple[str, Any]] = [
    ("len([1, 2])", 2),
    ("len([])", 0),
    ("len(3x3)", 2),
    ("range(3)", [0, 1, 2]),
    ("range(1, 4)", [1, 2, 3]),
    ("range(4, 0, -2)", [4, 2]),
    ("min(3, 2)", 2),
    ("max([3, 2])", 3),
    ("min(2.5, 3)", 2.5),
    ("sum([1, 2, 3])", 6),
    ("sum([])", 0),
    ("sum([0.5, 1])", 1.5),
    ("abs(-3)", 3),
    ("abs(2.5)", 2.5),
    ("round(2.6)", 3),
    ("round(2.5)", 2),
    ("round(2.567, 2)", 2.57),
    ("floor(2.7)", 2),
    ("ceil(2.1)", 3),
    ("floor(-0.5)", -1),
    ("sqrt(16)", 4.0),
    ("log(1)", 0.0),
    ("int(2.9)", 2),
    ("int(-2.9)", -2),
    ("float(2)", 2.0),
    ("zip([1, 2], [3, 4, 5])", [[1, 3], [2, 4]]),
    ("enumerate([5, 6])", [[0, 5], [1, 6]]),
    ("enumerate([5], 1)", [[1, 5]]),
    ("enumerate([5], start=2)", [[2, 5]]),
    ("reversed([1, 2])", [2, 1]),
    ("make_divisible(37, 8)", 40),
    ("make_divisible(33, 8)", 32),
    ("make_divisible(12 * 1.4, 8)", 16),
    ("make_divisible(1, 8)", 8),
    ("make_divisible(32 * 0.25)", 8),
    ("min(3, max(1, 2))", 2),
    ("int(64 * 1.5)", 96),
    ("round(64 * 0.35 / 8) * 8", 24),
]


@pytest.mark.parametrize(("text", "expected"), BUILTINS)
def test_builtins(text: str, expected: Any) -> None:
    made = value(text)
    assert made == expected
    assert type(made) is type(expected)


REFUSED = [
    ("1 / 0", "E215"),
    ("1 // 0", "E215"),
    ("1 % 0", "E215"),
    ("0 ** -1", "E215"),
    ("1 + true", "E215"),
    ("1 + none", "E215"),
    ('1 + "a"', "E215"),
    ("[1] + 1", "E215"),
    ("[1] - [1]", "E215"),
    ("[1] * 1.5", "E215"),
    ('"a" * 2', "E215"),
    ("(-8) ** 0.5", "E215"),
    ("none > 1", "E207"),
    ('"a" < 1', "E215"),
    ("1 in 2", "E215"),
    ("1 @ 2", "E215"),
    ("-none", "E218"),
    ('-"a"', "E218"),
    ("-[1]", "E218"),
    ("[1, 2][2]", "E218"),
    ("[1, 2][0.5]", "E218"),
    ("[1, 2][0, 1]", "E218"),
    ("3[0]", "E218"),
    ("[1, 2][...]", "E218"),
    ("[][0]", "E218"),
    ("[1,2][::0]", "E218"),
    ("len(3)", "E215"),
    ("range(0.5)", "E215"),
    ("range()", "E215"),
    ("range(1, 2, 0)", "E215"),
    ("max([])", "E215"),
    ("sqrt(-1)", "E215"),
    ("log(0)", "E215"),
    ("int(none)", "E215"),
    ('float("nan")', "E215"),
    ("zip(1)", "E215"),
    ("enumerate(3)", "E215"),
    ("reversed(3)", "E215"),
    ("make_divisible(3, 0)", "E215"),
    ("len(1, 2)", "E215"),
    ("sum([none])", "E215"),
    ("max(none, 1)", "E215"),
    ("range(1, 2, 3, 4)", "E215"),
    ("sum([[1]])", "E215"),
    ("floor(none)", "E215"),
    ("abs(none)", "E215"),
    ("[i for i in 3]", "E218"),
    ("[a for a, b in [1]]", "E218"),
    ("[a for a, b in [[1]]]", "E218"),
    ("undefined", "E201"),
    ("undefined + 1", "E201"),
    ("[undefined, 1]", "E201"),
    ("undefined(3)", "E201"),
    ("undefined[0]", "E201"),
    ("undefined.x", "E201"),
    ("k.x", "E201"),
    ("k(3)", "E206"),
    ('"a"()', "E206"),
    ("2 ** 64", "E214"),
    ("10 ** 400", "E214"),
    ("9 ** 9 ** 9", "E214"),
    ("1e300 * 1e300", "E215"),
    ("4611686018427387904 * 2", "E214"),
    ("range(1000000)", "E214"),
    ("[0] * 1000000", "E214"),
    ("(-2) ** 0.5", "E215"),
    ("1e308 * 10", "E215"),
    ("make_divisible(1e300)", "E214"),
    ('"a" + "b" * 3', "E215"),
    ("int(1e300)", "E214"),
    ("round(1e300)", "E214"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_values_do_not_allow(text: str, code: str) -> None:
    assert refused(text, k=5) == code


# --- symbolic sizes ------------------------------------------------------------------------------


SIZES = [
    ("T + 1 - 1", T),
    ("T * 2 // 2", T),
    ("2 * T", T + T),
    ("T - T", 0),
    ("T // 1", T),
    ("(T + 2) // 2 - 1", T // 2),
    ("T * T", T * T),
    ("T ** 2", T * T),
    ("T ** 0", 1),
    ("T % 1", 0),
    ("2 * T % 2", 0),
    ("min(T, T)", T),
    ("min(T, T + 1)", T),
    ("max(T, T + 1)", T + 1),
    ("max(T, 1)", T),
    ("[T, 2 * T][1]", 2 * T),
    ("sum([T, T])", 2 * T),
    ("-T + T", 0),
    ("abs(T)", T),
    ("int(T)", T),
    ("floor(T)", T),
    ("ceil(T / 1)", T),
    ("int(4 * T / 2)", 2 * T),
    ("round(T * T / T)", T),
    ("floor(2 * T / -2)", -T),
]


@pytest.mark.parametrize(("text", "expected"), SIZES)
def test_arithmetic_on_sizes_stays_symbolic(text: str, expected: Any) -> None:
    assert value(text, T=T) == expected


FLOATS = [
    ("T / 2", "T/2"),
    ("T / 1", "T/1"),
    ("4 * T / 2", "4*T/2"),
    ("T / T", "T/T"),
    ("T / -2", "T/(-2)"),
    ("T * 0.5", "T*0.5"),
    ("1 / T", "1/T"),
    ("T ** -1", "T**-1"),
    ("(T + 1) ** -0.5", "(T + 1)**-0.5"),
    ("sqrt(T * S)", "sqrt(S*T)"),
    ("log(T, 2)", "log(T, 2)"),
    ("float(T)", "float(T)"),
    ("-sqrt(T)", "-sqrt(T)"),
    ("T // 0.5", "T//0.5"),
    ("0.5 + T - 1", "0.5 + T - 1"),
    ("0.5 - (1 - T / 3)", "0.5 - (1 - T/3)"),
    ("0.5 * (T + 1) * T", "0.5*(T + 1)*T"),
    ("(2 * T + 1) / (2 / (T / 3))", "(2*T + 1)/(2/(T/3))"),
    ("(0 - T / 2) ** 2", "(0 - T/2)**2"),
    ("sqrt(T) * -0.5", "sqrt(T)*(-0.5)"),
    ("sum([T, 0.5])", "T + 0.5"),
]


@pytest.mark.parametrize(("text", "expected"), FLOATS)
def test_floats_of_sizes_are_formulas(text: str, expected: str) -> None:
    assert str(value(text, T=T, S=S)) == expected


DECIDED = [
    ("T / 2 == none", False),
    ("T == T", True),
    ("T > 0", True),
    ("T >= 1", True),
    ("T < 1", False),
    ("T + 1 > T", True),
    ("T == T + 1", False),
    ("2 * T + 1 == 2 * S", False),
    ("T != T + 1", True),
    ("T in [T]", True),
    ("1 if T > 0 else 2", 1),
    ("T > 0 and T + S > 1", True),
    ("not T < 1", True),
    ("T * S >= S", True),
    ("T == none", False),
    ("T != none", True),
    ("T == 2.5", False),
    ("T > 0.5", True),
    ("T if T else 2", T),
]


@pytest.mark.parametrize(("text", "expected"), DECIDED)
def test_conditions_on_sizes_are_decided_by_algebra(text: str, expected: Any) -> None:
    assert value(text, T=T, S=S) == expected


UNDECIDED = [
    "T / 2 == 3",
    "sqrt(T) > 0",
    "1 if T / 2 else 2",
    "not T / 2",
    "T / 2 in [1.5]",
    "T == 3",
    "T > 3",
    "T == S",
    "1 if T % 2 == 0 else 2",
    "T in [3, 4]",
    "T != 3",
]


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_depends_on_open_sizes_is_an_error(text: str) -> None:
    assert refused(text, T=T, S=S) == "E222"


SIZE_REFUSED = [
    ("2 ** T", "E215"),
    ("2.0 ** (T / 2)", "E215"),
    ("range(T)", "E215"),
    ("T + none", "E215"),
    ("T // 0", "E215"),
    ("T % 0", "E215"),
    ("T / 0", "E215"),
    ("T ** 9", "E215"),
    ("[1, 2][T]", "E218"),
    ("[0] * T", "E215"),
    ("round(T / 2)", "E215"),
    ("T ** 8.5", "E215"),
    ("T ** -9", "E215"),
    ("T ** (0 / 1 - 10)", "E215"),
    ("1 / (0.5 * T - 1)", "E215"),
    ("1 / (-T)", "E215"),
    ("1 // log(T)", "E215"),
    ("1 % (2 - sqrt(T))", "E215"),
    ("sqrt(-T)", "E215"),
    ("sqrt(1 - T / 2)", "E215"),
    ("log(T - T / 2)", "E215"),
    ("log(2, T)", "E215"),
    ("log(0 * T)", "E215"),
    ("(T / 2 - 1) ** -1", "E215"),
    ("(T / 2 - 1) ** 0.5", "E215"),
    ("T / 0.0", "E215"),
    ("floor(T / 2)", "E215"),
    ("int(sqrt(T))", "E215"),
    ("max(T / 2, 1)", "E215"),
    ("abs(T / 2)", "E215"),
    ("range(T / 2)", "E215"),
    ("T / 2 + none", "E215"),
    ("sqrt(T, T)", "E215"),
    ("[0] * (T / 2)", "E215"),
    ("make_divisible(T, 8)", "E215"),
    ("T @ T", "E215"),
]


@pytest.mark.parametrize(("text", "code"), SIZE_REFUSED)
def test_what_sizes_do_not_allow(text: str, code: str) -> None:
    assert refused(text, T=T) == code


@given(
    st.recursive(
        st.sampled_from(["T", "S", "1", "2", "3", "5"]),
        lambda part: st.one_of(
            st.tuples(part, st.sampled_from(["+", "-", "*"]), part).map(
                lambda t: f"({t[0]} {t[1]} {t[2]})"
            ),
            st.tuples(part, st.sampled_from(["//", "%"]), st.sampled_from(["2", "3", "4"])).map(
                lambda t: f"({t[0]} {t[1]} {t[2]})"
            ),
            st.tuples(part, part).map(lambda t: f"min({t[0]}, {t[1]})"),
            st.tuples(part, part).map(lambda t: f"max({t[0]}, {t[1]})"),
        ),
        max_leaves=8,
    ),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_symbolic_arithmetic_is_arithmetic(text: str, t: int, s: int) -> None:
    """Computing with symbols and then giving them values is computing with the values."""
    made = value(text, T=T, S=S)
    assert substitute(made, {"T": t, "S": s}) == value(text, T=t, S=s)


# --- names ---------------------------------------------------------------------------------------


def test_a_name_means_an_assignment_then_the_file_then_a_layer_then_a_label() -> None:
    assert paths("w = 3\nnet n: x[8] { w = 4\n x > linear(w) }") == ["linear1"]
    made = graph("w = 3\nnet n: x[8] { w = 4\n x > linear(w) }")
    assert made.outputs[0].type.shape[1] == 4
    made = graph("w = 3\nblock b(w): x { x > linear(w) }\nnet n: x[8] { x > b(5) }")
    assert made.outputs[0].type.shape[1] == 5
    assert paths("block relu = linear(3)\nrelu > gelu") == ["relu1.linear1", "gelu1"]
    assert paths("block b(relu) = relu > relu\nb(gelu) > tanh") == ["b1.relu1", "b1.relu2", "tanh1"]


def test_constants_stand_in_any_order() -> None:
    made = graph("linear(b) > relu\nb = a * 2\na = 4")
    assert made.outputs[0].type.shape[1] == 8


def test_constants_in_a_circle() -> None:
    assert codes("a = b\nb = a\nlinear(a)") == ["E201"]


def test_a_constant_takes_a_pattern() -> None:
    made = graph("a, (b, c) = [1, [2, 3]]\nlinear(a + b + c)")
    assert made.outputs[0].type.shape[1] == 6


@pytest.mark.parametrize(
    "text",
    ["a = 1\na = 2\nlinear(a)", "block a = relu\na = 3\nlinear(a)", "a = 1\nshare a = relu\na"],
)
def test_a_file_defines_a_name_once(text: str) -> None:
    problem = error(text)
    assert problem.code == "E223"
    assert problem.labels


def test_a_body_may_assign_again() -> None:
    made = graph("net n: x[8] { w = 2\n w = w + 1\n x = x > linear(w)\n x > relu }")
    assert made.outputs[0].type.shape[1] == 3


TENSORS = [
    ("x.shape[1]", "3"),
    ("x.shape[-1]", "8"),
    ("x.c", "3"),
    ("x.h", "6"),
    ("x.w", "8"),
    ("x.d", "8"),
    ("len(x.shape)", "4"),
    ("x.shape[2] * x.shape[3]", "48"),
    ('4 if x.dtype == "float" else 5', "4"),
]


@pytest.mark.parametrize(("text", "expected"), TENSORS)
def test_what_a_tensor_tells(text: str, expected: str) -> None:
    made = graph(f"net n: x[3, 6, 8] {{ x > gap > linear({text}) }}")
    assert str(made.outputs[0].type.shape[1]) == expected


@pytest.mark.parametrize(
    ("shape", "attribute", "good"),
    [
        ("[8]", "d", True),
        ("[8]", "c", False),
        ("[8]", "t", False),
        ("[8]", "h", False),
        ("[5, 8]", "d", True),
        ("[5, 8]", "c", True),
        ("[5, 8]", "t", True),
        ("[5, 8]", "h", False),
        ("[3, 5, 8]", "c", True),
        ("[3, 5, 8]", "h", True),
        ("[3, 5, 8]", "w", True),
        ("[3, 5, 8]", "t", False),
        ("[3, 5, 8]", "d", True),
        ("[2, 3, 5, 8]", "c", True),
        ("[2, 3, 5, 8]", "h", False),
        ("[2, 3, 5, 8]", "d", True),
        ("[]", "d", False),
    ],
)
def test_axes_have_names_on_their_ranks_only(shape: str, attribute: str, good: bool) -> None:
    text = f"net n: x{shape} {{ w = x.{attribute}\n x * w }}"
    assert codes(text) == ([] if good else ["E301"])


def test_sizes_of_ports_are_values() -> None:
    text = "net n: x[T, d] { x > repeat_interleave(2, dim=2) > reshape([N, T * 2 * d]) }"
    made = graph(text, inputs="5x4")
    assert [str(d) for d in made.outputs[0].type.shape] == ["N", "40"]
    assert [str(d) for d in graph(text).outputs[0].type.shape] == ["N", "2*T*d"]


def test_enumerated_settings_take_bare_names() -> None:
    graph("input(3x8x8) > conv(3x3, 4, pad=same) > upsample(2, mode=bilinear)")
    graph('input(3x8x8) > conv(3x3, 4, pad="same") > upsample(2, mode="bilinear")')
    graph('m = "bilinear"\ninput(3x8x8) > upsample(2, mode=m)')
    graph('block b(m): x { x > upsample(2, mode=m) }\ninput(3x8x8) > b("nearest")')


def test_a_name_of_the_spec_comes_before_an_option() -> None:
    """An assigned name means its value; a layer's word in that place means the option."""
    assert codes("same = 1\ninput(3x8x8) > conv(3x3, 4, pad=same)") == []
    made = graph("same = 0\ninput(3x8x8) > conv(3x3, 4, pad=same)")
    assert made.outputs[0].type.shape[2] == 6


# --- require, conditions, patterns ---------------------------------------------------------------


def test_require_says_its_message_and_the_numbers() -> None:
    head = 'net n(w=10, heads=3): x[8] { require w % heads == 0, "heads must divide width"'
    text = head + "\n x > relu }"
    problem = error(text)
    assert (problem.code, problem.message) == ("E213", "heads must divide width")
    assert "w = 10, heads = 3" in problem.notes
    assert codes(text.replace("heads=3", "heads=5")) == []


def test_require_without_a_message() -> None:
    problem = error("net n(w=10): x[8] { require w > 11\n x > relu }")
    assert problem.code == "E213"
    assert "w > 11" in problem.message


def test_a_message_fills_in_values() -> None:
    problem = error('net n(w=10): x[8] { require w > 11, "width {w} is small"\n x > relu }')
    assert problem.message == "width 10 is small"


def test_require_on_sizes() -> None:
    text = "net n: x[T, 8] { require T % 2 == 0\n x > relu }"
    assert codes(text) == []  # it says which sizes the net is for
    assert codes(text, inputs="4x8") == []
    assert codes(text, inputs="5x8") == ["E213"]
    assert codes("net n: x[T, 8] { require T > 0\n x > relu }") == []


def test_require_at_the_top_of_a_file() -> None:
    assert codes("w = 3\nrequire w > 4\nlinear(w)") == ["E213"]


@pytest.mark.parametrize(
    "text",
    [
        "net n: x[8] { y = (x > relu) if x else x\n y > relu }",
        "net n: x[8] { y = (x > relu) if x > gt(0) else x\n y > relu }",
        "net n: x[8] { y = x > relu if x.shape[0] == x else x\n y > relu }",
        "net n: x[8] { require x\n x > relu }",
        "net n: x[8] { y = not x\n x > relu }",
        "net n: x[8] { y = x and x\n x > relu }",
        "net n: x[8] { w = [1 for i in range(3) if x]\n x > relu }",
    ],
)
def test_a_condition_on_a_tensor_is_an_error(text: str) -> None:
    problem = error(text)
    assert problem.code == "E222"
    assert any("where" in h for h in problem.help)


def test_a_condition_on_a_network_or_bundle_is_an_error() -> None:
    assert codes("net n: x[8] { y = 1 if relu else 2\n x > linear(y) }") == ["E222"]
    assert codes("net n: x[8] { y = 1 if [x] else 2\n x > linear(y) }") == []


PATTERNS = [
    ("for i, (t, c, n) in enumerate([[1, 16, 1], [6, 24, 2]]) { linear(t * c + n + i) }", 147),
    ("for (a, b), c in [[[1, 2], 3]] { linear(a + b + c) }", 6),
    ("for a in [[1, 2]] { linear(a[0] + a[1]) }", 3),
]


@pytest.mark.parametrize(("text", "expected"), PATTERNS)
def test_patterns_nest(text: str, expected: int) -> None:
    assert graph(text).outputs[0].type.shape[1] == expected


def test_a_pattern_that_does_not_fit() -> None:
    assert codes("for a, b in [[1, 2, 3]] { linear(a) }") == ["E218"]
    assert codes("net n: x[8] { a, b = [1, 2, 3]\n x > linear(a) }") == ["E218"]
    assert codes("net n: x[8] { a, b = 3\n x > linear(a) }") == ["E218"]
    assert codes("for i in 3 { linear(8) }") == ["E218"]
    assert any("range(3)" in h for h in error("for i in 3 { linear(8) }").help)


def test_python_floats_are_not_whole_numbers() -> None:
    problem = error("linear(8 / 2)")
    assert problem.code == "E204"
    assert any("//" in h for h in problem.help)
    assert codes("linear(8 // 2)") == []


def test_nan_and_infinity_do_not_exist() -> None:
    assert not [d for d in found("linear(4) > dropout(0.5)") if d.code == "E215"]
    assert codes("w = 1e308 * 10\nlinear(4) * w") == ["E215"]


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_integer_division_is_pythons(a: int, b: int) -> None:
    if b:
        assert value("a // b", a=a, b=b) == a // b
        assert value("a % b", a=a, b=b) == a % b


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_floats_are_pythons(a: float, b: float) -> None:
    assert value("a * b + a - b", a=a, b=b) == a * b + a - b
    assert value("floor(a)", a=a) == math.floor(a)


@given(st.integers(1, 2000), st.sampled_from([1, 4, 8, 16]))
def test_make_divisible_is_torchvisions(v: int, divisor: int) -> None:
    new = max(divisor, int(v + divisor / 2) // divisor * divisor)
    expected = new + divisor if new < 0.9 * v else new
    assert value("make_divisible(v, divisor)", v=v, divisor=divisor) == expected


def test_sizes_are_sizes() -> None:
    assert isinstance(value("T * 2", T=T), Size)
