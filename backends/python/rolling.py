"""Finds loops in unrolled steps: layers that differ in a number that grows evenly.

    for i in range(24):
        self.add_module(f"denselayer{i + 1}", DenseLayer(in_channels + 32 * i))

    for i in range(24):
        y = getattr(self, f"denselayer{i + 1}")(x)
        x = torch.cat([x, y], dim=1)

If each layer takes a list of the results of all layers before it, the loop gathers the list;
written out, the code would grow with the square of the depth. If the layers are a whole module
list, the loop goes through it:

    for layer in self.hidden:
        x = torch.relu(layer(x))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from ...compiler.ir import Value
from ...compiler.lowering import CallCode, Code, Raw
from ...grammar.record import Record
from .method_statements import (
    Assignment,
    ForLoop,
    Statement,
    Variable,
    do,
    replace_calls,
    replace_variables,
    variables,
)
from .methods import CodeLoop, CodeStep, with_list
from .printing import Late
from .series import formatted, index, progression, steps_evenly

FEWEST_ROUNDS: Final = 4
"""Fewer rounds make no loop; one less is enough where a list is gathered."""
LONGEST_ROUND: Final = 8

_NUMBERED = re.compile(r"(.+)\.([A-Za-z_]\w*?)(0|[1-9]\d*)")
_INDEXED = re.compile(r"(.+)\[(\d+)\]")


class AttributeRun(Record):
    """Attributes that a loop goes through: ``denselayer1``, ``denselayer2``, ..."""

    owner: str
    stem: str
    first: int
    count: int

    def target(self, i: int) -> tuple[str, ...]:
        return (f"{self.owner}.{self.stem}{self.first + i}",)


AttributeRuns: TypeAlias = tuple[AttributeRun, ...]
Place: TypeAlias = tuple[int, int]
"""A value of a round: which step makes it, and which of its results it is."""


class ModuleList(Record):
    """A module list that a loop may go through: its length, and a name for one of its modules."""

    count: int
    target: str


Lists: TypeAlias = Mapping[str, ModuleList]
"""Keys are expressions: ``self.hidden``."""


class Rolled(Record):
    """Steps with loops, the values that are returned, the attributes that each loop goes through,
    and the names of the loop variables."""

    steps: Sequence[CodeStep]
    results: Sequence[Value]
    loops: tuple[AttributeRuns, ...] = ()
    targets: tuple[str, ...] = ()


def roll(
    steps: Sequence[CodeStep], results: Sequence[Value], init: Sequence[Statement], lists: Lists
) -> Rolled:
    """The steps, with loops where they repeat. ``init`` are the statements that construct the
    modules which the steps call."""
    for attempt in _attempts(steps, results, init, lists):
        rolled = attempt.roll()
        if rolled is not None:
            more = roll(rolled.steps, rolled.results, init, lists)
            targets = (*rolled.targets, *more.targets)
            return more.replace(loops=(*rolled.loops, *more.loops), targets=targets)
    return Rolled(steps, results)


class _Row:
    """A step and its ``shape``: its code without the values that it reads and the modules that it
    calls. With ``listed`` the list of tensors among its arguments is left out too."""

    def __init__(self, step: CodeStep, *, listed: bool) -> None:
        self.step = step
        self.list = _list_in(step.code) if listed else None
        self.members: list[str] = []
        code = with_list(step.code, self.list, Raw("list")) if self.list else step.code
        self.reads = variables(code)
        names = (step.names, step.nested, len(step.outputs))
        self.shape = None if step.loop else repr((_anonymous(code, self.members), names))


def _list_in(code: Code) -> list[Code] | None:
    """The list of tensors among a code's arguments, or None if there is not exactly one."""
    lists: list[list[Code]] = []

    def on_call(call: CallCode) -> CallCode:
        lists.extend(a for a in call.args if isinstance(a, list) and _are_variables(a))
        return call

    replace_calls(code, on_call)
    return lists[0] if len(lists) == 1 else None


