"""How much is opened: what a page holds, and no more than was asked."""

from __future__ import annotations

from netwright.backends.diagram import to_dot
from netwright.backends.diagram.picture import Options, Picture, letters
from netwright.backends.diagram.view.docs import picture

from .geometry import complaints, points
from .nets import MEMORY, graph

TALL = """
block inner(n) = linear(n) > maxpool(1) > linear(n + 1) > softmax(dim=1) > linear(n)
block outer(n) = id + (layernorm > inner(n)) > maxpool(1) > linear(n) > maxpool(1) > linear(n + 1)
block other(n) = linear(n) > maxpool(1) > linear(n + 1) > softmax(dim=1) > linear(n + 2)
net tall: x[4, 64] -> [4, 10] {
  x > outer(64) > maxpool(1) > other(64) > layernorm > linear(67)
  > maxpool(1) > linear(68) > maxpool(1) > linear(10)
}
"""
FORMS = """
block cell(n, deep=false): x {
  y = x > linear(n) > maxpool(1) > linear(n + 1) > maxpool(1) > linear(n)
  (y > linear(n + 2) > maxpool(1) > linear(n) if deep else y) + x > layernorm
}
net forms: x[8, 64] -> [10] {
  x > cell(64, true) > maxpool(1) > linear(65) > softmax(dim=1) > linear(64) > maxpool(1)
    > cell(64) * 5 > softmax(dim=1) > linear(66) > mean(1) > linear(10)
}
"""
TRANSLATION = """
block encoder(n) = for i in range(6) { linear(n + i) > maxpool(1) }
block decoder(memory): x {
  y = x > linear(64) > tanh
  [y, memory] > attention(4) > layernorm > linear(64)
}
net translation: source[S, 64], target[T, 64] -> [T, 64] {
  memory = source > encoder(64)
  target > decoder(memory)
}
"""
IDLE = "net idle: x[8] -> [3] {{ x > dropout({p}) > linear(5) > relu > dropout({p}) > linear(3) }}"


def drawn(text: str, **options: object) -> Picture:
    return picture(graph(text), Options(**options))  # type: ignore[arg-type]


def open_blocks(view: Picture) -> set[str]:
    return {letters(c.title).partition(" ")[0] for c in view.clusters()}


def test_the_innermost_blocks_shut_first() -> None:
    assert open_blocks(drawn(TALL)) == {"outer", "other"}
    assert points(to_dot(graph(TALL))) >= 6
    assert points(to_dot(graph(TALL), depth=9)) < 6


def test_what_was_asked_for_is_open() -> None:
    assert "inner" in open_blocks(drawn(TALL, expand=("inner",)))
    assert "inner" in open_blocks(drawn(TALL, depth=2))


def test_of_two_forms_of_a_block_the_commoner_is_open() -> None:
    text = to_dot(graph(FORMS))
    assert points(text) >= 6
    assert points(to_dot(graph(FORMS), depth=9)) < 6
    assert [letters(c.title) for c in drawn(FORMS).clusters()] == ["cell ×5"]


def test_where_nothing_helps_everything_stays_open() -> None:
    line = " > ".join(["linear(64) > tanh > layernorm > linear(32) > sigmoid"] * 2)
    long = " > ".join(f"linear({n}) > softmax(dim={1 + n % 2})" for n in range(60, 90))
    text = f"block b = {line}\nnet n: x[4, 64] -> [4, 1] {{ x > b > {long} > linear(1) }}"
    assert points(to_dot(graph(text))) < 6
    assert open_blocks(drawn(text)) == {"b"}


def test_an_encoder_stands_beside_its_decoder() -> None:
    view = drawn(TRANSLATION)
    into = next(e for e in view.edges if e.climbs)
    label = next(b for b in view.boxes() if b.id == into.head)
    assert (label.shape, letters(label.title)) == ("label", "memory")
    assert any({label.id, "decoder1.attention1"} == set(rank) for rank in view.ranks)
    assert complaints(to_dot(graph(TRANSLATION))) == []


def test_what_comes_from_above_stays_there() -> None:
    assert not any(e.climbs for e in drawn(MEMORY).edges)
    assert not any(e.climbs for e in drawn(TRANSLATION, direction="LR").edges)


def test_dropout_that_does_nothing_is_left_out() -> None:
    assert not [s for s in strips(drawn(IDLE.format(p="0.0"))) if "dropout" in s]
    assert strips(drawn(IDLE.format(p="0.5"))) == ["dropout 0.5", "ReLU", "dropout 0.5"]
    # Where it stands by itself too.
    alone = "net alone: x[8] -> [8] { x > tanh > dropout(0.0) > tanh }"
    assert [letters(b.title) for b in drawn(alone).boxes()] == ["input", "tanh", "tanh", "output"]


def strips(view: Picture) -> list[str]:
    return [letters(s.label) for b in view.boxes() for s in (*b.above, *b.below)]


def test_maps_of_one_backbone_come_from_above() -> None:
    """As in a feature pyramid: the block that reads them is no column of its own."""
    text = """
    block stage(c) = conv(3, c, stride=2, pad=1) > bn > relu
    block pyramid: *maps {
      a, b, c = [x > conv(1, 8) for x in maps]
      y = [c > upsample(2), b] > add
      [y, [y > upsample(2), a] > add]
    }
    net n: image[3, 64, 64] {
      a = image > stage(8)
      b = a > stage(16)
      c = b > stage(32)
      [a, b, c] > pyramid
    }"""
    assert not any(e.climbs for e in drawn(text).edges)


FOREST = """
block leaf(n) = linear(n) > maxpool(1) > linear(n + 1) > softmax(dim=1) > linear(n)
{branches}
net forest: x[8, 64] -> [8, 64] {{ x > {tops} }}
"""


def forest(tops: int, branches: int) -> str:
    """Blocks of blocks, so many that there are not enough tries to close one after another."""
    text = ""
    for top in range(tops):
        names = [f"branch{top}{i}" for i in range(branches)]
        for i, name in enumerate(names):
            steps = " > maxpool(1) > ".join(f"linear({64 + i + k})" for k in range(5))
            text += f"block {name} = {steps} > linear(64)\n"
        text += f"block top{top} = {' > '.join(names)}\n"
    return FOREST.format(branches=text, tops=" > ".join(f"top{n}" for n in range(tops)))


def test_of_very_many_blocks_those_around_stay_open() -> None:
    text = forest(3, 4)
    assert open_blocks(drawn(text)) >= {"top1", "top2"}
    assert points(to_dot(graph(text))) >= 6


def test_a_picture_with_more_lines_than_one_can_follow_opens_less() -> None:
    """Each layer of a DenseNet reads all before it, by a line each."""
    text = """
    block dense_layer: *xs { xs > concat > bn > relu > conv(3, 8, pad=1) }
    block dense_block(depth): x {
      xs = [x]
      for i in range(depth) { xs = xs + [xs > dense_layer as "layer{i + 1}"] }
      xs > concat
    }
    net dense: image[8, 32, 32] -> [10] {
      image > dense_block(30) as early > dense_block(31) as late > gap > linear(10)
    }"""
    assert open_blocks(drawn(text)) == set()
    assert points(to_dot(graph(text))) >= 6
