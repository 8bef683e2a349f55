"""The fonts that pictures embed: Arimo, which is as wide as Arial and Helvetica, so that the layout
fits. ``make fonts`` writes the files here. ``korean.py`` has the letters that Arimo lacks.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

Style: TypeAlias = Literal["Regular", "Bold", "Italic", "BoldItalic"]

MISSING: Final = 0
"""The glyph for characters that the font does not have: an empty box."""
_DRAWS: Final = ("glyf", "head", "hhea", "hmtx", "loca", "maxp")
"""The tables that are needed to draw glyphs by number."""


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

    def has(self, character: str) -> bool:
        return ord(character) in self.glyphs

    def spell(self, text: str) -> list[int]:
        """The glyphs of a text."""
        return [self.glyphs.get(ord(c), MISSING) for c in text]

    def width(self, glyphs: Iterable[int], size: float) -> float:
        return sum(self.advances[g] for g in glyphs) * size / 1000

    def cut(self, kept: Collection[int]) -> bytes:
        """A font file with the outlines of these glyphs only; all keep their numbers."""
        places = _places(self.tables)
        outlines = [
            self.tables["glyf"][start:end] if g in kept else b""
            for g, (start, end) in enumerate(pairwise(places))
        ]
        ends = [0, *accumulate(map(len, outlines))]
        head = self.tables["head"]
        new = {
            "glyf": b"".join(outlines),
            "loca": struct.pack(f">{len(ends)}I", *ends),
            # The checksum of the original file becomes 0; places are in the long form.
            "head": head[:8] + bytes(4) + head[12:50] + b"\0\1" + head[52:],
        }
        return _file({tag: self.tables[tag] for tag in _DRAWS} | new)


@contextmanager
def arimo() -> Iterator[list[Path]]:
    """The files of all styles, for programs that read files."""
    with ExitStack() as stack:
        yield [stack.enter_context(as_file(_file_of(style))) for style in get_args(Style)]


def _file_of(style: Style) -> Traversable:
    return files(__name__) / f"Arimo-{style}.ttf"


@cache
def font(style: Style) -> Font:
    return read(f"Arimo-{style}", _file_of(style).read_bytes())


def read(name: str, data: bytes) -> Font:
    """A font from a file as ``reduce.py`` writes it."""
    tables = _tables(data)
    units = int.from_bytes(tables["head"][18:20])
    box = struct.unpack_from(">4h", tables["head"], 36)
    ascent, descent = struct.unpack_from(">2h", tables["hhea"], 4)
    (count,) = struct.unpack_from(">H", tables["hhea"], 34)
    widths = struct.unpack_from(">" + "Hh" * count, tables["hmtx"])[::2]
    widths += widths[-1:] * (len(_places(tables)) - 1 - count)

    def scaled(size: float) -> int:
        return round(size / units * 1000)

    return Font(
        name,
        tables,
        _glyphs(tables["cmap"]),
        tuple(map(scaled, widths)),
        tuple(map(scaled, box)),
        scaled(ascent),
        scaled(descent),
    )


# --- the file: https://learn.microsoft.com/typography/opentype/spec/otff ------------------------


def _tables(data: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4s3I", data, 12 + 16 * i) for i in range(count))
    return {tag.decode(): data[start : start + size] for tag, _, start, size in entries}


def _glyphs(cmap: bytes) -> dict[int, int]:
    """The glyph of each character. The table has one subtable, in format 12: ranges of
    characters."""
    (start,) = struct.unpack_from(">I", cmap, 8)
    (count,) = struct.unpack_from(">I", cmap, start + 12)
    result: dict[int, int] = {}
    for i in range(count):
        first, last, glyph = struct.unpack_from(">3I", cmap, start + 16 + 12 * i)
        result |= {char: glyph + char - first for char in range(first, last + 1)}
    return result


def _places(tables: Mapping[str, bytes]) -> list[int]:
    """Where each glyph starts, and where the last one ends."""
    loca = tables["loca"]
    if tables["head"][50:52] == b"\0\1":
        return list(struct.unpack(f">{len(loca) // 4}I", loca))
    return [2 * half for half in struct.unpack(f">{len(loca) // 2}H", loca)]


def _file(tables: Mapping[str, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    search = 16 << power
    head = struct.pack(">I4H", 0x10000, len(tables), search, power, 16 * len(tables) - search)
    entries, bodies = b"", b""
    start = len(head) + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        padded = table + bytes(-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += struct.pack(">4s3I", tag.encode(), total, start + len(bodies), len(table))
        bodies += padded
    return head + entries + bodies
