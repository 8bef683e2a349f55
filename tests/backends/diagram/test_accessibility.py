"""For who reads a picture by ear, by keyboard, or on a bad screen: what an svg and a page say of
themselves, and that every word stands out from what is really under it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest

from netwright import load
from netwright.backends.diagram import TooLarge, render
from netwright.backends.diagram.format._alt import description
from netwright.backends.diagram.format._night import PAPER
from netwright.backends.diagram.format.svg import write_inline
from netwright.backends.diagram.picture import Options, letters
from netwright.backends.diagram.view.docs import picture
from netwright.compiler.ir import Graph
from netwright.spec_files import shipped

from .nets import INCEPTION, NETS, RESIDUAL, graph
from .test_page import Tags, colours, contrast

SVG = "{http://www.w3.org/2000/svg}"
LEGIBLE = 4.5
"""WCAG 2.2, 1.4.3 (AA)."""
VIEWS = ("docs", "paper", "debug")
QUICK = ("lenet", "resnet", "char_rnn")


def shipped_nets() -> Iterator[tuple[str, str | None]]:
    """All nets that need no parameters; the rest are templates."""
    for spec, path in shipped().items():
        named = re.findall(r"^net ([a-z]\w*)", path.read_text("utf-8"), re.MULTILINE)
        yield from ((spec, net) for net in named or [None])


SHIPPED = [
    pytest.param(spec, net, marks=() if first else pytest.mark.slow, id=f"{spec}-{net}")
    for spec, net in shipped_nets()
    for first in [spec in QUICK and net in (None, "lenet", "resnet18", "char_rnn")]
]
Element = ElementTree.Element
Box = tuple[float, float, float, float]


def compiled(spec: str, net: str | None) -> Graph | None:
    found: Graph | None = None
    if not spec.startswith("blocks."):
        found = load(spec, net=net).ir
    return found


# --- one svg ----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("spec", "net"), SHIPPED)
def test_a_shipped_net(spec: str, net: str | None, view: str) -> None:
    found = compiled(spec, net)
    if found is None:
        pytest.skip("blocks to import, and no net")
    try:
        said = render(found, "svg", view=view)
    except TooLarge:
        pytest.skip("too many layers to draw one by one")
    check_svg(said)


@pytest.mark.parametrize("name", [n for n in NETS if n != "loop"])
def test_a_small_net(name: str) -> None:
    for view in VIEWS:
        check_svg(render(graph(NETS[name]), "svg", view=view))


def check_svg(said: bytes) -> None:
    root = ElementTree.fromstring(said)
    ids = [e.get("id") for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    assert root.get("role") == "img"
    named = [e for e in root if e.get("id") in root.get("aria-labelledby", "").split()]
    assert [e.tag for e in named] == [f"{SVG}title", f"{SVG}desc"]
    assert all((e.text or "").strip() for e in named)
    for group in root.iter(f"{SVG}g"):
        kind = group.get("class", "").split()
        if kind[:1] == ["node"] and kind[1] not in ("fork", "label", "table", "note"):
            title = group.find(f"{SVG}title")
            assert title is not None and title.text, group.get("id")
    assert not list(root.iter(f"{SVG}image"))
    check_contrast(root, lambda colour: colour, "#ffffff")
    check_contrast(on_a_dark_screen(root), lambda colour: colour, PAPER)


RULE = re.compile(
    r'^(text|:not\(text\)|)\[(fill|stroke)="([^"]+)"\]\{(fill|stroke):(#\w{6})\}$', re.M
)


def on_a_dark_screen(root: Element) -> Element:
    """As the picture's own style has it there."""
    style = next(root.iter(f"{SVG}style")).text or ""
    assert style.startswith("@media screen and (prefers-color-scheme:dark){\ntext{fill:")
    ink = style.partition("text{fill:")[2][:7]
    rules = {(kind == "text", name, old): new for kind, name, old, _, new in RULE.findall(style)}
    for element in root.iter():
        text = element.tag.endswith("text")
        for name in ("fill", "stroke"):
            old = element.get(name, "" if name == "stroke" or not text else ink)
            if old and old not in ("none", "transparent", ink):
                element.set(name, rules[text and name == "fill", name, old])
            elif old == ink:
                element.set(name, ink)
    return root


def test_labels_like_the_layout_programs_own_ids() -> None:
    """``edge1``, ``clust1``, ``graph0`` and ``node1`` are names of its own."""
    text = """block inner(d): x { y = x > linear(d) as node1 > relu
      x > linear(d) as edge1 + y > relu as graph0 }
      net odd: x[8] { x > inner(8) as clust1 > inner(8) as clust2 > linear(4) as edge2 }"""
    for suffix in ("svg", "html"):
        said = render(graph(text), suffix).decode()
        ids = re.findall(r'<\w+ (?:[^>]* )?id="([^"]*)"', said)
        assert len(ids) == len(set(ids))
    assert {"clust1", "edge2"} <= set(ids)


def test_two_pictures_on_one_page_share_no_id() -> None:
    for name in ("residual", "inception"):
        view = picture(graph(NETS[name]), Options())
        root = ElementTree.fromstring(write_inline(view))
        assert not [e for e in root.iter() if "id" in e.attrib]
        assert not [v for e in root.iter() for v in e.attrib.values() if v.startswith("url(")]
        assert root.get("aria-label") == view.title
        desc = root.find(f"{SVG}desc")
        assert desc is not None and desc.text == description(view)


