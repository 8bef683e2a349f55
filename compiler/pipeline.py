"""The compiler's phases by name: parse, elaborate, freeze.

    source -> syntax -> graph under construction -> ``ir.Graph``

A net's input of unknown rank, and a size that turns out to be a number, are found while
elaborating; then elaboration starts again with that knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic
from ..grammar.parser import parse
from ..grammar.record import Record
from ..grammar.source import Source
from .choice import Choice, arguments_of, choose_nets, input_shapes
from .dims import Dim, substitute, symbol
from .elaborate.context import Bind, NeedsInput, TooMuch
from .elaborate.program import Program
from .freeze import Freezer, freeze_partial
from .imports import Finder
from .ir import Graph
from .limits import NETS_TOGETHER, limited, limits
from .lints import lint, misspelt
from .room import room
from .types import TensorType

MAX_RESTARTS: Final = 500


class Compilation(Record):
    """What became of a file: its graph, if it was wanted and there are no errors, and every
    finding."""

    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]
    nets: tuple[str, ...]
    net: str = ""
    steps: int = 0
    """How much work it was, in the elaborator's measure."""
    partial: Graph | None = None
    """Where that is asked for: what was made of a spec that fails, up to its errors."""


class Request(Record):
    """What is asked for besides the net: its arguments, input shapes, where imports are found."""

    parameters: Mapping[str, object]
    inputs: Mapping[str, str] | str | None
    search: Sequence[Path]
    partial: bool = False
    steps: int = 0
    """How many the net may take; 0: as many as are allowed to one."""


def load_source(
    source: Source,
    *,
    net: str | None = None,
    parameters: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | str | None = None,
    search: Sequence[Path] = (),
    limits: Mapping[str, int] | None = None,
    partial: bool = False,
) -> Compilation:
    """Compile one net of a text.

    ``net`` may be left out where one is meant: the only one, or the one named like the file.
    ``inputs`` binds input shapes without the batch axis: ``"3x32x32"``. Never raises for a bad
    spec: ``Compilation.graph`` is None then, and with ``partial`` there is the graph up to the
    errors, unless the text itself has syntax errors. ``limits`` are bounds that are raised.
    """
    with room(), limited(limits):
        tree, found = parse(source)
        chosen = choose_nets(source, tree, found, net)
        request = Request(parameters or {}, inputs, search, partial and not found)
        return _compile(source, tree, chosen, chosen.net, request, freeze=True)


def check_source(
    source: Source,
    *,
    net: str | None = None,
    parameters: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | str | None = None,
    search: Sequence[Path] = (),
    limits: Mapping[str, int] | None = None,
) -> Compilation:
    """Check a text: the net that is named, else every net that needs no arguments.

    No graph is made: all that can be wrong is found before.
    """
    with room(), limited(limits):
        tree, found = parse(source)
        chosen = choose_nets(source, tree, found, net, every=True)
        request = Request(parameters or {}, inputs, search)
        said, last = _check(source, tree, chosen, request)
        if net is None and not any(d.severity == "error" for d in said):
            said += tuple(misspelt(tree))
        return Compilation(None, said, chosen.nets, last)


def _check(
    source: Source, tree: syntax.File, chosen: Choice, request: Request
) -> tuple[tuple[Diagnostic, ...], str]:
    """What is wrong in the nets to be checked, and the last of them that was."""
    findings = {(d.code, d.span, d.message): d for d in chosen.findings}
    if not chosen.checked:
        findings = _of_library(source, tree, chosen, request) or findings
    left, last = NETS_TOGETHER * limits().steps, ""
    for name in chosen.checked:
        allowed = request.replace(steps=min(left, limits().steps))
        result = _compile(source, tree, chosen, name, allowed)
        findings |= {(d.code, d.span, d.message): d for d in result.diagnostics}
        left, last = left - result.steps, name
        if left <= 0:
            break
    return tuple(findings.values()), last


def _of_library(
    source: Source, tree: syntax.File, chosen: Choice, request: Request
) -> dict[tuple[Any, ...], Diagnostic]:
    """What is wrong in a file beside its having no net to check, if anything is."""
    program = _elaborate(source, tree, chosen.findings, None, request)
    return {(d.code, d.span, d.message): d for d in program.diagnostics}


def _compile(
    source: Source, tree: syntax.File, chosen: Choice, net: str | None, request: Request,
    *, freeze: bool = False,
) -> Compilation:  # fmt: skip
    if net is None:
        return Compilation(None, chosen.findings, chosen.nets)
    program = _elaborate(source, tree, chosen.findings, net, request)
    findings = (*chosen.findings, *program.diagnostics)
    if any(d.severity == "error" for d in findings) or program.result is None:
        partial = _partial(program) if request.partial else None
        return Compilation(None, findings, chosen.nets, net, program.steps, partial)
    findings = (*findings, *lint(tree, program))
    graph = _frozen(program) if freeze else None
    return Compilation(graph, findings, chosen.nets, net, program.steps)


def _frozen(program: Program) -> Graph:
    outputs = program.outputs()
    return Freezer().freeze(program.root, [t for _, t in outputs], [n for n, _ in outputs])


def _partial(program: Program) -> Graph | None:
    program.fail_alone()
    return freeze_partial(program.root, program.outputs())


def _elaborate(
    source: Source, tree: syntax.File, errors: Sequence[Diagnostic], net: str | None,
    request: Request,
) -> Program:  # fmt: skip
    """Elaborate, again and again while something new is learnt of the inputs."""
    known: dict[str, TensorType] = {}
    bound: dict[str, Dim] = {}
    free: set[str] = set()
    finder = Finder(request.search)
    steps = 0
    for _ in range(MAX_RESTARTS):
        program = Program(finder, {})
        program.steps, program.most_steps = steps, request.steps or limits().steps
        program.known, program.bound, program.free = known, bound, free
        try:
            _run(program, source, tree, errors, net, request)
        except NeedsInput as need:
            axes = [_free_symbol(a, need.port, free) for a in need.axes]
            known[need.port] = TensorType((symbol("N"), *map(symbol, axes[1:])), need.dtype)
            free |= set(axes[1:])
        except Bind as bind:
            news = {name: substitute(value, bound) for name, value in bind.values.items()}
            bound = {name: substitute(value, news) for name, value in bound.items()} | news
        except TooMuch:
            program.result = None
            return program
        except RecursionError:
            program.result = None
            program.report("E214", "this is nested too deeply", program.at,
                           help="name parts of it with `block` or `=`")  # fmt: skip
            return program
        else:
            return program
        steps = program.steps
    message = f"the sizes of the inputs are not settled after {MAX_RESTARTS} attempts"
    program.report("E214", message, None, help="give the inputs numbers")
    return program


def _run(
    program: Program, source: Source, tree: syntax.File, errors: Sequence[Diagnostic],
    net: str | None, request: Request,
) -> None:  # fmt: skip
    file = program.load(source, tree, errors)
    program.files[source.name] = file
    program.loading.append(source.name)
    program.shapes, problems = input_shapes(request.inputs)
    program.diagnostics += problems
    if net is None:
        program.check_library(file)
        return
    if net:
        program.run_named(file, net, arguments_of(program, file, net, request.parameters))
    else:
        program.run_file(file)
    program.check_inputs_given()


def _free_symbol(axis: str, port: str, free: set[str]) -> str:
    return axis if axis not in free else f"{axis}_{port}"
