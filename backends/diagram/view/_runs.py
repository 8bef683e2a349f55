"""Runs of blocks that differ in numbers: the table of their differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from .. import style
from ..chart import words
from ..chart.chart import Chart, Step, every_copy
from ..picture import Table
from ._symbols import Symbols

ROWS: Final = 12
"""The most rows of a table; a longer table leaves out the middle."""


def symbols(step: Step, varying: dict[str, set[str]]) -> Symbols:
    """The names of the numbers that differ: arguments of the blocks first, then arguments of the
    calls inside, if a caption needs them."""
    bodies = [row.body for row in step.rows]
    result = Symbols(len(bodies))
    first = step.rows[0].steps[0]
    differing = varying.get(words.name(first), set()) if alone(step) else set()
    for name, values in given(bodies):
        result.offer(name, values, always=name in differing)
    for name, values in given_inside(bodies):
        result.offer(name, values, shown=False)
    if len(set(counts(step))) > 1:
        result.count(counts(step))
    return result


def alone(step: Step) -> bool:
    """Whether a row is one call, and not a stretch of several steps."""
    return len(step.rows[0].steps) == 1


def counts(step: Step) -> list[int]:
    """The number of copies in each row."""
    return [row.steps[0].count if alone(step) else 1 for row in step.rows]


def title(step: Step, prefix: str) -> str:
    """The title of a run: its block, or the labels ``layer1 – layer4``."""
    if len(step.rows[0].steps) > 1:
        names = Counter(words.name(s) for s in step.rows[0].steps if s.kind == "call")
        names_with_counts = [f"{n} {name}" if n > 1 and name else name for name, n in names.items()]
        return " · ".join(w for w in (prefix, *names_with_counts) if w)
    name = words.name(step.rows[0].steps[0])
    labels = [words.label(row.steps[0]) for row in step.rows]
    if name or not all(labels):
        return " · ".join(w for w in (prefix, name) if w)
    return _from_to(labels[0], labels[-1])


def table(step: Step, symbols: Symbols) -> Table | None:
    """The table of a run: a row for each copy, with the numbers that captions name and the shapes
    of the results. Copies in a row that differ in decimals only share a row. None if nothing
    differs."""
    columns = symbols.shown()
    labels, outs = _labels(step), _shapes(step)
    if any(labels):
        columns = {"": tuple(labels)} | columns
    if outs:
        name = "shape" if "×" in "".join(outs) else "channels" if "out" in columns else "out"
        columns[name] = tuple(outs)
    if not columns.keys() - {""}:
        return None
    columns = _joined(columns, counts(step), name if outs else "")
    rows = list(zip(*columns.values(), strict=True))
    if len(rows) > ROWS:
        rows = [*rows[: ROWS - 3], ("…",) * len(columns), *rows[-2:]]
    return Table(tuple(columns), tuple(rows))


def common(step: Step, symbols: Symbols) -> str:
    """The arguments that all rows have in common. They leave the columns of ``symbols``."""
    shown = symbols.shown()
    equal = {name: column[0] for name, column in shown.items() if len(set(column)) == 1}
    if len(equal) == len(shown) and not any(_labels(step)) and not _shapes(step):
        return ""  # else no table would be left
    for name in equal:
        del symbols.columns[name]
    return words.named_values(list(equal.items()))


def _joined(
    columns: dict[str, tuple[str, ...]], copies: Sequence[int], last: str
) -> dict[str, tuple[str, ...]]:
    """The columns in which neighbouring rows that differ in decimals only are one row, with the
    first and the last of the decimals. If several rows are left, a column counts the copies; it
    stands before the column ``last``."""
    decimals = [any("." in cell for cell in column) for column in columns.values()]
    rows = list(zip(*columns.values(), strict=True))
    keys = [tuple(c for c, d in zip(row, decimals, strict=True) if not d) for row in rows]
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    ends = [*starts[1:], len(rows)]
    parts = list(zip(starts, ends, strict=True))
    longer = [part for part in parts if part[1] - part[0] > 1]
    steady = all(_rises(c[a:b]) for c in columns.values() for a, b in longer)
    if not longer or not steady or set(copies) != {1}:
        return columns
    joined = {name: tuple(_range(c[a:b]) for a, b in parts) for name, c in columns.items()}
    if len(parts) > 1:
        numbers = {name: joined.pop(name) for name in (last,) if name}
        count = next(n for n in ("n", "copies", "times") if n not in joined)
        joined |= {count: tuple(str(b - a) for a, b in parts)} | numbers
    return joined


def _range(cells: Sequence[str]) -> str:
    return cells[0] if len(set(cells)) == 1 else f"{cells[0]} … {cells[-1]}"


def _rises(cells: Sequence[str]) -> bool:
    """Whether cells are equal, or numbers that only grow or only fall."""
    if len(set(cells)) == 1:
        return True
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return False
    return numbers in (sorted(numbers), sorted(numbers, reverse=True))


def _labels(step: Step) -> list[str]:
    """The first column: ``3a``, ``3b`` for inception3a and inception3b; empty cells if the calls
    only have numbers."""
    name = words.name(step.rows[0].steps[0]).lower()
    copies = [[words.label(copy) for copy in every_copy(row.steps[0])] for row in step.rows]
    stripped = [[label.lower().removeprefix(name).strip("_") for label in row] for row in copies]
    named = all(label.lower().startswith(name) for row in copies for label in row)
    if name and named and all(all(row) for row in stripped):
        copies = stripped
    labels = [_from_to(row[0], row[-1]) for row in copies]
    return labels if len(set(labels)) == len(labels) else [""] * len(labels)


def _from_to(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _shapes(step: Step) -> list[str]:
    """The shapes of the results, or only the channels if nothing else differs; none if all are
    equal."""
    types = [row.steps[-1].types[0] for row in step.rows]
    if len({style.shape(t) for t in types}) == 1:
        return []
    if len({t.shape[2:] for t in types}) == 1 and types[0].rank > 2:
        return [style.dim(t.shape[1]) for t in types]
    return [style.shape(t) for t in types]


def given(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of charts of one form: each name with the values in all of them."""
    graphs = [b.graph for b in bodies]
    arguments = [dict(g.arguments) if g is not None else {} for g in graphs]
    for name in arguments[0]:
        if all(name in g for g in arguments):
            yield name, [g[name] for g in arguments]


def given_inside(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of the calls inside, in the same way."""
    for steps in zip(*(b.steps for b in bodies), strict=True):
        called = [s.body for s in steps if s.body is not None]
        if called:
            yield from given(called)
            yield from given_inside(called)
