"""Where the evaluator's weights come from, and how a layer asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import torch
from torch import Tensor

from .scopes import Leaf, Refused, T

LARGEST = 2**18
OFFSETS = 2**15


@cache
def _pool(seed: int) -> Tensor:
    return torch.randn(LARGEST + OFFSETS, generator=torch.Generator().manual_seed(seed))


class Weights:
    """Where weights come from: made up at the first run, the same again at the next."""

    def __init__(self, seed: int = 0) -> None:
        self.pool = _pool(seed)
        self.made: list[Tensor] = []
        self.next = 0
        self.offset = 0

    def again(self) -> None:
        self.next = 0

    def take(self, shape: tuple[int, ...], start: float | None) -> Tensor:
        if self.next == len(self.made):
            self.made.append(self._new(shape, start))
        weight = self.made[self.next]
        self.next += 1
        if weight.shape != shape:
            raise Refused(f"a weight is {tuple(weight.shape)} in one run, {shape} in another")
        return weight

    def _new(self, shape: tuple[int, ...], start: float | None) -> Tensor:
        size = math.prod(shape)
        if start == 0:
            return torch.zeros(shape, dtype=torch.int64)
        if size > LARGEST:
            raise Refused(f"a weight of {shape} is too large for a test")
        self.offset = (self.offset + 97) % OFFSETS
        values = self.pool[self.offset : self.offset + size].reshape(shape)
        fan = math.prod(shape[1:])
        return values.abs() + 0.5 if start else values * (1 / math.sqrt(fan) if fan > 1 else 0.7)


class Counter:
    """A unit without weights: it counts multiplications."""

    macs = 0

    def count(self, macs: int) -> None:
        self.macs += macs


class WeightedUnit(Counter):
    """A layer's weights, made up at its first use. ``given`` are tensors in their place: those of
    other layers are the layer's own weights too."""

    def __init__(self, weights: Weights, leaf: Leaf, given: Mapping[str, T]) -> None:
        self.weights, self.leaf, self.given = weights, leaf, given

    def has(self, name: str) -> bool:
        return name in self.given

    def weight(self, name: str, *shape: int) -> Tensor:
        weight = self._given(name) if name in self.given else self._own(name, shape)
        if weight.shape != shape:
            raise Refused(f"one instance, and weights of {tuple(weight.shape)} and {shape}")
        return weight

    def _given(self, name: str) -> Tensor:
        tensor = self.given[name]
        if tensor.weight is not None:
            self.leaf.weights[name] = tensor.weight
        return tensor.value

    def _own(self, name: str, shape: tuple[int, ...]) -> Tensor:
        if name not in self.leaf.weights:
            self.leaf.weights[name] = self.weights.take(shape, None)
        return self.leaf.weights[name]

    def buffer(self, name: str, *shape: int, start: float | None = None) -> Tensor:
        if name not in self.leaf.weights:
            self.leaf.weights[name] = self.weights.take(shape, start)
            self.leaf.buffers.add(name)
        return self.leaf.weights[name]
