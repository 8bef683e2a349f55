"""Pictures as they come out: nothing on top of anything, one page where one page was asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from netwright.backends.diagram import DiagramError, render, to_dot
from netwright.backends.diagram.errors import NoPlace
from netwright.backends.diagram.layout.digraph import with_place
from netwright.backends.diagram.layout.engine import lay_out
from netwright.backends.diagram.picture import Picture
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source

from .families import FAMILIES
from .geometry import complaints, points
from .necks import neck
from .nets import LAID_OUT, NETS, SPECS, graph


def shipped() -> list[str]:
    found = []
    for path in sorted(SPECS.glob("**/*.net")):
        spec = Source(path.name, path.read_text(encoding="utf-8"))
        found += [f"{path.stem}:{net}" for net in load_source(spec).nets]
    return found


def dot_of(name: str) -> str | None:
    stem, _, net = name.partition(":")
    path = next(SPECS.glob(f"**/{stem}.net"))
    found = load_source(Source(path.name, path.read_text(encoding="utf-8")), net=net).graph
    return None if found is None else to_dot(found)


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", NETS)
def test_nothing_lies_on_anything(name: str, direction: str) -> None:
    assert complaints(to_dot(graph(NETS[name]), direction=direction)) == []


SHIPPED = shipped()
LAST = {name.partition(":")[0]: name for name in SHIPPED}.values()
"""The last net of each spec, mostly its largest; the others are slow."""


def shipped_nets() -> Iterator[Any]:
    for name in SHIPPED:
        yield pytest.param(name, marks=() if name in LAST else pytest.mark.slow)


@pytest.mark.parametrize("name", [*shipped_nets()])
def test_shipped_specs_are_a_page_each_and_nothing_lies_on_anything(name: str) -> None:
    dot = dot_of(name)
    if dot is None:
        pytest.skip("needs arguments")
    # A line that bulges out of its cluster and back is the layout's choice, and no harm.
    assert [c for c in complaints(dot) if " leaves " not in c] == []
    assert points(dot) >= 6


@pytest.mark.parametrize("view", ["docs", "debug"])
def test_a_second_line_into_a_wall_keeps_off_its_title(view: str) -> None:
    found = complaints(to_dot(graph(FAMILIES["perceiver"]), view=view))
    assert [c for c in found if " leaves " not in c] == []


def test_the_checks_find_what_is_wrong() -> None:
    bad = """digraph { newrank=true
      subgraph cluster_a { label="a very long title here"; b [shape=box width=0.3] }
      x -> b [label="n"]
      p [shape=box, width=0.3, fixedsize=true, label="much too long"] }"""
    found = " ".join(complaints(bad))
    assert "through the title" in found
    assert "wider than its box" in found


def test_words_of_the_layout_program_reach_nobody() -> None:
    with pytest.raises(DiagramError) as raised:
        lay_out('digraph { a [label=<<b>>] "', "json")
    assert raised.value.message == (
        "the layout program finds no place for everything in this picture"
    )


def test_a_rank_for_which_there_is_no_place_is_let_go() -> None:
    ranks = (("a", "b"), ("c", "d"), ("e", "f"))
    tried: list[Any] = []

    def work(impossible: tuple[str, str], picture: Picture) -> Any:
        tried.append(picture.ranks)
        if impossible in picture.ranks:
            raise NoPlace("there is no place")
        return picture.ranks

    picture = Picture("n", "", "", "TB", (), (), ranks)
    assert with_place(picture, partial(work, ("c", "d"))) == (("a", "b"), ("e", "f"))
    assert tried == [ranks, ranks[:2], (ranks[0], ranks[2])]
    with pytest.raises(NoPlace):
        with_place(picture, lambda _: work(ranks[0], picture))


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 40))]
)
def test_pyramids_are_laid_out(seed: int) -> None:
    found = graph(neck(seed))
    for view in LAID_OUT:
        for depth in (None, 1):
            assert render(found, "svg", view=view, depth=depth)
