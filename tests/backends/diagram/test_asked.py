"""``expand`` and ``fold``: what may be named, and what a name that means nothing is answered."""

from __future__ import annotations

import warnings

import pytest

from netwright import load
from netwright.backends.diagram import DiagramError, NoEffect, to_dot
from netwright.backends.diagram.asked import names
from netwright.backends.diagram.picture import Box, Options, Picture, letters
from netwright.backends.diagram.view.debug import picture as debug
from netwright.backends.diagram.view.docs import picture as docs
from netwright.backends.diagram.view.paper import picture as paper

from .geometry import complaints
from .nets import RECURRENT, RESIDUAL, SEQUENTIAL, graph

RESNET = load("resnet", net="resnet50").ir


def boxes(view: Picture) -> dict[str, Box]:
    return {box.id: box for box in view.boxes()}


def walls(view: Picture) -> dict[str, str]:
    return {c.id: letters(c.title) for c in view.clusters()}


def test_blocks_and_labels_have_names() -> None:
    expected = ["layer1", "layer2", "layer3", "basic", "downsample"]
    assert sorted(names(graph(RESIDUAL))) == sorted(expected)
    assert names(graph(RECURRENT)) == ["elman"]
    assert names(graph("input(3) > linear(2)")) == []


def test_one_name_is_no_list_of_letters() -> None:
    assert to_dot(RESNET, fold="layer1") == to_dot(RESNET, fold=["layer1"])
    assert to_dot(RESNET, fold="layer1") != to_dot(RESNET)


def test_there_are_two_directions() -> None:
    with pytest.raises(DiagramError, match="cannot draw to down") as refused:
        to_dot(RESNET, direction="down")
    assert refused.value.help == "there are TB, LR"


@pytest.mark.parametrize("view", ["docs", "paper", "debug"])
@pytest.mark.parametrize("option", ["expand", "fold"])
def test_an_unknown_name(view: str, option: str) -> None:
    with pytest.raises(DiagramError) as refused:
        to_dot(RESNET, view=view, **{option: ["layer1", "botleneck"]})
    assert refused.value.message == "resnet50 has no block called botleneck"
    assert refused.value.help == (
        "did you mean bottleneck? there are layer1 … layer4, bottleneck, downsample, shortcut, "
        "and their module paths"
    )


@pytest.mark.parametrize("path", ["layer1.9", "layer1.0.conv9", "layer5.0"])
def test_an_unknown_path(path: str) -> None:
    with pytest.raises(DiagramError, match=f"has no block called {path}"):
        to_dot(RESNET, fold=[path])


@pytest.mark.parametrize("layer", ["conv1", "layer2.3.conv2", "fc"])
def test_a_layer_does_not_open(layer: str) -> None:
    with pytest.raises(DiagramError, match=f"^{layer} is a layer: it cannot be opened"):
        to_dot(RESNET, expand=[layer])


def test_several_names_in_one() -> None:
    with pytest.raises(DiagramError, match=r"several\ngive each by itself"):
        to_dot(RESNET, fold=["layer1,layer2"])


def test_a_net_without_blocks() -> None:
    with pytest.raises(DiagramError, match="no blocks and no labelled groups"):
        to_dot(graph("net tiny: x[3] { x > linear(2) }"), fold=["x"])


def test_numbered_names_are_listed_by_the_first_and_the_last() -> None:
    with pytest.raises(DiagramError, match="denselayer1 … denselayer24"):
        to_dot(load("densenet", net="densenet121").ir, fold=["nothing"])


# --- what they do -----------------------------------------------------------------------------


def test_one_of_a_run_is_folded_by_itself() -> None:
    assert "layer1 – layer4 ×4" in walls(docs(RESNET, Options())).values()
    folded = docs(RESNET, Options(fold=("layer4",)))
    assert "layer1 – layer3 ×3" in walls(folded).values()
    assert letters(boxes(folded)["layer4"].title) == "layer4"


def test_a_path_opens_what_leads_to_it() -> None:
    assert "layer3.0" not in walls(docs(graph(RESIDUAL), Options(depth=0)))
    opened = docs(graph(RESIDUAL), Options(depth=0, expand=("layer3.0",)))
    assert {"layer3", "layer3.0"} <= walls(opened).keys()
    assert "layer1" in boxes(opened)


def test_any_copy_stands_for_all() -> None:
    text = "block unit() = linear(64) > relu\nnet n: x[64] { x > unit * 5 > tanh }"
    every = {path: docs(graph(text), Options(fold=(path,))) for path in ("unit", "unit1", "unit4")}
    assert all(not walls(view) for view in every.values())


def test_a_group_without_a_wall_gets_one_where_it_is_named() -> None:
    assert "downsample" not in walls(docs(graph(RESIDUAL), Options()))
    folded = docs(graph(RESIDUAL), Options(fold=("downsample",)))
    assert any(letters(box.title) == "downsample" for box in folded.boxes())


def test_the_paper_view_folds_one_of_a_run() -> None:
    view = paper(RESNET, Options(fold=("layer2",)))
    assert letters(boxes(view)["layer2"].title) == "layer2"


def test_the_debug_view_folds_and_opens() -> None:
    shut = debug(graph(RESIDUAL), Options(fold=("basic",)))
    assert {"layer1.0", "layer1.1", "layer1.2"} <= boxes(shut).keys()
    one = debug(graph(RESIDUAL), Options(fold=("layer1.1",)))
    assert "layer1.1" in boxes(one)
    assert "layer1.2" in walls(one)
    opened = debug(graph(SEQUENTIAL), Options(depth=0, expand=("classifier",)))
    assert set(walls(opened)) == {"classifier"}


@pytest.mark.filterwarnings("ignore:expand bottleneck changes nothing")
@pytest.mark.parametrize("asked", ["layer4", "layer3.0", "bottleneck", "downsample", "layer3.4"])
@pytest.mark.parametrize("option", ["expand", "fold"])
def test_nothing_overlaps(option: str, asked: str) -> None:
    assert complaints(to_dot(RESNET, **{option: [asked]})) == []


# --- what changes nothing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "asked", "idle"),
    [
        ("docs", {"fold": ["layer4"]}, []),
        ("docs", {"fold": ["bottleneck", "layer1.0"]}, ["fold layer1.0"]),
        ("docs", {"fold": ["bottleneck", "bottleneck"]}, []),
        ("docs", {"expand": ["bottleneck"]}, ["expand bottleneck"]),
        ("paper", {"fold": ["layer1.0"]}, ["fold layer1.0"]),
        ("paper", {"expand": ["bottleneck"]}, []),
        ("debug", {"fold": ["layer2", "layer2.1"]}, ["fold layer2.1"]),
        ("debug", {"expand": ["layer4"]}, ["expand layer4"]),
        ("volumes", {"fold": ["downsample"]}, ["fold downsample"]),
        ("volumes", {"expand": ["bottleneck"]}, []),
    ],
)
def test_a_name_that_changes_nothing_is_told(
    view: str, asked: dict[str, list[str]], idle: list[str]
) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        to_dot(RESNET, view=view, **asked)
    assert all(one.category is NoEffect for one in heard)
    assert [str(one.message).partition(" changes nothing: ")[0] for one in heard] == idle


def test_blocks_that_open_just_together_both_count() -> None:
    text = """
    block inner: x { x > linear(8) > relu > linear(8) }
    block outer: x { x > inner > tanh > inner }
    net n: x[8] { x > outer > sigmoid }"""
    to_dot(graph(text), depth=0, expand=["inner", "outer"])
