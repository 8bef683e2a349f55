"""Pixels: 160 to the inch, fewer where the picture is very large."""

from __future__ import annotations

from typing import Final

from .dot import dot
from .drawing import Drawing
from .engine import extent, lay_out
from .picture import Picture

DRAWINGS: Final = True
DPI: Final = 160
LONGEST: Final = 12000.0
"""Pixels of the longer side that every viewer shows."""


def write(picture: Picture | Drawing) -> bytes:
    drawn = dot(picture)
    inches = max(*extent(drawn), 72.0) / 72
    return lay_out(drawn, "png", f"-Gdpi={min(DPI, LONGEST / inches):.0f}")
