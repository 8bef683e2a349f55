"""Graphs as classes: equal ones share a class, and so do those of one block that differ in
numbers alone, which become parameters of ``__init__``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from ...compiler.ir import Graph
from ...compiler.lowering import Attr, Call, Code, Infix, Raw
from .drafts import Draft, make_draft, one_of
from .expressions import Late
from .inits import uniform
from .modules import sequential
from .names import IN_SCOPE, camel, numbered, variable
from .nodes import graph_of, graphs_in
from .signatures import defaults, positional
from .statements import Assign, Hole, Statement, is_literal, rebuild

USUAL: Final[Mapping[str, Any]] = {
    "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0, "bias": True,
}  # fmt: skip
"""Parameters that have a default where some instance has this value."""

Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    hint: str
    default: tuple[Any, ...] = ()
    """Empty, or the default alone."""


@dataclass(eq=False)
class Class:
    """One class of the generated file; ``rows`` are the parameters' values by graph."""

    name: Late
    graphs: list[Graph]
    draft: Draft
    parameters: list[Parameter] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.graphs[0]


class Program:
    """All classes of a net, those that are used before those that use them."""

    def __init__(self, root: Graph) -> None:
        self.root_graph = root
        self.uniform = uniform(root)
        self.classes: list[Class] = []
        self.drafts: dict[int, Draft] = {}
        self.constructors: dict[int, Call] = {}
        for level in _levels(root):
            self._level(level)
        self.root = self.classes[-1]
        _name_classes(self.classes, _places(root))

    # what drafts ask for

    def draft(self, graph: Graph) -> Draft:
        return self.drafts[id(graph)]

    def constructor(self, graph: Graph) -> Call:
        return self.constructors[id(graph)]

    # one level: graphs that call only graphs of lower levels

    def _level(self, graphs: Sequence[Graph]) -> None:
        alike: dict[Any, list[tuple[Graph, Draft]]] = {}
        for graph in graphs:
            made = make_draft(graph, self, self.uniform)
            if graph is self.root_graph:
                made = replace(made, init=(*made.init, *self.uniform.statements()))
            self.drafts[id(graph)] = made
            if graph.kind == "group" and made.base == "nn.Sequential":
                self.constructors[id(graph)] = sequential(made.tree)
            else:
                alike.setdefault(_likeness(graph, made), []).append((graph, made))
        for members in alike.values():
            self._settle([g for g, _ in members], [d for _, d in members])

    def _settle(self, graphs: list[Graph], drafts: list[Draft]) -> None:
        made = merge(graphs, drafts)
        self.classes.append(made)
        for graph in graphs:
            self.constructors[id(graph)] = _construct(made, made.rows[id(graph)])


def _levels(root: Graph) -> list[list[Graph]]:
    """All graphs, each on the level above the highest that it calls; each once."""
    height: dict[int, int] = {}
    found: list[list[Graph]] = []

    def visit(graph: Graph) -> int:
        if id(graph) not in height:
            level = height[id(graph)] = 1 + max(map(visit, graphs_in(graph)), default=-1)
            while len(found) <= level:
                found.append([])
            found[level].append(graph)
        return height[id(graph)]

    visit(root)
    return found


def _likeness(graph: Graph, made: Draft) -> Any:
    """What graphs of one class have in common: their place in the text, and all but numbers."""
    name = graph.name.rstrip("0123456789") if graph.kind == "group" else graph.name
    place = (graph.span.source.name, graph.span.start) if graph.span else (graph.kind, name)
    return place, _Skeleton(made).key


class _Skeleton:
    """A draft with holes for its literals, and the literals."""

    def __init__(self, made: Draft) -> None:
        self.values: list[Any] = []
        self.hints: list[str] = []
        self.init = tuple(self._holed(s) for s in made.init)
        self.forward = made.forward and tuple(map(self._holed, made.forward))
        self.key = repr((
            made.base, self.init, self.forward, made.arguments, made.outers, made.sizes,
            made.results, made.helpers,
        ))  # fmt: skip

    def _holed(self, statement: Statement) -> Any:
        spelled = rebuild(statement, lambda part, _: part, call=complete)
        return rebuild(spelled, self._leaf)

    def _leaf(self, part: Code, hint: str) -> Code:
        self.values.append(part)
        self.hints.append(hint)
        return Hole(len(self.values) - 1)


# --- merging ------------------------------------------------------------------------------------


def merge(graphs: Sequence[Graph], drafts: Sequence[Draft]) -> Class:
    """One class for drafts that are equal but for literals."""
    skeletons = [_Skeleton(d) for d in drafts]
    first = skeletons[0]
    chooser = _Parameters(graphs, drafts[0].tree.children)
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
        name, list(graphs), replace(drafts[0], init=init, forward=forward), parameters, rows
    )


