"""A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..grammar.printable import escaped
from .layer import Init, Layer, hints, options
from .types import TensorType

NO_NAMES: Final[Mapping[str, str]] = {}
_VALUES: Final = ("true", "false", "none")
"""Words that are no texts without quotes."""


_AXES: Final = ("kernel", "size")
"""Settings whose sizes are written with an x: ``3x3``."""
_SECOND: Final = ("end", "max", "max_val", "high", "columns")
"""Settings that need no name behind the first one, with which they make a pair."""


def spell(layer: Layer, *, inits: bool = True, tensors: Mapping[str, str] = NO_NAMES) -> str:
    """A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``. ``tensors`` are the texts of
    the settings that are tensors; those without a text are left out."""
    words: list[str] = []
    places = {name: place for place, name in enumerate(layer.settings)}
    for name, value in layer.given().items():
        if inits or not isinstance(value, Init):
            words += _setting(layer, name, value, tensors, follows=len(words) == places[name])
    return f"{layer.word}({', '.join(words)})" if words else layer.word


def _setting(
    layer: Layer, name: str, value: object, tensors: Mapping[str, str], *, follows: bool
) -> list[str]:
    """The words of one setting. ``follows``: all settings before it are there, so that it may have
    no name."""
    if isinstance(value, TensorType) and name not in tensors:
        return []
    if isinstance(value, tuple) and name == "axes" and layer.open_settings:
        return [f"{axis}={spell_value(size)}" for axis, size in value]
    if isinstance(value, tuple) and layer.variadic and follows:
        return [spell_value(item) for item in value]
    is_option = isinstance(value, str) and value in options(hints(type(layer)).get(name))
    if isinstance(value, TensorType):
        text = tensors[name]
    else:
        text = str(value) if is_option else _spell_setting(name, value)
    return [text if follows and _needs_no_name(layer, name, is_option) else f"{name}={text}"]


def _needs_no_name(layer: Layer, name: str, is_option: bool) -> bool:
    """Whether people write a setting without its name: the first one, unless it is a word
    (``gelu(approximate=tanh)``), and required ones, unless it is an axis (``chunk(2, dim=1)``)."""
    place = list(layer.settings).index(name)
    if place == 0:
        return layer.positional > 0 and (layer.settings[name].required or not is_option)
    is_axis = name == "dim" and layer.category != "embedding"
    required = layer.settings[name].required and not is_axis
    return place < layer.positional and (required or name in _SECOND)


def _spell_setting(name: str, value: object) -> str:
    """The value of a setting. A text has quotes; of lists, only sizes are written with an x."""
    if isinstance(value, str):
        return f'"{escaped(value)}"'
    if name in _AXES or not isinstance(value, tuple | list):
        return spell_value(value)
    return f"[{', '.join(_spell_setting(name, item) for item in value)}]"


def spell_value(value: object) -> str:
    """A setting's value as it is written in a spec."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        plain = value.isidentifier() and value not in _VALUES
        return value if plain else f'"{escaped(value)}"'
    if isinstance(value, Layer):
        return spell(value)
    if isinstance(value, Init):
        settings = ", ".join(f"{k}={spell_value(v)}" for k, v in value.settings)
        return f"{value.name}({settings})" if settings else value.name
    if isinstance(value, tuple | list):
        return _list(value)
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    """``0.1``, ``1e-05``, ``1.0``: all digits, and no text of an int."""
    text = f"{value:g}"
    if float(text) != value:
        return repr(value)
    return f"{text}.0" if text.removeprefix("-").isdecimal() else text


def _list(values: Sequence[object]) -> str:
    if len(values) > 1 and all(type(v) is int and v >= 0 for v in values):
        return "x".join(map(str, values))
    return f"[{', '.join(map(spell_value, values))}]"
