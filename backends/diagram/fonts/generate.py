"""Makes the font files here from Google's Arimo: ``python -m
netwright.backends.diagram.fonts.generate FOLDER`` (or ``make fonts``), with the variable fonts in
FOLDER.

The files have fixed weights and no rare letters. The license (OFL.txt) allows that; it must stay
beside them.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from .reduce import reduced

HERE: Final = Path(__file__).parent
STYLES: Final = {
    "Regular": ("Arimo[wght].ttf", 400),
    "Bold": ("Arimo[wght].ttf", 700),
    "Italic": ("Arimo-Italic[wght].ttf", 400),
    "BoldItalic": ("Arimo-Italic[wght].ttf", 700),
}
CHARACTERS: Final = (
    *(range(0x20, 0x7F), range(0xA0, 0x180), range(0x1EA0, 0x1EFA)),  # Latin, with Vietnamese
    *(range(0x386, 0x3CF), range(0x400, 0x460)),  # Greek, Cyrillic
    *(range(0x2010, 0x2027), range(0x2030, 0x203B), range(0x2070, 0x209D)),  # dashes, powers
    *(range(0x1D2C, 0x1D6B), range(0x20AC, 0x20AD)),  # more powers, the euro
    *(range(0x2190, 0x2196), range(0x2200, 0x2300)),  # arrows, mathematics
)


def make(source: Path, weight: int) -> bytes:
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    return reduced(font, chain.from_iterable(CHARACTERS))


if __name__ == "__main__":
    for style, (file, weight) in STYLES.items():
        (HERE / f"Arimo-{style}.ttf").write_bytes(make(Path(sys.argv[1]) / file, weight))
