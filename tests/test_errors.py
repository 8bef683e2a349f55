"""What each mistake is told: ``tests/errors/*.net`` say at the end of a line which findings stand
there, ``x > conv(3x3) ### E203``, and the goldens hold the whole texts.

A finding without a place, or with one in an imported file, counts for the first line.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

import pytest

from netwright.compiler.pipeline import check_source
from netwright.grammar.diagnostics import Diagnostic, Fix
from netwright.grammar.source import Source
from netwright.grammar.trial import applied
from netwright.report_text import report
from netwright.terminal import Terminal
from tests.conftest import Golden

ERRORS = Path(__file__).parent / "errors"
EXPLAIN = Path(__file__).parents[1] / "netwright" / "cli" / "explain"
FILES = sorted(path.name for path in ERRORS.glob("*.net"))
EXPECTED = re.compile(r"[ \t]*###((?:[ \t]+[EW]\d{3})+)$", re.MULTILINE)
NOT_HERE = {"E220": "what is asked for comes from outside"}
"""Codes without an example, and why."""

Place = tuple[int, str]


@pytest.fixture(autouse=True)
def beside_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports are found beside the file, and its name is shown without a folder."""
    monkeypatch.chdir(ERRORS)


@cache
def read(name: str) -> tuple[Source, set[Place]]:
    """A text without what is expected of it, and that."""
    text = (ERRORS / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    marks = [EXPECTED.search(line) for line in lines]
    expected = {(i, c) for i, mark in enumerate(marks, 1) if mark for c in mark[1].split()}
    return Source(name, EXPECTED.sub("", text)), expected


def place(finding: Diagnostic, source: Source) -> Place:
    span = finding.span
    own = span is not None and span.source.name == source.name
    return (source.position(span.start)[0] if span and own else 1), finding.code


@lru_cache(200)
def check(source: Source) -> tuple[Diagnostic, ...]:
    return check_source(source).diagnostics


def places(source: Source) -> set[Place]:
    return {place(finding, source) for finding in check(source)}


@pytest.mark.parametrize("name", FILES)
def test_each_mistake_is_found_and_nothing_else(name: str) -> None:
    source, expected = read(name)
    assert places(source) == expected


@pytest.mark.parametrize("name", FILES)
def test_texts(name: str, golden: Golden) -> None:
    source, _ = read(name)
    text = report(check(source), [name], Terminal())
    golden(f"errors/{name.removesuffix('.net')}.txt", text)


@pytest.mark.parametrize("name", FILES)
def test_fixes_fix(name: str) -> None:
    """A fix, and what is offered after it, leaves its line without an error."""
    source, expected = read(name)
    for finding in check(source):
        if finding.fix is None:
            continue
        line, _ = place(finding, source)
        left = {(at, code) for at, code in expected if at != line}
        mended = repaired(source, finding.fix, line)
        after = {(at, c) for at, c in places(mended) if c.startswith("E") or c == finding.code}
        left = {(at, c) for at, c in left if c.startswith("E") or c == finding.code}
        assert after == left, finding


def repaired(source: Source, fix: Fix, line: int) -> Source:
    """The text after a fix and the fixes that its line is offered then."""
    for _ in range(5):
        source = applied(source, fix.edits)
        more = (f.fix for f in check(source) if f.fix and place(f, source)[0] == line)
        following = next(more, None)
        if following is None:
            break
        fix = following
    return source


def test_every_code_has_an_example() -> None:
    explained = {p.stem for p in EXPLAIN.glob("*.md") if p.stem.startswith(("E2", "E3", "W5"))}
    found = {code for name in FILES for _, code in read(name)[1]}
    assert explained - found - set(NOT_HERE) == set()
    assert set(NOT_HERE) <= explained - found
