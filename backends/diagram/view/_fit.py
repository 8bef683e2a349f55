"""How much of a net is opened: as much as a reader can take in, on one page with legible text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ....compiler.ir import Graph
from ....compiler.limits import DEFAULTS
from ..chart.charts import Charts
from ..errors import TooLarge, most_boxes, too_many_boxes
from ..layout.sheet import LEAST, scale
from ..picture import Options, Picture

READABLE: Final = 400
"""The number of boxes, and of lines, that a reader can take in; if there are more, less is
opened."""
MOST: Final = DEFAULTS.boxes
"""The largest number of boxes that is drawn."""
TRIES: Final = 40
"""The number of layouts that are tried to find one that fits a page."""
SURE: Final = 1.1
"""How much larger than needed the scale is of a picture that fits even if its titles need room."""
NEAR: Final = 0.9
"""The share of the scale that is needed from which on a legend aside may make a picture fit."""
FAR: Final = 0.5
"""The share of the scale that is needed below which many blocks have to be closed."""
MUCH: Final = 1.5
"""How much larger the letters have to get for all blocks to be closed."""

Key: TypeAlias = tuple[str, int]
"""A block in one form: its name and its look."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much to open. With ``groups``, labelled groups in a row fold too; ``depth`` is the
    largest number of open levels; ``closed`` blocks stay closed. With ``contents``, closed blocks
    list what is in them. If ``whole``, small groups do not dissolve. If ``places`` is given,
    exactly these are open, and the rest does not count."""

    groups: bool = False
    depth: int | None = None
    closed: frozenset[Key] = frozenset()
    places: frozenset[str] | None = None
    contents: bool = True
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """A block that the view opened by itself, not on request: it has ``boxes`` inside, ``level``
    open blocks around it, and stands for ``copies`` in a row. It is the ``last`` if no block inside
    it was opened in this way."""

    key: Key
    copies: int
    level: int
    boxes: int
    last: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A picture in some detail, with what was opened for it."""

    picture: Picture
    openings: Sequence[Opening] = ()

    @property
    def boxes(self) -> int:
        return sum(1 for _ in self.picture.boxes())

    @property
    def is_readable(self) -> bool:
        return max(self.boxes, len(self.picture.edges)) <= READABLE


Draw: TypeAlias = Callable[[Charts, Graph, Options, Detail], Attempt]


def readable(graph: Graph, options: Options, draw: Draw) -> Picture:
    """The picture that opens as much as one page can hold; if it fits in no way, as much as a
    reader can take in. Raises TooLarge if there are too many boxes even then."""
    return fitted(charts_for(options), graph, options, draw)[0]


def charts_for(options: Options, like: Charts | None = None) -> Charts:
    """The charts for a drawing: blocks that the options name do not fold with others."""
    return Charts((*options.expand, *options.fold), like)


def fitted(charts: Charts, graph: Graph, options: Options, draw: Draw) -> tuple[Picture, Detail]:
    """The picture of ``readable``, and the detail in which it was drawn."""
    details = [Detail(False, options.depth), Detail(True, options.depth)]
    details += [Detail(True, depth) for depth in (3, 2, 1, 0) if options.depth is None]
    drawn: Attempt | None = None
    refused: TooLarge | None = None
    for detail in details:
        try:
            drawn = draw(charts, graph, options, detail)
        except TooLarge as error:
            refused = error
            continue
        if drawn.is_readable and (detail.groups or fits(drawn.picture)):
            break
    if drawn is None:
        raise refused or too_large(graph.name, most_boxes(MOST) + 1)
    if drawn.boxes > most_boxes(MOST):
        raise too_large(graph.name, drawn.boxes)
    may_close = options.depth is None and options.marks is None
    if may_close and drawn.is_readable:
        page = _on_a_page(drawn)
        if page is not None:
            return page.picture, detail
        drawn, detail = _close_blocks(drawn, detail, lambda d: draw(charts, graph, options, d))
    return drawn.picture, detail


def too_large(name: str, count: int) -> TooLarge:
    most = most_boxes(MOST)
    return too_many_boxes(
        f"{name or 'the network'} has {count} boxes to draw, at most {most} fit a picture",
        most,
        "put its layers into blocks or repeats (`block`, `f * 3`, `as name`): "
        "each folds into one box",
    )


def fits(picture: Picture) -> bool:
    """Whether the picture fits a page with letters of at least 6 points."""
    from ..layout.digraph import size

    about = _scale(picture)
    return about >= SURE * LEAST or (about >= LEAST and scale(size(picture)) >= LEAST)


def _on_a_page(drawn: Attempt) -> Attempt | None:
    """The attempt if it fits a page, with its legend aside if that is needed; else None."""
    if fits(drawn.picture):
        return drawn
    if _scale(drawn.picture) < NEAR * LEAST:
        return None
    paged = replace(drawn, picture=replace(drawn.picture, paged=True))
    return paged if fits(paged.picture) else None


def _scale(picture: Picture) -> float:
    from ..layout.digraph import nearly_size

    return scale(nearly_size(picture))


def _close_blocks(
    drawn: Attempt, detail: Detail, draw: Callable[[Detail], Attempt]
) -> tuple[Attempt, Detail]:
    """The picture with blocks closed until it fits a page. Blocks that are open in several forms
    are closed first, then the innermost, the smallest of them first. If it does not fit with all
    of them closed, or after too many tries, fewer levels are open, blocks do not list what is in
    them, and then small groups are closed too. If that makes the letters not much larger, nothing
    is closed."""
    unchanged, tries = (drawn, detail), TRIES
    far = _is_far(drawn)
    while tries > 0 and (openings := _other_forms(drawn.openings) or _innermost(drawn.openings)):
        for opening in openings[:1] if far else openings:
            tries -= 1
            page = _on_a_page(draw(_with_closed(detail, opening)))
            if page is not None:
                return page, _with_closed(detail, opening)
        detail = _with_closed(detail, openings[0])
        drawn = draw(detail)
        far = far and _is_far(drawn)
    levels = [Detail(groups=True, depth=depth) for depth in (3, 2, 1)]
    least = Detail(groups=True, depth=0, contents=False)
    closed = [replace(detail, contents=False), *levels, least, replace(least, whole=True)]
    for detail in closed:
        drawn = draw(detail)
        page = _on_a_page(drawn)
        if page is not None:
            return page, detail
    larger = _scale(drawn.picture) / _scale(unchanged[0].picture)
    return (drawn, detail) if larger >= MUCH else unchanged


def _is_far(drawn: Attempt) -> bool:
    """Whether no single block can be the reason why the picture does not fit."""
    return _scale(drawn.picture) < FAR * LEAST


def _with_closed(detail: Detail, opening: Opening) -> Detail:
    return replace(detail, closed=detail.closed | {opening.key})


def _other_forms(openings: Sequence[Opening]) -> list[Opening]:
    """Of the blocks that are open in several forms, the outermost form with the fewest copies; at
    most one."""
    names = Counter(o.key[0] for o in openings if o.key[0])
    several = [o for o in openings if names[o.key[0]] > 1]
    return sorted(several, key=lambda o: (o.level, o.copies, o.boxes))[:1]


def _innermost(openings: Sequence[Opening]) -> list[Opening]:
    last = [o for o in openings if o.last]
    deepest = max((o.level for o in last), default=0)
    return sorted((o for o in last if o.level == deepest), key=lambda o: o.boxes)