def _are_variables(items: list[Code]) -> bool:
    return bool(items) and all(isinstance(item, Variable) for item in items)


def _anonymous(code: Code, members: list[str]) -> Code:
    """The code without the values that it reads and without the modules' names. The names are
    appended to ``members``."""

    def on_call(call: CallCode) -> CallCode:
        if not isinstance(call.function, Raw):
            return call
        members.append(call.function.text)
        return call.replace(function=Raw("module"))

    return replace_calls(replace_variables(code, lambda _: Raw("?")), on_call)


def _attempts(
    steps: Sequence[CodeStep], results: Sequence[Value], init: Sequence[Statement], lists: Lists
) -> Iterator[_Attempt]:
    """Places where a loop may begin: a step looks like another one soon after it."""
    values = {s.targets[0]: s.value for s in init if isinstance(s, Assignment) and s.targets}
    blocks = {
        t: v for t, v in values.items() if isinstance(v, CallCode) and isinstance(v.function, Late)
    }
    listed = [_Row(s, listed=True) for s in steps]
    for start, period in _alike(listed):
        if _grown(listed[start], listed[start + period]):
            yield _Gathering(listed, results, start, period)
    rows = [_Row(s, listed=False) for s in steps]
    for start, period in _alike(rows):
        members = [m for r in rows[start : start + period] for m in r.members]
        if members and blocks.keys() >= set(members):
            yield _CallingBlocks(rows, results, start, period, init, blocks)
        elif lists.keys() & {m.removesuffix("[0]") for m in members}:
            yield _GoingThrough(rows, results, start, period, lists)


def _alike(rows: Sequence[_Row]) -> Iterator[tuple[int, int]]:
    for start, row in enumerate(rows):
        for period in range(1, min(LONGEST_ROUND, len(rows) - start - 1) + 1):
            if row.shape is not None and row.shape == rows[start + period].shape:
                yield start, period


def _grown(before: _Row, after: _Row) -> bool:
    return before.list is not None and after.list is not None and after.list[:-1] == before.list


