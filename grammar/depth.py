"""How deep a text may be nested. The bound makes it safe to walk the tree by recursion."""

from __future__ import annotations

from typing import Final

from .diagnostics import Diagnostic
from .source import Span
from .syntax import LEAVES, Binary, SyntaxNode, children

MAX_NESTING: Final = 100


def too_deep(at: Span) -> Diagnostic:
    """The error for a text that is nested too deep at a place."""
    help = "name a part with `block` or `=` and use the name"
    message = f"nested more than {MAX_NESTING} deep"
    return Diagnostic("E126", message, at, "too deep", help=(help,))


def nested_too_deep(root: SyntaxNode) -> Diagnostic | None:
    """The error for a tree that is too deep to be walked by recursion, or None. A chain of
    operators of any length is one level."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_NESTING:
            start = node.span.start
            return too_deep(Span(node.span.source, start, start + 1))
        below: list[SyntaxNode] = []
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
