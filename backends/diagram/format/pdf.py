"""The SVG as one PDF page, with vectors and with text that can be selected and searched.

Graphviz writes a few SVG elements, and PDF has the same; a general converter would need five
packages and a second of start-up. The fonts are embedded (fonts/), as journals require.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, TypeAlias
from unicodedata import normalize
from xml.etree import ElementTree

from ..drawing import Drawing
from ..fonts import MISSING, Font, Style, font, korean
from ..picture import Picture
from .svg import drawn, spoken

DRAWINGS: Final = True

Used: TypeAlias = dict[str, tuple[Font, dict[int, str]]]
"""By the name of each font: the font, and the glyphs in use with their characters."""

_NAMED: Final = {"white": "#ffffff", "black": "#000000", "lightgrey": "#d3d3d3"}
_NUMBER: Final = re.compile(r"-?[\d.]+")


def write(picture: Picture | Drawing) -> bytes:
    root = ElementTree.fromstring(drawn(picture))
    others = korean.missing(spoken(root))
    if others:
        korean.required(others)
    box = [float(n) for n in root.get("viewBox", "").split()]
    page = next(iter(root))
    shift = [float(n) for n in _NUMBER.findall(page.get("transform", "").split("translate")[1])]
    # In SVG y grows downwards, in PDF upwards; graphviz's own y are negative already.
    origin = (shift[0] - box[0], box[3] - (shift[1] - box[1]))
    lines = [f"1 0 0 -1 {origin[0]:.2f} {origin[1]:.2f} cm"]
    used: Used = {}
    for element in page.iter():
        lines += _draw(element, others, used)
    content = "\n".join(lines).encode("latin-1")
    return _file(content, used, box[2], box[3], picture.title or picture.name)


# --- elements ---------------------------------------------------------------------------------


def _draw(element: ElementTree.Element, others: str, used: Used) -> Iterator[str]:
    kind = element.tag.rpartition("}")[2]
    if kind == "text":
        yield _text(element, others, used)
        return
    outline = {"path": _path, "polygon": _polygon, "polyline": _polygon, "ellipse": _ellipse}
    if kind in outline:
        fill, stroke = element.get("fill", "black"), element.get("stroke", "none")
        paint = {(1, 1): "B", (1, 0): "f", (0, 1): "S"}.get((_drawn(fill), _drawn(stroke)))
        if paint:
            yield "q"
            yield from _style(fill, stroke, element)
            yield from outline[kind](element)
            yield f"{paint} Q"


def _drawn(colour: str) -> int:
    return int(colour not in ("none", "transparent"))


def _style(fill: str, stroke: str, element: ElementTree.Element) -> Iterator[str]:
    if _drawn(fill):
        yield f"{_colour(fill)} rg"
    if _drawn(stroke):
        dashes = element.get("stroke-dasharray", "").replace(",", " ")
        yield f"{_colour(stroke)} RG {element.get('stroke-width', '1')} w [{dashes}] 0 d"


def _colour(name: str) -> str:
    code = _NAMED.get(name, name).lstrip("#")
    return " ".join(f"{int(code[i : i + 2], 16) / 255:.3f}" for i in (0, 2, 4))


def _path(element: ElementTree.Element) -> Iterator[str]:
    numbers = [float(n) for n in _NUMBER.findall(element.get("d", ""))]
    yield _point(numbers, 0) + " m"
    for i in range(2, len(numbers) - 5, 6):
        yield " ".join(_point(numbers, i + k) for k in (0, 2, 4)) + " c"


def _polygon(element: ElementTree.Element) -> Iterator[str]:
    numbers = [float(n) for n in _NUMBER.findall(element.get("points", ""))]
    for i in range(0, len(numbers), 2):
        yield _point(numbers, i) + (" l" if i else " m")


def _ellipse(element: ElementTree.Element) -> Iterator[str]:
    cx, cy, rx, ry = (float(element.get(k, "0")) for k in ("cx", "cy", "rx", "ry"))
    kx, ky = 0.5523 * rx, 0.5523 * ry
    yield _point([cx + rx, cy], 0) + " m"
    for curve in (
        [cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry],
        [cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy],
        [cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry],
        [cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy],
    ):
        yield " ".join(_point(curve, k) for k in (0, 2, 4)) + " c"


def _point(numbers: list[float], at: int) -> str:
    return f"{numbers[at]:.2f} {numbers[at + 1]:.2f}"


def _text(element: ElementTree.Element, others: str, used: Used) -> str:
    """``others`` are the characters of the picture that Arimo lacks."""
    size = float(element.get("font-size", "9"))
    letters = normalize("NFC", element.text or "")
    runs = list(_runs(letters, _face(element), others, used))
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    if element.get("text-anchor") == "middle":
        x -= sum(face.width(glyphs, size) for face, glyphs in runs) / 2
    colour = _colour(element.get("fill", "black"))
    shown = " ".join(
        f"/{face.name} {size:g} Tf <{''.join(f'{glyph:04x}' for glyph in glyphs)}> Tj"
        for face, glyphs in runs
    )
    return f"BT {colour} rg 1 0 0 -1 {x:.2f} {y:.2f} Tm {shown} ET"


def _runs(letters: str, style: Style, others: str, used: Used) -> Iterator[tuple[Font, list[int]]]:
    """The parts of a text that are in one font: the font, and the glyphs."""
    for other, stretch in groupby(letters, others.__contains__):
        text = "".join(stretch)
        face = korean.letters(style, others) if other else font(style)
        glyphs = face.spell(text)
        characters = used.setdefault(face.name, (face, {}))[1]
        for glyph, char in zip(glyphs, text, strict=True):
            characters.setdefault(glyph, char)
        yield face, glyphs


def _face(element: ElementTree.Element) -> Style:
    bold, italic = element.get("font-weight") == "bold", element.get("font-style") == "italic"
    if bold:
        return "BoldItalic" if italic else "Bold"
    return "Italic" if italic else "Regular"


# --- fonts ------------------------------------------------------------------------------------

PER_FONT: Final = 5
FIRST_FONT: Final = 6
CAPITALS, STEM = 716, 80  # of Arimo: how tall capitals are; what viewers without it would take


def _font(face: Font, used: dict[int, str], at: int) -> list[bytes]:
    """The PDF objects of a font; the first has the number ``at``. Texts are glyph numbers of two
    bytes; the last object maps them to characters."""
    tag = _tag(face.name + str(sorted(used)))
    name = f"{tag}+{face.name}"
    slanted = 64 * ("Italic" in face.name)
    widths = " ".join(f"{g} [{face.advances[g]}]" for g in sorted(used))
    box = " ".join(map(str, face.box))
    file = face.cut(used)
    return [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{at + 1} 0 R] /ToUnicode {at + 4} 0 R >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {at + 2} 0 R /W [{widths}] >>".encode(),
        f"<< /Type /FontDescriptor /FontName /{name} /Flags {4 + slanted} /FontBBox [{box}] "
        f"/ItalicAngle {-12 * bool(slanted)} /Ascent {face.ascent} /Descent {face.descent} "
        f"/CapHeight {CAPITALS} /StemV {STEM} /FontFile2 {at + 3} 0 R >>".encode(),
        _stream(file, f"/Length1 {len(file)} "),
        _stream(_characters(used).encode()),
    ]


def _tag(of: str) -> str:
    """Six letters that are different for different subsets of a font."""
    number = zlib.crc32(of.encode())
    return "".join(chr(ord("A") + number // 26**i % 26) for i in range(6))


def _characters(used: dict[int, str]) -> str:
    characters = sorted((g, c) for g, c in used.items() if g != MISSING)
    lines = [f"<{g:04x}> <{c.encode('utf-16-be').hex()}>" for g, c in characters]
    hundreds = [lines[i : i + 100] for i in range(0, len(lines), 100)]  # more is not allowed
    blocks = "".join(
        f"{len(some)} beginbfchar\n{chr(10).join(some)}\nendbfchar\n" for some in hundreds
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{blocks}endcmap CMapName currentdict /CMap defineresource pop end end\n"
    )


# --- the file ---------------------------------------------------------------------------------


def _file(content: bytes, used: Used, width: float, height: float, title: str) -> bytes:
    places = {name: FIRST_FONT + PER_FONT * i for i, name in enumerate(sorted(used))}
    fonts = " ".join(f"/{name} {at} 0 R" for name, at in places.items())
    info = f"<feff{title.encode('utf-16-be').hex()}>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:g} {height:g}] "
        f"/Contents 4 0 R /Resources << /Font << {fonts} >> >> >>".encode(),
        _stream(content),
        f"<< /Title {info} /Producer (netwright) >>".encode(),
        *(o for name, at in places.items() for o in _font(*used[name], at)),
    ]
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    file = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for i, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>"
    file += f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(file)


def _stream(data: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(data, 9)
    head = f"<< {entries}/Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"
