"""The paper view: a trunk of boxes, each block drawn once beside it."""

from __future__ import annotations

import json

import pytest

from netwright.backends.diagram import render, to_dot
from netwright.backends.diagram.layout.engine import lay_out
from netwright.backends.diagram.layout.sheet import arrange
from netwright.backends.diagram.picture import Box, Cluster, Options, Picture, letters
from netwright.backends.diagram.view.paper import picture

from ...conftest import Golden
from .geometry import complaints, points
from .nets import DENSE, ENCODER, INCEPTION, MEMORY, NETS, RESIDUAL, SEQUENTIAL, graph, shipped

PAPERS = (
    "resnet:resnet50",
    "googlenet:googlenet",
    "densenet:densenet121",
    "transformer:transformer_base",
    "gpt2:gpt2",
    "vit:vit_b_16",
    "bert:bert_base",
    "mobilenet_v2:mobilenet_v2",
    "unet:unet",
    "googlenet:googlenet_training",
    "llama:llama_7b",
    "seq2seq_attention:seq2seq_attention",
    "mixture_of_experts:mixtral_8x7b",
    "t5:t5_small",
)


def drawn(text: str, **options: object) -> Picture:
    return picture(graph(text), Options(**options))  # type: ignore[arg-type]


def insets(view: Picture) -> dict[str, Cluster]:
    return {letters(c.title): c for c in view.items if isinstance(c, Cluster) and c.inset}


def trunk(view: Picture) -> list[Box]:
    items = tuple(i for i in view.items if not (isinstance(i, Cluster) and i.inset))
    return list(Picture("", "", "", "TB", items, ()).boxes())


@pytest.mark.parametrize("name", ["residual", "inception", "dense", "memory"])
def test_dot_is_as_it_was(name: str, golden: Golden) -> None:
    golden(f"diagram/paper/{name}.dot", to_dot(graph(NETS[name]), view="paper"))


# --- what is drawn ----------------------------------------------------------------------------


def test_every_form_of_a_block_is_drawn_once() -> None:
    assert list(insets(drawn(RESIDUAL))) == ["basic(width)", "basic(width) with downsample"]


def test_a_form_without_an_inset_is_told_from_the_one_that_has_it() -> None:
    found = shipped("t5:t5_small")
    view = picture(found, Options())
    titles = {letters(box.title) for box in view.boxes()}
    assert {"layer · self_layer A", "self_layer B"} <= titles
    assert "self_layer(causal) B" in insets(view)
    assert "self_layer A" not in insets(view)


def test_what_comes_in_has_a_point_only_where_it_parts() -> None:
    text = """
    block add(d): x, y { (x > linear(d)) + y }
    net n: x[8], y[8] { [x, y] > add(8) > linear(8) }"""
    assert "fork" not in [box.shape for box in drawn(text).boxes()]


def test_blocks_in_the_trunk_say_their_numbers() -> None:
    boxes = [b for b in trunk(drawn(RESIDUAL)) if b.category == "block"]
    said = [(letters(b.title), [letters(line) for line in b.lines]) for b in boxes]
    assert ("basic ×2", ["width 64"]) in said or ("basic ×3", ["width 64"]) in said
    assert ("basic with downsample", ["width 128"]) in said


def test_numbers_that_differ_have_names_in_the_inset() -> None:
    inside = insets(drawn(INCEPTION))["inception(a, b, c)"]
    said = [letters(i.title) for i in inside.items if isinstance(i, Box)]
    assert {"conv 1×1, a", "conv 1×1, b/2", "conv 3×3, b", "conv 1×1, c", "concat"} <= set(said)
    tables = [b.table for b in trunk(drawn(INCEPTION)) if b.table]
    assert [t.head for t in tables] == [("", "a", "b", "c", "out")] * 2


def test_blocks_inside_blocks_have_insets_of_their_own() -> None:
    view = drawn(DENSE)
    assert list(insets(view)) == ["dense(depth)", "layer"]
    sheet = next(c for c in insets(view)["dense(depth)"].items if isinstance(c, Cluster))
    assert letters(sheet.title) == "×depth"
    assert [letters(b.lines[0]) for b in trunk(view) if b.category == "block"] == [
        "depth 4",
        "depth 6",
    ]


def test_several_inputs_of_a_block_have_names() -> None:
    inside = insets(drawn(MEMORY))["decoder"]
    labels = [b for b in inside.items if isinstance(b, Box) and b.shape == "label"]
    assert [letters(b.title) for b in labels] == ["x", "m"]


def test_a_net_without_blocks_has_no_insets() -> None:
    assert insets(drawn(SEQUENTIAL)) == {}


def test_expand_and_fold() -> None:
    assert "encoder_layer ×6" in {
        letters(c.title) for c in drawn(ENCODER, expand=("encoder_layer",)).clusters()
    }
    folded = drawn(SEQUENTIAL, fold=("features",))
    assert "features" in {letters(b.title) for b in folded.boxes()}


def test_weights_that_depend_on_what_comes_in_are_left_out() -> None:
    text = """
    block head(n) = linear(n) > tanh > linear(n)
    net heads: x[8] -> [4] { x > head(4) as a > relu > head(4) as b }
    """
    inside = insets(drawn(text))["head"]
    first, second = (b for b in inside.items if isinstance(b, Box) and b.category == "linear")
    assert first.lines == ()
    assert letters(second.lines[0]) == "20"


# --- how it comes out -------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", NETS)
def test_nothing_lies_on_anything(name: str, direction: str) -> None:
    dot = to_dot(graph(NETS[name]), view="paper", direction=direction)
    assert complaints(dot) == []


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_at_six_points(name: str) -> None:
    dot = to_dot(shipped(name), view="paper")
    assert [c for c in complaints(dot) if " leaves " not in c] == []
    assert points(dot) >= 6


def test_pieces_keep_apart() -> None:
    drawn = json.loads(lay_out(to_dot(graph(RESIDUAL), view="paper"), "json"))
    frames = [o for o in drawn["objects"] if o.get("class") == "inset"]
    bounds = sorted([float(n) for n in frame["bb"].split(",")] for frame in frames)
    assert len(bounds) == 2
    (_, low, _, high), (_, other_low, _, other_high) = bounds
    assert high < other_low or other_high < low or bounds[0][2] < bounds[1][0]


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_all_formats(suffix: str) -> None:
    first = render(graph(RESIDUAL), suffix, view="paper")
    assert first == render(graph(RESIDUAL), suffix, view="paper")


# --- the page ---------------------------------------------------------------------------------


def test_insets_stand_beside_a_tall_trunk_and_below_a_wide_one() -> None:
    spots, _ = arrange([(200, 1000), (200, 300), (100, 100)], [], "TB")
    assert [x for x, _ in spots[1:]] == [222, 222]
    spots, _ = arrange([(700, 100), (200, 300), (100, 100)], [], "TB")
    assert all(y > 100 for _, y in spots[1:])


def test_to_the_right_everything_stands_below() -> None:
    spots, _ = arrange([(700, 100), (200, 300)], [], "LR")
    assert spots[1][1] > 100


def test_the_legend_stands_where_there_is_room() -> None:
    sizes = [(200.0, 500.0), (200.0, 900.0)]
    spots, whole = arrange(sizes, [], "TB", (100.0, 200.0))
    assert spots[-1] == (0, 522)
    assert whole == (422, 900)
