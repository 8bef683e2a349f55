"""One attempt to elaborate a net, from what is known about its inputs to an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.record import Record
from ...grammar.source import Source, Span
from .. import advice
from ..builder import Builder, Draft
from ..dims import Dim
from ..environment import FileNames
from ..values import Data, Tensor
from .elaborator import Elaborator, TooMuch
from .failures import fail_alone
from .files import begin
from .knowledge import Knowledge, Learnt
from .nets import check_file, outputs, run_file, run_named
from .ports import check_inputs_given
from .rules import RULES
from .state import Finds

if TYPE_CHECKING:
    from ..declared import Declared


class Task(Record):
    """The net to elaborate. ``net`` is "" for the bare pipeline and None for a file without a net.
    ``parameters`` and ``inputs`` are given from outside; ``errors`` are the syntax errors."""

    source: Source
    tree: syntax.File
    errors: tuple[Diagnostic, ...]
    net: str | None
    parameters: Mapping[str, object]
    inputs: Mapping[str, str] | str | None
    finder: Finds
    most_steps: int
    """The most steps that it may take."""
    common: dict[object, Any] | None = None
    """The instances of blocks that the nets of a check have in common."""


class Outcome(Record):
    """The result of an attempt, complete or not."""

    root: Builder
    outputs: tuple[tuple[str, Tensor], ...]
    complete: bool
    """Whether it has a result."""
    findings: tuple[Diagnostic, ...]
    equal: tuple[tuple[Dim, Dim, Span], ...]
    """Sizes that are assumed to be equal."""
    least: tuple[tuple[Dim, Dim, Span], ...]
    """Sizes, each assumed to be at least the second."""
    declared: Mapping[str, Declared]
    """The values of the inputs' sizes that ``require`` allows."""
    sequences: Mapping[tuple[int, int], Draft]
    """Tensors that are assumed to be [N, T, D]."""
    steps: int
    at: Span | None
    """The place at which the elaboration ended."""
    read: frozenset[str]
    """The names of the texts that were read."""
    learnt: Knowledge | None
    """What is known now, if there should be another attempt; else None."""
    fault: Exception | None
    """An exception inside netwright, if there was one."""


def attempt(task: Task, knowledge: Knowledge, steps: int = 0) -> Outcome:
    """Elaborates a net; ``steps`` is the number of steps of earlier attempts."""
    el = Elaborator(RULES, task.finder, knowledge, steps, task.most_steps, task.common)
    try:
        _run(el, task)
    except Learnt as learnt:
        return _outcome(el, learnt=learnt.knowledge)
    except TooMuch:
        return _failed(el)
    except RecursionError:
        el.report(advice.bounds.no_stack_left(el.at))
        return _failed(el)
    except Exception as error:
        from ..faults import fault

        el.result = None
        el.findings.all.append(fault(error, "elaborating this", el.at))
        return _outcome(el, error=error)
    return _failed(el) if el.result is None else _outcome(el)


def _run(el: Elaborator, task: Task) -> None:
    problems = _take_shapes(el, task.inputs) if task.inputs else []
    file = begin(el, task.source, task.tree, task.errors)
    el.add_findings(problems)
    if task.net is None:
        check_file(el, file)
        return
    if task.net:
        run_named(el, file, task.net, _arguments(el, file, task))
    else:
        run_file(el, file)
    check_inputs_given(el)


def _take_shapes(el: Elaborator, inputs: Mapping[str, str] | str) -> list[Diagnostic]:
    from .arguments import input_shapes

    el.given, problems = input_shapes(inputs)
    return problems


def _arguments(el: Elaborator, file: FileNames, task: Task) -> dict[str, Data]:
    if not task.parameters or task.net is None:
        return {}
    from .arguments import arguments_of

    return arguments_of(el, file, task.net, task.parameters)


def _failed(el: Elaborator) -> Outcome:
    """The outcome without a result; the graph has nodes for the errors, and can be drawn."""
    el.result = None
    fail_alone(el)
    return _outcome(el)


def _outcome(
    el: Elaborator, learnt: Knowledge | None = None, error: Exception | None = None
) -> Outcome:
    return Outcome(
        root=el.root,
        outputs=tuple(outputs(el)),
        complete=el.result is not None,
        findings=tuple(el.findings.all),
        equal=tuple(el.demands.equal),
        least=tuple(el.demands.least),
        declared=el.demands.declared,
        sequences=el.sequences,
        steps=el.steps,
        at=el.at,
        read=frozenset(el.files.read),
        learnt=learnt,
        fault=error,
    )
