"""Distances between tensors (torch.nn.CosineSimilarity, PairwiseDistance)."""

from __future__ import annotations

from typing import ClassVar

from ..checks import need
from ..layer import Example, Foreign, Layer, Nonnegative, axis
from ..lifting import Lift
from ..lowering import Lowering, module
from ..types import Shape, TensorType
from .operands import common_shape


class _Distance(Layer):
    """Base: a distance of two tensors that broadcast to one shape."""

    category = "math"
    arity = (2, 2)
    positional = 0
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    def common(self, a: TensorType, b: TensorType) -> Shape:
        need(self, a)
        need(self, b, input=1)
        return common_shape(self.word, (a, b))


class CosineSimilarity(_Distance):
    """The cosine of the angle between two tensors along axis ``dim``, which is removed.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
    """

    word = "cosine_similarity"
    foreign = (Foreign("CosineSimilarity", "dim eps"),)
    examples = (
        Example("cosine_similarity", "64", "64"),
        Example("cosine_similarity(dim=-1)", "12x64", "1x64"),
    )

    dim: int = 1
    eps: Nonnegative = 1e-8

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        shape = self.common(a, b)
        at = axis(self.dim, len(shape))
        return a.with_shape(*shape[:at], *shape[at + 1 :])

    def lower(self, *_: TensorType) -> Lowering:
        return module("nn.CosineSimilarity", **self.given())


class PairwiseDistance(_Distance):
    """The ``p``-norm of the difference of two tensors over the last axis.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
    """

    word = "pairwise_distance"
    foreign = (Foreign("PairwiseDistance", "p eps keepdim"),)
    examples = (
        Example("pairwise_distance", "64", "64"),
        Example("pairwise_distance(p=1, keepdim=true)", "12x64", "1x64"),
    )

    p: float = 2.0
    eps: float = 1e-6
    keepdim: bool = False

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        shape = self.common(a, b)
        return a.with_shape(*shape[:-1], *((1,) if self.keepdim else ()))

    def lower(self, *_: TensorType) -> Lowering:
        return module("nn.PairwiseDistance", **self.given())
