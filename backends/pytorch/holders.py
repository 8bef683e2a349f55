"""A graph's modules: which nodes have one, how code refers to them, and which form chains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, Protocol

from ...compiler.ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    Tie,
    Value,
    WeightOp,
    outer_of,
    piped,
)
from ...compiler.layer import Refused
from ...compiler.lowering import CallCode, Helper, Imported, Lowering
from ...compiler.reserved import reserved
from ..python.identifiers import attribute, numbered, variable
from ..python.printing import Late, quote
from .modules import LIST_METHODS, Item, Tree, access, containers, parameter, plant
from .nodes import labels, layer_of
from .refusals import refusal, reserved_name

MOST_SPELLED_OUT: Final = 3
"""The most copies ``conv1``, ``conv2``, ... that get a line each; more are made in a loop."""


class Built(Protocol):
    """What a caller knows of a called graph's class: its modules, and how it is called."""

    @property
    def arguments(self) -> tuple[str, ...]: ...
    @property
    def outers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def sizes(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def device(self) -> str: ...
    @property
    def tree(self) -> Tree: ...
    @property
    def plain(self) -> bool: ...


class Classes(Protocol):
    """The classes of the graphs that a graph calls. ``root_graph`` is the net."""

    @property
    def root_graph(self) -> Graph: ...

    def blueprint(self, graph: Graph) -> Built:
        """The called graph's class."""

    def constructor(self, graph: Graph) -> CallCode:
        """How an instance is made: ``Basic(64, stride=2)``, or ``nn.Sequential(...)``."""

    def imported(self, code: Imported) -> Late:
        """The name of an extern's class in the file."""


class Holder:
    """A graph that is becoming a class. ``arguments`` are the names of its inputs in ``forward``,
    ``outers`` those of modules from outside, ``device`` that of the device if it has no inputs to
    tell it; ``tree`` holds its own modules."""

    def __init__(self, graph: Graph, classes: Classes) -> None:
        self.graph = graph
        self.classes = classes
        self.lowerings: dict[str, Lowering] = {}
        self.nodes = self._with_paths([c for node in graph.nodes for c in _spelled_out(node)])
        self.running = [n for n in self.nodes if not n.idle and not isinstance(n.op, InputOp)]
        alone = graph.kind == "group" and len(graph.inputs) == 1
        self.arguments = _unique(["x"] if alone else [p.name for p in graph.inputs])
        self.outers = dict(zip(graph.outer, _unique(graph.outer, self.arguments), strict=True))
        self.device = "" if self.arguments else variable("device", self.outers.values())
        self.made = self._made()
        self.tree = plant(((n.path, self._item(n)) for n in self.made), root=True)
        _check_names(self.tree)

    @property
    def inputs(self) -> dict[Value, str]:
        return {Value(n.key): a for n, a in zip(self.nodes, self.arguments, strict=False)}

    @property
    def signature(self) -> frozenset[str]:
        """The names of the tensors and modules that ``forward`` takes, and of the device."""
        return frozenset((*self.arguments, *self.outers.values(), self.device))

    @property
    def handed_in(self) -> tuple[tuple[str, str], ...]:
        """The outer modules that are called here or handed on, with their names. (The share of a
        function, such as ``relu``, has no module.)"""
        weights = (n.op.module for n in self.nodes if isinstance(n.op, WeightOp))
        wanted = {
            outer_of(path, self.outers) for path in (*weights, *(t.source for t in self.graph.ties))
        }
        for node in self.nodes:
            if node.outer and self.brings(node):
                wanted.add(node.path)
            if node.called is not None:
                inner = dict(self.classes.blueprint(node.called).outers)
                wanted.update(path for name, path in node.outers if name in inner)
        return tuple((path, name) for path, name in self.outers.items() if path in wanted)

    @property
    def helpers(self) -> tuple[Helper, ...]:
        return tuple(dict.fromkeys(h for low in self.lowerings.values() for h in low.helpers))

    def lowering(self, node: Node) -> Lowering:
        """The PyTorch form of a layer. Raises CompileError if it has none."""
        if node.key not in self.lowerings:
            op = layer_of(node)
            assert op is not None
            try:
                lowering = op.layer.lower(*piped(node))
            except Refused as refused:
                raise refusal(refused, node.span) from None
            # A layer without state or name needs no module: `torch.relu(x)`.
            if lowering.function is not None and labels(node)[1]:
                lowering = Lowering(forward=lowering.function, helpers=lowering.helpers)
            self.lowerings[node.key] = lowering
        return self.lowerings[node.key]

    def _with_paths(self, nodes: list[Node]) -> list[Node]:
        """The nodes, with a path for each constant without a label. Its buffer needs a name, which
        no checkpoint shows."""
        taken = {n.path.partition(".")[0] for n in nodes}
        for i, node in enumerate(nodes):
            if isinstance(node.op, LayerOp) and not node.path and self.lowering(node).module:
                path = numbered(f"{node.op.layer.word}1", taken)
                taken.add(path)
                nodes[i] = node.replace(path=path)
        return nodes

    # --- modules ---------------------------------------------------------------------------------

    def _made(self) -> list[Node]:
        """The nodes that have a module, parameter or buffer; the first of each path."""
        first_nodes: dict[str, Node] = {}
        for node in self.nodes:
            if node.path and not node.outer and self.brings(node):
                first_nodes.setdefault(node.path, node)
        return list(first_nodes.values())

    def brings(self, node: Node) -> bool:
        """Whether a node has a module, parameter or buffer."""
        if layer_of(node) is not None:
            return self.lowering(node).module is not None
        return node.called is not None

    def _item(self, node: Node) -> Item:
        graph = node.called
        if graph is not None:
            code = self.classes.constructor(graph)
            return Item(code, node, node.count, self.classes.blueprint(graph).tree)
        module = self.lowering(node).module
        assert module is not None
        if isinstance(module.function, Imported):
            module = module.replace(function=self.classes.imported(module.function))
        return Item(module, node, node.count)

    def module(self, node: Node) -> str:
        """The expression of a node's module."""
        if node.outer:
            return self.outers[node.path]
        return access(self.tree, node.path) if node.path else "self"

    def handed_on(self, path: str) -> str:
        """The expression of a module that a called graph asks for."""
        return self.outers[path] if path in self.outers else access(self.tree, path)

    def weight(self, module: str, weight: str) -> str:
        """The expression of a weight, whose module is the graph's own or comes from outside."""
        outer = outer_of(module, self.outers)
        if outer:
            owner = self.outers[outer]
            names = [*filter(None, module.removeprefix(outer).split("."))]
        else:
            owner, names = access(self.tree, module), []
        for name in (*names, *filter(None, weight.split("."))):
            owner = attribute(owner, name)
        return owner

    def tied(self, tie: Tie) -> tuple[str, str]:
        """The target and the source of a tie. For type checkers, what is in a list or dict of
        modules has no weights: there both are found by their paths."""
        target = self.weight(tie.path, tie.weight)
        source = self.weight(tie.source, tie.source_weight)
        if "[" in target:
            path, _, name = f"{tie.path}.{tie.weight}".rstrip(".").rpartition(".")
            target = f"self.get_submodule({quote(path)}).{name}"
        if "[" in source:
            source = parameter("self", tie.source, tie.source_weight)
        return target, source

    # --- chains ----------------------------------------------------------------------------------

    def is_plain(self, node: Node) -> bool:
        """Whether the node only calls a module, with one tensor and for one tensor."""
        if node.outer or not node.path or len(node.inputs) != 1 or len(node.types) != 1:
            return False
        if isinstance(node.op, CallOp):
            return self.classes.blueprint(node.op.graph).plain
        if not isinstance(node.op, LayerOp):
            return False
        lowering = self.lowering(node)
        return lowering.module is not None and lowering.forward is None

    def is_chain(self) -> bool:
        """Whether the graph runs its modules as ``nn.Sequential`` runs its members."""
        if not self.graph.sequential or self.graph.ties or self.graph.outer:
            return False
        items = list(self.tree.children.values())
        in_order = [c.node.key for c in items if isinstance(c, Item)]
        return (
            in_order == [n.key for n in self.running]
            and len(items) == len(in_order) == len(self.made)
            and all(map(self.is_plain, self.running))
            and not LIST_METHODS & self.tree.children.keys()
        )

    def fold(self) -> dict[str, tuple[str, list[Node]]]:
        """Make each container that one call can run an ``nn.Sequential``. Returns the path and the
        nodes of such a container for the key of each of its nodes."""
        uses = Counter(v for n in self.running for v in n.inputs)
        uses.update(self.graph.results)
        order = {n.key: i for i, n in enumerate(self.running)}
        paths = Counter(n.path for n in self.running)
        folded: dict[str, tuple[str, list[Node]]] = {}
        for path, tree in containers(self.tree):
            nodes = [c.node for c in tree.children.values() if isinstance(c, Item)]
            if (
                tree.kind == "list"
                and len(nodes) == len(tree.children)
                and all(n.key in order and paths[n.path] == 1 and self.is_plain(n) for n in nodes)
                and _follow(nodes, order, uses)
            ):
                tree.sequential = True
                folded |= {n.key: (path, nodes) for n in nodes}
        return folded


def _spelled_out(node: Node) -> Iterator[Node]:
    """The node, or one node for each of a few copies with names (``conv1``, ``conv2``)."""
    if not (1 < node.count <= MOST_SPELLED_OUT and node.word):
        yield node
        return
    keys = [f"{node.key}~{i}" for i in range(1, node.count)] + [node.key]
    inputs, first = node.inputs, node.first or 0
    for i, (path, key) in enumerate(zip(node.paths, keys, strict=True)):
        names = node.names if key == node.key else ()
        yield node.replace(key=key, path=path, first=first + i, count=1, inputs=inputs, names=names)
        inputs = (*(Value(key, i) for i in node.main), *node.inputs[len(node.main) :])


def _unique(wishes: Iterable[str], before: tuple[str, ...] = ()) -> tuple[str, ...]:
    names: list[str] = []
    for wish in wishes:
        names.append(variable(wish or "x", {*names, *before}))
    return tuple(names)


def _check_names(tree: Tree) -> None:
    for name, child in tree.children.items():
        if reserved(name):
            raise reserved_name(name, child.node.span if isinstance(child, Item) else None)
        if isinstance(child, Tree):
            _check_names(child)


def _follow(nodes: list[Node], order: dict[str, int], uses: Counter[Value]) -> bool:
    """Whether the nodes run one right after another, and only the next one uses each result."""
    for before, node in pairwise(nodes):
        value = Value(before.key)
        if order[node.key] != order[before.key] + 1 or node.inputs != (value,) or uses[value] != 1:
            return False
    return True
