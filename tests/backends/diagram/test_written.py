"""Written files say all that the picture says, and nothing else: read back, format by format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from netwright.backends.diagram.errors import TooLarge
from netwright.backends.diagram.picture import Box, Cluster, Item, Picture, TextRun, text
from netwright.compiler.ir import Graph
from netwright.spec_files import shipped

from .families import FAMILIES
from .nets import LAID_OUT, NETS, graph
from .random_nets import net
from .test_truth import QUICK, drawn, nets
from .truth import complaints
from .written import FORMATS

QUICK_SEEDS = 3
SEEDS = 200
SOME = ("residual", "recurrent", "encoder", "u", "inception", "yolo", "towers", "experts")
"""Nets that have between them all that pictures are made of."""


def wrong(picture: Picture) -> list[str]:
    return [
        f"{name}: {said}" for name, format in FORMATS.items() for said in format.complaints(picture)
    ]


def drawable(net: Graph, view: str, **options: object) -> Iterator[Picture]:
    """Nothing for a net that is too large."""
    try:
        yield drawn(net, view, **options)
    except TooLarge:
        return


def every_net() -> Iterator[Any]:
    for name in (*NETS, *FAMILIES):
        for view in LAID_OUT:
            quick = name in SOME and (view != "debug" or name in NETS)
            yield pytest.param(name, view, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize("name, view", list(every_net()))
def test_nets_of_every_kind(name: str, view: str) -> None:
    for picture in drawable(graph((NETS | FAMILIES)[name]), view):
        assert not wrong(picture)


@pytest.mark.parametrize("name", SOME[:4])
def test_pictures_from_left_to_right(name: str) -> None:
    for picture in drawable(graph(NETS[name]), "docs", direction="LR"):
        assert not wrong(picture)


ODD = """
block stage(w): x {
  x > conv(3x3, w, pad=1) as "?" > relu > (conv(3x3, w, pad=1) as "?" > bn) as "g.?"
    > conv(1x1, w) * 3 as "r.?"
}
net f: x[3, 8, 8] {
  a = x > stage(4) as "m.?"
  b = a > [conv(1x1, 2) as "p?", conv(1x1, 2)] as "?" > concat > conv(1x1, 4) as "t.?"
  [m."?"."?", b, a] > add > relu
}"""
ODD_LABELS = ["1-0", "x-fork", "%%", "&amp;", "<b>", "a:b", "relu#1", "^>~2d~", "\\\\N", "{{'|$_#;"]


@pytest.mark.parametrize("label", ODD_LABELS)
def test_labels_of_any_text(label: str) -> None:
    net = graph(ODD.replace("?", label))
    for view in LAID_OUT if label in ODD_LABELS[:3] else ("debug",):
        for picture in drawable(net, view):
            assert not wrong(picture)
            assert not complaints(picture, net, full=view == "debug")


@pytest.mark.parametrize("view", LAID_OUT)
def test_random_nets(view: str) -> None:
    for seed in range(QUICK_SEEDS):
        for picture in drawable(graph(net(seed)), view):
            assert not wrong(picture), net(seed)


@pytest.mark.slow
@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("spec", shipped())
def test_shipped_specs(spec: str, view: str) -> None:
    for one in nets(spec)[: 2 if spec in QUICK else 1]:
        for picture in drawable(one, view):
            assert not wrong(picture)


@pytest.mark.slow
@pytest.mark.parametrize("view", LAID_OUT)
def test_many_random_nets(view: str) -> None:
    for seed in range(QUICK_SEEDS, SEEDS):
        for picture in drawable(graph(net(seed)), view):
            assert not wrong(picture), net(seed)


# --- the readers themselves -------------------------------------------------------------------


def changed(picture: Picture, change: Callable[[Item], Item | None]) -> Picture:
    """With each item as ``change`` makes it, or without."""

    def moved(items: tuple[Item, ...]) -> tuple[Item, ...]:
        new = (change(item) for item in items)
        return tuple(
            replace(item, items=moved(item.items)) if isinstance(item, Cluster) else item
            for item in new
            if item is not None
        )

    return replace(picture, items=moved(picture.items))


def one_box(picture: Picture, change: Callable[[Box], Box | None]) -> Picture:
    chosen = next(b for b in picture.boxes() if b.lines and b.below and b.shape == "box")
    return changed(picture, lambda item: change(chosen) if item is chosen else item)


def another_title(p: Picture) -> Picture:
    return one_box(p, lambda box: replace(box, title=text("conv 9×9, 99")))


def another_line(p: Picture) -> Picture:
    return one_box(p, lambda box: replace(box, lines=(*box.lines, text("stride 77"))))


def another_strip(p: Picture) -> Picture:
    return one_box(p, lambda box: replace(box, below=(*box.below, *box.below)))


def one_box_more(p: Picture) -> Picture:
    return replace(p, items=(*p.items, Box("extra", text("extra"))))


def one_edge_more(p: Picture) -> Picture:
    return replace(p, edges=(*p.edges, p.edges[0]))


def without_an_edge(p: Picture) -> Picture:
    return replace(p, edges=p.edges[1:])


def turned(p: Picture) -> Picture:
    last = p.edges[-1]
    return replace(p, edges=(*p.edges[:-1], replace(last, tail=last.head, head=last.tail)))


def another_label(p: Picture) -> Picture:
    i = next(i for i, e in enumerate(p.edges) if e.label)
    return replace(p, edges=(*p.edges[:i], replace(p.edges[i], label="7×7×7"), *p.edges[i + 1 :]))


def another_count(p: Picture) -> Picture:
    def more(item: Item) -> Item:
        badge = isinstance(item, Cluster) and item.repeated
        return replace(item, title=(*item.title, TextRun("7", "badge"))) if badge else item

    return changed(p, more)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "spoil",
    [
        another_title,
        another_line,
        another_strip,
        one_box_more,
        one_edge_more,
        without_an_edge,
        turned,
        another_label,
        another_count,
    ],
)
def test_a_file_of_another_picture_is_found_out(
    spoil: Callable[[Picture], Picture], format: str
) -> None:
    picture = residual()
    other = spoil(picture)
    assert other != picture
    assert FORMATS[format].complaints(other, _written(format))


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_the_picture_itself_is_not_found_fault_with(format: str) -> None:
    assert not FORMATS[format].complaints(residual(), _written(format))


def test_boxes_on_top_of_each_other_are_found_out() -> None:
    picture = residual()
    read = json.loads(_written("json"))
    first, second = read["nodes"][1:3]
    second["x"], second["y"] = first["x"], first["y"]
    assert FORMATS["json"].complaints(picture, json.dumps(read).encode())


@pytest.mark.parametrize("end", [0, -1])
def test_lines_to_nowhere_are_found_out(end: int) -> None:
    picture = residual()
    read = json.loads(_written("json"))
    line = read["edges"][2]
    line["tip"] = None if end else line["tip"]
    line["points"][end] = [0, 0]
    assert FORMATS["json"].complaints(picture, json.dumps(read).encode())
    spoilt = re.sub(r'(class="edge">\n<path [^>]*d="M)[\d.]+', r"\g<1>5", _written("svg").decode())
    assert FORMATS["svg"].complaints(picture, spoilt.encode())


@pytest.mark.parametrize("old, new", [(">conv 7×7, 64<", ">conv 7×7, 6<"), ("> BN <", "> <")])
def test_letters_that_are_lost_are_found_out(old: str, new: str) -> None:
    picture = residual()
    written = _written("svg").decode()
    spoilt = written.replace(old, new, 1)
    assert spoilt != written
    assert FORMATS["svg"].complaints(picture, spoilt.encode())


@cache
def residual() -> Picture:
    return drawn(graph(NETS["residual"]), "docs")


@cache
def _written(format: str) -> bytes:
    return bytes(FORMATS[format].write(residual()))
