"""The states of a picture on a page: a state says which blocks are open.

Blocks open and close in their place. There are too many combinations, so a page has a state for
every depth and then the states that are one click further, the nearest first, as many as fit. The
script of the page goes to the nearest state that it has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from ..picture import Box, Item, Picture, Redraw

MOST: Final = 24
"""The most states of a page."""
PLACES: Final = 24
"""A picture with more blocks than this has states for the depths alone."""
BOXES: Final = 250
"""The most boxes of a state; the first state may have more."""

Places = frozenset[str]


@dataclass(frozen=True, slots=True)
class States:
    """``pictures[0]`` is the requested picture; ``levels`` are the numbers of the pictures by
    depth."""

    pictures: tuple[Picture, ...]
    levels: tuple[int, ...]


def all_states(picture: Picture) -> States:
    """The states of a picture. There is only one if the picture cannot be redrawn, or is coloured
    by cost: the scale of colours starts at the most costly box, which differs between states."""
    if picture.redraw is None or picture.measure:
        return States((picture,), ())
    pictures = {open_places(picture): picture}
    levels = []
    for level in _by_depth(picture, picture.redraw):
        key = open_places(level)
        pictures.setdefault(key, level)
        levels.append(list(pictures).index(key))
    _explore(pictures, picture.redraw)
    return States(tuple(pictures.values()), tuple(levels) if len(levels) > 1 else ())


def open_places(picture: Picture) -> Places:
    return frozenset(cluster.place for cluster in picture.clusters() if cluster.place)


def closed_places(picture: Picture) -> tuple[str, ...]:
    return tuple(dict.fromkeys(box.place for box in picture.boxes() if box.place))


def _by_depth(picture: Picture, redraw: Redraw) -> Iterator[Picture]:
    """The pictures of all depths, from all blocks closed to all open."""
    last: Places | None = None
    for depth in count():
        level = redraw(depth)
        if open_places(level) == last or _boxes(level) > BOXES:
            break
        yield level
        last = open_places(level)
    whole = picture
    while closed_places(whole) and _boxes(whole) <= BOXES:
        more = redraw(open_places(whole) | set(closed_places(whole)))
        if open_places(more) == open_places(whole):
            return
        whole = more
    if open_places(whole) != last and _boxes(whole) <= BOXES:
        yield whole


def _explore(pictures: dict[Places, Picture], redraw: Redraw) -> None:
    """Add the states that clicks lead to, the nearest first."""
    waiting = deque(pictures.values())
    while waiting and len(pictures) < MOST:
        current = waiting.popleft()
        if len(open_places(current)) + len(closed_places(current)) > PLACES:
            continue
        for places in _after_one_click(current):
            if places in pictures or len(pictures) == MOST:
                continue
            drawn = redraw(places)
            if open_places(drawn) not in pictures and _boxes(drawn) <= BOXES:
                pictures[open_places(drawn)] = drawn
                waiting.append(drawn)


def _after_one_click(picture: Picture) -> Iterator[Places]:
    """The open places after each possible click: one place opens, or one closes with all inside."""
    now = open_places(picture)
    for place in closed_places(picture):
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
