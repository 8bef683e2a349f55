"""Members of a pipe that differ only in numbers become a ``for``.

``block(0.0) > block(0.1) > block(0.2)`` becomes ``for i in range(3) { block(0.1 * i) }`` if the
formula gives the very numbers, and otherwise ``for rate in [0.0, 0.1, 0.2] { block(rate) }``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ...compiler.layers import layers
from ...grammar import syntax as s
from ...grammar.printer import print_expression
from . import tree
from .alignment import (
    HOLE,
    Alignment,
    Misfit,
    Signature,
    differing_number,
    layer_signature,
    pieces_of,
    same,
    with_piece,
    without_numbers,
)
from .parameters import in_terms

FEWEST: Final = 3
"""The fewest passes of a loop."""
LONGEST: Final = 4
"""The most members that a pass has."""
MOST_COLUMNS: Final = 4
"""The most columns of a table."""
GAIN: Final = 0.8
"""The largest part of the text that a loop may still have."""
MOST_PARTS: Final = 100
"""The largest number that a rate is divided by."""

COUNTED: Final = f"{HOLE}+"
"""The first letters of the names that stand for numbers in labels."""

Row: TypeAlias = tuple[s.Expr, ...]
"""A literal for each pass."""


def with_loops(file: s.File) -> s.File:
    """A file in which rows of equal members are loops."""
    blocks = [x for x in file.statements if isinstance(x, s.Block)]
    signatures: dict[str, dict[str, s.Expr | None]] = {
        block.name: {p.name: p.default for p in block.parameters} for block in blocks
    }
    signatures["range"] = {"start": None, "end": None}

    def signature(word: str) -> dict[str, s.Expr | None]:
        return signatures[word] if word in signatures else layer_signature(word)

    statements = []
    for statement in file.statements:
        taken = {*signatures, *(n.id for n in s.all_names(statement))}
        if isinstance(statement, s.Block):
            taken |= {p.name for p in statement.parameters}
        statements.append(_Loops(signature, taken, _calls(statement)).looped(statement))
    return file.replace(statements=tuple(statements))


class _Loops:
    """Writes the loops of one block. ``calls`` says how often each word is called in it."""

    def __init__(
        self, signature: Signature, taken: Collection[str], calls: Mapping[str, int]
    ) -> None:
        self.signature, self.taken, self.calls = signature, taken, calls

    def looped(self, node: Any) -> Any:
        """A tree with loops in its pipes, the innermost first."""
        if isinstance(node, s.Binary) and node.operator == ">":
            members = [self.looped(member) for member in tree.members(node)]
            return tree.pipe(*self.folded(members))
        return tree.rebuilt(node, self.looped)

    def folded(self, members: list[s.Expr]) -> list[s.Expr]:
        """The members with loops and repeats, also of what became loops and repeats."""
        result = self._folded_once(members)
        return result if len(result) == len(members) else self.folded(result)

    def _folded_once(self, members: list[s.Expr]) -> list[s.Expr]:
        """The members with loops in the places where these save most."""
        best = max(self._loops(members), key=lambda found: found.saved, default=None)
        if best is None:
            return members
        before, after = members[: best.start], members[best.end :]
        return [*self._folded_once(before), best.loop, *self._folded_once(after)]

    def _loops(self, members: Sequence[s.Expr]) -> Iterator[_Place]:
        heads = [_skeleton(member) for member in members]
        for start in range(len(members)):
            for length in range(1, LONGEST + 1):
                count = 1
                row = heads[start : start + length]
                while heads[start + count * length : start + (count + 1) * length] == row:
                    count += 1
                    yield from self._place(members, start, length, count)

    def _place(
        self, members: Sequence[s.Expr], start: int, length: int, count: int
    ) -> Iterator[_Place]:
        end = start + length * count
        passes = [members[at : at + length] for at in range(start, end, length)]
        if isinstance(passes[0][0], s.Name) and start == 0:
            return
        pipes = [tree.pipe(*p) for p in passes]
        loop: s.Expr | None = None
        if all(same(pipe, pipes[0]) for pipe in pipes):
            # a label around a repeat alone would number its copies
            loop = _repeat(passes[0], count) if length > 1 and end - start < len(members) else None
        elif count >= FEWEST:
            loop = self._loop(pipes)
        if loop is None:
            return
        old, new = _width(tree.pipe(*members[start:end])), _width(loop)
        if new < GAIN * old:
            yield _Place(start, end, loop, old - new)

    def _loop(self, passes: Sequence[s.Expr]) -> s.For | None:
        """The loop that is these members, one after the other; None if there is none."""
        alignment = Alignment(len(passes), self.signature)
        try:
            pipes = _with_counted_labels(_with_counts(passes))
            (statement,) = alignment.statements([[tree.result(p)] for p in pipes])
        except Misfit:
            return None
        rows = [
            (tuple(v for v in column if v is not None), hint) for column, hint in alignment.columns
        ]
        whole = all(len(row) == len(passes) for row, _ in rows)
        if not whole or any(_is_table(v) for row, _ in rows for v in row):
            return None
        named = any(isinstance(v, s.Name) for row, _ in rows for v in row)
        if named or any(_is_choice(node) for node in s.all_nodes(statement)):
            return None
        names = {n.id for n in s.all_names(statement)}
        total = max((self.calls[name] for name in names), default=0)
        starts = [int(name.removeprefix(COUNTED)) for name in names if name.startswith(COUNTED)]
        # a table is clearest with all numbers in it
        ways = ((min(starts, default=0), True), (0, False), (0, True))
        for tried, (start, formulas) in enumerate(ways):
            columns = _Columns(rows, {*self.taken, *names}, total, len(passes), start)
            loop = columns.loop(statement, starts, formulas=formulas)
            if loop is not None and (not columns.table or tried):
                return self._with_places(loop)
        return None

    def _with_places(self, loop: s.For) -> s.For:
        """The loop with at most two arguments without names in the calls of blocks."""

        def better(node: s.SyntaxNode) -> s.SyntaxNode:
            while isinstance(node, s.Call) and node.settings and len(node.arguments) < 2:
                first, *others = node.settings
                if self._parameter(node) != first.name:
                    break
                node = node.replace(
                    arguments=(*node.arguments, first.value), settings=tuple(others)
                )
            return node

        return tree.mapped(loop, better)  # type: ignore[no-any-return]

    def _parameter(self, call: s.Call) -> str:
        """The parameter of a block that the next argument of a call is for."""
        word = call.function.id if isinstance(call.function, s.Name) else ""
        names = list(self.signature(word)) if word not in layers() else []
        return names[len(call.arguments)] if len(call.arguments) < len(names) else ""


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    loop: s.Expr
    saved: int


class _Columns:
    """The variables of a loop: an index, and the columns of a table."""

    def __init__(
        self,
        rows: Sequence[tuple[Row, str]],
        taken: Collection[str],
        total: int,
        count: int,
        first: int,
    ) -> None:
        self.rows, self.taken, self.total, self.count = rows, taken, total, count
        self.table: list[tuple[str, Row]] = []
        self.index = tree.new_word(("i", "j", "k", "at", "index"), taken)
        rates = [rate for row, _ in rows if (rate := _rate(row, total)) is not None]
        self.first = rates[0].first if rates else first
        self.counts = bool(rates)
        """Whether the loop has an index."""

    def loop(
        self, statement: s.Statement, labels: Collection[int], *, formulas: bool
    ) -> s.For | None:
        """The loop; None if its table is too wide. ``labels`` are the numbers that labels have in
        the first pass. With ``formulas``, whole numbers become formulas where they can."""
        self.counts, self.formulas = self.counts or bool(labels), formulas
        texts = [self._formula(row) for row, _ in self.rows]
        for at, (row, hint) in enumerate(self.rows):
            if texts[at] is None:
                texts[at] = self._from_table(row, hint)
        if len(self.table) > MOST_COLUMNS:
            return None

        def filled(node: s.SyntaxNode) -> s.SyntaxNode:
            if isinstance(node, s.Name) and node.id.startswith(COUNTED):
                return self._shifted(int(node.id.removeprefix(COUNTED)))
            if isinstance(node, s.Name) and node.id.startswith(HOLE):
                text = texts[int(node.id.removeprefix(HOLE))]
                assert text is not None
                return text
            return node

        body = tree.mapped(statement, filled)
        pattern, iterable = self._head()
        return s.For(pattern, iterable, (body,), span=tree.NOWHERE)

    def _shifted(self, number: int) -> s.Expr:
        """The index, with what has to be added so that it starts with a number."""
        index, shift = tree.name(self.index), number - self.first
        if not shift:
            return index
        return tree.binary("+" if shift > 0 else "-", index, tree.number(abs(shift)))

    def _head(self) -> tuple[s.Pattern, s.Expr]:
        index = tree.name(self.index)
        ends = [self.first, self.first + self.count] if self.first else [self.count]
        numbers = tree.call("range", map(tree.number, ends))
        if not self.table:
            return index, numbers
        words = [tree.name(word) for word, _ in self.table]
        lines: list[s.Expr] = [
            tree.bundle(line) for line in zip(*(row for _, row in self.table), strict=True)
        ]
        columns: s.Pattern = s.Names(tuple(words), span=tree.NOWHERE)
        if len(words) == 1:
            columns, lines = words[0], list(self.table[0][1])
        rows = tree.bundle(lines)
        if not self.counts:
            return columns, rows
        both = s.Names((index, columns), span=tree.NOWHERE)
        pairs = [numbers, rows] if self.first else [rows]
        return both, tree.call("zip" if self.first else "enumerate", pairs)

    def _formula(self, row: Row) -> s.Expr | None:
        """A column in terms of the index, if the numbers are the very same."""
        rate = _rate(row, self.total)
        if rate is not None and rate.first == self.first:
            return rate.text(tree.name(self.index))
        numbers = [v.value for v in row if isinstance(v, s.Number) and isinstance(v.value, int)]
        few = not self.counts and self.count <= LONGEST
        if len(numbers) < len(row) or few or not self.formulas:
            return None
        text = _steps(numbers, self.first, tree.name(self.index))
        self.counts = self.counts or text is not None
        return text

    def _from_table(self, row: Row, hint: str) -> s.Expr:
        for word, known in self.table:
            text = in_terms(row, known, tree.name(word))
            if text is not None:
                return text
        floats = any(isinstance(v, s.Number) and isinstance(v.value, float) for v in row)
        word = self._word("rate" if hint == "p" and floats else hint)
        self.table.append((word, row))
        return tree.name(word)

    def _word(self, hint: str) -> str:
        stem = hint.rsplit(".", 1)[-1].strip("_0123456789")
        stem = {"out": "width"}.get(stem, stem)
        stem = stem if stem.isidentifier() else "n"
        if not tree.is_free(stem):
            stem = f"{stem}_size"
        taken = {*self.taken, *(word for word, _ in self.table), self.index}
        return tree.new_word([stem], taken)


# --- repeats ----------------------------------------------------------------------------------


def _is_repeat(node: s.SyntaxNode) -> bool:
    number = node.right if isinstance(node, s.Binary) and node.operator == "*" else None
    return isinstance(number, s.Number) and isinstance(number.value, int)


def _with_counts(passes: Sequence[s.Expr]) -> list[s.Expr]:
    """The passes with ``f * 1`` for ``f`` where others have ``f * 2``. A label around ``f`` alone
    is another path than one around ``f * 1``; so only members of pipes change."""
    chains = [tree.members(p) for p in passes]
    if len({len(chain) for chain in chains}) > 1:
        return list(passes)
    columns = [_counts(_inside(column)) for column in zip(*chains, strict=True)]
    return [tree.pipe(*members) for members in zip(*columns, strict=True)]


def _counts(column: Sequence[s.Expr]) -> list[s.Expr]:
    if not any(map(_is_repeat, column)):
        return list(column)
    return [n if _is_repeat(n) else tree.binary("*", n, tree.number(1)) for n in column]


def _inside(column: Sequence[s.Expr]) -> list[s.Expr]:
    """Members with the counts of the pipes inside their parentheses and labels."""
    bodies = [n.body if isinstance(n, s.Labelled | s.Paren) else None for n in column]
    if any(body is None for body in bodies):
        return list(column)
    inner = [body for body in bodies if body is not None]
    if all(len(tree.members(body)) > 1 for body in inner):
        changed = _with_counts(inner)
    else:
        changed = _inside(inner)
    return [n.replace(body=body) for n, body in zip(column, changed, strict=True)]


# --- labels -----------------------------------------------------------------------------------


def _with_counted_labels(passes: Sequence[s.Expr]) -> list[s.Expr]:
    """The passes with ``layer{i}`` for labels that count them. Raises Misfit."""
    rows = [[n for n in s.all_nodes(p) if isinstance(n, s.LabelName)] for p in passes]
    if len({len(row) for row in rows}) > 1:
        raise Misfit
    columns = list(zip(*rows, strict=True))
    counted = [_counted(column) for column in columns]
    result: list[s.Expr] = []
    for members in passes:
        labels = iter(counted)
        result.append(_relabelled(members, labels))
    return result


def _relabelled(node: Any, labels: Iterator[s.LabelName]) -> Any:
    """A tree with other labels, which come in its order."""
    if isinstance(node, s.LabelName):
        return next(labels)
    return tree.rebuilt(node, lambda inner: _relabelled(inner, labels))


def _counted(labels: Sequence[s.LabelName]) -> s.LabelName:
    """One label for all passes. Raises Misfit."""
    first = labels[0]
    if all(label == first for label in labels):
        return first
    rows, place = differing_number(labels)
    start = int(rows[0][place])
    if [int(row[place]) for row in rows] != list(range(start, start + len(rows))):
        raise Misfit
    return with_piece(first, place, tree.name(f"{COUNTED}{start}"))


def with_tail_as_loop(members: Sequence[s.Expr]) -> list[s.Expr]:
    """Members of a Sequential with a loop over those after the first, if these are alike, however
    few they are: ``a as "b-0" > for i in range(1, 4) { c as "b-{i}" }``."""
    first, *others = members
    passes = [_with_place(member, at) for at, member in enumerate(others, 1)]
    if not passes or not all(same(member, passes[0]) for member in passes):
        return list(members)
    numbers = tree.call("range", [tree.number(1), tree.number(len(members))])
    body = (tree.result(passes[0]),)
    return [first, s.For(tree.name("i"), numbers, body, span=tree.NOWHERE)]


def _with_place(member: s.Expr, at: int) -> s.Expr:
    """A member whose label ends with its place, with ``i`` for this."""
    if not isinstance(member, s.Labelled) or member.label.indices:
        return member
    *front, last = pieces_of(member.label)
    if last != str(at):
        return member
    text = s.Text(tree.joined([*front, tree.name("i")]), span=tree.NOWHERE)
    return member.replace(label=member.label.replace(name=text))


# --- formulas ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rate:
    """``most * i / parts``, with ``i`` from ``first`` on."""

    most: float
    parts: int
    first: int

    def text(self, index: s.Expr) -> s.Expr:
        product = tree.binary("*", tree.number(self.most), index)
        return product if self.parts == 1 else tree.binary("/", product, tree.number(self.parts))

    def value(self, at: int) -> float:
        """The number at a place, computed as the compiler computes it."""
        product = self.most * (self.first + at)
        return product if self.parts == 1 else product / self.parts


def _rate(row: Row, total: int) -> _Rate | None:
    """Rates that grow by one step from block to block, as a formula; None if no formula gives the
    very numbers. ``total`` is the number of blocks that the rates may be spread over."""
    values = [v.value for v in row if isinstance(v, s.Number) and isinstance(v.value, float)]
    if len(values) < len(row) or values[-1] <= values[0]:
        return None
    step = (values[-1] - values[0]) / (len(values) - 1)
    first = round(values[0] / step)
    if first < 0:
        return None
    likely = [n for n in (total - 1, total) if n > 0]
    for digits in (1, 2):
        for parts in (*likely, *range(1, MOST_PARTS + 1)):
            rate = _Rate(float(f"{step * parts:.{digits}g}"), parts, first)
            if all(rate.value(at) == value for at, value in enumerate(values)):
                return rate
    return None


def _steps(numbers: Sequence[int], first: int, index: s.Expr) -> s.Expr | None:
    """Whole numbers that grow by a step or by a factor: ``64 + 32 * i``, ``64 * 2**i``."""
    start, step = numbers[0], numbers[1] - numbers[0]
    if step > 0 and all(n == start + step * at for at, n in enumerate(numbers)):
        product = index if step == 1 else tree.binary("*", tree.number(step), index)
        base = start - step * first
        if base < 0:
            return None
        return tree.binary("+", tree.number(base), product) if base else product
    if first == 0 and start > 0 and all(n == start * 2**at for at, n in enumerate(numbers)):
        power = tree.binary("**", tree.number(2), index)
        return tree.binary("*", tree.number(start), power)
    return None


# --- trees ------------------------------------------------------------------------------------


def _repeat(members: Sequence[s.Expr], count: int) -> s.Expr | None:
    """``(conv(3x3, 64) > relu) * 2``."""
    if not any(isinstance(member, s.Call) for member in members):
        return None
    return tree.binary("*", tree.paren(tree.pipe(*members)), tree.number(count))


def _calls(node: s.SyntaxNode) -> Counter[str]:
    """How often each word is called, with repeats."""
    found: Counter[str] = Counter()
    if isinstance(node, s.Name):
        found[node.id] += 1
    for child in s.children(node):
        found += _calls(child)
    if isinstance(node, s.Binary) and node.operator == "*" and isinstance(node.right, s.Number):
        times = node.right.value
        return Counter({word: int(n * times) for word, n in found.items()})
    return found


def _skeleton(node: s.SyntaxNode) -> object:
    """What a member is, without its numbers: members of one loop are equal in this."""
    if isinstance(node, s.Call):
        return _skeleton(node.function)
    if isinstance(node, s.Name):
        return node.id
    if isinstance(node, s.LabelName):
        return without_numbers(node), len(node.indices)
    if isinstance(node, s.Binary) and _is_repeat(node):
        return _skeleton(node.left)
    return type(node).__name__, tuple(map(_skeleton, s.children(node)))


def _is_table(node: s.SyntaxNode) -> bool:
    return isinstance(node, s.List) and any(isinstance(item, s.List) for item in node.items)


def _is_choice(node: s.SyntaxNode) -> bool:
    """Whether a member is there for some passes alone."""
    return (
        isinstance(node, s.Conditional)
        and isinstance(node.condition, s.Name)
        and node.condition.id.startswith(HOLE)
    )


def _width(node: s.Expr) -> int:
    """The length of a text without its blanks."""
    return len("".join(print_expression(node).split()))
