"""The letters of pictures that carry their own: Arimo, which is as wide as Arial and Helvetica, so
that everything stays where the layout put it. ``make fonts`` writes the files here.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

Style: TypeAlias = Literal["Regular", "Bold", "Italic", "BoldItalic"]

MISSING: Final = 0
"""The glyph of characters that the font does not have: an empty box."""
_DRAWS: Final = ("glyf", "head", "hhea", "hmtx", "loca", "maxp")
"""The tables that it takes to draw glyphs by number."""


@dataclass(frozen=True, slots=True)
class Font:
    """A TrueType font without composite glyphs. Sizes are in thousandths of the font's size.

    ``glyphs`` are the numbers of the glyphs by character, ``advances`` their widths.
    """

    name: str
    tables: Mapping[str, bytes]
    glyphs: Mapping[int, int]
    advances: tuple[int, ...]
    box: tuple[int, ...]
    ascent: int
    descent: int

    def spell(self, said: str) -> list[int]:
        """The glyphs of a text."""
        return [self.glyphs.get(ord(c), MISSING) for c in said]

    def width(self, glyphs: Iterable[int], size: float) -> float:
        return sum(self.advances[g] for g in glyphs) * size / 1000

    def cut(self, kept: Collection[int]) -> bytes:
        """A font file with the outlines of these glyphs only; all keep their numbers."""
        places = _places(self.tables["loca"])
        outlines = [
            self.tables["glyf"][places[g] : places[g + 1]] if g in kept else b""
            for g in range(len(places) - 1)
        ]
        ends, end = [0], 0
        for outline in outlines:
            end += len(outline)
            ends.append(end // 2)
        head = self.tables["head"]
        new = {
            "glyf": b"".join(outlines), "loca": struct.pack(f">{len(ends)}H", *ends),
            "head": head[:8] + bytes(4) + head[12:],  # the checksum of the file that it was
        }  # fmt: skip
        return _file({tag: self.tables[tag] for tag in _DRAWS} | new)


@cache
def font(style: Style) -> Font:
    data = (files(__name__) / f"Arimo-{style}.ttf").read_bytes()
    tables = _tables(data)
    units = int.from_bytes(tables["head"][18:20])
    box = struct.unpack_from(">4h", tables["head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables["hhea"], 4)
    (count,) = struct.unpack_from(">H", tables["hhea"], 34)
    widths = struct.unpack_from(">" + "Hh" * count, tables["hmtx"])[::2]
    widths += widths[-1:] * (len(tables["loca"]) // 2 - 1 - count)

    def scaled(size: float) -> int:
        return round(size / units * 1000)

    return Font(
        f"Arimo-{style}", tables, _glyphs(tables["cmap"]), tuple(map(scaled, widths)),
        tuple(map(scaled, box)), scaled(ascent), scaled(descent),
    )  # fmt: skip


# --- the file: https://learn.microsoft.com/typography/opentype/spec/otff ------------------------


def _tables(data: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4s3I", data, 12 + 16 * i) for i in range(count))
    return {tag.decode(): data[start : start + size] for tag, _, start, size in entries}


def _glyphs(cmap: bytes) -> dict[int, int]:
    """Of its one subtable, which is of format 12: stretches of characters."""
    (start,) = struct.unpack_from(">I", cmap, 8)
    (count,) = struct.unpack_from(">I", cmap, start + 12)
    found: dict[int, int] = {}
    for i in range(count):
        first, last, glyph = struct.unpack_from(">3I", cmap, start + 16 + 12 * i)
        found |= {char: glyph + char - first for char in range(first, last + 1)}
    return found


def _places(loca: bytes) -> list[int]:
    """Where each glyph starts, and where the last one ends; in the short form."""
    return [2 * half for half in struct.unpack(f">{len(loca) // 2}H", loca)]


def _file(tables: Mapping[str, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    search = 16 << power
    head = struct.pack(
        ">I4H", 0x10000, len(tables), search, power, 16 * len(tables) - search
    )  # fmt: skip
    entries, bodies = b"", b""
    start = len(head) + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        padded = table + bytes(-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += struct.pack(">4s3I", tag.encode(), total, start + len(bodies), len(table))
        bodies += padded
    return head + entries + bodies
