"""How things look and read: colours by category, sizes and counts as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...compiler.dims import Dim, Size, known_part, unknowns
from ...compiler.layer import Init, Layer
from ...compiler.spelling import spell_value
from ...compiler.types import TensorType
from .picture import Kind, LineMark


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of a category. Text on ``fill`` has a contrast of at least 13.9:1, ``line`` on white
    of 5:1; ``word`` is the colour of text in a strip, 7:1 on its fill."""

    fill: str
    line: str
    name: str
    word: str = "#374151"


PAINTS: Final[dict[Kind, Paint]] = {
    "io": Paint("#F3F4F6", "#4B5563", "input and output"),
    "conv": Paint("#DCEBFA", "#0B5CAD", "convolution"),
    "norm": Paint("#E9F5E9", "#2E7D32", "norm", "#14532D"),
    "activation": Paint("#FDF0D5", "#B45309", "activation", "#7C2D12"),
    "pool": Paint("#F6DDE8", "#A2306B", "pooling"),
    "linear": Paint("#E7E0F7", "#5B3FA8", "linear"),
    "attention": Paint("#D9F3EF", "#0F766E", "attention"),
    "embedding": Paint("#EDE7E0", "#6B4F2A", "embedding"),
    "recurrent": Paint("#E3E6FB", "#3730A3", "recurrent"),
    "shape": Paint("#FFFFFF", "#5B6472", "shape"),
    "math": Paint("#FFFFFF", "#374151", "arithmetic"),
    "source": Paint("#F1F5D8", "#4D6210", "parameter or constant"),
    "extern": Paint("#FFF3A3", "#6B5E00", "extern"),
    "other": Paint("#F3F4F6", "#374151", "other"),
    "block": Paint("#F3F6FB", "#0B5CAD", "block"),
    "failed": Paint("#FEE2E2", "#B91C1C", "error"),
    "added": Paint("#DCFCE7", "#15803D", "+ added", "#14532D"),
    "removed": Paint("#FEE2E2", "#B91C1C", "− removed", "#7F1D1D"),
    "changed": Paint("#FEF3C7", "#B45309", "~ changed: old → new", "#78350F"),
    "same": Paint("#FFFFFF", "#5B6472", "as before"),
}

CHANGES: Final[frozenset[str]] = frozenset({"added", "removed", "changed"})
SIGNS: Final = {"added": "+", "removed": "−", "changed": "~"}
MARKS: Final[tuple[LineMark, ...]] = ("failed", "added", "removed")
"""The marks that a line may have."""

HEAT: Final = ("#FFFFFF", "#FFF4DE", "#FFE8BF", "#FFDCA3", "#FFD08A")
"""Fills from the least to the most costly; text on the darkest has a contrast of 12:1."""

INK: Final = "#0B1220"
SOFT: Final = "#374151"
FAINT: Final = "#4B5563"
WIRE: Final = "#4B5563"
SKIP: Final = "#B45309"
BADGE: Final = "#B91C1C"
SHEET: Final = "#9CA3AF"

UNSAID: Final = {"stride": "1", "dilation": "1", "groups": "1"}
"""The values of settings that a caption leaves out."""


def wall(kind: Kind) -> str:
    """The line around a cluster."""
    return PAINTS[kind].line if kind == "attention" else SHEET


def heat(cost: int, most: int) -> str:
    """The fill of a cost. It goes by the square root of the share, so that a tenth of the most
    still has a colour."""
    share = (cost / most) ** 0.5 if most else 0.0
    return HEAT[min(len(HEAT) - 1, round(share * (len(HEAT) - 1)))]


def dim(size: Dim) -> str:
    """A size as pictures write it: ``H/2``, ``2T−1``."""
    if not isinstance(size, Size):
        return str(size)
    return str(size).replace("//", "/").replace(" ", "").replace("-", "−").replace("*", "·")


def shape(type: TensorType) -> str:
    """The shape without its batch axis: ``64×112×112``; ``scalar`` for one number per example."""
    dims = type.shape
    if dims and str(dims[0]) == "N":
        dims = dims[1:]
        if not dims:
            return "scalar"
    return sizes(*dims) or "scalar"


def sizes(*dims: Dim) -> str:
    """``8×T×64``."""
    return "×".join(_factor(dim(d)) for d in dims)


def _factor(size: str) -> str:
    """The size as a factor: a sum stands in parentheses."""
    return f"({size})" if any(c in size[1:] for c in "+−") else size


def amount(count: Dim) -> str:
    """A count to three digits: ``512``, ``513k``, ``2.05M``, ``1.1B``."""
    if isinstance(count, Size):
        known = known_part(count)
        return f"{amount(known)}+?" if unknowns(count) and known != 0 else dim(count)
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if count >= unit:
            scaled = count / unit
            digits = 2 if scaled < 10 else 1 if scaled < 100 else 0
            number = f"{scaled:.{digits}f}"
            return (number.rstrip("0").rstrip(".") if digits else number) + letter
    return str(count)


def value(setting: object) -> str:
    """A setting as a spec writes it: ``3×3``, ``same``, ``true``."""
    if isinstance(setting, bool) or setting is None:
        return str(setting).lower()
    if isinstance(setting, Size):
        return dim(setting)
    if isinstance(setting, float):
        return f"{setting:g}"
    if isinstance(setting, list | tuple):
        sizes = all(isinstance(v, int | Size) and not isinstance(v, bool) for v in setting)
        return ("×" if sizes and 1 < len(setting) <= 3 else ", ").join(map(value, setting))
    return spell_value(setting) if isinstance(setting, Init | Layer) else str(setting)


def clip(line: str, width: int) -> str:
    """The line, cut to so many letters."""
    return line if len(line) <= width else line[: width - 1] + "…"
