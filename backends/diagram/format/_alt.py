"""A picture in words, for readers who cannot see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from .. import style
from ..drawing import Drawing
from ..picture import Box, Item, Picture, letters

STEPS: Final = 24
LETTERS: Final = 80


def description(picture: Picture | Drawing) -> str:
    """The net in words: what it is, its inputs, its steps in running order, its outputs::

    The diagram of a network in 9 steps: image 3×224×224; conv 7×7, 64, BN, ReLU; …; output 1000.
    """
    if isinstance(picture, Drawing):
        return _sentences(picture.subtitle, picture.steps)
    return _sentences(picture.subtitle, [step for item in picture.items if (step := _step(item))])


def _sentences(subtitle: str, steps: Sequence[str]) -> str:
    shown = steps
    if len(steps) > STEPS:
        more = len(steps) - STEPS + 1
        shown = [*steps[: STEPS - 2], f"{more} more", steps[-1]]
    about = f"{subtitle}. " if subtitle else ""
    noun = "step" if len(steps) == 1 else "steps"
    return f"{about}The diagram of a network in {len(steps)} {noun}: {'; '.join(shown)}."


def _step(item: Item) -> str:
    """A box in words; a block with what it is made of. Empty for forks, tables and words on
    lines."""
    if not isinstance(item, Box):
        kinds = Counter(_kind(box) for box in Picture("", "", "", "TB", item.items, ()).boxes())
        inside = ", ".join(f"{n} {kind}" for kind, n in kinds.items() if kind)
        name = letters(item.title) or "a group"
        return style.clip(name, LETTERS) + (f" (of {inside})" if inside else "")
    if item.shape in ("fork", "label", "table"):
        return ""
    small = item.lines if item.category == "io" else ()
    words = [letters(item.title), *map(letters, small)]
    strips = [letters(s.label).strip() for s in (*item.above, *item.below)]
    return ", ".join([style.clip(" ".join(words), LETTERS), *strips])


def _kind(box: Box) -> str:
    return "" if box.shape != "box" else style.PAINTS[box.category].name
