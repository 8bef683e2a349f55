"""The compiler's phases by name: parse, elaborate, freeze.

    source -> syntax -> graph under construction -> ``ir.Graph``

What an attempt to elaborate a net learns of its inputs (a rank that was unknown, a size that turns
out to be a number) is known to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..grammar import syntax
from ..grammar.diagnostics import MAX_ERRORS, Diagnostic
from ..grammar.parser import parse
from ..grammar.record import Record
from ..grammar.source import Source, Span
from ..grammar.wording import counted
from .choice import Choice, choose_nets
from .elaborate.attempt import Outcome, Task, attempt
from .elaborate.knowledge import NOTHING
from .imports import Finder
from .ir import Graph
from .limits import NETS_TOGETHER, limited, limits
from .lints import in_checked_file, in_failed_net, in_file, in_net
from .lints._net import Net
from .room import room

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
    request = Request(parameters or {}, inputs, Finder(search), partial)
    with room(), limited(limits):
        try:
            found = _load(source, net, request, freeze=True)
            return _with_trials(found, source, request, lambda text, asked: _load(text, net, asked))
        except Exception as error:
            return _failed(source, error)


def _load(
    source: Source, net: str | None, request: Request, *, freeze: bool = False
) -> Compilation:
    tree, found = parse(source, limits().tokens)
    chosen = choose_nets(source, tree, found, net)
    asked = request.replace(partial=request.partial and not found)
    result = _compile(source, tree, chosen, chosen.net, asked, freeze=freeze)
    errors = _at_fault(result.diagnostics, tree)
    said = (*errors, *_of_text(tree, result.diagnostics))
    return result.replace(diagnostics=_kept(_told_once(said)))


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
    request = Request(parameters or {}, inputs, Finder(search))
    with room(), limited(limits):
        try:
            found = _check(source, net, request)
            return _with_trials(
                found, source, request, lambda text, asked: _check(text, net, asked)
            )
        except Exception as error:
            return _failed(source, error)


def _failed(source: Source, error: Exception) -> Compilation:
    """What nobody foresaw, outside of the elaboration, which knows its place."""
    from .faults import fault

    found = fault(error, "compiling this text", source.span(0, 0))
    return Compilation(None, (found,), (), read=frozenset({source.name}), fault=error)


def _check(source: Source, net: str | None, request: Request) -> Compilation:
    """What is wrong in the nets to be checked."""
    tree, found = parse(source, limits().tokens)
    chosen = choose_nets(source, tree, found, net, every=True)
    results = list(_results(source, tree, chosen, request))
    every = [d for result in results for d in result.diagnostics]
    said = _at_fault(_told_once(tuple(every) or chosen.findings), tree)
    said += _of_text(tree, said)
    said = _with_the_rest(said, len(chosen.checked) - len(results))
    fine = _is_fine(said)
    if fine and net is None:
        said += tuple(in_checked_file(tree))
    if fine and "netwright" in source.text:
        said = _with_comments(tree, said, whole=set(chosen.checked) >= set(chosen.nets))
    else:
        said = _kept(said)
    last = results[-1].net if results else ""
    steps = sum(result.steps for result in results)
    read = frozenset(name for result in results for name in result.read)
    failed = next((r.fault for r in results if r.fault is not None), None)
    return Compilation(None, said, chosen.nets, last, steps, read=read, fault=failed)


def _with_the_rest(findings: tuple[Diagnostic, ...], nets: int) -> tuple[Diagnostic, ...]:
    """After many errors some nets are not looked at; the last error says so."""
    last = max((i for i, d in enumerate(findings) if d.severity == "error"), default=None)
    if last is None or nets <= 0:
        return findings
    note = f"{counted(nets, 'net')} more of this file {'is' if nets == 1 else 'are'} not checked"
    noted = findings[last].replace(notes=(*findings[last].notes, note))
    return (*findings[:last], noted, *findings[last + 1 :])


def _told_once(findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    if len(findings) < 2:
        return findings
    from .repeated import told_once

    return tuple(told_once(findings))


def _at_fault(findings: tuple[Diagnostic, ...], tree: syntax.File) -> tuple[Diagnostic, ...]:
    if not findings:
        return findings
    from .misnamed import at_declarations
    from .origins import at_origins

    return tuple(at_origins(at_declarations(findings, tree), tree))


def _kept(findings: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings that no comment silences."""
    if not findings:
        return findings
    from .ignores import Ignores

    return Ignores().kept(findings)


