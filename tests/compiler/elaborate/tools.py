"""Specs elaborated for tests: module paths, the flat graph, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from netwright.compiler.elaborate.elaborator import Elaborator, TooMuch
from netwright.compiler.elaborate.files import load
from netwright.compiler.elaborate.rules import RULES
from netwright.compiler.environment import Environment
from netwright.compiler.flat import Producer, Run, flat
from netwright.compiler.imports import Finder
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import Compilation, check_source, load_source
from netwright.compiler.values import UNKNOWN
from netwright.grammar.diagnostics import Diagnostic
from netwright.grammar.parser import parse, parse_expression
from netwright.grammar.source import Source

Inputs = Mapping[str, str] | str | None


def compilation(
    text: str,
    *,
    net: str | None = None,
    inputs: Inputs = None,
    parameters: Mapping[str, object] | None = None,
    search: Sequence[Path] = (),
    name: str = "test.net",
) -> Compilation:
    source = Source(name, dedent(text).strip("\n"))
    return load_source(source, net=net, inputs=inputs, parameters=parameters, search=search)


def graph(
    text: str,
    *,
    net: str | None = None,
    inputs: Inputs = None,
    parameters: Mapping[str, object] | None = None,
    search: Sequence[Path] = (),
    name: str = "test.net",
) -> Graph:
    """The graph of a sound text."""
    made = compilation(
        text, net=net, inputs=inputs, parameters=parameters, search=search, name=name
    )
    assert made.graph is not None, [headline(d) for d in made.diagnostics]
    return made.graph


def found(
    text: str, *, net: str | None = None, inputs: Inputs = None, search: Sequence[Path] = ()
) -> list[Diagnostic]:
    """The errors in a text, warnings left out."""
    source = Source("test.net", dedent(text).strip("\n"))
    result = check_source(source, net=net, inputs=inputs, search=search)
    return [d for d in result.diagnostics if d.severity == "error"]


def codes(text: str, *, net: str | None = None, inputs: Inputs = None) -> list[str]:
    return [d.code for d in found(text, net=net, inputs=inputs)]


def error(text: str, *, net: str | None = None, inputs: Inputs = None) -> Diagnostic:
    """The only error of a text."""
    errors = found(text, net=net, inputs=inputs)
    assert len(errors) == 1, [headline(d) for d in errors]
    return errors[0]


def headline(diagnostic: Diagnostic) -> str:
    place = diagnostic.span.text if diagnostic.span else ""
    return f"{diagnostic.code} {diagnostic.message} | {place} | {' / '.join(diagnostic.help)}"


def fixed(text: str, diagnostic: Diagnostic) -> str:
    """The text with the diagnostic's fix applied."""
    text = dedent(text).strip("\n")
    assert diagnostic.fix is not None, headline(diagnostic)
    for edit in sorted(diagnostic.fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


# --- the flat graph --------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A layer in the flat graph; ``inputs`` are (row number, result), negative for the inputs."""

    path: str
    layer: str
    inputs: tuple[tuple[int, int], ...]
    types: tuple[str, ...]
    idle: bool = False


@dataclass
class Flat:
    """A graph without hierarchy: calls and repeats expanded, every module by its full path."""

    rows: list[Row] = field(default_factory=list)
    results: list[tuple[int, int]] = field(default_factory=list)
    ties: list[tuple[str, str]] = field(default_factory=list)

    @property
    def modules(self) -> dict[str, str]:
        """Path to layer, for all layers that are modules."""
        return {row.path: row.layer for row in self.rows if row.path}


def flatten(graph: Graph) -> Flat:
    made = flat(graph)
    inputs = [run.key for run in made.runs if run.kind == "input"]
    runs = [run for run in made.runs if run.kind != "input"]
    number = {key: -1 - i for i, key in enumerate(inputs)} | {r.key: i for i, r in enumerate(runs)}

    def numbered(producers: Sequence[Producer]) -> list[tuple[int, int]]:
        return [(number[key], result) for key, result in producers]

    ties = [tie for run in runs for tie in run.tied.items()]
    return Flat([_row(r, numbered(r.takes)) for r in runs], numbered(made.results), ties)


def _row(run: Run, inputs: Sequence[tuple[int, int]]) -> Row:
    path = run.module if run.kind == "layer" else ""
    types = tuple(map(str, run.types))
    return Row(path, _described(run), tuple(inputs), types, run.runs == 0)


def _described(run: Run) -> str:
    if run.layer is None:
        return f"{run.kind} {run.module}"
    settings = ", ".join(f"{k}={_plain(v)}" for k, v in run.layer.given().items())
    return f"{run.layer.word}({settings}){tuple(run.tied) or ''}"


def _plain(value: object) -> str:
    return str([_plain(v) for v in value]) if isinstance(value, tuple) else str(value)


def paths(text: str, *, net: str | None = None, inputs: Inputs = None) -> list[str]:
    """The module paths of all layers of a text's net, in order."""
    return list(flatten(graph(text, net=net, inputs=inputs)).modules)


def weights(text: str, *, net: str | None = None, inputs: Inputs = None) -> list[str]:
    """The paths of the modules that hold weights, idle ones included."""
    modules = flatten(graph(text, net=net, inputs=inputs)).modules
    bare = ("relu", "tanh", "gelu", "sigmoid", "maxpool", "gap", "flatten", "concat", "identity")
    return [path for path, layer in modules.items() if not layer.startswith(bare)]


# --- values ----------------------------------------------------------------------------------


def evaluated(text: str, names: Mapping[str, Any] | None = None) -> tuple[Any, list[Diagnostic]]:
    """What an expression is worth where the names are known, and the findings."""
    expression, problems = parse_expression(Source("value", text))
    assert expression is not None, problems
    el = Elaborator(RULES, Finder())
    tree, _ = parse(Source("none.net", "relu"))
    file = load(el, Source("none.net", "relu"), tree)
    env = Environment(file, names=dict(names or {}))
    try:
        value = el.evaluate(expression, env)
    except TooMuch:
        value = UNKNOWN
    return value, [*problems, *el.findings.all]


def value(text: str, **names: object) -> Any:
    """What a sound expression is worth."""
    result, problems = evaluated(text, names)
    assert not problems, [headline(d) for d in problems]
    return result


def refused(text: str, **names: object) -> str:
    """The code of the only error in an expression."""
    result, problems = evaluated(text, names)
    assert result is UNKNOWN or problems, result
    assert len(problems) == 1, [headline(d) for d in problems]
    return problems[0].code
