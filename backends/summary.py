"""What a network consists of, layer by layer: module paths, output shapes, parameters, MACs.

``rows`` lists every layer; ``text`` is the table for a reader, with repeats folded into one row;
``as_dict`` is the document for programs. Numbers are for one example (N = 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..compiler.dims import Dim, product, substitute
from ..compiler.ir import CallOp, Graph, LayerOp, Node, layer_weights, node_macs
from ..compiler.layer import Init, Layer
from ..compiler.types import TensorType

VERSION = 1
LONGEST_CELL = 48


@dataclass(frozen=True, slots=True)
class Row:
    """One module (or, folded, ``copies`` equal ones), or an operator that costs something."""

    path: str
    layer: Layer
    outputs: tuple[TensorType, ...]
    params: Dim
    macs: Dim
    copies: int = 1
    runs: int = 0
    """How often one forward pass runs it, all copies together."""
    steps: Dim = 1
    """Of the scans around, at each of which it runs so often."""

    @property
    def idle(self) -> bool:
        return self.runs == 0

    @property
    def shared(self) -> bool:
        return self.runs > self.copies


def rows(graph: Graph, *, fold: bool = False) -> list[Row]:
    """A row for each module path, in the order of first use; ``fold`` joins repeats."""
    found: dict[object, Row] = {}
    for key, row in _walk(graph, _Scope(), fold):
        before = found.get(key)
        found[key] = row if before is None else _merge(before, row)
    return list(found.values())


def _merge(a: Row, b: Row) -> Row:
    """Two uses of one module: it has its parameters once and works twice."""
    outputs = a.outputs if a.runs else b.outputs
    params = a.params or b.params
    return replace(a, outputs=outputs, params=params, macs=a.macs + b.macs, runs=a.runs + b.runs)


@dataclass(frozen=True, slots=True)
class _Module:
    """A module path and how many modules it stands for (``layer.0…2`` for three)."""

    path: str
    copies: int


@dataclass(frozen=True, slots=True)
class _Scope:
    """The surroundings of a graph: the module it is, and what it got from its caller."""

    module: _Module = _Module("", 1)
    outer: Mapping[str, _Module] = field(default_factory=dict)
    sizes: Mapping[str, Dim] = field(default_factory=dict)
    runs: int = 1
    steps: Dim = 1

    def inside(self, path: str) -> str:
        return ".".join(filter(None, (self.module.path, path)))

    def modules(self, node: Node, fold: bool) -> list[_Module]:
        copies = self.module.copies
        if node.outer:
            return [self.outer[node.path]]
        if fold and node.count > 1:
            return [_Module(self.inside(_folded(node)), copies * node.count)]
        return [_Module(self.inside(p), copies) for p in node.paths]

    def steps_of(self, node: Node) -> Dim:
        return self.steps * substitute(node.steps, self.sizes)

    def call(self, node: Node, op: CallOp, module: _Module, runs: int) -> _Scope:
        sizes = {name: substitute(dim, self.sizes) for name, dim in op.sizes}
        outer = {name: self.named(target) for name, target in node.outers}
        return _Scope(module, outer, {**self.sizes, **sizes}, runs, self.steps_of(node))

    def named(self, target: str) -> _Module:
        return self.outer.get(target) or _Module(self.inside(target), self.module.copies)


def _folded(node: Node) -> str:
    """``layer.0…2`` for ``layer.0``, ``layer.1``, ``layer.2``."""
    return f"{node.path}…{(node.first or 0) + node.count - 1}"


def _walk(graph: Graph, scope: _Scope, fold: bool) -> Iterator[tuple[object, Row]]:
    for node in graph.nodes:
        op = node.operation
        if not isinstance(op, LayerOp | CallOp):
            continue
        modules = scope.modules(node, fold)
        runs = 0 if node.idle else scope.runs * (node.count if len(modules) == 1 else 1)
        for module in modules:
            if isinstance(op, CallOp):
                yield from _walk(op.graph, scope.call(node, op, module, runs), fold)
            elif node.path:
                yield module.path, _row(node, op, scope, module, runs)
            elif node_macs(node) != 0:
                row = _row(node, op, scope, module, runs)
                yield (scope.module, node.key), replace(row, path="")


def _row(node: Node, op: LayerOp, scope: _Scope, module: _Module, runs: int) -> Row:
    return Row(
        path=module.path,
        layer=op.layer,
        outputs=tuple(t.substitute(scope.sizes) for t in node.types),
        params=_single(substitute(_own_params(node, op) * module.copies, scope.sizes)),
        macs=_single(substitute(node_macs(node) * runs, scope.sizes) * scope.steps),
        copies=module.copies,
        runs=runs,
        steps=_single(scope.steps_of(node)),
    )


def _own_params(node: Node, op: LayerOp) -> Dim:
    total: Dim = 0
    for name, weight in layer_weights(node).items():
        if not weight.buffer and name not in op.tied:
            total = total + product(weight.shape)
    return total


def _single(dim: Dim) -> Dim:
    """For a batch of one."""
    return substitute(dim, {"N": 1})


# --- for programs ----------------------------------------------------------------------------


def as_dict(graph: Graph, name: str = "") -> dict[str, Any]:
    """The document that ``netwright summary --output-format json`` prints. Sizes that depend on
    symbols are strings."""
    return {
        "version": VERSION,
        "net": name or graph.name,
        "inputs": {p.name: _shape(p.type) for p in graph.inputs},
        "params": _number(_single(graph.params)),
        "macs": _number(_single(graph.macs)),
        "layers": [_as_dict(row) for row in rows(graph)],
    }


def _as_dict(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "layer": row.layer.word,
        "settings": {k: _plain(v) for k, v in row.layer.given().items()},
        "output": _shape(row.outputs[0]),
        "params": _number(row.params),
        "macs": _number(row.macs),
        "runs": _number(row.runs * row.steps),
    }


def _shape(tensor: TensorType) -> list[int | str]:
    return [_number(_single(d)) for d in tensor.shape]


def _number(dim: Dim) -> int | str:
    return dim if isinstance(dim, int) else str(dim)


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    plain = value is None or isinstance(value, bool | int | float | str)
    return value if plain else spell_value(value)


# --- for readers -----------------------------------------------------------------------------


def text(graph: Graph, name: str = "") -> str:
    """The table: inputs, a row for each layer (repeats folded), the total.

    ``name`` is the net's where the graph bears another: ``net resnet18 = ResNet(...)``.
    """
    inputs = [(p.name, "input", str(p.type), "", "") for p in graph.inputs]
    layers = [_cells(row) for row in rows(graph, fold=True)]
    params, macs = _single(graph.params), _single(graph.macs)
    total = ("total", "", "", _exact(params), _exact(macs))
    head = ("path", "layer", "output", "params", "MACs")
    table = _table([head, *inputs, *layers, total], "<<<>>", rules={1, 1 + len(inputs + layers)})
    return f"{_title(graph, name)}\n\n{table}\n\n{_totals(params, macs)}\n"


def _title(graph: Graph, name: str) -> str:
    first = graph.documentation.strip().partition("\n")[0]
    return ": ".join(filter(None, (name or graph.name, first)))


def _totals(params: Dim, macs: Dim) -> str:
    return f"{_round(params)} parameters, {_round(macs)} multiply-accumulates (MACs) per example"


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    copies = f"  x{row.copies}" if row.copies > 1 else ""
    runs = f"  (shared, runs {row.runs} times)" if row.shared else "  (idle)" if row.idle else ""
    runs += "" if row.idle or row.steps == 1 else f"  ({row.steps} steps)"
    spelled = _crop(spell(row.layer, inits=False))
    return (
        f"{row.path}{copies}{runs}",
        spelled,
        _crop(_outputs(row)),
        _exact(row.params) if row.params != 0 else "",
        _exact(row.macs) if row.macs != 0 else "",
    )


def _outputs(row: Row) -> str:
    """What flows on: all of a bundle, without side results."""
    first, *others = map(str, row.outputs)
    if row.layer.results != "bundle" or not others:
        return first
    if all(o == first for o in others):
        return f"{first} x{len(row.outputs)}"
    return ", ".join((first, *others))


def _crop(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"


def _exact(dim: Dim) -> str:
    return f"{dim:,}" if isinstance(dim, int) else str(dim)


def _round(dim: Dim) -> str:
    """``11.69 M``; small numbers and expressions as they are."""
    if not isinstance(dim, int) or dim < 10_000:
        return _exact(dim)
    for unit, name in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if dim >= unit:
            return f"{dim / unit:.2f} {name}"
    raise AssertionError(dim)


def _table(lines: Sequence[Sequence[str]], align: str, rules: set[int]) -> str:
    """Columns as wide as their widest cell; ``rules`` are the lines with a rule above."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn: list[str] = []
    for i, line in enumerate(lines):
        if i in rules:
            drawn.append("─" * (sum(widths) + 2 * (len(widths) - 1)))
        cells = (f"{c:{a}{w}}" for c, a, w in zip(line, align, widths, strict=True))
        drawn.append("  ".join(cells).rstrip())
    return "\n".join(drawn)


