"""The pages on codes: every code that is used has one, and its examples do what the page says."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

import netwright as nw
from netwright.backends.diagram.errors import DiagramError
from netwright.cli import _words, explain
from netwright.compiler.elaborate.functions import FUNCTIONS

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("grammar", "compiler", "backends")
CODE = re.compile(r'"([EW][1-9]\d\d)"')
PAGES = {code: page.read_text("utf-8") for code, page in explain.pages().items()}
CHECKED = sorted(c for c in PAGES if c.startswith(("E2", "E3", "W5")) and c not in ("W510", "E220"))
"""The compiler's. The parser's have tests beside it."""


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


@pytest.mark.parametrize("code", ["E401"])
def test_the_wrong_example_has_no_source(code: str) -> None:
    wrong, *_, right = examples(code)
    with pytest.raises(nw.CompileError) as caught:
        nw.loads(wrong).to_source()
    assert [d.code for d in caught.value.diagnostics] == [code]
    assert nw.loads(right).to_source()


@pytest.mark.parametrize("code", ["E410", "E411"])
def test_the_wrong_example_is_not_drawn(code: str, tmp_path: Path) -> None:
    """As the command in its first line says; E412 depends on what is installed."""
    wrong, *_, right = examples(code)
    with pytest.raises(DiagramError) as caught:
        draw(wrong, tmp_path)
    assert caught.value.code == code
    assert draw(right, tmp_path).exists()


def draw(text: str, folder: Path) -> Path:
    words = text.partition("\n")[0].split()
    depth: dict[str, Any] = (
        {"depth": int(words[words.index("--depth") + 1])} if "--depth" in words else {}
    )
    return nw.loads(text).render(folder / words[words.index("-o") + 1], **depth)


@pytest.mark.parametrize("word", sorted({*_words.KEYWORDS, *_words.SAME}))
def test_keywords(word: str) -> None:
    page = explain._page(word)
    assert page.startswith(f"# {word}\n")
    example = page.partition("example:\n")[2].partition("\n\n")[0]
    assert [d.message for d in nw.check(textwrap.dedent(example))] == []


def test_every_function_has_a_page() -> None:
    assert set(_words.FUNCTIONS) == set(FUNCTIONS)
    assert all(word in explain._page(word) for word in FUNCTIONS)


TYPED = [
    ("Conv2d", "`Conv2d` is called `conv` here.\n\n# conv"),
    ("nn.Conv2d(3, 8, 3)", "is called `conv` here"),
    ("nn.ReflectionPad2d", "is called `pad` here"),
    ("torch.cat", "# concat"),
    ("RandomFlip", "is not part of a spec"),
    ("CrossEntropyLoss", "there are no losses"),
    ("padding", "`padding` is called `pad` here."),
    ("stride", "`stride` is a setting of"),
    ("key_padding_mask", "*leave out* in PyTorch"),
    ("self", "there is no `self`"),
    ("True", "is written `true` here"),
    ("sum", "A function: the sum of a list"),
    ("scan", "over axis 1"),
    ("e302", "# E302"),
]


@pytest.mark.parametrize(("topic", "said"), TYPED)
def test_whatever_is_typed_is_found(topic: str, said: str) -> None:
    assert said in explain._page(topic)


def examples(code: str) -> list[str]:
    found: list[str] = re.findall(r"```net\n(.*?)```", PAGES[code], re.DOTALL)
    assert len(found) >= 2, code
    return found
