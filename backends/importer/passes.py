"""Passes of a loop of the model's code, which a trace has one after another: a loop again.

Statements in a row that are the same text, pass by pass, are one body. Results that each pass
makes anew, as RAFT's flows, become a growing list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from ...grammar import syntax as s
from ...grammar.record import Record
from . import tree

LEAST: Final = 3
"""The fewest passes that become a loop."""
SHORTEST: Final = 2
"""The fewest statements of a pass; one alone is a row (``rows.py``)."""


class Passes(Record):
    """``count`` passes of ``length`` statements each, from a place on."""

    start: int
    length: int
    count: int

    @property
    def end(self) -> int:
        return self.start + self.length * self.count

    def bodies(self, statements: Sequence[s.Statement]) -> list[Sequence[s.Statement]]:
        starts = range(self.start, self.end, self.length)
        return [statements[at : at + self.length] for at in starts]


def with_passes(statements: Sequence[s.Statement], taken: Collection[str]) -> list[s.Statement]:
    """The statements with ``for i in range(12) { ... }`` for passes that are equal, but for the
    names of what each of them adds to a list. ``taken`` are names that mean something."""
    collected = _collected(statements)
    passes = _longest(_kinds(statements, collected))
    if passes is None:
        return [*statements]
    before, after = statements[: passes.start], statements[passes.end :]
    bodies = passes.bodies(statements)
    known = {*taken, *(name for x in before for name in _targets(x))}
    if not _can_run_again(bodies[0], after, known | collected):
        return [*statements]
    used = {*taken, *(n.id for x in statements for n in s.all_names(x))}
    index = tree.new_word("ijk", used)
    loop, lists = [*bodies[0]], list[s.Statement]()
    for rows in zip(*(_makes(body, collected) for body in bodies), strict=True):
        word = tree.new_word((f"{rows[0]}s", f"{rows[0]}_list"), used)
        kept = _joined(after, rows, word)
        if kept is None:
            return [*statements]
        used.add(word)
        after = kept
        item = tree.bundle([tree.name(rows[0])])
        loop.append(tree.assign([word], tree.binary("+", tree.name(word), item)))
        lists.append(tree.assign([word], tree.bundle([])))
    count = tree.call("range", [tree.number(passes.count)])
    whole = s.For(tree.name(index), count, tuple(loop), span=tree.NOWHERE)
    return [*before, *lists, tree.result(whole), *after]


# --- finding them -----------------------------------------------------------------------------


def _collected(statements: Sequence[s.Statement]) -> set[str]:
    """The names that are assigned once, and read once, as an item of a list of names."""
    assigned = Counter(name for x in statements for name in _targets(x))
    read = Counter(n.id for x in statements for n in s.all_names(x)) - assigned
    items = {
        item.id
        for x in statements
        for node in s.all_nodes(x)
        if isinstance(node, s.List) and len(node.items) >= LEAST
        for item in node.items
        if isinstance(item, s.Name)
    }
    return {name for name in items if assigned[name] == 1 and read[name] == 1}


def _targets(statement: s.Statement) -> Iterator[str]:
    if isinstance(statement, s.Assign):
        yield from (name.id for name in s.all_names(statement.target))


def _kinds(statements: Sequence[s.Statement], collected: Collection[str]) -> list[int]:
    """A number for each statement: the same for those that differ in collected names alone.
    Statements with labels or of other kinds have numbers of their own."""

    def plain(node: s.SyntaxNode) -> s.SyntaxNode:
        return tree.name("$") if isinstance(node, s.Name) and node.id in collected else node

    numbers: dict[Any, int] = {}
    kinds: list[int] = []
    for at, x in enumerate(statements):
        labelled = any(isinstance(node, s.Labelled) for node in s.all_nodes(x))
        same = isinstance(x, s.Assign) and not labelled
        kinds.append(numbers.setdefault(tree.mapped(x, plain) if same else ("", at), len(numbers)))
    return kinds


def _longest(kinds: Sequence[int]) -> Passes | None:
    """The passes that save most."""
    best: Passes | None = None
    for length in range(SHORTEST, len(kinds) // LEAST + 1):
        equal = 0
        for at in range(len(kinds) - length):
            equal = equal + 1 if kinds[at] == kinds[at + length] else 0
            count = equal // length + 1
            found = Passes(at + length + 1 - count * length, length, count)
            if count >= LEAST and (best is None or _saved(found) > _saved(best)):
                best = found
    return best


def _saved(passes: Passes) -> int:
    return passes.length * (passes.count - 1)


def _can_run_again(
    body: Sequence[s.Statement], after: Sequence[s.Statement], known: set[str]
) -> bool:
    """Whether later statements read of a body only names that were known before it: a name of a
    loop's own ends with it."""
    own = {name for x in body for name in _targets(x)} - known
    for x in after:
        target = x.target if isinstance(x, s.Assign) else None
        value = x.value if isinstance(x, s.Assign) else x
        if own & {n.id for n in s.all_names(value)}:
            return False
        own -= {n.id for n in s.all_names(target)} if target is not None else set()
    return True


def _makes(body: Sequence[s.Statement], collected: Collection[str]) -> list[str]:
    """The collected names that a pass makes."""
    return [name for x in body for name in _targets(x) if name in collected]


# --- lists ------------------------------------------------------------------------------------


def _joined(
    statements: Sequence[s.Statement], names: Sequence[str], word: str
) -> Sequence[s.Statement] | None:
    """The statements with a list for its items; None if these are not beside one another in
    one."""
    items = tuple(map(tree.name, names))
    found = 0

    def changed(node: s.SyntaxNode) -> s.SyntaxNode:
        nonlocal found
        if not isinstance(node, s.List):
            return node
        at = next((i for i, item in enumerate(node.items) if item == items[0]), None)
        if at is None or node.items[at : at + len(items)] != items:
            return node
        found += 1
        return _sum(node.items[:at], word, node.items[at + len(items) :])

    made = [tree.mapped(x, changed) for x in statements]
    return made if found == 1 else None


def _sum(before: Sequence[s.Expr], word: str, after: Sequence[s.Expr]) -> s.Expr:
    """``[a] + words + [b]``."""
    result: s.Expr = tree.name(word)
    if before:
        result = tree.binary("+", tree.bundle(before), result)
    return tree.binary("+", result, tree.bundle(after)) if after else result
