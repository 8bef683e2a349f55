"""The body of ``forward``: steps, small expressions inlined, values named, one call to a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...compiler.ir import Value
from ...compiler.lowering import Call, Code, Infix, Prefix, Raw, Subscript
from ...grammar.source import Span
from .expressions import Comprehension
from .statements import (
    Assign,
    For,
    Return,
    Statement,
    Var,
    rebuild,
    replace_variables,
    size,
    variables,
)
from .variables import Line, name_values

LONGEST_EXPRESSION: Final = 16
"""Parts of one inlined expression; longer ones get a line of their own."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A step that runs once for each of several copies, its results going in again: the code
    mentions its own outputs, which are ``start`` before the first round."""

    target: str
    iterable: Code
    start: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One statement to be: ``outputs = code``, the code over ``Var``s of values.

    ``names`` are the spec's names for the outputs, ``label`` comes from the module path (``auto``
    where that is a numbered one), ``calls`` tells whether a module is called, ``nested`` how
    several results come: ``(0, (1, 2))`` for ``y, (h, c) = ...``.
    """

    code: Code
    outputs: tuple[Value, ...]
    names: tuple[str, ...] = ()
    label: str = ""
    auto: str = ""
    calls: bool = False
    nested: tuple[int | tuple[int, ...], ...] = ()
    loop: Loop | None = None
    span: Span | None = None

    @property
    def is_operator(self) -> bool:
        return isinstance(self.code, Infix | Prefix)

    def reads(self) -> list[Value]:
        return variables((self.loop.start if self.loop else (), self.code))


def body(
    steps: Sequence[Step], results: Sequence[Value], inputs: Mapping[Value, str],
    aliases: Mapping[Value, Code], taken: frozenset[str],
) -> tuple[Statement, ...]:  # fmt: skip
    """The statements, ending in ``return``. ``aliases`` are values that are no more than an
    attribute (``self.cls``); ``taken`` are names that variables may not have."""
    steps = [_unalias(s, aliases) for s in steps]
    ending = _unalias(Step(tuple(map(Var, results)), ()), aliases)
    uses = Counter(v for s in (*steps, ending) for v in s.reads())
    lines = _Inliner(uses).run([_only_used(s, uses) for s in steps], ending)
    names = name_values([_line(s, uses) for s in lines], inputs, taken)
    return tuple(_statements(lines, names))


def _unalias(step: Step, aliases: Mapping[Value, Code]) -> Step:
    def plain(code: Code) -> Code:
        return replace_variables(code, lambda v: aliases.get(v, Var(v)))

    loop = step.loop and replace(step.loop, start=plain(step.loop.start))
    return replace(step, code=plain(step.code), loop=loop)


def _only_used(step: Step, uses: Counter[Value]) -> Step:
    """Of several results the single one that is used: ``self.lstm(x)[0]``."""
    if len(step.outputs) < 2 or step.loop or step.nested:
        return step
    used = [i for i, v in enumerate(step.outputs) if uses[v]]
    if len(used) != 1:
        return step
    names = step.names[used[0] : used[0] + 1]
    code = Subscript(step.code, (used[0],))
    return replace(step, code=code, outputs=(step.outputs[used[0]],), names=names)


def fan_out(steps: Sequence[Step], owner: str, target: str, members: Sequence[str]) -> list[Step]:
    """``torch.cat([branch(x) for branch in self.branches])`` for calls of all members, in a row,
    on one tensor, whose results go into one list."""
    count = len(members)
    uses = Counter(v for s in steps for v in s.reads())
    for i in range(len(steps) - count):
        calls, consumer = steps[i : i + count], steps[i + count]
        values = [s.outputs[0] for s in calls]
        x = variables(calls[0].code)[:1]
        if (
            [s.code for s in calls] == [Call(Raw(m), tuple(map(Var, x))) for m in members]
            and all(uses[v] == 1 for v in values)
            and not any(any(s.names) for s in calls)
        ):
            loop = Comprehension(Call(Raw(target), (Var(x[0]),)), target, Raw(owner))
            code = _with_list(consumer.code, [Var(v) for v in values], [loop])
            if code != consumer.code:
                return [*steps[:i], replace(consumer, code=code), *steps[i + count + 1 :]]
    return list(steps)


def _with_list(code: Code, old: list[Code], new: list[Code]) -> Code:
    def on_call(call: Call) -> Call:
        return replace(call, args=tuple(new if a == old else a for a in call.args))

    return rebuild(code, lambda part, _: part, call=on_call)


# --- inlining -----------------------------------------------------------------------------------


