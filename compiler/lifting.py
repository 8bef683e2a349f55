"""From ops of PyTorch to layers: the inverse of ``Layer.lower``.

A layer's class says in ``lifts`` which ops compute what it computes, and which of their arguments
its settings are::

    lifts = (Lift("softmax.int"), Lift("max_pool#d", kernel="kernel_size", pad="padding"))

``backends.importer.lift`` reads these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isinf
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from ..grammar.record import Record, field
from .types import Dtype, TensorType

if TYPE_CHECKING:
    from .layer import Layer


class CannotLift(Exception):
    """An op or module that no layer computes; the text says why."""


class Lift(Record):
    """Ops that a layer computes.

    ``ops`` are their names in ``torch.ops.aten``, separated by spaces, with or without overloads:
    ``softmax.int``. ``#`` is each of 1, 2 and 3, and ``{}`` the layer's word. An op that works in
    place (``relu_``) counts as the one that does not.

    The tensors of the op are piped into the layer. Every other argument fills the setting of its
    name, or the one that ``renamed`` says; an argument that fills none must have its default value
    or be one of ``idle``, which change nothing. ``added`` are settings that the op itself means.
    ``read`` computes settings from a call, or the whole layer.
    """

    ops: str
    read: Reader | None = field(default=None, compare=False)
    added: Mapping[str, Any] = field(default_factory=dict)
    idle: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __init__(
        self,
        ops: str = "{}",
        read: Reader | None = None,
        *,
        added: Mapping[str, Any] | None = None,
        idle: str = "",
        **renamed: str,
    ) -> None:
        self.__dict__.update(
            ops=ops, read=read, added=added or {}, idle=tuple(idle.split()), renamed=renamed
        )

    def names(self, word: str) -> Iterator[str]:
        """The names of the ops, for a layer with this word."""
        for name in self.ops.replace("{}", word).split():
            yield from [name.replace("#", n) for n in "123"] if "#" in name else [name]

    def setting(self, argument: str) -> str:
        """The setting that an argument fills, if the layer has one of that name."""
        return next((ours for ours, theirs in self.renamed.items() if theirs == argument), argument)


class Lifted(Record):
    """A layer, and where its inputs come from.

    ``piped`` and ``tensors``, by the settings that they fill, are arguments of the op, or other
    layers that come before this one. ``weights`` are arguments that the layer has as weights of its
    own, by their names there; ``types`` are the types of these.
    """

    layer: Layer
    piped: tuple[Any, ...] = ()
    tensors: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, TensorType] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The inputs as ``lowering.Input`` counts them."""
        return (*self.piped, *(self.tensors[name] for name in self.layer.tensors()))

    def computed(self, *names: str) -> Lifted:
        """The same with some weights as tensors that are given to the layer."""
        missing = [name for name in names if name not in self.layer.settings]
        if missing:
            raise CannotLift(f"{self.layer.word} does not take its {missing[0]} as a tensor")
        return self.replace(
            layer=self.layer.replace(**{name: self.types[name] for name in names}),
            tensors={**self.tensors, **{name: self.weights[name] for name in names}},
            weights={name: w for name, w in self.weights.items() if name not in names},
        )


class OpCall:
    """One call of an op, and the class of the layer that declares it.

    The arguments have the names of the op's schema; those that are left out have their defaults.
    ``type_of`` gives the type of a tensor, and None for what is no tensor. ``training``: the model
    ran in training.
    """

    def __init__(
        self,
        op: str,
        layer: Any,
        layers: Mapping[str, Any],
        arguments: Mapping[str, Any],
        kinds: Mapping[str, str],
        defaults: Mapping[str, Any],
        type_of: Callable[[Any], TensorType | None],
        *,
        training: bool = False,
    ) -> None:
        self.op = op
        self.layer = layer
        self.layers = layers
        """All layers, by their words."""
        self.arguments = arguments
        self.kinds = kinds
        self.defaults = defaults
        self.type_of = type_of
        self.training = training
        self.read: set[str] = set()
        """The arguments that a reader has looked at."""

    def __contains__(self, name: str) -> bool:
        return name in self.arguments

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self.arguments[name]

    def get(self, name: str) -> Any:
        """An argument; None if the op has none of that name."""
        return self[name] if name in self.arguments else None

    def is_tensor(self, name: str) -> bool:
        value = self.arguments[name]
        return "Tensor" in self.kinds[name] and self.tensor(value) is not None

    def tensor(self, value: Any) -> TensorType | None:
        """The type of a value, or None if it is no tensor."""
        plain = value is None or isinstance(value, bool | int | float | list | tuple)
        return None if plain else self.type_of(value)

    def type(self, name: str) -> TensorType:
        """The type of an argument that is a tensor."""
        found = self.type_of(self.arguments[name])
        assert found is not None, f"{self.op}: {name} is no tensor"
        return found

    def check_training(self, trains: object) -> None:
        """Refuses an op that does outside of training what layers do only there."""
        if trains and not self.training:
            raise CannotLift(f"{self.op} behaves outside of training as layers do in training")

    def made(self, word: str, *piped: Any, **settings: Any) -> Lifted:
        """Another layer: ``call.made("transpose", x, dim0=0, dim1=1)``."""
        return Lifted(self.layers[word](**settings), piped)

    def unchanged(self) -> Lifted:
        """The op's first argument as it is."""
        return self.made("identity", next(iter(self.arguments.values())))

    def infinite(self, value: float, zeros: Lifted | None = None) -> Lifted:
        """Infinite numbers, which a spec cannot write: the logarithms of zeros, or minus these."""
        infinities = self.made("log", zeros or self.made("zeros", shape=()))
        return self.made("neg", infinities) if value > 0 else infinities

    def cast(self, dtype: Dtype, value: Any) -> Lifted:
        if dtype == "complex":
            raise CannotLift("a cast to complex numbers has no counterpart: `complex` makes them")
        return self.made("cast", value, dtype=dtype)


Reader: TypeAlias = "Callable[[OpCall], Mapping[str, Any] | Lifted]"

_DTYPES: Final[Mapping[str, Dtype]] = {
    "torch.float32": "float",
    "torch.int64": "int",
    "torch.int32": "int",
    "torch.bool": "bool",
    "torch.complex64": "complex",
}


def is_infinite(value: object) -> TypeGuard[float]:
    return isinstance(value, float) and isinf(value)


def items_at(dim: int, item: Any) -> tuple[Any, ...]:
    """The items of an index with one for a single axis: ``[:, 0]``."""
    rest = (slice(None),) * (dim if dim >= 0 else -dim - 1)
    return (*rest, item) if dim >= 0 else (..., item, *rest)


def dtype_word(dtype: object) -> Dtype:
    """The language's word for a dtype of PyTorch. Raises CannotLift."""
    if str(dtype) not in _DTYPES:
        name = str(dtype).removeprefix("torch.")
        raise CannotLift(f"the language has float, int and bool, and no {name}")
    return _DTYPES[str(dtype)]
