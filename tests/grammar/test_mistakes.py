"""What is said about broken texts. The texts are in mistakes.txt, the answers in a golden file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netwright
from netwright.grammar import syntax as s
from netwright.grammar.diagnostics import MAX_ERRORS, Diagnostic, Edit
from netwright.grammar.parser import MAX_TEXT, parse, parse_expression
from netwright.grammar.source import Source
from tests.conftest import Golden

from .sketch import sketch

CASES = (Path(__file__).parent / "mistakes.txt").read_text("utf-8").split("---\n")
PACKAGE = Path(netwright.__file__).parent
GRAMMAR = PACKAGE / "grammar"
PAGES = PACKAGE / "cli" / "explain"


def diagnose(text: str) -> tuple[Diagnostic, ...]:
    return parse(Source("test.net", text))[1]


def codes(text: str) -> list[str]:
    return [d.code for d in diagnose(text)]


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


# --- the golden file -----------------------------------------------------------------------


def told(case: str) -> str:
    file, diagnostics = parse(Source("test.net", case))
    kept = f"  {len(file.statements)} statements are kept"
    return "\n".join([case.rstrip("\n"), kept, *map(told_of_one, diagnostics)])


def told_of_one(d: Diagnostic) -> str:
    assert d.span
    place = f"{d.span.line}:{d.span.column} {d.span.text.partition(chr(10))[0]!r}"
    lines = [f"  {d.code} {place} {d.message}{f' ({d.detail})' if d.detail else ''}"]
    lines += [f"       | {label.span.line}:{label.span.column} {label.text}" for label in d.labels]
    lines += [f"       = {text}" for text in (*d.notes, *d.help)]
    if d.fix:
        lines.append(f"       + {d.fix.title}")
    return "\n".join(lines)


def test_what_is_said(golden: Golden) -> None:
    golden("grammar/mistakes.txt", "\n\n".join(map(told, CASES)) + "\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.partition("\n")[0][2:])
def test_each_case_shows_its_code(case: str) -> None:
    code = re.match(r"# (E\d+)", case)
    assert not code or code[1] in codes(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.partition("\n")[0][2:])
def test_fixes_mend(case: str) -> None:
    found = diagnose(case)
    for diagnostic in found:
        if diagnostic.fix and diagnostic.fix.edits:
            mended = diagnose(apply(case, diagnostic.fix.edits))
            assert len(mended) < len(found), (diagnostic, mended)


# --- recovery ------------------------------------------------------------------------------


def test_sound_statements_are_kept_around_broken_ones() -> None:
    text = "a = 1\nb = = 2\nnet N: x[3] {\n  y = x >\n  z = 3\n  x > relu relu\n  x\n}\nc = 3"
    file, diagnostics = parse(Source("test.net", text))
    body = "(= y broken); (= z 3); broken; x"
    assert sketch(file) == f"(= a 1) (= b broken) (net N : x[3] {{{body}}}) (= c 3)"
    assert [(d.span.line, d.code) for d in diagnostics if d.span] == [
        (2, "E124"),
        (4, "E102"),
        (6, "E110"),
    ]


def test_a_broken_head_does_not_hide_its_body() -> None:
    assert codes("net N(: x[3] {\n  x x\n}") == ["E103", "E110"]


def test_repaired_tokens_leave_the_tree_whole() -> None:
    file, _ = parse(Source("test.net", 'a = f(False) && “x”; b += 1\nc = conv(3×3, "s)'))
    assert sketch(file) == (
        "(= a (and (f  false) (text 'x'))) (= b (+ b 1)) (= c (conv 3x3 (text 's')))"
    ).replace("  ", " ")


def test_many_errors_are_cut_short() -> None:
    _, diagnostics = parse(Source("test.net", "a = = 1\n" * 1000))
    assert len(diagnostics) == MAX_ERRORS


# --- bounds --------------------------------------------------------------------------------


def test_long_texts_are_refused() -> None:
    assert codes("a" * (MAX_TEXT + 1)) == ["E125"]


NESTED = {
    "parentheses": "(" * 5000 + "a" + ")" * 5000,
    "lists": "[" * 5000,
    "bodies": "for i in a {" * 5000,
    "calls": "f(" * 101 + ")" * 101,
    "signs": "-" * 5000 + "a",
    "words": "not " * 5000 + "a",
    "powers": "a" + " ** a" * 5000,
    "choices": "a if b else " * 5000 + "c",
    "dots": "a" + ".b" * 5000,
    "indices": "a" + "[0]" * 5000,
    "labels": "a" + " as b" * 5000,
}


@pytest.mark.parametrize("what", NESTED)
def test_deep_texts_are_refused(what: str) -> None:
    assert codes(NESTED[what]) == ["E126"]


def test_long_numbers_are_refused() -> None:
    assert codes("a = 1" + "0" * 5000) == ["E107"]
    assert codes("a = 1x1" + "0" * 5000) == ["E107"]


# --- texts that are no specs ---------------------------------------------------------------

FOREIGN = {
    "a Pajek network": '*Vertices 2\n1 "a"\n2 "b"\n*Arcs\n1 2\n',
    "a Hugin network": 'net\n{\n  node_size = (60 40);\n}\nnode X\n{\n  states = ("a" "b");\n}\n',
    "a SPICE netlist": "* amplifier\n.subckt amp in out\nR1 in out 1k\n.ends\n",
    "a KiCad netlist": "(export (version D)\n  (design\n    (source a.sch)))\n",
    "a TINA Petri net": "net abc\ntr t1 p1 -> p2\npl p1 (1)\n",
    "a Darknet configuration": "[net]\nbatch=64\n\n[convolutional]\nfilters=32\n",
    "a Caffe prototxt": 'name: "LeNet"\nlayer {\n  name: "data"\n  type: "Input"\n}\n',
    "XML": '<?xml version="1.0"?>\n<net></net>\n',
    "JSON": '{\n  "layers": [1, 2]\n}\n',
    "Python": "import torch\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_files_of_other_programs(what: str) -> None:
    (diagnostic,) = diagnose(FOREIGN[what])
    assert diagnostic.code == "E127"
    assert what in diagnostic.message


def test_bytes_that_are_no_text() -> None:
    (diagnostic,) = diagnose("a = 1\0\0\0\nb = = 2")
    assert diagnostic.code == "E106"


@pytest.mark.parametrize("text", ["", "\n \n", "# only a comment", "\ufeff"])
def test_empty_files(text: str) -> None:
    assert codes(text) == ["E132"]


# --- other entrances -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "E102"), ("1 +", "E102"), ("[1 2]", "E110"), ("(1", "E103"), ("a = 1", "E120")],
)
def test_broken_values_from_outside(text: str, code: str) -> None:
    value, diagnostics = parse_expression(Source("-p a", text))
    assert [d.code for d in diagnostics] == [code]
    assert value is None or code == "E103"


def test_a_split_statement_is_a_warning() -> None:
    file, (warning,) = parse(Source("test.net", "x = a\n  - b"))
    assert (warning.code, warning.severity) == ("W510", "warning")
    assert len(file.statements) == 2
    assert not diagnose("x = a\n-b")
    assert not diagnose("x = a\n\n  -b")
    assert not diagnose("for i in a {\n  -b\n}")


# --- pages ---------------------------------------------------------------------------------

TOO_LONG_TO_SHOW = ("E125", "E126")


def pages() -> list[str]:
    """The codes that the grammar reports: those of syntax, and its warning."""
    written = "".join(p.read_text("utf-8") for p in GRAMMAR.glob("*.py"))
    return sorted(set(re.findall(r'"(E1\d\d|W\d{3})"', written)))


@pytest.mark.parametrize("code", pages())
def test_every_code_has_a_page(code: str) -> None:
    """Its first example is wrong, the others are right."""
    page = (PAGES / f"{code}.md").read_text("utf-8")
    assert page.startswith(f"# {code}: ")
    wrong, *right = re.findall(r"```net\n(.*?)```", page, re.DOTALL)
    assert code in codes(wrong) or code in TOO_LONG_TO_SHOW
    for text in right:
        assert not diagnose(text)


def test_there_are_no_other_pages() -> None:
    assert [p.stem for p in sorted(PAGES.glob("E1*.md"))] == [c for c in pages() if c[0] == "E"]


def test_trees_compare_without_their_places() -> None:
    one, two = (parse(Source("test.net", t))[0] for t in ("a > f(b)", " a>f( b )"))
    assert one == two
    assert isinstance(one, s.File)