class _Inliner:
    """Puts a value's expression into the one line that uses it, where that keeps the order of
    evaluation and the line short."""

    def __init__(self, uses: Counter[Value]) -> None:
        self.uses = uses
        self.pending: list[Step] = []
        self.done: list[Step] = []

    def run(self, steps: Sequence[Step], ending: Step) -> list[Step]:
        for i, step in enumerate(steps):
            step = self.absorb(step, operator=step.is_operator)
            if i == len(steps) - 1 and self.is_result(step, ending):
                last = replace(step, code=(step.code,), outputs=(), names=())
                return [*self.done, *self.pending, last]
            if self.may_wait(step):
                self.pending.append(step)
            else:
                self.flush()
                self.done.append(step)
        ending = self.absorb(ending, operator=True)
        self.flush()
        return [*self.done, ending]

    def flush(self) -> None:
        self.done += self.pending
        self.pending = []

    def is_result(self, step: Step, ending: Step) -> bool:
        """Whether the step's value is what is returned, and no more."""
        alone = not step.loop and ending.code == tuple(map(Var, step.outputs))
        return alone and self.uses[step.outputs[0]] == 1

    def may_wait(self, step: Step) -> bool:
        """Whether the value might go into a later line instead of a variable."""
        if len(step.outputs) != 1 or step.loop or self.uses[step.outputs[0]] != 1:
            return False
        return not any(step.names) and size(step.code) <= LONGEST_EXPRESSION

    def absorb(self, step: Step, *, operator: bool) -> Step:
        """The step with the values inlined that wait for it."""
        if step.loop:
            self.flush()
            return step
        mentioned = variables(step.code)
        waiting = {s.outputs[0]: s for s in self.pending}
        fitting = [v for v in mentioned if v in waiting and (operator or not waiting[v].calls)]
        count = self._suffix(fitting)
        while count and size(step.code) + self._weight(count) > LONGEST_EXPRESSION:
            count -= 1
        chosen = self.pending[len(self.pending) - count :]
        self.pending = self.pending[: len(self.pending) - count]
        inlined = {s.outputs[0]: s.code for s in chosen}
        code = replace_variables(step.code, lambda v: inlined.get(v, Var(v)))
        return replace(step, code=code, calls=step.calls or any(s.calls for s in chosen))

    def _suffix(self, values: list[Value]) -> int:
        """How many of the last waiting steps are mentioned, in their order."""
        for count in range(min(len(values), len(self.pending)), 0, -1):
            tail = [s.outputs[0] for s in self.pending[-count:]]
            if [v for v in values if v in tail] == tail:
                return count
        return 0

    def _weight(self, count: int) -> int:
        return sum(size(s.code) for s in self.pending[len(self.pending) - count :])


# --- naming and statements ----------------------------------------------------------------------


def _line(step: Step, uses: Counter[Value]) -> Line:
    names = step.names or ("",) * len(step.outputs)
    used = [(v, n) for v, n in zip(step.outputs, names, strict=True) if uses[v]]
    return Line(
        outputs=tuple(value for value, _ in used),
        uses=tuple(variables(step.code)),
        names=tuple(name for _, name in used),
        label=step.label,
        auto=step.auto,
        started=tuple(variables(step.loop.start)) if step.loop else (),
        loop=step.loop is not None,
        results=0 if step.outputs else len(step.code),
    )


def _targets(step: Step, names: Mapping[Value, str]) -> tuple[str, ...]:
    """What the results are bound to: ``("y", "(h, c)")``; ``_`` for what is not used."""
    flat = [names.get(v, "_") for v in step.outputs]

    def target(part: int | tuple[int, ...]) -> str:
        if isinstance(part, int):
            return flat[part]
        inner = [flat[i] for i in part]
        return f"({', '.join(inner)})" if any(n != "_" for n in inner) else "_"

    return tuple(map(target, step.nested or range(len(flat))))


def _statements(steps: Sequence[Step], names: Mapping[Value, str]) -> Iterator[Statement]:
    def variable(value: Value) -> Code:
        return Raw(names[value])

    for step in steps:
        targets = _targets(step, names)
        if step.loop:
            yield from _loop(step, step.loop, targets, names)
        elif step.outputs:
            yield Assign(targets, replace_variables(step.code, variable), step.span)
        else:
            yield Return(replace_variables(step.code, variable), step.span)


def _loop(
    step: Step, loop: Loop, targets: tuple[str, ...], names: Mapping[Value, str]
) -> Iterator[Statement]:
    """``for layer in self.layers: x = layer(x, memory)``, ``x`` being bound before."""

    def variable(value: Value) -> Code:
        return Raw(names[value])

    start = replace_variables(loop.start, variable)
    carried = [names[v] for v in step.outputs[: len(start)]]
    unbound = [(t, c) for t, c in zip(carried, start, strict=True) if c != Raw(t)]
    if unbound:
        fresh, codes = zip(*unbound, strict=True)
        yield Assign(fresh, codes if len(codes) > 1 else codes[0], step.span)
    body = Assign(targets, replace_variables(step.code, variable), step.span)
    yield For(loop.target, loop.iterable, (body,), step.span)
