"""Makes a TrueType font with few characters, in the simple form that ``Font`` reads.

It needs fontTools, so it is imported only for ``make fonts`` and for letters that Arimo lacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

NAMES: Final = [0, 1, 2, 4, 6, 13, 14]
"""The entries of the name table that are kept: author, name, license."""

UNUSED: Final = ["GDEF", "GPOS", "GSUB", "STAT", "gasp", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
"""Tables for typesetting programs and font designers."""


def reduced(font: Any, characters: Iterable[int]) -> bytes:
    """The file of a font (a ``TTFont``, which is changed) with only these characters.

    Hints are left out, composite glyphs become simple ones, and one table of format 12 maps
    characters to glyphs.
    """
    options = Options(layout_features=[], hinting=False, name_IDs=NAMES, notdef_outline=True)
    options.drop_tables += UNUSED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    _draw_composites(font)
    _index_characters(font)
    file = BytesIO()
    font.save(file)
    return file.getvalue()


def _draw_composites(font: Any) -> None:
    glyphs, outlines = font.getGlyphSet(), font["glyf"]
    for name in font.getGlyphOrder():
        if outlines[name].isComposite():
            drawn, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
            glyphs[name].draw(drawn)
            drawn.replay(pen)
            outlines[name] = pen.glyph()


def _index_characters(font: Any) -> None:
    index = CmapSubtable.newSubtable(12)
    index.platformID, index.platEncID, index.language = 3, 10, 0
    index.cmap = font.getBestCmap()
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion, font["cmap"].tables = 0, [index]
