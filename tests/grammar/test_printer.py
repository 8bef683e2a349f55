"""What is printed is parsed to the same tree, and printed again to the same text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from netwright.grammar import syntax as s
from netwright.grammar.document import HARD, SOFT, SPACE, Group, Nest, render
from netwright.grammar.parser import parse
from netwright.grammar.printer import print_expression, print_file
from netwright.grammar.source import Source

from .sketch import expression, parsed
from .strategies import expressions, files, without_parentheses
from .test_constructs import EXPRESSIONS, STATEMENTS


def reparsed(text: str) -> s.File:
    file, diagnostics = parse(Source("printed", text))
    assert not [d for d in diagnostics if d.severity == "error"], (text, diagnostics)
    return file


@pytest.mark.parametrize("text", [*EXPRESSIONS, *STATEMENTS])
def test_constructs_come_back(text: str) -> None:
    file = parsed(text)
    printed = print_file(file)
    assert reparsed(printed) == file
    assert print_file(reparsed(printed)) == printed


@settings(max_examples=100)
@given(files)
def test_trees_come_back(file: s.File) -> None:
    """Parentheses apart, which are put where the tree needs them. What is printed without a text,
    as imports are, is in the style of texts."""
    printed = print_file(file)
    again = reparsed(printed)
    assert print_file(again, printed) == printed
    assert without_parentheses(again) == without_parentheses(file), printed
    assert print_file(again) == printed


@settings(max_examples=100)
@given(expressions)
def test_expressions_come_back(tree: s.Expr) -> None:
    """What was once printed has all the parentheses it needs."""
    once = expression(print_expression(tree))
    assert expression(print_expression(once)) == once


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a>b>  c", "a > b > c\n"),
        ("f( a,b = 1 , )", "f(a, b=1)\n"),
        ("64 * 2 ** i", "64 * 2**i\n"),
        ("'zeros'", '"zeros"\n'),
        ("1e-05", "1e-5\n"),
        (".5", "0.5\n"),
        ("'net'.0.weight", '"net".0.weight\n'),
        ("x[ 1 : , : : 2 ]", "x[1:, ::2]\n"),
        ("block f ( ) = a", "block f = a\n"),
        ("##doc\nblock f(p):x{p}", "## doc\nblock f(p): x { p }\n"),
        ("for i in a{\n\nb=i\nf}", "for i in a {\n  b = i\n  f\n}\n"),
        ("import a\nb = 1\nblock f {c}\nd = 2", "import a\n\nb = 1\n\nblock f { c }\n\nd = 2\n"),
        ("net f:x[3x4] {x}", "net f: x[3, 4] { x }\n"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert print_file(parsed(text)) == canonical


def test_long_lines_are_broken() -> None:
    pipe = " > ".join(["conv(3x3, 64, stride=2, pad=3)"] * 5)
    assert print_file(parsed(f"y = x > {pipe}")) == (
        "y = x > conv(3x3, 64, stride=2, pad=3) > conv(3x3, 64, stride=2, pad=3)\n"
        "      > conv(3x3, 64, stride=2, pad=3) > conv(3x3, 64, stride=2, pad=3)\n"
        "      > conv(3x3, 64, stride=2, pad=3)\n"
    )
    sizes = ", ".join(["123456789"] * 9)
    assert print_file(parsed(f"depths = [{sizes}]")) == (
        f"depths = [{sizes[:-11]},\n          123456789]\n"
    )
    minus = " - ".join(["a" * 30] * 4)
    assert print_file(parsed(f"y = {minus}")) == (
        f"y = {'a' * 30} - {'a' * 30} -\n      {'a' * 30} - {'a' * 30}\n"
    )


def test_parentheses_where_precedence_asks() -> None:
    one, two, three = (s.Name(c, span=Source("", "").span(0, 0)) for c in "abc")
    span = one.span
    inner = s.Binary("+", one, two, operator_span=span, span=span)
    assert print_expression(s.Binary("*", inner, three, operator_span=span, span=span)) == (
        "(a + b) * c"
    )
    assert print_expression(s.Binary("+", three, inner, operator_span=span, span=span)) == (
        "c + (a + b)"
    )
    assert print_expression(s.Binary(">", inner, three, operator_span=span, span=span)) == (
        "a + b > c"
    )


def test_a_chain_of_any_length() -> None:
    file = parsed("x" + " > relu + a" * 5000)
    text = print_file(file)
    assert print_file(reparsed(text)) == text


def test_documents() -> None:
    row = Group(("[", Nest((SOFT, "a,", SPACE, "b")), SOFT, "]"))
    assert render(row, 10) == "[a, b]\n"
    assert render(row, 5) == "[\n  a,\n  b\n]\n"
    assert render(("{", Nest((HARD, row)), HARD, "}"), 8) == "{\n  [a, b]\n}\n"
