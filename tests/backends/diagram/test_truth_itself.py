"""The checker of pictures finds out what is false: a box, a line, a count, a word changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from netwright.backends.diagram.picture import (
    Box,
    Cluster,
    Edge,
    Item,
    Picture,
    TextRun,
    letters,
)

from .nets import NETS, graph
from .test_truth import drawn
from .test_written import (
    another_count,
    another_label,
    another_line,
    another_strip,
    another_title,
    changed,
    without_an_edge,
)
from .truth import complaints

Spoil = Callable[[Picture], Picture]


def each_box(change: Callable[[Box], Box], which: Callable[[Box], bool]) -> Spoil:
    """Change the first box of a kind."""

    def spoil(picture: Picture) -> Picture:
        chosen = next(box for box in picture.boxes() if which(box))
        return changed(picture, lambda item: change(chosen) if item is chosen else item)

    return spoil


def without_box(which: Callable[[Box], bool]) -> Spoil:
    def spoil(picture: Picture) -> Picture:
        chosen = next(box for box in picture.boxes() if which(box))
        return changed(picture, lambda item: None if item is chosen else item)

    return spoil


def is_layer(box: Box) -> bool:
    return box.shape == "box" and bool(box.nodes)


def is_sum(box: Box) -> bool:
    return box.shape == "circle"


def without_edges(look: str) -> Spoil:
    return lambda p: replace(p, edges=tuple(e for e in p.edges if e.look != look))


def with_edge(tail: int, head: int, look: str = "flow") -> Spoil:
    """From one box to another, by their numbers."""

    def spoil(picture: Picture) -> Picture:
        boxes = [box.id for box in picture.boxes() if box.nodes]
        edge = Edge(boxes[tail], boxes[head], look=look)  # type: ignore[arg-type]
        return replace(picture, edges=(*picture.edges, edge))

    return spoil


def all_skip(picture: Picture) -> Picture:
    return replace(picture, edges=tuple(replace(e, look="skip") for e in picture.edges))


def without_counts(picture: Picture) -> Picture:
    def bare(item: Item) -> Item:
        kept = tuple(run for run in item.title if run.look != "badge")
        return replace(item, title=kept)

    return changed(picture, bare)


def without_walls(picture: Picture) -> Picture:
    """Their boxes stand outside, once."""
    items = [
        i for item in picture.items for i in (item.items if isinstance(item, Cluster) else [item])
    ]
    return replace(picture, items=tuple(items))


def twice(picture: Picture) -> Picture:
    box = next(box for box in picture.boxes() if box.nodes)
    return replace(picture, items=(*picture.items, replace(box, id="again")))


def same_id(picture: Picture) -> Picture:
    return replace(picture, items=(*picture.items, Box(next(picture.boxes()).id)))


GENERAL: list[Spoil] = [
    without_box(is_layer),
    each_box(lambda box: replace(box, nodes=()), is_layer),
    without_box(is_sum),
    each_box(lambda box: replace(box, title=()), is_layer),
    another_title,
    another_line,
    another_strip,
    another_label,
    without_counts,
    without_an_edge,
    without_edges("skip"),
    with_edge(0, 5),
    with_edge(5, 0),
    with_edge(1, 1, "loop"),
    all_skip,
    without_walls,
    twice,
    same_id,
]


@pytest.mark.parametrize(
    ("spoil", "view"),
    [*((spoil, "docs") for spoil in [*GENERAL, another_count]), *((s, "paper") for s in GENERAL)],
)
def test_a_false_picture_is_found_out(spoil: Spoil, view: str) -> None:
    net = graph(NETS["residual"])
    picture = drawn(net, view)
    assert not complaints(picture, net)
    spoilt = spoil(picture)
    assert complaints(spoilt, net)


@pytest.mark.parametrize(
    "spoil",
    [
        without_edges("loop"),
        with_edge(0, 0, "loop"),
        without_box(lambda b: b.id == "gru1"),
    ],
)
def test_a_false_loop_is_found_out(spoil: Spoil) -> None:
    net = graph(NETS["recurrent"])
    for view in ("docs", "paper", "debug"):
        assert complaints(spoil(drawn(net, view)), net, full=view == "debug")


def test_what_is_left_out_in_silence_is_found_out() -> None:
    net = graph("""
    block step: w, h[8] { [w, h] > rnn_cell(8) }
    net n: x[6, 8] { x > scan(step) > dropout(0) > linear(8) }""")
    picture = drawn(net, "docs")
    assert picture.left_out
    assert not complaints(picture, net)
    assert complaints(replace(picture, left_out=()), net)


def test_numbers_of_one_copy_are_found_out() -> None:
    """A symbol that stands for what differs is a number."""
    net = graph(NETS["inception"])
    picture = drawn(net, "paper")

    def plain(item: Item) -> Item:
        runs = tuple(TextRun("77" if r.look == "symbol" else r.text) for r in item.title)
        return replace(item, title=runs) if isinstance(item, Box) and item.shape == "box" else item

    spoilt = changed(picture, plain)
    assert spoilt != picture
    assert complaints(spoilt, net)


@pytest.mark.parametrize("view", ["docs", "paper"])
@pytest.mark.parametrize("line", ["72", "shared weights"])
def test_false_words_about_sharing_are_found_out(line: str, view: str) -> None:
    net = graph("""
    share enc = linear(8)
    block inner: x { x > enc > linear(8) > tanh }
    net n: x[8] { x > inner > gelu > inner }""")
    picture = drawn(net, view)
    assert not complaints(picture, net)
    spoilt = each_box(
        lambda box: replace(box, lines=((TextRun(line),),)),
        lambda box: "linear" in letters(box.title) and line not in map(letters, box.lines),
    )(picture)
    assert any("weights" in complaint for complaint in complaints(spoilt, net))


@pytest.mark.parametrize("old, new", [("3×3", "5×5"), ("linear 64", "linear 63"), ("×6", "×5")])
def test_words_that_do_not_hold_are_found_out(old: str, new: str) -> None:
    name = "residual" if old == "3×3" else "encoder"
    net = graph(NETS[name])
    found = 0
    for view in ("docs", "paper", "debug"):
        picture = drawn(net, view)

        def said(item: Item) -> Item:
            runs = tuple(TextRun(r.text.replace(old, new), r.look) for r in item.title)
            return replace(item, title=runs)

        spoilt = changed(picture, said)
        if spoilt != picture:
            found += 1
            assert complaints(spoilt, net, full=view == "debug"), view
    assert found
