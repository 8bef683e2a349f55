"""Where statements end, which words are names, and what belongs to which block."""

from __future__ import annotations

import pytest

from netwright.grammar import syntax as s

from .sketch import parsed, sketch

# Of these a line may start with each, and end in each, and its statement goes on.
LEADING = [">", "<", ">=", "<=", "==", "!=", "+", "*", "/", "//", "%", "**", "@", "and", "or", "in"]


@pytest.mark.parametrize("operator", LEADING)
def test_a_line_that_starts_with_an_operator_goes_on(operator: str) -> None:
    assert sketch(parsed(f"a\n  {operator} b")) == f"({operator} a b)"
    assert sketch(parsed(f"a # why\n\n# not\n{operator} b")) == f"({operator} a b)"


@pytest.mark.parametrize("operator", [*LEADING, "-", "not in"])
def test_a_line_that_ends_in_an_operator_goes_on(operator: str) -> None:
    assert sketch(parsed(f"a {operator} # why\n\n  b")) == f"({operator} a b)"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a\nas b", "(as a b)"),
        ("a as\nb", "(as a b)"),
        ("a\nif b\nelse c", "(if b a c)"),
        ("a if\nb else\nc", "(if b a c)"),
        ("a\n= b", "(= a b)"),
        ("a =\nb", "(= a b)"),
        ("a,\nb = c", "(= <a b> c)"),
        ("net f: x[1]\n-> [2] { x }", "(net f : x[1] -> [2] {x})"),
        ("net f: x[1] ->\n[2] { x }", "(net f : x[1] -> [2] {x})"),
        ("net f: x[1],\ny[1] { x }", "(net f : x[1] y[1] {x})"),
        ("not\na", "(not a)"),
        ("a not\nin b", "(not in a b)"),
    ],
)
def test_statements_that_go_on(text: str, tree: str) -> None:
    assert sketch(parsed(text)) == tree


@pytest.mark.parametrize("start", ["-", "[", "(", "not "])
def test_a_line_never_goes_on_with(start: str) -> None:
    close = {"[": "]", "(": ")"}.get(start, "")
    assert len(parsed(f"a\n{start}b{close}").statements) == 2


@pytest.mark.parametrize(
    "bracketed", ["f(\na,\n\nb=1\n)", "[\na\n,\nb]", "x[\n0\n:\n1]", "(\na\n)"]
)
def test_lines_in_brackets(bracketed: str) -> None:
    assert len(parsed(bracketed).statements) == 1


def test_a_body_in_brackets_has_lines_again() -> None:
    text = "f(\n  for i in xs {\n    a = i\n\n    g(a)\n  },\n  b\n)"
    assert sketch(parsed(text)) == "(f (for i xs {(= a i); (g a)}) b)"


@pytest.mark.parametrize(
    "text", ["a\nb", "\n\na\n\n\nb\n\n", "a\r\nb\r\n", "\ufeffa\n\tb", "a#\n#\nb"]
)
def test_empty_lines_and_spaces_mean_nothing(text: str) -> None:
    assert sketch(parsed(text)) == "a b"


def test_keywords_are_names_after_a_dot_and_as() -> None:
    text = "x.net > f as block > g as if\n> h.not.in"
    assert sketch(parsed(text)) == "(> (> (> x.net (as f block)) (as g if)) h.not.in)"


def test_words_that_start_like_keywords() -> None:
    assert sketch(parsed("network > nets > iffy > android > format > inner > nonet")) == (
        "(> (> (> (> (> (> network nets) iffy) android) format) inner) nonet)"
    )


# --- documentation -------------------------------------------------------------------------


def documentation(text: str) -> list[str]:
    return [b.documentation for b in parsed(text).statements if isinstance(b, s.Block)]


def test_documentation_stands_above_its_block() -> None:
    text = "a = 1\n## One\n##   two  \n##\n##three\nblock f = a\nnet g = a"
    assert documentation(text) == ["One\ntwo\n\nthree", ""]


def test_documentation_in_bodies() -> None:
    (block,) = parsed("block f {\n  ## inner\n  block g = a\n  g\n}").statements
    assert isinstance(block, s.Block)
    assert isinstance(block.body[0], s.Block)
    assert block.body[0].documentation == "inner"


@pytest.mark.parametrize(
    "text",
    [
        "## about the file\n\nblock f = a",
        "## about a\na = 1\nblock f = a",
        "a = 1 ## about a\nblock f = a",
        "# a comment\nblock f = a",
    ],
)
def test_other_comments_are_not_documentation(text: str) -> None:
    assert documentation(text) == [""]


def test_comments_between_documentation_and_block() -> None:
    assert documentation("## doc\n# todo\nblock f = a") == ["doc"]
