"""Layers are equal if their settings are equal, in value and in type."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch

import netwright as nw
from netwright.compiler.layer import typed
from netwright.compiler.layers import layers

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
