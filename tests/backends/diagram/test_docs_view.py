"""What the docs view draws, said without positions."""

from __future__ import annotations

import pytest

from netwright.backends.diagram import to_dot
from netwright.backends.diagram.picture import Box, Cluster, Edge, Options, Picture, letters
from netwright.backends.diagram.view.docs import picture

from ...conftest import Golden
from .nets import DENSE, INCEPTION, MEMORY, NETS, RECURRENT, RESIDUAL, SIAMESE, U, graph


def drawn(text: str, **options: object) -> Picture:
    return picture(graph(text), Options(**options))  # type: ignore[arg-type]


def titles(view: Picture) -> list[str]:
    return [letters(box.title) for box in view.boxes() if box.title]


def box(view: Picture, id: str) -> Box:
    return next(b for b in view.boxes() if b.id == id)


def walls(view: Picture) -> dict[str, Cluster]:
    return {letters(c.title): c for c in view.clusters()}


def between(view: Picture, tail: str, head: str) -> Edge:
    return next(e for e in view.edges if (e.tail, e.head) == (tail, head))


@pytest.mark.parametrize("name", NETS)
def test_dot_is_as_it_was(name: str, golden: Golden) -> None:
    golden(f"diagram/{name}.dot", to_dot(graph(NETS[name])))


# --- units ------------------------------------------------------------------------------------


def test_norm_and_activation_are_strips_of_the_conv() -> None:
    stem = box(drawn(RESIDUAL), "conv1")
    assert letters(stem.title) == "conv 7×7, 64"
    assert [letters(line) for line in stem.lines] == ["stride 2"]
    assert [(letters(s.label), s.category) for s in stem.below] == [
        ("BN", "norm"),
        ("ReLU", "activation"),
    ]


def test_strips_that_run_first_stand_above() -> None:
    conv = box(drawn(DENSE), "early.layer1.conv1")
    assert [letters(s.label) for s in conv.above] == ["BN", "ReLU"]
    assert not conv.below


def test_linear_tells_its_parameters() -> None:
    assert [letters(line) for line in box(drawn(RESIDUAL), "fc").lines] == ["2.57k"]


def test_padding_and_paths_are_in_the_tooltip_only() -> None:
    stem = box(drawn(RESIDUAL), "conv1")
    assert "pad=3" in stem.tooltip
    assert "conv1" in stem.tooltip
    assert "[N, 3, 64, 64] → [N, 64, 32, 32]" in stem.tooltip


def test_shapes_stand_where_they_change() -> None:
    view = drawn(RESIDUAL)
    assert between(view, "input-1", "conv1").label == ""
    assert between(view, "conv1", "maxpool1").label == "64×32×32"
    assert not any(e.label for e in drawn(RESIDUAL, shapes=False).edges)


def test_sizes_that_are_not_known_keep_their_names() -> None:
    labels = {e.label for e in drawn(U).edges}
    assert {"16×H×W", "16×H/2×W/2", "64×H/4×W/4"} <= labels


# --- blocks -----------------------------------------------------------------------------------


def test_equal_blocks_in_a_row_are_one_sheet() -> None:
    stage = walls(drawn(RESIDUAL))["layer1 · basic ×3"]
    assert stage.repeated


def test_blocks_open_once() -> None:
    view = drawn(RESIDUAL)
    assert letters(box(view, "layer2.1").title) == "basic ×2"
    assert [letters(line) for line in box(view, "layer3").lines] == [
        "basic width 256, stride 2",
        "basic width 256 ×2",
    ]


def test_depth_expand_and_fold() -> None:
    assert not list(drawn(RESIDUAL, depth=0).clusters())
    everywhere = drawn(RESIDUAL, expand=("basic", "layer3"))
    assert len(list(everywhere.clusters())) > len(list(drawn(RESIDUAL).clusters()))
    assert "basic" not in " ".join(walls(drawn(RESIDUAL, fold=("basic",))))


def test_variants_of_a_block_are_a_table() -> None:
    view = drawn(INCEPTION)
    first, second = (b.table for b in view.boxes() if b.table)
    assert first is not None
    assert first.head == ("", "a", "b", "c", "out")
    assert first.rows == (("3a", "16", "32", "8", "56"), ("3b", "32", "48", "16", "96"))
    assert second is not None
    assert [row[0] for row in second.rows] == ["4a", "4b"]
    assert "conv 1×1, b/2" in titles(view)
    assert "conv 3×3, b" in titles(view)


def test_a_list_that_grows_is_a_chain_of_concats() -> None:
    view = drawn(DENSE)
    sheet = walls(view)["early · layer ×4"]
    assert sheet.repeated
    assert letters(box(view, "late").title) == "late · layer ×6"


def test_a_loop_without_a_block_folds() -> None:
    view = drawn(NETS["loop"])
    assert "×1000" in walls(view)
    assert len(list(view.boxes())) < 12


