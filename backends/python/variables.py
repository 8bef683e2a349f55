"""Names for the tensors of a ``forward``: from the spec, else from the label, else ``x``.

A name may be bound again when the tensor that had it is no longer needed, so a chain reads
``x = self.conv1(x)``. Each chain of values lives from its first line to its last use, and takes
the first of its wanted names that is free for all of that time.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from ...compiler.ir import Value
from ...grammar.record import Entity, Record, field
from .identifiers import variable


class CodeLine(Record):
    """The values that a line binds (those that are used) and reads. The last line is the return.

    ``names`` are the spec's names for the outputs; ``label`` comes from the module path, or
    ``auto`` if the compiler numbered it. ``keeps`` are values that still need their names here.
    ``fresh``: the outputs do not continue what is read, so they take no name over from it;
    ``is_list``: the output is a list; ``joins``: it is made of several values; ``results`` is the
    number of values that the last line returns.
    """

    outputs: tuple[Value, ...]
    uses: tuple[Value, ...]
    names: tuple[str, ...] = ()
    label: str = ""
    auto: str = ""
    keeps: tuple[Value, ...] = ()
    fresh: bool = False
    is_list: bool = False
    joins: bool = False
    results: int = 0

    def named(self) -> list[tuple[Value, str]]:
        """The outputs with the spec's names; a name is empty if there is none."""
        return list(zip(self.outputs, self.names or [""] * len(self.outputs), strict=True))


def name_values(
    lines: Sequence[CodeLine], inputs: Mapping[Value, str], taken: frozenset[str]
) -> dict[Value, str]:
    """A name for each value that some line uses; ``taken`` are names not to use."""
    return _Namer(lines, inputs, taken).run()


class _Namer(Entity):
    lines: Sequence[CodeLine]
    inputs: Mapping[Value, str]
    taken: frozenset[str]
    made_by: dict[Value, CodeLine] = field(default_factory=dict)
    start: dict[Value, float] = field(default_factory=dict)
    end: dict[Value, float] = field(default_factory=dict)
    uses: Counter[Value] = field(default_factory=Counter)
    user: dict[Value, CodeLine] = field(default_factory=dict)
    names: dict[Value, str] = field(default_factory=dict)
    busy: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def run(self) -> dict[Value, str]:
        for value in self.inputs:
            self.start[value] = self.end[value] = 0
        for i, line in enumerate(self.lines, 1):
            self._time(i, line)
        for value, name in self.inputs.items():
            self._place([value], [name])
        named = list(self._spec_named())
        for value, name, label in reversed(named):
            # The later value first: if two of one name live at once, the name means the later one.
            self._place([value], filter(None, (name, label)))
        for value, name, _ in named:
            if value not in self.names:
                self._place([value], _numbered(name))
        for values in sorted(self._chains(), key=lambda values: self.start[values[0]]):
            self._place(values, self._wishes(values))
        return self.names

    def _time(self, at: int, line: CodeLine) -> None:
        for value in line.outputs:
            self.start[value] = self.end[value] = at
            self.made_by[value] = line
        for value in (*line.uses, *line.keeps):
            self.end[value] = max(self.end[value], at)
        for value in line.uses:
            self.uses[value] += 1
            self.user[value] = line

    def _place(self, values: list[Value], wishes: Iterable[str]) -> None:
        """Give the values the first wanted name that is free as long as they live."""
        start, end = self.start[values[0]], self.end[values[-1]]
        taken = self.taken
        if values[0] in self.made_by and self.made_by[values[0]].is_list:
            # An input's name must stay a tensor's: `x.device` may be read later.
            taken = taken.union(self.inputs.values())
        for wish in wishes:
            name = variable(wish, taken)
            busy = self.busy.setdefault(name, [])
            at = bisect(busy, (start, end))
            if (at == 0 or busy[at - 1][1] <= start) and (at == len(busy) or end <= busy[at][0]):
                busy.insert(at, (start, max(end, start + 0.1)))
                self.names |= dict.fromkeys(values, name)
                return

    def _spec_named(self) -> Iterator[tuple[Value, str, str]]:
        for line in self.lines:
            for value, name in line.named():
                if name and self.end[value] > self.start[value]:
                    yield value, name, line.label

    def _chains(self) -> list[list[Value]]:
        """The values without a name, in chains: each with the values that it flows into."""
        chains: dict[Value, list[Value]] = {}
        for line in reversed(self.lines):
            for value, name in line.named():
                if name or self.end[value] == self.start[value]:
                    continue
                after = self._flows_into(value)
                following = chains.pop(after, []) if after and len(line.outputs) == 1 else []
                chains[value] = [value, *following]
        return list(chains.values())

    def _flows_into(self, value: Value) -> Value | None:
        """The value whose first operand is this one, or None if this one has other uses too."""
        line = self.user.get(value)
        if line is None or self.uses[value] != 1 or line.uses[0] != value:
            return None
        if line.fresh or line.joins:
            return None
        return line.outputs[0] if len(line.outputs) == 1 else None

    def _wishes(self, values: list[Value]) -> Iterator[str]:
        last = values[-1]
        line, after = self.made_by[last], self._flows_into(last)
        if after in self.names:
            yield self.names[after]
        elif self._stands_out(last):
            yield from filter(None, (line.label, *self._as_branch(values)))
        if len(line.outputs) == 1:
            yield from ("x", "y", "z", "u", "v", "w")
        yield from _numbered("x")

    def _as_branch(self, values: list[Value]) -> Iterator[str]:
        """Names for one of several values that are joined: the name of the value that it is made
        of, if that is not needed any more (``q = rotate(q)``), then one from the module path."""
        if self.uses[values[-1]] != 1:
            return
        first = self.made_by[values[0]]
        for value in first.uses[:1]:
            if self.end[value] == self.start[values[0]] and value in self.names:
                yield self.names[value]
        if len(values) == 1:
            yield first.auto

    def _stands_out(self, value: Value) -> bool:
        """Whether a value deserves a name of its own: it is used twice, or is one of many."""
        user = self.user.get(value, self.lines[-1])
        joined = user.joins or len(user.uses) > 2 or user.results > 1
        return joined or self.uses[value] > 1


def _numbered(name: str) -> Iterator[str]:
    return (f"{name}{i}" for i in count(1))
