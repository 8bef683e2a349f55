"""Hangul in pictures: letters in every format, or an error that names what is missing."""

from __future__ import annotations

import re
import subprocess
import zlib
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from netwright.backends.diagram import DiagramError, render
from netwright.backends.diagram.fonts import Style, font, korean

from .latex import compiled, needs_latex, words
from .nets import graph

SPEC = """\
## 특징을 뽑는 블록
block 특징추출블록(채널): x { y = x > conv(3x3, 채널) > bn > relu
  y + (x > conv(3x3, 채널)) }
net 분류기: 입력그림[3, 32, 32] {
  a = 입력그림 > 특징추출블록(16) as 첫번째
  a > 특징추출블록(32) * 3 as 몸통 > gap > linear(10) as 분류
}
"""


def drawn(format: str, text: str = SPEC, **options: Any) -> bytes:
    made = render(graph(text), format, view="paper", **options)
    return made if isinstance(made, bytes) else made.encode()


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"/FlateDecode >>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(s) for s in found]


def test_a_pdf_has_an_outline_for_every_syllable() -> None:
    pdf = drawn("pdf")
    content, *others = streams(pdf)
    shown = re.findall(rb"/(\S+) \S+ Tf <([0-9a-f]*)> Tj", content)
    glyphs = {(name, g) for name, text in shown for g in re.findall(rb"....", text)}
    assert {name for name, _ in glyphs} >= {b"NanumGothic", b"NanumGothicBold", b"Arimo-Bold"}
    assert not any(g == b"0000" for _, g in glyphs)
    files = [s for s in others if s.startswith(b"\0\1\0\0")]
    maps = [s.decode() for s in others if s.startswith(b"/CIDInit")]
    assert len(files) == len(maps)
    written = ""
    for file, map in zip(files, maps, strict=True):
        outlines = TTFont(BytesIO(file))["glyf"]
        for glyph, code in re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>\n", map):
            char = bytes.fromhex(code).decode("utf-16-be")
            written += char
            shape = outlines[outlines.glyphOrder[int(glyph, 16)]]
            assert char.isspace() or char == "\N{NO-BREAK SPACE}" or shape.numberOfContours > 0
    assert set("특징추출블록분류기입력그림첫번째몸통") <= set(written)


def test_pixels_tell_one_syllable_from_another() -> None:
    """Empty boxes look alike."""
    one, two = (drawn("png", f"net {s}: x[3] {{ x > linear(2) }}") for s in "간난")
    assert one.startswith(b"\x89PNG")
    assert one != two


def test_the_same_picture_twice() -> None:
    assert drawn("pdf") == drawn("pdf")
    assert drawn("png") == drawn("png")


def test_words_do_not_run_into_one_another() -> None:
    root = ElementTree.fromstring(drawn("svg"))
    texts = [e for e in root.iter() if e.tag.endswith("}text") and e.get("text-anchor") == "start"]
    lines: dict[str, list[tuple[float, float]]] = {}
    for e in texts:
        said, size = (e.text or "").rstrip(" \N{NO-BREAK SPACE}"), float(e.get("font-size", "9"))
        start = float(e.get("x", "0"))
        end = start + real_width(said, size, "Bold" if e.get("font-weight") else "Regular")
        lines.setdefault(e.get("y", ""), []).append((start, end))
    runs = [pair for line in lines.values() for pair in pairwise(sorted(line))]
    assert len(runs) > 3
    assert all(first[1] <= second[0] + 1.5 for first, second in runs)


def real_width(said: str, size: float, style: Style) -> float:
    others = korean.missing(said)
    faces = [korean.letters(style, others) if c in others else font(style) for c in said]
    return sum(face.width(face.spell(c), size) for face, c in zip(faces, said, strict=True))


def test_latex_prints_the_letters_by_kotex() -> None:
    text = drawn("tex").decode()
    assert r"\usepackage{kotex}" in text
    assert "특징추출블록" in text
    assert "netletter" not in text
    assert "kotex" not in drawn("tex", "net n: x[3] { x > linear(2) }").decode()


@needs_latex
def test_latex_takes_it(tmp_path: Path) -> None:
    if not korean_latex():
        pytest.skip("needs LaTeX's kotex, which is not installed")
    made = drawn("tex", SPEC, title="模型: 모형")
    said = "".join(words(compiled(made, tmp_path)))
    assert all(word in said for word in ("특징추출블록", "模型:모형", "첫번째"))


def korean_latex() -> bool:

    return not subprocess.run(
        ["kpsewhich", "kotex.sty"], capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_without_the_extra_an_error_names_it(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(korean, "NEEDED", ("no_such_module", "fontTools"))
    with pytest.raises(DiagramError) as raised:
        drawn(format, "net 간: x[3] { x > linear(2) }")
    assert raised.value.message == "this format needs a font for `간` (U+AC04)"
    assert "pip install 'netwright[korean]'" in raised.value.help


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_characters_that_no_font_has_are_named(format: str) -> None:
    with pytest.raises(DiagramError, match=r"no font for `ས` \(U\+0F66\), `🙂` \(U\+1F642\)"):
        drawn(format, "net n: x[3] { x > linear(2) }", title="간🙂ས")


def test_svg_and_html_leave_letters_to_the_reader() -> None:
    assert "🙂" in drawn("svg", "net n: x[3] { x > linear(2) }", title="🙂").decode()


def test_latin_pictures_need_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(korean, "NEEDED", ("no_such_module",))
    assert drawn("png", "net n: x[3] { x > linear(2) }", title="Größe → √2, Привет, Việt")
    assert drawn("pdf", "net n: x[3] { x > linear(2) }", title="Größe → √2, Привет, Việt")


def test_arimo_has_its_letters() -> None:
    assert korean.missing("ResNet × √2 → Größe Việt Ελλάδα") == ""
    assert korean.missing("한글 ab 한") == "글한"
    assert not font("Regular").has("한")
