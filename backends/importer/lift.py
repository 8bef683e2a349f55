"""Layers for ops and modules of PyTorch, found by the declarations ``Layer.lifts``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from ...compiler.dims import Size
from ...compiler.layer import Computable, Layer, conforms, hints, takes
from ...compiler.layers import layers
from ...compiler.lifting import CannotLift, Lift, Lifted, OpCall, dtype_word
from ...compiler.lowering import means
from ...compiler.types import TensorType

_NO_EFFECT: Final = (
    *("layout", "device", "pin_memory", "memory_format", "non_blocking", "copy", "generator"),
    *("cudnn_enable", "cudnn_enabled", "requires_grad"),
)
"""Arguments that say where a tensor lies and how it is computed, not what it is."""
_WEIGHTS: Final = ("weight", "bias", "running_mean", "running_var")
_COLLAPSED: Final = frozenset(["stride", "pad", "dilation", "output_pad", "size"])
"""Settings that a spec writes as one size if all axes have the same."""


@cache
def declared_ops() -> Mapping[str, Sequence[tuple[type[Layer], Lift]]]:
    """The layers that declare each op."""
    table: dict[str, list[tuple[type[Layer], Lift]]] = {}
    for layer in dict.fromkeys(layers()[word] for word in layers()):
        for lift in layer.lifts:
            if "{}" in lift.ops or "lifts" in layer.__dict__:
                for op in lift.names(layer.word):
                    table.setdefault(op, []).append((layer, lift))
    return table


def lift_op(
    target: str,
    schema: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    type_of: Callable[[Any], TensorType | None],
    *,
    training: bool = False,
) -> Lifted | None:
    """The layer for a call of an op, ``aten.softmax.int``; None if no layer declares the op. Raises
    CannotLift if one does and has no counterpart for an argument.

    ``args`` and ``kwargs`` may hold anything in the place of tensors and sizes. ``type_of`` gives
    the type of a tensor, and None for a size. ``training`` says in which mode the model ran.
    """
    op = target.removeprefix("aten.")
    declared = list(_candidates(op))
    refusal: CannotLift | None = None
    for layer, lift in declared:
        call = _bound(op, layer, schema, args, kwargs, type_of)
        call.training = training
        try:
            return _lifted(layer, lift, call)
        except CannotLift as reason:
            refusal = refusal or reason
    if refusal is not None:
        raise refusal
    return None


def _candidates(op: str) -> Iterator[tuple[type[Layer], Lift]]:
    """The layers that declare an op, with its overload or without, in place or not."""
    base, _, overload = op.partition(".")
    bases = [base]
    if base.endswith("_") and not base.endswith("__"):
        bases.append(base[:-1])
    for name in bases:
        yield from declared_ops().get(f"{name}.{overload}", ())
        yield from declared_ops().get(name, ())


def _bound(
    op: str,
    layer: type[Layer],
    schema: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    type_of: Callable[[Any], TensorType | None],
) -> OpCall:
    names = [argument.name for argument in schema.arguments]
    defaults = {a.name: a.default_value for a in schema.arguments if a.has_default_value()}
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    arguments = {name: given[name] if name in given else defaults.get(name) for name in names}
    kinds = {argument.name: str(argument.type) for argument in schema.arguments}
    return OpCall(op, layer, layers(), arguments, kinds, defaults, type_of)


def _check_batch(call: OpCall) -> None:
    """Refuses an op of images, say, that takes one without a batch."""
    axes = re.search(r"([123])d(_|\.|$)", call.op)
    first = call.tensor(next(iter(call.arguments.values())))
    if axes is not None and first is not None and first.rank != int(axes[1]) + 2:
        raise CannotLift(f"{call.op} takes {first} here, which has no batch or no channels")


def _lifted(layer: type[Layer], lift: Lift, call: OpCall) -> Lifted:
    _check_batch(call)
    reading = lift.read(call) if lift.read is not None else {}
    if isinstance(reading, Lifted):
        return reading
    settings = {**lift.added, **reading}
    filling = _Filling(layer, lift, call, settings)
    for name in call.arguments:
        filling.take(name)
    settings = filling.settings | settings
    required = [s.name for s in layer.settings.values() if s.required and s.name not in settings]
    if required:
        raise CannotLift(f"{call.op} does not say the {required[0]} of {layer.word}")
    values = {name: _value(layer, name, value) for name, value in settings.items()}
    given = {n: v for n, v in values.items() if not is_default(layer, n, v)}
    return filling.lifted(layer(**given))


class _Filling:
    """Sorts the arguments of a call: tensors are piped or fill settings, weights are the layer's
    own, and numbers are settings."""

    def __init__(
        self, layer: type[Layer], lift: Lift, call: OpCall, known: Mapping[str, Any]
    ) -> None:
        self.layer, self.lift, self.call, self.known = layer, lift, call, known
        self.settings: dict[str, Any] = {}
        self.piped: list[Any] = []
        self.tensors: dict[str, Any] = {}
        self.weights: dict[str, Any] = {}
        self.types: dict[str, TensorType] = {}

    def take(self, name: str) -> None:
        value, setting = self.call.arguments[name], self.lift.setting(name)
        if name in self.lift.idle:
            self.call.check_training(name in ("train", "training") and value)
            return
        if issubclass(self.layer, Computable) and name in _WEIGHTS:
            self.take_weight(name, value)
        elif self.call.is_tensor(name):
            self.take_tensor(name, setting, value)
        elif "Tensor" in self.call.kinds[name] and isinstance(value, list | tuple):
            self.piped += value
        elif name in self.call.read:
            return
        elif setting in self.layer.settings:
            if value is not None or conforms(None, hints(self.layer)[setting]):
                self.settings[setting] = self.plain(value)
        else:
            self.leave(name, value)

    def take_weight(self, name: str, value: Any) -> None:
        """A weight is the layer's own, or a tensor that is given to it if the reader says so."""
        if isinstance(self.known.get(name), TensorType):
            self.tensors[name] = value
        elif value is not None:
            self.weights[name] = value
            self.types[name] = self.call.type(name)
        elif name == "bias" and takes(hints(self.layer).get(name), bool):
            self.settings[name] = False

    def take_tensor(self, name: str, setting: str, value: Any) -> None:
        hint = hints(self.layer).get(setting)
        if setting != "other" and hint is not None and takes(hint, TensorType):
            self.settings[setting] = self.call.type(name)
            self.tensors[setting] = value
        else:
            self.piped.append(value)

    def plain(self, value: Any) -> Any:
        """A value, with the language's words for dtypes."""
        return dtype_word(value) if str(value).startswith("torch.") else value

    def leave(self, name: str, value: Any) -> None:
        """Passes over an argument that no setting has. Raises CannotLift if it changes the
        result."""
        if name in _NO_EFFECT or (name == "dtype" and self.keeps(value)):
            return
        default = self.call.defaults.get(name)
        if value is not None and _tuples(value) != _tuples(default):
            raise CannotLift(f"{self.layer.word} has no counterpart for {name}={value}")

    def keeps(self, dtype: object) -> bool:
        """Whether a dtype is that of the first input, which a cast before the layer may give it. A
        source without a setting for it makes floats."""
        if dtype is None:
            return True
        wanted = dtype_word(dtype)
        if not self.piped:
            return wanted == "float"
        x = self.call.type_of(self.piped[0])
        assert x is not None
        if x.dtype != wanted:
            self.piped[0] = self.call.cast(wanted, self.piped[0])
        return True

    def lifted(self, layer: Layer) -> Lifted:
        return Lifted(layer, tuple(self.piped), self.tensors, self.weights, self.types)


def _value(layer: type[Layer], name: str, value: Any) -> Any:
    """A setting's value as a spec has it: ``1`` for ``[1, 1]``."""
    value = _tuples(value)
    if isinstance(value, tuple) and value:
        single = len(value) == 1 and takes(hints(layer)[name], int)
        if single or (name in _COLLAPSED and all(_same(v, value[0]) for v in value)):
            return value[0]
    return value


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, int | Size) and isinstance(b, int | Size) and a == b)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def is_default(layer: type[Layer], name: str, value: Any) -> bool:
    """Whether a value is the default, as a number of any kind: 1 for 1.0, but not true."""
    default = layer.settings[name].default
    if isinstance(value, bool) or isinstance(default, bool) or not isinstance(value, int | float):
        return value is default or (type(value) is type(default) and bool(value == default))
    return isinstance(default, int | float) and means(value, default)
