"""How findings are printed: text for people, JSON for programs, commands for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from netwright import report_github, report_json, report_sarif, report_text
from netwright.grammar.diagnostics import Diagnostic, Edit, Fix, Label
from netwright.grammar.printable import printable
from netwright.grammar.source import Source, Span
from netwright.terminal import Terminal, char_width

PLAIN = Terminal()
UNET = Source(
    "unet.net",
    """\
net unet: x[3, 64, 64] {
  e1 = x > conv(3x3, 64, pad=1)



  down = e1 > maxpool(2)
  d2 = down > up > conv(3x3, 64)

  d1 = [d2, e1] > add > relu
}
""",
)
LIBRARY = Source("lib/up.net", "block up = upsample(2)\n  > conv(3x3, 64)\n")


def at(source: Source, text: str, last: bool = False) -> Span:
    start = source.text.rindex(text) if last else source.text.index(text)
    return source.span(start, start + len(text))


def shapes() -> Diagnostic:
    return Diagnostic(
        "E302",
        "add needs tensors of one shape",
        at(UNET, "add"),
        "got [N, 64, 62, 62] and [N, 64, 64, 64]: they differ in height and width",
        labels=(Label(at(UNET, "conv(3x3, 64)"), "[N, 64, 62, 62]"),),
        help=("`conv(3x3, 64, pad=1)` keeps the size",),
    )


def several_on_a_line() -> Diagnostic:
    labels = (
        Label(at(UNET, "d2", last=True), "[N, 64, 62, 62]"),
        Label(at(UNET, "e1", last=True), "[N, 64, 64, 64]"),
        Label(at(UNET, "[d2, e1]"), ""),
    )
    return Diagnostic("E302", "shapes differ", at(UNET, "add"), "here", labels=labels)


def nested_spans() -> Diagnostic:
    labels = (Label(at(UNET, "down > up > conv(3x3, 64)"), "in this pipe"),)
    return Diagnostic("E201", "there is no layer `up`", at(UNET, "up"), "unknown", labels=labels)


def same_place_twice() -> Diagnostic:
    labels = (Label(at(UNET, "add"), "first words"), Label(at(UNET, "add"), "second words"))
    return Diagnostic("E302", "one place", at(UNET, "add"), "third words", labels=labels)


def other_file() -> Diagnostic:
    labels = (Label(at(UNET, "up"), "called here"), Label(at(LIBRARY, "up"), "in this block"))
    return Diagnostic("E303", "no", at(LIBRARY, "conv"), "got [N, 3, 9, 9]", labels=labels)


def several_lines() -> Diagnostic:
    span = at(LIBRARY, "upsample(2)\n  > conv(3x3, 64)")
    return Diagnostic("E304", "a pipe over two lines", span, "all of this")


def many_lines() -> Diagnostic:
    span = UNET.span(UNET.text.index("{"), len(UNET.text) - 1)
    return Diagnostic("E305", "a body", span, "ends here", notes=("one", "two\nin two lines"))


def end_of_line() -> Diagnostic:
    end = UNET.text.index("\n")
    return Diagnostic("E101", "something is missing", UNET.span(end, end), "an expression")


def end_of_file() -> Diagnostic:
    end = len(UNET.text)
    return Diagnostic("E102", "the text ends in a block", UNET.span(end, end), "expected `}`")


def repaired() -> Diagnostic:
    span = at(UNET, "conv(3x3, 64)")
    edit = Edit(UNET.span(span.end - 1, span.end - 1), ", pad=1")
    fix = Fix("keep the size with `pad=1`", (edit,))
    return Diagnostic("E302", "a fix in one line", span, fix=fix, severity="warning")


def replaced() -> Diagnostic:
    source = Source("old.net", "x > conv2d(3, 64) > Relu\n")
    edits = (Edit(at(source, "conv2d"), "conv"), Edit(at(source, "Relu"), "relu"))
    return Diagnostic("E203", "PyTorch's names", at(source, "conv2d"), fix=Fix("write", edits))


def removed() -> Diagnostic:
    source = Source("old.net", "x > relu;\n")
    fix = Fix("leave out the `;`", (Edit(at(source, ";"), ""),))
    return Diagnostic("E103", "no semicolons", at(source, ";"), fix=fix)


def title_said_by_help() -> Diagnostic:
    fix = Fix("write `relu`", ())
    return Diagnostic("E203", "no", at(UNET, "relu"), help=("write `relu`",), fix=fix)


def wide_characters() -> Diagnostic:
    text = '\tx = "漢字 e\u0301" > cönv(3x3)\t> relu\n'
    source = Source("宽.net", text)
    labels = (Label(at(source, "relu"), "after a tab"),)
    return Diagnostic("E201", "there is no layer `cönv`", at(source, "cönv"), "?", labels=labels)


def long_line() -> Diagnostic:
    source = Source("long.net", "relu > " * 10_000 + "boom(3)" + " > relu" * 10_000 + "\n")
    labels = (Label(source.span(14, 18), "an early place"), Label(at(source, "boom"), "there"))
    return Diagnostic("E201", "no `boom`", at(source, "boom(3)"), "a late place", labels=labels)


def long_span() -> Diagnostic:
    source = Source("long.net", "x > " + "relu > " * 100 + "relu\n")
    return Diagnostic("E201", "all of it", source.span(4, len(source.text) - 1), "too long")


def escapes() -> Diagnostic:
    source = Source("evil\x1b[2J.net", "x > \x1b[31mred\u202e\x00\n")
    return Diagnostic("E105", "a \x1b[2J in words", at(source, "\x1b"), "\x07bell")


def windows_lines() -> Diagnostic:
    source = Source("dos.net", "x > relu\r\ny > boom\r\n")
    return Diagnostic("E201", "no layer `boom`", at(source, "boom"), "unknown")


def placeless() -> Diagnostic:
    return Diagnostic("E401", "no place", notes=("a note",), help=("a help",), severity="note")


CASES: list[Callable[[], Diagnostic]] = [
    shapes,
    several_on_a_line,
    nested_spans,
    same_place_twice,
    other_file,
    several_lines,
    many_lines,
    end_of_line,
    end_of_file,
    repaired,
    replaced,
    removed,
    title_said_by_help,
    wide_characters,
    long_line,
    long_span,
    escapes,
    windows_lines,
    placeless,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_text(case: Callable[[], Diagnostic], golden: Callable[[str, str], None]) -> None:
    text = report_text.render(case(), PLAIN)
    assert "\x1b" not in text
    golden(f"cli/report/{case.__name__}.txt", f"{text}\n")


def test_the_look_of_the_language_page() -> None:
    lines = report_text.render(shapes(), PLAIN).splitlines()
    assert lines[0] == "error[E302]: add needs tensors of one shape"
    assert lines[1] == "  --> unet.net:9:19"
    assert lines[-1] == "   = help: `conv(3x3, 64, pad=1)` keeps the size"


def test_words_have_an_end() -> None:
    endless = Diagnostic("E201", "x" * 10**6, help=("y" * 10**6,))
    assert len(report_text.render(endless, PLAIN)) < 3000


def test_colours(golden: Callable[[str, str], None]) -> None:
    coloured = report_text.render(shapes(), Terminal(colour=True))
    golden("cli/report/colours.txt", coloured.replace("\x1b", "ESC") + "\n")


def test_a_narrow_terminal_still_shows_the_place() -> None:
    lines = report_text.render(long_line(), Terminal(width=40)).splitlines()
    rows = [line for line in lines if "boom(3)" in line and "|" in line]
    assert rows
    assert all(len(row) <= 42 for row in rows)


@pytest.mark.parametrize(
    ("severities", "files", "expected"),
    [
        ([], ["a.net"], "No errors in a.net"),
        (["error"], ["a.net"], "Found 1 error in a.net"),
        (["error"] * 2 + ["warning"], ["unet.net"], "Found 2 errors in unet.net (1 warning)"),
        (["warning"] * 2, ["a.net"], "Found 2 warnings in a.net"),
        (["error", "note"], ["a.net", "b.net"], "Found 1 error in 2 files"),
    ],
)
def test_closing_line(severities: list[str], files: list[str], expected: str) -> None:
    found = [Diagnostic("E1", "x", severity=s) for s in severities]  # type: ignore[arg-type]
    assert report_text.closing(found, files) == expected


def test_json(golden: Callable[[str, str], None]) -> None:
    found = [shapes(), replaced(), placeless()]
    text = report_json.report(found, ["unet.net"], PLAIN)
    golden("cli/report/findings.json", text)
    first = json.loads(text)["diagnostics"][0]
    place = [first[k] for k in ("line", "column", "end_line", "end_column")]
    assert place == [9, 19, 9, 22]


def test_github(golden: Callable[[str, str], None]) -> None:
    source = Source("a,b:c%.net", "x > boom\n")
    odd = Diagnostic("E201", "50% of: this,\nthat", at(source, "boom"), severity="warning")
    found = [shapes(), odd, repaired(), placeless()]
    text = report_github.report(found, ["unet.net"], PLAIN)
    assert len(text.splitlines()) == len(found)
    golden("cli/report/github.txt", text)


def test_sarif(golden: Callable[[str, str], None]) -> None:
    source = Source("a,b:c %.net", "x > boom\n")
    odd = Diagnostic("W501", "50% of: this,\nthat", at(source, "boom"), severity="warning")
    found = [shapes(), odd, repaired(), placeless()]
    text = report_sarif.report(found, ["unet.net", "/a b/c.net"], PLAIN)
    golden("cli/report/sarif.json", text)
    (run,) = json.loads(text)["runs"]
    codes = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [codes[r["ruleIndex"]] for r in run["results"]] == [d.code for d in found]
    assert [a["location"]["uri"] for a in run["artifacts"]] == ["unet.net", "file:///a%20b/c.net"]


@pytest.mark.parametrize(
    ("char", "width"), [("a", 1), ("é", 1), ("漢", 2), ("\u0301", 0), ("\u200d", 0), ("🙂", 2)]
)
def test_char_width(char: str, width: int) -> None:
    assert char_width(char) == width


def test_printable_keeps_what_is_harmless() -> None:
    assert printable("a\tb\nc é 漢 🙂") == "a\tb\nc é 漢 🙂"
    assert printable("\x1b\x7f\u202e\u2028\x85") == "␛␡\ufffd\ufffd\ufffd"
