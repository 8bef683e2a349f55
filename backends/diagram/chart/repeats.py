"""Folds repeats: equal steps in a row, equal stretches of steps, and variants of a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final, TypeAlias

from ....compiler.types import TensorType
from .chart import Chart, Forms, Ref, RunRow, Step
from .folding import moved, role

LONGEST_MOTIF: Final = 24
FEWEST_MOTIFS: Final = 3


# --- equal steps in a row ---------------------------------------------------------------------


def merge_equal(steps: list[Step], results: tuple[Ref, ...]) -> tuple[list[Step], tuple[Ref, ...]]:
    """The steps with equal steps in a row as one step with a count. Each of them must read the step
    before it."""
    uses = _uses(steps, results)
    merged: list[Step] = []
    at: dict[int, int] = {}
    for i, step in enumerate(steps):
        before = merged[-1] if merged else None
        here = replace(step, inputs=moved(step.inputs, at))
        third_or_later = i > 1 and at[i - 1] == at[i - 2]
        if before is not None and _continues(
            before, step, steps, i, uses, third_or_later=third_or_later
        ):
            merged[-1] = replace(
                before,
                count=before.count + step.count,
                types=(*step.types, *before.types[len(step.types) :]),
                paths=before.paths + step.paths,
                merged=(*(before.merged or (before,)), step),
            )
        else:
            merged.append(here)
        at[i] = len(merged) - 1
    return merged, moved(results, at)


def _uses(steps: Sequence[Step], results: tuple[Ref, ...]) -> Counter[int]:
    uses: Counter[int] = Counter(s for s, _ in results)
    for step in steps:
        uses.update(s for s, _ in step.inputs)
    return uses


def _continues(
    before: Step, step: Step, steps: list[Step], i: int, uses: Counter[int], *, third_or_later: bool
) -> bool:
    """Whether a step is one more copy of the step before. It reads the results of that step at the
    same inputs, and at its other inputs the tensors that the step before reads too. No other step
    reads the results."""
    last = steps[i - 1]
    handed = [k for k, ref in enumerate(step.inputs) if ref[0] == i - 1]
    same = len(step.inputs) == len(last.inputs) and all(
        _takes_previous(ref, last.inputs[k], third_or_later)
        if k in handed
        else ref == last.inputs[k]
        for k, ref in enumerate(step.inputs)
    )
    return (
        step.kind in ("unit", "call")
        and not any(step.part.wires)
        and "changed" not in (before.mark, step.mark)
        and (step.look, step.numbers) == (before.look, before.numbers)
        and step.inputs[:1] == ((i - 1, 0),)
        and uses[i - 1] == len(handed)
        and same
        and (step.kind == "call" or _worth_a_badge(step))
        and (role(step.part) != "L" or step.takes == before.takes)
    )


def _takes_previous(ref: Ref, before: Ref, third_or_later: bool) -> bool:
    """Whether an input fits: from the third copy on, the copy before must have read the copy before
    it at the same input. The first copy may read anything there."""
    return not third_or_later or before == (ref[0] - 1, ref[1])


def _worth_a_badge(step: Step) -> bool:
    """Whether a repeated step gets a badge: pools and reshapes alone do not."""
    return any(role(p) not in ("", "M") or p.node.count > 1 for p in step.parts)


# --- stretches that repeat: loops without a block, and runs of blocks ----------------------------

Stretch: TypeAlias = tuple[int, int, int]
"""The first step, the number of steps in one copy, the number of copies."""


def merge_repeats(
    forms: Forms, steps: list[Step], results: tuple[Ref, ...]
) -> tuple[list[Step], tuple[Ref, ...]]:
    """The steps with each stretch of equal copies as one step with a count."""
    signs = [forms.form(("step", s.form, s.count, s.numbers)) for s in steps]
    return _merge_motifs(forms, steps, results, signs, _repeat)


def with_runs(forms: Forms, chart: Chart, apart: Sequence[bool], *, groups: bool) -> Chart:
    """The chart with each run of one form as one step that has a row for each copy: runs of calls
    of a block, and with ``groups`` also of labelled groups and of stretches of several calls. Steps
    that are ``apart`` join no run."""
    signs = [
        s.form if _may_run(s, groups) and not apart[i] else -1 - i
        for i, s in enumerate(chart.steps)
    ]
    longest = LONGEST_MOTIF if groups else 1
    steps, results = _merge_motifs(
        forms, list(chart.steps), chart.results, signs, _run, longest=longest, pairs=True
    )
    if len(steps) == len(chart.steps):
        return chart
    return forms.chart(chart.graph, chart.inputs, steps, results, chart.undrawn, chart.marks)


def _may_run(step: Step, groups: bool) -> bool:
    if step.kind != "call":
        return groups
    graph = step.body.graph if step.body else None
    return groups or (graph is not None and graph.kind == "block")


def _merge_motifs(
    forms: Forms,
    steps: list[Step],
    results: tuple[Ref, ...],
    signs: list[int],
    build: Callable[[Forms, list[Step], Stretch, dict[Ref, Ref]], Step],
    *,
    longest: int = LONGEST_MOTIF,
    pairs: bool = False,
) -> tuple[list[Step], tuple[Ref, ...]]:
    """The steps with each repeated stretch as the one step that ``build`` makes of it. Steps with
    equal ``signs`` are equal; ``longest`` limits the steps in one copy; with ``pairs`` two copies
    of a single step are enough."""
    readers = _readers(steps, results)
    echoes = _echoes(signs, steps, longest)
    weighty = [0, *accumulate(s.kind == "call" or _worth_a_badge(s) for s in steps)]
    merged: list[Step] = []
    at: dict[Ref, Ref] = {}
    i = 0
    while i < len(steps):
        stretch = _best_motif(echoes, weighty, steps, i, pairs)
        gathered = _gathered(steps, readers, stretch) if stretch and pairs else None
        if stretch and (gathered or _is_chain_of_copies(steps, readers, stretch)):
            run = build(forms, steps, stretch, at)
            merged.append(replace(run, gathered=gathered))
            i += stretch[1] * stretch[2]
            at.update({(i - 1, r): (len(merged) - 1, r) for r in range(len(merged[-1].types))})
            if gathered:
                at.update(
                    {(n, gathered): (len(merged) - 1, gathered) for n in range(stretch[0], i)}
                )
            continue
        inputs = (at.get(r, r) for r in steps[i].inputs)
        merged.append(replace(steps[i], inputs=_once(merged, inputs)))
        at.update({(i, r): (len(merged) - 1, r) for r in range(len(steps[i].types))})
        i += 1
    return merged, tuple(at.get(r, r) for r in results)


def _readers(steps: Sequence[Step], results: tuple[Ref, ...]) -> dict[int, list[int]]:
    """The steps that read each step. The results count as one more reader, after all steps."""
    readers: dict[int, list[int]] = {}
    for i, step in enumerate(steps):
        for s, _ in step.inputs:
            readers.setdefault(s, []).append(i)
    for s, _ in results:
        readers.setdefault(s, []).append(len(steps))
    return readers


def _echoes(signs: list[int], steps: list[Step], longest: int) -> list[list[int]]:
    """By period and place: how many steps in a row, from that place on, equal the step one period
    before. One pass from the end for each period keeps the time linear in the number of steps."""
    echoes = [[0] * (len(steps) + 1) for _ in range(longest + 1)]
    for period in range(1, longest + 1):
        row = echoes[period]
        for i in range(len(steps) - 1, period - 1, -1):
            row[i] = row[i + 1] + 1 if _same_at(signs, steps, i, period) else 0
    return echoes


def _best_motif(
    echoes: list[list[int]], weighty: list[int], steps: list[Step], start: int, pairs: bool
) -> Stretch | None:
    """The repetition from ``start`` on that covers most steps. ``weighty`` counts the steps before
    each place that are worth a badge: a stretch without one is no pattern."""
    best: Stretch | None = None
    for period in range(1, len(echoes)):
        fewest = 2 if pairs and period == 1 else FEWEST_MOTIFS
        if start + period * fewest > len(steps):
            break
        times = 1 + echoes[period][start + period] // period
        if times < fewest or weighty[start] == weighty[start + period]:
            continue
        if pairs and _is_run_of_layers(steps[start : start + period]):
            continue
        covers = best[1] * best[2] if best else 0
        if times * period > covers:
            best = (start, period, times)
    return best


def _is_run_of_layers(steps: list[Step]) -> bool:
    """Whether these are layers of one kind that differ in numbers: they are no run."""
    return all(s.kind != "call" for s in steps) and len({s.form for s in steps}) == 1


def _same_at(signs: list[int], steps: list[Step], i: int, period: int) -> bool:
    if any(steps[i].part.wires) or signs[i] != signs[i - period]:
        return False
    if len(steps[i].inputs) != len(steps[i - period].inputs):
        return False
    pairs = zip(steps[i].inputs, steps[i - period].inputs, strict=True)
    return all(a == b or _one_period_on(a, b, period) for a, b in pairs)


def _one_period_on(ref: Ref, before: Ref, period: int) -> bool:
    """Whether a step hands one tensor to a copy, and the step one period before hands the other to
    the copy before. Different inputs of a chart are different tensors."""
    return ref[0] >= 0 and ref[0] - before[0] == period and ref[1] == before[1]


def _is_chain_of_copies(steps: list[Step], readers: dict[int, list[int]], stretch: Stretch) -> bool:
    """Whether each copy reads the last step of the copy before and nothing else of it, and no other
    step reads what is inside a copy."""
    start, period, times = stretch
    end = start + period * times
    if _carry(steps, stretch) is None:
        return False
    for i in range(start, end):
        after = start + ((i - start) // period + 1) * period
        outside = [r for r in readers.get(i, []) if r >= after]
        if i < after - 1 and outside:
            return False
        if after < end and any(r >= after + period for r in outside):
            return False
    return True


def _gathered(steps: list[Step], readers: dict[int, list[int]], stretch: Stretch) -> int | None:
    """The number of a result that one later step reads of each copy, in their order, to join them.
    Besides that step, only the next copy reads a copy. None if there is no such result."""
    start, period, times = stretch
    last = start + times - 1
    joins = {r for i in range(start, last) for r in readers.get(i, []) if r != i + 1}
    if period != 1 or len(joins) != 1 or _carry(steps, stretch) is None:
        return None
    (join,) = joins
    if join == len(steps) or steps[join].kind not in ("join", "bar") or steps[join].part.wires:
        return None
    read = tuple(ref for ref in steps[join].inputs if start <= ref[0] <= last)
    number = read[0][1]
    first = steps[join].inputs.index(read[0])
    in_order = read == tuple((i, number) for i in range(start, last + 1))
    together = read == steps[join].inputs[first : first + times]
    after = steps[last + 1]
    ends = set(readers[last]) <= {last + 1, join}
    alone = ends and (join == last + 1 or (last, number) not in after.inputs)
    return number if number and in_order and together and alone else None


def _once(merged: Sequence[Step], inputs: Iterable[Ref]) -> tuple[Ref, ...]:
    """The inputs of a step. A result that is gathered from the copies of a run is one input."""
    result: list[Ref] = []
    for ref in inputs:
        gathered = ref[0] >= 0 and ref[1] > 0 and merged[ref[0]].gathered == ref[1]
        if not (gathered and ref in result):
            result.append(ref)
    return tuple(result)


def _carry(steps: list[Step], stretch: Stretch) -> Ref | None:
    """The tensor that the first copy reads at the inputs where the second copy reads the first.
    None if there are several, or if the second copy reads anything but the first result of the last
    step."""
    start, period, _ = stretch
    carried: set[Ref] = set()
    for i in range(start, start + period):
        for k, ref in enumerate(steps[i + period].inputs):
            if start <= ref[0] < start + period:
                if ref != (start + period - 1, 0):
                    return None
                carried.add(steps[i].inputs[k])
    return carried.pop() if len(carried) == 1 else None


def _repeat(forms: Forms, steps: list[Step], stretch: Stretch, at: dict[Ref, Ref]) -> Step:
    """A stretch of equal copies as one call of a chart with a count."""
    start, period, times = stretch
    outside = _outside(steps, stretch)
    body = _stretch(forms, steps, stretch, 0, outside)
    first, last = steps[start], steps[start + period * times - 1]
    return Step(
        "call",
        (first.part,),
        0,
        tuple(at.get(r, r) for r in outside),
        body.inputs,
        last.types,
        forms.form(("motif", body.form)),
        forms.form(("motif", body.look)),
        body.numbers,
        times,
        body,
        (first.part.path,),
        merged=tuple(steps[start : start + period * times]),
    )


def _run(forms: Forms, steps: list[Step], stretch: Stretch, at: dict[Ref, Ref]) -> Step:
    """A stretch of copies that differ in numbers as one step with a row for each copy."""
    start, period, times = stretch
    outside = _outside(steps, stretch)
    rows: list[RunRow] = []
    for copy in range(times):
        copy_steps = steps[start + copy * period : start + (copy + 1) * period]
        called = copy_steps[0].body if period == 1 else None
        rows.append(
            RunRow(called or _stretch(forms, steps, stretch, copy, outside), tuple(copy_steps))
        )
    if period == 1:
        outside = steps[start].inputs
    form = forms.form(("run", rows[0].body.form))
    look = forms.form(("run", rows[0].body.look))
    numbers = tuple(n for row in rows for n in row.body.numbers)
    first, last = steps[start], steps[start + period * times - 1]
    return Step(
        "run",
        (first.part,),
        0,
        tuple(at.get(r, r) for r in outside),
        rows[0].body.inputs,
        last.types,
        form,
        look,
        numbers,
        1,
        None,
        (first.part.path,),
        tuple(rows),
    )


def _outside(steps: list[Step], stretch: Stretch) -> tuple[Ref, ...]:
    """The tensors that enter a stretch: the one that each copy passes to the next, then those that
    all copies read."""
    start, period, _ = stretch
    carry = _carry(steps, stretch)
    assert carry is not None
    shared = {
        ref
        for i in range(start, start + period)
        for k, ref in enumerate(steps[i].inputs)
        if ref[0] < start and steps[i + period].inputs[k] == ref
    }
    return (carry, *sorted(shared))


def _stretch(
    forms: Forms, steps: list[Step], stretch: Stretch, copy: int, outside: tuple[Ref, ...]
) -> Chart:
    """One copy as a chart of its own."""
    start, period, _ = stretch
    begin = start + copy * period
    copy_steps = steps[begin : begin + period]
    entering = (outside[0] if copy == 0 else (begin - 1, 0), *outside[1:])
    inner: dict[Ref, Ref] = {ref: (-1 - k, 0) for k, ref in reversed(list(enumerate(entering)))}
    inner.update(
        {(begin + k, r): (k, r) for k in range(period) for r in range(len(copy_steps[k].types))}
    )
    moved = [replace(s, inputs=tuple(inner[r] for r in s.inputs)) for s in copy_steps]
    types = tuple(_type(steps, copy_steps, ref) for ref in entering)
    return forms.chart(None, types, moved, ((period - 1, 0),))


def _type(steps: Sequence[Step], copy_steps: Sequence[Step], ref: Ref) -> TensorType:
    if ref[0] >= 0:
        return steps[ref[0]].types[ref[1]]
    return next(s.takes[k] for s in copy_steps for k, r in enumerate(s.inputs) if r == ref)