def complete(call: Call) -> Call:
    """The call with the defaults spelled out that it leaves to PyTorch."""
    known = defaults(call.function)
    if not known:
        return call
    given = dict(call.kwargs)
    positional_names = positional(call.function)[: len(call.args)]
    extra = {k: v for k, v in given.items() if k not in known}
    filled = {k: given.get(k, v) for k, v in known.items() if k not in positional_names}
    return call.replace(kwargs=tuple((extra | filled).items()))


def prune(call: Call) -> Call:
    """The call without what is PyTorch's default anyway."""
    known = defaults(call.function)
    kept = tuple((k, v) for k, v in call.kwargs if k not in known or not _same(v, known[k]))
    return call.replace(kwargs=kept)


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _on_self(code: Code, stored: dict[str, None]) -> Code:
    """An expression over parameters as one over the attributes that keep them."""
    match code:
        case Raw(name):
            stored[name] = None
            return Attr(Raw("self"), name)
        case Infix(operator, left, right):
            return Infix(operator, _on_self(left, stored), _on_self(right, stored))
    return code


def _storing(init: tuple[Statement, ...], names: Iterable[str]) -> tuple[Statement, ...]:
    keep = tuple(Assign((f"self.{name}",), Raw(name)) for name in names)
    if not keep:
        return init
    first = init[:1] or (Assign((), Call("super().__init__")),)
    return (*first, *keep, *init[1:])


class _Parameters:
    """Chooses the parameters of a class, and how its numbers follow from them."""

    def __init__(self, graphs: Sequence[Graph], attributes: Iterable[str]) -> None:
        self.taken = set(attributes)
        self.columns: dict[str, Row] = {}
        self.defaults: dict[str, tuple[Any, ...]] = {}
        self.origins: dict[str, str] = {}
        self.arguments = _arguments(graphs)
        self.inputs = _input_sizes(graphs)

    def code(self, column: Row, hint: str) -> Code:
        """A literal that all share, a parameter, or an expression over parameters."""
        if all(_same(value, column[0]) for value in column):
            return column[0]
        own, inputs = self.arguments, self.inputs
        takes_input = hint.startswith("in_")
        return (
            self.equal(own, column, hint)
            or (takes_input and self.equal(inputs, column, hint))
            or self.derived(own, column)
            or self.equal(inputs, column, hint)
            or self.equal(self.columns, column, hint)
            or self.derived(own | inputs, column)
            or self.add(hint or "value", column, hint)
        )

    def equal(self, known: Mapping[str, Row], column: Row, hint: str) -> Code | None:
        """A known number that is the same in every instance, as a parameter."""
        names = (name for name, values in known.items() if _equal(values, column))
        name = next(names, None)
        return None if name is None else self.add(name, column, hint)

    def add(self, wish: str, column: Row, hint: str = "") -> Raw:
        """A parameter: the one of this name and numbers if there is one, else a new one."""
        for name, origin in self.origins.items():
            if origin == wish and _equal(self.columns[name], column):
                return Raw(name)
        name = numbered(variable(wish), {*self.columns, *self.taken})
        self.origins[name] = wish
        self.columns[name] = column
        usual = USUAL.get(hint)
        if any(_same(value, usual) for value in column):
            self.defaults[name] = (usual,)
        return Raw(name)

    def derived(self, numbers: Mapping[str, Row], column: Row) -> Code | None:
        """``width * 4``, ``in_channels // 2``, ``in_channels + growth``."""
        known = {k: v for k, v in numbers.items() if _varies(v)}
        if not all(type(v) is int for v in column):
            return None
        for name, base in known.items():
            ratio = _ratio(column, base)
            if ratio:
                return Infix("*", self.known(name, base), ratio)
            ratio = _ratio(base, column)
            if ratio:
                return Infix("//", self.known(name, base), ratio)
        for name, base in known.items():
            for other, step in known.items():
                if name < other and _equal(
                    tuple(a + b for a, b in zip(base, step, strict=True)), column
                ):
                    return Infix("+", self.known(name, base), self.known(other, step))
        return None

    def known(self, name: str, column: Row) -> Code:
        """An argument or input size as a parameter."""
        return self.code(column, name)

    def ordered(self) -> tuple[list[Parameter], list[str]]:
        """The input's size first, then the block's own in its order, defaults last."""
        wanted = [*self.inputs, *self.arguments]
        places = {name: i for i, name in enumerate(wanted)}

        def place(name: str) -> tuple[bool, int]:
            return name in self.defaults, places.get(self.origins[name], len(places))

        order = sorted(self.columns, key=place)
        parameters = [Parameter(n, _hint(self.columns[n]), self.defaults.get(n, ())) for n in order]
        return parameters, order


