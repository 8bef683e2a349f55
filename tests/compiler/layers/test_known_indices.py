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