def _with_comments(
    tree: syntax.File, findings: tuple[Diagnostic, ...], *, whole: bool
) -> tuple[Diagnostic, ...]:
    """Likewise, and what is wrong with the comments: idle ones too, where all was looked at."""
    from .ignores import Ignores, wrong

    ignores = Ignores()
    kept = ignores.kept((*findings, *wrong(tree.span.source)))
    return (*kept, *ignores.kept(ignores.idle(tree))) if whole else kept


def _of_text(tree: syntax.File, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is to be seen in the statements of a file that hold no error."""
    errors = [d.span for d in findings if d.severity == "error" and d.span]
    sound = tuple(s for s in tree.statements if not any(_holds(s.span, e) for e in errors))
    return tuple(in_file(syntax.File(sound, span=tree.span)))


def _holds(outer: Span, inner: Span) -> bool:
    return outer.source is inner.source and outer.start <= inner.start < max(outer.end, 1)


def _is_fine(findings: Iterable[Diagnostic]) -> bool:
    return not any(finding.severity == "error" for finding in findings)


def _results(
    source: Source, tree: syntax.File, chosen: Choice, request: Request
) -> Iterator[Compilation]:
    """What becomes of the nets to be checked, or of a file without one."""
    if not chosen.checked:
        outcome = _elaborate(_task(source, tree, chosen, None, request))
        said = outcome.findings or chosen.findings
        yield _compilation(outcome, said, chosen)
    left, most, errors = NETS_TOGETHER * limits().steps, MAX_ERRORS, set[object]()
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
    found: Compilation,
    source: Source,
    request: Request,
    run: Callable[[Source, Request], Compilation],
) -> Compilation:
    """With the repairs alone that mend."""

    def again(text: Source, enough: Enough | None = None) -> tuple[Iterable[Diagnostic], int]:
        own = text.name == source.name
        finder = request.finder if own else request.finder.with_changed(text)
        asked = request.replace(partial=False, finder=finder, enough=enough)
        result = run(text if own else source, asked)
        return result.diagnostics, result.steps

    if not any(d.fix or d.others for d in found.diagnostics):
        return found
    from .trials import tried

    files = found.read | {source.name}
    return found.replace(diagnostics=tried(found.diagnostics, files, found.steps, again))


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
    findings = (*chosen.findings, *_independent(outcome.findings, chosen.findings))
    if not outcome.complete and _is_fine(findings):
        from .faults import unexplained

        findings = (*findings, unexplained(outcome.at))
    if _is_fine(findings):
        findings = (*findings, *in_net(Net(tree, outcome)))
        made = _compilation(outcome, findings, chosen, net)
        return made.replace(graph=_frozen(outcome)) if freeze else made
    if outcome.fault is None:
        findings = (*findings, *in_failed_net(Net(tree, outcome)))
    made = _compilation(outcome, findings, chosen, net)
    if request.partial and outcome.fault is None:
        from .freeze import freeze_partial

        return made.replace(partial=freeze_partial(outcome.root, outcome.outputs))
    return made


def _task(
    source: Source, tree: syntax.File, chosen: Choice, net: str | None, request: Request
) -> Task:
    most = request.steps or limits().steps
    given = request.parameters, request.inputs
    return Task(source, tree, chosen.findings, net, *given, request.finder, most)


def _compilation(
    outcome: Outcome, findings: tuple[Diagnostic, ...], chosen: Choice, net: str = ""
) -> Compilation:
    return Compilation(
        None, findings, chosen.nets, net, outcome.steps, None, outcome.read, outcome.fault
    )


def _independent(
    found: Sequence[Diagnostic], syntax_errors: Sequence[Diagnostic]
) -> Iterator[Diagnostic]:
    """What was found besides the syntax errors, not in the same place: there it is an echo."""
    broken = [d.span for d in syntax_errors if d.span and d.severity == "error"]
    for finding in found:
        if finding.span is None or not any(map(finding.span.overlaps, broken)):
            yield finding


def _frozen(outcome: Outcome) -> Graph:
    from .freeze import Freezer

    names, tensors = [n for n, _ in outcome.outputs], [t for _, t in outcome.outputs]
    return Freezer().freeze(outcome.root, tensors, names)


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
