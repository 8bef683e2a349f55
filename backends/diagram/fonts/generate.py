"""Google's Arimo to the files here: ``python -m netwright.backends.diagram.fonts.generate FOLDER``
(or ``make fonts``), with the variable fonts in FOLDER.

Weights are set, hints and rare letters left out, and composite glyphs drawn as one, so that what
reads them can be short. The license (OFL.txt) allows that and asks to be kept beside them.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Any, Final

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.varLib.instancer import instantiateVariableFont

HERE: Final = Path(__file__).parent
STYLES: Final = {
    "Regular": ("Arimo[wght].ttf", 400), "Bold": ("Arimo[wght].ttf", 700),
    "Italic": ("Arimo-Italic[wght].ttf", 400), "BoldItalic": ("Arimo-Italic[wght].ttf", 700),
}  # fmt: skip
CHARACTERS: Final = (
    range(0x20, 0x7F), range(0xA0, 0x180),  # Latin
    range(0x391, 0x3CA), range(0x400, 0x460),  # Greek, Cyrillic
    range(0x2010, 0x2027), range(0x2030, 0x203B), range(0x2070, 0x209D),  # dashes, powers
    range(0x1D2C, 0x1D6B), range(0x20AC, 0x20AD),  # more powers, the euro
    range(0x2190, 0x2196), range(0x2200, 0x2300),  # arrows, mathematics
)  # fmt: skip
NAMES: Final = [0, 1, 2, 4, 6, 13, 14]
"""The name table's entries: who made it, what it is called, its license."""


def make(source: Path, weight: int) -> Any:
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    options = Options(layout_features=[], hinting=False, name_IDs=NAMES, notdef_outline=True)
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "STAT", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=chain.from_iterable(CHARACTERS))
    subsetter.subset(font)
    _draw_composites(font)
    _index_characters(font)
    return font


def _draw_composites(font: Any) -> None:
    glyphs, outlines = font.getGlyphSet(), font["glyf"]
    for name in font.getGlyphOrder():
        if outlines[name].isComposite():
            drawn, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
            glyphs[name].draw(drawn)
            drawn.replay(pen)
            outlines[name] = pen.glyph()


def _index_characters(font: Any) -> None:
    """By one table of the simplest format."""
    index = CmapSubtable.newSubtable(12)
    index.platformID, index.platEncID, index.language = 3, 10, 0
    index.cmap = font.getBestCmap()
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion, font["cmap"].tables = 0, [index]


if __name__ == "__main__":
    for style, (file, weight) in STYLES.items():
        make(Path(sys.argv[1]) / file, weight).save(HERE / f"Arimo-{style}.ttf")
