"""Tensors that come in from the side: an encoder stands beside its decoder, not above it.

A block may read a second tensor (a memory, keys) that is computed far down in another column. A
line that runs down would push the reader, and the rest of its column, below that column. So the
line enters through a point at the height of the reader, and climbs to it. This is done only if the
two columns have no box above them in common: else the line comes from above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    flow = nx.DiGraph((e.tail, e.head) for e in down)
    rank = {box: i for i, row in enumerate(nx.topological_generations(flow)) for box in row}
    fed = {e.head for e in down}

    def height(box: str) -> int:
        """The rank of a box without the edges from aside; if it has no other input, one above its
        readers."""
        below = [rank[e.head] for e in down if e.tail == box]
        return rank.get(box, 0) if box in fed or not below else min(below) - 1

    def above(box: str) -> set[str]:
        """A box with all its ancestors."""
        return {box, *(nx.ancestors(flow, box) if box in flow else ())}

    return [
        i
        for i in sorted(aside)
        if rank.get(edges[i].tail, 0) - height(edges[i].head) >= PUSH
        and above(edges[i].tail).isdisjoint(above(edges[i].head))
    ]


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
