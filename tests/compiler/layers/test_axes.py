"""What a layer says about axes and elements, against PyTorch: ``keeps_elements``, ``axis_order``,
``mixes_along_dim``."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn

from netwright.compiler.layer import Example, Layer
from netwright.compiler.types import TensorType

from .harness import all_layers, example_case, flat, program, quiet

Case = tuple[Layer, TensorType]


def cases() -> list[Case]:
    """The examples with one tensor that goes in."""
    examples = [e for layer in all_layers() for e in layer.examples if len(e.inputs) == 1]
    bound = (example_case(e) for e in examples if not e.tensors)
    return [(layer, inputs[0]) for layer, inputs in bound]


def run(layer: Layer, x: torch.Tensor, type: TensorType) -> torch.Tensor:
    """The first result, out of training, with the same weights at each call."""
    torch.manual_seed(0)
    code = program(layer.lower(type), 1)
    with quiet(), torch.no_grad():
        module = code.build()
        if isinstance(module, nn.Module):
            module.eval()
        return next(flat(code.run(module, [x])))


def distinct(type: TensorType) -> torch.Tensor:
    shape = [int(str(size)) for size in type.shape]
    return torch.arange(1, torch.Size(shape).numel() + 1, dtype=torch.float).reshape(shape) / 64


def named(cases: list[Case]) -> list[str]:
    return [f"{layer!r} on {type}" for layer, type in cases]


KEEPING = [c for c in cases() if c[0].keeps_elements]
TURNING = [c for c in cases() if c[0].role == "turn" and c[0].axis_order(c[1].rank)]
MIXING = [c for c in cases() if c[0].mixes_along_dim]


@pytest.mark.parametrize(("layer", "type"), KEEPING, ids=named(KEEPING))
def test_keeps_elements(layer: Layer, type: TensorType) -> None:
    x = distinct(type)
    assert torch.equal(torch.unique(run(layer, x, type)), torch.unique(x))


@pytest.mark.parametrize(("layer", "type"), TURNING, ids=named(TURNING))
def test_axis_order(layer: Layer, type: TensorType) -> None:
    x = distinct(type)
    assert torch.equal(run(layer, x, type), x.permute(layer.axis_order(type.rank) or ()))


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.word)
def test_axes_that_stay(layer: type[Layer]) -> None:
    """A layer keeps its axes, or moves them: one that moves them says where each comes from."""
    bound, inputs = example_case(layer.examples[0])
    rank = inputs[0].rank if inputs else 0
    order = bound.axis_order(rank)
    assert order is None or sorted(order) == list(range(rank))
    assert bound.role == "turn" or order in (None, tuple(range(rank)))


@pytest.mark.parametrize(("layer", "type"), MIXING, ids=named(MIXING))
def test_mixes_along_dim(layer: Layer, type: TensorType) -> None:
    """Some place of the result depends on several places along the axis."""
    x = distinct(type)
    dim = getattr(layer, "dim", None)
    assert isinstance(dim, int)
    before = run(layer, x, type).unbind(dim)
    causes = [set[int]() for _ in before]
    for place, factor in product(range(x.shape[dim]), (40, -40)):
        changed = x.clone()
        changed.select(dim, place).mul_(factor)
        for old, new, own in zip(
            before, run(layer, changed, type).unbind(dim), causes, strict=True
        ):
            own |= set() if torch.allclose(old, new) else {place}
    assert max(map(len, causes)) > 1


def test_the_lists_are_not_empty() -> None:
    assert len(KEEPING) > 20
    assert len(TURNING) > 2
    assert len(MIXING) > 9
    assert isinstance(all_layers()[0].examples[0], Example)
