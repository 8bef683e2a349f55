"""Compiled networks against the modules that people write: construction, and the forward pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

import netwright as nw
from tests.torchvision_library import torchvision_models

from .timing import Job, Result, rivals

ROUNDS = 15
"""A forward pass is quick and varies: it takes more rounds than a process."""

MLP = """
net mlp: x[64] -> [10] {
  x > for i in range(7) { linear(64) as hidden[i] > relu } > linear(10) as head
}
"""


class HandWritten(nn.Module):
    """What one writes by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(64, 64) for _ in range(7))
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.hidden:
            x = torch.relu(layer(x))
        out: Tensor = self.head(x)
        return out


def run(rounds: int) -> Iterator[Result]:
    models, rounds = torchvision_models(), max(rounds, ROUNDS)
    torch.set_num_threads(1)  # threads that wait for each other would measure the machine's load
    resnet = nw.load("resnet", net="resnet18")
    yield rivals(
        "construct ResNet-18", resnet.to_torch, models.resnet18, rounds=min(rounds, ROUNDS)
    )
    image = torch.randn(1, 3, 224, 224)
    yield forward(
        "forward of ResNet-18, one image", resnet.to_torch(), models.resnet18(), image, rounds
    )
    mlp = nw.loads(MLP).to_torch()
    by_hand, row = HandWritten(), torch.randn(1, 64)
    yield forward("forward of an MLP of 8 layers", mlp, by_hand, row, 4 * rounds)
    chain = nn.Sequential(
        *[part for _ in range(7) for part in (nn.Linear(64, 64), nn.ReLU())], nn.Linear(64, 10)
    )
    yield forward("the same against nn.Sequential", mlp, chain, row, 4 * rounds)


def forward(name: str, ours: nn.Module, theirs: nn.Module, x: Tensor, rounds: int) -> Result:
    mine, yours = (passing(module, x) for module in (ours, theirs))
    return rivals(name, mine, yours, rounds=rounds, aim=1)


def passing(module: nn.Module, x: Tensor) -> Job:
    module = module.eval()

    def run() -> None:
        with torch.inference_mode():
            module(x)

    return run
