"""The compiler's phases by name: parse, elaborate, freeze.

    source -> syntax -> graph under construction -> ``ir.Graph``

What an attempt to elaborate a net learns of its inputs (a rank that was unknown, a size that turns
out to be a number) is known to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..grammar import syntax
from ..grammar.diagnostics import MAX_ERRORS, Diagnostic
from ..grammar.parser import parse
from ..grammar.record import Record, field
from ..grammar.source import Source
from .choice import Choice, choose_nets
from .elaborate.attempt import Outcome, Task, attempt
from .elaborate.knowledge import NOTHING
from .findings import (
    Findings,
    beside,
    is_fine,
    not_silenced,
    of_file,
    with_comments,
    with_unchecked,
)
from .imports import Finder
from .ir import Graph
from .limits import NETS_TOGETHER, limited, limits
from .lints import in_checked_file, in_failed_net, in_net
from .lints._subjects import FileText, Net
from .room import room
from .step_types import StepTypes, joined, step_types

if TYPE_CHECKING:
    from .trials import Enough

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
    read: frozenset[str] = frozenset()
    """The names of the texts that were read: the spec's and those that it imports."""
    fault: Exception | None = None
    """What netwright itself did wrong, if anything; it is among the findings."""
    types: StepTypes = field(default_factory=dict)
    """Where that is asked for: the types after the steps of the text, as far as it is right."""


class Request(Record):
    """What is asked for besides the net: its arguments, input shapes, who finds imports."""

    parameters: Mapping[str, object]
    inputs: Mapping[str, str] | str | None
    finder: Finder
    partial: bool = False
    steps: int = 0
    """How many the net may take; 0: as many as are allowed to one."""
    enough: Enough | None = None
    """How much of a file is to be checked, if not all."""
    typed: bool = False
    """Whether the types after the steps are wanted."""
    common: dict[object, Any] | None = None
    """The instances of blocks that the nets of a check have in common."""
    ignored: Collection[str] = ()
    """The codes of warnings that nobody wants to see."""

    def wanted(self, findings: Findings) -> Findings:
        """The findings without the warnings that are ignored."""
        return tuple(f for f in findings if f.severity == "error" or f.code not in self.ignored)


def load_source(
    source: Source,
    *,
    net: str | None = None,
    parameters: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | str | None = None,
    search: Sequence[Path] = (),
    limits: Mapping[str, int] | None = None,
    ignored: Collection[str] = (),
    partial: bool = False,
) -> Compilation:
    """Compile one net of a text.

    ``net`` may be left out where one is meant: the only one, or the one named like the file.
    ``inputs`` binds input shapes without the batch axis: ``"3x32x32"``. Never raises for a bad
    spec: ``Compilation.graph`` is None then, and with ``partial`` there is the graph up to the
    errors, unless the text itself has syntax errors. ``limits`` are bounds that are raised,
    ``ignored`` the codes of warnings to leave out.
    """
    request = Request(parameters or {}, inputs, Finder(search), partial, ignored=ignored)
    with room(), limited(limits):
        try:
            loaded = _load(source, net, request, freeze=True)
            return _with_trials(
                loaded, source, request, lambda text, asked: _load(text, net, asked)
            )
        except Exception as error:
            return _failed(source, error)


def _load(
    source: Source, net: str | None, request: Request, *, freeze: bool = False
) -> Compilation:
    tree, syntax_errors = parse(source, limits().tokens)
    chosen = choose_nets(source, tree, syntax_errors, net)
    asked = request.replace(partial=request.partial and not syntax_errors)
    result = _compile(source, tree, chosen, chosen.net, asked, freeze=freeze)
    findings = not_silenced(of_file(result.diagnostics, tree))
    return result.replace(diagnostics=request.wanted(findings))


def check_source(
    source: Source,
    *,
    net: str | None = None,
    parameters: Mapping[str, object] | None = None,
    inputs: Mapping[str, str] | str | None = None,
    search: Sequence[Path] = (),
    limits: Mapping[str, int] | None = None,
    ignored: Collection[str] = (),
    typed: bool = False,
) -> Compilation:
    """Check a text: the net that is named, else every net that needs no arguments.

    No graph is made: all that can be wrong is found before. With ``typed`` there are the types
    after its steps.
    """
    request = Request(parameters or {}, inputs, Finder(search), ignored=ignored, typed=typed)
    with room(), limited(limits):
        try:
            checked = _check(source, net, request)
            return _with_trials(
                checked, source, request, lambda text, asked: _check(text, net, asked)
            )
        except Exception as error:
            return _failed(source, error)


def _failed(source: Source, error: Exception) -> Compilation:
    """The error that nobody foresaw, outside of the elaboration, which names the place itself."""
    from .faults import fault

    unforeseen = fault(error, "compiling this text", source.span(0, 0))
    return Compilation(None, (unforeseen,), (), read=frozenset({source.name}), fault=error)


def _check(source: Source, net: str | None, request: Request) -> Compilation:
    """The findings of the nets to be checked."""
    tree, syntax_errors = parse(source, limits().tokens)
    chosen = choose_nets(source, tree, syntax_errors, net, every=True)
    results = list(_results(source, tree, chosen, request))
    every = tuple(d for result in results for d in result.diagnostics)
    findings = of_file(every or chosen.findings, tree)
    findings = with_unchecked(findings, len(chosen.checked) - len(results))
    fine = is_fine(findings)
    if fine and net is None:
        findings += tuple(in_checked_file(FileText(tree)))
    if fine and "netwright" in source.text:
        whole = set(chosen.checked) >= set(chosen.nets)
        findings = with_comments(findings, tree, whole=whole)
    else:
        findings = not_silenced(findings)
    return _of_all(results, request.wanted(findings), chosen)


