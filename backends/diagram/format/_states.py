"""The states of a picture that a page holds: how far the net is open, block by block.

A block opens and shuts in its place. All ways to do that at once are too many, so there is every
depth, and from those on what one click more reaches, the nearest first, as many as fit a page. The
script goes to the nearest state there is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from ..picture import Box, Item, Picture, Redraw

MOST: Final = 24
"""States of a page."""
PLACES: Final = 24
"""Of a picture with more blocks than this there are the depths alone."""
BOXES: Final = 250
"""Boxes of a state; what is asked for may have more."""

Places = frozenset[str]


@dataclass(frozen=True, slots=True)
class States:
    """``pictures[0]`` is what was asked for; ``levels`` are the numbers of those by depth."""

    pictures: tuple[Picture, ...]
    levels: tuple[int, ...]


def states(picture: Picture) -> States:
    """Of a picture that cannot be redrawn there is just the one; of one coloured by cost too, for
    its scale goes from the costliest box."""
    if picture.redraw is None or picture.measure:
        return States((picture,), ())
    found = {opened(picture): picture}
    levels = []
    for level in _levels(picture, picture.redraw):
        key = opened(level)
        found.setdefault(key, level)
        levels.append(list(found).index(key))
    _explore(found, picture.redraw)
    return States(tuple(found.values()), tuple(levels) if len(levels) > 1 else ())


def opened(picture: Picture) -> Places:
    return frozenset(cluster.place for cluster in picture.clusters() if cluster.place)


def shut(picture: Picture) -> tuple[str, ...]:
    return tuple(dict.fromkeys(box.place for box in picture.boxes() if box.place))


def _levels(picture: Picture, redraw: Redraw) -> Iterator[Picture]:
    """From all shut to all open."""
    last: Places | None = None
    for depth in count():
        level = redraw(depth)
        if opened(level) == last or _boxes(level) > BOXES:
            break
        yield level
        last = opened(level)
    whole = picture
    while shut(whole) and _boxes(whole) <= BOXES:
        more = redraw(opened(whole) | set(shut(whole)))
        if opened(more) == opened(whole):
            return
        whole = more
    if opened(whole) != last and _boxes(whole) <= BOXES:
        yield whole


def _explore(found: dict[Places, Picture], redraw: Redraw) -> None:
    """Add what clicks lead to, nearest first."""
    waiting = deque(found.values())
    while waiting and len(found) < MOST:
        current = waiting.popleft()
        if len(opened(current)) + len(shut(current)) > PLACES:
            continue
        for places in _clicks(current):
            if places in found or len(found) == MOST:
                continue
            drawn = redraw(places)
            if opened(drawn) not in found and _boxes(drawn) <= BOXES:
                found[opened(drawn)] = drawn
                waiting.append(drawn)


def _clicks(picture: Picture) -> Iterator[Places]:
    """What is open after one place more opens, or after one shuts with all that is in it."""
    now = opened(picture)
    for place in shut(picture):
        yield now | {place}
    for cluster in picture.clusters():
        if cluster.place:
            yield now - frozenset(_within(cluster))


def _within(item: Item) -> Iterator[str]:
    if isinstance(item, Box):
        return
    yield item.place
    for inner in item.items:
        yield from _within(inner)


def _boxes(picture: Picture) -> int:
    return sum(1 for _ in picture.boxes())
