"""Modules with ops that the language lacks. Externs import this file."""

import torch
from torch import Tensor, nn


class Spectral(nn.Module):
    """Weighs an image with its largest singular values."""

    def __init__(self, channels: int, scale: float = 1.0) -> None:
        super().__init__()
        self.channels, self.scale = channels, scale
        self.weight = nn.Parameter(torch.randn(channels))
        self.unused = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        largest = torch.linalg.svdvals(x)[..., :1, None]
        weight: Tensor = self.weight[:, None, None] * self.scale
        result: Tensor = x * largest * weight
        return result


class Halves(nn.Module):
    """An image of half the size, and a number for each channel."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x[..., ::2, ::2], torch.linalg.matrix_norm(torch.linalg.svdvals(x)[..., None])


class Weighted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.first = Spectral(8)
        self.middle = nn.Conv2d(8, 16, 3, padding=1)
        self.second = Spectral(16, scale=0.5)
        self.halves = Halves()

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.middle(self.first(self.stem(x)).relu()))
        half, norms = self.halves(y)
        result: Tensor = half.mean((2, 3)) + norms
        return result


class Settings:
    rows = 3


class Inner(nn.Module):
    """A module whose constructor takes no literal."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.linear = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = torch.linalg.qr(self.linear(x))[1]
        return result


class Outer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.inner = Inner(Settings())
        self.out = nn.Linear(8, width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.out(self.inner(x))
        return result


class Around(nn.Module):
    """The smallest module around an op that can be made again is not the innermost."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = Outer(4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.head(self.outer(x))
        return result


class Alone(nn.Module):
    """Ops without a counterpart in the model itself, and in a module that is no extern."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner(Settings())

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.inner(torch.linalg.svdvals(x)[..., None] * x)
        return result
