"""The files: well-formed, the same every time, and clear about what is missing."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from netwright.backends.diagram import DiagramError, NoLayout, formats, render, to_dot, views

from .nets import NETS, RESIDUAL, graph

SVG = "{http://www.w3.org/2000/svg}"


def test_formats_and_views_are_found() -> None:
    assert {"svg", "png", "pdf", "dot"} <= set(formats())
    assert "docs" in views()


@pytest.mark.parametrize("name", NETS)
def test_svg_is_well_formed_and_named(name: str) -> None:
    root = ElementTree.fromstring(render(graph(NETS[name]), "svg"))
    assert root.tag == f"{SVG}svg"
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert any(e.text for e in root.iter(f"{SVG}title"))
    assert any("input" in "".join(e.itertext()) for e in root.iter(f"{SVG}g"))


def test_svg_has_classes_titles_and_fonts_to_fall_back_on() -> None:
    svg = render(graph(RESIDUAL), ".svg").decode()
    for category in ("conv", "pool", "linear", "io", "fork", "skip"):
        assert re.search(rf'class="(node|edge) {category}"', svg), category
    assert "<title>conv1: conv(" in svg
    assert "Liberation Sans" in svg
    assert "<!--" not in svg
    assert "xlink:href" not in svg


def test_png_is_crisp() -> None:
    png = render(graph(RESIDUAL), "png")
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert width > 600
    assert height > 1000


def test_dot_is_the_same_text() -> None:
    assert render(graph(RESIDUAL), "dot").decode() == to_dot(graph(RESIDUAL))


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_the_same_bytes_again(suffix: str) -> None:
    assert render(graph(RESIDUAL), suffix) == render(graph(RESIDUAL), suffix)


def test_names_cannot_break_the_picture() -> None:
    svg = render(graph(RESIDUAL), "svg", title="<b>&\"'x'</b>")
    assert "".join(ElementTree.fromstring(svg).itertext()).count("<b>&") >= 1


def test_unknown_formats_and_views() -> None:
    with pytest.raises(DiagramError, match=r"cannot draw \.gif"):
        render(graph(RESIDUAL), "gif")
    with pytest.raises(DiagramError, match="no view cubist"):
        to_dot(graph(RESIDUAL), view="cubist")


def test_the_page_is_a_view_too() -> None:
    net = graph(RESIDUAL)
    assert render(net, "html", view="html") == render(net, "html")
    with pytest.raises(DiagramError, match=r"the html view is a page, not a \.svg"):
        render(net, "svg", view="html")


def test_without_the_layout_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(NoLayout, match="pip install graphviz-pure"):
        render(graph(RESIDUAL), "svg")


def test_nothing_slow_is_imported_before_it_draws() -> None:
    script = (
        "import sys, netwright.backends.diagram\n"
        "print({'graphviz', 'networkx', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
