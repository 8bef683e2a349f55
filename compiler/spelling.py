"""A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..grammar.printable import escaped
from .layer import Init, Layer
from .types import TensorType

_VALUES: Final = ("true", "false", "none")
"""Words that are no texts without quotes."""


def spell(layer: Layer, *, inits: bool = True) -> str:
    """A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``."""
    given = {k: v for k, v in layer.given().items() if inits or not isinstance(v, Init)}
    words = [word for name, value in given.items() for word in _setting(layer, name, value)]
    return f"{layer.word}({', '.join(words)})" if words else layer.word


def _setting(layer: Layer, name: str, value: object) -> Iterator[str]:
    """The words of one setting: the first and the required settings have no names, tensors no
    words."""
    place = list(layer.settings).index(name)
    if isinstance(value, TensorType):
        return
    if place == 0 and layer.variadic and isinstance(value, tuple):
        yield from map(spell_value, value)
    elif place < layer.positional and (place == 0 or layer.settings[name].required):
        yield spell_value(value)
    else:
        yield f"{name}={spell_value(value)}"


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
