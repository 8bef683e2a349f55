"""Tensors that come in from the side: an encoder stands beside its decoder, not above it.

What a block is given beside its input (a memory, keys) may be made later than the place that reads
it stands in its column. Drawn downwards, the line would push the whole rest of the column below
the other; so it enters through a point at the reader's height, and climbs to that. Only where the
two have nothing in common: what a column itself gives rise to comes from above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .picture import Box, Cluster, Edge, Item, Picture, Run, text

PUSH: Final = 2
"""Boxes by which a column may be pushed down."""


def beside(picture: Picture) -> Picture:
    """With the lines that would push a column down turned upwards."""
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
            point = Box(id, text(Run(edge.name, "symbol")), shape="label")
            items = _before(items, edge.head, point)
            edges.append(Edge(id, edge.head))
            ranks.append((id, edge.head))
        edges[i] = replace(edge, head=id, arrow=False, trunk=False, level=True, climbs=True)
    return replace(picture, items=items, edges=tuple(edges), ranks=tuple(ranks))


def _late(picture: Picture, walls: Mapping[str, frozenset[str]]) -> list[int]:
    """The edges from outside a cluster to a box inside that comes earlier, by their place."""
    edges = picture.edges
    aside = {
        i for i, e in enumerate(edges)
        if e.look == "flow" and e.name and not walls[e.head] <= walls[e.tail]
    }  # fmt: skip
    down = [e for i, e in enumerate(edges) if e.look in ("flow", "skip") and i not in aside]
    rank = _ranks(down)
    fed = {e.head for e in down}

    def height(box: str) -> int:
        """Where a box stands without what comes from aside; above its readers, if that is all."""
        below = [rank[e.head] for e in down if e.tail == box]
        return rank.get(box, 0) if box in fed or not below else min(below) - 1

    return [
        i for i in sorted(aside)
        if rank.get(edges[i].tail, 0) - height(edges[i].head) >= PUSH
        and not _above(edges[i].tail, down) & _above(edges[i].head, down)
    ]  # fmt: skip


def _above(box: str, edges: Sequence[Edge]) -> set[str]:
    """A box with all before it."""
    before: dict[str, list[str]] = {}
    for edge in edges:
        before.setdefault(edge.head, []).append(edge.tail)
    found, waiting = {box}, [box]
    while waiting:
        new = set(before.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def _ranks(edges: Sequence[Edge]) -> dict[str, int]:
    """By box, how many edges the longest way to it has."""
    after: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    for edge in edges:
        after.setdefault(edge.tail, []).append(edge.head)
        waiting[edge.head] = waiting.get(edge.head, 0) + 1
    rank = {box: 0 for box in after if box not in waiting}
    ready = list(rank)
    for box in ready:
        for head in after.get(box, ()):
            rank[head] = max(rank.get(head, 0), rank[box] + 1)
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return rank


def _walls(items: Sequence[Item], around: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    """Boxes with the clusters that they stand in."""
    for item in items:
        if isinstance(item, Cluster):
            yield from _walls(item.items, (*around, item.id))
        else:
            yield item.id, frozenset(around)


def _before(items: tuple[Item, ...], box: str, new: Box) -> tuple[Item, ...]:
    """The items with a new box just before another, in its cluster."""
    found: list[Item] = []
    for item in items:
        if isinstance(item, Cluster):
            found.append(replace(item, items=_before(item.items, box, new)))
            continue
        found += [new, item] if item.id == box else [item]
    return tuple(found)
