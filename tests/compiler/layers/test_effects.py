"""``Layer.effects`` against PyTorch: what is random, differs in training, changes what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
import torch
from torch import nn

from netwright.compiler.layer import Effect, Example, Layer
from netwright.compiler.layers import layers
from netwright.compiler.types import TensorType

from .harness import example_case, fill_of, flat, make, program, quiet

SEEDS = range(8)
MORE = [
    Example("dropout(0)", "64"),
    Example("dropout(1)", "64"),
    Example("alpha_dropout(1)", "64"),
    Example("stochastic_depth(1)", "64"),
    Example("rrelu(0.2, 0.2)", "64"),
    Example("bn(track_running_stats=false)", "4x5x5"),
    Example("instancenorm(track_running_stats=true)", "4x5x5"),
    Example("lstm(8, dropout=0.5)", "5x4"),
    Example("lstm(8, layers=2, dropout=0.5)", "5x4"),
    Example("gru(8, layers=2, dropout=1)", "5x4"),
    Example("attention(4, dropout=0.5)", "5x16"),
    Example("sdpa(dropout=0.5)", "2x5x16", "2x5x16", "2x5x16"),
    Example("embed(10, 4, max_norm=0.5)", "6 int"),
    Example("spectral_norm(bn())", "4x5x5"),
    Example("weight_norm(bn())", "4x5x5"),
    Example("weight_norm(linear(4))", "5"),
]
"""Settings that the examples have not."""

UNSEEN: dict[str, frozenset[Effect]] = {
    "fractional_maxpool(2, size=3, return_indices=true)": frozenset({"random"}),
}
"""Windows of a whole size leave nothing to chance."""


def examples() -> list[Example]:
    own = [e for layer in dict.fromkeys(layers().values()) for e in layer.examples]
    return [*own, *MORE]


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.text)
def test_effects(example: Example) -> None:
    layer, inputs = example_case(example)
    unseen = UNSEEN.get(example.text, frozenset())
    assert layer.effects() == frozenset(observed(layer, inputs)) | unseen


def observed(layer: Layer, inputs: tuple[TensorType, ...]) -> Iterator[Effect]:
    """What running the layer's PyTorch form shows."""
    torch.manual_seed(0)
    given = (*inputs, *(getattr(layer, n) for n in layer.tensors()))
    code = program(layer.lower(*inputs), len(given))
    with quiet():
        module = code.build()
    tensors = [signed(make(t, fill_of(layer))) for t in given]

    def run(seed: int, *, training: bool) -> tuple[list[torch.Tensor], bool]:
        torch.manual_seed(seed)
        used = deepcopy(module)
        if isinstance(used, nn.Module):
            used.train(training)
        holder = nn.Module().train(training)
        names = dict(zip(code.inputs, tensors, strict=True))
        with quiet(), torch.no_grad():
            made = eval(code.forward, code.namespace, {"module": used, "self": holder, **names})
        return list(flat(made)), not same(kept(used), kept(module))

    active = [run(seed, training=True) for seed in SEEDS]
    calm = [run(seed, training=False) for seed in SEEDS]
    if not all(same(made, active[0][0]) for made, _ in active):
        yield "random"
    if not all(same(a, b) for (a, _), (b, _) in zip(active, calm, strict=True)):
        yield "training"
    if any(changed for _, changed in active):
        yield "state"


def signed(tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dtype == torch.bool:
        return torch.ones_like(tensor)
    return tensor - 0.5 if tensor.is_floating_point() else tensor


def kept(module: object) -> list[torch.Tensor]:
    return list(module.state_dict().values()) if isinstance(module, nn.Module) else []


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.allclose(x, y, atol=1e-5, equal_nan=True) for x, y in zip(a, b, strict=True))
