"""Tensors that come in from the side: an encoder stands beside its decoder, not above it.

A block may read a second tensor (a memory, keys) that is computed far down in another column. A
line that runs down would push the reader, and the rest of its column, below that column. So the
line enters through a point at the height of the reader, and climbs to it. This is done only if the
two columns have no box above them in common: else the line comes from above. A reader that has no
other input belongs to the column of the first box below it that has one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import networkx as nx

from ..picture import Box, Cluster, Edge, Item, Picture, TextRun, text

PUSH: Final = 2
"""A line climbs if it would push its reader down by this many boxes or more."""


def beside(picture: Picture) -> Picture:
    """The picture in which lines that would push a column down climb instead."""
    if picture.direction != "TB" or any(e.climbs and e.look == "flow" for e in picture.edges):
        return picture
    walls = dict(_walls(picture.items, ()))
    late = _late(picture, walls)
    if not late:
        return picture
    items, edges, ranks = picture.items, list(picture.edges), list(picture.ranks)
    forks = {box.id for box in picture.boxes() if box.shape == "fork"}
    for i in late:
        edge = picture.edges[i]
        id = edge.head
        if id not in forks:
            id = f"{edge.head}-from-{edge.tail}"
            point = Box(id, text(TextRun(edge.name, "symbol")), shape="label")
            items = _before(items, edge.head, point)
            edges.append(Edge(id, edge.head))
            ranks.append((id, edge.head))
        edges[i] = replace(edge, head=id, arrow=False, trunk=False, level=True, climbs=True)
    return replace(picture, items=items, edges=tuple(edges), ranks=tuple(ranks))


def _late(picture: Picture, walls: Mapping[str, frozenset[str]]) -> list[int]:
    """The indices of the edges that come from outside a cluster and would push its boxes down."""
    edges = picture.edges
    aside = {
        i
        for i, e in enumerate(edges)
        if e.look == "flow" and e.name and not walls[e.head] <= walls[e.tail]
    }
    down = [e for i, e in enumerate(edges) if e.look in ("flow", "skip") and i not in aside]
    columns = _Columns(down, {edges[i].head for i in aside})
    return [i for i in sorted(aside) if columns.is_late(edges[i])]


class _Columns:
    """The boxes in their columns: joined by all lines but those from aside."""

    def __init__(self, down: Sequence[Edge], aside: Collection[str]) -> None:
        """``aside`` are the boxes that a line from aside enters."""
        self._flow = nx.DiGraph((e.tail, e.head) for e in down)
        self._flow.add_nodes_from(aside)
        # Boxes that only lines from aside feed have no height of their own.
        sources = [box for box, inputs in self._flow.in_degree() if not inputs]
        own = {box for box in sources if box not in aside}
        own |= {box for source in own for box in nx.descendants(self._flow, source)}
        fed = self._flow.subgraph(own)
        self._rank = {
            box: i for i, row in enumerate(nx.topological_generations(fed)) for box in row
        }

    def is_late(self, edge: Edge) -> bool:
        """Whether a line from aside would push its reader down, in a column that has no box in
        common with its own."""
        joins = self._joins(edge.head)
        if not joins:
            return False
        height = min(self._rank[box] - length for box, length in joins.items())
        late = self._rank.get(edge.tail, 0) - height >= PUSH
        above = set().union(*map(self._above, joins))
        return late and self._above(edge.tail).isdisjoint(above)

    def _joins(self, reader: str) -> dict[str, int]:
        """The boxes with a height of their own that are first below a reader, or the reader itself,
        each with the length of the way to it."""
        lengths, waiting = {reader: 0}, [reader]
        for box in waiting:
            below = self._flow.successors(box) if box not in self._rank else ()
            new = [after for after in below if after not in lengths]
            lengths |= dict.fromkeys(new, lengths[box] + 1)
            waiting += new
        return {box: length for box, length in lengths.items() if box in self._rank}

    def _above(self, box: str) -> set[str]:
        """A box with all its ancestors."""
        return {box, *(nx.ancestors(self._flow, box) if box in self._flow else ())}


def _walls(items: Sequence[Item], around: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each box with the clusters around it."""
    for item in items:
        if isinstance(item, Cluster):
            yield from _walls(item.items, (*around, item.id))
        else:
            yield item.id, frozenset(around)


def _before(items: tuple[Item, ...], box: str, new: Box) -> tuple[Item, ...]:
    """The items with a new box in front of another, in the same cluster."""
    result: list[Item] = []
    for item in items:
        if isinstance(item, Cluster):
            result.append(replace(item, items=_before(item.items, box, new)))
            continue
        result += [new, item] if item.id == box else [item]
    return tuple(result)
