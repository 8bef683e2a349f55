"""The legend: the categories and kinds of line that occur in a picture, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from . import style
from .picture import Kind, Picture, costliest


@dataclass(frozen=True, slots=True)
class Entry:
    """``swatch`` is a box in the colour of a category, or of a heat from 0 to 4; ``skip`` a dashed
    line; ``badge`` the red count; ``concat`` the letter of a concat."""

    mark: Literal["swatch", "skip", "badge", "concat"]
    name: str
    kind: Kind = "other"
    heat: int | None = None


CONCAT: Final = "c"
SKIP: Final = "skip connection"
GATE: Final = "gate"


def entries(picture: Picture) -> Iterator[Entry]:
    used = set() if picture.measure else set(_kinds(picture))
    if picture.measure:
        yield from scale(costliest(picture), picture.measure)
    yield from swatches(used)
    if any(e.look == "skip" for e in picture.edges):
        yield Entry("skip", SKIP)
    repeated = any(box.repeated for box in picture.boxes())
    if repeated or any(c.repeated for c in picture.clusters()):
        yield Entry("badge", "repeated n times")


def swatches(used: set[Kind]) -> Iterator[Entry]:
    for kind, paint in style.PAINTS.items():
        if kind in used:
            yield Entry("swatch", paint.name, kind)


def scale(top: int, measure: str) -> Iterator[Entry]:
    """The heats with their costs, the most costly first."""
    steps = len(style.HEAT) - 1
    for i in range(steps, -1, -1):
        part = round(top * (i / steps) ** 2)
        yield Entry("swatch", f"{style.amount(part)} {measure}", heat=i)


def _kinds(picture: Picture) -> Iterator[Kind]:
    yield from (c.category for c in picture.clusters() if c.category in style.CHANGES)
    yield from (e.mark for e in picture.edges if e.mark)
    for box in picture.boxes():
        if (box.shape == "box" and box.category != "io") or box.category in style.CHANGES:
            yield box.category
        for strip in (*box.above, *box.below):
            yield strip.category
