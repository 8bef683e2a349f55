"""The PyTorch form of a layer as data, which ``backends.pytorch`` prints as source.

A lowering has a module to construct (``self.conv1 = nn.Conv2d(...)``), or none, and the
expression that its call is in ``forward``. Values inside may be Python literals (numbers, strings,
bools, None), tuples and lists of values, sizes (``Dim``; symbolic ones print as expressions over
input shapes), and the expression nodes below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from ..grammar.record import Exact, Record, typed

Code: TypeAlias = Any  # a literal, Dim, tuple, list, or one of the expression nodes below


class Input(Record):
    """The layer's input number ``index``: piped tensors first, then tensor settings by field."""

    index: int


class Self(Record):
    """The layer's own module (``self.conv1``), for ``Attr(Self(), "weight")``."""


class Raw(Record):
    """Source text: ``torch.float32``."""

    text: str


class Device(Raw):
    """The device to make a tensor on: ``x.device`` of the graph's first input, else ``device``,
    which its caller gives. A net without inputs asks its weights; if it has none either, this is
    ``None``, PyTorch's default device."""

    text: str = "None"


class Imported(Record):
    """A class or function of Python's own, as ``module:name``. The file imports it."""

    target: str


class CallCode(Exact):
    """``function(*args, **kwargs)``; ``function`` is a dotted name or an expression."""

    function: Code
    args: tuple[Code, ...] = ()
    kwargs: tuple[tuple[str, Code], ...] = ()


class Attr(Exact):
    """``value.name``; with ``CallCode`` a method: ``CallCode(Attr(Input(0), "flatten"), (1,))``."""

    value: Code
    name: str


class Infix(Exact):
    """``left operator right``; the printer adds parentheses if precedence needs them."""

    operator: str
    left: Code
    right: Code


class Prefix(Exact):
    """``operator operand``: ``-x``, ``~mask``."""

    operator: str
    operand: Code


class Subscript(Exact):
    """``value[items]``; items may be ``slice`` objects, ``...``, None and values."""

    value: Code
    items: tuple[Code, ...]


class Helper(Record):
    """A class or function that the generated file defines once, because PyTorch lacks it.

    ``source`` is its whole text, formatted for the file. It has no imports of its own: the file
    imports ``math``, ``torch``, ``Tensor``, ``nn`` and ``F`` (torch.nn.functional).
    """

    name: str
    source: str


class Lowering(Exact):
    """``module`` is the constructor call or None; ``forward`` the expression of the call.

    ``forward`` defaults to calling the module on all inputs: ``self.conv1(x)``. ``helpers`` are
    the definitions that either mentions. ``inplace_safe`` needs no mention: nothing is in place.
    """

    module: CallCode | None = None
    forward: Code | None = None
    helpers: tuple[Helper, ...] = ()
    function: Code | None = None
    """The same expression without the module, where that holds no state: ``torch.relu(x)``. Written
    where the spec gives the layer no name."""
    nested: tuple[int | tuple[int, ...], ...] = ()
    """How the results are nested: ``(0, (1, 2))`` for ``y, (h, c) = ...``; flat by default."""


def call(function: str, *args: Code, **kwargs: Code) -> CallCode:
    return CallCode(function, args, tuple(kwargs.items()))


def method(value: Code, name: str, *args: Code, **kwargs: Code) -> CallCode:
    return CallCode(Attr(value, name), args, tuple(kwargs.items()))


def module(
    name: str, *args: Code, _given: Mapping[str, tuple[Code, Code]] | None = None, **kwargs: Code
) -> Lowering:
    """A module called on all its inputs. ``_given`` maps a keyword to (value, PyTorch's default)
    and keeps what differs: ``_given={"stride": (self.stride, 1)}``."""
    return Lowering(CallCode(name, args, tuple((kwargs | given(**(_given or {}))).items())))


def function(name: str, *args: Code, **kwargs: Code) -> Lowering:
    """A function of the inputs: ``function("torch.cat", [Input(0), Input(1)], dim=1)``."""
    return Lowering(forward=call(name, *args, **kwargs))


def given(**settings: tuple[Code, Code]) -> dict[str, Code]:
    """The settings whose values differ from PyTorch's defaults."""
    return {k: value for k, (value, default) in settings.items() if not means(value, default)}


def means(value: Code, default: Code) -> bool:
    """Whether PyTorch takes a value as its default: 1 for 1.0, but not -0.0 for 0."""
    return bool(value == default) and (value != 0 or typed(value) != _BELOW_ZERO)


_BELOW_ZERO: Final = typed(-0.0)
