"""Functions that layers with several operands share: promotion, broadcasting, names of axes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from ..dims import equal
from ..formulas import Formula, Number, code
from ..layer import Layer, Refused, axis, broadcast
from ..lowering import Code, Input
from ..types import Dtype, Shape, TensorType

Operand: TypeAlias = Number | TensorType

_RANKING: Final[tuple[Dtype, ...]] = ("bool", "int", "float", "complex")
_AXES: Final[dict[int, tuple[str, ...]]] = {
    2: ("the batch", "the last axis"),
    3: ("the batch", "axis 1", "the last axis"),
    4: ("the batch", "channels", "height", "width"),
    5: ("the batch", "channels", "depth", "height", "width"),
}


# --- dtypes ----------------------------------------------------------------------------------


def dtype_of(operand: Operand) -> Dtype:
    if isinstance(operand, TensorType):
        return operand.dtype
    if isinstance(operand, bool):
        return "bool"
    return "float" if isinstance(operand, float | Formula) else "int"


def promote(*operands: Operand) -> Dtype:
    """torch.result_type: of bool, int, float and complex the highest wins, numbers included."""
    return max(map(dtype_of, operands), key=_RANKING.index)


def need_float(word: str, x: TensorType, input: int | None = 0) -> None:
    if x.dtype != "float":
        raise Refused(
            f"{word} needs floats, got {x.dtype}s", code="E303", input=input, help="`cast(float)`"
        )


def refuse_bool(word: str, *operands: Operand, help: str = "`cast(float)` or `cast(int)`") -> None:
    if any(dtype_of(o) == "bool" for o in operands):
        raise Refused(f"{word} is not defined for bools", code="E303", help=help)


def need_room(x: TensorType, value: Number, setting: str) -> None:
    """PyTorch converts a number to an int tensor's dtype, and raises where 64 bits do not hold it.

    Infinities and NaN do not fit either. Floats take every number.
    """
    if x.dtype == "int" and isinstance(value, Formula):
        raise Refused(
            f"{value} depends on an open size, and may not fit in an int",
            code="E303",
            setting=setting,
            help="`cast(float)` before it",
        )
    if x.dtype == "int" and isinstance(value, float) and not -(2.0**63) <= value < 2.0**63:
        raise Refused(
            f"{value} does not fit in an int of 64 bits",
            code="E303",
            setting=setting,
            help="`cast(float)` before it",
        )


# --- axes ------------------------------------------------------------------------------------

_ASSUMED: Final[dict[int, tuple[str, ...]]] = {
    0: ("N", "D"),
    1: ("N", "D"),
    2: ("N", "D"),
    3: ("N", "T", "D"),
    4: ("N", "C", "H", "W"),
    5: ("N", "C", "D", "H", "W"),
}


class Axial(Layer):
    """Base: the settings name axes, which show the least rank of an input of unknown shape."""

    @property
    def assumed(self) -> tuple[str, ...]:  # type: ignore[override]
        return _ASSUMED.get(self.least_rank(), ())

    def least_rank(self) -> int:
        """The least rank with all the axes that the settings name."""
        values = (getattr(self, name) for name in self.settings if name in _AXIS_SETTINGS)
        dims = [d for v in values for d in (v if isinstance(v, tuple) else (v,)) if d is not None]
        return max((d + 1 if d >= 0 else -d for d in dims), default=0)


_AXIS_SETTINGS: Final = ("dim", "dims", "dim0", "dim1", "dim2", "source", "destination")


# --- shapes ----------------------------------------------------------------------------------


def common_shape(word: str, types: Iterable[TensorType]) -> Shape:
    """The shape that all broadcast to. Raises Refused, naming the axes that differ."""
    shapes = [t.shape for t in types]
    shape = broadcast(*shapes)
    if shape is None:
        raise Refused(
            f"{word} needs tensors of one shape",
            code="E302",
            detail=f"got {listed(shapes)}: {_difference(shapes)}",
            help=_remedy(shapes),
        )
    return shape


def listed(shapes: Iterable[Shape]) -> str:
    """``[N, 3] and [N, 4]``."""
    return conjunction([str(TensorType(s)) for s in shapes])


def conjunction(words: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def axis_name(index: int, rank: int) -> str:
    """The usual name of an axis: ``height``."""
    return _AXES[rank][index] if rank in _AXES else f"axis {index}"


def _clashes(shapes: list[Shape]) -> list[int]:
    """The axes, counted from the right (-1, -2), whose sizes do not broadcast."""
    axes = []
    for i in range(-max(map(len, shapes)), 0):
        sizes = [s[i] for s in shapes if len(s) >= -i and s[i] != 1]
        if any(equal(a, b) is False for a in sizes for b in sizes):
            axes.append(i)
    return axes


def _difference(shapes: list[Shape]) -> str:
    rank = len(shapes[0])
    clashes = _clashes(shapes)
    if all(len(s) == rank for s in shapes):
        return f"they differ in {conjunction([axis_name(rank + i, rank) for i in clashes])}"
    at = clashes[-1]
    sizes = dict.fromkeys(str(s[at]) for s in shapes if len(s) >= -at and s[at] != 1)
    return f"axes are matched from the right, and {conjunction(list(sizes))} meet in axis {at}"


def _remedy(shapes: list[Shape]) -> str | tuple[()]:
    """The help that the shapes alone suggest. (If images differ in size, the elaborator looks for
    the convolution that lost the border.)"""
    a, b = sorted(shapes[:2], key=len)
    if len(a) < len(b):
        missing = len(b) - len(a)
        if len(a) > 1 and all(equal(x, y) is not False for x, y in zip(a, b, strict=False)):
            index = ", ".join([":"] * len(a) + ["none"] * missing)
            return f"`[{index}]` on [{', '.join(map(str, a))}] adds the missing axes"
        return ()
    clashes = _clashes([shapes[0], shapes[1]])
    if len(a) in (4, 5) and clashes == [1 - len(a)]:
        kernel = "x".join("1" * (len(a) - 2))
        return f"`conv({kernel}, {shapes[0][1]})` on the second gives it that many channels"
    for which, large, small in (("first", shapes[0], shapes[1]), ("second", shapes[1], shapes[0])):
        stride = _stride(large[2:], small[2:]) if len(a) in (4, 5) else None
        if stride is not None:
            kernel = "x".join("1" * (len(a) - 2))
            return f"`conv({kernel}, {small[1]}, stride={stride})` on the {which} makes it as small"
    if clashes == [-1]:
        return f"`linear({shapes[0][-1]})` on the second gives it the size of the first"
    return ()


def _stride(large: Shape, small: Shape) -> int | None:
    """The stride that makes the large sizes as small as the others, or None if there is none."""
    strides = {
        a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else 1
        for a, b in zip(large, small, strict=True)
    }
    return strides.pop() if len(strides) == 1 and 1 not in strides else None


def reduced_axes(dim: int | tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """The axes that ``dim=`` names; None names all. Raises Refused for an axis that is named twice
    or does not exist."""
    if dim is None:
        return tuple(range(rank))
    # PyTorch lets a tensor without axes be reduced over axis 0.
    axes = tuple(axis(d, max(rank, 1)) for d in (dim if isinstance(dim, tuple) else (dim,)))
    if not axes:
        raise Refused(
            "dim is empty", setting="dim", help="`dim=none` means all axes, the batch included"
        )
    twice = next((d for i, d in enumerate(axes) if d in axes[:i]), None)
    if twice is not None:
        raise Refused(f"dim names axis {twice} twice", setting="dim")
    return axes


# --- lowering --------------------------------------------------------------------------------


def setting_code(layer: Layer, name: str, piped: int) -> Code:
    """A setting as code: an input if it is a tensor, else the number."""
    tensors = layer.tensors()
    if name in tensors:
        return Input(piped + tensors.index(name))
    return code(getattr(layer, name))


def plain(dim: int | tuple[int, ...]) -> Code:
    """``(1,)`` as ``1``, the way PyTorch code is written."""
    return dim[0] if isinstance(dim, tuple) and len(dim) == 1 else dim


def brief(value: Number) -> str:
    """A number in a caption."""
    return f"{value:g}" if isinstance(value, float) else str(value)
