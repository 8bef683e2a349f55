"""The Python API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netwright as nw
from netwright.backends.diagram import DiagramError

SPEC = """\
block wide(d) = linear(d) > relu

## Widths may be chosen
net mlp(unit=wide, d=16): x[8] -> [2] { x > unit(d) > linear(2) }
net narrow = mlp(d=4)
net any(unit): x[8] { x > unit(3) }
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "mlp.net"
    path.write_text(SPEC)
    return path


def test_the_names_are_there() -> None:
    assert set(nw.__all__) <= set(dir(nw))
    for name in nw.__all__:
        assert getattr(nw, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nw.nothing


def test_load(spec: Path) -> None:
    net = nw.load(spec)
    assert net == nw.load(str(spec)) == nw.loads(SPEC, net="mlp")
    assert net.name == "mlp"
    assert (net.params, net.macs) == (8 * 16 + 16 + 16 * 2 + 2, 8 * 16 + 16 * 2)


def test_load_a_shipped_spec() -> None:
    net = nw.load("resnet", net="resnet18")
    assert (net.name, net.params, net.macs) == ("resnet18", 11_689_512, 1_814_073_344)
    assert {name: str(t) for name, t in net.inputs.items()} == {"image": "[N, 3, 224, 224]"}
    assert [str(t) for t in net.outputs.values()] == ["[N, 1000]"]


def test_parameters(spec: Path) -> None:
    assert nw.load(spec, d=32).params == 8 * 32 + 32 + 32 * 2 + 2
    assert nw.load(spec, net="any", unit="wide").params == 8 * 3 + 3
    with pytest.raises(nw.CompileError, match="no parameter `depth`"):
        nw.load(spec, depth=3)


def test_what_fails_can_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(nw.CompileError) as caught:
        nw.loads("net a: x[3, 8, 8] { x > conv(3x3, 8) > rellu > flatten }")
    partial = caught.value.partial
    assert "error E201" in partial.to_dot()
    assert "error E201" in partial._repr_mimebundle_()["image/svg+xml"]
    assert "error E201" in partial.render(tmp_path / "a.svg").read_text()
    with pytest.raises(nw.CompileError) as caught:
        nw.loads("net a: x[3] { x > > relu }")
    assert caught.value.partial is None


def test_the_picture_of_what_fails_has_one_view(tmp_path: Path) -> None:
    with pytest.raises(nw.CompileError) as caught:
        nw.loads("conv(3x3, 8) > rellu", inputs="3x8x8")
    partial = caught.value.partial
    assert repr(partial) == "<Partial net: a network up to its errors>"
    assert partial.to_dot(view="docs") == partial.to_dot()
    drawn = partial.render(tmp_path / "a.dot", view="docs").read_text()
    assert drawn == partial.to_dot()


def test_a_parameter_of_the_net_behind_a_net(spec: Path) -> None:
    """The help is what works."""
    with pytest.raises(nw.CompileError) as caught:
        nw.load("resnet", net="resnet18", unit="bottleneck")
    (help,) = caught.value.diagnostics[0].help
    assert help == '`ResNet` has: `net="ResNet", unit="bottleneck", depths=[2,2,2,2]`'
    net = nw.load("resnet", net="ResNet", unit="bottleneck", depths=[2, 2, 2, 2])
    assert "layer1.0.conv3" in net.summary()
    with pytest.raises(nw.CompileError) as caught:
        nw.load(spec, net="narrow", d=8)
    assert caught.value.diagnostics[0].help == ('`mlp` has: `net="mlp", d=8`',)


def test_a_picture_in_a_folder_that_is_not_there(spec: Path, tmp_path: Path) -> None:
    target = tmp_path / "pictures" / "a.svg"
    with pytest.raises(FileNotFoundError) as caught:
        nw.load(spec).render(target)
    assert caught.value.filename == str(target)


def test_two_versions_compare(tmp_path: Path) -> None:
    old = nw.loads("net a: x[8] { x > linear(16) > relu > linear(2) }")
    new = nw.loads("net a: x[8] { x > linear(32) > relu > linear(2) }")
    difference = old.diff(new)
    assert difference
    assert not old.diff(old)
    assert "linear(16)  linear(32)" in str(difference)
    assert [c["path"] for c in difference.as_dict()["changes"]] == ["linear1"]
    assert "linear 16 → 32" in difference.render(tmp_path / "a.svg").read_text()
    assert "linear 16 → 32" in difference._repr_mimebundle_()["image/svg+xml"]


def test_inputs() -> None:
    net = nw.loads("linear(4) > relu", inputs="3x8")
    assert net.params == 36
    assert nw.loads("linear(4) > relu", inputs={"x": "3x8"}) == net
    assert nw.loads("linear(4) > relu").params == "4*D + 4"


def test_search(tmp_path: Path) -> None:
    (tmp_path / "parts.net").write_text("block wide(d) = linear(d) > relu\n")
    text = "from parts import wide\nnet small: x[8] { x > wide(3) }\n"
    assert nw.loads(text, search=[tmp_path]).params == 27
    with pytest.raises(nw.CompileError, match="parts"):
        nw.loads(text)


def test_an_error_holds_all_findings_and_shows_them() -> None:
    with pytest.raises(nw.CompileError) as caught:
        nw.loads("net x: a[3] { [a > linear(2) > cnov, a > relo] > concat }")
    assert [d.code for d in caught.value.diagnostics] == ["E201", "E201"]
    assert str(caught.value).count("\n") == 1
    shown = "\n".join(caught.value.__notes__)
    assert "did you mean `conv`?" in shown
    assert "^^^^" in shown


def test_check() -> None:
    assert nw.check("linear(3)") == []
    (found,) = nw.check("linear(3) > relo")
    assert (found.code, found.span and found.span.column) == ("E201", 13)


def test_what_cannot_be_read() -> None:
    with pytest.raises(FileNotFoundError, match="no/such"):
        nw.load("no/such.net")
    with pytest.raises(OSError, match="did you mean resnet"):
        nw.load("resnot")


SMALL = nw.loads("linear(3)", inputs="8")
MISUSES: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: nw.load(None), TypeError, "by its file"),  # type: ignore[arg-type]
    (lambda: nw.load("conv(3x3, 4) > relu"), OSError, "nw.loads"),
    (lambda: nw.load("net m: x[8] {\n  x > relu\n}"), OSError, "nw.loads"),
    (lambda: nw.loads(b"linear(3)"), TypeError, "text, not bytes"),  # type: ignore[arg-type]
    (lambda: nw.check(b"linear(3)"), TypeError, "text, not bytes"),  # type: ignore[arg-type]
    (lambda: nw.loads("nets/unet.net"), TypeError, "nw.load"),
    (lambda: nw.loads("relu", search="nets"), TypeError, "a list of folders"),
    (lambda: nw.load("resnet", search=3), TypeError, "a list of folders"),  # type: ignore[arg-type]
    (lambda: nw.loads("relu", limits=3), TypeError, "a dict"),  # type: ignore[arg-type]
    (lambda: SMALL.diff("resnet"), TypeError, "another one"),  # type: ignore[arg-type]
    (lambda: SMALL.render("x"), DiagramError, "without a suffix"),
    (lambda: SMALL.render("x.svg", depth=-1), DiagramError, "not a number of levels"),
    (lambda: SMALL.render("x.svg", depth="2"), DiagramError, "not a number of levels"),
]


