"""Pixels: 160 to the inch, fewer if the picture is very large.

The layout program draws them, with its own Arimo. If a picture has letters that Arimo lacks, resvg
draws the svg, with the fonts of the extra ``korean``.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize
from xml.etree import ElementTree

from ..drawing import Drawing
from ..fonts import arimo, korean
from ..layout.digraph import dot
from ..layout.engine import extent, lay_out
from ..picture import Picture
from .svg import bare, spoken

DRAWINGS: Final = True
DPI: Final = 160
LONGEST: Final = 12000.0
"""Pixels of the longer side that every viewer shows."""
HEBREW: Final = range(0x591, 0x5F5)
"""Characters that are in the layout program's Arimo and not in ours."""

_WORDS: Final = re.compile(r"(?<=>)[^<>]+(?=</text>)")


def write(picture: Picture | Drawing) -> bytes:
    drawn = dot(picture)
    inches = max(*extent(drawn), 72.0) / 72
    dpi = round(min(DPI, LONGEST / inches))
    others = _others(drawn)
    if others:
        return _by_svg(drawn, others, dpi)
    return lay_out(drawn, "png", f"-Gdpi={dpi}")


def _others(drawn: str) -> str:
    """The characters in a picture for which the layout program has no letters."""
    possible = korean.missing(drawn)
    shown = set(spoken(ElementTree.fromstring(bare(drawn)))) if possible else set()
    return "".join(c for c in possible if c in shown and ord(c) not in HEBREW)


def _by_svg(drawn: str, others: str, dpi: int) -> bytes:
    files = korean.required(others)
    from resvg_py import svg_to_bytes

    with arimo() as arimo_files:
        return svg_to_bytes(
            _in_its_font(bare(drawn), others),
            zoom=dpi / 96,
            dpi=96,
            skip_system_fonts=True,
            font_family="Arimo",
            sans_serif_family="Arimo",
            font_files=[str(file) for file in (*arimo_files, *files)],
        )


def _in_its_font(svg: str, others: str) -> str:
    """The svg with the font family set for the letters that Arimo lacks; bold stays bold."""
    stretch = re.compile(f"[{re.escape(others)}]+")

    def marked(text: re.Match[str]) -> str:
        return stretch.sub(rf'<tspan font-family="{korean.FAMILY}">\g<0></tspan>', text[0])

    return _WORDS.sub(marked, normalize("NFC", svg))
