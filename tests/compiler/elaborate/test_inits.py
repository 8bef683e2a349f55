"""Initialisers: what the check takes PyTorch takes, and what PyTorch refuses is refused."""

from __future__ import annotations

import pytest
import torch

import netwright as nw
from netwright.compiler.inits import INIT_SETTINGS
from netwright.compiler.layer import Biased, Layer
from netwright.compiler.layers import layers
from tests.compiler.layers.harness import tensor_type

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

VALUES = [
    '"a"',
    "relu",
    "foo",
    "T",
    "-1",
    "0",
    "1",
    "2",
    "3",
    "0.5",
    "-0.5",
    "1e400",
    "none",
    "true",
    "[1]",
    "fan_out",
    "linear(3)",
    "x.d",
    "tanh",
]
TARGETS = [
    "x[8, 5] { x > transpose(1, 2) > linear(6, SETTING) }",
    "x[8, 5] { x > conv(1, 6, SETTING) }",
    "x[8, 6] { x > layernorm(SETTING) }",
    "x[8, 6] { x > rmsnorm(SETTING) }",
    "x[8, 6] { p = (param([], SETTING) as p)\n x * p }",
    "x[8, 6] { x > cast(int) > embed(5, 4, SETTING) }",
]


def calls() -> list[str]:
    made = [*INIT_SETTINGS, "normal(0, 0.02, 5)", "ones(1)", "normal(1, mean=2)"]
    made += ["uniform(2, 1)", "trunc_normal(a=3)", "sparse(0.1)", "dirac(4)", "dirac(2)"]
    for name, settings in INIT_SETTINGS.items():
        made += [f"{name}({setting}={v})" for setting in settings for v in VALUES]
    return made


def compare(text: str) -> bool:
    """Whether it is taken; raises where PyTorch refuses what is."""
    try:
        net = nw.loads(text)
    except nw.CompileError:
        return False
    net.to_torch()
    return True


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_taken_can_be_made(target: str, step: int) -> None:
    target = target.replace(" {", ", t[T] {", 1)
    texts = [f"net n: {target.replace('SETTING', f'init={c}')}" for c in calls()[::step]]
    taken = [compare(text) for text in texts]
    assert any(taken)
    assert not all(taken)


@pytest.mark.parametrize(
    ("call", "port", "shape"),
    [("linear(6", "x[5, 8]", (6, 8)), ("conv(1, 6", "x[8, 5]", (6, 8, 1))],
)
def test_what_pytorch_takes_is_taken(call: str, port: str, shape: tuple[int, ...]) -> None:
    """Each initialiser with numbers, and as PyTorch has it without."""
    for name, settings in INIT_SETTINGS.items():
        numbers = [s for s, hint in settings.items() if hint in (float, int)]
        for given in [{}, *({s: v} for s in numbers for v in (0, 1, 2))]:
            inside = ", ".join(f"{s}={v}" for s, v in given.items())
            text = f"net n: {port} {{ x > {call}, init={name}({inside})) }}"
            fits = pytorch_takes(name, shape, given) and given.get("sparsity", 0) <= 1
            assert compare(text) == fits, text


def pytorch_takes(name: str, shape: tuple[int, ...], given: dict[str, int]) -> bool:
    try:
        getattr(torch.nn.init, f"{name}_")(torch.empty(shape), **given)
    except (TypeError, ValueError, RuntimeError, ZeroDivisionError):
        return False
    return True


