"""Modules that no block can compute become externs: layers that run as their own Python class.

So one op that the language lacks does not stop an import. The smallest module around it that a
spec can make again is declared, with the shapes of its tensors.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from ...compiler.dims import Size
from ...compiler.types import TensorType
from ...grammar import syntax as s
from . import tree
from .open_sizes import Row, formula, letters
from .trace import Run
from .types import CannotImport
from .writer import expression

if TYPE_CHECKING:
    from .writer import Writer


def extern(
    name: str,
    runs: Sequence[Run],
    arguments: Sequence[Mapping[str, Any]],
    writer: Writer,
    reason: CannotImport,
) -> tuple[s.Extern, list[s.Expr]]:
    """The declaration of a class that these runs are of, and the calls for them.

    ``arguments`` are those of the constructors. Raises CannotImport with the ``reason`` why the
    class is no block, and with that why it is no extern.
    """
    try:
        return _Declaration(name, runs, arguments, writer).made(str(reason.reasons[0]))
    except _NoExtern as obstacle:
        kind = type(runs[0].module).__name__
        raise CannotImport(*reason.reasons, f"{kind} is no extern either: {obstacle}") from None


class _NoExtern(Exception):
    """A module that a declaration cannot describe; the text says why."""


class _Declaration:
    def __init__(
        self,
        name: str,
        runs: Sequence[Run],
        arguments: Sequence[Mapping[str, Any]],
        writer: Writer,
    ) -> None:
        self.name, self.runs = name, runs
        self.kind = type(runs[0].module)
        self.inputs = [[writer.type(value) for value in run.inputs] for run in runs]
        self.results = [[writer.type(value) for value in run.results] for run in runs]
        self.arguments = _constructor(self.kind, arguments)
        self.defaults = _defaults(self.kind)
        self.axes: list[list[str]] = []
        """The names of the sizes of each input."""
        self.known: dict[str, Row] = {
            name: row for name, row in self.arguments.items() if all(type(n) is int for n in row)
        }
        """The names that shapes may use, with their values in each run."""

    def made(self, reason: str) -> tuple[s.Extern, list[s.Expr]]:
        self._check()
        inputs = tuple(self._input(at) for at in range(len(self.inputs[0])))
        results = tuple(self._result(at) for at in range(len(self.results[0])))
        counts = tuple(sum(p.numel() for p in run.module.parameters()) for run in self.runs)
        declared = s.Extern(
            "extern",
            self.name,
            tuple(map(self._parameter, self.arguments)),
            inputs,
            results,
            (),
            False,
            f"It runs as its Python class: {reason}.",
            _target(self.kind),
            self._number(counts),
            None,
            span=tree.NOWHERE,
            name_span=tree.NOWHERE,
            target_span=tree.NOWHERE,
        )
        return declared, [self._call(at) for at in range(len(self.runs))]

    def _parameter(self, name: str) -> s.Parameter:
        """An argument of the class; its default is that of the constructor."""
        default = self.defaults.get(name)
        value = None if default is None else tree.literal(default)
        return s.Parameter(name, value, span=tree.NOWHERE)

    def _call(self, at: int) -> s.Expr:
        given = {name: row[at] for name, row in self.arguments.items()}
        others = {n: v for n, v in given.items() if n not in self.defaults or v != self.defaults[n]}
        call = tree.call(self.name, (), ((n, tree.literal(v)) for n, v in others.items()))
        return call if isinstance(call, s.Call) else s.Call(call, (), (), span=tree.NOWHERE)

    def _check(self) -> None:
        """Raises _NoExtern if a run is not a call with tensors alone."""
        forward = list(inspect.signature(self.runs[0].module.forward).parameters)
        for run in self.runs:
            if run.words != forward[: len(run.words)] or len(run.words) != len(run.inputs):
                raise _NoExtern(f"{run.path} does not take its tensors one by one, in order")
            if run.module._forward_pre_hooks or run.module._forward_hooks:
                raise _NoExtern(f"{run.path} has a hook, which its constructor does not make")
            if run.settings:
                raise _NoExtern(f"{run.path} takes {run.settings[0]} too, which is no tensor")
            if not run.inputs or run.returns not in ("Tensor", "tuple", "list"):
                raise _NoExtern(f"{run.path} does not make tensors of tensors")
        kinds = {tuple((t.rank, t.dtype) for t in (*i, *r)) for i, r in self._types()}
        if len(kinds) > 1:
            raise _NoExtern("its tensors have other ranks in some runs")
        if any(_without_batch(t) for i, r in self._types() for t in (*i, *r)):
            raise _NoExtern("some of its tensors have no batch as their first axis")

    def _types(self) -> Iterator[tuple[Sequence[TensorType], Sequence[TensorType]]]:
        return zip(self.inputs, self.results, strict=True)

    def _input(self, at: int) -> s.DeclaredPort:
        types = [inputs[at] for inputs in self.inputs]
        words = letters(types[0].rank)
        names = [
            self._name(row, words[axis])
            for axis, row in enumerate(zip(*(t.shape for t in types), strict=True))
            if axis
        ]
        self.axes.append(names)
        return _port(self.runs[0].words[at], list(map(tree.name, names)), types[0])

    def _name(self, row: Row, wanted: str) -> str:
        """A size that comes in: a parameter, a size before it, or a new name."""
        names = [name for name, known in self.known.items() if known == row]
        if _is_one_number(row):  # which may be equal by chance
            names = [n for n in names if n in self.arguments and n not in chain(*self.axes)]
        if names:
            return names[0]
        others = (wanted, *(f"{wanted}{i}" for i in range(2, 99)))
        name = next(name for name in others if name not in self.known)
        self.known[name] = row
        return name

    def _result(self, at: int) -> s.DeclaredPort:
        types = [results[at] for results in self.results]
        rows = zip(*(t.shape[1:] for t in types), strict=True)
        return _port("", [self._size(row, axis) for axis, row in enumerate(rows)], types[0])

    def _size(self, row: Row, axis: int) -> s.Expr:
        same = [names[axis] for names in self.axes if axis < len(names)]
        kept = (tree.name(name) for name in same if self.known[name] == row)
        size = next(kept, None) or self._number(row)
        if size is None:
            raise _NoExtern(f"a result has a size, {row[0]}, that follows from no other one")
        return size

    def _number(self, row: Row) -> s.Expr | None:
        """A number of all runs by the names that shapes use; None if no form fits."""
        if _is_one_number(row):  # any sum would fit it
            same = (n for n, known in self.known.items() if known == row and n in self.arguments)
            return expression(next(same, str(row[0])))
        text = formula(row, self.known.items())
        return None if text is None else expression(text)


def _is_one_number(row: Row) -> bool:
    """Whether a size is a number, which all runs have in common."""
    return isinstance(row[0], int) and len(set(row)) == 1


def _constructor(kind: type, arguments: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The arguments of the runs' constructors, by name, without those that have their defaults."""
    parameters = inspect.signature(kind).parameters
    result: dict[str, tuple[Any, ...]] = {}
    for name in dict.fromkeys(name for given in arguments for name in given):
        default = parameters[name].default if name in parameters else inspect.Parameter.empty
        row = tuple(given.get(name, default) for given in arguments)
        if all(value is default or value == default for value in row):
            continue
        if not all(map(_is_literal, row)):
            raise _NoExtern(f"its argument {name} is not a number, a text or a list of these")
        result[name] = row
    absent = [
        p.name
        for p in parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        if p.name not in result
    ]
    if absent:
        raise _NoExtern(f"its argument {absent[0]} is not known")
    return result


def _defaults(kind: type) -> dict[str, Any]:
    """The defaults of a constructor that an extern can have."""
    parameters = inspect.signature(kind).parameters.values()
    return {
        p.name: p.default for p in parameters if p.default is not None and _is_literal(p.default)
    }


def _is_literal(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_literal, value))
    return value is None or type(value) in (bool, int, float, str)


def _target(kind: type) -> str:
    """``module:Class``, if that is where the class is found."""
    value: Any = sys.modules.get(kind.__module__)
    for part in kind.__qualname__.split("."):
        value = getattr(value, part, None)
    if value is not kind:
        raise _NoExtern(f"no module has its class as {kind.__qualname__}")
    return f"{kind.__module__}:{kind.__qualname__}"


def _without_batch(type_: TensorType) -> bool:
    return not type_.shape or not isinstance(type_.shape[0], Size) or str(type_.shape[0]) != "N"


def _port(name: str, axes: Sequence[s.Expr], type_: TensorType) -> s.DeclaredPort:
    dtype = None if type_.dtype == "float" else type_.dtype
    return s.DeclaredPort(name, tuple(axes), dtype, span=tree.NOWHERE)
