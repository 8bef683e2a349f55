"""Volumes show nothing that is not so: shipped specs, networks of many families, random ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from netwright.backends.diagram.drawing import Drawing
from netwright.backends.diagram.errors import DiagramError
from netwright.backends.diagram.picture import LeftOut, Options, TextRun, letters
from netwright.backends.diagram.view.volumes import picture
from netwright.compiler.ir import Graph

from .families import FAMILIES
from .nets import NETS, RESIDUAL, U, graph, shipped
from .random_images import net
from .test_volumes import SHOWN, SMALL
from .truth_volumes import complaints

ALL = {name: text for name, text in (NETS | FAMILIES).items() if name != "loop"}
QUICK_SEEDS = 15
SEEDS = 200


def wrong(net: Graph, **options: object) -> list[str]:
    """Nothing for a net that the view refuses."""
    try:
        drawn = picture(net, Options(**options))  # type: ignore[arg-type]
    except DiagramError:
        return []
    return complaints(drawn, net)


@pytest.mark.parametrize("name", SHOWN)
def test_shipped_specs(name: str) -> None:
    assert not wrong(shipped(name))


@pytest.mark.parametrize("name", ALL)
def test_nets_of_every_kind(name: str) -> None:
    assert not wrong(graph(ALL[name]))


@pytest.mark.parametrize("depth", [0, 1])
@pytest.mark.parametrize("name", [*SMALL, "hrnet", "dense", "squeeze"])
def test_every_depth(name: str, depth: int) -> None:
    assert not wrong(graph(ALL[name]), depth=depth)


def test_random_nets() -> None:
    for seed in range(QUICK_SEEDS):
        assert not wrong(graph(net(seed))), net(seed)


@pytest.mark.slow
@pytest.mark.parametrize("asked", [{}, {"depth": 1}, {"color_by": "params"}])
def test_many_random_nets(asked: dict[str, object]) -> None:
    for seed in range(QUICK_SEEDS, SEEDS):
        assert not wrong(graph(net(seed)), **asked), net(seed)


# --- what was found ---------------------------------------------------------------------------


def note(text: str) -> str:
    labels = picture(graph(text), Options()).labels
    lines = [letters(line) for label in labels for line in label.lines]
    return next((line for line in lines if line.startswith("not drawn")), "")


def test_norms_before_a_layer_are_bands_on_its_left() -> None:
    drawn = picture(
        graph("net n: x[8, 32, 32] { x > bn > relu > conv(3x3, 16, pad=1) }"), Options()
    )
    kinds = [s.kind for s in sorted(drawn.solids, key=lambda s: s.x)]
    assert kinds == ["io", "norm", "activation", "conv"]


def test_what_follows_several_copies_is_no_band_on_each() -> None:
    text = "net n: x[8, 32, 32] { x > conv(3x3, 8, pad=1) * 3 > relu }"
    assert [s.kind for s in picture(graph(text), Options()).solids] == [
        "io",
        "conv",
        "conv",
        "conv",
    ]
    assert note(text) == "not drawn: ReLU"


def test_what_folds_into_a_layer_and_is_no_band_is_listed() -> None:
    text = 'net n: x[3, 64, 64] { x > conv(4x4, 32, stride=4) > rearrange("n d h w -> n h w d") }'
    assert note(text) == "not drawn: n d h w → n h w d"
    assert "32×16×16" in [
        letters(x) for m in picture(graph(text), Options()).labels for x in m.lines
    ]


def test_a_concat_that_no_way_around_shows_is_listed() -> None:
    text = """
    net n: x[8, 32, 32] {
      y = x > conv(3x3, 8, pad=1)
      [y, y > relu] > concat > conv(1x1, 8)
    }"""
    assert "concat" in note(text)


# --- the checker itself -----------------------------------------------------------------------


def without_solid(d: Drawing) -> Drawing:
    return replace(d, solids=d.solids[:-1])


def without_nodes(d: Drawing) -> Drawing:
    solids = [replace(s, nodes=()) if s.kind == "conv" else s for s in d.solids]
    return replace(d, solids=tuple(solids))


def without_band(d: Drawing) -> Drawing:
    band = next(s for s in d.solids if "-band" in s.id)
    return replace(d, solids=tuple(s for s in d.solids if s is not band))


def another_colour(d: Drawing) -> Drawing:
    solids = [replace(s, kind="pool") if s.kind == "conv" else s for s in d.solids]
    return replace(d, solids=tuple(solids))


def without_arrow(d: Drawing) -> Drawing:
    flow = next(w for w in d.wires if w.look == "flow")
    return replace(d, wires=tuple(w for w in d.wires if w is not flow))


def without_way(d: Drawing) -> Drawing:
    return replace(d, wires=tuple(w for w in d.wires if w.look != "skip"))


def moved_way(d: Drawing) -> Drawing:
    def moved(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return ((points[0][0] - 60, points[0][1]), *points[1:])

    wires = [replace(w, points=moved(w.points)) if w.look == "skip" else w for w in d.wires]
    return replace(d, wires=tuple(wires))


def said_otherwise(old: str, new: str) -> Callable[[Drawing], Drawing]:
    def change(d: Drawing) -> Drawing:
        labels = [
            replace(
                m,
                lines=tuple(
                    tuple(TextRun(r.text.replace(old, new), r.look) for r in line)
                    for line in m.lines
                ),
            )
            for m in d.labels
        ]
        assert tuple(labels) != d.labels
        return replace(d, labels=tuple(labels))

    return change


def without_list(d: Drawing) -> Drawing:
    labels = [m for m in d.labels if not letters(m.lines[0]).startswith("not drawn")]
    return replace(d, labels=tuple(labels))


def nothing_left_out(d: Drawing) -> Drawing:
    return replace(d, left_out=())


def another_left_out(d: Drawing) -> Drawing:
    first, *rest = d.left_out
    return replace(d, left_out=(LeftOut(first.caption, first.nodes[1:]), *rest))


@pytest.mark.parametrize(
    "spoil",
    [
        without_solid,
        without_nodes,
        without_band,
        another_colour,
        without_arrow,
        without_way,
        moved_way,
        said_otherwise("64×", "65×"),
        said_otherwise("conv 3×3", "conv 5×5"),
        without_list,
        said_otherwise("8 ReLU", "7 ReLU"),
        nothing_left_out,
        another_left_out,
    ],
)
def test_a_false_drawing_is_found_out(spoil: Callable[[Drawing], Drawing]) -> None:
    net = shipped("resnet:resnet18")
    assert complaints(spoil(picture(net, Options())), net)


@pytest.mark.parametrize("spoil", [said_otherwise("×2", "×3"), without_way])
def test_a_false_count_or_way_of_a_u_is_found_out(spoil: Callable[[Drawing], Drawing]) -> None:
    assert complaints(spoil(picture(graph(U), Options())), graph(U))


def test_the_drawing_itself_is_true() -> None:
    for one in (shipped("resnet:resnet18"), graph(U), graph(RESIDUAL)):
        assert not complaints(picture(one, Options()), one)
