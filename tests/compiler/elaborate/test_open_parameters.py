"""Parameters that a net leaves open in the call of another one stay open."""

from __future__ import annotations

from pathlib import Path

import pytest

import netwright as nw

SPEC = """
block wide(n) = conv(1x1, n) > bn
block plain(n) = conv(1x1, n)
net Made(unit, depths, width=4, act=relu, mode="add", classes=2 * width): image[3, 8, 8] {
  x = image > for n in depths { unit(n * width) > act }
  (x + x * 0.5 if mode == "add" else x) > gap > linear(classes)
}
net small = Made(plain, [1, 2])
net large(more=3) = Made(wide, [1, 2, more])
net other = small
net ten = other(classes=10)
net of_ten = ten(width=2)
net hidden(classes=5) = Made(plain, [classes])
net bare(unit=plain, depths=[1]) = Made(unit, depths)
net doubled { two = 2
  Made(plain, [two]) }
"""


def outputs(net: str, **parameters: object) -> tuple[str, int | str]:
    made = nw.loads(SPEC, net=net, **parameters)  # type: ignore[arg-type]
    (kind,) = made.outputs.values()
    return str(kind), made.params


def params(depths: list[int], width: int, classes: int, *, norm: bool = False) -> int:
    """What the spec says, counted by hand."""
    total, channels = 0, 3
    for out in (depth * width for depth in depths):
        total += (channels + 1) * out + (2 * out if norm else 0)
        channels = out
    return total + (channels + 1) * classes


CALLS = [
    ("small", {}, params([1, 2], 4, 8)),
    ("small", {"classes": 10}, params([1, 2], 4, 10)),
    ("small", {"width": 3}, params([1, 2], 3, 6)),  # the default of `classes` follows
    ("large", {"more": 1, "classes": 10}, params([1, 2, 1], 4, 10, norm=True)),
    ("large", {"width": 5}, params([1, 2, 3], 5, 10, norm=True)),
    ("other", {"width": 3, "classes": 10}, params([1, 2], 3, 10)),
    ("ten", {}, params([1, 2], 4, 10)),
    ("ten", {"width": 3}, params([1, 2], 3, 10)),
    ("of_ten", {}, params([1, 2], 2, 10)),
    ("hidden", {"classes": 3}, params([3], 4, 8)),
    ("hidden", {"classes": 3, "width": 2}, params([3], 2, 4)),
    ("bare", {"unit": "wide", "classes": 3}, params([1], 4, 3, norm=True)),
    ("doubled", {"width": 3}, params([2], 3, 6)),
]


@pytest.mark.parametrize(("net", "parameters", "count"), CALLS)
def test_from_outside(net: str, parameters: dict[str, object], count: int) -> None:
    assert outputs(net, **parameters)[1] == count


@pytest.mark.parametrize(("net", "parameters", "count"), CALLS)
def test_inside_another_net(net: str, parameters: dict[str, object], count: int) -> None:
    arguments = ", ".join(f"{name}={value}" for name, value in parameters.items())
    text = f"{SPEC}\nnet user: x[3, 8, 8] {{ x > {net}({arguments}) as part }}"
    if not arguments:
        text = text.replace(f"{net}() as", f"{net} as")
    assert nw.loads(text, net="user").params == count


def test_the_paths_are_those_of_the_net() -> None:
    whole = nw.loads(SPEC, net="Made", unit="plain", depths=[1, 2], classes=10)
    assert list(nw.loads(SPEC, net="small", classes=10).graph) == list(whole.graph)
    assert nw.loads(SPEC, net="small", classes=10).name == "small"


def test_texts_are_read_for_their_use() -> None:
    assert "0.5" in nw.loads(SPEC, net="small").to_source()
    assert "0.5" not in nw.loads(SPEC, net="small", mode="none").to_source()
    assert "tanh" in nw.loads(SPEC, net="other", act="tanh").summary()
    assert "leaky_relu" in nw.loads(SPEC, net="other", act="bn > leaky_relu(0.2)").summary()


def test_different_arguments_are_different_instances() -> None:
    calls = "x > small(classes=3), x > small(classes=4), x > small"
    text = f"{SPEC}\nnet user: x[3, 8, 8] {{ [{calls}] }}"
    shapes = [str(kind) for kind in nw.loads(text, net="user").outputs.values()]
    assert shapes == ["[N, 3]", "[N, 4]", "[N, 8]"]


