"""Small changes that make a block read as a person would write it. None of them changes a path."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from ...grammar import syntax as s
from . import tree
from .parameters import mapped

SHORT: Final = {"batchnorm": "bn", "embedding": "embed"}
"""Layers that have a shorter word, which specs use."""
_INFIX: Final = ("+", "-", "*")


def polished(statements: Sequence[s.Statement], taken: Collection[str]) -> list[s.Statement]:
    """The statements of a body, easier to read. ``taken`` are names that mean something."""
    result: list[s.Statement] = []
    for statement in statements:
        better = mapped(statement, _better)
        result += _with_choices_apart(better, {*taken, *_assigned(statements)})
    return result


def _better(node: s.SyntaxNode) -> s.SyntaxNode:
    if isinstance(node, s.Name) and node.id in SHORT:
        return node.replace(id=SHORT[node.id])
    if isinstance(node, s.Labelled) and isinstance(node.body, s.Paren):
        return node.replace(body=_as_group(node.body))
    if isinstance(node, s.Binary) and node.operator == ">":
        return _with_gap(node)
    return node


def _as_group(body: s.Paren) -> s.Paren:
    """A group of one member is numbered only if it is a pipe."""
    inner = body.body
    if isinstance(inner, s.Labelled | s.Paren) or len(tree.members(inner)) > 1:
        return body
    if isinstance(inner, s.Binary) and inner.operator == "*":
        return body
    return body.replace(body=tree.pipe(inner, tree.name("id")))


def _with_gap(node: s.Binary) -> s.SyntaxNode:
    """``gap`` for ``adaptive_avgpool(1) > flatten``."""
    left = (
        node.left.right
        if isinstance(node.left, s.Binary) and node.left.operator == ">"
        else node.left
    )
    pool = isinstance(left, s.Call) and left.function == tree.name("adaptive_avgpool")
    one = pool and left.arguments == (tree.number(1),) and not left.settings  # type: ignore[union-attr]
    if not one or node.right != tree.name("flatten"):
        return node
    gap = tree.name("gap")
    if isinstance(node.left, s.Binary) and node.left.operator == ">":
        return tree.pipe(node.left.left, gap)
    return gap


def _assigned(statements: Sequence[s.Statement]) -> set[str]:
    targets = [x.target for x in statements if isinstance(x, s.Assign)]
    return {name.id for target in targets for name in _names(target)}


def _names(pattern: s.Pattern) -> list[s.Name]:
    if isinstance(pattern, s.Name):
        return [pattern]
    return [name for item in pattern.items for name in _names(item)]


def _with_choices_apart(statement: Any, taken: Collection[str]) -> list[s.Statement]:
    """A statement with the choices among its operands in statements of their own before it, if all
    that is written before them are names."""
    found: list[s.Statement] = []

    def apart(node: s.SyntaxNode) -> s.SyntaxNode:
        if not isinstance(node, s.Binary) or node.operator not in _INFIX:
            return node
        choice = node.right.body if isinstance(node.right, s.Paren) else node.right
        if not isinstance(node.left, s.Name) or not _is_choice(choice) or found:
            return node
        word = next(w for w in ("way", "way2", "way3") if w not in taken)
        found.append(tree.assign([word], choice))
        return node.replace(right=tree.name(word))

    better = mapped(statement, apart)
    return [*found, better]


def _is_choice(node: s.Expr) -> bool:
    """Whether an operand is ``x > (f if flag else id)``."""
    first, *others = tree.members(node)
    last = others[-1] if others else first
    return isinstance(last, s.Paren) and isinstance(last.body, s.Conditional)
