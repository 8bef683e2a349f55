"""Shipped specs are torchvision's models: its weights load strictly, and outputs, gradients and
running statistics are the same bit for bit, in evaluation and in training (dropout included: it is
drawn in the same order)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import netwright as nw

from .reference import VARIANTS, reference

QUICK = {
    "alexnet",
    "vgg11_bn",
    "googlenet",
    "resnet18",
    "resnext50_32x4d",
    "mobilenet_v2",
    "densenet121",
    "convnext_tiny",
    "efficientnet_b0",
}
BATCH = (2, 3, 64, 64)


def variants() -> list[Any]:
    found = []
    for spec, names in VARIANTS.items():
        for name in names:
            marks = () if name in QUICK else (pytest.mark.slow,)
            found.append(pytest.param(spec, name, marks=marks, id=name))
    return found


@pytest.fixture(autouse=True)
def modest() -> Iterator[None]:
    """One thread, since tests run side by side; and the larger models do not pile up."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    gc.collect()


@pytest.mark.parametrize(("spec", "name"), variants())
def test_numbers(spec: str, name: str) -> None:
    """Parameters, and multiply-accumulates as PyTorch counts them."""
    net = nw.load(spec, net=name)
    with torch.device("meta"):
        theirs = reference(name).eval()
        image = torch.empty(1, 3, 224, 224)
    assert net.params == sum(p.numel() for p in theirs.parameters())
    with FlopCounterMode(display=False) as counter:
        theirs(image)
    assert net.macs == counter.get_total_flops() // 2


@pytest.mark.parametrize(("spec", "name"), variants())
def test_bits(spec: str, name: str) -> None:
    torch.manual_seed(0)
    theirs = reference(name)
    ours = twin(nw.load(spec, net=name), theirs)
    assert name == "googlenet" or list(ours.state_dict()) == list(theirs.state_dict())
    compare(ours.eval(), theirs.eval())
    if name == "googlenet":
        ours = twin(nw.load(spec, net="googlenet_training"), theirs)
    compare(ours.train(), theirs.train())


def twin(net: nw.Network, theirs: torch.nn.Module) -> torch.nn.Module:
    """Our module with their weights."""
    ours = net.to_torch(device="meta").to_empty(device="cpu")
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return ours


def compare(ours: torch.nn.Module, theirs: torch.nn.Module) -> None:
    """Outputs, gradients and buffers after one step."""
    mine, yours = (step(module) for module in (ours, theirs))
    assert len(mine) == len(yours)
    assert all(map(torch.equal, mine, yours))
    gradients = {name: p.grad for name, p in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        assert same(parameter.grad, gradients[name], dropped=ours.training), name
    buffers = dict(theirs.named_buffers())
    for name, buffer in ours.named_buffers():
        assert torch.equal(buffer, buffers[name]), name


def step(module: torch.nn.Module) -> tuple[torch.Tensor, ...]:
    """Forward, and backward from a random direction of the outputs."""
    module.zero_grad()
    torch.manual_seed(1)
    image = torch.randn(BATCH)
    found = module(image)
    outputs = tuple(found) if isinstance(found, tuple | list) else (found,)
    torch.autograd.backward(outputs, [torch.randn_like(o) for o in outputs])
    return outputs


def same(mine: torch.Tensor | None, yours: torch.Tensor | None, *, dropped: bool) -> bool:
    """Zeros prove nothing, unless all examples may have been dropped before."""
    if mine is None or yours is None:
        return mine is yours
    return torch.equal(mine, yours) and (dropped or bool(mine.any()))
