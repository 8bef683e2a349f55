"""What a node runs, directly or stepped by a scan, and labels that its results are named after."""

from __future__ import annotations

import re

from ...compiler.ir import Graph, LayerOp, Node


def layer_of(node: Node) -> LayerOp | None:
    """The layer that a node runs, or None if it runs none."""
    op = node.operation
    return op if isinstance(op, LayerOp) else None


def graphs_in(graph: Graph) -> list[Graph]:
    """The graphs that a graph calls itself, in order."""
    return [inner for node in graph.nodes if (inner := node.called) is not None]


def labels(node: Node) -> tuple[str, str]:
    """The label that the spec gave and the name that the compiler numbered; one is empty."""
    last = node.path.rpartition(".")[2]
    layer, graph = layer_of(node), node.called
    words = [graph.name] if graph else []
    words = [layer.layer.word, *layer.layer.aliases] if layer else words
    if any(re.fullmatch(rf"{re.escape(word)}\d+", last) for word in words):
        return "", last
    return plain_label(node.path), ""


def plain_label(path: str) -> str:
    last = path.rpartition(".")[2]
    return last if last.isidentifier() else ""


def one_of(path: str) -> str:
    """A name for one of the modules in a container: ``layer`` of ``layers``, ``branch`` of
    ``branches``."""
    named = [part for part in path.split(".") if part and not part.isdigit()]
    return _singular(named[-1]) if named else "module"


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if re.search(r"(ch|sh|x|ss)es$", name):
        return name[:-2]
    return name[:-1] if len(name) > 3 and re.search(r"[^s]s$", name) else name
