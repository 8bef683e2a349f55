"""What is known about the inputs of a net. It grows from one attempt to elaborate it to the
next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...grammar.record import Record
from ..dims import Dim, substitute, symbol
from ..types import Dtype, TensorType


class Knowledge(Record):
    """``inputs`` are the types of inputs that declare no shape, ``bound`` the values of open sizes
    that were found, ``free`` the sizes that the spec does not name: they may still be bound."""

    inputs: Mapping[str, TensorType]
    bound: Mapping[str, Dim]
    free: frozenset[str]

    def with_input(self, port: str, axes: Sequence[str], dtype: Dtype) -> Knowledge:
        """The knowledge after a layer needed the rank of an input: the input has these axes."""
        names = [axis if axis not in self.free else f"{axis}_{port}" for axis in axes[1:]]
        kind = TensorType((symbol("N"), *map(symbol, names)), dtype)
        return self.replace(inputs={**self.inputs, port: kind}, free=self.free.union(names))

    def with_sizes(self, values: Mapping[str, Dim]) -> Knowledge:
        """The knowledge after open sizes were found to have these values."""
        news = {name: substitute(value, self.bound) for name, value in values.items()}
        return self.replace(bound={n: substitute(v, news) for n, v in self.bound.items()} | news)


NOTHING = Knowledge({}, {}, frozenset())


class Learnt(Exception):
    """Something new about the inputs is known: the attempt starts again."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self.knowledge = knowledge
