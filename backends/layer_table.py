"""The layers of a network: module paths, output shapes, parameters, MACs.

``rows`` lists every layer. ``text`` is the table for people, with repeats folded into one row;
``as_dict`` is the document for programs. Numbers are for one example (N = 1), and a total is the
sum of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..compiler.dims import Dim, Size, known_part, substitute, unknowns
from ..compiler.flat import Run, flat
from ..compiler.ir import Graph
from ..compiler.layer import Layer
from ..compiler.spelling import spell, spell_value
from ..compiler.types import TensorType
from ..grammar.record import Record
from ..grammar.wording import listing

VERSION = 1
LONGEST_CELL = 48


class LayerRow(Record):
    """A module (``copies`` equal ones, if they are folded), or an operator that has MACs."""

    path: str
    layer: Layer
    outputs: tuple[TensorType, ...]
    params: Dim
    macs: Dim
    copies: int = 1
    runs: int = 0
    """How often a forward pass runs it, all copies together, in each step of the scans around."""
    steps: Dim = 1
    """The number of steps of the scans around."""

    @property
    def idle(self) -> bool:
        return self.runs == 0

    @property
    def shared(self) -> bool:
        return self.runs > self.copies


def rows(graph: Graph, *, fold: bool = False) -> list[LayerRow]:
    """A row for each module path, in the order of first use. ``fold`` joins repeats."""
    rows_by_key: dict[object, LayerRow] = {}
    for run in flat(graph, fold=fold).runs:
        if run.layer is not None and (run.module or run.macs != 0):
            key = run.module or (run.around, run.node.key)
            row, before = _row(run, run.layer), rows_by_key.get(key)
            rows_by_key[key] = row if before is None else _merge(before, row)
    return list(rows_by_key.values())


def _merge(a: LayerRow, b: LayerRow) -> LayerRow:
    """The row of a module that is used twice: it has its parameters once, and twice the work."""
    outputs = a.outputs if a.runs else b.outputs
    params = a.params or b.params
    return a.replace(outputs=outputs, params=params, macs=a.macs + b.macs, runs=a.runs + b.runs)


def _totals(listed: Iterable[LayerRow]) -> tuple[Dim, Dim]:
    """The parameters and the MACs of all rows."""
    params: Dim = 0
    macs: Dim = 0
    for row in listed:
        params, macs = params + row.params, macs + row.macs
    return params, macs


def _row(run: Run, layer: Layer) -> LayerRow:
    return LayerRow(
        path=run.module,
        layer=layer,
        outputs=run.types,
        params=_single(run.params * run.copies),
        macs=_single(run.macs * run.runs),
        copies=run.copies,
        runs=run.runs,
        steps=_single(run.steps),
    )


def _single(dim: Dim) -> Dim:
    """The size for a batch of one."""
    return substitute(dim, {"N": 1})


# --- for programs ----------------------------------------------------------------------------


def as_dict(graph: Graph, name: str = "") -> dict[str, Any]:
    """The document that ``netwright summary --output-format json`` prints. Sizes that depend on
    symbols are strings."""
    listed = rows(graph)
    params, macs = _totals(listed)
    return {
        "version": VERSION,
        "net": name or graph.name,
        "inputs": {p.name: _shape(p.type) for p in graph.inputs},
        "params": _number(params),
        "macs": _number(macs),
        "layers": [_as_dict(row) for row in listed],
    }


def _as_dict(row: LayerRow) -> dict[str, Any]:
    return {
        "path": row.path,
        "layer": row.layer.word,
        **({"extern": row.layer.python_class} if row.layer.python_class else {}),
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

    ``name`` is the net's, if the graph has another one: ``net resnet18 = ResNet(...)``.
    """
    inputs = [(p.name, "input", str(p.type), "", "") for p in graph.inputs]
    listed = rows(graph, fold=True)
    layers = [_cells(row) for row in listed]
    params, macs = _totals(listed)
    total = ("total", "", "", _exact(params), _exact(macs))
    head = ("path", "layer", "output", "params", "MACs")
    table = _table([head, *inputs, *layers, total], "<<<>>", rules={1, 1 + len(inputs + layers)})
    lines = [_title(graph, name), "", table, "", _in_words(params, macs), *_undeclared(listed)]
    return "\n".join(lines) + "\n"


def _undeclared(listed: Iterable[LayerRow]) -> list[str]:
    """A line about the externs that do not declare their counts."""
    rows = [
        r for r in listed if any(isinstance(d, Size) and unknowns(d) for d in (r.params, r.macs))
    ]
    names = dict.fromkeys(row.layer.word for row in rows)
    return [f"?: not declared by {listing([*names])}"] if names else []


def _title(graph: Graph, name: str) -> str:
    first = graph.documentation.strip().partition("\n")[0]
    return ": ".join(filter(None, (name or graph.name, first)))


def _in_words(params: Dim, macs: Dim) -> str:
    ends = ["" if number == 1 else "s" for number in (params, macs)]
    return (
        f"{_round(params)} parameter{ends[0]}, "
        f"{_round(macs)} multiply-accumulate{ends[1]} (MACs) per example"
    )


def _cells(row: LayerRow) -> tuple[str, str, str, str, str]:
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


def _outputs(row: LayerRow) -> str:
    """The outputs that flow on: all results of a bundle, without side results."""
    first, *others = map(str, row.outputs)
    if row.layer.results != "bundle" or not others:
        return first
    if all(o == first for o in others):
        return f"{first} x{len(row.outputs)}"
    return ", ".join((first, *others))


def _crop(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"


def _exact(dim: Dim) -> str:
    if isinstance(dim, Size) and unknowns(dim):
        known = known_part(dim)
        return f"{_exact(known)} + ?" if known != 0 else "?"
    return f"{dim:,}" if isinstance(dim, int) else str(dim)


def _round(dim: Dim) -> str:
    """``11.69 M``; small numbers and expressions are not changed."""
    if isinstance(dim, Size) and unknowns(dim) and known_part(dim) != 0:
        return f"{_round(known_part(dim))} + ?"
    if not isinstance(dim, int) or dim < 10_000:
        return _exact(dim)
    for unit, name in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if dim >= unit:
            return f"{dim / unit:.2f} {name}"
    raise AssertionError(dim)


def _table(lines: Sequence[Sequence[str]], align: str, rules: set[int]) -> str:
    """The lines as text, with aligned columns. ``rules`` are the lines with a rule above them."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn: list[str] = []
    for i, line in enumerate(lines):
        if i in rules:
            drawn.append("─" * (sum(widths) + 2 * (len(widths) - 1)))
        cells = (f"{c:{a}{w}}" for c, a, w in zip(line, align, widths, strict=True))
        drawn.append("  ".join(cells).rstrip())
    return "\n".join(drawn)