class _Attempt:
    """Rows that may be the rounds of a loop."""

    fewest = FEWEST_ROUNDS

    def __init__(
        self, rows: Sequence[_Row], results: Sequence[Value], start: int, period: int
    ) -> None:
        self.rows, self.results = rows, results
        self.start, self.period = start, period
        self.rounds = [self._round(0)]
        self.places = [_places(self.rounds[0])]

    def roll(self) -> Rolled | None:
        """The steps with a loop in place of its rounds, or None if the rows make no loop."""
        while self._goes_on():
            pass
        self.count = len(self.rounds)
        self.end = self.start + self.count * self.period
        return self.rolled() if self.count >= self.fewest else None

    def rolled(self) -> Rolled | None:
        raise NotImplementedError

    def fits(self) -> bool:
        """Whether the last round continues the one before it."""
        raise NotImplementedError

    def _round(self, number: int) -> Sequence[_Row]:
        at = self.start + number * self.period
        return self.rows[at : at + self.period]

    def _goes_on(self) -> bool:
        """Add the next rows as a round, if they are one."""
        first, following = self.rounds[0], self._round(len(self.rounds))
        shapes = [r.shape for r in following]
        if None in shapes or shapes != [r.shape for r in first]:  # None: a loop is never repeated
            return False
        self.rounds.append(following)
        self.places.append(_places(following))
        if self._members_go_on() and self.fits():
            return True
        self.rounds.pop()
        self.places.pop()
        return False

    def _members_go_on(self) -> bool:
        one, two, last = self.rounds[0], self.rounds[1], self.rounds[-1]
        return all(
            _follows(a, b, c, len(self.rounds) - 1)
            for x, y, z in zip(one, two, last, strict=True)
            for a, b, c in zip(x.members, y.members, z.members, strict=True)
        )

    def reads(self, number: int) -> list[object]:
        """The values that a round reads, in order. Its own and those of the round before are given
        by their places, so that rounds can be compared; others stay as they are."""
        own = self.places[number]
        before = self.places[number - 1] if number else {}
        return [
            ("own", own[v]) if v in own else ("before", before[v]) if v in before else v
            for row in self.rounds[number]
            for v in row.reads
        ]

    def made(self) -> set[Value]:
        return {v for places in self.places for v in places}

    def following(self) -> list[CodeStep]:
        return [r.step for r in self.rows[self.end :]]

    def runs(self) -> AttributeRuns:
        """The attributes that the loop goes through."""
        members = [m for row in self.rounds[0] for m in row.members]
        others = [m for row in self.rounds[1] for m in row.members]
        moving = [a for a, b in zip(members, others, strict=True) if a != b]
        matches = [_NUMBERED.fullmatch(m) for m in moving]
        return tuple(AttributeRun(m[1], m[2], int(m[3]), self.count) for m in matches if m)

    def body(self, code_of: Callable[[_Row], Code]) -> tuple[CodeStep, ...]:
        """The steps of the first round, calling the ``i``-th modules."""
        others = iter([m for row in self.rounds[1] for m in row.members])

        def on_call(call: CallCode) -> CallCode:
            if not isinstance(call.function, Raw):
                return call
            return call.replace(function=Raw(self.member(call.function.text, next(others))))

        return tuple(
            row.step.replace(
                code=replace_calls(code_of(row), on_call),
                names=(),
                label="",
                auto="",
            )
            for row in self.rounds[0]
        )

    def member(self, first: str, second: str) -> str:
        """The expression of the ``i``-th module, from those of the first two."""
        return _numbered(first, second)

    def with_loop(
        self,
        loop: CodeLoop,
        outputs: tuple[Value, ...],
        names: tuple[str, ...],
        after: Sequence[CodeStep],
        results: Sequence[Value],
    ) -> Rolled:
        step = CodeStep((), outputs, names, loop=loop, span=self.rounds[0][0].step.span)
        before = [r.step for r in self.rows[: self.start]]
        return Rolled([*before, step, *after], results, (self.runs(),))


def _places(rows: Sequence[_Row]) -> dict[Value, Place]:
    return {v: (j, o) for j, row in enumerate(rows) for o, v in enumerate(row.step.outputs)}


class _Gathering(_Attempt):
    """Each round appends to a list that all rounds read."""

    fewest = FEWEST_ROUNDS - 1

    def fits(self) -> bool:
        before, last = self.rounds[-2][0], self.rounds[-1][0]
        number = len(self.rounds) - 1
        if not _grown(before, last) or self.reads(number) != self.reads(0):
            return False
        return self._added(number) == self._added(1)

    def _added(self, number: int) -> Place | None:
        """The place, in the round before, of the value that was added to this round's list."""
        grown = self.rounds[number][0].list
        return self.places[number - 1].get(grown[-1].value) if grown else None

    def rolled(self) -> Rolled | None:
        place = self._added(1)
        last = next((v for v, p in self.places[-1].items() if p == place), None)
        own, final = self.rounds[0][0].list, self.rounds[-1][0].list
        if last is None or own is None or final is None:
            return None
        gathered = Value(f"list {self.start}")
        whole = [*final, Variable(last)]
        after = [
            s.replace(code=with_list(s.code, whole, Variable(gathered))) for s in self.following()
        ]
        if self.made() & {*self.results, *(v for s in after for v in s.reads())}:
            return None
        body = self.body(lambda row: with_list(row.step.code, own, Variable(gathered)))
        value = next(v for v, p in self.places[0].items() if p == place)
        loop = CodeLoop(CallCode("range", (self.count,)), (own,), body, target="i", gathered=value)
        return self.with_loop(loop, (gathered,), ("features",), after, self.results)


