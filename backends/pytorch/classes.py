"""All classes of a net. Graphs of one block that differ only in numbers share a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...compiler.ir import Graph
from ...compiler.lowering import CallCode, Imported
from ..python.printing import Late
from .blueprints import Blueprint, make_blueprint
from .class_names import name_classes, name_imports
from .initialisers import uniform
from .merging import Class, Skeleton, merge
from .modules import sequential
from .nodes import graphs_in


class Program:
    """All classes of a net, each after the classes that it uses."""

    def __init__(self, root: Graph) -> None:
        self.root_graph = root
        self.uniform = uniform(root)
        self.classes: list[Class] = []
        self.blueprints: dict[int, Blueprint] = {}
        self.constructors: dict[int, CallCode] = {}
        self.imports: dict[str, Late] = {}
        """The names of the externs' classes, by their targets."""
        for level in _levels(root):
            self._level(level)
        self.root = self.classes[-1]
        used = _constructed(root)
        self.classes = [c for c in self.classes if not used.isdisjoint(map(id, c.graphs))]
        name_classes(self.classes)
        name_imports(self.imports, self.classes)

    # what a blueprint asks about the graphs that it calls

    def blueprint(self, graph: Graph) -> Blueprint:
        return self.blueprints[id(graph)]

    def constructor(self, graph: Graph) -> CallCode:
        return self.constructors[id(graph)]

    def imported(self, code: Imported) -> Late:
        return self.imports.setdefault(code.target, Late())

    # one level: graphs that call only graphs of lower levels

    def _level(self, graphs: Sequence[Graph]) -> None:
        alike: dict[Any, list[tuple[Graph, Blueprint]]] = {}
        for graph in graphs:
            blueprint = make_blueprint(graph, self, self.uniform)
            if graph is self.root_graph:
                blueprint = blueprint.replace(init=(*blueprint.init, *self.uniform.statements()))
            self.blueprints[id(graph)] = blueprint
            if graph.kind == "group" and blueprint.base == "nn.Sequential":
                self.constructors[id(graph)] = sequential(blueprint.tree)
            else:
                alike.setdefault(_likeness(graph, blueprint), []).append((graph, blueprint))
        for members in alike.values():
            self._settle([g for g, _ in members], [d for _, d in members])

    def _settle(self, graphs: list[Graph], blueprints: list[Blueprint]) -> None:
        cls = merge(graphs, blueprints)
        self.classes.append(cls)
        for graph in graphs:
            self.constructors[id(graph)] = cls.construct(graph)


def _constructed(root: Graph) -> set[int]:
    """The graphs that a module is made for. The uses of a share have a graph each, and one module:
    it is made for the first of them."""
    constructed, waiting = {id(root)}, [root]
    while waiting:
        inner: dict[str, Graph] = {}
        for node in waiting.pop().nodes:
            if node.called is not None and not node.outer:
                inner.setdefault(node.path, node.called)
        waiting += [graph for graph in inner.values() if id(graph) not in constructed]
        constructed.update(map(id, inner.values()))
    return constructed


def _levels(root: Graph) -> list[list[Graph]]:
    """All graphs, each once, on the level above the highest one that it calls."""
    height: dict[int, int] = {}
    levels: list[list[Graph]] = []

    def visit(graph: Graph) -> int:
        if id(graph) not in height:
            level = height[id(graph)] = 1 + max(map(visit, graphs_in(graph)), default=-1)
            while len(levels) <= level:
                levels.append([])
            levels[level].append(graph)
        return height[id(graph)]

    visit(root)
    return levels


def _likeness(graph: Graph, blueprint: Blueprint) -> Any:
    """A key that graphs of one class share: their place in the text, and all but the numbers."""
    name = graph.name.rstrip("0123456789") if graph.kind == "group" else graph.name
    place = (graph.span.source.name, graph.span.start) if graph.span else (graph.kind, name)
    return place, Skeleton(blueprint).key
