"""Blocks in a row that take the same other tensors, such as a mask, or make several: a loop of
assignments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from ...grammar import syntax as s
from . import tree

LEAST: Final = 3
"""The fewest blocks in a row that become a loop."""


def with_rows(statements: Sequence[s.Statement], taken: Collection[str]) -> list[s.Statement]:
    """The statements with ``[[[x, m] > f as a[0], m] > f as a[1], m] > f as a[2]`` as
    ``for i in range(3) { y = [y, m] > f as a[i] }``. ``taken`` are names that mean something."""
    result: list[s.Statement] = []
    used = set(taken) | {n.id for x in statements for n in s.all_names(x)}
    for statement in statements:
        row = _row(statement)
        if row is None:
            result.append(statement)
            continue
        base, others, step, count, rest = row
        word = next(w for w in ("y", "z", "h", "y2", "z2", "h2", "y3") if w not in used)
        used.add(word)
        index = tree.new_word("ijk", used)
        body = tree.pipe(tree.bundle([tree.name(word), *others]), _at(step, index))
        loop = s.For(
            tree.name(index),
            tree.call("range", [tree.number(count)]),
            (tree.assign([word], body),),
            span=tree.NOWHERE,
        )
        value = tree.pipe(tree.name(word), *rest)
        result += [tree.assign([word], base), tree.result(loop), statement.replace(value=value)]
    return _with_loops(result, used)


def _with_loops(statements: Sequence[s.Statement], used: Collection[str]) -> list[s.Statement]:
    """The statements with ``for i in range(3) { y, z = [y, z] > f as a[i] }`` for equal assignments
    with the labels ``a[0]``, ``a[1]``, ``a[2]``, if no weight inside ``a`` is read."""
    read = {n.value for x in statements for n in s.all_nodes(x) if isinstance(n, s.Attribute)}
    result: list[s.Statement] = []
    at = 0
    while at < len(statements):
        step = _only_label(statements[at])
        count = _equal_ones(statements[at:], step) if step is not None else 1
        if step is None or count < LEAST or tree.literal(_stem(step)) in read:
            result.append(statements[at])
            at += 1
            continue
        index = tree.new_word("ijk", used)
        ends = [_number(step), _number(step) + count] if _number(step) else [count]
        loop = s.For(
            tree.name(index),
            tree.call("range", map(tree.number, ends)),
            (_replaced(statements[at], step, _at(step, index)),),
            span=tree.NOWHERE,
        )
        result.append(tree.result(loop))
        at += count
    return result


def _only_label(statement: s.Statement) -> s.Labelled | None:
    """What has the only label in an assignment, if that ends with a number."""
    found = [node for node in s.all_nodes(statement) if isinstance(node, s.Labelled)]
    single = isinstance(statement, s.Assign) and len(found) == 1
    return found[0] if single and _last_part(found[0]).isdecimal() else None


def _equal_ones(statements: Sequence[s.Statement], step: s.Labelled) -> int:
    """How many of the first statements are one assignment, in which the label of a step counts."""
    first, stem = statements[0], _stem(step)
    for count in range(1, len(statements)):
        label = tree.label(f"{stem}.{_number(step) + count}")
        if statements[count] != _replaced(first, step, step.replace(label=label)):
            return count
    return len(statements)


def _replaced(statement: s.Statement, old: s.Labelled, new: s.Expr) -> s.Statement:
    return tree.mapped(statement, lambda node: new if node == old else node)  # type: ignore[no-any-return]


def _row(statement: Any) -> tuple[s.Expr, tuple[s.Expr, ...], s.Expr, int, list[s.Expr]] | None:
    """The start of a row, the tensors that all take, the first block, how many there are, and the
    rest of the pipe."""
    if not isinstance(statement, s.Assign | s.ExpressionStatement):
        return None
    first, *rest = tree.members(statement.value)
    if not isinstance(first, s.List) or len(first.items) < 2 or not rest:
        return None
    others, steps = first.items[1:], [rest[0]]
    inner = first.items[0]
    while True:
        members = tree.members(inner)
        head = members[0]
        if len(members) != 2 or not isinstance(head, s.List) or head.items[1:] != others:
            break
        steps.insert(0, members[1])
        inner = head.items[0]
    if len(steps) < LEAST or not _are_one(steps):
        return None
    return inner, others, steps[0], len(steps), rest[1:]


def _are_one(steps: Sequence[s.Expr]) -> bool:
    """Whether blocks are equal, with the labels ``a[0]``, ``a[1]`` ... or with none."""
    if not any(isinstance(step, s.Labelled) for step in steps):
        return all(step == steps[0] for step in steps)
    for number, step in enumerate(steps):
        if not isinstance(step, s.Labelled) or step.body != steps[0].body:  # type: ignore[union-attr]
            return False
        if tree.path_of(step.label) != f"{_stem(steps[0])}.{number}":
            return False
    return True


def _stem(step: s.Expr) -> str:
    assert isinstance(step, s.Labelled)
    return tree.path_of(step.label).rpartition(".")[0]


def _last_part(step: s.Labelled) -> str:
    return tree.path_of(step.label).rpartition(".")[2]


def _number(step: s.Labelled) -> int:
    return int(_last_part(step))


def _at(step: s.Expr, index: str) -> s.Expr:
    """A block with a number in its label."""
    if not isinstance(step, s.Labelled):
        return step
    stem = _stem(step)
    if stem.isidentifier():
        label = s.LabelName(stem, (tree.name(index),), span=tree.NOWHERE)
    else:
        text = s.Text((f"{stem}.", tree.name(index)), span=tree.NOWHERE)
        label = s.LabelName(text, span=tree.NOWHERE)
    return step.replace(label=label)
