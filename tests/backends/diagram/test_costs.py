"""Boxes painted by what they cost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from netwright.backends.diagram import DiagramError, render, style, to_dot
from netwright.backends.diagram.picture import Box, Options, Picture, letters
from netwright.backends.diagram.view.debug import picture as debug
from netwright.backends.diagram.view.docs import picture as docs
from netwright.backends.diagram.view.paper import picture as paper
from netwright.backends.diff.merge import merge
from netwright.compiler.dims import substitute

from .geometry import complaints
from .nets import ENCODER, INCEPTION, RESIDUAL, SEQUENTIAL, graph
from .test_style import contrast


def costs(view: Picture) -> list[int]:
    return [box.cost for box in view.boxes() if box.cost is not None]


def lines(box: Box) -> list[str]:
    return [letters(line) for line in box.lines]


@pytest.mark.parametrize("measure", ["params", "macs"])
def test_costs_of_all_boxes_are_those_of_the_net(measure: str) -> None:
    net = graph(SEQUENTIAL)
    view = docs(net, Options(color_by=measure))
    assert sum(costs(view)) == (net.params if measure == "params" else _macs(SEQUENTIAL))


def test_a_shut_block_costs_what_it_holds() -> None:
    view = docs(graph(RESIDUAL), Options(color_by="params", depth=0))
    assert sum(costs(view)) == graph(RESIDUAL).params


def test_a_table_costs_what_its_rows_do() -> None:
    view = paper(graph(INCEPTION), Options(color_by="params"))
    trunk = [i for i in view.items if isinstance(i, Box) and i.cost is not None]
    assert sum(box.cost or 0 for box in trunk) == graph(INCEPTION).params


def test_activations_are_what_layers_put_out() -> None:
    view = docs(graph(SEQUENTIAL), Options(color_by="activations"))
    conv = next(b for b in view.boxes() if letters(b.title) == "conv 3×3, 64 ×2")
    assert conv.cost == 2 * 2 * 64 * 32 * 32
    assert "262k activations" in lines(conv)


@pytest.mark.parametrize("measure", ["params", "macs", "activations"])
def test_a_closed_block_of_two_versions_costs_what_the_new_one_does(measure: str) -> None:
    text = "block f: x { x > linear(8) %s> tanh }\nnet a: x[8] { x > f > f }"
    before, after = graph(text % "> linear(9) > linear(8) "), graph(text % "")
    options = Options(color_by=measure, depth=0)
    both = merge(before, after)
    drawn = docs(both.graph, replace(options, marks=both.marks))
    assert costs(drawn) == costs(docs(after, options)) != []


def test_numbers_are_said_once() -> None:
    view = docs(graph(SEQUENTIAL), Options(color_by="params"))
    last = next(b for b in view.boxes() if letters(b.title) == "linear 10")
    assert lines(last) == ["2.57k"]


def test_open_sizes_ask_for_the_input() -> None:
    with pytest.raises(DiagramError, match=r"MACs depend on T\n.*`--input`"):
        to_dot(graph(ENCODER), color_by="macs")


@pytest.mark.parametrize("measure", ["params", "macs"])
@pytest.mark.parametrize("text", [RESIDUAL, SEQUENTIAL, INCEPTION])
def test_the_debug_view_costs_what_the_net_does(text: str, measure: str) -> None:
    net = graph(text)
    for depth in (None, 1, 0):
        view = debug(net, Options(color_by=measure, depth=depth))
        assert sum(costs(view)) == (net.params if measure == "params" else _macs(text))


def test_the_debug_view_tells_activations() -> None:
    view = debug(graph(SEQUENTIAL), Options(color_by="activations"))
    conv = next(b for b in view.boxes() if b.id == "features.0")
    assert conv.cost == 64 * 32 * 32
    assert any("65,536 activations" in line for line in lines(conv))


def test_copies_drawn_as_one_cost_as_many() -> None:
    text = "net long: x[8] -> [8] { x > linear(8) * 900 }"
    view = debug(graph(text), Options(color_by="params"))
    assert sum(costs(view)) == 900 * 72


def test_mermaid_and_json_are_told() -> None:
    said = render(graph(SEQUENTIAL), "mmd", color_by="params").decode()
    assert f"style classifier_0 fill:{style.HEAT[-1]}" in said
    nodes = json.loads(render(graph(SEQUENTIAL), "json", color_by="params"))["nodes"]
    assert sum(node["cost"] or 0 for node in nodes) == graph(SEQUENTIAL).params
    plain = json.loads(render(graph(SEQUENTIAL), "json"))["nodes"]
    assert {node["cost"] for node in plain} == {None}


def test_unknown_measures() -> None:
    with pytest.raises(DiagramError, match="cannot color by beauty"):
        render(graph(RESIDUAL), "svg", color_by="beauty")


@pytest.mark.parametrize("view", ["docs", "paper", "debug"])
def test_the_legend_is_a_scale(view: str) -> None:
    dot = to_dot(graph(RESIDUAL), view=view, color_by="macs")
    assert "0 MACs" in dot
    assert "convolution" not in dot
    assert style.HEAT[-1] in dot
    assert complaints(dot) == []


@pytest.mark.parametrize("fill", style.HEAT)
def test_contrast(fill: str) -> None:
    assert contrast(style.INK, fill) >= 12
    assert contrast(style.SOFT, fill) >= 7
    assert contrast(style.BADGE, fill) >= 4.4


def test_fills_follow_the_cost() -> None:
    assert style.heat(0, 100) == style.HEAT[0]
    assert style.heat(100, 100) == style.HEAT[-1]
    assert style.heat(10, 100) == style.HEAT[1]
    assert style.heat(0, 0) == style.HEAT[0]


def _macs(text: str) -> object:
    return substitute(graph(text).macs, {"N": 1})
