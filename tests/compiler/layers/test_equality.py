"""Layers are equal if their settings are equal, in value and in type."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
import torch

import netwright as nw
from netwright.compiler.layers import layers
from netwright.compiler.lowering import CallCode
from netwright.grammar.record import typed

NUMBERS = {"1": torch.int64, "1.0": torch.float32, "true": torch.bool}


def test_numbers_of_other_types_make_other_layers() -> None:
    full = layers()["full"]
    made = {full(shape=4, value=value) for value in (1, 1.0, True)}
    assert len(made) == 3
    assert full(shape=4, value=1) == full(shape=4, value=1)
    assert hash(full(shape=4, value=1)) == hash(full(shape=4, value=1))


def test_slices_and_lists_can_be_compared() -> None:
    index = layers()["index"]
    assert index(items=(slice(1, None), 0)) == index(items=(slice(1, None), 0))
    assert index(items=(slice(1, None), 0)) != index(items=(slice(1, 2), 0))
    assert typed([1, (2.0, slice(None))]) != typed([1, (2, slice(None))])


@pytest.mark.parametrize("order", list(permutations(NUMBERS)))
def test_each_has_the_dtype_of_its_own_number(order: tuple[str, ...]) -> None:
    lines = "".join(f"  t{i} = full([4], {number})\n" for i, number in enumerate(order))
    net = nw.loads(f"net n: x[4] -> a, b, c {{\n{lines}  [t0, t1, t2]\n}}")
    wanted = [NUMBERS[number] for number in order]
    assert [tensor.dtype for tensor in net.to_torch()(torch.zeros(1, 4))] == wanted
    shown = {torch.int64: "[4] int", torch.float32: "[4]", torch.bool: "[4] bool"}
    assert [str(p.type) for p in net.ir.outputs] == [shown[dtype] for dtype in wanted]


def test_an_int_does_not_stand_for_a_float_in_a_table() -> None:
    text = """net n: i[4] int -> a, b {{
      a = i > clamp(min={}) > embedding(10, 2)
      b = i > clamp(min={}) > embedding(10, 2)
      [a, b]
    }}"""
    assert nw.loads(text.format("1", "1")).params
    for numbers in (("1", "1.0"), ("1.0", "1")):
        with pytest.raises(nw.CompileError, match="E303"):
            nw.loads(text.format(*numbers))


VALUES: dict[str, float] = {"1": 1, "1.0": 1.0, "true": True}
ZEROS: dict[str, float] = {"0": 0, "0.0": 0.0, "-0.0": -0.0, "false": False}
PAIRS = [*permutations(VALUES, 2), *permutations(ZEROS, 2)]

FILLED = "x > linear(4) > ge(-1e30) > where(full([4], v), full([4], v))"
USES = {
    "of a layer": "net n: x[4] { [full([4], A), full([4], B)] }",
    "of a block": "block f(v): x { full([4], v) }\nnet n: x[4] { x > [f(A), f(B)] }",
    "of a source": "block f(v): () { full([4], v) }\nnet n: x[4] { [f(A), f(B)] }",
    "in a list": "block f(v): x { full([4], v[0]) }\nnet n: x[4] { x > [f([A]), f([B])] }",
    "by default": "block f(v=A): x { full([4], v) }\nnet n: x[4] { x > [f, f(B)] }",
    "of a class": f"block f(v): x {{ {FILLED} }}\nnet n: x[4] {{ x > [f(A), f(B)] }}",
    "of a module list": f"block f(v): x {{ {FILLED} }}\n"
    + 'net n: x[4] { x > [f(v) as "s.{i}" for i, v in enumerate([A, B])] }',
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("pair", PAIRS)
def test_the_module_has_the_numbers_of_the_text(use: str, pair: tuple[str, str]) -> None:
    net = nw.loads(USES[use].replace("A", pair[0]).replace("B", pair[1]))
    names: dict[str, Any] = {}
    exec(net.to_source(), names)
    for module in (net.to_torch(), names["N"]()):
        for result, number in zip(module(torch.zeros(2, 4)), pair, strict=True):
            expected = torch.full((4,), (VALUES | ZEROS)[number])
            assert result.dtype == expected.dtype
            assert torch.equal(torch.signbit(result), torch.signbit(expected.expand_as(result)))


def test_a_default_of_0_does_not_stand_for_a_number_below_it() -> None:
    padded = nw.loads("net n: x[2, 2] { x > pad(1, value=-0.0) }").to_torch()(torch.ones(1, 2, 2))
    assert torch.signbit(padded[0, 0, 0])


def test_records_of_code_differ_by_their_literals() -> None:
    assert CallCode("f", (1,)) != CallCode("f", (1.0,))
    assert CallCode("f", ((0.0, {"a": True}),)) != CallCode("f", ((0.0, {"a": 1}),))
    assert CallCode("f", (0.0,)) != CallCode("f", (-0.0,))
    assert CallCode("f", ({"a": [1, 2.0]},)) == CallCode("f", ({"a": [1, 2.0]},))


def test_arguments_of_a_graph_differ() -> None:
    text = "block f(v): x { x + v }\nnet n: x[4] { x > f(%s) }"
    graphs = [nw.loads(text % number).ir for number in ("1", "1.0", "1")]
    assert graphs[0] == graphs[2] != graphs[1]
