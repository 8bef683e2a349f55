"""What is said of copies drawn as one holds for each of them, or is said to be of the first."""

from __future__ import annotations

from netwright.backends.diagram.picture import Picture, letters

from .nets import LAID_OUT, graph
from .test_truth import drawn, wrong

WIDENING = """
block cell(c): x { x > linear(c) > relu > linear(c) }
net n: x[10, 8] { x > cell(16) * 3 }
"""
SHRINKING = """
block h: x { x > upsample(2) > conv(3, 8, stride=2, pad=1) > maxpool(2) > relu }
net n: x[8, 64, 64] { x > h * 3 }
"""
EQUAL = """
block cell(c): x { x > linear(c) > relu > linear(c) }
net n: x[10, 16] { x > cell(16) * 3 }
"""
FIRST = "the first of several, which differ:"


def tooltips(picture: Picture) -> dict[str, list[str]]:
    return {id: said.split("\n") for id, said in picture.tooltips().items()}


def test_no_shape_on_a_line_that_only_one_copy_has() -> None:
    inside = {"h1.upsample1", "h1.conv1", "h1.maxpool1"}
    edges = [e for e in drawn(graph(SHRINKING), "docs").edges if {e.tail, e.head} & inside]
    assert edges
    assert not [e.label for e in edges if e.label]


def test_a_tooltip_of_copies_that_differ_is_of_the_first() -> None:
    said = tooltips(drawn(graph(WIDENING), "docs"))
    assert said["cell1.linear1"] == [
        FIRST,
        "cell1.linear1: linear(16)",
        "cell1.relu1: relu",
        "[N, 10, 8] → [N, 10, 16]",
        "144 parameters",
        "1,280 MACs",
    ]
    assert said["cell1"][0] == FIRST
    assert FIRST not in said["cell1.linear2"]


def test_a_tooltip_of_equal_copies_holds_for_all() -> None:
    for view in ("docs", "paper"):
        said = tooltips(drawn(graph(EQUAL), view))
        assert not [lines for lines in said.values() if FIRST in lines]


def test_a_tooltip_of_variants_is_of_the_first() -> None:
    text = """
    block cell(c): x { x > linear(c) > relu > linear(c) }
    net n: x[10, 8] { x > cell(16) > cell(32) > cell(64) }"""
    said = tooltips(drawn(graph(text), "docs"))
    assert said["cell1"][0] == said["cell1.linear1"][0] == FIRST


def test_numbers_of_layers_in_a_row_are_those_of_each() -> None:
    text = "net n: x[10, 16] { x > (linear(16) > relu) * 2 }"
    (box,) = (b for b in drawn(graph(text), "docs").boxes() if b.repeated)
    assert box.tooltip.split("\n")[-2:] == ["272 parameters each", "2,560 MACs each"]


def test_costs_of_copies_that_differ_are_a_range() -> None:
    picture = drawn(graph(WIDENING), "docs", color_by="params")
    lines = {box.id: [letters(line) for line in box.lines] for box in picture.boxes()}
    assert lines["cell1.linear1"] == ["144 to 272"]
    assert lines["cell1.linear2"] == ["272"]


def test_the_shape_of_a_state_that_differs_is_left_out() -> None:
    text = """
    block step: w, h[8] { [w, h] > rnn_cell(8) > tanh }
    block part: x { x > scan(step) > transpose(1, 2) > linear(8) > transpose(1, 2) }
    net n: x[8, 8] { x > part * 2 }"""
    picture = drawn(graph(text), "docs", depth=2)
    assert [e for e in picture.edges if e.look == "loop"]


def test_attention_in_copies_of_other_lengths() -> None:
    text = """
    block part: x { x > attention(2) > rearrange("n (t k) d -> n t (k d)", k=2) > linear(8) }
    net n: x[16, 8] { x > part * 2 }"""
    for view, options in (("docs", {"expand": ("attention",)}), ("paper", {})):
        boxes = [
            b for b in drawn(graph(text), view, **options).boxes() if letters(b.title) == "× V"
        ]
        assert [box.lines for box in boxes] == [()]


GATHERED = """
block layer(d, dilation): x {
  y = x > conv(3, 8, pad=dilation, dilation=dilation) > tanh
  [x + (y > conv(1, 8)), y > conv(1, d)]
}
net n: x[8, T] {
  results = []
  for i in range(5) {
    x, result = x > layer(4, 2 ** i) as layers[i]
    results = results + [result]
  }
  HEAD
}"""


def test_copies_whose_results_are_added_up_fold() -> None:
    """As in WaveNet. The last layer differs: nobody reads what it hands on."""
    view = drawn(graph(GATHERED.replace("HEAD", "results > add > relu")), "docs")
    assert "layer ×4" in {letters(c.title) for c in view.clusters()}
    into = [e for e in view.edges if e.head == "add1"]
    assert [e.label.startswith("of each:") for e in into] == [True, False]


def test_copies_whose_results_are_read_one_by_one_stay_apart() -> None:
    for head in ("results[1] + results[3]", "[results[1], results[0], results[2]] > concat"):
        text = GATHERED.replace("HEAD", head)
        assert not wrong(graph(text), "docs")
        assert "of each" not in " ".join(e.label for e in drawn(graph(text), "docs").edges)


def test_copies_that_read_two_tensors_in_turn_are_two() -> None:
    text = """
    block layer(mask): x { x + (x > linear(8)) * mask }
    net n: x[8], a[8], b[8] {
      masks = [a, b]
      x > (for i in range(6) { layer(masks[i % 2]) }) as layers > linear(3)
    }"""
    for view in LAID_OUT:
        assert not wrong(graph(text), view)


def test_a_block_that_takes_only_sizes_reads_nothing() -> None:
    text = """
    block places: x { arange(x.w) + 0.5 }
    net n: image[3, 8, 8] {
      x = image > conv(3x3, 4, pad=1)
      (x > conv(1x1, 4)) + (x > places)
    }"""
    for view in LAID_OUT:
        assert not wrong(graph(text), view)


def test_initialisers_that_differ_keep_no_blocks_apart() -> None:
    text = """
    block layer(start): x { x + (x > linear(8, init=normal(std=start)) > relu) > layernorm }
    net n: x[8] { x > for i in range(4) { layer(0.5 / (i + 1)) } }"""
    view = drawn(graph(text), "docs")
    assert [letters(c.title) for c in view.clusters()] == ["layer ×4"]
