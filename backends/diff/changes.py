"""The differences between two versions of a network, for a review: a row for each layer that was
added, removed or changed, then the totals.

A change inside a block is listed once, however often the block is used. ``text`` writes the table
for a reader, ``as_dict`` the document for programs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

from ...compiler.dims import Dim, substitute
from ...compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, Port, ScanOp, Value
from ...compiler.layer import Layer
from ...compiler.spelling import spell, spell_value
from ...grammar.record import Record, alike
from .merge import GraphMarks, Mark, NodeMarks, declared_results, follows, merge

VERSION: Final = 1
SIGNS: Final[Mapping[str, str]] = {"added": "+", "removed": "-", "changed": "~"}
LONGEST_CELL: Final = 48
LISTED: Final = 4
"""The number of paths in a note."""


class Change(Record):
    """``path`` is the new module path, or the old one of a removed layer; ``before`` and ``after``
    are the text of the layer in both versions, "" if that version does not have it. The change
    stands for ``copies`` uses."""

    mark: Mark
    path: str
    old_path: str
    before: str
    after: str
    copies: int = 1


class Report(Record):
    """``moved`` are layers with weights whose module path has another number, ``resized`` are
    layers whose weights have other sizes because of their input: old and new path of each."""

    before: Graph
    after: Graph
    changes: tuple[Change, ...]
    moved: tuple[tuple[str, str], ...] = ()
    resized: tuple[tuple[str, str], ...] = ()


def report(before: Graph, after: Graph) -> Report:
    """All differences."""
    merged = merge(before, after)
    walk = _ChangeWalk()
    walk.graph(merged.graph, merged.marks, "", "")
    rows = [*_ports(before, after), *walk.changes()]
    return Report(before, after, tuple(rows), tuple(walk.moved), tuple(walk.resized))


# --- going through both -----------------------------------------------------------------------


class _ChangeWalk:
    """Visits every merged graph once, and counts how often it is used."""

    def __init__(self) -> None:
        self.rows: dict[Hashable, tuple[Change, list[int]]] = {}
        self.entered: dict[int, Graph] = {}
        self.calls: dict[int, list[tuple[int, int]]] = {}
        """For each graph the calls of it: the graph that calls, and the count of the call."""
        self.uses: dict[int, int] = {}
        self.moved: list[tuple[str, str]] = []
        self.resized: list[tuple[str, str]] = []

    def graph(self, graph: Graph, marks: GraphMarks, path: str, old_path: str) -> None:
        self.entered[id(graph)] = graph
        for node in graph.nodes:
            differing = marks.nodes.get(node.key)
            if differing is None or isinstance(node.op, InputOp):
                continue
            self.node(graph, marks, differing, path, old_path)
            inner, old, new = node.called, differing.before, differing.after
            if inner is None or differing.called is None or old is None or new is None:
                continue
            self.calls.setdefault(id(inner), []).append((id(graph), node.count))
            if id(inner) not in self.entered:
                place, old_place = _join(path, new.path), _join(old_path, old.path)
                self.graph(inner, differing.called, place, old_place)

    def node(
        self, graph: Graph, around: GraphMarks, marks: NodeMarks, path: str, old_path: str
    ) -> None:
        old, new = marks.before, marks.after
        here = _join(path, new.path) if new else ""
        there = _join(old_path, old.path) if old else ""
        rewired = any(marks.wires)
        if old is not None and new is not None and not marks.mark and not rewired:
            self.follow(old, new, here, there)
            return
        was, now = _old_and_new(old, new)
        if rewired and old and new and around.versions:
            before, after = around.versions
            was, now = _with_inputs(old, was, before), _with_inputs(new, now, after)
        mark: Mark = marks.mark or "changed"
        change = Change(mark, here or there, there if old else "", was, now)
        key = (mark, graph.kind == "block" and graph.name, *_key(old, new, here, path), was == now)
        if graph.kind != "block":
            key = (*key, here, there)
        self.rows.setdefault(key, (change, []))[1].append(id(graph))

    def follow(self, old: Node, new: Node, here: str, there: str) -> None:
        if follows(old, new):
            self.resized.append((there, here))
        if here != there and _weighs(new):
            self.moved.append((there, here))

    def changes(self) -> Iterator[Change]:
        for change, graphs in self.rows.values():
            yield change.replace(copies=sum(map(self.count, graphs)))

    def count(self, graph: int) -> int:
        """The number of uses of a graph in the net."""
        if graph not in self.uses:
            calls = self.calls.get(graph, [])
            self.uses[graph] = sum(self.count(g) * times for g, times in calls) if calls else 1
        return self.uses[graph]


def _key(old: Node | None, new: Node | None, here: str, path: str) -> tuple[Hashable, ...]:
    """The key of a change: equal for the same change in all uses of a block, whatever the arguments
    of the block are."""
    place = here.removeprefix(path)
    if old is None or new is None:
        return (place, _word(old or new), ())
    old_op, new_op = old.operation, new.operation
    if not isinstance(old_op, LayerOp) or not isinstance(new_op, LayerOp):
        return (place, _word(new), _old_and_new(old, new))
    if type(old_op.layer) is not type(new_op.layer):
        return (place, new_op.layer.word, old_op.layer.word)
    before = old_op.layer.setting_values()
    pairs = (
        (name, before.get(name), value) for name, value in new_op.layer.setting_values().items()
    )
    return (place, new_op.layer.word, repr([p for p in pairs if not alike(p[1], p[2])]))


def _word(node: Node | None) -> str:
    op = node.operation if node else None
    if isinstance(op, LayerOp):
        return op.layer.word
    return op.graph.name if isinstance(op, CallOp) else ""


def _weighs(node: Node) -> bool:
    op = node.operation
    return isinstance(op, LayerOp) and (
        op.layer.category == "extern" or type(op.layer).weights is not Layer.weights
    )


def _join(*parts: str) -> str:
    return ".".join(filter(None, parts))


def _ports(before: Graph, after: Graph) -> Iterator[Change]:
    """The changes of the net's inputs and outputs."""
    for side, olds, news in (
        ("input", before.inputs, after.inputs),
        ("output", before.outputs, after.outputs),
    ):
        for i in range(max(len(olds), len(news))):
            old = olds[i] if i < len(olds) else None
            new = news[i] if i < len(news) else None
            if old is not None and new is not None and old.type == new.type:
                continue
            mark: Mark = "added" if old is None else "removed" if new is None else "changed"
            now, was = (_port(side, p) if p is not None else "" for p in (new, old))
            yield Change(
                mark,
                now or was,
                was,
                str(old.type) if old else "",
                str(new.type) if new else "",
            )