def _of_all(results: list[Compilation], findings: Findings, chosen: Choice) -> Compilation:
    """What became of a file, of what became of its nets."""
    last = results[-1].net if results else ""
    steps = sum(result.steps for result in results)
    read = frozenset(name for result in results for name in result.read)
    fault = next((r.fault for r in results if r.fault is not None), None)
    types = joined(result.types for result in results)
    return Compilation(None, findings, chosen.nets, last, steps, None, read, fault, types)


def _results(
    source: Source, tree: syntax.File, chosen: Choice, request: Request
) -> Iterator[Compilation]:
    """What becomes of the nets to be checked, or of a file without one."""
    if not chosen.checked:
        outcome = _elaborate(_task(source, tree, chosen, None, request))
        yield _compilation(outcome, outcome.findings or chosen.findings, chosen, request)
    left, most, errors = NETS_TOGETHER * limits().steps, MAX_ERRORS, set[object]()
    request = request.replace(common={})
    if request.enough:
        left, most = request.enough.steps, request.enough.errors
    for name in _by_need(tree, chosen.checked, request.enough):
        allowed = request if request.enough else request.replace(steps=min(left, limits().steps))
        result = _compile(source, tree, chosen, name, allowed)
        errors |= {(d.span, d.message) for d in result.diagnostics if d.severity == "error"}
        yield result
        left -= result.steps
        if left <= 0 or len(errors) >= most:
            break


def _by_need(tree: syntax.File, nets: tuple[str, ...], enough: Enough | None) -> list[str]:
    """The nets in their order, those first in which a change was made."""
    if enough is None:
        return [*nets]
    blocks = {s.name: s.span for s in tree.statements if isinstance(s, syntax.Block)}
    spans = {name: blocks[name] for name in nets if name in blocks}
    own = [name for name, s in spans.items() if s.start <= enough.at <= s.end]
    return [*own, *(name for name in nets if name not in own)]


def _with_trials(
    compilation: Compilation,
    source: Source,
    request: Request,
    run: Callable[[Source, Request], Compilation],
) -> Compilation:
    """Only repairs that mend are kept: each is made, and the text is compiled again."""

    def again(text: Source, enough: Enough | None = None) -> tuple[Iterable[Diagnostic], int]:
        own = text.name == source.name
        finder = request.finder if own else request.finder.with_changed(text)
        asked = request.replace(partial=False, finder=finder, enough=enough, typed=False)
        result = run(text if own else source, asked)
        return result.diagnostics, result.steps

    findings = compilation.diagnostics
    if not any(d.fix or d.others for d in findings):
        return compilation
    from .trials import tried

    files = compilation.read | {source.name}
    return compilation.replace(diagnostics=tried(findings, files, compilation.steps, again))


def _compile(
    source: Source,
    tree: syntax.File,
    chosen: Choice,
    net: str | None,
    request: Request,
    *,
    freeze: bool = False,
) -> Compilation:
    if net is None:
        return Compilation(None, chosen.findings, chosen.nets)
    outcome = _elaborate(_task(source, tree, chosen, net, request))
    findings = (*chosen.findings, *beside(outcome.findings, chosen.findings))
    if not outcome.complete and is_fine(findings):
        from .faults import unexplained

        findings = (*findings, unexplained(outcome.at))
    if is_fine(findings):
        findings = (*findings, *in_net(Net(tree, outcome)))
        made = _compilation(outcome, findings, chosen, request, net)
        return made.replace(graph=_frozen(outcome)) if freeze else made
    if outcome.fault is None:
        findings = (*findings, *in_failed_net(Net(tree, outcome)))
    made = _compilation(outcome, findings, chosen, request, net)
    if request.partial and outcome.fault is None:
        from .freeze import freeze_partial

        return made.replace(partial=freeze_partial(outcome.root, outcome.outputs))
    return made


def _task(
    source: Source, tree: syntax.File, chosen: Choice, net: str | None, request: Request
) -> Task:
    most = request.steps or limits().steps
    given = request.parameters, request.inputs
    return Task(source, tree, chosen.findings, net, *given, request.finder, most, request.common)


def _compilation(
    outcome: Outcome, findings: Findings, chosen: Choice, request: Request, net: str = ""
) -> Compilation:
    types = step_types(outcome.root) if request.typed else {}
    read, fault = outcome.read, outcome.fault
    return Compilation(None, findings, chosen.nets, net, outcome.steps, None, read, fault, types)


def _frozen(outcome: Outcome) -> Graph:
    from .freeze import Freezer

    names, tensors = [n for n, _ in outcome.outputs], [t for _, t in outcome.outputs]
    graph = Freezer().freeze(outcome.root, tensors, names)
    return graph.replace(allowed=tuple(outcome.declared.items()))


def _elaborate(task: Task) -> Outcome:
    """Attempt by attempt, for as long as one learns something of the inputs."""
    outcome = attempt(task, NOTHING)
    for _ in range(MAX_RESTARTS):
        if outcome.learnt is None:
            return outcome
        outcome = attempt(task, outcome.learnt, outcome.steps)
    message = f"the sizes of the inputs are not settled after {MAX_RESTARTS} attempts"
    unsettled = Diagnostic("E214", message, help=("give the inputs numbers",))
    return outcome.replace(findings=(*outcome.findings, unsettled))
