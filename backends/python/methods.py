"""The body of ``forward``: small expressions are inlined, values get names, a call gets a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from ...compiler.ir import Value
from ...compiler.lowering import CallCode, Code, Infix, Prefix, Raw, Subscript
from ...grammar.record import Record
from ...grammar.source import Span
from .method_statements import (
    Assignment,
    ForLoop,
    Return,
    Statement,
    Variable,
    do,
    rebuild,
    replace_calls,
    replace_variables,
    size,
    variables,
)
from .printing import Generator, print_code
from .variables import CodeLine, name_values

LONGEST_EXPRESSION: Final = 16
LONGEST_TEXT: Final = 80
"""The most parts and characters of an expression that is inlined; a longer one gets a line."""


class CodeLoop(Record):
    """``for target in iterable``. Without a ``target``, the loop binds the tensors ``binds``.

    The first outputs of the loop's step are carried from round to round: they begin as ``start``,
    and each round reads them and computes them again. With ``gathered`` the last of them is a
    list, and each round appends its value ``gathered`` to it.
    """

    iterable: Code
    start: tuple[Code, ...]
    body: tuple[CodeStep, ...]
    target: str = ""
    binds: tuple[Value, ...] = ()
    bind_names: tuple[str, ...] = ()
    gathered: Value | None = None

    @property
    def reads(self) -> list[Value]:
        """The values that the rounds read and do not make themselves."""
        own = {*self.binds, *(v for s in self.body for v in s.outputs)}
        return [v for s in self.body for v in s.reads() if v not in own]


class CodeStep(Record):
    """A statement whose variables have no names yet: ``outputs = code``, or a loop.

    The code holds a ``Variable`` for each value. ``names`` are the spec's names for the outputs;
    ``label`` comes from the module path, or ``auto`` if the compiler numbered it. ``calls``: a
    module is called. ``nested`` is the structure of several results: ``(0, (1, 2))`` for
    ``y, (h, c) = ...``. ``fans``: a part of the code runs for each of several modules, so nothing
    may be inlined there.
    """

    code: Code
    outputs: tuple[Value, ...]
    names: tuple[str, ...] = ()
    label: str = ""
    auto: str = ""
    calls: bool = False
    nested: tuple[int | tuple[int, ...], ...] = ()
    loop: CodeLoop | None = None
    fans: bool = False
    span: Span | None = None

    @property
    def is_operator(self) -> bool:
        return isinstance(self.code, Infix | Prefix)

    @property
    def is_function(self) -> bool:
        """Whether it is a function of one tensor: ``torch.relu(x)``."""
        named = isinstance(self.code, CallCode) and isinstance(self.code.function, str)
        return named and not self.calls and len(variables(self.code)) == 1

    def anonymous(self) -> CodeStep:
        """The step without names for its outputs."""
        return self.replace(names=(), label="", auto="")

    def reads(self) -> list[Value]:
        """The values that it reads, each as often as it is mentioned."""
        if self.loop is None:
            return variables(self.code)
        inside = [v for s in self.loop.body for v in s.reads()]
        gathered = [self.loop.gathered] if self.loop.gathered else []
        return [*variables((self.loop.start, self.loop.iterable)), *inside, *gathered]


def body(
    steps: Sequence[CodeStep],
    results: Sequence[Value],
    inputs: Mapping[Value, str],
    aliases: Mapping[Value, Code],
    taken: frozenset[str],
) -> tuple[Statement, ...]:
    """The statements, ending in ``return``. ``aliases`` are values that are only an attribute
    (``self.cls``); ``taken`` are names that variables may not have."""
    steps = [_unalias(s, aliases) for s in steps]
    ending = _unalias(CodeStep(tuple(map(Variable, results)), ()), aliases)
    uses = Counter(v for s in (*steps, ending) for v in s.reads())
    inlined = _Inliner(uses).run([_only_used(s, uses) for s in steps], ending)
    lines = [line for step in inlined for line in _lines(step, uses)]
    return tuple(_statements(inlined, name_values(lines, inputs, taken)))


def _unalias(step: CodeStep, aliases: Mapping[Value, Code]) -> CodeStep:
    def plain(code: Code) -> Code:
        return replace_variables(code, lambda v: aliases.get(v, Variable(v)))

    loop = step.loop
    if loop:
        inner = tuple(_unalias(s, aliases) for s in loop.body)
        start, iterable = plain((loop.start, loop.iterable))
        loop = loop.replace(start=start, iterable=iterable, body=inner)
    return step.replace(code=plain(step.code), loop=loop)


def _only_used(step: CodeStep, uses: Counter[Value]) -> CodeStep:
    """The step with one result, if it has several and one of them is used: ``x.max(dim=1)[0]``."""
    if step.loop:
        inner = tuple(_only_used(s, uses) for s in step.loop.body)
        return step.replace(loop=step.loop.replace(body=inner))
    used = [i for i, v in enumerate(step.outputs) if uses[v]]
    if len(step.outputs) < 2 or step.nested or len(used) != 1:
        return step
    names = step.names[used[0] : used[0] + 1]
    code = Subscript(step.code, (used[0],))
    return step.replace(code=code, outputs=(step.outputs[used[0]],), names=names)


def fan_out(
    steps: Sequence[CodeStep], owner: str, target: str, members: Sequence[str]
) -> list[CodeStep]:
    """The steps with ``torch.cat([branch(x) for branch in self.branches])`` in place of a call of
    each member on one tensor, if the calls follow one another and their results form one list."""
    count = len(members)
    uses = Counter(v for s in steps for v in s.reads())
    for i in range(len(steps) - count):
        if steps[i].code != CallCode(
            Raw(members[0]), tuple(map(Variable, variables(steps[i].code)[:1]))
        ):
            continue
        calls, consumer = steps[i : i + count], steps[i + count]
        values = [v for s in calls for v in s.outputs[:1]]
        x = variables(calls[0].code)[:1]
        if (
            [s.code for s in calls] == [CallCode(Raw(m), tuple(map(Variable, x))) for m in members]
            and all(len(s.outputs) == 1 for s in calls)
            and all(uses[v] == 1 for v in values)
            and not any(any(s.names) for s in calls)
        ):
            loop = Generator(CallCode(Raw(target), (Variable(x[0]),)), target, Raw(owner))
            code = with_list(consumer.code, [Variable(v) for v in values], [loop])
            if code != consumer.code:
                fan = consumer.replace(code=code, calls=True, fans=True)
                return [*steps[:i], fan, *steps[i + count + 1 :]]
    return list(steps)


def with_list(code: Code, old: list[Code], new: Code) -> Code:
    """The code with ``new`` in place of the argument ``old``, which is a list."""

    def on_call(call: CallCode) -> CallCode:
        return call.replace(args=tuple(new if a == old else a for a in call.args))

    return replace_calls(code, on_call)


# --- inlining -----------------------------------------------------------------------------------


class _Inliner:
    """Puts a value's expression into the one line that uses it, if the order of evaluation stays
    the same and the line is short. ``kept`` are values that need a name."""

    def __init__(self, uses: Counter[Value], kept: Collection[Value] = ()) -> None:
        self.uses = uses
        self.kept = kept
        self.pending: list[CodeStep] = []
        self.done: list[CodeStep] = []

    def run(self, steps: Sequence[CodeStep], ending: CodeStep) -> list[CodeStep]:
        for i, step in enumerate(steps):
            step = self.absorb(step, calls=step.is_operator or step.is_function)
            if i == len(steps) - 1 and self.is_result(step, ending):
                last = step.replace(code=(step.code,), outputs=(), names=())
                return [*self.done, *self.pending, last]
            if self.may_wait(step):
                self.pending.append(step)
            else:
                self.flush()
                self.done.append(step)
        ending = self.absorb(ending, calls=True)
        self.flush()
        return [*self.done, ending]

    def flush(self) -> None:
        self.done += self.pending
        self.pending = []

    def is_result(self, step: CodeStep, ending: CodeStep) -> bool:
        """Whether the step's value is all that is returned, and has no other use."""
        alone = not step.loop and ending.code == tuple(map(Variable, step.outputs))
        return alone and self.uses[step.outputs[0]] == 1

    def may_wait(self, step: CodeStep) -> bool:
        """Whether the value may be inlined into a later line instead of getting a variable."""
        if len(step.outputs) != 1 or step.loop or self.uses[step.outputs[0]] != 1:
            return False
        named = any(step.names) or step.outputs[0] in self.kept
        return not named and _is_short(step.code)

    def absorb(self, step: CodeStep, *, calls: bool) -> CodeStep:
        """The step with waiting values inlined. ``calls`` allows results of modules too, as in
        ``torch.relu(self.conv1(x))``."""
        if step.loop:
            self.flush()
            return step.replace(loop=self.inside(step.loop, step.outputs))
        mentioned = [] if step.fans else variables(step.code)
        # Only the last of the waiting values can be inlined: any other would run too late.
        waiting = {s.outputs[0]: s for s in self.pending[-len(mentioned) :]} if mentioned else {}
        fitting = [v for v in mentioned if v in waiting and (calls or not waiting[v].calls)]
        count = self._suffix(fitting)
        while count and not _is_short(self._inlined(step, count)):
            count -= 1
        code = self._inlined(step, count)
        chosen = self.pending[len(self.pending) - count :]
        self.pending = self.pending[: len(self.pending) - count]
        called = next((s for s in chosen if s.calls), None)
        if called is None or step.calls:
            return step.replace(code=code)
        # If the line fails when it runs, it is the module that fails: its place is the one to show.
        return step.replace(code=code, calls=True, span=called.span)

    def _inlined(self, step: CodeStep, count: int) -> Code:
        """The step's code with the last ``count`` waiting values inlined."""
        codes = {s.outputs[0]: s.code for s in self.pending[len(self.pending) - count :]}
        return replace_variables(step.code, lambda v: codes.get(v, Variable(v)))

    def inside(self, loop: CodeLoop, outputs: tuple[Value, ...]) -> CodeLoop:
        """The loop with values inlined in its body. The value that it gathers is the last step."""
        gathered = (loop.gathered,) if loop.gathered else ()
        *steps, last = _Inliner(self.uses, outputs).run(
            loop.body, CodeStep(tuple(map(Variable, gathered)), ())
        )
        if len(loop.start) == 1 and not gathered:
            steps = _on_the_way(steps, outputs[0])
        return loop.replace(body=(*steps, last) if gathered else tuple(steps))

    def _suffix(self, values: list[Value]) -> int:
        """How many of the last waiting steps ``values`` mentions, in the order of the steps."""
        for count in range(min(len(values), len(self.pending)), 0, -1):
            tail = [s.outputs[0] for s in self.pending[-count:]]
            if [v for v in values if v in tail] == tail:
                return count
        return 0


