"""The blocks that a caller asks to open or to fold, by name: of a block, a label, a module path."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

from ...compiler.ir import Graph, LayerOp, Node
from ...grammar.nearby import closest
from .errors import DiagramError, NoBlock
from .picture import Options

LISTED: Final = 12
"""Names that an error lists."""
LAYERS: Final = frozenset({"attention", "sdpa"})
"""Layers that open, by their words."""
WHY: Final = {
    "expand": "nothing of that name opens further in this view",
    "fold": "nothing of that name is open in this view",
}


def check(graph: Graph, options: Options) -> None:
    """Raises NoBlock for a name of nothing that opens."""
    wanted = (*options.expand, *options.fold)
    known = names(graph) if wanted else []
    for name in wanted:
        if name not in known and not _first(graph, name):
            raise _refusal(graph, name, known)


def firsts(graph: Graph, options: Options) -> Options:
    """With the paths of copies that are drawn as one as the path of the first."""
    known = names(graph)

    def moved(asked: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(a if a in known else _first(graph, a) or a for a in asked)

    return replace(options, expand=moved(options.expand), fold=moved(options.fold))


def idle(drawn: object, options: Options, draw: Callable[[Options], object]) -> list[str]:
    """Says which names change nothing: without them the picture is the same."""
    found = []
    asked = [
        (by, name) for by in ("expand", "fold") for name in dict.fromkeys(getattr(options, by))
    ]
    for by, name in reversed(asked):
        rest: Any = {by: tuple(n for n in getattr(options, by) if n != name)}
        fewer = replace(options, **rest)
        try:
            same = draw(fewer) == drawn
        except DiagramError:
            same = False
        if same:
            options = fewer
            found.append(f"{by} {name} changes nothing: {WHY[by]}")
    return found[::-1]


def opens(names: Collection[str], paths: Collection[str], options: Options) -> bool | None:
    """Whether a call is to be open, by its block and label and the module paths of its copies;
    None if nobody asked. What leads to an expanded path opens too."""
    known = {*names, *paths}
    if known.intersection(options.fold):
        return False
    leads = any(f"{asked}.".startswith(f"{p}.") for asked in options.expand for p in paths if p)
    return True if leads or known.intersection(options.expand) else None


def names(graph: Graph) -> list[str]:
    """Blocks and labels, as they are met."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    waiting = [graph]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        for node in current.running():
            inner = node.called
            if inner is not None:
                found |= dict.fromkeys(sorted(called_by(node, inner)))
                waiting.append(inner)
            elif opening(node):
                found |= dict.fromkeys((opening(node), node.path.rpartition(".")[2]))
    return list(found)


def opening(node: Node) -> str:
    """The word of a layer that opens; empty for others."""
    op = node.op
    word = op.layer.word if isinstance(op, LayerOp) else ""
    return word if word in LAYERS else ""


def called_by(node: Node, inner: Graph) -> set[str]:
    """The label of a call, and its block."""
    return {label(node, inner), inner.name if inner.kind == "block" else ""} - {""}


def label(node: Node, inner: Graph) -> str:
    """The label that a call was given; empty for one numbered by its block."""
    words = [word for word in node.path.split(".") if not word.isdigit()]
    own = words[-1] if words else ""
    block = inner.name if inner.kind == "block" else ""
    return "" if block and block in (node.word, own.rstrip("0123456789")) else own


def _first(graph: Graph, wanted: str) -> str:
    """The module path of a call, of copies the first; empty where there is none."""
    for node in graph.running():
        inner = node.called
        if (inner is None and not opening(node)) or node.outer:
            continue
        for path in node.paths:
            if wanted == path:
                return node.path
            if inner is None:
                continue
            rest = wanted.startswith(f"{path}.") and _first(inner, wanted[len(path) + 1 :])
            if rest:
                return f"{node.path}.{rest}"
    return ""


def _refusal(graph: Graph, name: str, known: list[str]) -> NoBlock:
    if not known:
        said = "it has no blocks and no labelled groups: every layer is drawn"
    else:
        said = f"there are {', '.join(_listed(known))}, and their module paths"
    if _is_layer(graph, name):
        return NoBlock(f"{name} is a layer: it cannot be opened or folded", help=said)
    if "," in name:
        message = f"{name} is not one name but several"
        return NoBlock(message, help="give each by itself, `--fold a --fold b`")
    net = graph.alias or graph.name or "the network"
    near = closest(name, known)
    meant = f"did you mean {near}? " if near else ""
    return NoBlock(f"{net} has no block called {name}", help=meant + said)


def _is_layer(graph: Graph, wanted: str) -> bool:
    for node in graph.running():
        inner = node.called
        if wanted in node.paths:
            return inner is None
        for path in node.paths if inner is not None else ():
            if wanted.startswith(f"{path}.") and inner is not None:
                return _is_layer(inner, wanted[len(path) + 1 :])
    return False


def _listed(known: list[str]) -> list[str]:
    """Numbered ones by the first and the last."""
    series: dict[str, list[str]] = {}
    for name in known:
        series.setdefault(name.rstrip("0123456789"), []).append(name)
    said = [f"{s[0]} … {s[-1]}" if len(s) > 2 else ", ".join(s) for s in series.values()]
    return [*said[:LISTED], *(["…"] if len(said) > LISTED else [])]
