"""A TrueType font with few characters, in the simplest form: what ``Font`` reads.

By fontTools, which only what needs it imports: ``make fonts``, and letters beyond Arimo's.
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
"""The name table's entries: who made it, what it is called, its license."""

UNUSED: Final = ["GDEF", "GPOS", "GSUB", "STAT", "gasp", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
"""Tables for typesetters and for who draws fonts."""


def reduced(font: Any, characters: Iterable[int]) -> bytes:
    """The file of a font (a ``TTFont``, which this changes) with these characters alone.

    Hints are left out, composite glyphs become simple ones, and one table of format 12 tells which
    glyph a character has.
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