def _arguments(graphs: Sequence[Graph]) -> dict[str, Row]:
    """The block's parameters that are numbers in every instance."""
    columns: dict[str, Row] = {}
    for name, _ in graphs[0].arguments:
        column = tuple(_plain(dict(g.arguments).get(name)) for g in graphs)
        if all(is_literal(v) and v is not None for v in column):
            columns[name] = column
    return columns


def _plain(value: object) -> object:
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _input_sizes(graphs: Sequence[Graph]) -> dict[str, Row]:
    """The channels (or features) of the first input."""
    if not graphs[0].inputs:
        return {}
    shapes = [g.inputs[0].type.shape for g in graphs]
    rank = len(shapes[0])
    if rank < 2 or any(len(s) != rank for s in shapes):
        return {}
    column = tuple(s[1] if rank > 3 else s[-1] for s in shapes)
    name = {2: "in_features", 3: "dim"}.get(rank, "in_channels")
    return {name: column}


def _varies(column: Row) -> bool:
    return all(type(v) is int for v in column) and len(set(column)) > 1


def _equal(a: Row, b: Row) -> bool:
    return all(_same(x, y) for x, y in zip(a, b, strict=True))


def _ratio(column: Row, base: Row) -> int:
    """``k`` > 1 where the column is the base ``k`` times; else 0."""
    if not all(base):
        return 0
    k = int(column[0] // base[0])
    return k if k > 1 and all(c == b * k for c, b in zip(column, base, strict=True)) else 0


def _hint(column: Row) -> str:
    return " | ".join(dict.fromkeys(_hint_of(v) for v in sorted(column, key=_rank)))


def _rank(value: object) -> int:
    return value is None


def _hint_of(value: object) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple | list):
        items = [_hint_of(v) for v in value]
        return (
            f"{type(value).__name__}[{', '.join(items) if isinstance(value, tuple) else items[0]}]"
        )
    return type(value).__name__


def _construct(made: Class, row: Row) -> Call:
    """``Basic(64, 128, stride=2)``: sizes by position, the rest by name."""
    args: list[Code] = []
    kwargs: list[tuple[str, Code]] = []
    for parameter, value in zip(made.parameters, row, strict=True):
        if kwargs or parameter.default or not _POSITIONAL.fullmatch(parameter.hint):
            kwargs.append((parameter.name, value))
        else:
            args.append(value)
    return prune(Call(made.name, tuple(args), tuple(kwargs)))


_POSITIONAL: Final = re.compile(r"int|tuple\[.*\]|int \| tuple\[.*\]")


# --- names --------------------------------------------------------------------------------------


def _name_classes(classes: Sequence[Class], places: Mapping[int, str]) -> None:
    """The root first; then of each block's variants the simplest has the block's name."""
    helpers = {h.name for c in classes for h in c.draft.helpers}
    taken = {*IN_SCOPE, *helpers}
    families: dict[str, list[Class]] = {}
    for made in (classes[-1], *classes[:-1]):
        families.setdefault(_family(made.graph, places), []).append(made)
    for family, variants in families.items():
        for made, wish in _wishes(family, variants, classes[-1]):
            made.name.text = numbered(wish, taken)
            taken.add(made.name.text)


def _family(graph: Graph, places: Mapping[int, str]) -> str:
    """What classes of one block, or of groups with one label, have in common: ``Layer``."""
    if graph.kind != "group":
        return camel(graph.name) or "Net"
    label = graph.name.rstrip("0123456789._") or one_of(places[id(graph)])
    return camel(label) or "Group"


def _places(root: Graph) -> dict[int, str]:
    """Where each graph is called first, as far as labels say: ``branches.0``."""
    found: dict[int, str] = {id(root): ""}
    waiting = [root]
    while waiting:
        graph = waiting.pop()
        for node in graph.nodes:
            inner = graph_of(node)
            if inner is not None and id(inner) not in found:
                found[id(inner)] = f"{found[id(graph)]}.{node.path}"
                waiting.append(inner)
    return found


def _wishes(family: str, variants: Sequence[Class], root: Class) -> Iterator[tuple[Class, str]]:
    """``Basic``, and ``BasicDownsample`` for the one with that label besides."""
    children = {id(v): set(v.draft.tree.children) for v in variants}
    if variants[0] is root:
        yield root, family
        variants, family = variants[1:], f"{family}Block"
    simplest: Class | None = None
    for made in variants:
        if simplest is None and all(children[id(made)] <= c for c in children.values()):
            simplest = made
    if simplest is not None:
        yield simplest, family
    for made in variants:
        if made is not simplest:
            extra = children[id(made)] - children[id(simplest)] if simplest is not None else set()
            label = extra.pop() if len(extra) == 1 else ""
            yield made, family + ("" if label[-1:].isdigit() else camel(label))
