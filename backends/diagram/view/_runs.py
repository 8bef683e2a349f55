"""Runs of blocks that differ in numbers: what tells them apart, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from .. import style
from ..chart import words
from ..chart.chart import Chart, Step
from ..picture import Table
from ._symbols import Symbols

ROWS: Final = 12
"""Rows of a table; longer ones leave out the middle."""


def symbols(step: Step, varying: dict[str, set[str]]) -> Symbols:
    """Names for the numbers: the blocks' arguments first, those of calls inside at need."""
    bodies = [row.body for row in step.rows]
    known = Symbols(len(bodies))
    first = step.rows[0].steps[0]
    differing = varying.get(words.name(first), set()) if alone(step) else set()
    for name, values in given(bodies):
        known.offer(name, values, always=name in differing)
    for name, values in given_inside(bodies):
        known.offer(name, values, shown=False)
    if len(set(counts(step))) > 1:
        known.count(counts(step))
    return known


def alone(step: Step) -> bool:
    """Whether a row is one call, and not a stretch of several steps."""
    return len(step.rows[0].steps) == 1


def counts(step: Step) -> list[int]:
    return [row.steps[0].count if alone(step) else 1 for row in step.rows]


def title(step: Step, prefix: str) -> str:
    if len(step.rows[0].steps) > 1:
        names = Counter(words.name(s) for s in step.rows[0].steps if s.kind == "call")
        told = [f"{n} {name}" if n > 1 and name else name for name, n in names.items()]
        return " · ".join(w for w in (prefix, *told) if w)
    name = words.name(step.rows[0].steps[0])
    labels = [words.label(row.steps[0]) for row in step.rows]
    if name or not all(labels):
        return " · ".join(w for w in (prefix, name) if w)
    return f"{labels[0]} – {labels[-1]}"


def table(step: Step, symbols: Symbols) -> Table | None:
    """A row to each, with what captions named and what comes out; None if nothing differs."""
    columns = symbols.shown()
    labels, outs = _labels(step), _shapes(step)
    if any(labels):
        columns = {"": tuple(labels)} | columns
    if outs:
        name = "shape" if "×" in "".join(outs) else "channels" if "out" in columns else "out"
        columns[name] = tuple(outs)
    if not columns.keys() - {""}:
        return None
    rows = list(zip(*columns.values(), strict=True))
    if len(rows) > ROWS:
        rows = [*rows[: ROWS - 3], ("…",) * len(columns), *rows[-2:]]
    return Table(tuple(columns), tuple(rows))


def _labels(step: Step) -> list[str]:
    """``3a``, ``3b`` for inception3a and inception3b; nothing if the paths are just numbered."""
    labels = [words.label(row.steps[0]) for row in step.rows]
    if len(set(labels)) < len(labels):
        return [""] * len(labels)
    name = words.name(step.rows[0].steps[0]).lower()
    stripped = [label.lower().removeprefix(name).strip("_") for label in labels]
    return stripped if name and all(stripped) else labels


def _shapes(step: Step) -> list[str]:
    """The rows' results: whole, or the channels where only they differ."""
    types = [row.steps[-1].types[0] for row in step.rows]
    if len({style.shape(t) for t in types}) == 1:
        return []
    if len({t.shape[2:] for t in types}) == 1 and types[0].rank > 2:
        return [style.dim(t.shape[1]) for t in types]
    return [style.shape(t) for t in types]


def given(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of charts of one form, side by side."""
    graphs = [b.graph for b in bodies]
    held = [dict(g.arguments) if g is not None else {} for g in graphs]
    for name in held[0]:
        if all(name in g for g in held):
            yield name, [g[name] for g in held]


def given_inside(bodies: Sequence[Chart]) -> Iterator[tuple[str, list[object]]]:
    """The arguments of the calls inside, for captions that need a name."""
    for steps in zip(*(b.steps for b in bodies), strict=True):
        called = [s.body for s in steps if s.body is not None]
        if called:
            yield from given(called)
            yield from given_inside(called)
