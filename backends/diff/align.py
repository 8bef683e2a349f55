"""Finds the pairs of nodes that are the same in two versions of a body, in an order that both keep.

Labels from the text count most, then what a node is and holds. Numbers (``conv3``, ``features.7``)
count little, because a layer that is inserted changes all numbers after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from .signs import NodeSign

Pair: TypeAlias = tuple[int | None, int | None]
"""Places in the old and the new body; None if only the other body has the node."""

CELLS: Final = 1_000_000
"""Pairs of nodes that one comparison looks at; after that it goes by module paths alone."""
KINDRED: Final = frozenset({"activation", "norm", "pool", "conv", "linear"})
"""Families of layers: one layer may replace another of its family."""
ALIKE: Final = 0.5
"""Two blocks with different names are the same from this share of common parts on."""


class Aligner:
    def __init__(self) -> None:
        self.cells = CELLS

    def pairs(self, old: Sequence[NodeSign], new: Sequence[NodeSign]) -> list[Pair]:
        """Every node of both bodies once, alone or in a pair, in an order that both keep."""
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        middle = self._middle(old[start : len(old) - end], new[start : len(new) - end])
        shift = [(_shifted(i, start), _shifted(j, start)) for i, j in middle]
        tail = [(len(old) - k, len(new) - k) for k in range(end, 0, -1)]
        return [*((i, i) for i in range(start)), *shift, *tail]

    def _middle(self, old: Sequence[NodeSign], new: Sequence[NodeSign]) -> list[Pair]:
        self.cells -= len(old) * len(new)
        best_pairs = _by_path(old, new) if self.cells < 0 else _most_alike(old, new)
        pairs: list[Pair] = []
        i = j = 0
        for a, b in [*best_pairs, (len(old), len(new))]:
            pairs += [(k, None) for k in range(i, a)]
            pairs += [(None, k) for k in range(j, b)]
            if a < len(old):
                pairs.append((a, b))
            i, j = a + 1, b + 1
        return pairs


def _shifted(place: int | None, by: int) -> int | None:
    return None if place is None else place + by


def _common(old: Sequence[NodeSign], new: Sequence[NodeSign]) -> int:
    """The number of nodes at the start that are written alike in both."""
    count = 0
    while count < min(len(old), len(new)) and old[count].written == new[count].written:
        count += 1
    return count


def _by_path(old: Sequence[NodeSign], new: Sequence[NodeSign]) -> list[tuple[int, int]]:
    new_places = {(s.kind, s.path): j for j, s in enumerate(new) if s.path}
    pairs: list[tuple[int, int]] = []
    for i, sign in enumerate(old):
        j = new_places.get((sign.kind, sign.path), -1)
        if j > (pairs[-1][1] if pairs else -1):
            pairs.append((i, j))
    return pairs


def _most_alike(old: Sequence[NodeSign], new: Sequence[NodeSign]) -> list[tuple[int, int]]:
    """The increasing pairs with the largest sum of likeness (Needleman and Wunsch, 1970)."""
    width = len(new) + 1
    best = [[0.0] * width for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below, sign = best[i], best[i + 1], old[i]
        for j in range(len(new) - 1, -1, -1):
            paired = likeness(sign, new[j])
            row[j] = max(below[j], row[j + 1], paired + below[j + 1] if paired else 0.0)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        paired = likeness(old[i], new[j])
        if paired and best[i][j] == paired + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def likeness(old: NodeSign, new: NodeSign) -> float:
    """Points for two nodes being the same node; 0 if they cannot be."""
    named = bool(old.label) and old.path == new.path
    points = _content(old, new, named=named)
    if points <= 0 or old.kind != new.kind:
        return 0.0
    points += 5.0 if named else 0.0
    points -= 2.0 if old.label and new.label and old.label != new.label else 0.0
    points += 0.5 if old.path == new.path else 0.0
    points += 0.25 if old.count == new.count else 0.0
    return max(points, 0.0)


def _content(old: NodeSign, new: NodeSign, *, named: bool) -> float:
    if old.content == new.content:
        return 6.0
    if old.kind.endswith("call"):
        return _calls(old, new, named=named)
    if old.word == new.word:
        return 4.0
    kindred = old.family == new.family and old.family in KINDRED
    return 1.5 if kindred else 1.0 if named else 0.0


def _calls(old: NodeSign, new: NodeSign, *, named: bool) -> float:
    common = shared_parts(old, new)
    if old.word == new.word or (named and old.family == new.family == "group"):
        return 3.0 + common
    return 1.0 + 2 * common if common >= ALIKE else 0.0


def shared_parts(old: NodeSign, new: NodeSign) -> float:
    """The share of layers that two graphs have in common, from 0 to 1."""
    mine, theirs = dict(old.parts), dict(new.parts)
    total = sum(mine.values()) + sum(theirs.values())
    both = sum(min(count, theirs.get(word, 0)) for word, count in mine.items())
    return 2 * both / total if total else 0.0
