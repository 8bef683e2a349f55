"""The compiled graph as a networkx graph, hierarchical or flat, for code about its structure.

It is a module apart from ``ir``, since importing networkx takes longer than a whole check.
``docs/graph.md`` is for its users; ``compiler.analyses`` has the analyses that networkx lacks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import networkx as nx

from .dims import Dim, Size, substitute
from .flat import Flat, Producer, Run, flat
from .ir import Graph, InputOp, LayerOp, Node, Port, ScanOp, WeightOp, node_macs, node_params
from .spelling import spell, spell_value
from .types import TensorType

NO_DATA: Final[Mapping[str, Any]] = {
    "kind": "",
    "word": "",
    "category": "",
    "text": "",
    "module": "",
    "settings": {},
    "types": (),
    "weights": {},
    "tied": {},
    "params": 0,
    "macs": 0,
    "idle": False,
    "scans": (),
    "steps": 1,
    "line": 0,
    "layer": None,
}
"""The data of every node; ``docs/graph.md`` explains each."""

OBJECTS: Final = ("graph", "node", "layer")
"""Further data of nodes, which no file can hold."""


class NetGraph(nx.MultiDiGraph):  # type: ignore[misc]  # networkx has no types
    """A network as a graph of its nodes, in an order in which they can run.

    An edge leads from the node that makes a tensor to a node that reads it; its key is the number
    of the reader's input. A node that calls a block has the block's graph as its ``graph``, in a
    hierarchical graph."""

    ir: Graph | None = None
    """The graph that a hierarchical graph was made of."""

    @property
    def inputs(self) -> list[str]:
        return [key for key, kind in self.nodes(data="kind") if kind == "input"]

    @property
    def outputs(self) -> list[str]:
        return [key for key, kind in self.nodes(data="kind") if kind == "output"]

    def flatten(self, *, loops: bool = False) -> NetGraph:
        """One node for each run of a layer: calls, copies and the cells of scans are opened.

        It has no cycle. With ``loops`` the states that a scan passes from step to step are edges
        too, with ``loop=True``."""
        if self.ir is None:
            raise ValueError("only a whole network is flattened: net.graph.flatten()")
        return _flattened(self.ir, loops=loops)

    def plain(self) -> nx.MultiDiGraph:
        """A copy whose data are text and numbers, as the writers of GraphML and GEXF want it."""
        made = nx.MultiDiGraph(name=self.name)
        sizes = {k for _, data in self.nodes(data=True) for k in data if isinstance(data[k], Size)}
        for key, data in self.nodes(data=True):
            made.add_node(key, **_plain(data, sizes))
        for tail, head, slot, data in self.edges(data=True, keys=True):
            made.add_edge(tail, head, key=str(slot), **_plain(data, ()))
        return made


def to_networkx(graph: Graph) -> NetGraph:
    """The hierarchical graph. Equal calls share one graph; none is to be changed."""
    return _hierarchical(graph, {})


def _hierarchical(graph: Graph, views: dict[int, NetGraph]) -> NetGraph:
    if id(graph) in views:
        return views[id(graph)]
    view = views[id(graph)] = NetGraph(name=graph.name)
    view.ir = graph
    names = _Names(graph, [n.key for n in graph.nodes])
    counted: set[str] = set()
    for node in graph.nodes:
        inner = {} if node.called is None else {"graph": _hierarchical(node.called, views)}
        data = _of_node(node, graph)
        if node.outer or (node.path and node.path in counted):
            data["params"] = 0
        counted.add(node.path)
        view.add_node(names.of(node.key), **data, **inner)
        _connect(view, names, node.key, [(v.node, v.result) for v in node.inputs])
    _add_outputs(view, names, graph.outputs, [(v.node, v.result) for v in graph.results])
    return nx.freeze(view)  # type: ignore[no-any-return]


def _flattened(graph: Graph, *, loops: bool) -> NetGraph:
    made = flat(graph)
    runs = list(_shown(made))
    view = NetGraph(name=graph.name)
    names = _Names(graph, [run.key for run in runs])
    counted: set[str] = set()
    for run in runs:
        data = _of_run(run)
        if run.module in counted:
            data["params"] = 0
        counted.update(filter(None, [run.module if run.kind == "layer" else ""]))
        view.add_node(names.of(run.key), **data)
        _connect(view, names, run.key, run.takes)
    _add_outputs(view, names, graph.outputs, made.results)
    for (maker, result), state in made.loops if loops else ():
        _connect_one(view, names.of(maker), names.of(state), "loop", 0, result, loop=True)
    return view


def _shown(made: Flat) -> Iterator[Run]:
    """The runs, without idle runs of a share that runs elsewhere, and without results of a scan
    that nothing reads."""
    shown = {run.module for run in made.runs if run.runs and run.kind == "layer"}
    read = {key for run in made.runs for key, _ in run.takes} | {key for key, _ in made.results}
    for run in made.runs:
        if run.kind in ("stack", "final") and run.key not in read:
            continue
        if run.runs or run.module not in shown:
            shown |= set() if run.runs else {run.module}
            yield run


# --- nodes ------------------------------------------------------------------------------------


class _Names:
    """Keys as users see them: an input has its name as its key, unless a module has that name."""

    def __init__(self, graph: Graph, keys: Collection[str]) -> None:
        self.taken = set(keys)
        self.inputs = {n.key: self.new(n.key[1:], ">{}") for n in _inputs(graph)}

    def new(self, name: str, otherwise: str) -> str:
        key = otherwise.format(name) if name in self.taken else name
        self.taken.add(key)
        return key

    def of(self, key: str) -> str:
        return self.inputs.get(key, key)


def _inputs(graph: Graph) -> Iterator[Node]:
    return (node for node in graph.nodes if isinstance(node.op, InputOp))


def _of_node(node: Node, graph: Graph) -> dict[str, Any]:
    """The data of a node of a hierarchical graph."""
    op = node.op
    if isinstance(op, InputOp):
        return _of_run(Run(node.key, "input", node, (), node.types))
    if isinstance(op, WeightOp):
        return _of_run(Run(node.key, "weight", node, (), node.types, op.module))
    if isinstance(op, LayerOp):
        run = Run(
            node.key,
            "layer",
            node,
            (),
            node.types,
            node.path,
            copies=node.count,
            runs=0 if node.idle else node.count,
            tied=_tied(node.path, op, graph),
        )
        return _of_run(run) | {"params": run.params * node.count, "count": node.count}
    return _of_call(node, graph)


def _tied(path: str, op: LayerOp, graph: Graph) -> dict[str, str]:
    """The tied weights of a layer, as far as its own graph shows the others; an enclosing graph may
    know them."""
    sources = {f"{t.path}.{t.weight}": f"{t.source}.{t.source_weight}" for t in graph.ties}
    keys = [f"{path}.{name}" for name in op.tied]
    return {key.rstrip("."): sources.get(key, "") for key in keys}


def _of_call(node: Node, graph: Graph) -> dict[str, Any]:
    called, op = node.called, node.operation
    cell = {} if called is not None else _of_node(node.replace(op=op, takes=node.operands), graph)
    params = node_params(node) * node.count if called is not None else 0
    return (
        dict(NO_DATA)
        | cell
        | {
            "kind": "scan" if isinstance(node.op, ScanOp) else "call",
            "module": node.path,
            "types": node.types,
            "params": cell.get("params", params),
            "macs": 0 if node.idle else _single(node_macs(node) * node.count),
            "idle": node.idle,
            "count": node.count,
            "line": node.span.line if node.span else 0,
            "node": node,
        }
        | ({} if called is None else {"word": called.name, "text": _heading(called)})
    )


def _heading(graph: Graph) -> str:
    """A call as it is written: ``bottleneck(64, stride=2)``."""
    given = ", ".join(f"{name}={spell_value(value)}" for name, value in graph.arguments)
    return f"{graph.name}({given})" if given else graph.name


def _of_run(run: Run) -> dict[str, Any]:
    layer = run.layer
    own = (
        {}
        if layer is None
        else {
            "layer": layer,
            "word": layer.word,
            "category": layer.category,
            "text": spell(layer),
            "settings": layer.setting_values(),
            "weights": {key: weight.shape for key, weight in run.weights.items()},
            "tied": dict(run.tied),
            "params": _single(run.params),
            "macs": _single(run.macs * run.runs),
        }
    )
    if isinstance(run.node.op, ScanOp) and run.kind in ("each", "stack"):
        own = {"settings": {"reverse": run.node.op.reverse}}
    elif isinstance(run.node.op, WeightOp):
        own = {"text": f"{run.module}.{run.node.op.weight}".strip(".")}
    return (
        dict(NO_DATA)
        | own
        | {
            "kind": run.kind,
            "module": run.module,
            "types": run.types,
            "idle": run.runs == 0,
            "scans": run.scans,
            "steps": run.steps,
            "line": run.node.span.line if run.node.span else 0,
            "node": run.node,
        }
    )


def _single(dim: Dim) -> Dim:
    """A size for a batch of one example."""
    return substitute(dim, {"N": 1})


# --- edges ------------------------------------------------------------------------------------


def _connect(view: NetGraph, names: _Names, key: str, takes: Iterable[Producer]) -> None:
    for slot, (maker, result) in enumerate(takes):
        _connect_one(view, names.of(maker), names.of(key), slot, slot, result, loop=False)


def _connect_one(
    view: NetGraph, maker: str, reader: str, key: object, slot: int, result: int, *, loop: bool
) -> None:
    type = view.nodes[maker]["types"][result]
    view.add_edge(maker, reader, key=key, slot=slot, result=result, type=type, loop=loop)


def _add_outputs(
    view: NetGraph, names: _Names, ports: Sequence[Port], results: Sequence[Producer]
) -> None:
    for i, (port, producer) in enumerate(zip(ports, results, strict=True)):
        name = "output" if len(ports) == 1 else port.name or f"output{i}"
        key = names.new(name, "{}>")
        data = {"kind": "output", "text": port.name, "types": (port.type,)}
        view.add_node(key, **dict(NO_DATA) | data)
        _connect(view, names, key, [producer])


# --- plain data -------------------------------------------------------------------------------


def _plain(data: Mapping[str, Any], texts: Collection[str]) -> dict[str, str | int | float | bool]:
    """Data as a file can hold it. ``texts`` are the names of data that are not numbers in every
    node, since a file has one type for each."""
    shown = {name: _text(value) for name, value in data.items() if name not in OBJECTS}
    return {name: str(value) if name in texts else value for name, value in shown.items()}


def _text(value: object) -> str | int | float | bool:
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_text(_joined(v))}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _joined(value: object) -> object:
    """A shape inside a mapping: ``64x3x7x7``."""
    return value if isinstance(value, str | TensorType | Size) else spell_value(value)
