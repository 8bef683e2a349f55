"""The SVG's lines and letters as one PDF page: vectors, text that can be selected and searched.

Graphviz writes a handful of SVG elements, each with a twin in PDF; a general converter would be
five packages and a second of start-up. The fonts are the Helveticas that every PDF viewer has.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from .format_svg import write as write_svg
from .measure import width
from .picture import Picture

_FONTS: Final = ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique")
_SYMBOLS: Final = {"→": 0xAE, "√": 0xD6, "−": 0x2D, "≤": 0xA3, "≥": 0xB3, "∞": 0xA5}
"""Letters that only the Symbol font has, by their place in it."""
_NAMED: Final = {"white": "#ffffff", "black": "#000000", "lightgrey": "#d3d3d3"}
_NUMBER: Final = re.compile(r"-?[\d.]+")


def write(picture: Picture) -> bytes:
    root = ElementTree.fromstring(write_svg(picture))
    box = [float(n) for n in root.get("viewBox", "").split()]
    page = next(iter(root))
    shift = [float(n) for n in _NUMBER.findall(page.get("transform", "").split("translate")[1])]
    # SVG counts down from the top, PDF up from the bottom; graphviz's own y are negative already.
    origin = (shift[0] - box[0], box[3] - (shift[1] - box[1]))
    lines = [f"1 0 0 -1 {origin[0]:.2f} {origin[1]:.2f} cm"]
    for element in page.iter():
        lines += _draw(element)
    return _file("\n".join(lines).encode("latin-1"), box[2], box[3], picture.title or picture.name)


# --- elements ---------------------------------------------------------------------------------


def _draw(element: ElementTree.Element) -> Iterator[str]:
    kind = element.tag.rpartition("}")[2]
    if kind == "text":
        yield _text(element)
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


def _text(element: ElementTree.Element) -> str:
    said = element.text or ""
    size = float(element.get("font-size", "9"))
    bold, italic = element.get("font-weight") == "bold", element.get("font-style") == "italic"
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    if element.get("text-anchor") == "middle":
        x -= width(said, size, bold=bold) / 2
    font = 1 + bold + 2 * italic
    shown = "".join(_shown(run, font, size) for run in _runs(said))
    place = f"1 0 0 -1 {x:.2f} {y:.2f} Tm"
    return f"BT {_colour(element.get('fill', 'black'))} rg {place} {shown}ET"


def _runs(said: str) -> list[str]:
    return re.findall(f"[{''.join(_SYMBOLS)}]+|[^{''.join(_SYMBOLS)}]+", said)


def _shown(run: str, font: int, size: float) -> str:
    symbols = run[0] in _SYMBOLS
    code = bytes(_SYMBOLS[c] for c in run) if symbols else run.encode("cp1252", "replace")
    return f"/F{5 if symbols else font} {size:g} Tf <{code.hex()}> Tj "


# --- the file ---------------------------------------------------------------------------------


def _file(content: bytes, width: float, height: float, title: str) -> bytes:
    packed = zlib.compress(content, 9)
    fonts = " ".join(f"/F{i} {i + 4} 0 R" for i in range(1, 6))
    info = f"<feff{title.encode('utf-16-be').hex()}>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:g} {height:g}] "
        f"/Contents 4 0 R /Resources << /Font << {fonts} >> >> >>".encode(),
        f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        + packed
        + b"\nendstream",
        *(_font(name, "/Encoding /WinAnsiEncoding ") for name in _FONTS),
        _font("Symbol", ""),
        f"<< /Title {info} /Producer (netwright) >>".encode(),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    out += f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _font(name: str, encoding: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} {encoding}>>".encode()
