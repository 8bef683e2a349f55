"""The JSON of a picture: everything that is drawn, where it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netwright.backends.diagram import render
from netwright.backends.diagram.picture import Options
from netwright.backends.diagram.view.docs import picture

from .nets import LAID_OUT, NETS, RECURRENT, RESIDUAL, SIAMESE, U, graph

SLACK = 2.5


def document(text: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(graph(text), "json", **options))
    return found


def by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in items}


def near(point: list[float], frame: dict[str, Any], slack: float = SLACK) -> bool:
    (x, y), (left, top) = point, (frame["x"], frame["y"])
    return bool(
        left - slack <= x <= left + frame["w"] + slack
        and top - slack <= y <= top + frame["h"] + slack
    )


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", NETS)
def test_everything_has_its_place(name: str, direction: Any) -> None:
    found = document(NETS[name], direction=direction)
    view = picture(graph(NETS[name]), Options(direction=direction))
    assert (found["version"], found["direction"]) == (1, direction)
    nodes, clusters = by_id(found["nodes"]), by_id(found["clusters"])
    assert list(nodes) == [box.id for box in view.boxes()]
    assert list(clusters) == [c.id for c in view.clusters()]
    edges = [e for e in view.edges if e.look != "hidden"]
    assert [(e["tail"], e["head"], e["look"]) for e in found["edges"]] == [
        (e.tail, e.head, e.look) for e in edges
    ]
    for item in (*nodes.values(), *clusters.values()):
        assert item["w"] > 0
        assert item["h"] > 0
        assert -SLACK <= item["x"] <= found["width"] - item["w"] + SLACK
        assert -SLACK <= item["y"] <= found["height"] - item["h"] + SLACK
        if item["cluster"]:
            assert near([item["x"], item["y"]], clusters[item["cluster"]])


@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("name", [n for n in NETS if n != "loop"])
def test_lines_run_from_box_to_box(name: str, view: str) -> None:
    found = document(NETS[name], view=view)
    nodes = by_id(found["nodes"])
    for edge in found["edges"]:
        assert len(edge["points"]) % 3 == 1
        assert near(edge["points"][0], nodes[edge["tail"]], 4), edge
        assert near(edge["tip"] or edge["points"][-1], nodes[edge["head"]], 4), edge


def test_a_node_says_what_it_is() -> None:
    found = document(RESIDUAL)
    conv = by_id(found["nodes"])["conv1"]
    assert (conv["path"], conv["category"], conv["shape"]) == ("conv1", "conv", "box")
    assert conv["label"] == ["conv 7×7, 64", "stride 2"]
    assert conv["below"] == [
        {"label": "BN", "category": "norm"},
        {"label": "ReLU", "category": "activation"},
    ]
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "conv(7x7" in s)
    assert conv["source"]["line"] == line
    assert "parameters" in conv["details"]
    assert found["title"] == "residual"


def test_operators_have_no_path_and_shared_modules_one() -> None:
    residual = by_id(document(RESIDUAL)["nodes"])
    assert {n["path"] for n in residual.values() if n["category"] == "math"} == {""}
    assert residual["input-1"]["path"] == ""
    siamese = [n["path"] for n in document(SIAMESE)["nodes"] if n["path"]]
    assert len(siamese) > len(set(siamese)) or all("-" not in path for path in siamese)


def test_a_way_up_runs_from_tail_to_head() -> None:
    found = document(U)
    nodes = by_id(found["nodes"])
    heights = [(nodes[e["tail"]]["y"], nodes[e["head"]]["y"]) for e in found["edges"]]
    assert any(head < tail for tail, head in heights)


def test_loops_are_there() -> None:
    loops = [e for e in document(RECURRENT)["edges"] if e["look"] == "loop"]
    assert loops
    assert all(len(e["points"]) >= 4 for e in loops)
