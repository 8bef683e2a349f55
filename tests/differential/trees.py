"""Questions that the evaluator asks of the syntax alone."""

from __future__ import annotations

from typing import Any

from netwright.grammar import syntax


def pattern_names(pattern: syntax.Pattern) -> list[str]:
    if isinstance(pattern, syntax.Name):
        return [pattern.id]
    return [name for item in pattern.items for name in pattern_names(item)]


def is_group(body: syntax.Expr) -> bool:
    if isinstance(body, syntax.Binary):
        return body.operator in (">", "+", "-", "*", "/", "@", "**", "//", "%")
    return isinstance(body, syntax.List | syntax.Comprehension | syntax.For)


def is_network(loop: syntax.For) -> bool:
    last = loop.body[-1] if loop.body else None
    if not isinstance(last, syntax.ExpressionStatement):
        return False
    return is_network(last.value) if isinstance(last.value, syntax.For) else True


def whole(expr: syntax.Expr, names: frozenset[str]) -> list[Any]:
    """The labels ``as _`` on what is a whole body: ``(f > g) as _``, ``x > (f > g) as _``."""
    match expr:
        case syntax.Paren():
            return whole(expr.body, names)
        case syntax.Conditional():
            return whole(expr.then, names) + whole(expr.otherwise, names)
        case syntax.Binary(operator=">") if only_names(expr.left, names):
            return whole(expr.right, names)
        case syntax.Labelled(label=syntax.LabelName(name="_")):
            return [expr.label.span]
        case _:
            return []


def only_names(expr: syntax.Expr, names: frozenset[str]) -> bool:
    if isinstance(expr, syntax.Paren):
        return only_names(expr.body, names)
    if isinstance(expr, syntax.List):
        return all(only_names(item, names) for item in expr.items)
    if isinstance(expr, syntax.Call):
        return isinstance(expr.function, syntax.Name) and expr.function.id == "input"
    return isinstance(expr, syntax.Name) and expr.id in names
