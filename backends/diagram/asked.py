"""What the names in ``expand`` and ``fold`` mean: a block, a label or a module path each."""

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
    """Raises NoBlock if a name belongs to nothing that can be opened."""
    wanted = (*options.expand, *options.fold)
    openable = names(graph) if wanted else []
    for name in wanted:
        if name not in openable and not _first(graph, name):
            raise _refusal(graph, name, openable)


def with_first_copies(graph: Graph, options: Options) -> Options:
    """The options with the module path of every copy replaced by that of the first copy: a repeat
    is drawn once, as its first copy."""
    openable = names(graph)

    def moved(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(n if n in openable else _first(graph, n) or n for n in names)

    return replace(options, expand=moved(options.expand), fold=moved(options.fold))


def without_effect(drawn: object, options: Options, draw: Callable[[Options], object]) -> list[str]:
    """A warning for each name that changes nothing: without it the picture is the same."""
    warnings = []
    asked = [
        (by, name) for by in ("expand", "fold") for name in dict.fromkeys(getattr(options, by))
    ]
    for by, name in reversed(asked):
        kept: Any = {by: tuple(n for n in getattr(options, by) if n != name)}
        fewer = replace(options, **kept)
        try:
            same = draw(fewer) == drawn
        except DiagramError:
            same = False
        if same:
            options = fewer
            warnings.append(f"{by} {name} changes nothing: {WHY[by]}")
    return warnings[::-1]


def opens(names: Collection[str], paths: Collection[str], options: Options) -> bool | None:
    """Whether the options open a call: ``names`` are its block and label, ``paths`` the module
    paths of its copies. None if no option names it. A call around an expanded path opens too."""
    own_names = {*names, *paths}
    if own_names.intersection(options.fold):
        return False
    leads_to_expanded = any(
        f"{asked}.".startswith(f"{p}.") for asked in options.expand for p in paths if p
    )
    return True if leads_to_expanded or own_names.intersection(options.expand) else None


def names(graph: Graph) -> list[str]:
    """The blocks and labels of a net in the order of its nodes."""
    result: dict[str, None] = {}
    visited: set[int] = set()
    waiting = [graph]
    while waiting:
        current = waiting.pop(0)
        if id(current) in visited:
            continue
        visited.add(id(current))
        for node in current.running():
            inner = node.called
            if inner is not None:
                result |= dict.fromkeys(sorted(called_by(node, inner)))
                waiting.append(inner)
            elif opening(node):
                result |= dict.fromkeys((opening(node), node.path.rpartition(".")[2]))
    return list(result)


def opening(node: Node) -> str:
    """The word of a layer that opens; empty for other nodes."""
    op = node.op
    word = op.layer.word if isinstance(op, LayerOp) else ""
    return word if word in LAYERS else ""


def called_by(node: Node, inner: Graph) -> set[str]:
    """The label of a call, and its block."""
    return {label(node, inner), inner.name if inner.kind == "block" else ""} - {""}


def label(node: Node, inner: Graph) -> str:
    """The label that a call was given; empty for one numbered by its block."""
    words = [word for word in node.path.split(".") if not word.isdigit()]
    last_word = words[-1] if words else ""
    block = inner.name if inner.kind == "block" else ""
    return "" if block and block in (node.word, last_word.rstrip("0123456789")) else last_word


def _first(graph: Graph, wanted: str) -> str:
    """The module path of the first copy of a call; empty if there is no such call."""
    for node in graph.running():
        inner = node.called
        if (inner is None and not opening(node)) or node.outer:
            continue
        for path in node.paths:
            if wanted == path:
                return node.path
            if inner is None:
                continue
            inner_path = wanted.startswith(f"{path}.") and _first(inner, wanted[len(path) + 1 :])
            if inner_path:
                return f"{node.path}.{inner_path}"
    return ""


def _refusal(graph: Graph, name: str, openable: list[str]) -> NoBlock:
    if not openable:
        advice = "it has no blocks and no labelled groups: every layer is drawn"
    else:
        advice = f"there are {', '.join(_listed(openable))}, and their module paths"
    if _is_layer(graph, name):
        return NoBlock(f"{name} is a layer: it cannot be opened or folded", help=advice)
    if "," in name:
        message = f"{name} is not one name but several"
        return NoBlock(message, help="give each by itself, `--fold a --fold b`")
    net = graph.alias or graph.name or "the network"
    near = closest(name, openable)
    suggestion = f"did you mean {near}? " if near else ""
    return NoBlock(f"{net} has no block called {name}", help=suggestion + advice)


def _is_layer(graph: Graph, wanted: str) -> bool:
    for node in graph.running():
        inner = node.called
        if wanted in node.paths:
            return inner is None
        for path in node.paths if inner is not None else ():
            if wanted.startswith(f"{path}.") and inner is not None:
                return _is_layer(inner, wanted[len(path) + 1 :])
    return False


def _listed(openable: list[str]) -> list[str]:
    """Names as a message lists them: of a numbered series the first and the last."""
    series: dict[str, list[str]] = {}
    for name in openable:
        series.setdefault(name.rstrip("0123456789"), []).append(name)
    ranges = [f"{s[0]} … {s[-1]}" if len(s) > 2 else ", ".join(s) for s in series.values()]
    return [*ranges[:LISTED], *(["…"] if len(ranges) > LISTED else [])]
