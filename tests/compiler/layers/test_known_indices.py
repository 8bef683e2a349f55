"""Indices that are known before anything runs lie within their axis, as PyTorch asks."""

from __future__ import annotations

import pytest
import torch

import netwright as nw

GOOD = [
    "x[:, constant(1)]",
    "x[:, constant(-4)]",
    "x[..., constant([0, 4])]",
    "x[:, constant([3, 0]), constant([4, 1])]",
    "x[:, none, constant([3, 0]), 2]",
    "x[:, arange(4)]",
    "x > index_select(constant([3, 0]), 1)",
    "x > gather(constant([[[3, 0]]]), 1)",
    "x > scatter(constant([[[3, 0]]]), 1, src=1.0)",
    "x > index_add(constant([3]), 1, src=x[:, :1])",
    "x + (window_offsets(2, 2) > embed(9, 1) > squeeze(-1))[:, :1]",
    "x + (relative_buckets(4, 5, buckets=8) > embed(8, 1) > squeeze(-1))",
    "x + (constant([0, 3, 1, 1, 2]) > one_hot(5) > cast(float))[:4]",
    "x + (constant([0, 8, 1, 1]) > embed(9, 5))",
    "x + (constant([[0, 8]]) > embedding_bag(9, 5))",
]
BAD = [
    "x[:, constant(4)]",
    "x[:, constant(-5)]",
    "x[..., constant([0, 5])]",
    "x[:, constant([3, 4]), constant([4, 1])]",
    "x[:, none, constant([4, 0])]",
    "x[:, arange(5)]",
    "x > index_select(constant([4]), 1)",
    "x > index_select(constant([-1]), 1)",
    "x > gather(constant([[[4, 0]]]), 1)",
    "x > scatter(constant([[[4, 0]]]), 1, src=1.0)",
    "x + (constant([0, 4, 1, 1]) > one_hot(4) > cast(float))[..., :1]",
    "x + (constant([0, 9, 1, 1]) > embed(9, 5))",
    "x + (constant([[0, 9]]) > embedding_bag(9, 5))",
    "x > gather(x > argsort(2), 1)",
    "x > index_add(constant([4]), 1, src=x[:, :1])",
    "x + (window_offsets(2, 2) > embed(8, 1) > squeeze(-1))[:, :1]",
    "x + (relative_buckets(4, 5) > embed(8, 1) > squeeze(-1))",
    "x[:, (constant([1, 2]) + 2)]",
    "x[:, (constant([[1, 4]]) > flatten(0))]",
    "x + (constant([[0, 9, 1, 1]]) > squeeze(0) > flip(0) > embed(9, 5))",
]


@pytest.mark.parametrize("body", GOOD)
def test_indices_within_the_axis_run(body: str) -> None:
    module = nw.loads(f"net n: x[4, 5] {{ {body} }}").to_torch()
    module(torch.rand(1, 4, 5))


@pytest.mark.parametrize("body", BAD)
def test_indices_outside_the_axis_are_errors(body: str) -> None:
    with pytest.raises(nw.CompileError) as raised:
        nw.loads(f"net n: x[4, 5] {{ {body} }}")
    assert [d.code for d in raised.value.diagnostics] == ["E301"]


def test_indices_are_known_inside_blocks() -> None:
    text = "block pick(i): t { t[:, i] }\nnet n: x[4] { x > pick(constant(4)) }"
    with pytest.raises(nw.CompileError, match="outside an axis of 4"):
        nw.loads(text)


BLOCKS = """
block table: i[T] int -> [T, 4] { i > embed(10, 4) }
block around: i[T] int -> [T, 4] { i > table }
block twice: i[T] int -> [T, 4] { (i > around) + (i > around) }
block moved: i[T] int -> [T] { i + 2 }
net n: x[8, 4] -> [8, 4] {
  low = arange(0, 8) > unsqueeze(0)
  high = arange(8, 16) > unsqueeze(0)
"""


@pytest.mark.parametrize("block", ["table", "around", "twice"])
@pytest.mark.parametrize("before", ["", "  a = low > table\n", "  a = low > table + around\n"])
def test_a_further_call_of_a_block_has_its_own_indices(block: str, before: str) -> None:
    """Whatever was elaborated before: the block itself, one inside of it, or one around it."""
    body = f"{before}  b = low > {block}\n  c = high > {block}\n  x + b + c\n}}"
    with pytest.raises(nw.CompileError, match=r"E301.*indices are 8 to 15, the table has 10 rows"):
        nw.loads(BLOCKS + body)


def test_what_a_block_makes_of_indices_is_known_for_each_call() -> None:
    body = "  a = low > moved\n  b = {} > moved\n  x + (a > embed(10, 4)) + (b > embed(10, 4))\n}}"
    nw.loads(BLOCKS + body.format("low")).to_torch()(torch.randn(2, 8, 4))
    with pytest.raises(nw.CompileError, match=r"E301.*indices are 10 to 17"):
        nw.loads(BLOCKS + body.format("high"))


def test_what_copies_of_a_block_make_of_indices_is_not_taken_for_one_copy() -> None:
    body = "  x + (low > (id + 4) > back * 2 > embed(8, 4))\n}"
    blocks = "block back: i[T] int -> [T] { i - 2 }\n" + BLOCKS
    nw.loads(blocks + body).to_torch()(torch.randn(2, 8, 4))


POSSIBLE = [
    ("x > argmax(1) > embed({}, 2)", 10),
    ("x > argmin(1, keepdim=true) > embed({}, 2)", 10),
    ("x > unsqueeze(1) > argmax(2) + 2 > embed({}, 2)", 12),
    ("_, i = x > max(1)\n i > one_hot({})", 10),
    ("_, i = x > topk(2, 1)\n i > one_hot({})", 10),
    ("_, i = x > topk(2, 1, largest=false)\n x[:, :{}] > gather(i, dim=1)", 10),
    ("x > bucketize(constant([0.0, 0.5, 1.0])) > embed({}, 2)", 4),
    ("x > searchsorted(constant([0.0, 0.5, 1.0])) > embed({}, 2)", 4),
    ("x > argmax(1) > unsqueeze(0) > squeeze(0) > pick({})", 10),
]
"""What gives places, and the number of rows that holds them all."""


@pytest.mark.parametrize(("body", "rows"), POSSIBLE)
def test_places_that_some_inputs_give_are_warned_of(body: str, rows: int) -> None:
    text = "block pick(rows): i int {{ i > embed(rows, 2) }}\nnet n: x[10] {{ {} }}"
    enough, few = (nw.loads(text.format(body.format(count))) for count in (rows, rows - 1))
    assert [d.code for d in enough.warnings] == []
    assert [d.code for d in few.warnings] == ["W519"]
    inputs = [torch.eye(10), 1 - torch.eye(10), torch.full((10, 10), 9.0)]
    assert all(_runs(enough.to_torch(), x) for x in inputs)
    assert {_runs(few.to_torch(), x) for x in inputs} == {True, False}


def _runs(module: torch.nn.Module, x: torch.Tensor) -> bool:
    try:
        module(x)
    except (IndexError, RuntimeError):
        return False
    return True
