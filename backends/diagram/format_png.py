"""Pixels: 160 to the inch, fewer where the picture is very large."""

from __future__ import annotations

from typing import Final

from .dot import dot
from .engine import lay_out
from .picture import Picture

DPI: Final = 160
LONGEST: Final = 12000.0
"""Pixels of the longer side that every viewer shows."""


def write(picture: Picture) -> bytes:
    drawn = dot(picture)
    plain = lay_out(drawn, "plain").split(b"\n", 1)[0].split()
    inches = max(float(plain[2]), float(plain[3]), 1.0)
    return lay_out(drawn, "png", f"-Gdpi={min(DPI, LONGEST / inches):.0f}")
