"""Two versions in one picture."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from netwright import load
from netwright.backends.diagram import DiagramError, render, to_dot
from netwright.backends.diagram.chart.compared import arrow, painted
from netwright.backends.diagram.picture import Box, Cluster, Options, Picture, letters
from netwright.backends.diagram.view.docs import picture
from netwright.backends.diff.merge import Merged, merge
from tests.backends.diff.versions import PAIRS, versions
from tests.conftest import Golden

from .geometry import complaints


def drawn(name: str) -> Picture:
    before, after = versions(name)
    return both(merge(before.ir, after.ir))


def both(merged: Merged) -> Picture:
    return painted(picture(merged.graph, Options(marks=merged.marks)))


def said(item: Box | Cluster) -> str:
    lines = item.lines if isinstance(item, Box) else ()
    return " | ".join(letters(line) for line in (item.title, *lines) if line)


def marked(view: Picture) -> Mapping[str, str]:
    items: list[Box | Cluster] = [*view.boxes(), *view.clusters()]
    kinds = ("added", "removed", "changed")
    found = {said(i): i.category for i in items if i.category in kinds}
    strips = (s for b in view.boxes() for s in (*b.above, *b.below))
    return found | {letters(s.label): s.category for s in strips if s.category in kinds}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("inserted", {"+ conv 3×3, 48": "added", "ReLU": "added", "+ dropout 0.3": "added"}),
        ("taken out", {"− conv 3×3, 32": "removed", "ReLU": "removed"}),
        ("replaced", {"− flatten": "removed", "+ global avgpool": "added"}),
        ("settings", {"~ conv 3×3 → 5×5, 8 → 12 | pad 0 → 1": "changed"}),
        ("kindred", {"~ BN → GN": "changed", "~ ReLU → GELU": "changed"}),
        ("renamed", {"~ linear 4 | fc → head | 36": "changed"}),
        ("input", {"~ input | 3×8×8 → 1×9×9": "changed"}),
        ("used often", {"~ ReLU → GELU": "changed", "+ dropout 0.1": "added"}),
        (
            "count",
            {"~ layer · unit ×16 → ×24 | LayerNorm | linear 128 ReLU | linear 64 | add": "changed"},
        ),
        ("no residual", {"− add": "removed"}),
        ("nothing", {}),
    ],
)
def test_what_differs_is_marked(name: str, expected: dict[str, str]) -> None:
    found = marked(drawn(name))
    assert expected.items() <= found.items(), found
    if name in ("replaced", "renamed", "count", "nothing", "used often", "inserted"):
        assert len(found) == len(expected), found


def ends(view: Picture, mark: str) -> set[tuple[str, str]]:
    names = {b.id: letters(b.title) or "point" for b in view.boxes()}
    return {(names[e.tail], names[e.head]) for e in view.edges if e.mark == mark}


def test_lines_of_both_versions_are_there() -> None:
    view = drawn("replaced")
    assert ends(view, "removed") == {("features", "− flatten"), ("− flatten", "linear 10")}
    assert ends(view, "added") == {
        ("features", "+ global avgpool"),
        ("+ global avgpool", "linear 10"),
    }


def test_the_output_is_reached_from_both() -> None:
    view = drawn("last replaced")
    assert ("− global avgpool", "~ output") in ends(view, "removed")
    assert ("+ linear 20", "~ output") in ends(view, "added")


def test_a_new_line_between_old_boxes() -> None:
    assert ends(drawn("another branch"), "added") == {("point", "concat")}


def test_lines_that_an_insertion_explains_are_not_drawn() -> None:
    view = drawn("inserted")
    assert ends(view, "removed") == set()
    assert ("conv 3×3, 32", "~ maxpool 2×2") not in ends(view, "")


def test_what_is_as_before_is_plain() -> None:
    for name in PAIRS:
        kinds = {b.category for b in drawn(name).boxes() if b.shape == "box"}
        assert kinds <= {"io", "same", "added", "removed", "changed"}


def test_the_legend_says_what_occurs() -> None:
    dot = to_dot(merge(*(v.ir for v in versions("replaced"))))
    assert "+ added" in dot
    assert "− removed" in dot
    assert "~ changed" not in dot


@pytest.mark.parametrize("view", ["docs", "paper"])
@pytest.mark.parametrize("name", PAIRS)
def test_it_is_laid_out_well(name: str, view: str) -> None:
    before, after = versions(name)
    dot = to_dot(merge(before.ir, after.ir), view=view)
    assert complaints(dot) == []
    assert dot == to_dot(merge(before.ir, after.ir), view=view)


@pytest.mark.parametrize("name", ["replaced", "used often", "another branch"])
def test_dot_is_as_it_was(name: str, golden: Golden) -> None:
    before, after = versions(name)
    golden(f"diff/{name.replace(' ', '_')}.dot", to_dot(merge(before.ir, after.ir)))


@pytest.mark.parametrize("suffix", ["svg", "html", "mmd", "json", "tex"])
def test_every_format_has_the_signs(suffix: str) -> None:
    before, after = versions("replaced")
    text = render(merge(before.ir, after.ir), suffix).decode()
    assert "global avgpool" in text
    assert "removed" in text


def test_unchanged_blocks_stay_shut() -> None:
    merged = merge(load("resnet", net="resnet18").ir, load("resnet", net="resnet34").ir)
    view = both(merged)
    assert view.title == "resnet18 → resnet34"
    assert {letters(c.title) for c in view.clusters()} == {"layer1", "layer2"}
    shut = {letters(b.title) for b in view.boxes()}
    assert {"basic", "~ basic ×1 → ×2", "~ layer3", "~ layer4"} <= shut


def test_the_debug_view_draws_one() -> None:
    with pytest.raises(DiagramError, match="draws one network"):
        to_dot(merge(*(v.ir for v in versions("count"))), view="debug")


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("conv 3×3, 64", "conv 3×3, 128", "conv 3×3, 64 → 128"),
        ("conv 3×3, 64", "conv 5×5, 64", "conv 3×3 → 5×5, 64"),
        ("ReLU", "GELU", "ReLU → GELU"),
        ("linear 10", "linear 10", "linear 10"),
        ("maxpool 2×2", "avgpool 2×2", "maxpool 2×2 → avgpool 2×2"),
    ],
)
def test_what_is_equal_is_said_once(old: str, new: str, both: str) -> None:
    assert arrow(old, new) == both
