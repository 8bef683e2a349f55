"""Ops as models use them: in other forms than those that layers are lowered to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from netwright.backends.importer.lift import declared_ops
from netwright.compiler.layer import Layer
from netwright.compiler.lifting import Lifted
from netwright.compiler.spelling import spell

from ...compiler.layers.harness import quiet
from .lifting import Substitution, Together, ops_of

X: Final = torch.rand(2, 6, 8, generator=torch.Generator().manual_seed(0))
PLACES: Final = torch.tensor([1, 0])
Function = Callable[[Tensor], Tensor]

LIFTED: Final[Sequence[tuple[str, Function]]] = (
    # operators: numbers on either side, and factors
    ("add(1)", lambda x: x + 1),
    ("sub(2, reversed=true)", lambda x: 2 - x),
    ("reciprocal mul(2)", lambda x: 2 / x),
    ("pow(2, reversed=true)", lambda x: 2**x),
    ("floordiv(2, reversed=true)", lambda x: 2 // x),
    ("mod(2, reversed=true)", lambda x: 2 % x),
    ("mul(2) sub", lambda x: x.sub(x, alpha=2)),
    ("mul(2) mul add", lambda x: torch.addcmul(x, x, x, value=2)),
    ("mul(2) div add", lambda x: torch.addcdiv(x, x, x, value=2)),
    ("div(2) trunc", lambda x: torch.div(x, 2, rounding_mode="trunc")),
    ("floordiv(2)", lambda x: torch.div(x, 2, rounding_mode="floor")),
    ("gt(0.5) logical_not", lambda x: ~(x > 0.5)),
    ("gt(0.5) lt(0.6) logical_and", lambda x: (x > 0.5) & (x < 0.6)),
    ("maximum minimum", lambda x: x.clamp(x, x)),
    ("clamp(max=0.5)", lambda x: x.clamp(max=0.5)),
    ("add(1)", lambda x: x.clone().add_(1)),
    ("relu", lambda x: F.relu(x.clone(), inplace=True)),
    # products
    ("transpose(-2, -1) matmul add", lambda x: torch.baddbmm(x[:, :, :6], x, x.mT)),
    ("transpose(0, 1) transpose(0, 1) linear(6)", lambda x: torch.addmm(x[0, 0, :6], x[0], x[0].T)),
    ("transpose(0, 1) matmul add", lambda x: torch.addmm(x[0, :, :6], x[0], x[0].T)),
    ("matmul", lambda x: torch.mv(x[0], x[0, 0])),
    ("matmul", lambda x: torch.dot(x[0, 0], x[0, 0])),
    # choices
    ("gt(0.5) masked_fill(value=0)", lambda x: x.masked_fill(x > 0.5, 0)),
    ("gt(0.5) where(b=0.0)", lambda x: torch.where(x > 0.5, x, 0.0)),
    ("gt(0.5) detach where", lambda x: x.masked_fill(x > 0.5, torch.tensor(3.0))),
    ("gt(0.5) zeros([]) log where", lambda x: x.masked_fill(x > 0.5, -torch.inf)),
    ("gt(0.5) zeros([]) log neg where(0.0)", lambda x: torch.where(x > 0.5, 0.0, torch.inf)),
    ("zeros(8) log add", lambda x: x + torch.full((8,), -torch.inf)),
    ("zeros_like log neg", lambda x: torch.full_like(x, torch.inf)),
    # dtypes
    ("gt(0.5) cast(int)", lambda x: (x > 0.5).long()),
    ("gt(0.5) cast(int)", lambda x: (x > 0.5).int()),
    ("gt(0.5) cast(float) cumsum(1)", lambda x: (x > 0.5).cumsum(1, dtype=torch.float32)),
    ("softmax(-1)", lambda x: x.softmax(-1, dtype=torch.float32)),
    ("arange(8) cast(float) mul", lambda x: x * torch.arange(8, dtype=x.dtype)),
    ("ones(8, dtype=int) mul", lambda x: x * x.new_ones(8, dtype=torch.long)),
    ("full([2, 1, 1], 3.0) mul", lambda x: x * x.new_full((2, 1, 1), 3)),
    # axes
    ("mean([1, 2], keepdim=true)", lambda x: x.mean((1, 2), keepdim=True)),
    ("sum(none)", lambda x: x.sum()),
    ("max(none)", lambda x: x.max()),
    ("std(none)", lambda x: x.std()),
    ("var(-1, correction=0)", lambda x: x.var(-1, unbiased=False)),
    ("norm(none)", lambda x: x.norm()),
    ("norm(-1)", lambda x: torch.linalg.norm(x, dim=-1)),
    ("argmax(none)", lambda x: x.argmax()),
    ("reshape(2, -1)", lambda x: x.view(2, -1)),
    ("reshape(-1)", lambda x: x.ravel()),
    ("flatten(0)", lambda x: x.flatten()),
    ("transpose(-2, -1)", lambda x: x.mT),
    ("transpose(0, 1)", lambda x: x[0].T),
    ("squeeze([0, 1])", lambda x: x[:1, :1].squeeze()),
    ("tile(1, 2, 1)", lambda x: x.repeat(1, 2, 1)),
    ("reshape(-1) repeat_interleave(2, dim=0)", lambda x: x.repeat_interleave(2)),
    ("expand(2, 6, 8)", lambda x: x[:1].expand_as(x)),
    ("concat", lambda x: torch.hstack([x, x])),
    ("split([2, 2, 1, 1], dim=1)", lambda x: torch.tensor_split(x, [2, 4, 5], dim=1)[1]),
    ("split([2, 2, 2], dim=1)", lambda x: torch.tensor_split(x, 3, dim=1)[0]),
    # windows
    ("sub", lambda x: x.diff(dim=1)),
    ("concat concat sub", lambda x: x.diff(dim=1, prepend=x[:, :1])),
    ("arange(3) mul(2) arange(2) add movedim(2, -1)", lambda x: x.unfold(1, 2, 2)),
    ("argsort(-1) gather(dim=-1)", lambda x: x.take_along_dim(x.argsort(-1), -1)),
    # norms with a scale or a shift alone
    (
        "batchnorm(affine=false, track_running_stats=false)",
        lambda x: F.batch_norm(x, None, None, x[0, :, 0], training=True),
    ),
    ("groupnorm(3, affine=false)", lambda x: F.group_norm(x, 3, x[0, :, 0])),
    ("layernorm(elementwise_affine=false)", lambda x: F.layer_norm(x, (8,), bias=x[0, 0])),
    # weights that are computed
    ("linear(6, bias=false)", lambda x: F.linear(x, x[0])),
    ("conv(3, 2)", lambda x: F.conv1d(x, x[:, :, :3], bias=x[0, 0, :2])),
    ("detach embedding(6, 8)", lambda x: F.embedding(torch.tensor([[1, 2]]), x[0])),
    # resizing
    ("upsample(2)", lambda x: F.interpolate(x, scale_factor=2)),
    ("upsample(size=5, mode=linear)", lambda x: F.interpolate(x, size=5, mode="linear")),
    ("pad([1, 1, 1, 1], value=2.0)", lambda x: F.pad(x, (1, 1, 1, 1), value=2)),
    ("pad(1)", lambda x: F.pad(x, (1, 1))),
)
"""What PyTorch computes, and some of the layers that compute it."""
REFUSED: Final[Sequence[tuple[str, Function]]] = (
    ("no float64", lambda x: x.double()),
    ("no float16", lambda x: x.half()),
    ("bits of ints", lambda x: x.long() & x.long()),
    ("decimals=2", lambda x: x.round(decimals=2)),
    ("a number of elements that is not known", lambda x: x[x > 0.5]),
    ("differences of differences", lambda x: x.diff(n=2)),
    ("roll needs", lambda x: x.roll(1)),
    ("outside of training", lambda x: F.dropout(x, 0.1)),
    ("outside of training", lambda x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.1)),
    ("outside of training", lambda x: F.batch_norm(x, x[0, :, 0], x[0, :, 1], training=True)),
    ("no batch", lambda x: F.max_pool2d(x, 2)),
    ("no batch", lambda x: F.conv1d(x[0], x[:, :, :3])),
    ("drops the last axis", lambda x: F.linear(x, x[0, 0])),
    ("aten.cross", lambda x: torch.cross(x[:, :3], x[:, :3], dim=1)),
)


LEFT_OUT: Final = ("identity",)
ROUNDED: Final = ("mul(2) mul add",)
"""Ops that round less often than the layers."""


def _layers(lifted: Lifted) -> Iterator[Layer]:
    """All layers of an op, each after those that it takes its inputs from."""
    for source in lifted.inputs:
        if isinstance(source, Lifted):
            yield from _layers(source)
    if lifted.layer.word != "index":
        yield lifted.layer


class _Function(nn.Module):
    def __init__(self, function: Function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.function(x)]


@cache
def _substitution() -> tuple[Substitution, list[Any], list[Tensor], list[Tensor]]:
    with quiet():
        model = Together([_Function(function) for _, function in LIFTED])
        program = torch.export.export(model, ([[X.clone()] for _ in LIFTED],), strict=False)
    substitution = Substitution(program)
    wanted, made = substitution.results([X.clone() for _ in LIFTED])
    return substitution, list(program.graph.output_node().args[0]), wanted, made


@pytest.mark.parametrize("number", range(len(LIFTED)), ids=[text for text, _ in LIFTED])
def test_layers_compute_what_an_op_computes(number: int) -> None:
    substitution, nodes, wanted, made = _substitution()
    names = sorted(ops_of([nodes[number]]), key=substitution.order.index)
    assert not [substitution.refused[n] for n in names if n in substitution.refused]
    lifted = [substitution.lifted[n] for n in names if n in substitution.lifted]
    spelled = [spell(layer) for one in lifted for layer in _layers(one)]
    assert " ".join(text for text in spelled if text not in LEFT_OUT) == LIFTED[number][0]
    tolerance = 1e-6 if LIFTED[number][0] in ROUNDED else 0
    torch.testing.assert_close(
        made[number], wanted[number], rtol=tolerance, atol=0, check_dtype=False
    )


@pytest.mark.parametrize(("reason", "function"), REFUSED, ids=[reason for reason, _ in REFUSED])
def test_an_op_without_a_counterpart_is_refused(reason: str, function: Function) -> None:
    with quiet():
        program = torch.export.export(_Function(function), (X.clone(),), strict=False)
    substitution = Substitution(program)
    substitution.results([X.clone()])
    assert any(reason in text for text in substitution.refused.values())


def test_every_declared_op_exists() -> None:
    for op in declared_ops():
        base, _, overload = op.partition(".")
        packet = getattr(torch.ops.aten, base)
        assert not overload or overload in packet.overloads(), op
