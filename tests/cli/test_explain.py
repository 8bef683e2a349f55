"""The pages on codes: every code that is used has one, and its examples do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netwright as nw
from netwright.cli import explain

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("grammar", "compiler", "backends")
CODE = re.compile(r'"([EW][1-9]\d\d)"')
PAGES = {code: page.read_text("utf-8") for code, page in explain.pages().items()}
CHECKED = sorted(code for code in PAGES if code.startswith(("E2", "E3", "W50")))
"""The compiler's. The parser's have tests beside it, and the backends' come after a check."""


def test_every_code_has_a_page() -> None:
    files = (f for room in ROOMS for f in (ROOT / room).rglob("*.py"))
    used = {code for file in files for code in CODE.findall(file.read_text("utf-8"))}
    assert not used - PAGES.keys()


def test_every_page_has_a_title() -> None:
    for code, page in PAGES.items():
        assert re.match(rf"# {code}: [^\n]+\n\n", page), code


@pytest.mark.parametrize("code", CHECKED)
def test_the_wrong_example_is_wrong(code: str) -> None:
    wrong, *_ = examples(code)
    assert code in [d.code for d in nw.check(wrong)]


@pytest.mark.parametrize("code", CHECKED)
def test_the_right_example_is_right(code: str) -> None:
    *_, right = examples(code)
    assert [(d.code, d.message) for d in nw.check(right)] == []


def examples(code: str) -> list[str]:
    found: list[str] = re.findall(r"```net\n(.*?)```", PAGES[code], re.DOTALL)
    assert len(found) >= 2, code
    return found