def _port(side: str, port: Port) -> str:
    return side if port.name in ("", side) else f"{side} {port.name}"


# --- how a node is written --------------------------------------------------------------------


def _old_and_new(old: Node | None, new: Node | None) -> tuple[str, str]:
    """The texts of both versions: ``conv(3x3, 64)``, ``basic(width=64) * 3``. If a block is called
    with other arguments, only those that differ are written. Initialisers are written only if
    nothing else differs, and the declarations of externs only if they differ."""
    pairs = [(node, _arguments(node)) for node in (old, new)]
    both = old is not None and new is not None and _word(old) == _word(new)
    same = {k for k, v in pairs[0][1].items() if both and alike(pairs[1][1].get(k), v)}
    was, now = (_written(node, given, same, whole=False) for node, given in pairs)
    declared = declared_results(old, new)
    if declared[0] != declared[1]:
        was, now = f"{was} -> {declared[0]}", f"{now} -> {declared[1]}"
    if both and (was == now or _python_class(old) != _python_class(new)):
        was, now = (_written(node, given, same, whole=True) for node, given in pairs)
    return was, now


def _python_class(node: Node | None) -> str:
    """The class of an extern; "" for other nodes."""
    op = node.operation if node else None
    return op.layer.python_class if isinstance(op, LayerOp) else ""


def _arguments(node: Node | None) -> dict[str, object]:
    """The arguments of a call."""
    graph = node.called if node else None
    return dict(graph.arguments) if graph else {}


def _written(
    node: Node | None, arguments: dict[str, object], same: set[str], *, whole: bool
) -> str:
    """A node as a spec writes it, without the arguments that are the same in both versions."""
    if node is None:
        return ""
    op = node.operation
    if isinstance(op, LayerOp):
        text = spell(op.layer, inits=whole)
        text += f' = "{op.layer.python_class}"' if whole and op.layer.python_class else ""
    else:
        shown = [f"{k}={spell_value(v)}" for k, v in arguments.items() if k not in same]
        inside = ", ".join([*shown, "…"] if same else shown)
        text = f"{_word(node)}({inside})" if inside else _word(node)
    text = f"scan({text})" if isinstance(node.op, ScanOp) else text
    text = f"{text} * {node.count}" if node.count > 1 else text
    return f"{text}, not run" if node.idle else text


