"""The mapping between two versions of a spec: a layer that both have keeps its weights."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table

from ...compiler.ir import Graph, InputOp, Node, WeightOp
from ..diff.merge import GraphMarks, merge
from .mappings import Mapping, Rule
from .module_tensors import Wanted
from .name_patterns import exact


def mapping_between(before: Graph, after: Graph, olds: Wanted, news: Wanted) -> Mapping:
    """The mapping of the weights of the old version to those of the new one."""
    merged = merge(before, after)
    paths = dict(_paths(merged.graph, merged.marks, ("", ""), ({}, {})))
    pairs = ((name, _renamed(name, paths)) for name in olds.tensors)
    return Mapping(
        tuple(
            Rule((exact(old),), (exact(new),))
            for old, new in pairs
            if new is not None and new in news.tensors
        )
    )


def _renamed(name: str, paths: Table[str, str]) -> str | None:
    """The new name of a tensor: that of the innermost layer around it, and the rest."""
    head = name
    while head:
        if head in paths:
            return paths[head] + name[len(head) :]
        head = head.rpartition(".")[0]
    return None


def _paths(
    graph: Graph,
    marks: GraphMarks,
    around: tuple[str, str],
    outer: tuple[Table[str, str], Table[str, str]],
) -> Iterator[tuple[str, str]]:
    """The module paths, old and new, of all layers and blocks that both versions have. ``outer``
    are the paths of shared modules outside of the graph."""
    for node in graph.nodes:
        both = marks.of(node)
        old, new = both.before, both.after
        if old is None or new is None or isinstance(node.op, InputOp | WeightOp):
            continue
        sides = zip((old, new), around, outer, strict=True)
        places = [_places(n, path, names) for n, path, names in sides]
        for pair in zip(*places, strict=False):
            if node.called is None or both.called is None:
                yield pair
                continue
            inner = tuple(
                {name: names.get(path, _join(start, path)) for name, path in n.outers}
                for n, start, names in zip((old, new), around, outer, strict=True)
            )
            yield from _paths(node.called, both.called, pair, (inner[0], inner[1]))


def _places(node: Node, around: str, outer: Table[str, str]) -> list[str]:
    """The module paths of all copies of a node."""
    if not node.path:
        return [around] if node.called is not None else []
    if node.outer:
        return [outer[node.path]] if node.path in outer else []
    return [_join(around, path) for path in node.paths]


def _join(around: str, path: str) -> str:
    return f"{around}.{path}" if around and path else around or path