def test_shared_weights_are_marked() -> None:
    view = drawn(SIAMESE)
    assert letters(next(iter(view.clusters())).title) == "enc shared weights"
    assert letters(box(view, "enc-2").lines[0]) == "shared weights"


# --- wires ------------------------------------------------------------------------------------


def test_a_residual_forks_inside_its_block() -> None:
    view = drawn(RESIDUAL)
    skip = next(e for e in view.edges if e.look == "skip")
    assert box(view, skip.tail).shape == "fork"
    assert letters(box(view, skip.head).title) == "+"
    assert box(view, skip.head).shape == "circle"
    assert skip.tail.startswith("layer1.0-")


def test_a_projection_is_the_way_around() -> None:
    view = drawn(RESIDUAL)
    around = [e for e in view.edges if e.look == "skip" and "downsample" in e.tail + e.head]
    assert len(around) == 2


def test_branches_stand_side_by_side_over_a_bar() -> None:
    view = drawn(INCEPTION)
    bar = next(b for b in view.boxes() if b.shape == "bar")
    assert sum(e.head == bar.id and e.look == "flow" for e in view.edges) == 3
    assert any(len(rank) == 3 for rank in view.ranks)


def test_a_u_climbs() -> None:
    view = drawn(U)
    assert sum(e.level for e in view.edges) == 2
    assert next(e for e in view.edges if e.head == "output-1").climbs
    assert not any(e.climbs for e in drawn(U, direction="LR").edges)


def test_a_scan_feeds_its_state_back() -> None:
    view = drawn(RECURRENT)
    assert letters(box(view, "elman1-state1").title) == "h"
    back = [e for e in view.edges if e.look == "loop"]
    assert [(e.tail, e.head) for e in back[:2]] == [
        ("elman1.tanh1", "elman1-back1"),
        ("elman1-back1", "elman1-state1"),
    ]
    assert (back[2].tail, back[2].head, back[2].label) == ("gru1", "gru1", "t → t+1")
    assert "zeros" not in " ".join(titles(view))


def test_a_tensor_argument_comes_in_from_the_side() -> None:
    view = drawn(MEMORY)
    assert between(view, "linear1", "decoder1.concat1").look == "flow"


def test_all_inputs_and_outputs_are_drawn() -> None:
    ports = [b for b in drawn(SIAMESE).boxes() if b.category == "io"]
    assert [letters(b.title) for b in ports][:2] == ["left", "right"]
    assert len(ports) == 4


def test_idle_layers_are_not_drawn() -> None:
    text = """
    net idle: x[8] -> [3] {
      t = x > (linear(5) as a > linear(4) as b) as whole
      whole.a > linear(3)
    }
    """
    assert "linear 5" in titles(drawn(text))
    assert "linear 4" not in titles(drawn(text))


def test_title_is_the_name_and_what_the_documentation_says() -> None:
    assert (drawn(RESIDUAL).title, drawn(RESIDUAL).subtitle) == ("residual", "A small ResNet")
    assert (drawn(RESIDUAL, title="").title, drawn(RESIDUAL, title="").subtitle) == ("", "")


def test_a_product_of_two_branches_has_no_way_around() -> None:
    """Mean and variance of a latent are branches alike; only the mean that is added goes around."""
    view = picture(
        graph(
            "net latent: x[8] -> z[4] {\n"
            "  mean = x > linear(4) as mean\n"
            "  logvar = x > linear(4) as logvar\n"
            "  mean + (logvar * 0.5 > exp) * (mean > randn_like)\n"
            "}"
        ),
        Options(),
    )
    around = [edge for edge in view.edges if edge.look == "skip"]
    assert [edge.head for edge in around] == ["add-1"]


RATES = """
block unit(d, drop): x { x + (x > layernorm > linear(d) > stochastic_depth(drop)) }
net n: x[64] {
  x > for i in range(5) { unit(64, 0.1 * i) } > linear(32)
    > for i in range(3) { unit(32, 0.5 + i / 10) }
}
"""


def test_rows_that_differ_in_decimals_are_one_row() -> None:
    tables = [b.table for b in drawn(RATES).boxes() if b.table]
    assert [(t.head, t.rows) for t in tables] == [(("drop",), (("0 … 0.4",),))]
    assert [letters(line) for line in box(drawn(RATES), "unit6").lines] == ["d 32, drop 0.5 … 0.7"]


def test_long_arguments_stand_on_several_lines() -> None:
    names = [f"argument{i}" for i in range(6)]
    body = " > ".join(f"linear({name})" for name in names)
    values = [", ".join(str(n + i) for i in range(6)) for n in (10, 20)]
    text = f"""
    block b({", ".join(names)}) = {body} > softmax(dim=1)
    net n: x[8] {{ x > b({values[0]}) > relu > b({values[1]}) > tanh }}"""
    lines = [letters(line) for line in box(drawn(text, fold=("b",)), "b2").lines]
    assert lines == [
        "argument0 20, argument1 21, argument2 22,",
        "argument3 23, argument4 24, argument5 25",
    ]
