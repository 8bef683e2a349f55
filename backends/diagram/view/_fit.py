"""How much of a net is opened: all that a reader takes in, on one page of legible letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ....compiler.ir import Graph
from ...diff.merge import Comparison
from ..chart.charts import Charts
from ..errors import TooLarge
from ..layout.sheet import LEAST, scale
from ..picture import Options, Picture

READABLE: Final = 400
"""Boxes that a reader takes in; beyond that less is opened."""
MOST: Final = 1500
"""Boxes that are drawn at all."""
TRIES: Final = 40
"""Pictures that are laid out to find one that fits a page."""

Key: TypeAlias = tuple[str, int]
"""A block in one form: its name, and its look."""


@dataclass(frozen=True, slots=True)
class Detail:
    """``groups``: labelled groups in a row are merged too; ``depth``: so many levels open at
    most; ``shut``: blocks that stay shut; ``places``: all that is open, whatever else is said."""

    groups: bool = False
    depth: int | None = None
    shut: frozenset[Key] = frozenset()
    places: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A block that was opened unasked, inside so many others, with so many boxes; ``last`` if
    nothing inside it was opened so. It stands for ``copies`` in a row."""

    key: Key
    copies: int
    level: int
    boxes: int
    last: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    picture: Picture
    openings: Sequence[Opening] = ()

    @property
    def boxes(self) -> int:
        return sum(1 for _ in self.picture.boxes())


Draw: TypeAlias = Callable[[Charts, Graph, Options, Detail], Drawn]


def readable(graph: Graph, options: Options, draw: Draw) -> Picture:
    """As much opened as a page holds; where no folding makes it fit, as a reader takes in.
    Raises TooLarge if that is too much."""
    return fitted(charts_for(options), graph, options, draw)[0]


def charts_for(options: Options, like: Charts | None = None) -> Charts:
    """Blocks that are asked for by name are kept to themselves."""
    return Charts((*options.expand, *options.fold), like)


def fitted(charts: Charts, graph: Graph, options: Options, draw: Draw) -> tuple[Picture, Detail]:
    """The same, and in how much detail it was drawn."""
    details = [Detail(False, options.depth), Detail(True, options.depth)]
    details += [Detail(True, depth) for depth in (3, 2, 1, 0) if options.depth is None]
    drawn: Drawn | None = None
    refused: TooLarge | None = None
    for detail in details:
        try:
            drawn = draw(charts, graph, options, detail)
        except TooLarge as error:
            refused = error
            continue
        if drawn.boxes <= READABLE and (detail.groups or fits(drawn.picture)):
            break
    if drawn is None:
        raise refused or too_large(graph.name, MOST + 1)
    if drawn.boxes > MOST:
        raise too_large(graph.name, drawn.boxes)
    tight = options.depth is None and not isinstance(graph, Comparison)
    if tight and drawn.boxes <= READABLE and not fits(drawn.picture):
        drawn, detail = _shut(drawn, detail, lambda d: draw(charts, graph, options, d))
    return drawn.picture, detail


def too_large(name: str, count: int) -> TooLarge:
    return TooLarge(
        f"{name or 'the network'} has {count} boxes to draw, at most {MOST} fit a picture",
        help="put its layers into blocks or repeats (`block`, `f * 3`, `as name`): "
        "each folds into one box",
    )


def fits(picture: Picture) -> bool:
    """Whether a page shows it with letters of 6 points and more."""
    from ..layout.dot import size

    return scale(size(picture)) >= LEAST


def _shut(drawn: Drawn, detail: Detail, draw: Callable[[Detail], Drawn]) -> tuple[Drawn, Detail]:
    """With blocks shut until the page holds it, what was drawn if nothing helps. Other forms of a
    block that is open go first, then the innermost and of those the smallest."""
    whole, tries = (drawn, detail), TRIES
    while tries > 0 and (openings := _again(drawn.openings) or _innermost(drawn.openings)):
        for opening in openings:
            tries -= 1
            attempt = draw(_without(detail, opening))
            if fits(attempt.picture):
                return attempt, _without(detail, opening)
        detail = _without(detail, openings[0])
        drawn = draw(detail)
    return whole


def _without(detail: Detail, opening: Opening) -> Detail:
    return replace(detail, shut=detail.shut | {opening.key})


def _again(openings: Sequence[Opening]) -> list[Opening]:
    """The rarest of the outermost forms of blocks that are open in several."""
    names = Counter(o.key[0] for o in openings if o.key[0])
    several = [o for o in openings if names[o.key[0]] > 1]
    return sorted(several, key=lambda o: (o.level, o.copies, o.boxes))[:1]


def _innermost(openings: Sequence[Opening]) -> list[Opening]:
    last = [o for o in openings if o.last]
    deepest = max((o.level for o in last), default=0)
    return sorted((o for o in last if o.level == deepest), key=lambda o: o.boxes)
