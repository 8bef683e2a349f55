"""Layers in Python, as a user writes them: random programs declare them as externs."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Gain(nn.Module):
    """One factor for each feature."""

    def __init__(self, size: int, by: float = 2.0) -> None:
        super().__init__()
        self.by = by
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight * self.by


class Meet(nn.Module):
    """Two inputs, and a linear layer inside."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.inner = nn.Linear(size, size)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        result: Tensor = self.inner(a) - b
        return result


class Halves(nn.Module):
    """Two results, and no weights."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.relu(), (-x).relu()


class Wide(nn.Module):
    """Another width."""

    def __init__(self, size: int, widths: list[int]) -> None:
        super().__init__()
        self.matrix = nn.Parameter(torch.ones(size, widths[-1]))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.matrix
