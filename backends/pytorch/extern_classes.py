"""The classes of a net's externs: given by the caller, or imported if the caller allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

from ...compiler.extern_layer import Extern
from ...compiler.flat import Run, flat
from ...compiler.ir import Graph
from ...grammar.diagnostics import CompileError, Diagnostic
from ...grammar.nearby import closest
from ...grammar.wording import listing

Make: TypeAlias = Callable[..., Any]
"""A class, or a function, that makes a module."""


def extern_runs(graph: Graph) -> list[Run]:
    """The runs of externs, folded."""
    return [run for run in flat(graph, fold=True).runs if isinstance(run.layer, Extern)]


def extern_names(graph: Graph) -> set[str]:
    """What the classes of a net's externs can be given by: the names and the targets."""
    declared = map(_declared, extern_runs(graph))
    return {name for own in declared for name in (own.name, own.target)}


def classes(graph: Graph, given: Mapping[str, Any], *, importing: bool) -> dict[str, Make]:
    """The class of each extern, by its target. ``given`` are classes by the name of the extern or
    by its target; others are imported if that is allowed.

    Raises CompileError if a class is missing, cannot be imported, or is given for no extern.
    """
    first_runs: dict[str, Run] = {}
    for run in extern_runs(graph):
        first_runs.setdefault(_declared(run).target, run)
    names = {target: _declared(run).name for target, run in first_runs.items()}
    _check_names(given, names)
    missing = [t for t, name in names.items() if name not in given and t not in given]
    if missing and not importing:
        raise CompileError([_not_given(missing, names, first_runs)])
    made: dict[str, Make] = {}
    for target, name in names.items():
        if target in missing:
            made[target] = _imported(target, first_runs[target])
        else:
            made[target] = given[target] if target in given else given[name]
            _check_class(made[target], name)
    return made


def _once(words: Iterable[str]) -> str:
    return listing([*dict.fromkeys(words)])


def _declared(run: Run) -> Any:
    assert isinstance(run.layer, Extern)
    return run.layer.declaration


def _check_names(given: Mapping[str, Any], names: Mapping[str, str]) -> None:
    for name in given:
        if name in names:
            continue
        targets = [target for target, own in names.items() if own == name]
        if len(targets) > 1:
            help = f"give them by their targets: {listing(targets)}"
            raise _misuse(f"several externs are called `{name}`", help)
        if not targets:
            close = closest(name, {*names, *names.values()})
            known = f"its externs: {_once(names.values())}" if names else ""
            help = f"did you mean `{close}`?" if close else known or "leave `externs=` out"
            raise _misuse(f"this net has no extern `{name}`", help)


def _misuse(message: str, help: str) -> CompileError:
    return CompileError([Diagnostic("E402", message, help=(help,))])


def _not_given(missing: list[str], names: Mapping[str, str], runs: Mapping[str, Run]) -> Diagnostic:
    pairs = ", ".join(f'"{names[t]}": {t.partition(":")[2]}' for t in missing)
    modules = _once(t.partition(":")[0] for t in missing)
    own = _once(names[t] for t in missing)
    is_one = len({names[t] for t in missing}) == 1
    return Diagnostic(
        "E402",
        f"the class{'' if is_one else 'es'} of {own} {'is' if is_one else 'are'} not given",
        runs[missing[0]].node.span,
        notes=("a spec may come from a stranger, so nothing is imported unless you say so",),
        help=(
            f"give them: `to_torch(externs={{{pairs}}})`",
            f"or import {modules}, if you trust the spec: `to_torch(import_externs=True)`",
        ),
    )


def _check_class(make: Any, name: str) -> None:
    from torch import nn

    if isinstance(make, nn.Module):
        kind = type(make).__name__
        raise _misuse(
            f"`{name}` is given as a module, and a net makes its own",
            f'give its class, or a function that makes it: `externs={{"{name}": {kind}}}`',
        )
    if not callable(make):
        raise _misuse(
            f"`{name}` is given as {type(make).__name__}, which is not a class",
            f'`externs={{"{name}": Deform}}`',
        )


def _imported(target: str, run: Run) -> Make:
    module_name, _, name = target.partition(":")
    try:
        module = import_module(module_name)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise _not_imported(target, run, problem, "") from error
    make = getattr(module, name, None)
    if make is None:
        close = closest(name, [n for n in vars(module) if not n.startswith("_")])
        help = f"did you mean `{close}`?" if close else ""
        raise _not_imported(target, run, f"{module_name} has no `{name}`", help)
    if not callable(make):
        problem = f"`{name}` is {type(make).__name__}, not a class"
        raise _not_imported(target, run, problem, "")
    return make  # type: ignore[no-any-return]


def _not_imported(target: str, run: Run, problem: str, help: str) -> CompileError:
    declared = _declared(run)
    own = f'or give the class: `to_torch(externs={{"{declared.name}": ...}})`'
    return CompileError(
        [
            Diagnostic(
                "E403",
                f"the class of `{declared.name}`, {target}, cannot be imported",
                declared.span or run.node.span,
                notes=(problem,),
                help=tuple(filter(None, (help, own))),
            )
        ]
    )