def _on_the_way(steps: Sequence[CodeStep], carried: Value) -> list[CodeStep]:
    """``x = conv(x)``, ``x = norm(x)``: the steps on the way to a round's result get its name."""
    result = list(steps)
    for i in range(len(result) - 1):
        step, later = result[i], result[i + 1 :]
        plain = len(step.outputs) == 1 and not (step.loop or any(step.names))
        leads = carried in step.reads() and not any(carried in s.reads() for s in later)
        if plain and leads and carried not in step.outputs:
            result[i:] = [_with_value(s, step.outputs[0], carried) for s in result[i:]]
    return result


def _with_value(step: CodeStep, old: Value, new: Value) -> CodeStep:
    code = replace_variables(step.code, lambda v: Variable(new if v == old else v))
    return step.replace(code=code, outputs=tuple(new if v == old else v for v in step.outputs))


def _is_short(code: Code) -> bool:
    """Whether a code fits on one line. All numbers count as equally long, so that blocks which
    differ in numbers alone are laid out alike."""

    def leaf(part: Code, _: str) -> Code:
        return part if isinstance(part, str) else Raw("x" if isinstance(part, Variable) else "000")

    text = print_code(rebuild(code, leaf), (), "self")
    return len(text) <= LONGEST_TEXT and size(code) <= LONGEST_EXPRESSION


