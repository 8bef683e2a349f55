"""Which modules run more than once: their steps say ``shared weights``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ....compiler.ir import Graph, Node, WeightOp
from ...diff.merge import UNMARKED, Merged, NodeMarks
from .chart import OUTER

Module: TypeAlias = tuple[str, bool]
"""The path of a module inside a graph, and whether only the old one of two versions runs it there.
``OUTER`` and a name is a module that the graph was given."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the nodes of a graph are in a chart: ``prefix`` and ``outers`` give their module paths.

    ``alone`` are the modules that the graph was given and that run once in the net. A module inside
    a ``shared`` graph runs as often as the graph.
    """

    prefix: str = ""
    outers: dict[str, str] = field(default_factory=dict)
    alone: frozenset[Module] = frozenset()
    shared: bool = False

    def path(self, node: Node) -> str:
        if isinstance(node.op, WeightOp):
            return self.prefix + node.op.module
        if node.outer:
            return self.outers.get(node.path, OUTER + node.path)
        return self.prefix + node.path if node.path else ""

    def passed(self, node: Node) -> dict[str, str]:
        """The paths of the modules that a call passes on, by their names in the called graph."""
        return {name: self.outers.get(path, self.prefix + path) for name, path in node.outers}


class ModuleRuns:
    """How often each module runs while a graph runs once. Each graph is counted once."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[Graph, Counter[Module]]] = {}

    def is_shared(self, merged: Merged, node: Node, place: Place) -> bool:
        """Whether a node uses a module that runs more than once in the net."""
        if not node.path or isinstance(node.op, WeightOp):
            return False
        module = OUTER + node.path if node.outer else node.path
        return not self._runs_once(merged, (module, _is_removed(merged.marks.of(node))), place)

    def alone(self, merged: Merged, node: Node, place: Place) -> frozenset[Module]:
        """Of the modules that a call passes on: those that run once in the net."""
        return frozenset(
            inner
            for inner, outer in _passed(merged.graph, node, merged.marks.of(node))
            if self._runs_once(merged, outer, place)
        )

    def _runs_once(self, merged: Merged, module: Module, place: Place) -> bool:
        if module[0].startswith(OUTER):
            return module in place.alone
        return not place.shared and self._of(merged)[module] <= 1

    def _of(self, merged: Merged) -> Counter[Module]:
        counted = self._counted.get(id(merged.graph))
        if counted is None:
            counted = self._counted[id(merged.graph)] = (merged.graph, self._count(merged))
        return counted[1]

    def _count(self, merged: Merged) -> Counter[Module]:
        runs: Counter[Module] = Counter()
        for node in merged.graph.running():
            marks = merged.marks.of(node)
            runs.update(_own(node, marks))
            if node.called is not None and node.outers:
                inner = self._of(Merged(node.called, marks.called or UNMARKED))
                for inside, outside in _passed(merged.graph, node, marks):
                    runs[outside] += inner[inside] * node.count
        return runs


def _own(node: Node, marks: NodeMarks) -> Iterator[Module]:
    """The module of each copy of a node."""
    if not node.path or isinstance(node.op, WeightOp):
        return
    paths = (OUTER + node.path,) * node.count if node.outer else node.paths
    yield from ((path, _is_removed(marks)) for path in paths)


def _passed(graph: Graph, node: Node, marks: NodeMarks) -> Iterator[tuple[Module, Module]]:
    """The modules that a call passes on: inside the called graph, and in this one."""
    removed = _is_removed(marks)
    for name, path in node.outers:
        here = OUTER + path if path in graph.outer else path
        yield from (((OUTER + name, old), (here, old or removed)) for old in (False, True))


def _is_removed(marks: NodeMarks) -> bool:
    return marks.mark == "removed"
