"""Repairs are made before they are offered."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from netwright.grammar.diagnostics import Diagnostic, Edit, Fix
from netwright.grammar.parser import parse
from netwright.grammar.source import Source
from netwright.grammar.trial import Trial, applied, first_that_mends, mends


def findings(source: Source) -> Iterable[Diagnostic]:
    return parse(source)[1]


def fix(source: Source, *edits: tuple[str, str]) -> Fix:
    """Replacing the first occurrences of texts; ``""`` is the end of the text."""
    places = [(source.text.index(old) if old else len(source.text), old, new) for old, new in edits]
    made = (Edit(source.span(start, start + len(old)), new) for start, old, new in places)
    return Fix("", tuple(made))


def test_edits_are_made_from_the_back() -> None:
    source = Source("a.net", "one two three")
    assert applied(source, fix(source, ("one", "1"), ("three", "3!")).edits).text == "1 two 3!"


@pytest.mark.parametrize(
    ("text", "old", "new", "good"),
    [
        ("x > conv(3x3, 8", "", ")", True),
        ("x > conv(3x3, 8", "", "(", False),
        ("x > relu;\ny > (", ";", "", True),  # the other mistake stays
        ("x > relu;", "relu;", "relu", True),
        ("x > relu;", "relu;", "relu ;", False),
    ],
)
def test_a_repair_that_mends(text: str, old: str, new: str, good: bool) -> None:
    source = Source("a.net", text)
    first, *_ = findings(source)
    assert mends(first, fix(source, (old, new)), findings) is good


def test_the_first_that_mends_is_taken() -> None:
    source = Source("a.net", "x > conv(3x3, 8")
    found, *_ = findings(source)
    wrong, right = fix(source, ("", "]")), fix(source, ("", ")"))
    assert first_that_mends(found, [wrong, right], findings) is right
    assert first_that_mends(found, [wrong], findings) is None


def test_what_is_said_where_the_finding_began_counts() -> None:
    """Also behind a text that is inserted before it."""
    source = Source("a.net", "step > relu")
    found = Diagnostic("E201", "", source.span(0, 4))
    given = Fix("", (Edit(source.span(0, 0), "import a\n"),))

    def said(at: int) -> bool:
        trial = Trial(source, given.edits, lambda s: [Diagnostic("E203", "", s.span(at, at + 4))])
        return trial.mends(found, given)

    assert not said(9)
    assert not said(0)
    assert not said(7)
    assert said(14)


def test_several_repairs_are_tried_at_once() -> None:
    source = Source("a.net", "relu;\ngelu;")
    given = [fix(source, ("relu;", "relu")), fix(source, ("gelu;", "gelu ;"))]
    edits = [edit for one in given for edit in one.edits]
    trial = Trial(source, edits, lambda s: [Diagnostic("E101", "", s.span(10, 11))])
    found = [Diagnostic("E101", "", source.span(4, 5)), Diagnostic("E101", "", source.span(10, 11))]
    assert [trial.mends(f, x) for f, x in zip(found, given, strict=True)] == [True, False]
