"""What a picture is expected to say in any format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar
from unicodedata import normalize

from netwright.backends.diagram.picture import Box, Edge, Picture, letters

Point = tuple[float, float]
Signs = Counter[str]
"""The characters of a text, but for blanks: lines break where a format likes."""


def signs(text: str) -> Signs:
    return Counter("".join(normalize("NFC", text).split()))


def said(box: Box) -> str:
    """All that a box says."""
    parts = [letters(line) for line in (box.title, *box.lines)]
    parts += [letters(strip.label) for strip in (*box.above, *box.below)]
    if box.table:
        parts += [cell for row in (box.table.head, *box.table.rows) for cell in row]
    return " ".join(parts)


def visible(picture: Picture) -> list[Edge]:
    return [edge for edge in picture.edges if edge.look != "hidden"]


def differ(what: str, wanted: Counter[str], found: Counter[str]) -> Iterator[str]:
    if wanted != found:
        lost, more = wanted - found, found - wanted
        yield f"{what}: lost {dict(lost)}, added {dict(more)}"


Key = TypeVar("Key")


def many(what: str, wanted: Counter[Key], found: Counter[Key]) -> Iterator[str]:
    yield from (f"{what} is missing: {key}" for key in (wanted - found))
    yield from (f"{what} is not in the picture: {key}" for key in (found - wanted))
