"""A report of any finding, on lines of any length, at any width of the terminal: it is made, fits,
and what is underlined is what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle, pairwise, product
from pathlib import Path

import pytest

from netwright import report_text
from netwright.compiler.pipeline import check_source
from netwright.grammar.diagnostics import Diagnostic, Edit, Fix, Label
from netwright.grammar.source import Source, Span
from netwright.terminal import Terminal, lay_out, text_width

ERRORS = Path(__file__).parents[1] / "errors"
WIDTHS = (20, 33, 40, 94, 100, 237, 400)
LENGTHS = (0, 1, 2, 19, 60, 94, 95, 400, 2000)
FILLERS = ("a", "漢", "e\u0301", "\u0301", "±", "\t", "\x1b", "\u202e", "\ud800", "👩\u200d💻")
EDITS = ("insert", "delete", "replace", "shorten", "own")
ROW = re.compile(r"( +\d+ \| )(.*)")
SIGNS = re.compile(r"( +\| ) *(\^+)(?: |$)")
LEAST = 22
"""Columns of a line of the spec, however narrow the terminal is."""


# --- findings on lines of any length ----------------------------------------------------------


@cache
def corpus() -> tuple[Diagnostic, ...]:
    """Every finding in ``tests/errors``."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(ERRORS.glob("*.net"))}
    return tuple(
        found
        for path, text in texts.items()
        for found in check_source(Source(path.name, text), search=[ERRORS]).diagnostics
    )


class Stretched:
    """The same finding where every line has ``before`` in front and ``after`` behind."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        self.sources: dict[Source, Source] = {}

    def finding(self, d: Diagnostic, edit: str) -> Diagnostic:
        span = self.span(d.span) if d.span else None
        labels = tuple(Label(self.span(label.span), label.text) for label in d.labels)
        return d.replace(span=span, labels=labels, fix=self.fix(d, span, edit))

    def span(self, span: Span) -> Span:
        source = self.sources.setdefault(span.source, self.source(span.source))
        start, end = (self.offset(span.source, o) for o in (span.start, span.end))
        return Span(source, start, max(start, end))

    def source(self, source: Source) -> Source:
        lines = source.text.split("\n")
        return Source(source.name, "\n".join(self.before + x + self.after for x in lines))

    def offset(self, source: Source, offset: int) -> int:
        line, _ = source.position(offset)
        return offset + line * len(self.before) + (line - 1) * len(self.after)

    def fix(self, d: Diagnostic, span: Span | None, edit: str) -> Fix | None:
        if edit == "own":
            edits = d.fix.edits if d.fix else ()
            return d.fix and Fix(d.fix.title, tuple(Edit(self.span(e.span), e.text) for e in edits))
        return Fix("so", (edited(span, edit),)) if span else None


def edited(span: Span, kind: str) -> Edit:
    return {
        "insert": Edit(span.source.span(span.start, span.start), "漢 new"),
        "delete": Edit(span, ""),
        "replace": Edit(span, "other"),
        "shorten": Edit(span, span.text[:-1]),
    }[kind]


def checked(finding: Diagnostic, width: int) -> str:
    """The report, whose lines of the spec fit and whose signs stand under what is meant."""
    text = report_text.render(finding, Terminal(width=width))
    assert finding.message[:40] in text
    lines = text.split("\n")
    for row, below in pairwise([*lines, ""]):
        if shown := ROW.fullmatch(row):
            assert text_width(row) <= max(width, len(shown[1]) + LEAST), (row, width)
            if finding.span and int(shown[1].strip(" |")) == finding.span.line:
                assert_underlined(finding.span, shown[2], below)
    return text


def assert_underlined(span: Span, shown: str, below: str) -> None:
    """What stands over the signs is a part of what is meant."""
    signs = SIGNS.match(below)
    if signs is None:  # another mark's line, or the repaired one
        return
    start, end = (at - len(signs[1]) for at in signs.span(2))
    body, columns = lay_out(shown)
    over = "".join(c for c, at in zip(body, columns, strict=False) if start <= at < end)
    meant = plain(lay_out(span.source.text[span.start : max(span.end, span.start + 1)])[0])
    if meant:  # more than characters without a width of their own
        assert plain(over), (shown, below)
        assert plain(over) in meant, (shown, below)


def plain(text: str) -> str:
    return re.sub(r"[\s\u0301\u200d…]", "", text)


@pytest.mark.parametrize("edit", EDITS)
def test_every_finding_at_some_width(edit: str) -> None:
    """One combination for each finding, all of them over the corpus."""
    choices = list(product(WIDTHS, LENGTHS, FILLERS))
    step = 37  # prime to their number: neighbours differ in all three
    for i, finding in enumerate(corpus()):
        for j in range(2):
            width, length, filler = choices[(2 * i + j) * step % len(choices)]
            checked(
                Stretched(filler * length, filler * (length // 2)).finding(finding, edit), width
            )


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("filler", FILLERS, ids=ascii)
def test_every_finding_at_every_width(edit: str, filler: str) -> None:
    for length in LENGTHS:
        stretched = Stretched(filler * length, filler * (length // 2))
        for finding in corpus():
            found = stretched.finding(finding, edit)
            for width in WIDTHS:
                checked(found, width)


# --- one place on a line ----------------------------------------------------------------------


def places(length: int) -> Iterator[tuple[int, int]]:
    marks = {0, 1, length // 3, length // 2, length - 1, length}
    inside = sorted(m for m in marks if 0 <= m <= length)
    return ((a, b) for a in inside for b in inside if a <= b)


@pytest.mark.parametrize("filler", FILLERS, ids=ascii)
@pytest.mark.parametrize("edit", EDITS[:-1])
def test_any_place_on_a_line(edit: str, filler: str) -> None:
    """At two widths each, all widths in turn."""
    widths = cycle(WIDTHS)
    for finding in findings_along_lines(edit, filler):
        for _ in range(2):
            checked(finding, next(widths))


@pytest.mark.slow
@pytest.mark.parametrize("filler", FILLERS, ids=ascii)
@pytest.mark.parametrize("edit", EDITS[:-1])
def test_any_place_on_a_line_at_every_width(edit: str, filler: str) -> None:
    for finding in findings_along_lines(edit, filler):
        for width in WIDTHS:
            checked(finding, width)


def findings_along_lines(edit: str, filler: str) -> Iterator[Diagnostic]:
    for length in (1, 20, 94, 95, 500):
        source = Source("a.net", (filler * length)[:length])
        for start, end in places(length):
            span = source.span(start, end)
            yield Diagnostic("E201", "no", span, "here", fix=Fix("so", (edited(span, edit),)))


def test_what_is_left_out_far_along_a_line_is_shown() -> None:
    text = "relu > " * 40 + "conv(3x3, 16, padding=1)" + " > relu" * 40
    source = Source("a.net", text)
    at = text.index("padding")
    fix = Fix("it is called `pad` here", (Edit(source.span(at, at + 7), "pad"),))
    shown = report_text.render(
        Diagnostic("E202", "no", source.span(at, at + 9), fix=fix), Terminal()
    )
    assert "conv(3x3, 16, pad=1)" in shown
