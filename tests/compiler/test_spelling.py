"""Settings and layers in the words of a spec."""

from __future__ import annotations

import pytest

import netwright as nw
from netwright.compiler.dims import symbol
from netwright.compiler.ir import LayerOp
from netwright.compiler.layer import Example, Init, Layer
from netwright.compiler.layers.linear import Linear
from netwright.compiler.spelling import spell, spell_value

from .layers.harness import all_layers, example_case

T = symbol("T")


def test_values_are_spelled_as_in_a_spec() -> None:
    spelled = [
        (None, "none"),
        (True, "true"),
        (3, "3"),
        (1e-5, "1e-05"),
        ("same", "same"),
        ("b t -> b", '"b t -> b"'),
        ('a "b" \\ {c}\n', r'"a \"b\" \\ {{c}}\n"'),
        ("none", '"none"'),
        ((3, 3), "3x3"),
        ((3,), "[3]"),
        ((-1, 2), "[-1, 2]"),
        ((T, 2), "[T, 2]"),
        (Init("kaiming_normal", (("mode", "fan_out"),)), "kaiming_normal(mode=fan_out)"),
        (Init("zeros"), "zeros"),
        (Linear(out=3), "linear(3)"),
    ]
    assert [spell_value(v) for v, _ in spelled] == [text for _, text in spelled]


def test_settings_with_a_default_are_named() -> None:
    assert spell(Linear(out=10, bias=False)) == "linear(10, bias=false)"
    assert spell(Linear(out=10, init=Init("zeros"))) == "linear(10, init=zeros)"


EXAMPLES = [(layer, example) for layer in all_layers() for example in layer.examples]


@pytest.mark.parametrize("example", [e for _, e in EXAMPLES], ids=lambda e: e.text)
def test_a_layer_is_read_as_it_is_spelled(example: Example) -> None:
    bound, _ = example_case(example)
    names = dict(zip(bound.tensors(), (name for name, _ in example.tensors), strict=True))
    assert _read(spell(bound, tensors=names), example) == _read(example.text, example)


def _read(text: str, example: Example) -> Layer:
    """The layer that a text makes in a net with the inputs of an example."""
    piped = [f"x{i}" for i in range(len(example.inputs))]
    types = [*zip(piped, example.inputs, strict=True), *example.tensors]
    ports = ", ".join(_port(name, type_) for name, type_ in types) or "x[1]"
    joined = piped[0] if len(piped) == 1 else f"[{', '.join(piped)}]"
    network = f"{joined} > {text}" if piped else f"{text} as label"
    net = nw.loads(f"net f: {ports} {{ {network} }}")
    (layer,) = [node.op.layer for node in net.ir.nodes if isinstance(node.op, LayerOp)]
    return layer


def _port(name: str, type_: str) -> str:
    sizes, _, dtype = type_.partition(" ")
    if sizes in ("int", "bool"):
        sizes, dtype = "", sizes
    return f"{name}[{sizes.replace('x', ', ')}] {dtype}"