REFUSED = [
    ('linear(3, init=normal(std="a"))', '`std` of `normal` takes a number, got the text "a"'),
    ("linear(3, init=normal(0, 0.02, 5))", "`normal` takes 2 arguments by position"),
    (
        "linear(3, init=normal(std=-1))",
        "`std` of `normal` is -1, and a deviation cannot be negative",
    ),
    ("linear(3, init=dirac)", "`dirac` is for weights of 3 to 5 axes, and this one is [3, 8]"),
    (
        "linear(3, bias_init=kaiming_normal)",
        "`kaiming_normal` is for weights of 2 axes or more, and this one is [3]",
    ),
    ("linear(3, init=constant)", "`constant` needs `val`"),
    (
        "layernorm(elementwise_affine=false, init=ones)",
        "`init` has no effect: this `layernorm` has no weight of its own",
    ),
    (
        "linear(3, bias=false, bias_init=zeros)",
        "`bias_init` has no effect: this `linear` has no bias",
    ),
    ("rmsnorm(bias_init=normal(std=0.1))", "`rmsnorm` has no setting `bias_init`"),
    ("relu(init=normal(std=0.1))", "`relu` has no setting `init`"),
    (
        "bn(affine=false, bias_init=zeros)",
        "`bias_init` has no effect: this `bn` has no bias",
    ),
    (
        "unsqueeze(-1) > lstm(3, bias_init=eye)",
        "`eye` is for weights of 2 axes, and this one is [12]",
    ),
    (
        "weight_norm(linear(4, bias=false, bias_init=zeros))",
        "`bias_init` has no effect: this `linear` has no bias",
    ),
    (
        "spectral_norm(linear(4, init=dirac))",
        "`dirac` is for weights of 3 to 5 axes, and this one is [4, 8]",
    ),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_messages(call: str, message: str) -> None:
    (found,) = nw.check(f"net n: x[8] {{ x > {call} }}")
    assert found.message == message


def test_a_default_is_for_those_that_have_the_weight() -> None:
    text = """
net n: x[8] {
  default linear(bias_init=zeros)
  x > linear(8) as a > linear(8, bias=false) > linear(8, weight=a.weight%s)
    > weight_norm(linear(8, bias=false))
}
"""
    assert not nw.check(text % "")
    (found,) = nw.check(text % ", init=ones")
    assert found.message == "`init` has no effect: this `linear` has no weight of its own"


@pytest.mark.parametrize(
    "source", ["param([]) as p", "zeros([])", "rand([])", "ones([], dtype=int)"]
)
def test_a_single_number(source: str) -> None:
    net = nw.loads(f"net n: x[8] {{ p = {source}\n x * p }}")
    assert net.to_torch()(torch.rand(2, 8)).shape == (2, 8)


# --- biases --------------------------------------------------------------------------------------

BIASED = {
    "conv(3x3, 4": "3x5x5",
    "conv_transpose(3x3, 4": "3x5x5",
    "[id, id] > bilinear(4": "8",
    "linear(4": "8",
    "bn(": "6x5x5",
    "groupnorm(2": "6x5x5",
    "instancenorm(affine=true": "6x5x5",
    "layernorm(": "7x6",
    "layernorm(dim=1": "6x5x5",
    "attention(2": "7x6",
    "rnn(4": "7x6",
    "lstm(4, layers=2, proj=3": "7x6",
    "gru(4, bidirectional=true": "7x6",
    "rnn_cell(4": "6",
    "lstm_cell(4": "6",
    "gru_cell(4": "6",
}


def test_every_layer_with_a_bias_initialises_it() -> None:
    every = dict.fromkeys(layers().values())
    with_bias = {layer for layer in every if _biases(layer) and "layer" not in layer.settings}
    assert with_bias == {layer for layer in every if issubclass(layer, Biased)}
    assert all({"init", "bias_init"} <= layer.settings.keys() for layer in with_bias)


def _biases(layer: type[Layer]) -> bool:
    return "bias" in layer.settings or "affine" in layer.settings


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("call", BIASED)
def test_values(call: str, count: int) -> None:
    """Of the module and of the source that is written. Many modules share a loop."""
    port = f"x{list(tensor_type(BIASED[call]).shape[1:])}"
    settings = f"{call}, init=constant(0.25), bias_init=constant(0.5))".replace("(,", "(")
    uses = " ".join(f"y{i} = x > {settings} as m{i}\n" for i in range(count))
    results = ", ".join(f"y{i}" for i in range(count))
    net = nw.loads(f"net Net: {port} {{\n {uses} [{results}] }}")
    for module in (net.to_torch(), made_from_source(net)):
        values = dict(module.named_parameters())
        assert len(values) >= 2 * count
        wrong = [n for n, v in values.items() if (v != (0.5 if "bias" in n else 0.25)).any()]
        assert not wrong


def made_from_source(net: nw.Network) -> torch.nn.Module:
    names: dict[str, type[torch.nn.Module]] = {}
    exec(net.to_source(), names)
    return names["Net"]()