def test_words_are_text() -> None:
    """Whatever a box says can be found and copied."""
    for text in (RESIDUAL, INCEPTION):
        view = picture(graph(text), Options())
        root = ElementTree.fromstring(render(graph(text), "svg"))
        said = "".join(t for e in root.iter(f"{SVG}text") for t in e.itertext())
        squeezed = said.replace(" ", "").replace("\xa0", "")
        for box in view.boxes():
            assert letters(box.title).replace(" ", "") in squeezed


def test_a_net_in_words() -> None:
    said = description(picture(graph(RESIDUAL), Options()))
    assert said.startswith("A small ResNet. The diagram of a network in ")
    assert "image 3×64×64; conv 7×7, 64, BN, ReLU; maxpool 3×3; " in said
    assert "basic" in said
    assert said.endswith("; output 10.")
    long = "net long: x[8] { x > " + " > ".join(f"linear({8 + i})" for i in range(60)) + " }"
    words = description(picture(graph(long), Options()))
    assert "in 62 steps" in words
    assert "39 more; output 67." in words


# --- contrast: what is under a word ---------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["residual", "inception", "recurrent", "encoder"])
def test_words_on_a_page_stand_out(name: str, view: str, scheme: str) -> None:
    check_page(render(graph(NETS[name]), "html", view=view).decode(), scheme)


@pytest.mark.parametrize(("spec", "net"), SHIPPED)
def test_words_on_a_shipped_nets_page_stand_out(spec: str, net: str | None) -> None:
    found = compiled(spec, net)
    if found is None:
        pytest.skip("blocks to import, and no net")
    said = render(found, "html").decode()
    for scheme in ("light", "dark"):
        check_page(said, scheme)
    assert len(said) < 200_000
    tags = Tags()
    tags.feed(said)
    ids = [value for _, name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("measure", ["params", "macs", "activations"])
def test_words_on_heat_stand_out(measure: str) -> None:
    said = render(graph(RESIDUAL), "html", color_by=measure).decode()
    for scheme in ("light", "dark"):
        check_page(said, scheme)


def check_page(said: str, scheme: str) -> None:
    known = dict(re.findall(r"(--[\w-]+):(#\w{6})", colours(said)[0 if scheme == "light" else 2]))
    for svg in re.findall(r"<svg (?:id|class).*?</svg>", said, re.DOTALL):
        root = ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
        for text in root.iter("text"):
            text.set("fill", text.get("fill", "var(--ink)"))
        check_contrast(root, lambda colour: known[colour[4:-1]], known["--paper"])


def check_contrast(root: Element, resolved: Callable[[str], str], paper: str) -> None:
    shapes: list[tuple[Box, str]] = []
    words: list[tuple[Element, float, float, int]] = []
    for element, x, y in placed(root, 0, 0):
        if element.tag.endswith("text"):
            if (element.text or "").strip():
                words.append((element, *written(element, x, y), len(shapes)))
        elif drawn(element.get("fill", "none")):
            shapes.append((extent(element, x, y), resolved(plain(element.get("fill", "")))))
    assert words
    for element, x, y, before in words:
        grounds = [paper, *(c for box, c in shapes[:before] if inside(box, x, y))]
        fill = resolved(plain(element.get("fill", "#000000")))
        assert contrast(fill, grounds[-1]) >= LEGIBLE, (element.text, fill, grounds[-1])
        assert not [c for box, c in shapes[before:] if inside(box, x, y)], element.text


def placed(element: Element, x: float, y: float) -> Iterator[tuple[Element, float, float]]:
    """All that is drawn, in painting order, with where its group stands."""
    for child in element:
        if child.tag.endswith("g") and "sign" not in child.get("class", ""):
            moved = re.match(r"translate\((\S+) (\S+)\)", child.get("transform", ""))
            by = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
            yield from placed(child, x + by[0], y + by[1])
        elif not child.tag.endswith(("g", "title", "desc", "style")):
            yield child, x, y


def written(text: Element, x: float, y: float) -> tuple[float, float]:
    """A point amid the first letter, or the middle one."""
    left = 2.0 if text.get("text-anchor", "start") == "start" else 0.0
    return x + float(text.get("x", "0")) + left, y + float(text.get("y", "0")) - 3


def drawn(fill: str) -> bool:
    return fill not in ("none", "transparent")


def plain(colour: str) -> str:
    return {"white": "#ffffff", "black": "#000000"}.get(colour, colour)


def extent(shape: Element, x: float, y: float) -> Box:
    kind = shape.tag.rpartition("}")[2]
    if kind in ("ellipse", "circle"):
        cx, cy = (float(shape.get(k, "0")) for k in ("cx", "cy"))
        rx, ry = (float(shape.get(k, shape.get("r", "0"))) for k in ("rx", "ry"))
        return x + cx - rx, y + cy - ry, x + cx + rx, y + cy + ry
    if kind == "rect":
        left, top, w, h = (float(shape.get(k, "0")) for k in ("x", "y", "width", "height"))
        return x + left, y + top, x + left + w, y + top + h
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", shape.get("d", shape.get("points", "")))]
    xs, ys = numbers[::2], numbers[1::2]
    return x + min(xs), y + min(ys), x + max(xs), y + max(ys)


def inside(box: Box, x: float, y: float) -> bool:
    return box[0] < x < box[2] and box[1] < y < box[3]