class _Carrying(_Attempt):
    """Each round takes values that the one before it made."""

    def fits(self) -> bool:
        number = len(self.rounds) - 1
        return self.reads(number) == self.reads(1) if number > 1 else bool(self._starts())

    def head(self) -> tuple[str, Code] | None:
        """The loop's target and iterable, or None if the modules cannot be gone through."""
        raise NotImplementedError

    def _starts(self) -> dict[Place, Value] | None:
        """The first state of each value that goes from round to round, or None if the second round
        does not repeat the first."""
        starts: dict[Place, Value] = {}
        for first, later in zip(self.reads(0), self.reads(1), strict=True):
            if isinstance(later, tuple) and later[0] == "before":
                if not isinstance(first, Value) or starts.setdefault(later[1], first) != first:
                    return None
            elif first != later:
                return None
        steady = {v for v in self.reads(1) if isinstance(v, Value)}
        distinct = len(set(starts.values())) == len(starts) and not steady & set(starts.values())
        return starts if distinct and self._in_time() else None

    def _in_time(self) -> bool:
        """Whether the second round reads the first one's values before it makes its own."""
        places = self.places[0]
        reads = [
            (j, places[v][0]) for j, r in enumerate(self.rounds[1]) for v in r.reads if v in places
        ]
        return all(j <= maker for j, maker in reads)

    def rolled(self) -> Rolled | None:
        start = self._starts() or {}
        names = {p: v for v, p in self.places[0].items()}
        last = {v: names[p] for v, p in self.places[-1].items()}
        after = self.following()
        left = {*self.results, *(v for s in after for v in s.reads())}
        head = self.head()
        if head is None or (self.made() - set(last)) & left:
            return None
        target, iterable = head
        firsts = {value: names[place] for place, value in start.items()}
        body = self.body(lambda row: replace_variables(row.step.code, _renaming(firsts)))
        names_by_value = {
            v: n for r in self.rounds[0] for v, n in zip(r.step.outputs, r.step.names, strict=False)
        }
        outputs = tuple(firsts.values())
        loop = CodeLoop(iterable, tuple(map(Variable, firsts)), body, target)
        return self.with_loop(
            loop,
            outputs,
            tuple(names_by_value.get(v, "") for v in outputs),
            [_with_values(s, last) for s in after],
            [last.get(v, v) for v in self.results],
        )


class _CallingBlocks(_Carrying):
    """The rounds call blocks whose constructors differ by even steps."""

    def __init__(
        self,
        rows: Sequence[_Row],
        results: Sequence[Value],
        start: int,
        period: int,
        init: Sequence[Statement],
        blocks: Mapping[str, Code],
    ) -> None:
        super().__init__(rows, results, start, period)
        self.init, self.blocks = init, blocks

    def fits(self) -> bool:
        return super().fits() and self._blocks_go_on(len(self.rounds) - 1)

    def _blocks_go_on(self, number: int) -> bool:
        """Whether the round's constructors continue the even steps of the first two rounds."""
        one, two, last = (
            [self.blocks.get(m) for row in self.rounds[i] for m in row.members]
            for i in (0, 1, number)
        )
        return all(steps_evenly(*codes, number) for codes in zip(one, two, last, strict=True))

    def head(self) -> tuple[str, Code] | None:
        if _loop_of(self.init, self.runs()) is None:
            return None
        return "i", CallCode("range", (self.count,))


