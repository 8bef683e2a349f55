"""LaTeX: the SVG's picture, as source that compiles, and any text as text."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netwright.backends.diagram import render
from netwright.backends.diagram.format._tex import escaped, needs_kotex
from netwright.backends.diagram.layout.placed import placed
from netwright.backends.diagram.picture import Options
from netwright.backends.diagram.view.docs import picture

from ...conftest import Golden
from .latex import compiled, needs_latex, pages, words
from .nets import INCEPTION, LAID_OUT, NETS, RESIDUAL, SEQUENTIAL, graph

HOSTILE = (
    r"\input{/etc/passwd} ^^5cinput \end{document} 50% of #1 & $x_1^2$ {a} ~b~ --- ?` <<x>> "
    "\"q\" 'it''s' a|b `c`"
)


def tex(text: str, **options: Any) -> str:
    return render(graph(text), "tex", **options).decode("ascii")


# --- the source -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["residual", "sequential", "recurrent"])
def test_source(name: str, golden: Golden) -> None:
    golden(f"diagram/{name}.tex", tex(NETS[name]))


def test_source_of_a_page_with_insets(golden: Golden) -> None:
    golden("diagram/paper/inception.tex", tex(INCEPTION, view="paper"))


@pytest.mark.parametrize("name", NETS)
def test_a_node_to_each_box_and_a_draw_to_each_line(name: str) -> None:
    view = picture(graph(NETS[name]), Options())
    said = tex(NETS[name])
    names = re.findall(r"^\\node\[[^\n]*?\] \(([^)]*)\) at", said, re.MULTILINE)
    assert len(names) == len(set(names))
    assert len(names) == len([*view.boxes(), *view.clusters()])
    lines = [edge for edge in view.edges if edge.look != "hidden"]
    assert said.count(r"\draw[") == len(lines)
    ends = set(re.findall(r"\(([A-Za-z][^(),]*?)(?:\.(?:north|south|east|west))?\)", said))
    assert ends >= set(names)


def test_places_are_those_of_the_layout() -> None:
    view = picture(graph(RESIDUAL), Options())
    said = tex(RESIDUAL)
    for box, frame in placed(view, words=True).boxes:
        x, y = frame.x + frame.w / 2, frame.y + frame.h / 2
        found = re.search(rf"\({re.escape(box.id.replace('.', '/'))}\) at \((.*?), (.*?)\)", said)
        assert found, box.id
        assert abs(float(found[1]) - x) < 0.06
        assert abs(float(found[2]) - y) < 0.06


def test_everything_used_is_defined_and_the_other_way_round() -> None:
    for name in NETS:
        said = tex(NETS[name], view="paper")
        defined, drawn = said.split("every net/.try}")
        for command in re.findall(r"\\providecommand\\(net\w+)", defined):
            assert said.count(f"\\{command}{{") > 0, (name, command)
        for command in set(re.findall(r"\\(net\w+)", drawn)):
            assert rf"\providecommand\{command}[" in defined, (name, command)


# --- text -------------------------------------------------------------------------------------

KNOWN = re.compile(
    r"\\(?:[{}$&#%_]|[\^~`]\{\}|char34\{\}|netletter\{[0-9A-F]+\}|[`'^~\"=.uvHcd]\{[A-Za-z]\}"
    r"|lq\\lq\{\}|rq\\rq\{\}|(?:dots|lq|rq|ss|ae|AE|oe|OE|o|O|aa|AA|l|L|i|S|P|copyright|pounds|textexclamdown|textquestiondown)\{\})"
)
MATHS = re.compile(r"\$(?:[<>|'-]|\\[A-Za-z]+|\^\\circ|\\frac12|[\^_]\\mathsf\{[A-Za-z0-9]\})\$")


@given(st.text())
@example("“quoted”")
def test_nothing_in_a_text_is_a_command(said: str) -> None:
    """What is left without the few commands that print a letter has no special character."""
    printed = "".join(c for c in escaped(said) if not needs_kotex(c))
    left = KNOWN.sub("", MATHS.sub("", printed))
    assert re.fullmatch(r"(?:[^\\{}$&#%_^~\"|<>`\x00-\x1f\x7f-\U0010ffff]|\{\})*", left), left


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"])))
def test_plain_words_stay_as_they_are(said: str) -> None:
    assert escaped(said) == said


def test_marks_that_latex_has_no_letter_for_are_told() -> None:
    assert escaped("x\u0338") == r"x\netletter{338}"
    assert escaped("Gro\u0308\u00dfe") == r"Gr\"{o}\ss{}e"


@needs_latex
def test_hostile_text_is_printed(tmp_path: Path) -> None:
    title = HOSTILE + " é ü ß ñ ç Å ő š Ω → × √ ≤ 😀 x² Kᵀ"
    pdf = compiled(render(graph(SEQUENTIAL), "tex", title=title), tmp_path)
    shown = unicodedata.normalize("NFC", "".join(words(pdf))).replace("’", "'")
    for part in (
        "input{/etc/passwd}",
        "5cinput",
        "end{document}",
        "50%of#1&$x",
        "{a}",
        "---?`<<x>>",
        "'it''s'a|b`c`",
        "éüßñç",
        "őšΩ→×√≤U+1F600x2KT",
    ):
        assert part in shown, (part, shown)


# --- as LaTeX reads it ------------------------------------------------------------------------


def svg_words(svg: bytes) -> Counter[str]:
    root = ElementTree.fromstring(svg)
    texts = (e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))
    return Counter(re.findall(r"[A-Za-z]{3,}", " ".join(texts)))


@needs_latex
@pytest.mark.parametrize("view", LAID_OUT)
def test_it_compiles_to_one_page_that_says_what_the_svg_says(view: str, tmp_path: Path) -> None:
    net = graph(RESIDUAL)
    pdf = compiled(render(net, "tex", view=view), tmp_path)
    found = Counter(re.findall(r"[A-Za-z]{3,}", " ".join(words(pdf))))
    assert found == svg_words(render(net, "svg", view=view))
    ((width, height),) = pages(pdf)
    size = re.search(rb'viewBox="0.00 0.00 ([\d.]+) ([\d.]+)"', render(net, "svg", view=view))
    assert size
    # The SVG's legend has wider letters, and room beside it.
    assert 0.8 < width / float(size[1]) < 1.02
    assert 0.95 < height / float(size[2]) < 1.02


@needs_latex
@pytest.mark.slow
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("name", NETS)
def test_all_compile(name: str, view: str, direction: Any, tmp_path: Path) -> None:
    if view == "debug" and name == "loop":
        pytest.skip("a thousand boxes")
    said = render(graph(NETS[name]), "tex", view=view, direction=direction)
    assert len(pages(compiled(said, tmp_path))) == 1


@needs_latex
def test_a_paper_takes_it_as_the_documentation_says(tmp_path: Path) -> None:
    """A picture that is higher than the page is made to fit."""
    deep = "net a: x[3, 8, 8] {{ x > {} }}".format(
        " > ".join(f"conv(1x1, {n}) > relu" for n in range(8, 28))
    )
    (tmp_path / "net.tex").write_text(tex(deep))
    page = (Path(__file__).parents[3] / "docs/command-line.md").read_text("utf-8")
    (said,) = re.findall(r"^```latex\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    preamble, figure = said.split("...\n", 1)
    paper = "\\documentclass[twocolumn]{article}\n" + preamble
    paper += "\\begin{document}\n" + figure + "\\end{document}\n"
    compiled(paper.encode(), tmp_path, name="paper")
    assert "Float too large" not in (tmp_path / "paper.log").read_text("latin-1")


@needs_latex
def test_a_paper_takes_several_and_restyles_them(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(tex(RESIDUAL))
    (tmp_path / "b.tex").write_text(tex(SEQUENTIAL, color_by="params"))
    paper = r"""\documentclass{article}
\usepackage{standalone,tikz}
\definecolor{netconv}{HTML}{FF0000}
\tikzset{every net/.style={net pool/.append style={fill=green}}}
\begin{document}
\resizebox{!}{.8\textheight}{\input{a}}

\resizebox{!}{.8\textheight}{\input{b}}
\end{document}
"""
    pdf = compiled(paper.encode(), tmp_path, name="paper")
    assert len(pages(pdf)) == 2
    drawn = subprocess.run(
        ["pdftocairo", "-svg", "-f", "1", "-l", "1", str(pdf), "-"], capture_output=True, check=True
    ).stdout.replace(b" ", b"")
    assert b"rgb(100%,0%,0%)" in drawn
    assert b"rgb(0%,100%,0%)" in drawn
