"""Blocks in a row, each of which takes what all before it gave: a loop over a growing list."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from ...grammar import syntax as s
from . import tree

LEAST: Final = 3
"""The fewest blocks in a row that become a loop."""


def with_growth(statements: Sequence[s.Statement], taken: Collection[str]) -> list[s.Statement]:
    """The statements with ``a = x > f as f1``, ``b = [x, a] > f as f2``, ``c = [x, a, b] > f as
    f3`` as ``for i in range(3) { xs = xs + [xs > f as "f{i + 1}"] }``."""
    for at in range(len(statements)):
        values, steps = _row(statements[at:])
        others = statements[at + len(steps) :]
        last = _last(others[0], values) if others and values else None
        grown: list[s.Expr] = [*values]
        if last is not None:
            grown.append(last)
            steps.append(last.right)  # type: ignore[arg-type]
        if len(steps) >= LEAST and "xs" not in taken:
            loop = _loop(values[0], steps)
            rest = [_with_list(x, grown) for x in others]
            names = {node.id for x in rest for node in s.all_names(x)}
            if loop and names.isdisjoint(v.id for v in values[1:]):
                return [*statements[:at], *loop, *rest]
    return list(statements)


def _row(statements: Sequence[s.Statement]) -> tuple[list[s.Name], list[s.Labelled]]:
    """The names of the values that grow, the first of which comes in, and the blocks."""
    values: list[s.Name] = []
    steps: list[s.Labelled] = []
    for statement in statements:
        if not isinstance(statement, s.Assign) or not isinstance(statement.target, s.Name):
            break
        first, *others = tree.members(statement.value)
        items = first.items if isinstance(first, s.List) else (first,)
        if not values and len(items) == 1 and isinstance(first, s.Name):
            values = [first]
        if list(items) != values or len(others) != 1 or not isinstance(others[0], s.Labelled):
            break
        values.append(statement.target)
        steps.append(others[0])
    return values, steps


def _last(statement: s.Statement, values: Sequence[s.Name]) -> s.Binary | None:
    """The last block of a row, if its value stands behind the others in a list."""
    for node in s.all_nodes(statement):
        if isinstance(node, s.List) and list(node.items[:-1]) == [*values]:
            last = node.items[-1]
            if isinstance(last, s.Binary) and isinstance(last.right, s.Labelled):
                inside = last.left.items if isinstance(last.left, s.List) else ()
                return last if inside == node.items[:-1] else None
    return None


def _loop(first: s.Name, steps: Sequence[s.Labelled]) -> list[s.Statement]:
    """The statements of the loop; none if the blocks are not equal, with labels that count."""
    labels = [re.fullmatch(r"(.*?)(\d+)", tree.path_of(step.label)) for step in steps]
    found = [match.groups() for match in labels if match is not None]
    stems, numbers = {stem for stem, _ in found}, [int(number) for _, number in found]
    equal = all(step.body == steps[0].body for step in steps) and len(stems) == 1
    if not equal or numbers != list(range(numbers[0], numbers[0] + len(steps))):
        return []
    xs, index = tree.name("xs"), tree.name("i")
    number = tree.binary("+", index, tree.number(numbers[0])) if numbers[0] else index
    label = s.LabelName(s.Text((*stems, number), span=tree.NOWHERE), span=tree.NOWHERE)
    step = tree.bundle([tree.pipe(xs, steps[0].replace(label=label))])
    body = tree.assign(["xs"], tree.binary("+", xs, step))
    count = tree.call("range", [tree.number(len(steps))])
    loop = s.For(index, count, (body,), span=tree.NOWHERE)
    return [tree.assign(["xs"], tree.bundle([first])), tree.result(loop)]


def _with_list(node: Any, values: Sequence[s.Expr]) -> Any:
    def change(part: s.SyntaxNode) -> s.SyntaxNode:
        whole = isinstance(part, s.List) and list(part.items) == list(values)
        return tree.name("xs") if whole else part

    return tree.mapped(node, change)
