"""A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    given = {k: v for k, v in layer.given().items() if inits or not isinstance(v, Init)}
    words: list[str] = []
    for name, value in given.items():
        behind = len(words) == list(layer.settings).index(name)
        words += _setting(layer, name, value, tensors, behind=behind)
    return f"{layer.word}({', '.join(words)})" if words else layer.word


def _setting(
    layer: Layer, name: str, value: object, tensors: Mapping[str, str], *, behind: bool
) -> Iterator[str]:
    """The words of one setting. The first and the required settings have no names if all settings
    before them are there: ``behind``."""
    if isinstance(value, TensorType):
        if name not in tensors:
            return
        text = tensors[name]
    elif name == "axes" and layer.open_settings and isinstance(value, tuple):
        yield from (f"{axis}={spell_value(size)}" for axis, size in value)
        return
    elif layer.variadic and behind and isinstance(value, tuple):
        yield from map(spell_value, value)
        return
    else:
        text = _spell_sizes(name, value)
        if isinstance(value, str) and value not in options(hints(type(layer)).get(name)):
            text = f'"{escaped(value)}"'
    first = list(layer.settings).index(name) == 0
    bare = first or layer.settings[name].required or name in _SECOND
    if behind and bare and list(layer.settings).index(name) < layer.positional:
        yield text
    else:
        yield f"{name}={text}"


def _spell_sizes(name: str, value: object) -> str:
    """The value of a setting; of all lists, only sizes are written with an x."""
    if name in _AXES or not isinstance(value, tuple | list):
        return spell_value(value)
    return f"[{', '.join(_spell_sizes(name, item) for item in value)}]"


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
