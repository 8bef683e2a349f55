"""Pictures show nothing that is not so, whatever is asked of them: depths, blocks opened and closed
by name, from left to right; networks of many families; two versions in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from netwright.backends.diagram.asked import names
from netwright.backends.diagram.chart.compared import painted
from netwright.backends.diagram.picture import Picture
from netwright.backends.diff.merge import Merged, merge
from netwright.compiler.ir import Graph
from tests.backends.diff.versions import PAIRS, versions

from .families import FAMILIES
from .nets import LAID_OUT, NETS, graph
from .random_nets import net
from .test_truth import drawn, wrong
from .truth import compared

ALL = {name: text for name, text in (NETS | FAMILIES).items() if name != "loop"}
QUICK = ("residual", "dense", "u", "encoder", "hrnet", "swin", "translate", "perceiver", "gan")
CHOICES = 3
SEEDS = 200


def chosen(random: Random, net: Graph) -> dict[str, Any]:
    """Some of what a reader may ask."""
    known = names(net)
    asked: dict[str, Any] = {"direction": random.choice(["TB", "TB", "LR"])}
    if random.random() < 0.5:
        asked["depth"] = random.randint(0, 3)
    for by in ("expand", "fold"):
        if known and random.random() < 0.5:
            asked[by] = tuple(random.sample(known, min(len(known), random.randint(1, 2))))
    return asked


@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("name", FAMILIES)
def test_networks_of_many_families(name: str, view: str) -> None:
    assert not wrong(graph(FAMILIES[name]), view)


def some() -> Iterator[Any]:
    for name in ALL:
        yield pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("view", ["docs", "paper"])
@pytest.mark.parametrize("name", list(some()))
def test_whatever_is_asked(name: str, view: str) -> None:
    random = Random(name + view)
    for _ in range(CHOICES):
        asked = chosen(random, graph(ALL[name]))
        assert not wrong(graph(ALL[name]), view, **asked), asked


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("name", QUICK)
def test_depths_of_the_debug_view(name: str, depth: int) -> None:
    assert not wrong(graph(ALL[name]), "debug", depth=depth)


@pytest.mark.parametrize("view", ["docs", "paper"])
def test_a_layer_opened_in_a_stretch_opens_in_each_copy(view: str) -> None:
    text = """
    net n: x[6, 8] {
      x = x > (for i in range(4) { (attention(4) > linear(8)) * 4 > linear(8) })
      x > dropout(0.1) > (tanh > linear(8)) * 3 > linear(8)
    }"""
    assert not wrong(graph(text), view, expand=("attention1",), depth=3)


@pytest.mark.parametrize("view", ["docs", "paper"])
def test_walls_of_stretches_in_each_other_have_names_of_their_own(view: str) -> None:
    text = """
    block part(n=8): x { x + (x > gru(8) > dropout(0.1)) }
    net n: x[6, 8] {
      x = x > layernorm
      x = x > (for i in range(3) { (linear(8) > relu > linear(8)) * 3 > linear(8) })
      [x > gru(8), x > part(8)] > concat(dim=-1) > linear(8) > linear(8)
    }"""
    assert not wrong(graph(text), view, depth=3, direction="LR")


def test_a_shut_stretch_lists_a_layer_with_a_loop() -> None:
    text = "net n: x[6, 8] { x > (for i in range(4) { gru(8) > linear(8) }) }"
    assert not wrong(graph(text), "docs", depth=0)


@pytest.mark.slow
@pytest.mark.parametrize("view", LAID_OUT)
def test_whatever_is_asked_of_random_nets(view: str) -> None:
    random = Random(view)
    for seed in range(SEEDS):
        asked = chosen(random, graph(net(seed)))
        if view == "debug":
            asked = {key: value for key, value in asked.items() if key in ("depth", "direction")}
        assert not wrong(graph(net(seed)), view, **asked), (asked, net(seed))


# --- two versions in one ----------------------------------------------------------------------


def pair(name: str, view: str) -> tuple[Picture, Merged]:
    before, after = versions(name)
    both = merge(before.ir, after.ir)
    return painted(drawn(both.graph, view, marks=both.marks)), both


@pytest.mark.parametrize("view", ["docs", "paper"])
@pytest.mark.parametrize("name", PAIRS)
def test_two_versions_in_one(name: str, view: str) -> None:
    picture, both = pair(name, view)
    assert not compared(picture, both)


def test_a_false_mark_is_found_out() -> None:
    picture, both = pair("replaced", "docs")
    items = tuple(
        replace(item, category="other") if item.category in ("added", "removed") else item
        for item in picture.items
    )
    assert items != picture.items
    assert compared(replace(picture, items=items), both)


@pytest.mark.parametrize("name", ["inserted", "taken out", "replaced"])
def test_what_is_missing_of_two_versions_is_found_out(name: str) -> None:
    picture, both = pair(name, "docs")
    assert compared(replace(picture, edges=picture.edges[1:]), both)
    assert compared(replace(picture, items=picture.items[:-2]), both)
