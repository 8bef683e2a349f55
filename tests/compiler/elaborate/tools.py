"""Specs elaborated for tests: module paths, the flat graph, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from netwright.compiler.dims import Dim, Size, substitute
from netwright.compiler.elaborate.context import TooMuch
from netwright.compiler.elaborate.program import Program
from netwright.compiler.environment import Environment
from netwright.compiler.imports import Finder
from netwright.compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, ScanOp, Value, WeightOp
from netwright.compiler.pipeline import Compilation, check_source, load_source
from netwright.compiler.types import TensorType
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
    flat = Flat()
    inputs = [node for node in graph.nodes if isinstance(node.op, InputOp)]
    given = {Value(node.key): (-1 - i, 0) for i, node in enumerate(inputs)}
    flat.results = _Walk(flat, graph, "", {}, {}, idle=False).run(given)
    return flat


@dataclass
class _Walk:
    flat: Flat
    graph: Graph
    prefix: str
    outers: Mapping[str, str]
    sizes: Mapping[str, Dim]
    idle: bool

    def run(self, made: dict[Value, tuple[int, int]]) -> list[tuple[int, int]]:
        for tie in self.graph.ties:
            there = f"{self.prefix}{tie.source}.{tie.source_weight}"
            self.flat.ties.append((f"{self.prefix}{tie.path}.{tie.weight}", there))
        for node in self.graph.nodes:
            if not isinstance(node.op, InputOp):
                self._node(node, made)
        return [] if self.idle else [made[value] for value in self.graph.results]

    def _node(self, node: Node, made: dict[Value, tuple[int, int]]) -> None:
        idle = self.idle or node.idle
        taken = [] if idle else [made[v] for v in node.inputs]
        results: list[tuple[int, int]] = []
        for path in node.paths:
            results = self._copy(node, path, taken, idle)
            if not idle:
                taken = [*(results[i] for i in node.main), *taken[len(node.main) :]]
        made.update({Value(node.key, i): result for i, result in enumerate(results)})

    def _copy(
        self, node: Node, path: str, taken: list[tuple[int, int]], idle: bool
    ) -> list[tuple[int, int]]:
        full = self.outers[path] if node.outer else path and self.prefix + path
        if isinstance(node.op, CallOp):
            return self._call(node, node.op, full, taken, idle)
        types = tuple(str(t.substitute(self.sizes)) for t in node.types)
        row = Row(full, _described(node, self.sizes), tuple(taken), types, idle)
        self.flat.rows.append(row)
        return [(len(self.flat.rows) - 1, i) for i in range(len(types))]

    def _call(
        self, node: Node, op: CallOp, full: str, taken: list[tuple[int, int]], idle: bool
    ) -> list[tuple[int, int]]:
        assert full, "a call is a module"
        outers = {
            inner: self.outers[here] if here in self.graph.outer else self.prefix + here
            for inner, here in node.outers
        }
        sizes = {**self.sizes, **{n: substitute(d, self.sizes) for n, d in op.sizes}}
        walk = _Walk(self.flat, op.graph, f"{full}.", outers, sizes, idle)
        keys = [n.key for n in op.graph.nodes if isinstance(n.op, InputOp)]
        given = {} if idle else dict(zip(map(Value, keys), taken, strict=True))
        return walk.run(given)


def _described(node: Node, sizes: Mapping[str, Dim]) -> str:
    match node.op:
        case LayerOp(layer, tied):
            settings = {name: _plain(v, sizes) for name, v in layer.given().items()}
            text = ", ".join(f"{k}={v}" for k, v in settings.items())
            return f"{layer.word}({text}){tied or ''}"
        case WeightOp(module, weight):
            return f"weight {module}.{weight}"
        case ScanOp():
            return "scan"
        case _:
            raise AssertionError(node.op)


def _plain(value: object, sizes: Mapping[str, Dim]) -> str:
    if isinstance(value, TensorType):
        return str(value.substitute(sizes))
    if isinstance(value, tuple):
        return str([_plain(v, sizes) for v in value])
    return str(value) if isinstance(value, str | bool | None) else _number(value, sizes)


def _number(value: object, sizes: Mapping[str, Dim]) -> str:
    return str(substitute(value, sizes)) if isinstance(value, int | Size) else str(value)


def paths(text: str, *, net: str | None = None, inputs: Inputs = None) -> list[str]:
    """The module paths of all layers of a text's net, in order."""
    return list(flatten(graph(text, net=net, inputs=inputs)).modules)


def weights(text: str, *, net: str | None = None, inputs: Inputs = None) -> list[str]:
    """The paths of the modules that hold weights, idle ones included."""
    modules = flatten(graph(text, net=net, inputs=inputs)).modules
    bare = ("relu", "tanh", "gelu", "sigmoid", "maxpool", "gap", "flatten", "concat", "identity")
    return [path for path, layer in modules.items() if not layer.startswith(bare)]


# --- values ----------------------------------------------------------------------------------


def evaluated(text: str, names: Mapping[str, object] | None = None) -> tuple[Any, list[Diagnostic]]:
    """What an expression is worth where the names are known, and the findings."""
    expression, problems = parse_expression(Source("value", text))
    assert expression is not None, problems
    program = Program(Finder(), {})
    tree, _ = parse(Source("none.net", "relu"))
    file = program.load(Source("none.net", "relu"), tree)
    env = Environment(file, names=dict(names or {}))
    try:
        value = program.evaluate(expression, env)
    except TooMuch:
        value = UNKNOWN
    return value, [*problems, *program.diagnostics]


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
