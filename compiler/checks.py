"""Checks that many layers share: dtypes, ranks, and sizes that must be numbers."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import ClassVar

from .dims import Dim, Size
from .layer import Layer, Made, Refused, Sizes, short
from .types import Dtype, TensorType

_PLURAL: Mapping[Dtype, str] = {
    "float": "floats",
    "int": "ints",
    "bool": "bools",
    "complex": "complex numbers",
}

SPATIAL_AXES: Mapping[int, tuple[str, ...]] = {
    1: ("N", "C", "T"),
    2: ("N", "C", "H", "W"),
    3: ("N", "C", "D", "H", "W"),
}
"""Axis names by the number of axes after the channels."""


def need(layer: Layer, x: TensorType, *dtypes: Dtype, input: int = 0) -> None:
    """Refuses an input whose dtype is not among these (by default float)."""
    wanted = dtypes or ("float",)
    if x.dtype in wanted:
        return
    names = " or ".join(_PLURAL[d] for d in wanted)
    help = [f"`cast({wanted[0]})` makes it {_PLURAL[wanted[0]]}"]
    if x.dtype == "int" and wanted == ("float",):
        help.append("`embedding(count, dim)` turns indices into vectors")
    raise Refused(
        f"{layer.word} needs {names}, got {_PLURAL[x.dtype]}: {x}",
        code="E303",
        input=input,
        help=help,
    )


def spatial(layer: Layer, x: TensorType, least: int = 1, most: int = 3) -> int:
    """How many axes follow the channels: 1 for a sequence, 2 for an image, 3 for a volume."""
    rank = x.rank - 2
    if least <= rank <= most:
        return rank
    forms = [f"[{', '.join(SPATIAL_AXES[r])}]" for r in range(least, most + 1)]
    listed = forms[0] if len(forms) == 1 else f"{', '.join(forms[:-1])} or {forms[-1]}"
    help: tuple[str, ...] = ()
    if x.rank == 2:
        help = (f"`unflatten(1, [c, h, w]) > {layer.word}` splits the flat axis",)
    raise Refused(f"{layer.word} needs {listed}, got {x}", input=0, help=help)


def at_least(least: int, **settings: Dim | tuple[Dim | None, ...] | None) -> None:
    """Refuses settings with a size below ``least``."""
    for name, value in settings.items():
        for size in value if isinstance(value, tuple) else (value,):
            if size is not None and short(size, least):
                raise Refused(f"{name} must be at least {least}, got {size}", setting=name)


def scaled(size: Dim, factor: float) -> Dim | None:
    """``floor(size * factor)`` as PyTorch computes it, in floats. None for a symbolic size if the
    result has no exact expression (``0.3 * T``)."""
    if isinstance(size, int):
        return floor(size * factor)
    numerator, denominator = float(factor).as_integer_ratio()
    return size * numerator // denominator if denominator <= 1024 else None


def need_known(layer: Layer, **sizes: Dim | tuple[Dim, ...]) -> None:
    """Refuses, when lowering, sizes that the module's constructor needs as numbers and that only
    the input of the running module will tell."""
    for name, value in sizes.items():
        open_sizes = [d for d in _each(value) if not isinstance(d, int)]
        if open_sizes:
            raise Refused(
                f"{layer.word} needs its {name} when the module is built, and {open_sizes[0]} "
                "is known only when it runs",
                code="E401",
                input=0,
                help="give the input's shape: `input(3x224x224)`, or `--input 3x224x224`",
            )


def outside(made: Made | None, index: TensorType, size: Dim) -> tuple[Dim, Dim] | None:
    """The least and the largest of indices that count from the front of an axis, if some of them
    are known to lie outside of it; else None."""
    reach = made.reach(index) if made is not None else None
    if reach is not None and (short(reach[0], 0) or short(size, reach[1] + 1)):
        return reach
    return None


def all_known(*values: object) -> bool:
    """Whether the values have no symbolic size, so that a constructor can take them."""
    return not any(
        isinstance(d, Size)
        for value in values
        for d in (value if isinstance(value, tuple) else (value,))
    )


def _each(value: Dim | tuple[Dim, ...]) -> tuple[Dim, ...]:
    return value if isinstance(value, tuple) else (value,)


def times(sizes: object) -> str:
    """``(3, 3)`` as ``3×3``, for captions."""
    return "×".join(map(str, sizes)) if isinstance(sizes, tuple) else str(sizes)


class Windowed(Layer):
    """A layer whose windows slide over the axes after the channels, as many as the input has."""

    spatial_settings: ClassVar[tuple[str, ...]] = ("kernel", "stride", "pad", "dilation")

    @property
    def assumed(self) -> tuple[str, ...]:  # type: ignore[override]
        """Axis names for the rank that a setting such as ``3x3`` shows; () if none does."""
        for name in self.spatial_settings:
            value: Sizes | None = getattr(self, name, None)
            if isinstance(value, tuple):
                return SPATIAL_AXES.get(len(value), ())
        return ()
