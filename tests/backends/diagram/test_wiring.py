"""Which lines go around, and what is drawn as a U."""

from __future__ import annotations

from netwright.backends.diagram.picture import letters

from .nets import graph, shipped
from .test_truth import drawn

STAGES = """
block exchange: a, b {
  [a + (b > conv(1, 8) > upsample(2)), (a > conv(3, 16, stride=2, pad=1)) + b]
}
net n: image[3, 32, 32] {
  a = image > conv(3, 8, pad=1)
  b = image > conv(3, 16, stride=2, pad=1)
  a, b = [a, b] > exchange
  c = b > conv(3, 32, stride=2, pad=1)
  [a, b > upsample(2), c > upsample(4)] > concat
}
"""


def skips(text: str, view: str = "docs", **options: object) -> set[tuple[str, str]]:
    picture = drawn(graph(text), view, **options)
    return {(e.tail, e.head) for e in picture.edges if e.look == "skip"}


def climbs(text: str, **options: object) -> bool:
    return any(e.climbs for e in drawn(graph(text), "docs", **options).edges)


def test_another_result_of_the_same_block_goes_around_nothing() -> None:
    assert not skips(STAGES, depth=0)


def test_half_of_the_channels_goes_around_nothing_of_the_other_half() -> None:
    text = """
    net n: x[8, 16, 16] {
      a, b = x > chunk(2, dim=1)
      [a, b, b > conv(3, 4, pad=1)] > concat
    }"""
    assert skips(text) == {("chunk1-fork1", "concat1")}


def test_the_first_input_of_a_block_is_its_way() -> None:
    text = """
    block mix: a, b, c { a + (b > upsample(2)) + (c > upsample(4)) }
    net n: x[8, 16, 16] {
      a, b = x > (block2)
      [a, b, b > conv(3, 8, stride=2, pad=1)] > mix
    }
    block block2: x { [x > relu, x > maxpool(2)] }"""
    assert not skips(text, depth=0)


def test_what_a_block_adds_goes_around_what_its_first_input_went_through() -> None:
    text = """
    block up(c): x, skip { [x > upsample(2), skip] > concat > conv(3, c, pad=1) }
    net n: image[3, 32, 32] {
      a = image > conv(3, 8, pad=1)
      b = a > conv(3, 16, stride=2, pad=1)
      [b, a] > up(8)
    }"""
    (skip,) = skips(text, depth=0)
    assert skip[1] == "up1"


def test_a_u_climbs() -> None:
    assert any(e.climbs for e in drawn(shipped("unet"), "docs").edges)


PYRAMID = """
net n: image[3, 64, 64] {
  a = image > conv(3, 8, stride=2, pad=1)
  b = a > conv(3, 8, stride=2, pad=1)
  c = b > conv(3, 8, stride=2, pad=1)
  d = [c > upsample(2), b] > concat > conv(1, 8)
  e = [d > upsample(2), a] > concat > conv(1, 8)
  HEAD
}"""
NESTED = """
net n: image[3, 64, 64] {
  a0 = image > conv(3, 8, pad=1)
  b0 = a0 > conv(3, 8, stride=2, pad=1)
  c0 = b0 > conv(3, 8, stride=2, pad=1)
  a1 = [a0, b0 > upsample(2)] > concat > conv(3, 8, pad=1)
  b1 = [b0, c0 > upsample(2)] > concat > conv(3, 8, pad=1)
  [a0, a1, b1 > upsample(2)] > concat > conv(3, 8, pad=1)
}"""


def test_where_the_way_up_shrinks_again_an_n_is_drawn() -> None:
    """The last part of a path aggregation network runs down."""
    assert climbs(PYRAMID.replace("HEAD", "e > conv(1, 2)"))
    down = "[e > conv(3, 8, stride=2, pad=1), d] > concat > conv(1, 8)"
    view = drawn(graph(PYRAMID.replace("HEAD", down)), "docs")
    climbing = {e.head for e in view.edges if e.climbs}
    assert {"upsample1", "concat1", "conv4", "upsample2", "concat2", "conv5"} <= climbing
    assert not {"conv6", "concat3", "conv7", "output-1"} & climbing


def test_nested_ways_up_climb() -> None:
    """As in U-Net++."""
    view = drawn(graph(NESTED), "docs")
    assert {"concat1", "concat2", "concat3"} <= {e.head for e in view.edges if e.climbs}


def test_ways_around_inside_the_right_arm_climb() -> None:
    """As in the attention U-Net: a line down would tie a knot."""
    text = """
    block gate(c): x, skip { skip * (x > conv(1, c) > sigmoid) }
    net n: image[3, 64, 64] {
      a = image > conv(3, 8, pad=1)
      b = a > conv(3, 8, stride=2, pad=1)
      x = b > conv(3, 8, stride=2, pad=1)
      x = x > upsample(2) > conv(3, 8, pad=1)
      x = [[x, b] > gate(8), x] > concat > conv(1, 8) > upsample(2) > conv(3, 8, pad=1)
      [[x, a] > gate(8), x] > concat > conv(1, 8)
    }"""
    within = [e for e in drawn(graph(text), "docs").edges if e.head.startswith("concat")]
    assert len(within) == 4
    assert all(e.climbs for e in within)


def test_no_u_where_blocks_open_on_the_way_up() -> None:
    text = """
    block res(c): x { x + (x > conv(3, c, pad=1) > bn > relu > conv(3, c, pad=1) > bn) > relu }
    net n: image[3, 64, 64] {
      a = image > conv(3, 16, pad=1)
      b = a > conv(3, 32, stride=2, pad=1)
      c = b > conv(3, 64, stride=2, pad=1)
      d = (c > conv_transpose(2, 32, stride=2)) + b > res(32)
      (d > conv_transpose(2, 16, stride=2)) + a > res(16) > conv(1, 3)
    }"""
    assert climbs(text)
    assert not climbs(text, depth=1)
    assert not climbs(text, expand=("res",))


def test_a_shut_stretch_has_a_name() -> None:
    text = """
    block layer(c): x { x > conv(1, 4 * c) > bn > relu > conv(3, c, pad=1) }
    block dense: x { for i in range(3) { x = x > [id, layer(8) as "layer{i}"] > concat }
      x }
    net n: x[8, 16, 16] { x > dense > relu }"""
    for view in ("docs", "paper"):
        for depth in (1, 2):
            boxes = list(drawn(graph(text), view, depth=depth).boxes())
            assert "×3" not in [letters(box.title).strip() for box in boxes]


def test_a_shut_stretch_says_what_it_joins() -> None:
    text = """
    net n: x[8, 16, 16] {
      for i in range(3) { x = [x, x > conv(3, 8, pad=1) > relu] > concat }
      x > relu
    }"""
    (box,) = (box for box in drawn(graph(text), "docs", depth=0).boxes() if box.repeated)
    assert letters(box.title) == "×3"
    assert [letters(line) for line in box.lines] == ["conv 3×3, 8 ReLU", "concat"]


def test_what_a_router_reads_goes_around_nothing() -> None:
    text = """
    block experts(gates): x { (x > linear(16)) * (gates > linear(16)) > linear(8) }
    net n: x[10, 8] {
      gates = x > linear(4) > softmax(dim=-1)
      x > experts(gates)
    }"""
    assert not skips(text, depth=0)


def test_what_is_taken_from_its_mean_goes_around_nothing() -> None:
    text = "net n: x[10, 8] { x - (x > mean(dim=-1, keepdim=true)) }"
    for view in ("docs", "paper", "debug"):
        assert not skips(text, view)
