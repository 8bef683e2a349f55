"""The volumes view: what stands in the chain, how large, and that nothing lies on anything."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from netwright.backends.diagram import DiagramError, formats, render, to_dot
from netwright.backends.diagram.chart.charts import Charts
from netwright.backends.diagram.drawing import Drawing, Solid, TextBlock, label_width
from netwright.backends.diagram.legend import Entry
from netwright.backends.diagram.picture import Options, letters
from netwright.backends.diagram.view._stations import Station, StationWalk
from netwright.backends.diagram.view.volumes import PAGE, picture
from netwright.compiler.ir import Graph

from ...conftest import Golden
from .geometry import complaints
from .latex import compiled, needs_latex, pages, words
from .nets import NETS, RESIDUAL, SEQUENTIAL, U, graph, shipped

SHOWN = (
    "lenet",
    "alexnet",
    "vgg:vgg16",
    "resnet:resnet18",
    "resnet:resnet50",
    "unet",
    "googlenet:googlenet",
    "mobilenet_v2",
    "densenet:densenet121",
)
SMALL = ("residual", "inception", "dense", "u", "sequential")
REFUSED = ("encoder", "recurrent", "siamese", "memory", "loop")


def chain(net: Graph, depth: int = 4, **options: Any) -> StationWalk:
    found = StationWalk(Charts(), Options(**options), depth)
    found.net(net)
    return found


def drawing(net: Graph, **options: Any) -> Drawing:
    return picture(net, Options(**options))


def captions(drawn: Drawing) -> list[str]:
    return [" ".join(letters(line) for line in label.lines) for label in drawn.labels]


# --- what stands in the chain -----------------------------------------------------------------


def counts(stations: list[Station], title: str) -> int:
    return sum(s.count for s in stations if letters(s.title).startswith(title))


def test_vgg16_has_its_sixteen_layers() -> None:
    stations = chain(shipped("vgg:vgg16")).stations
    assert counts(stations, "conv 3×3") == 13
    assert counts(stations, "linear") == 3
    assert sum(s.role == "pool" for s in stations) == 5
    assert [s.spread[0] for s in stations if s.role == "pool"] == [112, 56, 28, 14, 7]


def test_resnet50_has_sixteen_blocks_with_a_way_around() -> None:
    stations = chain(shipped("resnet:resnet50"), depth=1).stations
    blocks = [s for s in stations if s.block]
    assert sum(s.count for s in blocks) == 16
    assert all(s.around for s in blocks)


def test_resnet18_opened_has_an_arch_to_each_sum() -> None:
    found = chain(shipped("resnet:resnet18"), depth=2)
    sums = [i for i, s in enumerate(found.stations) if s.role == "join"]
    assert len(sums) == 8
    assert [a.head for a in found.arches] == sums
    # A projection is on the way around: 16 convs on the chain, besides the first.
    assert counts(found.stations, "conv 3×3") == 16
    assert counts(found.stations, "conv 1×1") == 0


def test_the_arches_of_a_u_join_equal_sizes() -> None:
    found = chain(shipped("unet"))
    assert len(found.arches) == 4
    for arch in found.arches:
        tail, head = found.stations[arch.tail], found.stations[arch.head]
        assert tail.spread == head.spread
        assert tail.channels == head.channels
        assert found.stations[arch.head - 1].role == "up"


def test_branches_are_one_box() -> None:
    stations = chain(shipped("googlenet:googlenet")).stations
    assert counts(stations, "inception") == 9
    loose = graph("""
        net loose: image[3, 32, 32] -> [10] {
          x = image > conv(3x3, 8, pad=1)
          y = [x > conv(1x1, 8), x > conv(3x3, 8, pad=1), x > conv(5x5, 8, pad=2)] > concat
          y > gap > linear(10)
        }""")
    found = [letters(s.title) for s in chain(loose).stations]
    assert found == ["image", "conv 3×3", "3 branches", "global avgpool", "linear"]


def test_the_chain_ends_with_what_the_net_gives() -> None:
    for name in SHOWN:
        net = shipped(name)
        assert chain(net, depth=1).stations[-1].type == net.outputs[0].type, name


def test_a_growing_list_joins_at_every_layer() -> None:
    """Each layer of a dense block reads all before it: there the next way around starts."""
    found = chain(graph(NETS["dense"]))
    joins = [i for i, s in enumerate(found.stations) if s.role == "join"]
    assert [found.stations[i].channels for i in joins] == [*range(36, 73, 12), *range(84, 145, 12)]
    assert [a.head for a in found.arches] == joins
    assert {a.tail for a in found.arches} >= set(joins) - {joins[3], joins[-1]}


def test_shared_and_weighted_ways_are_no_arches() -> None:
    net = graph("""
        block gate(c): x { x * (x > gap > linear(c) > sigmoid > unflatten(1, [c, 1, 1])) }
        net squeeze: image[3, 32, 32] { image > conv(3x3, 8, pad=1) > gate(8) > conv(3x3, 8) }""")
    found = chain(net)
    legend = drawing(net).legend
    assert [entry.name for entry in legend if entry.mark == "skip"] == ["gate"]
    # What a gate does on its way is not the chain's: it is opened if asked only.
    assert [letters(s.title) for s in found.stations[1:]] == ["conv 3×3", "gate", "conv 3×3"]
    assert found.stations[2].around
    found = chain(net, expand=("gate",))
    (arch,) = found.arches
    assert letters(found.stations[arch.tail].title) == "conv 3×3"
    assert found.stations[arch.head].role == "join"


def test_a_generator_grows() -> None:
    net = graph("""net g: z[100] {
          z > linear(64 * 16) > reshape(-1, 64, 4, 4) > conv_transpose(4x4, 32, stride=2, pad=1)
            > bn > relu > conv_transpose(4x4, 3, stride=2, pad=1) > tanh }""")
    stations = chain(net).stations
    assert [s.role for s in stations[1:]] == ["volume"] * 3
    assert [s.spread for s in stations[1:]] == [(4, 4), (8, 8), (16, 16)]


def test_layers_of_one_size_and_two_kinds_are_told_apart() -> None:
    net = graph("net n: x[3, 32, 32] { x > conv(7x7, 8, pad=3) > conv(3x3, 8, pad=1) > gap }")
    assert captions(drawing(net, shapes=False, title=""))[1:3] == ["conv 7×7", "conv 3×3"]


# --- sizes ------------------------------------------------------------------------------------


def solids(net: Graph, **options: Any) -> list[tuple[Station, Solid]]:
    """Volumes with their first solid."""
    at = {solid.id: solid for solid in drawing(net, **options).solids}
    stations = chain(net, options["depth"]).stations
    return [(s, at[s.id]) for s in stations if s.role == "volume" and not s.flat]


@pytest.mark.parametrize("name", ["vgg:vgg16", "unet", "alexnet"])
def test_larger_tensors_have_larger_boxes(name: str) -> None:
    found = solids(shipped(name), depth=4)
    for (one, small), (other, large) in pairwise(sorted(found, key=lambda f: f[0].spread)):
        assert (one.spread == other.spread) == (abs(small.h - large.h) < 0.01)
        assert small.h <= large.h + 0.01
    for (one, thin), (other, thick) in pairwise(sorted(found, key=lambda f: f[0].channels)):
        same = max(3, one.channels) == max(3, other.channels)
        assert same == (abs(thin.w - thick.w) < 0.01)
        assert thin.w <= thick.w + 0.01


def test_sizes_that_differ_little_are_not_drawn_as_if_they_did_much() -> None:
    net = graph("net n: x[3, 32, 32] { x > conv(3x3, 8) > conv(3x3, 16) }")
    heights = [solid.h for _, solid in solids(net, depth=4)]
    assert min(heights) / max(heights) >= 28 / 32 - 0.01


def test_open_sizes_are_drawn() -> None:
    assert any("16×H×W" in said for said in captions(drawing(graph(U))))


# --- the layout -------------------------------------------------------------------------------


def rect(label: TextBlock) -> tuple[float, float, float, float]:
    half = label_width(label) / 2
    return label.x - half, label.y, label.x + half, label.y + 11 * len(label.lines)


def meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("name", [*SHOWN, *SMALL])
def test_nothing_lies_on_anything(name: str) -> None:
    net = graph(NETS[name]) if name in NETS else shipped(name)
    # What the layout program, which has the letters, finds.
    assert complaints(to_dot(net, view="volumes")) == []
    drawn = drawing(net)
    boxes = [(s.x, s.y - s.rise, s.x + s.w + s.d, s.y + s.h) for s in drawn.solids]
    for label in drawn.labels:
        assert not [box for box in boxes if meet(rect(label), box)], label
    for ball in drawn.balls:
        around = (ball.x - ball.r, ball.y - ball.r, ball.x + ball.r, ball.y + ball.r)
        assert not [box for box in boxes if meet(around, box)], ball
    for x0, y0, x1, y1 in (*boxes, *map(rect, drawn.labels)):
        assert x0 >= -0.01
        assert y0 >= -0.01
        assert x1 <= drawn.width + 0.01
        assert y1 <= drawn.height + 0.01


@pytest.mark.parametrize("name", [*SHOWN, *SMALL])
def test_it_is_one_landscape_page(name: str) -> None:
    drawn = drawing(graph(NETS[name]) if name in NETS else shipped(name))
    assert drawn.width <= PAGE
    assert drawn.height <= PAGE * 545 / 792


@pytest.mark.parametrize("name", SHOWN)
def test_lines_touch_what_they_join(name: str) -> None:
    drawn = drawing(shipped(name))
    for wire in drawn.wires:
        if wire.look == "flow":
            (x0, y), (x1, _) = wire.points
            starts = [abs(s.x + s.w + s.d / 2 - x0) < 0.01 for s in drawn.solids]
            ends = [abs(s.x - x1) < 0.01 and s.y < y < s.y + s.h for s in drawn.solids]
            balls = [abs(abs(b.x - x) - b.r) < 0.01 for b in drawn.balls for x in (x0, x1)]
            assert any(starts) + any(ends) + sum(balls) >= 2, wire
        if wire.look == "skip":
            # The level stretch is above everything under it.
            (x0, _), (left, high), (right, _), (x1, _) = wire.points
            assert (x0, x1) == (left, right)
            under = [s for s in drawn.solids if s.x < right and s.x + s.w + s.d > left]
            assert all(high < s.y - s.rise for s in under), wire


def test_arches_of_a_u_lie_in_each_other() -> None:
    skips = [w.points for w in drawing(shipped("unet")).wires if w.look == "skip"]
    for inner, outer in pairwise(sorted(skips, key=lambda p: p[2][0] - p[1][0])):
        assert outer[1][0] < inner[1][0] < inner[2][0] < outer[2][0]
        assert outer[1][1] < inner[1][1]


def test_arches_pass_above_those_of_blocks() -> None:
    net = graph("""
        block own: x { x + (x > conv(3x3, 8, pad=1)) }
        block outer: x { x + (x > own > conv(5x5, 8, pad=2)) }
        net n: image[3, 32, 32] { image > conv(3x3, 8, pad=1) > outer > conv(3x3, 8) }""")
    drawn = drawing(net, fold=("own",))
    levels = sorted(wire.points[1][1] for wire in drawn.wires if wire.look == "skip")
    assert len(levels) == 2
    assert levels[1] - levels[0] >= 6


# --- options ----------------------------------------------------------------------------------


def test_depth_expand_and_fold() -> None:
    net = shipped("resnet:resnet50")
    assert "layer2 512×28×28" in captions(drawing(net, depth=0))
    assert "bottleneck" in captions(drawing(net, depth=1))
    assert "layer2 512×28×28" in captions(drawing(net, fold=("layer2",)))
    opened = drawing(shipped("vgg:vgg16"), depth=0, expand=("features",))
    assert "conv 3×3 ×2 64×224×224" in captions(opened)
    assert "classifier 1000" in captions(opened)


def test_title_shapes_and_legend() -> None:
    drawn = drawing(shipped("lenet"), title="Ours", shapes=False, legend=False)
    assert captions(drawn)[0] == "Ours"
    assert "conv 5×5" in captions(drawn)
    assert drawn.legend == ()
    assert not any("×28" in said for said in captions(drawn))
    assert drawing(shipped("lenet"), title="").labels[0].look == "bold"


def test_colours_by_cost() -> None:
    drawn = drawing(shipped("vgg:vgg16"), color_by="params")
    heats = {s.id: s.heat for s in drawn.solids}
    assert heats["classifier.0"] == 4
    assert heats["features.0"] == 0
    assert heats["input-1"] is None
    assert "linear 4096 103M" in captions(drawn)
    assert Entry("swatch", "103M parameters", heat=4) in drawn.legend


@pytest.mark.parametrize("name", REFUSED)
def test_nets_without_volumes_are_refused_with_advice(name: str) -> None:
    with pytest.raises(DiagramError, match=r"(?s)volumes view.*--view paper"):
        to_dot(graph(NETS[name]), view="volumes")


def test_a_net_that_makes_no_volume_is_refused() -> None:
    with pytest.raises(DiagramError, match="none of its layers makes a volume"):
        to_dot(graph("net n: image[3, 32, 32] { image > relu }"), view="volumes")


def test_several_images_are_refused() -> None:
    two = graph("net two: a[3, 32, 32], b[3, 32, 32] { [a, b] > concat > conv(3x3, 8) }")
    with pytest.raises(DiagramError, match="2 inputs and 1 output"):
        to_dot(two, view="volumes")


def test_formats_that_lay_out_for_themselves_are_refused() -> None:
    drawn = {"svg", "png", "pdf", "dot", "tex"}
    assert drawn <= set(formats())
    for suffix in set(formats()) - drawn:
        with pytest.raises(DiagramError, match=rf"volumes view cannot be a \.{suffix}") as refused:
            render(graph(SEQUENTIAL), suffix, view="volumes")
        assert refused.value.help == "`.dot`, `.pdf`, `.png`, `.svg` and `.tex` can show it"


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["residual", "u"])
def test_the_files(name: str, golden: Golden) -> None:
    golden(f"diagram/volumes/{name}.tex", render(graph(NETS[name]), "tex", view="volumes").decode())
    golden(f"diagram/volumes/{name}.dot", to_dot(graph(NETS[name]), view="volumes"))


def test_the_svg_has_names_for_its_volumes() -> None:
    root = ElementTree.fromstring(render(graph(RESIDUAL), "svg", view="volumes"))
    svg = "{http://www.w3.org/2000/svg}"
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    titles = {e.get("id"): e.findtext(f"{svg}title") or "" for e in root.iter(f"{svg}g")}
    assert titles["conv1"].startswith("conv1: conv(")
    assert "conv" in {(e.get("class") or "").partition(" ")[2] for e in root.iter(f"{svg}g")}


def test_the_svg_tells_what_it_shows() -> None:
    svg = render(shipped("lenet"), "svg", view="volumes").decode()
    about = re.search(r"<desc[^>]*>(.*?)</desc>", svg)
    assert about
    assert about[1].startswith(
        "LeNet-5. The diagram of a network in 8 steps: image 1×28×28; conv 5×5"
    )
    assert about[1].endswith("linear 10.")


def test_png_and_pdf() -> None:
    assert render(graph(RESIDUAL), "png", view="volumes").startswith(b"\x89PNG")
    assert render(graph(RESIDUAL), "pdf", view="volumes").startswith(b"%PDF")


@needs_latex
def test_it_compiles_and_says_what_the_svg_says(tmp_path: Path) -> None:
    net = graph(RESIDUAL)
    pdf = compiled(render(net, "tex", view="volumes"), tmp_path)
    svg = "".join(ElementTree.fromstring(render(net, "svg", view="volumes")).itertext())
    for word in words(pdf):
        assert word in svg or not re.fullmatch(r"[a-z]{3,}", word), word
    ((width, height),) = pages(pdf)
    drawn = drawing(net)
    assert width == pytest.approx(drawn.width + 12, abs=25)
    assert height == pytest.approx(drawn.height + 12, abs=12)


@needs_latex
@pytest.mark.slow
@pytest.mark.parametrize("color_by", [None, "macs"])
@pytest.mark.parametrize("name", SHOWN)
def test_all_compile(name: str, color_by: str | None, tmp_path: Path) -> None:
    said = render(shipped(name), "tex", view="volumes", color_by=color_by)
    assert len(pages(compiled(said, tmp_path))) == 1


# --- what is left out ---------------------------------------------------------------------------


def note(drawn: Drawing) -> str:
    told = [" ".join(map(letters, label.lines)) for label in drawn.labels]
    return next((said for said in told if said.startswith("not drawn: ")), "")


def test_what_is_not_drawn_is_said() -> None:
    assert note(drawing(shipped("resnet:resnet18"))) == (
        "not drawn: 8 ReLU; conv 1×1, 128; 3 BN; conv 1×1, 256; conv 1×1, 512"
    )
    token = note(drawing(shipped("vit:vit_b_16")))
    assert "class_token" in token
    assert "pos_embedding" in token
    assert "concat" in token
    assert not note(drawing(shipped("lenet"))).count("conv")


def test_branches_side_by_side_are_told() -> None:
    net = graph("""
        net n: image[3, 32, 32] {
          image > conv(3x3, 8, pad=1)
            > [conv(1x1, 8), conv(3x3, 8, pad=1), conv(5x5, 8, pad=2)] > concat > conv(3x3, 8)
        }""")
    said = note(drawing(net))
    assert all(f"conv {k}×{k}, 8" in said for k in (1, 3, 5))


def test_copies_that_are_not_drawn_are_told() -> None:
    text = "net n: image[8, 32, 32] { image > conv(3x3, 8, pad=1) * %d }"
    assert note(drawing(graph(text % 16))) == "not drawn: conv 3×3 (12 of 16)"
    assert not note(drawing(graph(text % 4)))


def test_what_a_way_around_is_called() -> None:
    net = graph("""
        block gate(c): x { x * (x > gap > linear(c) > sigmoid > unflatten(1, [c, 1, 1])) }
        block own: x { x + (x > conv(3x3, 8, pad=1)) }
        net n: image[8, 32, 32] { image > own > gate(8) > conv(3x3, 8) }""")
    for fold in ((), ("own",)):
        names = [entry.name for entry in drawing(net, fold=fold).legend if entry.mark == "skip"]
        assert names == ["skip connection or gate"]


def test_layers_without_a_name_that_repeat_are_told() -> None:
    net = graph("""
        net n: image[8, 32, 32] {
          image > ([conv(1x1, 4), conv(3x3, 4, pad=1)] > concat) * 6 > conv(3x3, 8)
        }""")
    assert note(drawing(net)) == (
        "not drawn: 3 layers (2 of 6); 6 conv 1×1, 4; 6 conv 3×3, 4; 6 concat"
    )
