"""How deep a text may be nested: whoever walks its tree by recursion has an end."""

from __future__ import annotations

from typing import Final

from .diagnostics import Diagnostic
from .source import Span
from .syntax import Binary, Constant, Dims, Name, Node, Number, children

MAX_NESTING: Final = 100
LEAVES: Final = frozenset({Name, Number, Dims, Constant})


def too_deep(at: Span) -> Diagnostic:
    """``at`` is where it is too deep."""
    help = "name a part with `block` or `=` and use the name"
    message = f"nested more than {MAX_NESTING} deep"
    return Diagnostic("E126", message, at, "too deep", help=(help,))


def nested_too_deep(root: Node) -> Diagnostic | None:
    """For whoever walks a tree by recursion. A chain of operators, however long, is one level."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_NESTING:
            start = node.span.start
            return too_deep(Span(node.span.source, start, start + 1))
        below: list[Node] = []
        while isinstance(node, Binary):
            below.append(node.right)
            node = node.left
        below += children(node)
        waiting += [
            (child, depth + 1)
            for child in below
            if child.__class__ not in LEAVES or depth == MAX_NESTING
        ]
    return None