class _GoingThrough(_Carrying):
    """The rounds call the modules of whole module lists, one after another."""

    fewest = FEWEST_ROUNDS - 1

    def __init__(
        self, rows: Sequence[_Row], results: Sequence[Value], start: int, period: int, lists: Lists
    ) -> None:
        super().__init__(rows, results, start, period)
        self.lists = lists

    def owners(self) -> list[str]:
        """The lists, as expressions."""
        members = [m for row in self.rounds[0] for m in row.members]
        others = [m for row in self.rounds[1] for m in row.members]
        moving = dict.fromkeys(a for a, b in zip(members, others, strict=True) if a != b)
        return [m.removesuffix("[0]") for m in moving]

    def targets(self) -> tuple[str, ...]:
        return tuple(self.lists[owner].target for owner in self.owners())

    def head(self) -> tuple[str, Code] | None:
        owners = self.owners()
        lengths = {self.lists[o].count if o in self.lists else None for o in owners}
        if lengths != {self.count}:  # without owners, each round calls the same modules
            return None
        each = tuple(map(Raw, owners))
        whole = each[0] if len(each) == 1 else CallCode("zip", each, (("strict", True),))
        return ", ".join(self.targets()), whole

    def member(self, first: str, second: str) -> str:
        return first if first == second else self.lists[first.removesuffix("[0]")].target

    def rolled(self) -> Rolled | None:
        rolled = super().rolled()
        return rolled and rolled.replace(targets=self.targets())


def _renaming(values: Mapping[Value, Value]) -> Callable[[Value], Code]:
    return lambda value: Variable(values.get(value, value))


def _with_values(step: CodeStep, values: Mapping[Value, Value]) -> CodeStep:
    renaming = _renaming(values)
    loop = step.loop
    if loop:
        inner = tuple(_with_values(s, values) for s in loop.body)
        start, iterable = replace_variables((loop.start, loop.iterable), renaming)
        loop = loop.replace(start=start, iterable=iterable, body=inner)
    return step.replace(code=replace_variables(step.code, renaming), loop=loop)


def _follows(first: str, second: str, last: str, number: int) -> bool:
    """Whether the expressions name one module, or the first, second and ``number``-th of many."""
    if first == second == last:
        return True
    for pattern in (_NUMBERED, _INDEXED):
        groups = [m.groups() for t in (first, second, last) if (m := pattern.fullmatch(t))]
        if len(groups) == 3 and len({group[:-1] for group in groups}) == 1:
            one, two, at = (int(group[-1]) for group in groups)
            return two == one + 1 and at == one + number
    return False


def _numbered(first: str, second: str) -> str:
    """The expression of the ``i``-th module, from those of the first two."""
    if first == second:
        return first
    match = _NUMBERED.fullmatch(first)
    if match:
        return f"getattr({match[1]}, {formatted(match[2], int(match[3]))})"
    match = _INDEXED.fullmatch(first)
    assert match is not None
    return f"{match[1]}[{index(int(match[2]))}]"


# --- in __init__ ----------------------------------------------------------------------------------


def roll_init(statements: Sequence[Statement], loops: Sequence[AttributeRuns]) -> list[Statement]:
    """The statements with loops in place of constructors that differ evenly."""
    result = list(statements)
    for runs in loops:
        rolled = _loop_of(result, runs)
        if rolled is not None:
            start, length, loop = rolled
            result[start : start + length] = [loop]
    return result


def _loop_of(
    statements: Sequence[Statement], runs: AttributeRuns
) -> tuple[int, int, ForLoop] | None:
    """A loop that makes the modules of ``runs``, with the start and length of the statements that
    it replaces; None if these do not follow one another or do not differ evenly."""
    if not runs:
        return None
    count = runs[0].count
    wanted = [run.target(i) for i in range(count) for run in runs]
    targets = [s.targets if isinstance(s, Assignment) else () for s in statements]
    if wanted[0] not in targets:
        return None
    start = targets.index(wanted[0])
    if targets[start : start + len(wanted)] != wanted:
        return None
    body: list[Statement] = []
    for n, run in enumerate(runs):
        assignments = [
            s
            for s in statements[start + n : start + len(wanted) : len(runs)]
            if isinstance(s, Assignment)
        ]
        code = progression([s.value for s in assignments])
        if code is None:
            return None
        name = Raw(formatted(run.stem, run.first))
        body.append(do(CallCode(f"{run.owner}.add_module", (name, code)), assignments[0].span))
    return start, len(wanted), ForLoop("i", CallCode("range", (count,)), tuple(body))
