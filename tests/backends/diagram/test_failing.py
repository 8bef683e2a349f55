"""The debug view of specs that fail: drawn up to the errors, and these in red."""

from __future__ import annotations

import pytest

from netwright.backends.diagram import render, to_dot
from netwright.backends.diagram.picture import Options, Picture, letters
from netwright.backends.diagram.view.debug import picture
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source
from tests.conftest import Golden

from .geometry import complaints

FAILING = {
    "first line": """
net a: x[3, 8, 8] { x > conv(3x3, 8, strid=2) > relu > flatten }
""",
    "unknown name": """
net a: x[3, 8, 8] { x > conv(3x3, 8) > rellu > flatten }
""",
    "repeat": """
block f(d): x { x + (x > bn > conv(3x3, d) > relu) }
net a: x[3, 8, 8] { x > conv(3x3, 16) > f(16) * 3 as body > gap > linear(3) }
""",
    "scan": """
block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d + 1)) > tanh }
net a: x[T, 8] { x > linear(9) > scan(cell(16)) > last > linear(2) }
""",
    "two errors": """
net a: x[3, 8, 8] {
  a = x > cnov(3x3, 8)
  b = x > conv(3x3, 8) > linear(4, foo=2)
  [a, b] > concat > relu
}
""",
    "not applied": """
block f = id + (bn > cnov(3))
net a: x[3, 8, 8] { x > relu > f as g }
""",
    "group": """
net a: x[3, 8, 8] { x > (conv(3x3, 8) > relu > conv(20x20, 8)) as features > flatten }
""",
    "port": """
block f: x[5] { x > relu }
net a: x[3] { x > relu > f }
""",
    "result": """
net a: x[3, 8, 8] -> [4] { x > flatten > linear(3) }
""",
    "rank": """
relu > conv(3, 64) > flatten
""",
    "assumption": """
net a: x[8] {
  require x.d == 4, "four"
  x > linear(3)
}
""",
}


def drawn(name: str) -> Picture:
    found = load_source(Source("net.net", FAILING[name]), partial=True)
    assert found.graph is None
    assert found.partial is not None
    return picture(found.partial, Options())


def culprits(view: Picture) -> dict[str, list[str]]:
    boxes = (b for b in view.boxes() if b.category == "failed")
    return {letters(b.title): [letters(line) for line in b.lines] for b in boxes}


def into(view: Picture, title: str) -> list[tuple[str, str]]:
    """The boxes before a culprit, with the shapes on the lines."""
    id = next(b.id for b in view.boxes() if letters(b.title) == title)
    edges = [e for e in view.edges if e.head == id]
    assert all(e.mark == "failed" for e in edges)
    return [(e.tail, e.label) for e in edges]


@pytest.mark.parametrize(
    ("name", "title", "code", "before"),
    [
        ("first line", "conv(3x3, 8, strid=2)", "E202", [("input-1", "[N, 3, 8, 8]")]),
        ("unknown name", "rellu", "E201", [("conv1", "[N, 8, 6, 6]")]),
        ("repeat", "add", "E302", [("conv1", "[N, 16, 6, 6]"), ("body.0.relu1", "[N, 16, 4, 4]")]),
        ("scan", "add", "E302", [("cell1.linear1", "[N, 16]"), ("cell1.linear2", "[N, 17]")]),
        ("not applied", "id + (bn > cnov(3))", "E201", [("relu1", "[N, 3, 8, 8]")]),
        ("group", "conv", "E301", [("features.1", "[N, 8, 6, 6]")]),
        ("port", "f", "E305", [("relu1", "[N, 3]")]),
        ("result", "result of a", "E306", [("linear1", "[N, 3]")]),
        ("rank", "conv", "E308", [("relu1", "[?]")]),
        ("assumption", "x.d == 4", "E213", []),
    ],
)
def test_the_culprit_is_red(
    name: str, title: str, code: str, before: list[tuple[str, str]]
) -> None:
    view = drawn(name)
    (lines,) = culprits(view).values()
    assert lines[0].startswith(f"error {code}: ")
    assert lines[-1].startswith("net.net:")
    assert into(view, title) == before
    assert not any(b.id.startswith("output") for b in view.boxes())


def test_independent_errors_are_all_there() -> None:
    view = drawn("two errors")
    assert {title: lines[0][:11] for title, lines in culprits(view).items()} == {
        "cnov(3x3, 8)": "error E201:",
        "linear(4, foo=2)": "error E202:",
    }
    assert into(view, "cnov(3x3, 8)") == [("input-1", "[N, 3, 8, 8]")]
    assert into(view, "linear(4, foo=2)") == [("conv1", "[N, 8, 6, 6]")]


def test_walls_stand_around_what_a_block_made() -> None:
    view = drawn("repeat")
    (wall,) = view.clusters()
    assert letters(wall.title) == "body.0 · f(d=16)"
    assert {item.id for item in wall.items} >= {"body.0.bn1", "body.0.conv1", "body.0.relu1"}


@pytest.mark.parametrize("name", FAILING)
def test_it_is_laid_out_well(name: str, golden: Golden) -> None:
    found = load_source(Source("net.net", FAILING[name]), partial=True)
    assert found.partial is not None
    dot = to_dot(found.partial, view="debug")
    assert complaints(dot) == []
    if name == "repeat":
        golden("diagram/failing.dot", dot)


@pytest.mark.parametrize("suffix", ["svg", "html", "mmd", "json"])
def test_every_format_says_the_error(suffix: str) -> None:
    found = load_source(Source("net.net", FAILING["scan"]), partial=True)
    assert found.partial is not None
    text = render(found.partial, suffix, view="debug").decode()
    assert "error E302" in text
    assert "failed" in text


def test_a_good_spec_has_no_partial_graph() -> None:
    found = load_source(Source("net.net", "conv(3x3, 8) > relu"), partial=True)
    assert found.graph is not None
    assert found.partial is None


def test_a_damaged_text_has_none_either() -> None:
    found = load_source(Source("net.net", "net a: x[3] { x > > relu }"), partial=True)
    assert (found.graph, found.partial) == (None, None)


def test_nobody_pays_who_does_not_ask() -> None:
    found = load_source(Source("net.net", FAILING["scan"]))
    assert found.partial is None
