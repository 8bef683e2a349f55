"""Pictures show nothing that is not so: all views of all shipped specs, and of random nets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from netwright.backends.diagram import render
from netwright.backends.diagram.errors import TooLarge
from netwright.backends.diagram.format._states import open_places
from netwright.backends.diagram.picture import Options, Picture, letters
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import load_source
from netwright.spec_files import read, shipped

from .nets import LAID_OUT, NETS, graph
from .random_nets import net
from .truth import complaints

QUICK = ("mlp", "lenet", "char_rnn", "gru_encoder", "resnet", "unet", "vit")
SEEDS = 200
QUICK_SEEDS = 12


@cache
def nets(spec: str) -> tuple[Graph, ...]:
    source = read(spec)
    found = (
        load_source(source, net=name or None).graph for name in load_source(source).nets or ("",)
    )
    return tuple(graph for graph in found if graph is not None)


def specs() -> Iterator[Any]:
    for name in shipped():
        yield pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


def drawn(net: Graph, view: str, **options: object) -> Picture:
    made = import_module(f"netwright.backends.diagram.view.{view}").picture(
        net,
        Options(**options),  # type: ignore[arg-type]
    )
    assert isinstance(made, Picture)
    return made


def wrong(net: Graph, view: str, **options: object) -> list[str]:
    """Nothing for a net that is too large to be drawn."""
    try:
        picture = drawn(net, view, **options)
    except TooLarge:
        return []
    return complaints(picture, net, full=view == "debug")


@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("spec", list(specs()))
def test_shipped_specs(spec: str, view: str) -> None:
    for one in nets(spec)[: 2 if spec in QUICK else None]:
        assert not wrong(one, view)


@pytest.mark.parametrize("view", LAID_OUT)
@pytest.mark.parametrize("name", NETS)
def test_nets_of_every_kind(name: str, view: str) -> None:
    assert not wrong(graph(NETS[name]), view)


@pytest.mark.parametrize("view", LAID_OUT)
def test_random_nets(view: str) -> None:
    for seed in range(QUICK_SEEDS):
        assert not wrong(graph(net(seed)), view), net(seed)


@pytest.mark.slow
@pytest.mark.parametrize("view", LAID_OUT)
def test_many_random_nets(view: str) -> None:
    for seed in range(QUICK_SEEDS, SEEDS):
        assert not wrong(graph(net(seed)), view), net(seed)


def test_a_cell_of_one_layer_keeps_its_loop() -> None:
    text = """
    block step(d): w, h[d] { [w, h] > gru_cell(d) }
    net n: x[S, 8] { x > scan(step(16)) }"""
    for view in LAID_OUT:
        assert [e for e in drawn(graph(text), view).edges if e.look == "loop"]
        assert not wrong(graph(text), view)


def test_branches_alike_and_a_matrix_used_twice_are_no_skip_connections() -> None:
    three = (
        "net m: x[8, 32, 32] { x > conv(1x1, 16) + conv(3x3, 16, pad=1) + conv(5x5, 16, pad=2) }"
    )
    gram = "net g: x[8, 32] { x @ (x > transpose(1, 2)) > softmax(dim=-1) }"
    for text in (three, gram):
        for view in LAID_OUT:
            assert not [e for e in drawn(graph(text), view).edges if e.look == "skip"]


def test_a_stretch_that_begins_with_the_zeros_of_a_state_is_drawn() -> None:
    text = """
    block step: w, h[8] { [w, h] > rnn_cell(8) }
    net n: x[6, 8] { x > (scan(step) > linear(8)) * 4 }"""
    for view in LAID_OUT:
        assert not wrong(graph(text), view)


def test_folded_copies_say_only_what_holds_for_all() -> None:
    for name in ("efficientnet_b0", "efficientnet_b1"):
        found = load_source(read("efficientnet"), net=name).graph
        assert found is not None
        assert not wrong(found, "docs")


def test_attention_that_hides_other_scores_has_an_inset_of_its_own() -> None:
    text = """
    net c: a[20, 64], b[20, 64] -> x[20, 64], y[20, 64] {
      [a > attention(4), b > attention(4, causal=true)]
    }"""
    insets = [c for c in drawn(graph(text), "paper").clusters() if c.inset]
    assert [letters(c.title) for c in insets] == [
        "attention · 4 heads",
        "attention · 4 heads · causal",
    ]
    strips = [
        [letters(s.label) for b in Picture("", "", "", "TB", c.items, ()).boxes() for s in b.below]
        for c in insets
    ]
    assert strips == [["softmax"], ["causal mask", "softmax"]]


def test_a_stretch_is_not_named_after_a_block_inside() -> None:
    text = """
    block ff(d) = (linear(16) > gelu > linear(d)) as body
    net n: x[20, 8] {
      for i in range(4) {
        x = x + (x > layernorm > attention(2))
        x = x + (x > ff(8))
      }
      x
    }"""
    titles = [letters(c.title) for c in drawn(graph(text), "docs").clusters() if c.repeated]
    assert titles == ["×4"]


def test_moves_of_numbers_share_no_weights() -> None:
    text = """
    net n: a[6, 8], b[6, 8] {
      share split = rearrange("n t (h d) -> n h t d", h=2)
      (a > split) + (b > split)
    }"""
    for view in LAID_OUT:
        assert b"shared weights" not in render(graph(text), "dot", view=view)


UNIT = "block unit(d): x { x > linear(d) > tanh > linear(d) }"
INNER = "block inner: x { x > enc > tanh > linear(8) }"
OTHER = "block other: x { x > enc > linear(8) }"
WITH = "block with(i): x { x > enc[i] > tanh > linear(8) }"
FAMILY = "for i in range(3) { share enc[i] = linear(8) > bn }"
SHARES = [
    (2, ["share enc = linear(8) > bn", INNER, OTHER, "x > inner > other"]),
    (2, ["share enc = linear(8)", INNER, "x > inner > enc"]),
    (1, ["share enc = linear(8) > bn", INNER, "x > inner * 3"]),
    (0, ["share enc = linear(8) > bn", INNER, "x > inner"]),
    (0, ["share enc = linear(8)", INNER, OTHER, "x > inner"]),
    (3, ["share enc = linear(8)", INNER, "block deep: x { x > inner > enc }", "x > deep > enc"]),
    (2, ["share enc = linear(8)", INNER, "share deep = inner", "x > deep > deep > linear(8)"]),
    (2, ["share enc = linear(8)", INNER, OTHER, "x > inner > linear(8) as a > other > tied"]),
    (0, [FAMILY, WITH, "x > with(0) > with(1) > with(2)"]),
    (2, ["share enc = unit(8)", "x > enc > unit(8) > unit(8) > enc"]),
    (1, [FAMILY, WITH, "x > with(0) > with(1) > with(0) > enc[2]"]),
]
"""Bodies of nets, with the number of boxes and walls of the view ``docs`` that speak of shared
weights."""


@pytest.mark.parametrize("count, lines", SHARES, ids=lambda value: str(value)[-40:])
def test_what_runs_twice_shares_its_weights(count: int, lines: list[str]) -> None:
    body = "\n".join(lines).replace("tied", "linear(8, weight=a.weight)")
    net = graph(f"{UNIT}\nnet n: x[8] {{\n{body}\n}}")
    picture = drawn(net, "docs")
    titles = [letters(cluster.title) for cluster in picture.clusters()]
    texts = [*titles, *(" ".join(map(letters, box.lines)) for box in picture.boxes())]
    assert sum("shared weights" in text for text in texts) == count
    for view in LAID_OUT:
        for expand in ((), ("inner",)):
            assert not wrong(net, view, expand=expand)


def test_a_u_whose_blocks_open_is_laid_out() -> None:
    text = """
    block c2f(c): x {
      a, b = x > conv(1, c) > chunk(2, dim=1)
      [a, b, b > conv(3, c // 2, pad=1)] > concat > conv(1, c)
    }
    net neck: image[3, 64, 64] {
      p3 = image > conv(3, 8, stride=2, pad=1) > conv(1, 16)
      p4 = p3 > conv(3, 8, stride=2, pad=1) > conv(1, 16)
      p5 = p4 > conv(3, 8, stride=2, pad=1) > conv(1, 16)
      h4 = [p5 > upsample(2), p4] > concat > c2f(16)
      h3 = [h4 > upsample(2), p3] > concat > c2f(16)
      o4 = [h3 > conv(3, 8, stride=2, pad=1), h4] > concat > conv(1, 16)
      [o4 > conv(3, 8, stride=2, pad=1), p5] > concat > c2f(16) > conv(1, 3)
    }"""
    assert render(graph(text), "html").startswith(b"<!")
    assert not wrong(graph(text), "docs", expand=("c2f",))


@pytest.mark.parametrize("name", ["layer1", "layer3"])
def test_what_is_opened_by_name_shuts_nothing_else(name: str) -> None:
    found = load_source(read("resnet"), net="resnet50").graph
    assert found is not None
    asked = drawn(found, "docs", expand=(name,))
    assert open_places(asked) >= open_places(drawn(found, "docs")) | {name}
    assert not complaints(asked, found)


def test_a_tied_tensor_is_told_with_what() -> None:
    text = """
    net lm: t[T] int -> [T, 100] {
      t > embed(100, 8) as tok > linear(8) > linear(100, bias=false, weight=tok.weight) as head
    }"""
    for view in LAID_OUT:
        head = next(box for box in drawn(graph(text), view).boxes() if box.id == "head")
        assert "tied to tok.weight" in [letters(line) for line in head.lines]
        assert not wrong(graph(text), view)


def test_a_computed_weight_is_an_input_of_its_layer() -> None:
    text = """
    net n: x[3, 8, 8] {
      w = param([8, 3, 3, 3]) as w
      x > conv(3x3, 8, weight=w > softplus) as c > relu
    }"""
    for view in LAID_OUT:
        edges = {(e.tail, e.head) for e in drawn(graph(text), view).edges}
        assert len([tail for tail, head in edges if head == "c"]) == 2
        assert not wrong(graph(text), view)


def test_an_inset_names_the_parameters_that_a_block_has() -> None:
    text = """
    block tnet(k): x { x > conv(1, 64) > relu > gap > linear(k * k) > unflatten(1, [k, k]) }
    net p: a[3, 8, 8], b[64, 8, 8] { [a > tnet(3) > flatten, b > tnet(64) > flatten] > concat }"""
    (inset,) = [c for c in drawn(graph(text), "paper").clusters() if c.inset]
    assert letters(inset.title) == "tnet(k)"


def test_depth_opens_the_arms_of_a_u() -> None:
    twice = "conv(3x3, c, pad=1) > conv(1, c)"
    text = NETS["u"].replace("(conv(3x3, c, pad=1) > bn > relu) * 2", twice)
    assert not open_places(drawn(graph(text), "docs"))
    assert open_places(drawn(graph(text), "docs", depth=1))
    assert not wrong(graph(text), "docs", depth=1)


def test_a_shut_block_in_the_arm_of_a_u_has_an_inset() -> None:
    text = """
    block cb(c): x { x + (x > conv(3, c, pad=1) > bn > relu > conv(3, c, pad=1) > bn) }
    block pyramid: x {
      a = x > conv(7, 64, stride=2, pad=3) > bn > relu > cb(64) > cb(64)
      b = a > conv(3, 128, stride=2, pad=1) > bn > relu > cb(128) > cb(128)
      c = b > conv(3, 256, stride=2, pad=1) > bn > relu > cb(256) > cb(256)
      [a, b, c]
    }
    net m: image[3, 64, 64] {
      a, b, c = image > pyramid
      z = c > conv(1, 64)
      y = (b > conv(1, 64)) + (z > upsample(2))
      x = (a > conv(1, 64)) + (y > upsample(2))
      [x > conv(1, 5), y > conv(1, 5), z > conv(1, 5)]
    }"""
    insets = [letters(c.title) for c in drawn(graph(text), "paper").clusters() if c.inset]
    assert sorted(insets) == ["cb(c)", "pyramid"]
    assert not wrong(graph(text), "paper")


def test_depth_opens_blocks_of_the_paper_view_in_place() -> None:
    found = load_source(read("resnet"), net="resnet18").graph
    assert found is not None
    assert [c for c in drawn(found, "paper").clusters() if c.inset]
    deep = drawn(found, "paper", depth=2)
    assert not [c for c in deep.clusters() if c.inset]
    assert not complaints(deep, found)
