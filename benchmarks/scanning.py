"""Scans against the loops that people write: the forward pass, and one step of training."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

import netwright as nw

from .timing import Job, Result, rivals

STEPS, BATCH, WIDTH = 64, 16, 128

SPEC = f"""
block lstm_by_hand(d): x, h[d], c[d] {{
  i, f, g, o = (x > linear(4 * d) as ih) + (h > linear(4 * d) as hh) > chunk(4, dim=1)
  c = (f > sigmoid) * c + (i > sigmoid) * (g > tanh)
  [(o > sigmoid) * (c > tanh), c]
}}
net scanned: x[T, {WIDTH}] {{ x > scan(lstm_by_hand({WIDTH})) as cell > last }}
"""


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ih = nn.Linear(WIDTH, 4 * WIDTH)
        self.hh = nn.Linear(WIDTH, 4 * WIDTH)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class HandWritten(nn.Module):
    """The loop of the tutorials."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Cell()

    def forward(self, x: Tensor) -> Tensor:
        h = c = torch.zeros(x.shape[0], WIDTH)
        states = []
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], h, c)
            states.append(h)
        return torch.stack(states, dim=1)[:, -1]


def run(rounds: int) -> Iterator[Result]:
    ours, theirs = nw.loads(SPEC).to_torch(), HandWritten()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(BATCH, STEPS, WIDTH)
    assert torch.equal(ours(x), theirs(x))
    for name, make in (("forward", passing), ("forward and backward", learning)):
        jobs = (make(module, x) for module in (ours, theirs))
        yield rivals(f"{name} of an LSTM's scan, {STEPS} steps", *jobs, rounds=3 * rounds, aim=1)


def passing(module: nn.Module, x: Tensor) -> Job:
    def run() -> None:
        with torch.inference_mode():
            module(x)

    return run


def learning(module: nn.Module, x: Tensor) -> Job:
    def run() -> None:
        module.zero_grad()
        module(x).sum().backward()

    return run
