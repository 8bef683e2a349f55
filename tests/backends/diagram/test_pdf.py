"""PDF as others read it: fonts that go along, text to select, a page that LaTeX takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from netwright.backends.diagram import render
from netwright.backends.diagram.fonts import MISSING, Style, font

from .nets import INCEPTION, RESIDUAL, graph

STYLES: tuple[Style, ...] = ("Regular", "Bold", "Italic", "BoldItalic")
ROOT = Path(__file__).parents[3]
GALLERY = ROOT / "docs" / "gallery"
LETTERS = "ResNet-50, Größe: 3×3·α → √d ≤ ∞ − Привет…"


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs {name}, which is not installed")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "net.pdf"
    path.write_bytes(render(graph(RESIDUAL), "pdf", title=LETTERS))
    return path


def test_one_page_and_a_sound_table_of_contents() -> None:
    pdf = render(graph(RESIDUAL), "pdf")
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.endswith(b"%%EOF\n")
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    assert pdf[start : start + 4] == b"xref"
    places = re.findall(rb"(\d{10}) 00000 n", pdf)
    assert len(places) == pdf.count(b" obj\n")
    for i, line in enumerate(places, 1):
        assert pdf[int(line) :].startswith(b"%d 0 obj" % i)


def test_every_font_is_embedded_and_cut(page: Path) -> None:
    rows = [line.split() for line in run(tool("pdffonts"), page).splitlines()[2:]]
    assert len(rows) >= 2
    for name, *kind, _, embedded, cut, unicode, _, _ in rows:
        assert re.fullmatch(r"[A-Z]{6}\+Arimo-\w+", name)
        assert kind == ["CID", "TrueType"]
        assert (embedded, cut, unicode) == ("yes", "yes", "yes")


def test_text_can_be_selected(page: Path) -> None:
    said = run(tool("pdftotext"), "-layout", page, "-")
    for words in (LETTERS, "conv 7×7, 64", "maxpool 3×3", "64×16×16", "output"):
        assert words in said


def test_every_letter_of_a_picture_is_in_its_font() -> None:
    """Readers draw an empty box for glyph 0."""
    shown = b"".join(contents(render(graph(INCEPTION), "pdf", title=LETTERS)))
    glyphs = re.findall(rb"<([0-9a-f]*)> Tj", shown)
    assert len(glyphs) > 20
    assert not any(b"0000" in re.findall(b"....", g) for g in glyphs)


def test_the_fonts_have_all_letters_of_captions() -> None:
    for file in sorted((ROOT / "compiler" / "layers").glob("*.py")):
        captions = re.findall(
            r"def (?:caption|title)\b.*?(?=\n    def |\nclass |\Z)", file.read_text(), re.S
        )
        letters = {c for text in captions for c in text if not c.isspace()}
        assert {c for c in letters if MISSING in font("Regular").spell(c)} == set(), file.name


def test_the_fonts_have_all_letters_of_shipped_networks() -> None:
    pictures = [ElementTree.parse(path) for path in GALLERY.glob("*.svg")]
    texts = [e.text or "" for p in pictures for e in p.iter("{http://www.w3.org/2000/svg}text")]
    assert len(texts) > 1000
    assert {c for text in texts for c in text if MISSING in font("Regular").spell(c)} == set()
    assert all(font(style).glyphs.keys() == font("Regular").glyphs.keys() for style in STYLES)


def contents(pdf: bytes) -> list[bytes]:
    streams = re.findall(rb"/FlateDecode >>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(s) for s in streams]


def test_latex_takes_it(page: Path) -> None:
    latex = tool("pdflatex")
    text = r"\documentclass{article}\usepackage{graphicx}\begin{document}"
    text += r"\includegraphics[height=15cm]{net.pdf}\end{document}"
    (page.parent / "paper.tex").write_text(text)
    run(latex, "-interaction=nonstopmode", "-halt-on-error", "paper.tex", cwd=page.parent)
    rows = run(tool("pdffonts"), page.parent / "paper.pdf").splitlines()[2:]
    arimo = [row for row in rows if "Arimo" in row]
    assert arimo
    assert all(" yes yes yes " in row for row in arimo)


# --- the fonts -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_a_cut_font_draws_what_was_kept(style: Style) -> None:
    reader = pytest.importorskip("fontTools.ttLib", reason="needs fontTools to compare with")
    face = font(style)
    kept = face.spell("cut ×3")
    whole = reader.TTFont(BytesIO(_file(style)), checkChecksums=2)
    cut = reader.TTFont(BytesIO(face.cut(kept)), checkChecksums=2)
    assert cut["head"].indexToLocFormat == 1
    for number, name in enumerate(whole.getGlyphOrder()):
        before, after = whole["glyf"][name], cut["glyf"][cut.getGlyphName(number)]
        assert not before.isComposite()
        expected = before.compile(whole["glyf"]) if number in kept else b""
        assert after.compile(cut["glyf"]) == expected


@pytest.mark.parametrize("style", STYLES)
def test_characters_and_widths(style: Style) -> None:
    reader = pytest.importorskip("fontTools.ttLib", reason="needs fontTools to compare with")
    face, whole = font(style), reader.TTFont(BytesIO(_file(style)))
    names = {char: whole.getGlyphID(name) for char, name in whole.getBestCmap().items()}
    assert face.glyphs == names
    units = whole["head"].unitsPerEm
    widths = [whole["hmtx"][name][0] for name in whole.getGlyphOrder()]
    assert list(face.advances) == [round(1000 * w / units) for w in widths]


@pytest.mark.parametrize(("style", "standard"), [("Regular", "Helvetica"), ("Bold", "Arial Bold")])
def test_letters_are_as_wide_as_those_that_the_layout_knows(style: Style, standard: str) -> None:
    """By Adobe's metrics, which Arial and Arimo share."""
    widths = {"Helvetica": {"a": 556, "W": 944, "i": 222}, "Arial Bold": {"a": 556, "W": 944}}
    face = font(style)
    for char, width in widths[standard].items():
        assert abs(face.width(face.spell(char), 1000) - width) <= 1


def _file(style: Style) -> bytes:
    from importlib.resources import files

    from netwright.backends.diagram import fonts

    return (files(fonts) / f"Arimo-{style}.ttf").read_bytes()