def _with_inputs(node: Node, text: str, graph: Graph) -> str:
    """The text of a node with the names of its inputs: ``[a, b] > concat``."""
    names = [_name(graph, value) for value in node.inputs]
    if not names:
        return text
    inputs = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return f"{inputs} > {text}"


def _name(graph: Graph, value: Value) -> str:
    node = graph.node[value.node]
    names = [n for n in node.names if n]
    return node.path or (names[0] if names else value.node.lstrip(">"))


# --- for readers ------------------------------------------------------------------------------


def text(report: Report, names: tuple[str, str]) -> str:
    """The table: a row for each change, the totals, then notes on layers that changed as a
    result."""
    title = names[0] if names[0] == names[1] else " → ".join(names)
    if not (report.changes or report.moved or report.resized):
        return f"{title}: no layer differs\n"
    head = ("", "path", "old", "new")
    rows = [_cells(change) for change in report.changes]
    totals = list(_totals(report))
    table = _table([head, *rows, *totals], rules={1, 1 + len(rows)})
    notes = "".join(f"\n{note}" for note in _notes(report))
    return f"{title}\n\n{table}\n{notes}" + ("\n" if notes else "")


def _cells(change: Change) -> tuple[str, str, str, str]:
    path = change.path
    if change.mark == "changed" and _stem(change.old_path) != _stem(path):
        path = f"{change.old_path} → {path}"
    copies = f"  x{change.copies}" if change.copies > 1 else ""
    return (SIGNS[change.mark], f"{path}{copies}", _crop(change.before), _crop(change.after))


def _stem(path: str) -> str:
    return path.rstrip("0123456789")


def _totals(report: Report) -> Iterator[tuple[str, str, str, str]]:
    for name, old, new in (
        ("parameters", report.before.params, report.after.params),
        ("MACs", report.before.macs, report.after.macs),
    ):
        old, new = _single(old), _single(new)
        yield ("", name, _number(old), f"{_number(new)}{_percent(old, new)}")


def _percent(old: Dim, new: Dim) -> str:
    if not isinstance(old, int) or not isinstance(new, int) or not old or old == new:
        return "  (as before)" if old == new else ""
    return f"  ({100 * (new - old) / old:+.1f} %)".replace("-", "−")


def _notes(report: Report) -> Iterator[str]:
    if report.resized:
        yield f"of other sizes because of what comes in: {_listed(p for _, p in report.resized)}"
    if report.moved:
        yield f"under other module paths: {_listed(f'{a} → {b}' for a, b in report.moved)}"


def _listed(paths: Iterator[str]) -> str:
    paths_once = list(dict.fromkeys(paths))
    more = len(paths_once) - LISTED
    return ", ".join(paths_once[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _crop(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"


def _single(dim: Dim) -> Dim:
    return substitute(dim, {"N": 1})


def _number(dim: Dim) -> str:
    return f"{dim:,}" if isinstance(dim, int) else str(dim)


def _table(lines: list[tuple[str, str, str, str]], rules: set[int]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn: list[str] = []
    for i, line in enumerate(lines):
        if i in rules:
            drawn.append("─" * (sum(widths) + 2 * (len(widths) - 1)))
        cells = (f"{c:<{w}}" for c, w in zip(line, widths, strict=True))
        drawn.append("  ".join(cells).rstrip())
    return "\n".join(drawn)


# --- for programs -----------------------------------------------------------------------------


def as_dict(report: Report, names: tuple[str, str]) -> dict[str, Any]:
    """The document that ``netwright render --diff OLD NEW --output-format json`` prints."""
    return {
        "version": VERSION,
        "old": _side(report.before, names[0]),
        "new": _side(report.after, names[1]),
        "changes": [_as_dict(change) for change in report.changes],
        "moved": [{"old_path": a, "path": b} for a, b in report.moved],
        "resized": [{"old_path": a, "path": b} for a, b in report.resized],
    }


def _side(graph: Graph, name: str) -> dict[str, Any]:
    params, macs = _single(graph.params), _single(graph.macs)
    return {
        "net": name,
        "params": params if isinstance(params, int) else str(params),
        "macs": macs if isinstance(macs, int) else str(macs),
    }


def _as_dict(change: Change) -> dict[str, Any]:
    return {
        "change": change.mark,
        "path": change.path,
        "old_path": change.old_path or None,
        "old": change.before or None,
        "new": change.after or None,
        "copies": change.copies,
    }