# --- naming and statements ----------------------------------------------------------------------


def _lines(
    step: CodeStep, uses: Counter[Value], carried: tuple[Value, ...] = ()
) -> Iterator[CodeLine]:
    """The lines as the namer needs them. ``carried`` are values bound before a loop around."""
    loop = step.loop
    if loop is None:
        yield _line(step, uses, carried)
        return
    own = step.outputs[: len(loop.start)]
    names = step.names or ("",) * len(own)
    for value, start, name in zip(own, loop.start, names, strict=False):
        is_list = loop.gathered is not None and value == own[-1]
        yield CodeLine((value,), tuple(variables(start)), (name,), fresh=is_list, is_list=is_list)
    used = [(v, n) for v, n in zip(loop.binds, loop.bind_names, strict=True) if uses[v]]
    bound, bound_names = tuple(v for v, _ in used), tuple(n for _, n in used)
    through = tuple(variables(loop.iterable))
    yield CodeLine(bound, through, bound_names, label="step" if len(bound) == 1 else "", fresh=True)
    yield CodeLine((), (), keeps=through)  # so the target gets a different name
    for inner in loop.body:
        yield from _lines(inner, uses, (*carried, *own))
    yield CodeLine((), (), keeps=(*own, *loop.reads))


def _line(step: CodeStep, uses: Counter[Value], carried: tuple[Value, ...]) -> CodeLine:
    names = step.names or ("",) * len(step.outputs)
    bound = [
        (value, name)
        for value, name in zip(step.outputs, names, strict=True)
        if uses[value] and value not in carried
    ]
    reads = variables(step.code)
    return CodeLine(
        outputs=tuple(value for value, _ in bound),
        uses=tuple(v for v in reads if v not in carried),
        names=tuple(name for _, name in bound),
        label=step.label,
        auto=step.auto,
        keeps=tuple(v for v in reads if v in carried),
        joins=not step.calls and len(set(reads)) > 1 + step.is_operator,
        results=0 if step.outputs else len(step.code),
    )