def test_a_net_as_an_argument_takes_them() -> None:
    block = "block twice(part): x { x > part(classes=3) }"
    text = f"{SPEC}\n{block}\nnet user: x[3, 8, 8] {{ x > twice(small) }}"
    assert str(nw.loads(text, net="user").outputs["output"]) == "[N, 3]"


REFUSED = [
    ("small", {"unit": "wide"}, "`small` gives `unit` itself", "Made"),
    ("ten", {"classes": 3}, "`ten` gives `classes` itself", 'net="other", classes=3'),
    ("of_ten", {"depths": [1]}, "`small` gives `depths` itself", "Made"),
    ("other", {"clases": 3}, "`other` has no parameter `clases`", "did you mean `classes`?"),
    (
        "small",
        {"x": 3},
        "`small` has no parameter `x`",
        "its parameters: width, act, mode, classes",
    ),
    ("large", {"x": 3}, "`large` has no parameter `x`", "its parameters: more, width, act"),
]


@pytest.mark.parametrize(("net", "parameters", "message", "help"), REFUSED)
def test_what_a_net_gives_is_closed(
    net: str, parameters: dict[str, object], message: str, help: str
) -> None:
    (finding,) = nw.check(SPEC, net=net, **parameters)  # type: ignore[arg-type]
    assert (finding.code, finding.message) == ("E220", message)
    assert help in " ".join(finding.help)


# --- in other files -------------------------------------------------------------------------------

TABLES = """
large = [[3, 16], [5, 24], [3, 32]]
small = [[3, 8]]

## A convolution for each row of a table
net Rows(table, act=relu, classes=3): image[3, H=32, W=32] -> [classes] {
  image > (for k, n in table { conv(k, n, pad=k // 2) > act }) as features > gap > linear(classes)
}
net rows_large = Rows(large)
"""
SEGMENTATION = """
import rows

## A table of another file as the default of a parameter
net segmentation(table=rows.large, classes=4): image[3, H=64, W=64] -> [classes, H, W] {
  _ = image > rows.Rows(table) as backbone
  backbone.features > conv(1x1, classes)
}
net small = segmentation(rows.small)
net wider = segmentation(rows.large + [[3, 64]])
"""


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "rows.net").write_text(TABLES)
    return tmp_path


def last_widths(text: str, folder: Path, net: str, **parameters: object) -> list[str]:
    made = nw.loads(text, net=net, search=[folder], **parameters)  # type: ignore[arg-type]
    rows = [line.split() for line in made.summary().splitlines() if "features." in line]
    return [row[1] for row in rows if row[1].startswith("conv")]


def test_a_table_of_another_file_is_a_default(tables: Path) -> None:
    assert nw.check(SEGMENTATION, search=[tables]) == []
    assert len(last_widths(SEGMENTATION, tables, "segmentation")) == 3
    assert len(last_widths(SEGMENTATION, tables, "small")) == 1
    assert len(last_widths(SEGMENTATION, tables, "wider")) == 4
    assert len(last_widths(SEGMENTATION, tables, "segmentation", table="rows.small")) == 1
    made = nw.loads(SEGMENTATION, net="wider", classes=7, search=[tables])
    assert str(made.outputs["output"]) == "[N, 7, 64, 64]"


def test_an_imported_name_is_a_default(tables: Path) -> None:
    text = "from rows import large, Rows\nnet n(table=large) = Rows(table)"
    made = nw.loads(text, act="gelu", classes=9, search=[tables])
    assert str(made.outputs["output"]) == "[N, 9]"
    assert "gelu" in made.summary()


@pytest.mark.parametrize("name", ["rows.rows_large", "rows_large"])
def test_a_net_of_another_file_leaves_them_open(tables: Path, name: str) -> None:
    line = "import rows" if "." in name else "from rows import rows_large"
    made = nw.loads(f"{line}\nnet n = {name}(classes=9)", act="silu", search=[tables])
    assert str(made.outputs["output"]) == "[N, 9]"
    assert "silu" in made.summary()


def test_shipped_nets_take_other_classes() -> None:
    resnet = nw.load("resnet", net="resnet18", classes=10)
    assert resnet.params == 11_689_512 - 513 * 990
    text = "import resnet\nnet n: x[3, 64, 64] { x > resnet.resnet18(classes=10) as backbone }"
    assert nw.loads(text).params == resnet.params
