"""A formatted text has the syntax and the comments that it had, and is formatted to itself."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from netwright.grammar.formatting import NotTheSame, format_source, same_syntax
from netwright.grammar.parser import parse
from netwright.grammar.printer import WIDTH
from netwright.grammar.source import Source
from netwright.grammar.written import remarks
from netwright.spec_files import shipped
from tests.differential.programs import program

from .layouts import hostile

ROOT = Path(__file__).parent.parent.parent
GOLDEN = sorted((ROOT / "tests/golden").rglob("*.net"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```net\n(.*?)^```", re.DOTALL | re.MULTILINE)


def formatted(text: str) -> str:
    result, findings = format_source(Source("test.net", text))
    assert result is not None, findings
    return result


def assert_formats_well(text: str) -> None:
    """The comparison is made anew: nothing of what the formatter checks itself is believed."""
    once = formatted(text)
    before, after = parse(Source("before", text)), parse(Source("after", once))
    assert not before[1]
    assert not after[1]
    assert same_syntax(before[0], after[0])
    assert [c.text for c in remarks(once)] == [c.text for c in remarks(text)]
    assert formatted(once) == once
    assert once.endswith("\n")
    assert not once.endswith("\n\n")
    assert "\n\n\n" not in once


# --- texts that are there --------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_specs_are_formatted(name: str) -> None:
    text = shipped()[name].read_text("utf-8")
    assert formatted(text) == text
    assert max(map(len, text.split("\n"))) <= WIDTH


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_imports_are_formatted(path: Path) -> None:
    """There is one printer: what it makes of a model is what it makes of the text."""
    text = path.read_text("utf-8")
    assert formatted(text) == text


def test_the_documentation_is_formatted() -> None:
    """All specs in it that parse; the others show single lines or mistakes."""
    texts = [text for page in PAGES for text in FENCE.findall(page.read_text("utf-8"))]
    whole = [text for text in texts if not parse(Source("fence", text))[1]]
    assert len(whole) > 15
    for text in whole:
        assert formatted(text) == text


# --- other layouts ---------------------------------------------------------------------------


def generated(number: int) -> str:
    """A shipped spec or a random program, in a hostile layout. Programs that the parser refuses
    are left out."""
    random = Random(number)
    specs = sorted(shipped().values())
    if number % 2:
        return hostile(specs[number // 2 % len(specs)].read_text("utf-8"), random)
    texts = (program(f"layout {number}.{attempt}").text for attempt in range(100))
    return hostile(next(text for text in texts if not parse(Source("", text))[1]), random)


def run(first: int, count: int) -> None:
    for number in range(first, first + count):
        text = generated(number)
        try:
            assert_formats_well(text)
        except (AssertionError, NotTheSame) as error:
            raise AssertionError(f"layout {number}") from error


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_hostile_layouts(first: int) -> None:
    run(first, 50)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(200, 10_000, 100))
def test_more_hostile_layouts(first: int) -> None:
    run(first, 100)


def test_layouts_are_hostile() -> None:
    """The texts of the tests above have comments in brackets, of both kinds, and all line ends."""
    texts = [generated(number) for number in range(40)]
    everything = "\n".join(texts)
    for pattern in (r"\(\s*#", r"\[\s*#", r",\s*#", r"\{\s*#", r">\s*#", r"##\w", r"\r\n", r"\t"):
        assert re.search(pattern, everything), pattern
    assert any(not text.endswith("\n") for text in texts)
    assert sum(len(remarks(text)) for text in texts) > 1000


def test_a_long_text_takes_time_by_its_length() -> None:
    """A list of any length and a chain of any length: no width is searched for."""
    numbers = "x = [" + "1, " * 40_000 + "1]\n"
    chain = "x" + " > relu" * 20_000 + "\n"
    for text in (numbers, chain):
        once = formatted(text)
        assert max(map(len, once.split("\n"))) <= WIDTH
        assert once.split() == text.split()


# Constructs inside of one another, as deep as the parser allows.
DEEP = {
    "(": ("(", "x", ")", 99),
    "[": ("[", "x", "]", 99),
    "calls": ("f(", "x", ")", 99),
    "settings": ("f(a=", "x", ")", 49),
    "indices": ("x[", "1", "]", 99),
    "lines": ("f(\n", "x", ")", 99),
    "comments": ("f( # c\n", "x", ")", 99),
    "loops": ("for i in a {\ny = 1\n", "x", "\n}", 49),
    "blocks": ("block b {\n", "x", "\n}", 99),
    "comprehensions": ("[\n", "x", " for i in a]", 98),
    "else": ("a if b else ", "x", "", 99),
    "minus": ("-", "x", "", 99),
    "powers": ("2 ** ", "x", "", 99),
    "operators": ("(a + ", "x", ")", 49),
}


@pytest.mark.parametrize("kind", DEEP)
def test_the_deepest_texts(kind: str) -> None:
    opener, inner, closer, depth = DEEP[kind]
    assert_formats_well(opener * depth + inner + closer * depth)
    deeper = opener * (depth + 2) + inner + closer * (depth + 2)
    result, findings = format_source(Source("test", deeper))
    assert result is None
    assert findings[0].code == "E126"


# --- the style -------------------------------------------------------------------------------

ARGUMENTS = ", ".join(f"argument{i}=[{i}, {i}]" for i in range(6))
LONG_NAME = "a_name_that_is_long_enough_for_lines_to_end"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # spaces, quotes, numbers
        ("x>relu", "x > relu\n"),
        ("f( a,b = 'c' , )", 'f(a, b="c")\n'),
        ("f('say \"hi\"', '\\n')", "f('say \"hi\"', '\\n')\n"),
        ("f(1_000, 1E-05, .5, 2., 1e+3)", "f(1_000, 1e-5, 0.5, 2.0, 1e3)\n"),
        ("2 ** i + x.d**-0.5 + (a)**2", "2**i + x.d ** -0.5 + (a) ** 2\n"),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb\n"),
        # comments
        ("#one\n\n\n#two\na#three", "# one\n\n# two\na  # three\n"),
        ("a # 1\nbcd # 2\n\ne # 3", "a    # 1\nbcd  # 2\n\ne  # 3\n"),
        ("x > f # 1\n# 2\n> g", "x > f  # 1\n  # 2\n  > g\n"),
        ("x > # 1\nf", "x  # 1\n  > f\n"),
        ("f(a, # 1\nb # 2\n)", "f(a,  # 1\n  b  # 2\n  )\n"),
        ("f( # 1\na, b)", "f(  # 1\n  a, b,\n)\n"),
        ("f( # nothing\n)", "f(  # nothing\n)\n"),
        ("block f: x { # 1\n\nx\n# 2\n\n}", "block f: x {  # 1\n\n  x\n  # 2\n}\n"),
        ("block f: x { # nothing\n}", "block f: x {  # nothing\n}\n"),
        ("from a import b, # 1\nc", "# 1\nfrom a import b, c\n"),
        ("##doc\n#not\n## more\nblock f=a", "## doc\n# not\n## more\nblock f = a\n"),
        ("## no\n\nblock f = a", "## no\n\nblock f = a\n"),
        # the author's lines
        ("x > a\n> b > c\n> d", "x > a\n  > b > c\n  > d\n"),
        ("image\n> a\n> b", "image\n  > a\n  > b\n"),
        ("y = image > a >\nb", "y = image > a\n          > b\n"),
        ("y = (a\n> b)", "y = (a\n     > b)\n"),
        ("y = (\na > b)", "y = (\n  a > b\n)\n"),
        ("y = a if b\nelse c if d\nelse e", "y = a if b\n    else c if d\n    else e\n"),
        ("y = [a for a in b\nif c]", "y = [a for a in b\n     if c]\n"),
        ("y = f(x)\nas z", "y = f(x)\n      as z\n"),
        ("block f =\na", "block f = a\n"),
        ("block f = a\n> b", "block f = a\n            > b\n"),
        ("block f =\na\n> b", "block f =\n    a\n  > b\n"),
        ("for i in a {\nb }", "for i in a {\n  b\n}\n"),
        ("y = [1,\n2]", "y = [1,\n     2]\n"),
        ("y = [\n1, 2,\n\n3]", "y = [\n  1, 2,\n\n  3,\n]\n"),
        # tables
        (
            "t = [\n[1, relu, 16],\n[12, gelu6, 4]  # second\n]",
            "t = [\n  [ 1, relu,  16],\n  [12, gelu6,  4],  # second\n]\n",
        ),
        ("t = [\n[1, 2],\n# a\n[12, 4]]", "t = [\n  [ 1, 2],\n  # a\n  [12, 4],\n]\n"),
        ("t = [\n[1, 2\n],\n[12, 4]]", "t = [\n  [ 1, 2],\n  [12, 4],\n]\n"),
        ("t = [\n[1, # a\n2],\n[12, 4]]", "t = [\n  [1,  # a\n   2],\n  [12, 4],\n]\n"),
        ("f(\n[1, 2],\n[12, 4])", "f(\n  [1, 2],\n  [12, 4],\n)\n"),
        ("t = [\n[1, 2], [12, 4],\n[3, 4]\n]", "t = [\n  [1, 2], [12, 4],\n  [3, 4],\n]\n"),
        # what does not fit
        (
            f"y = x > layer({ARGUMENTS})",
            f"y = x > layer({ARGUMENTS.partition(', argument4')[0]},\n"
            "              argument4=[4, 4], argument5=[5, 5])\n",
        ),
        (
            f"net n({', '.join(LONG_NAME + str(i) for i in range(3))}): x[3] {{ x }}",
            f"net n(\n  {LONG_NAME}0, {LONG_NAME}1,\n  {LONG_NAME}2\n): x[3] {{ x }}\n",
        ),
        (
            f"block f(a) = {LONG_NAME}(a) > {LONG_NAME}(a) > relu",
            f"block f(a) =\n    {LONG_NAME}(a) > {LONG_NAME}(a)\n  > relu\n",
        ),
    ],
)
def test_style(text: str, expected: str) -> None:
    assert formatted(text) == expected
    assert_formats_well(text)


def test_what_is_refused() -> None:
    """Errors, and lines that seem to continue the line above: indentation would hide it."""
    for text, code in (("x > ", "E102"), ("", "E132"), ("x = a\n  - b", "W510")):
        result, findings = format_source(Source("test", text))
        assert result is None
        assert [finding.code for finding in findings] == [code]


# --- the guard -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed", ["x > relu\n", "# c\nx > gelu\n", "# c\nx > \n", "# d\nx > relu\n"]
)
def test_what_is_not_the_same_is_refused(printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from netwright.grammar import formatting

    monkeypatch.setattr(formatting, "print_file", lambda *_: printed)
    with pytest.raises(NotTheSame):
        format_source(Source("test", "# c\nx>relu"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("x > f(1)", "x > f(1.0)"), ("f(0.0)", "f(true)"), ("f(a)", "f(a, b)"), ("(a)", "a")],
)
def test_syntax_is_compared_exactly(one: str, other: str) -> None:
    trees = [parse(Source("test", text))[0] for text in (one, other)]
    assert not same_syntax(*trees)
    assert same_syntax(trees[0], parse(Source("test", f"{one}  # comment"))[0])
