"""What differs between two versions of a network, for a review: a row to each layer that was added,
removed or changed, then the totals.

What a block holds is listed once, however often the block is used; ``text`` is the table for a
reader, ``as_dict`` the document for programs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

from ...compiler.dims import Dim, substitute
from ...compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, Port, ScanOp, Value
from ...compiler.layer import Layer
from ...compiler.spelling import spell, spell_value
from ...grammar.record import Record
from .merge import Compared, Comparison, Mark, follows, merge

VERSION: Final = 1
SIGNS: Final[Mapping[str, str]] = {"added": "+", "removed": "-", "changed": "~"}
LONGEST_CELL: Final = 48
LISTED: Final = 4
"""Paths that a note names."""


class Change(Record):
    """``path`` is the new module path, of what was removed the old one; ``before`` and ``after``
    say how it is written, "" where it is not. It stands for ``copies`` uses."""

    mark: Mark
    path: str
    old_path: str
    before: str
    after: str
    copies: int = 1


class Report(Record):
    """``moved`` are layers with weights whose module path has another number, ``resized`` those
    whose weights have other sizes because of what comes in: old and new path of each."""

    before: Graph
    after: Graph
    changes: tuple[Change, ...]
    moved: tuple[tuple[str, str], ...] = ()
    resized: tuple[tuple[str, str], ...] = ()


def report(before: Graph, after: Graph) -> Report:
    """Everything that differs."""
    walk = _Walk()
    merged = merge(before, after)
    walk.graph(merged, "", "")
    rows = [*_ports(merged.before, merged.after), *walk.found()]
    return Report(before, after, tuple(rows), tuple(walk.moved), tuple(walk.resized))


# --- going through both -----------------------------------------------------------------------


class _Walk:
    """Goes into every graph once, and counts how often it is used."""

    def __init__(self) -> None:
        self.rows: dict[Hashable, tuple[Change, list[int]]] = {}
        self.entered: dict[int, Graph] = {}
        self.calls: dict[int, list[tuple[int, int]]] = {}
        """By graph: the graphs that call it, and how often each time."""
        self.uses: dict[int, int] = {}
        self.moved: list[tuple[str, str]] = []
        self.resized: list[tuple[str, str]] = []

    def graph(self, graph: Graph, path: str, old_path: str) -> None:
        self.entered[id(graph)] = graph
        for node in graph.nodes:
            if isinstance(node, Compared) and not isinstance(node.op, InputOp):
                self.node(graph, node, path, old_path)
            inner = node.called
            if not isinstance(inner, Comparison):
                continue
            self.calls.setdefault(id(inner), []).append((id(graph), node.count))
            if id(inner) not in self.entered:
                old = node.before if isinstance(node, Compared) and node.before else node
                self.graph(inner, _join(path, node.path), _join(old_path, old.path))

    def node(self, graph: Graph, node: Compared, path: str, old_path: str) -> None:
        old = node if node.mark == "removed" else node.before
        new = None if node.mark == "removed" else node
        here = _join(path, new.path) if new else ""
        there = _join(old_path, old.path) if old else ""
        rewired = any(node.wires)
        if old is not None and new is not None and not node.mark and not rewired:
            self.follow(old, new, here, there)
            return
        was, now = _told(old, new)
        if rewired and old and new:
            was, now = _piped(old, was, _before(graph)), _piped(new, now, _after(graph))
        mark: Mark = node.mark or "changed"
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

    def found(self) -> Iterator[Change]:
        for change, graphs in self.rows.values():
            yield change.replace(copies=sum(map(self.count, graphs)))

    def count(self, graph: int) -> int:
        """How often a graph is used in the net."""
        if graph not in self.uses:
            calls = self.calls.get(graph, [])
            self.uses[graph] = sum(self.count(g) * times for g, times in calls) if calls else 1
        return self.uses[graph]


def _key(old: Node | None, new: Node | None, here: str, path: str) -> tuple[Hashable, ...]:
    """What is equal for one change in all uses of a block, whatever its arguments are there."""
    place = here.removeprefix(path)
    if old is None or new is None:
        return (place, _word(old or new), ())
    was, now = old.operation, new.operation
    if not isinstance(was, LayerOp) or not isinstance(now, LayerOp):
        return (place, _word(new), _told(old, new))
    if type(was.layer) is not type(now.layer):
        return (place, now.layer.word, was.layer.word)
    pairs = ((n, getattr(was.layer, n), getattr(now.layer, n)) for n in now.layer.settings)
    return (place, now.layer.word, repr([p for p in pairs if p[1] != p[2]]))


def _word(node: Node | None) -> str:
    op = node.operation if node else None
    if isinstance(op, LayerOp):
        return op.layer.word
    return op.graph.name if isinstance(op, CallOp) else ""


def _weighs(node: Node) -> bool:
    op = node.operation
    return isinstance(op, LayerOp) and type(op.layer).weights is not Layer.weights


def _before(graph: Graph) -> Graph:
    return graph.before if isinstance(graph, Comparison) else graph


def _after(graph: Graph) -> Graph:
    return graph.after if isinstance(graph, Comparison) else graph


def _join(*parts: str) -> str:
    return ".".join(filter(None, parts))


def _ports(before: Graph, after: Graph) -> Iterator[Change]:
    """Inputs and outputs of the net."""
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


def _told(old: Node | None, new: Node | None) -> tuple[str, str]:
    """``conv(3x3, 64)``, ``basic(width=64) * 3``. Of a block that is called otherwise just what
    differs is told; initialisers where nothing else differs."""
    given = _given(old), _given(new)
    both = old is not None and new is not None and _word(old) == _word(new)
    same = {k for k, v in given[0].items() if both and given[1].get(k) == v}
    was, now = (_said(n, g, same, inits=False) for n, g in zip((old, new), given, strict=True))
    if was == now and both:
        was, now = (_said(n, g, same, inits=True) for n, g in zip((old, new), given, strict=True))
    return was, now


def _given(node: Node | None) -> dict[str, object]:
    """The arguments of a call."""
    graph = node.called if node else None
    return dict(graph.arguments) if graph else {}


def _said(node: Node | None, given: dict[str, object], same: set[str], *, inits: bool) -> str:
    if node is None:
        return ""
    op = node.operation
    if isinstance(op, LayerOp):
        said = spell(op.layer, inits=inits)
    else:
        told = [f"{name}={spell_value(value)}" for name, value in given.items() if name not in same]
        rest = ["…"] if same else []
        inside = ", ".join(told + rest)
        said = f"{_word(node)}({inside})" if inside else _word(node)
    said = f"scan({said})" if isinstance(node.op, ScanOp) else said
    said = f"{said} * {node.count}" if node.count > 1 else said
    return f"{said}, not run" if node.idle else said


def _piped(node: Node, said: str, graph: Graph) -> str:
    """``[a, b] > concat``: with what comes in."""
    own = graph.node.get(node.key)
    names = [_name(graph, value) for value in own.inputs] if own else []
    if not names:
        return said
    source = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return f"{source} > {said}"


def _name(graph: Graph, value: Value) -> str:
    node = graph.node[value.node]
    names = [n for n in node.names if n]
    return node.path or (names[0] if names else value.node.lstrip(">"))


# --- for readers ------------------------------------------------------------------------------


def text(found: Report, names: tuple[str, str]) -> str:
    """The table: a row to each change, what follows from them, the totals."""
    title = names[0] if names[0] == names[1] else " → ".join(names)
    if not (found.changes or found.moved or found.resized):
        return f"{title}: no layer differs\n"
    head = ("", "path", "old", "new")
    rows = [_cells(change) for change in found.changes]
    totals = list(_totals(found))
    table = _table([head, *rows, *totals], rules={1, 1 + len(rows)})
    notes = "".join(f"\n{note}" for note in _notes(found))
    return f"{title}\n\n{table}\n{notes}" + ("\n" if notes else "")


def _cells(change: Change) -> tuple[str, str, str, str]:
    path = change.path
    if change.mark == "changed" and _stem(change.old_path) != _stem(path):
        path = f"{change.old_path} → {path}"
    copies = f"  x{change.copies}" if change.copies > 1 else ""
    return (SIGNS[change.mark], f"{path}{copies}", _crop(change.before), _crop(change.after))


def _stem(path: str) -> str:
    return path.rstrip("0123456789")


def _totals(found: Report) -> Iterator[tuple[str, str, str, str]]:
    for name, old, new in (
        ("parameters", found.before.params, found.after.params),
        ("MACs", found.before.macs, found.after.macs),
    ):
        old, new = _single(old), _single(new)
        yield ("", name, _number(old), f"{_number(new)}{_percent(old, new)}")


def _percent(old: Dim, new: Dim) -> str:
    if not isinstance(old, int) or not isinstance(new, int) or not old or old == new:
        return "  (as before)" if old == new else ""
    return f"  ({100 * (new - old) / old:+.1f} %)".replace("-", "−")


def _notes(found: Report) -> Iterator[str]:
    if found.resized:
        yield f"of other sizes because of what comes in: {_listed(p for _, p in found.resized)}"
    if found.moved:
        yield f"under other module paths: {_listed(f'{a} → {b}' for a, b in found.moved)}"


def _listed(paths: Iterator[str]) -> str:
    known = list(dict.fromkeys(paths))
    rest = len(known) - LISTED
    return ", ".join(known[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


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


def as_dict(found: Report, names: tuple[str, str]) -> dict[str, Any]:
    """The document that ``netwright render --diff OLD NEW --output-format json`` prints."""
    return {
        "version": VERSION,
        "old": _side(found.before, names[0]),
        "new": _side(found.after, names[1]),
        "changes": [_as_dict(change) for change in found.changes],
        "moved": [{"old_path": a, "path": b} for a, b in found.moved],
        "resized": [{"old_path": a, "path": b} for a, b in found.resized],
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