def _targets(step: CodeStep, names: Mapping[Value, str]) -> tuple[str, ...]:
    """The targets of the assignment: ``("y", "(h, c)")``, with ``_`` for an unused result."""
    flat = [names.get(v, "_") for v in step.outputs]

    def target(part: int | tuple[int, ...]) -> str:
        if isinstance(part, int):
            return flat[part]
        inner = [flat[i] for i in part]
        return f"({', '.join(inner)})" if any(n != "_" for n in inner) else "_"

    return tuple(map(target, step.nested or range(len(flat))))


def _statements(steps: Sequence[CodeStep], names: Mapping[Value, str]) -> Iterator[Statement]:
    for step in steps:
        if step.loop:
            yield from _loop(step, step.loop, names)
        elif step.outputs:
            yield Assignment(_targets(step, names), _named(step.code, names), step.span)
        else:
            yield Return(_named(step.code, names), step.span)


def _named(code: Code, names: Mapping[Value, str]) -> Code:
    return replace_variables(code, lambda v: Raw(names[v]))


def _loop(step: CodeStep, loop: CodeLoop, names: Mapping[Value, str]) -> Iterator[Statement]:
    """``for layer in self.layers: x = layer(x, memory)``, after ``x`` is bound."""
    bound = [names[v] for v in step.outputs[: len(loop.start)]]
    for target, start in zip(bound, _named(loop.start, names), strict=True):
        if start != Raw(target):
            yield Assignment((target,), start, step.span)
    statements = list(_statements(loop.body, names))
    if loop.gathered:
        last = statements.pop()
        assert isinstance(last, Return)
        statements.append(do(CallCode(f"{bound[-1]}.append", last.values), last.span))
    target = loop.target or ", ".join(names.get(v, "_") for v in loop.binds)
    yield ForLoop(target, _named(loop.iterable, names), tuple(statements), step.span)
