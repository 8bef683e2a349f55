"""The modules of a graph: which module each node belongs to, and which node is a layer.

The paths come from the names in the file. A path whose nodes can run at once becomes a module;
where they cannot (a module that runs twice), they run in the module around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .layer_modules import MAKERS, Call, layer_of
from .onnx_graph import Graph, Node, clean, is_path, owner

if TYPE_CHECKING:
    import networkx as nx
    from torch import nn

_WORDS: Final = {
    "Conv": "conv",
    "ConvTranspose": "conv_transpose",
    "Linear": "linear",
    "Embedding": "embed",
    "BatchNormalization": "bn",
    "LayerNormalization": "norm",
    "RMSNormalization": "norm",
    "GroupNorm": "norm",
    "GroupNormalization": "norm",
    "InstanceNormalization": "norm",
    "PRelu": "prelu",
}
"""Names for layers whose path the file does not have."""


@dataclass(eq=False)
class Layer:
    """A node that is a layer, with its module and its path."""

    node: Node
    module: nn.Module
    path: str


@dataclass(eq=False)
class Scope:
    """A module with what it runs, in order, and the values that it takes and gives."""

    path: str
    parent: Scope | None = None
    items: list[Node | Layer | Scope] = field(default_factory=list)
    takes: list[str] = field(default_factory=list)
    gives: list[str] = field(default_factory=list)

    @property
    def scopes(self) -> list[Scope]:
        return [item for item in self.items if isinstance(item, Scope)]

    def all(self) -> Iterator[Scope]:
        """This scope and those inside."""
        yield self
        for scope in self.scopes:
            yield from scope.all()


def _is_run(scope: str, path: str) -> bool:
    """Whether a scope is a run of a module: the older exporter calls the second ``cell_1``."""
    return re.fullmatch(re.escape(path) + r"(_\d+)?", scope) is not None


def tree(graph: Graph, shapes: Mapping[str, Sequence[int]]) -> Scope:
    """The scope of the whole model."""
    return _Tree(graph, shapes).root()


class _Tree:
    def __init__(self, graph: Graph, shapes: Mapping[str, Sequence[int]]) -> None:
        self.graph, self.shapes = graph, shapes
        self.readers = graph.readers()
        self.order = {id(node): at for at, node in enumerate(graph.nodes)}
        self.inside: dict[str, list[Node]] = {}
        for node in graph.nodes:
            self.inside.setdefault(node.scope, []).append(node)
        used = {scope for scope in graph.scopes if self._has_nodes(scope)}
        self.leaves = {scope for scope in used if self._is_leaf(scope, used)}
        self.paths = used - self.leaves
        self.taken: dict[str, tuple[Any, ...]] = {}
        """The paths of layers, each with what its layer is."""
        self.modules: dict[str, nn.Module] = {}

    def _has_nodes(self, scope: str) -> bool:
        return any(s == scope or s.startswith(f"{scope}.") for s in self.inside)

    def _is_leaf(self, scope: str, used: set[str]) -> bool:
        """Whether a module is a layer: all its nodes are the same."""
        if any(s.startswith(f"{scope}.") for s in used):
            return False
        nodes = self.inside.get(scope, [])
        return len({self._meaning(node) for node in nodes}) == 1

    def _meaning(self, node: Node) -> tuple[Any, ...]:
        """What a layer is: its op, settings and weights."""
        maker = MAKERS.get(node.op)
        weights = maker.weights_of(node) if maker is not None else ()
        settings = tuple(sorted((k, str(v)) for k, v in node.attributes.items()))
        return node.op, settings, tuple(weights)

    def root(self) -> Scope:
        scopes = {path: Scope(path) for path in sorted(self.paths)}
        root = Scope("")
        for path, scope in scopes.items():
            scope.parent = scopes.get(self._around(path), root)
            scope.parent.items.append(scope)
        for node in self.graph.nodes:
            item, home = self._item(node)
            scopes.get(home, root).items.append(item)
        _drop_empty(root)
        self._arrange(root)
        _name_ports(root, self.graph, self.shapes)
        return root

    def _around(self, path: str) -> str:
        """The innermost scope that a path is inside of."""
        while path:
            path = path.rpartition(".")[0]
            if path in self.paths:
                return path
        return ""

    def _home(self, node: Node) -> str:
        return node.scope if node.scope in self.paths else self._around(node.scope)

    # --- layers -----------------------------------------------------------------------------

    def _item(self, node: Node) -> tuple[Node | Layer, str]:
        """A node or the layer that it is, and the path of its scope."""
        maker = MAKERS.get(node.op)
        if maker is None:
            return node, self._home(node)
        if not maker.weights:
            return self._plain_layer(node)
        named = self._named(node)
        if named is not None and named in self.paths:
            return node, named
        layer = layer_of(self._call(node))
        if layer is None:
            return node, self._home(node)
        path = self._free(named, node)
        return self._layer(node, layer, path), self._around(path)

    def _plain_layer(self, node: Node) -> tuple[Node | Layer, str]:
        """A layer without weights, if a module of the model is that layer."""
        if node.scope not in self.leaves:
            return node, self._home(node)
        layer = layer_of(self._call(node))
        if layer is None:
            return node, self._home(node)
        return self._layer(node, layer, node.scope), self._around(node.scope)

    def _layer(self, node: Node, module: nn.Module, path: str) -> Layer:
        return Layer(node, self.modules.setdefault(path, module), path)

    def _call(self, node: Node) -> Call:
        constants = [self.graph.constants.get(name) for name in node.inputs]
        shape = self.shapes.get(next(iter(MAKERS[node.op].piped(node)), ""), ())
        result = self.shapes.get(node.outputs[0], ())
        return Call(node, constants, shape, result, self.graph.opset)

    def _named(self, node: Node) -> str | None:
        """The path that the names of weights give, or the module that made the node."""
        maker = MAKERS[node.op]
        weights = maker.weights_of(node)
        for name, ending in zip(weights, ("weight", "bias"), strict=False):
            path = owner(name, ending, "scale" if ending == "weight" else "bias")
            if path is not None and self._owns(path, name, node):
                return path
        for name, ending in zip(weights, ("weight", "bias"), strict=False):
            path, _, last = name.rpartition(".")
            if is_path(name) and path == node.scope and last.endswith(ending):
                return path  # in_proj_bias of attention
        return node.scope if node.scope in self.leaves else None

    def _owns(self, path: str, name: str, node: Node) -> bool:
        """Whether the module in the name of a weight is that of a node. Exporters join layers that
        are beside one another, so the node may name the other one."""
        if _is_run(node.scope, path):
            return True
        beside = path.rpartition(".")[0] == node.scope.rpartition(".")[0]
        inside = path.endswith(f".{node.scope}")  # the older exporter leaves out lists of modules
        other = node.scope in self.leaves and not beside and not inside
        return len(self.readers[name]) == 1 and not other

    def _free(self, named: str | None, node: Node) -> str:
        """The path of a layer: the one that its names give, or a number in its scope."""
        meaning = self._meaning(node)
        if named is not None and self.taken.setdefault(clean(named), meaning) == meaning:
            return clean(named)
        stem = f"{self._home(node)}.{_WORDS[node.op]}".lstrip(".")
        names = (f"{stem}{i}" for i in range(1, 10**6))
        path = next(
            n for n in names if self.taken.get(n, meaning) == meaning and n not in self.paths
        )
        self.taken[path] = meaning
        return path

    # --- order ------------------------------------------------------------------------------

    def _arrange(self, scope: Scope) -> None:
        """Puts the items of a scope in order. Scopes that cannot run at once are taken apart."""
        while True:
            edges = _edges(scope)
            loops = [loop for loop in _loops(scope.items, edges) if len(loop) > 1]
            if not loops:
                break
            inside = [item for item in loops[0] if isinstance(item, Scope)]
            _take_apart(min(inside, key=lambda s: sum(1 for _ in _nodes(s))))
        places = {id(item): self._place(item) for item in scope.items}
        scope.items = _sorted(scope.items, edges, places)
        for inner in scope.scopes:
            self._arrange(inner)

    def _place(self, item: Node | Layer | Scope) -> int:
        return min(self.order[id(node)] for node in _nodes(item))


def _nodes(item: Node | Layer | Scope) -> Iterator[Node]:
    if isinstance(item, Node):
        yield item
    elif isinstance(item, Layer):
        yield item.node
    else:
        for inner in item.items:
            yield from _nodes(inner)


def _drop_empty(scope: Scope) -> None:
    for inner in scope.scopes:
        _drop_empty(inner)
    scope.items = [item for item in scope.items if not isinstance(item, Scope) or item.items]


def _edges(scope: Scope) -> dict[int, set[int]]:
    """The items that each item needs, by their ids."""
    makers = {name: id(item) for item in scope.items for n in _nodes(item) for name in n.outputs}
    edges: dict[int, set[int]] = {}
    for item in scope.items:
        read = {name for node in _nodes(item) for name in node.inputs}
        edges[id(item)] = {makers[name] for name in read if name in makers} - {id(item)}
    return edges


def _loops(items: Sequence[Any], edges: Mapping[int, set[int]]) -> list[list[Any]]:
    """The items that need one another."""
    import networkx as nx

    by_id = {id(item): item for item in items}
    return [[by_id[i] for i in loop] for loop in nx.strongly_connected_components(_graph(edges))]


def _graph(edges: Mapping[int, set[int]]) -> nx.DiGraph:
    """The items by their ids, with an edge from each to those that need it."""
    import networkx as nx

    return nx.DiGraph(edges).reverse()


def _take_apart(scope: Scope) -> None:
    """Gives the items of a scope to the one around it."""
    around = scope.parent
    assert around is not None
    around.items.remove(scope)
    around.items += scope.items
    for inner in scope.scopes:
        inner.parent = around


def _sorted(
    items: Sequence[Any], edges: Mapping[int, set[int]], places: Mapping[int, int]
) -> list[Any]:
    """The items in an order in which they can run, as near as can be to that of the file."""
    import networkx as nx

    by_id = {id(item): item for item in items}
    order = nx.lexicographical_topological_sort(_graph(edges), key=places.__getitem__)
    return [by_id[i] for i in order]


def _name_ports(root: Scope, graph: Graph, tensors: Collection[str]) -> None:
    """Finds the tensors that each scope takes and gives."""
    root.takes, root.gives = [value.name for value in graph.inputs], list(graph.outputs)
    readers = graph.readers()
    for scope in root.all():
        if scope is root:
            continue
        nodes = list(_nodes(scope))
        own = {id(node) for node in nodes}
        made = {name for node in nodes for name in node.outputs}
        read = dict.fromkeys(name for node in nodes for name in node.inputs)
        outside = (name for name in read if name not in made and name not in graph.constants)
        scope.takes = [name for name in outside if name in tensors]
        scope.gives = [
            name
            for node in nodes
            for name in node.outputs
            if name in tensors
            and (name in graph.outputs or any(id(r) not in own for r in readers.get(name, ())))
        ]
