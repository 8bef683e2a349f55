"""Arguments of a net: a text means the same in Python and on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

import netwright as nw
from netwright.backends.diagram import DiagramError
from netwright.cli import main
from netwright.python_words import in_python

ACT = "net f(act=relu): x[8] { x > linear(4) > act }"
MODE = "net f(mode): x[3, 8, 8] { x > upsample(2, mode=mode) }"
PASSED = "block up(how): x { x > upsample(2, mode=how) }\nnet f(mode): x[3, 8, 8] { x > up(mode) }"
PATTERN = 'net f(p, h): x[8, 8] { x > rearrange(p, h=h) as "{p[0:1]}" }'
INIT = "net f(init, pad=1): x[3, 8, 8] { x > conv(3x3, 8, init=init, pad=pad) }"
DEPTHS = "net f(depths): x[8] {\n  for n in depths { x = x > linear(n) }\n  x\n}"
UNIT = "block basic(d) = linear(d)\nnet f(unit): x[8] { x > unit(3) }"
ORDER = (
    'net f(order="post"): x[8] { x > ((bn > linear(3)) if order == "pre" else (linear(3) > bn)) }'
)

TEXTS = [
    (ACT, {"act": "leaky_relu(0.2)"}, "linear(4) > leaky_relu(0.2)"),
    (ACT, {"act": "bn > relu"}, "linear(4) > bn > relu"),
    (ACT, {"act": " gelu"}, "linear(4) > gelu"),
    (MODE, {"mode": "bilinear"}, "upsample(2, mode=bilinear)"),
    (MODE, {"mode": "bicubic"}, "upsample(2, mode=bicubic)"),
    (MODE, {"mode": '"nearest"'}, "upsample(2, mode=nearest)"),
    (PASSED, {"mode": "bilinear"}, "upsample(2, mode=bilinear)"),
    (
        INIT,
        {"init": "kaiming_normal(mode=fan_out)"},
        "conv(3x3, 8, pad=1, init=kaiming_normal(mode=fan_out))",
    ),
    (INIT, {"init": "zeros", "pad": "same"}, "conv(3x3, 8, init=zeros, pad=same)"),
    (DEPTHS, {"depths": "[3, 4]"}, "linear(3) > linear(4)"),
    (DEPTHS, {"depths": "[2 * i for i in range(1, 3)]"}, "linear(2) > linear(4)"),
    (UNIT, {"unit": "basic"}, "linear(3)"),
    (UNIT, {"unit": "linear"}, "linear(3)"),
    (ORDER, {"order": "pre"}, "bn > linear(3)"),
]


@pytest.mark.parametrize(("text", "given", "meant"), TEXTS)
def test_text_is_read_alike(
    text: str, given: dict[str, Any], meant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = nw.loads(text, **given)
    shape = {k: str(t).removeprefix("[N, ").rstrip("]") for k, t in net.inputs.items()}["x"]
    plain = nw.loads(meant, inputs=shape.replace(", ", "x"))
    assert made_of(net) == made_of(plain)
    spec = tmp_path / "f.net"
    spec.write_text(text)
    options = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
    assert main(["build", str(spec), *options, "-o", str(tmp_path / "f.py")]) == 0
    capsys.readouterr()
    assert (tmp_path / "f.py").read_text().split('"""')[-1] == net.to_source().split('"""')[-1]


def made_of(net: nw.Network) -> tuple[object, ...]:
    return net.params, net.macs, list(net.outputs.values())


def test_a_pattern_is_text() -> None:
    net = nw.loads(PATTERN.partition(" as ")[0] + " }", p="b t (h d) -> b h t d", h=2)
    assert str(net.outputs["output"]) == "[N, 2, 8, 4]"


@pytest.mark.parametrize(
    "depths",
    [
        [3, 4],
        (3, 4),
        torch.Size([3, 4]),
        range(3, 5),
        ["3", "4"],
        [numpy.int64(3), torch.tensor(4)],
    ],
)
def test_whole_numbers_of_any_kind(depths: Any) -> None:
    assert nw.loads(DEPTHS, depths=depths) == nw.loads(DEPTHS, depths="[3, 4]")


def test_numbers_of_numpy() -> None:
    text = "net f(p, b): x[8] { x > linear(8, bias=b) > dropout(p) }"
    given: dict[str, Any] = {"p": numpy.float32(0.5), "b": numpy.bool_(False)}
    assert nw.loads(text, **given) == nw.loads(text, p=0.5, b=False)


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (ACT, {"act": torch.nn.ReLU()}, "cannot be of type ReLU", '`act="relu"`'),
    (ACT, {"act": torch.nn.ReLU}, "cannot be the class ReLU", '`act="relu"`'),
    (ACT, {"act": torch.relu}, "cannot be the function relu", '`act="relu"`'),
    (ACT, {"act": torch.nn.Sequential()}, "of type Sequential", '`act="conv(3x3, 64) > relu"`'),
    (ACT, {"act": {"name": "relu"}}, "cannot be of type dict", "load(..., **act)"),
    (ACT, {"act": "gelo"}, "`gelo` is not known", "did you mean `gelu`?"),
    (MODE, {"mode": "bilnear"}, "`bilnear` is not known", "did you mean `bilinear`?"),
    (DEPTHS, {"depths": numpy.array([3, 4])}, "of type ndarray", "`depths=depths.tolist()`"),
    (DEPTHS, {"depths": {3, 4}}, "cannot be of type set", "a set has no order"),
    (DEPTHS, {"depths": object()}, "cannot be of type object", "the language has"),
]


@pytest.mark.parametrize(("text", "given", "why", "help"), REFUSED)
def test_what_is_refused(text: str, given: dict[str, Any], why: str, help: str) -> None:
    (found,) = nw.check(text, **given)
    assert why in found.message
    assert help in " ".join(found.help)


WRONG_INPUTS: list[tuple[object, str]] = [
    ((3, 32, 32), 'inputs="3x32x32"'),
    (torch.zeros(1, 3, 8, 8), 'inputs="3x8x8"'),
    (("3x8x8", "12 int"), 'inputs={"a": "3x32x32"'),
    ({"x": [3, 8, 8]}, 'inputs={"x": "3x8x8"}'),
    (5, 'inputs="3x32x32"'),
]


@pytest.mark.parametrize(("inputs", "meant"), WRONG_INPUTS)
def test_inputs_that_are_no_text(inputs: Any, meant: str) -> None:
    for compiled in (nw.loads, nw.check):
        with pytest.raises(TypeError) as caught:
            compiled("conv(3x3, 8)", inputs=inputs)
        assert meant in str(caught.value)


SPOKEN = [
    ("give the shape: `--input 3x32x32`", 'give the shape: `inputs="3x32x32"`'),
    ("`--input a=3x8x8 --input b=12`", '`inputs={"a": "3x8x8", "b": "12"}`'),
    ("with `--input`, or", "with `inputs=`, or"),
    ("`--net B -p 'q=[3, 4]' -p unit=basic`", '`net="B", q=[3, 4], unit="basic"`'),
    ("`-p k=... -p l=...`", "`k=..., l=...`"),
    ("`resnet --net resnet18`", '`load("resnet", net="resnet18")`'),
    ("`--fold a --fold b`", '`fold=["a", "b"]`'),
    ("`--depth 1`, `--view paper`", '`depth=1`, `view="paper"`'),
    ("`--limit steps=600000`", '`limits={"steps": 600000}`'),
    ("`-I FOLDER`", '`search=["FOLDER"]`'),
    ("`x > relu` and `don't`", "`x > relu` and `don't`"),
]


@pytest.mark.parametrize(("shell", "python"), SPOKEN)
def test_options_are_keywords(shell: str, python: str) -> None:
    assert in_python(shell) == python


SEVERAL = "net a: x[3] { x }\nnet b(q): x[3] { x > linear(q) }"


def helps(call: Callable[[], object]) -> str:
    with pytest.raises(nw.CompileError) as caught:
        call()
    return " ".join(h for d in caught.value.diagnostics for h in (*d.help, *d.notes))


def test_the_command_line_hears_of_options(capsys: Any) -> None:
    assert main(["check", "resnet", "--net", "resnet18", "-p", "unit=bottleneck"]) == 2
    command = "`--net ResNet -p unit=bottleneck -p 'depths=[2,2,2,2]'`"
    assert command in capsys.readouterr().out


def test_python_hears_of_keywords() -> None:
    assert '`net="a"`' in helps(lambda: nw.loads(f"{SEVERAL}\nnet c: x[3] {{ x }}"))
    assert '`net="b", q=3`' in helps(lambda: nw.loads(SEVERAL, net="a", q=3))
    assert "`q=...`" in helps(lambda: nw.loads(SEVERAL, net="b"))
    assert 'search=["FOLDER"]' in helps(lambda: nw.loads("import nowhere\nlinear(3)"))
    with pytest.raises(OSError, match=r'load\("resnet", net="resnet18"\)'):
        nw.load("resnet18")
    (warning,) = nw.check("net f: x[3, H, 8] { [x, x > maxpool(2) > upsample(2)] > concat }")
    assert "`inputs=`" in warning.help[-1]


def test_so_does_what_cannot_be_drawn() -> None:
    net = nw.loads("linear(8) > linear(8)", inputs="8")
    with pytest.raises(DiagramError) as caught:
        net.to_dot(view="volumes")
    assert 'view="paper"' in caught.value.help