@pytest.mark.parametrize(("misuse", "kind", "said"), MISUSES)
def test_misuse_is_told_in_words(
    misuse: Callable[[], object], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        misuse()


def test_several_nets() -> None:
    with pytest.raises(nw.CompileError, match="several nets"):
        nw.loads(SPEC)


def test_warnings_are_kept() -> None:
    net = nw.loads("conv(3x3, 8, stride=2, pad=1) + maxpool(2)")
    assert [d.severity for d in net.warnings] == ["warning"]


def test_repr() -> None:
    assert repr(nw.loads(SPEC, net="narrow")) == (
        "<Network narrow: x[N, 8] -> [N, 2], 46 parameters>"
    )
    assert repr(nw.loads("linear(4)")) == "<Network net: x[N, D] -> [N, 4], 4*D + 4 parameters>"


def test_summary(golden: Callable[[str, str], None]) -> None:
    golden("cli/summary/narrow.txt", nw.loads(SPEC, net="narrow").summary())


def test_diagrams(tmp_path: Path) -> None:
    net = nw.loads(SPEC, net="narrow")
    path = net.render(tmp_path / "narrow.svg")
    assert path.read_text().startswith('<svg role="img" ')
    assert net.to_dot().startswith("digraph")
    with pytest.raises(Exception, match="bmp"):
        net.render(tmp_path / "narrow.bmp")
    assert not (tmp_path / "narrow.bmp").exists()


def test_graph() -> None:
    view = nw.loads(SPEC, net="narrow").graph
    assert view.number_of_nodes() > 0
    assert view.flatten().number_of_nodes() > view.number_of_nodes()


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    net = nw.loads(SPEC, net="narrow")
    assert "class " in net.to_source()
    assert net.to_torch()(torch.zeros(5, 8)).shape == (5, 2)
    assert next(net.to_torch(device="meta").parameters()).device.type == "meta"
