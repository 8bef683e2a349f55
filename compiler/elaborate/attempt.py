"""One attempt to elaborate a net: what is known of its inputs goes in, an outcome comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.record import Record
from ...grammar.source import Source, Span
from ..builder import Builder, Draft
from ..dims import Dim
from ..environment import FileNames
from ..values import Tensor
from .context import TooMuch
from .knowledge import Knowledge, Learnt
from .program import Finds, Program

if TYPE_CHECKING:
    from ..declared import Declared


class Task(Record):
    """What is to be elaborated. ``net`` is "" for the bare pipeline and None for a file without a
    net. ``parameters`` and ``inputs`` are given from outside; ``errors`` are of the syntax."""

    source: Source
    tree: syntax.File
    errors: tuple[Diagnostic, ...]
    net: str | None
    parameters: Mapping[str, object]
    inputs: Mapping[str, str] | str | None
    finder: Finds
    most_steps: int
    """How many it may take."""


class Outcome(Record):
    """What became of a net, as far as it was elaborated."""

    root: Builder
    outputs: tuple[tuple[str, Tensor], ...]
    complete: bool
    """Whether it has a result."""
    findings: tuple[Diagnostic, ...]
    equal: tuple[tuple[Dim, Dim, Span], ...]
    """Sizes that are taken to be equal."""
    least: tuple[tuple[Dim, Dim, Span], ...]
    """Sizes that are taken to be no less than the second."""
    declared: Mapping[str, Declared]
    """Which values the inputs' sizes have, by what ``require`` says."""
    sequences: Mapping[tuple[int, int], Draft]
    """Tensors that are taken for [N, T, D]."""
    steps: int
    at: Span | None
    """Where the elaboration was at last."""
    read: frozenset[str]
    """The names of the texts that were read."""
    learnt: Knowledge | None
    """If it is to be tried again: what is known now."""
    fault: Exception | None
    """What netwright itself did wrong, if anything."""


def attempt(task: Task, knowledge: Knowledge, steps: int = 0) -> Outcome:
    """Elaborate with what is known; so many steps were taken before."""
    program = Program(task.finder, knowledge, steps, task.most_steps)
    try:
        _run(program, task)
    except Learnt as learnt:
        return _outcome(program, learnt=learnt.knowledge)
    except TooMuch:
        return _failed(program)
    except RecursionError:
        help = "name parts of it with `block` or `=`"
        program.report("E214", "this is nested too deeply", program.at, help=help)
        return _failed(program)
    except Exception as error:
        from ..faults import fault

        program.result = None
        program.diagnostics.append(fault(error, "elaborating this", program.at))
        return _outcome(program, error=error)
    return _failed(program) if program.result is None else _outcome(program)


def _run(program: Program, task: Task) -> None:
    problems = _take_shapes(program, task.inputs) if task.inputs else []
    file = program.begin(task.source, task.tree, task.errors)
    program.found(problems)
    if task.net is None:
        program.check_library(file)
        return
    if task.net:
        program.run_named(file, task.net, _arguments(program, file, task))
    else:
        program.run_file(file)
    program.check_inputs_given()


def _take_shapes(program: Program, inputs: Mapping[str, str] | str) -> list[Diagnostic]:
    from ..arguments import input_shapes

    program.shapes, problems = input_shapes(inputs)
    return problems


def _arguments(program: Program, file: FileNames, task: Task) -> dict[str, Any]:
    if not task.parameters or task.net is None:
        return {}
    from ..arguments import arguments_of

    return arguments_of(program, file, task.net, task.parameters)


def _failed(program: Program) -> Outcome:
    """Without a result; what was found is in the graph, which may be drawn."""
    program.result = None
    program.fail_alone()
    return _outcome(program)


def _outcome(
    program: Program, learnt: Knowledge | None = None, error: Exception | None = None
) -> Outcome:
    return Outcome(
        root=program.root,
        outputs=tuple(program.outputs()),
        complete=program.result is not None,
        findings=tuple(program.diagnostics),
        equal=tuple(program.assumptions),
        least=tuple(program.least),
        declared=program.declared,
        sequences=program.sequences,
        steps=program.steps,
        at=program.at,
        read=program.read,
        learnt=learnt,
        fault=error,
    )
