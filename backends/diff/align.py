"""Which node of one body is which of another: an order that both keep, with the likest pairs.

Module paths that the text gives come first, then what a node is and holds. Numbers (``conv3``,
``features.7``) count for little: a layer that is put into the middle moves them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from .signs import Sign

Pair: TypeAlias = tuple[int | None, int | None]
"""Places in the old and the new body; None for what only the other has."""

CELLS: Final = 1_000_000
"""Pairs of nodes that are weighed in one comparison; beyond that module paths alone decide."""
KINDRED: Final = frozenset({"activation", "norm", "pool", "conv", "linear"})
"""Layers of one of these families stand in for one another."""
ALIKE: Final = 0.5
"""The share of parts from which on two blocks of other names are taken for one."""


class Aligner:
    def __init__(self) -> None:
        self.cells = CELLS

    def pairs(self, old: Sequence[Sign], new: Sequence[Sign]) -> list[Pair]:
        """Every place once, in an order that agrees with both."""
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        middle = self._middle(old[start : len(old) - end], new[start : len(new) - end])
        shift = [(_plus(i, start), _plus(j, start)) for i, j in middle]
        tail = [(len(old) - k, len(new) - k) for k in range(end, 0, -1)]
        return [*((i, i) for i in range(start)), *shift, *tail]

    def _middle(self, old: Sequence[Sign], new: Sequence[Sign]) -> list[Pair]:
        self.cells -= len(old) * len(new)
        found = _by_path(old, new) if self.cells < 0 else _likest(old, new)
        pairs: list[Pair] = []
        i = j = 0
        for a, b in [*found, (len(old), len(new))]:
            pairs += [(k, None) for k in range(i, a)]
            pairs += [(None, k) for k in range(j, b)]
            if a < len(old):
                pairs.append((a, b))
            i, j = a + 1, b + 1
        return pairs


def _plus(place: int | None, by: int) -> int | None:
    return None if place is None else place + by


def _common(old: Sequence[Sign], new: Sequence[Sign]) -> int:
    """How many at the start are written alike."""
    count = 0
    while count < min(len(old), len(new)) and old[count].written == new[count].written:
        count += 1
    return count


def _by_path(old: Sequence[Sign], new: Sequence[Sign]) -> list[tuple[int, int]]:
    at = {(s.kind, s.path): j for j, s in enumerate(new) if s.path}
    found: list[tuple[int, int]] = []
    for i, sign in enumerate(old):
        j = at.get((sign.kind, sign.path), -1)
        if j > (found[-1][1] if found else -1):
            found.append((i, j))
    return found


def _likest(old: Sequence[Sign], new: Sequence[Sign]) -> list[tuple[int, int]]:
    """The increasing pairs whose likeness sums to the most (Needleman and Wunsch, 1970)."""
    width = len(new) + 1
    best = [[0.0] * width for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below, sign = best[i], best[i + 1], old[i]
        for j in range(len(new) - 1, -1, -1):
            paired = likeness(sign, new[j])
            row[j] = max(below[j], row[j + 1], paired + below[j + 1] if paired else 0.0)
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        paired = likeness(old[i], new[j])
        if paired and best[i][j] == paired + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def likeness(old: Sign, new: Sign) -> float:
    """How much speaks for two nodes being one; 0 if they cannot be."""
    named = bool(old.label) and old.path == new.path
    points = _content(old, new, named=named)
    if points <= 0 or old.kind != new.kind:
        return 0.0
    points += 5.0 if named else 0.0
    points -= 2.0 if old.label and new.label and old.label != new.label else 0.0
    points += 0.5 if old.path == new.path else 0.0
    points += 0.25 if old.count == new.count else 0.0
    return max(points, 0.0)


def _content(old: Sign, new: Sign, *, named: bool) -> float:
    if old.content == new.content:
        return 6.0
    if old.kind.endswith("call"):
        return _calls(old, new, named=named)
    if old.word == new.word:
        return 4.0
    kindred = old.family == new.family and old.family in KINDRED
    return 1.5 if kindred else 1.0 if named else 0.0


def _calls(old: Sign, new: Sign, *, named: bool) -> float:
    alike = shared_parts(old, new)
    if old.word == new.word or (named and old.family == new.family == "group"):
        return 3.0 + alike
    return 1.0 + 2 * alike if alike >= ALIKE else 0.0


def shared_parts(old: Sign, new: Sign) -> float:
    """The share of layers that two graphs have in common."""
    mine, theirs = dict(old.parts), dict(new.parts)
    total = sum(mine.values()) + sum(theirs.values())
    both = sum(min(count, theirs.get(word, 0)) for word, count in mine.items())
    return 2 * both / total if total else 0.0
