"""Sizes of text and boxes before the layout knows them, exact enough to leave room for titles."""

from __future__ import annotations

from typing import Final
from unicodedata import east_asian_width

from .picture import Box, Table, Text, letters

# Arial's advance widths in thousandths of the size, for the characters from space to tilde.
_WIDTHS: Final = (
    278,
    278,
    355,
    556,
    556,
    889,
    667,
    191,
    333,
    333,
    389,
    584,
    278,
    333,
    278,
    278,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    556,
    278,
    278,
    584,
    584,
    584,
    556,
    1015,
    667,
    667,
    722,
    722,
    667,
    611,
    778,
    722,
    278,
    500,
    667,
    556,
    833,
    722,
    778,
    667,
    778,
    722,
    667,
    611,
    722,
    667,
    944,
    667,
    667,
    611,
    278,
    278,
    278,
    469,
    556,
    333,
    556,
    556,
    500,
    556,
    556,
    278,
    556,
    556,
    222,
    222,
    500,
    222,
    833,
    556,
    556,
    556,
    556,
    333,
    500,
    278,
    556,
    500,
    722,
    500,
    500,
    500,
    334,
    260,
    334,
    584,
)
_OTHERS: Final = {"·": 278, "→": 1000, "…": 1000, "–": 556}
_BOLD: Final = 1.08
WIDE: Final = 940
"""The width of Hangul, kana and Chinese characters."""
BLANK: Final = _WIDTHS[0]
TAKEN: Final = 3 * BLANK
"""The width that the layout program gives them: it counts three bytes that it does not know."""

TITLE: Final = 11
SMALL: Final = 9


def width(line: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text in points."""
    units = sum(_WIDTHS[ord(c) - 32] if " " <= c <= "~" else _other(c) for c in line)
    return units * size / 1000 * (_BOLD if bold else 1)


def _other(c: str) -> int:
    return _OTHERS.get(c) or (WIDE if _is_wide(c) else 584)


def _is_wide(c: str) -> bool:
    return east_asian_width(c) in "WF"


def room(line: str) -> str:
    """Blanks to put after a text, because the layout program takes wide letters to be narrower."""
    lacking = sum(map(_is_wide, line)) * (WIDE - TAKEN)
    return " " * round(lacking / BLANK)


def line_width(line: Text, size: float, *, bold: bool = False) -> float:
    return width(letters(line), size, bold=bold)


def box_width(box: Box) -> float:
    if box.shape in ("fork", "circle"):
        return 4 if box.shape == "fork" else 19
    lines = [line_width(box.title, TITLE, bold=True)]
    if box.table:
        lines.append(table_width(box.table))
    lines += [line_width(line, SMALL) for line in box.lines]
    for strips in (box.above, box.below):
        lines.append(sum(line_width(s.label, SMALL) + 13 for s in strips))
    return max(lines) + (22 if box.repeated else 14)


def table_width(table: Table) -> float:
    columns = zip(table.head, *table.rows, strict=True)
    return sum(max(width(cell, SMALL) for cell in column) + 7 for column in columns)
