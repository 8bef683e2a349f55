"""One class for blueprints that differ only in literals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ...compiler.ir import Graph
from ...compiler.lowering import Attr, CallCode, Code, Infix, Raw
from ...grammar.record import Entity, alike, field
from ..python.method_statements import Assignment, Hole, Statement, rebuild, replace_calls
from ..python.printing import Late
from .blueprints import Blueprint
from .parameters import ClassParameter, Parameters
from .signatures import defaults, positional

_POSITIONAL: Final = re.compile(r"int|tuple\[.*\]|int \| tuple\[.*\]")


class Class(Entity):
    """A class of the generated file. ``rows`` are the values of its parameters for each graph."""

    name: Late
    graphs: list[Graph]
    blueprint: Blueprint
    parameters: list[ClassParameter] = field(default_factory=list)
    rows: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.graphs[0]

    def construct(self, graph: Graph) -> CallCode:
        """``Basic(64, 128, stride=2)``: sizes are given by position, the others by name."""
        args: list[Code] = []
        kwargs: list[tuple[str, Code]] = []
        for parameter, value in zip(self.parameters, self.rows[id(graph)], strict=True):
            if kwargs or parameter.default or not _POSITIONAL.fullmatch(parameter.hint):
                kwargs.append((parameter.name, value))
            else:
                args.append(value)
        return prune(CallCode(self.name, tuple(args), tuple(kwargs)))


class Skeleton:
    """A blueprint with holes in place of its literals, and the literals."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.values: list[Any] = []
        self.hints: list[str] = []
        self.init = tuple(self._holed(s) for s in blueprint.init)
        self.forward = blueprint.forward and tuple(map(self._holed, blueprint.forward))
        self.key = repr(
            (
                blueprint.base,
                self.init,
                self.forward,
                blueprint.arguments,
                blueprint.outers,
                blueprint.sizes,
                blueprint.device,
                blueprint.results,
                blueprint.helpers,
            )
        )

    def _holed(self, statement: Statement) -> Any:
        spelled = replace_calls(statement, complete)
        return rebuild(spelled, self._leaf, positional=positional)

    def _leaf(self, part: Code, hint: str) -> Code:
        self.values.append(part)
        self.hints.append(hint)
        return Hole(len(self.values) - 1)


def merge(graphs: Sequence[Graph], blueprints: Sequence[Blueprint]) -> Class:
    """One class for blueprints that differ only in literals."""
    skeletons = [Skeleton(d) for d in blueprints]
    first = skeletons[0]
    chooser = Parameters(graphs, blueprints[0].tree.children)
    codes = [
        chooser.code(column, hint)
        for column, hint in zip(
            zip(*(s.values for s in skeletons), strict=True), first.hints, strict=True
        )
    ]
    init = tuple(rebuild(s, lambda h, _: codes[h.index], call=prune) for s in first.init)
    stored: dict[str, None] = {}

    def attribute(hole: Hole, _: str) -> Code:
        return _on_self(codes[hole.index], stored)

    forward = first.forward and tuple(rebuild(s, attribute, call=prune) for s in first.forward)
    init = _storing(init, stored)
    parameters, order = chooser.ordered()
    rows = {id(g): tuple(chooser.columns[name][i] for name in order) for i, g in enumerate(graphs)}
    usual = {p.name: p.default[0] for p in parameters if p.default}
    name = Late(parameter_names=tuple(order), defaults=usual)
    return Class(
        name, list(graphs), blueprints[0].replace(init=init, forward=forward), parameters, rows
    )


def complete(call: CallCode) -> CallCode:
    """The call with all of PyTorch's defaults written out."""
    usual = defaults(call.function)
    if not usual:
        return call
    keywords = dict(call.kwargs)
    positional_names = positional(call.function)[: len(call.args)]
    extra = {k: v for k, v in keywords.items() if k not in usual}
    filled = {k: keywords.get(k, v) for k, v in usual.items() if k not in positional_names}
    return call.replace(kwargs=tuple((extra | filled).items()))


def prune(call: CallCode) -> CallCode:
    """The call without arguments that are PyTorch's defaults."""
    usual = defaults(call.function)
    kept = tuple((k, v) for k, v in call.kwargs if k not in usual or not alike(v, usual[k]))
    return call.replace(kwargs=kept)


def _on_self(code: Code, stored: dict[str, None]) -> Code:
    """An expression over parameters as one over the attributes that store them. Their names are
    added to ``stored``."""
    match code:
        case Raw(name):
            stored[name] = None
            return Attr(Raw("self"), name)
        case Infix(operator, left, right):
            return Infix(operator, _on_self(left, stored), _on_self(right, stored))
    return code


def _storing(init: tuple[Statement, ...], names: Iterable[str]) -> tuple[Statement, ...]:
    keep = tuple(Assignment((f"self.{name}",), Raw(name)) for name in names)
    if not keep:
        return init
    first = init[:1] or (Assignment((), CallCode("super().__init__")),)
    return (*first, *keep, *init[1:])
