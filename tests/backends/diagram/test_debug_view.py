"""The debug view: nothing is left out."""

from __future__ import annotations

from collections import Counter

import pytest

from netwright import load
from netwright.backends.diagram import TooLarge, render, to_dot
from netwright.backends.diagram.picture import Box, Options, Picture, letters
from netwright.backends.diagram.view.debug import picture
from netwright.backends.layer_table import rows

from .nets import NETS, RECURRENT, RESIDUAL, SIAMESE, graph

LONG = """
block unit(): x { x + (x > linear(64) > relu) }
net long: x[64] -> [64] { x > unit * %d }
"""


def drawn(text: str, **options: object) -> Picture:
    return picture(graph(text), Options(**options))  # type: ignore[arg-type]


def said(box: Box) -> list[str]:
    return [letters(line) for line in (box.title, *box.lines)]


def box(view: Picture, id: str) -> Box:
    return next(b for b in view.boxes() if b.id == id)


@pytest.mark.parametrize("name", [n for n in NETS if n != "loop"])
def test_every_layer_has_its_box(name: str) -> None:
    net = graph(NETS[name])
    view = picture(net, Options())
    ids = [b.id for b in view.boxes()] + [c.id for c in view.clusters()]
    assert len(ids) == len(set(ids))
    assert {row.path for row in rows(net) if row.path} <= set(ids)
    ends = {e for edge in view.edges for e in (edge.tail, edge.head)}
    assert ends <= {b.id for b in view.boxes()}
    reached = Counter(edge.head for edge in view.edges)
    assert all(reached[b.id] for b in view.boxes() if b.id.startswith("output-"))


@pytest.mark.parametrize("name", ["residual", "recurrent", "siamese", "memory"])
def test_debug_dot_is_laid_out(name: str) -> None:
    assert b"</svg>" in render(graph(NETS[name]), "svg", view="debug")
    assert to_dot(graph(NETS[name]), view="debug") == to_dot(graph(NETS[name]), view="debug")


def test_a_box_says_all_that_is_known() -> None:
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "conv(7x7" in s)
    assert said(box(drawn(RESIDUAL), "conv1")) == [
        "conv 7×7, 64",
        "conv1",
        "conv(7x7, 64, stride=2, pad=3, bias=false)",
        "[N, 3, 64, 64] → [N, 64, 32, 32]",
        "9,408 parameters · 9,633,792 MACs",
        f"net.net:{line}",
    ]


def test_copies_stand_one_by_one() -> None:
    view = drawn(LONG % 5)
    assert [c.id for c in view.clusters()] == [f"unit{i}" for i in range(1, 6)]
    assert not any(c.repeated for c in view.clusters())
    assert sum(e.look == "skip" for e in view.edges) == 5


def test_too_many_copies_are_one_with_a_number() -> None:
    view = drawn(LONG % 1000)
    assert [(letters(c.title), c.repeated) for c in view.clusters()] == [
        ("unit1…1000 · unit ×1000", True)
    ]


def test_too_many_layers_are_refused_with_advice() -> None:
    body = "".join(f"  x{i + 1} = x{i} > linear(64) > relu\n" for i in range(1000))
    text = "net wide: x0[64] -> [64] {\n" + body + "  x1000\n}\n"
    with pytest.raises(TooLarge, match="more than 700 layers") as refused:
        drawn(text)
    assert "--depth" in refused.value.help


def test_depth_shuts_blocks() -> None:
    view = drawn(RESIDUAL, depth=1)
    assert {c.id for c in view.clusters()} == {"layer1", "layer2", "layer3"}
    shut = said(box(view, "layer1.0"))
    assert shut[0] == "basic"
    assert any("parameters" in line for line in shut)


def test_states_are_fed_back() -> None:
    loops = [e for e in drawn(RECURRENT).edges if e.look == "loop"]
    assert loops
    assert all(e.label for e in loops)


def test_shared_weights_stand_twice_under_one_path() -> None:
    view = drawn(SIAMESE)
    paths = Counter(said(b)[1] for b in view.boxes() if len(said(b)) > 2)
    assert max(paths.values()) > 1


def test_what_does_not_run_is_said() -> None:
    view = drawn("net n: x[8] -> [4] {\n  y = x > linear(3) as side\n  x > linear(4)\n}")
    assert "does not run: no output needs it" in said(box(view, "side"))


def test_open_sizes_are_said() -> None:
    view = picture(load("lstm_classifier").ir, Options())
    assert any("[N, T" in line for b in view.boxes() for line in said(b))