def spell(layer: Layer, *, inits: bool = True) -> str:
    """A layer as it is written in a spec: ``conv(3x3, 64, stride=2)``."""
    given = {k: v for k, v in layer.given().items() if inits or not isinstance(v, Init)}
    words = [word for name, value in given.items() for word in _setting(layer, name, value)]
    return f"{layer.word}({', '.join(words)})" if words else layer.word


def _setting(layer: Layer, name: str, value: object) -> Iterator[str]:
    """The first setting and the required ones go without their names, tensors unmentioned."""
    place = list(layer.settings).index(name)
    if isinstance(value, TensorType):
        return
    if place == 0 and layer.variadic and isinstance(value, tuple):
        yield from map(spell_value, value)
    elif place < layer.positional and (place == 0 or layer.settings[name].required):
        yield spell_value(value)
    else:
        yield f"{name}={spell_value(value)}"


def spell_value(value: object) -> str:
    """A setting's value as it is written in a spec."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if value.isidentifier() else f'"{value}"'
    if isinstance(value, Layer):
        return spell(value)
    if isinstance(value, Init):
        settings = ", ".join(f"{k}={spell_value(v)}" for k, v in value.settings)
        return f"{value.name}({settings})" if settings else value.name
    if isinstance(value, tuple | list):
        return _list(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _list(values: Sequence[object]) -> str:
    if len(values) > 1 and all(type(v) is int and v >= 0 for v in values):
        return "x".join(map(str, values))
    return f"[{', '.join(map(spell_value, values))}]"
