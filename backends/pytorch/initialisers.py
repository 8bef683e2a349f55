"""Initialisers as statements of ``__init__``: a line each, or a loop if many modules share one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from ...compiler.ir import Graph, Node, layer_weights, piped
from ...compiler.layer import Init, Refused
from ...compiler.lowering import CallCode, Code, Imported, Infix, Raw
from ...grammar.record import Record
from ...grammar.source import Span
from ..python.method_statements import Assignment, ForLoop, If, Statement, do
from .modules import (
    TENSORS,
    Item,
    Tree,
    each,
    is_attribute,
    numbered_name,
    numbers,
    parameter,
    submodule,
)
from .nodes import graphs_in, layer_of
from .refusals import failure, refusal

MOST_LINES: Final = 3
"""The most modules with one initialiser that get a line each; more share a loop."""

Inits: TypeAlias = Mapping[str, Init]
Place: TypeAlias = tuple[str, Item, str]
"""The path of a module, the module, and its weight."""


class Uniform(Record):
    """The initialisers that all layers of a PyTorch class share in the whole net, by the class's
    name; ``optional`` are the weights among theirs that only some of these layers have."""

    inits: Mapping[str, Inits]
    optional: frozenset[tuple[str, str]] = frozenset()

    def covers(self, item: Item) -> bool:
        return item.code.function in self.inits

    def statements(self) -> Iterator[Statement]:
        """A loop over all modules of the net that sets them."""
        alike: dict[tuple[Statement, ...], list[str]] = {}
        for function, inits in self.inits.items():
            body = tuple(s for w, i in inits.items() for s in self._one(function, w, i))
            alike.setdefault(body, []).append(function)
        tests = [
            If(_isinstance(sorted(functions)), body, "elif" if i else "if")
            for i, (body, functions) in enumerate(alike.items())
        ]
        if tests:
            yield ForLoop("module", CallCode("self.modules"), tuple(tests))

    def _one(self, function: str, weight: str, init: Init) -> Iterator[Statement]:
        optional = (function, weight) in self.optional
        functions = [f for f, inits in self.inits.items() if weight in inits]
        typed = optional or all(_typed(f, weight) for f in functions)
        target = f"module.{weight}" if typed else parameter("module", "", weight)
        statement = _call(target, init, None)
        if optional:
            statement = If(Infix("is not", Raw(f"module.{weight}"), None), (statement,))
        yield statement


def _isinstance(classes: Sequence[str]) -> Code:
    options = tuple(map(Raw, classes))
    return CallCode("isinstance", (Raw("module"), options if len(options) > 1 else options[0]))


def uniform(root: Graph) -> Uniform:
    """The initialisers that one walk over the modules of the net can set."""
    nodes = [n for g in _graphs(root) for n in g.nodes if layer_of(n) and n.path]
    if not any(op.layer.inits() for n in nodes if (op := layer_of(n))):
        return Uniform({})
    alike: dict[str, list[Node]] = {}
    for node in nodes:
        alike.setdefault(_function(node), []).append(node)
    if any(_OPAQUE.match(function) for function in alike):
        return Uniform({})
    common = {f: inits for f, group in alike.items() if (inits := _common(f, group))}
    optional = {
        (f, w) for f, i in common.items() for w in i for n in alike[f] if w not in layer_weights(n)
    }
    return Uniform(common, frozenset(optional))


_OPAQUE: Final = re.compile(r"nn\.(MultiheadAttention|Transformer.*)|(?!nn\.|$).*")
"""Modules that contain PyTorch modules of their own, which a walk would reach too."""


def _graphs(root: Graph) -> list[Graph]:
    graphs = {id(root): root}
    waiting = [root]
    while waiting:
        inner = graphs_in(waiting.pop())
        waiting += [g for g in inner if id(g) not in graphs]
        graphs |= {id(g): g for g in inner}
    return list(graphs.values())


def _function(node: Node) -> str:
    """The name of the PyTorch class that a layer constructs, empty if it constructs none."""
    op = layer_of(node)
    assert op is not None
    try:
        module = op.layer.lower(*piped(node)).module
    except Refused as refused:
        raise refusal(refused, node.span) from None
    if module is not None and isinstance(module.function, Imported):
        return f"extern {module.function.target}"
    return module.function if module is not None and isinstance(module.function, str) else ""


def _common(function: str, nodes: Sequence[Node]) -> Inits:
    """The initialisers that all these layers share; none if the layers are few."""
    ops = [op for n in nodes if (op := layer_of(n))]
    inits = ops[0].layer.inits()
    lazy = function.startswith("nn.Lazy")
    tied = any(op.tied for op in ops)
    few = sum(n.count for n in nodes) <= MOST_LINES
    if lazy or few or tied or not function.startswith("nn.") or function in TENSORS:
        return {}
    weights = [layer_weights(n) for n in nodes]
    used = {w: i for w, i in inits.items() if any(w in own for own in weights)}
    shared = all(op.layer.inits() == inits for op in ops) and used.keys() <= {"weight", "bias"}
    return used if shared else {}


def inits_of(item: Item) -> Inits:
    """The initialisers of the weights that a layer has."""
    op = layer_of(item.node)
    if op is None:
        return {}
    weights = layer_weights(item.node)
    return {k: v for k, v in op.layer.inits().items() if k in weights and k not in op.tied}


def initialise(tree: Tree, skip: Uniform) -> Iterator[Statement]:
    """The statements for all layers of a class and of the groups inside it."""
    grouped: dict[tuple[str, Init], list[Place]] = {}
    loops: list[Statement] = []
    for path, item in _single(tree, "self", "", skip, loops):
        for weight, init in inits_of(item).items():
            kind = "bias" if "bias" in weight else weight and "weight"
            grouped.setdefault((kind, init), []).append((path, item, weight))
    for (_, init), places in grouped.items():
        yield from _group(init, places)
    yield from loops


def _single(
    tree: Tree, base: str, path: str, skip: Uniform, loops: list[Statement]
) -> Iterator[tuple[str, Item]]:
    """The layers that are not repeated, with their paths. ``loops`` gets statements for repeats."""
    for name, child in tree.children.items():
        if isinstance(child, Item) and child.count > 1:
            loops += _repeated(tree, base, path, child, skip)
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(child, Tree):
            yield from _single(child, base, here, skip, loops)
        elif child.inside is not None and child.code.function == "nn.Sequential":
            yield from _single(child.inside, base, here, skip, loops)
        elif not skip.covers(child):
            _check(child)
            yield here, child


def _repeated(tree: Tree, base: str, path: str, item: Item, skip: Uniform) -> Iterator[Statement]:
    inside = Tree({"": Item(item.code, item.node, inside=item.inside)})
    loops: list[Statement] = []
    body = [
        _call(parameter("module", here, weight), init, layer.node.span)
        for here, layer in _single(inside, "module", "", skip, loops)
        for weight, init in inits_of(layer).items()
    ]
    if not body and not loops:
        return
    if tree.kind == "list" and len(tree.children) == 1:
        yield ForLoop("module", Raw(each(base, path)), (*body, *loops), item.node.span)
        return
    bind = Assignment(("module",), Raw(_one_of_many(tree, base, path, item)))
    yield ForLoop("i", numbers(item.node), (bind, *body, *loops), item.node.span)


def _one_of_many(tree: Tree, base: str, path: str, item: Item) -> str:
    owner = submodule(base, path)
    if tree.kind == "list" and (owner == base or is_attribute(base, path)):
        return f"{owner}[i]"
    return f"getattr({owner}, {numbered_name(item.node).text})"


def _group(init: Init, places: Sequence[Place]) -> Iterator[Statement]:
    if len(places) <= MOST_LINES:
        for path, item, weight in places:
            target = parameter("self", path, weight, typed=_typed(item.code.function, weight))
            yield _call(target, init, item.node.span)
    elif _alike(places):
        weight = places[0][2]
        modules = tuple(Raw(submodule("self", path)) for path, _, _ in places)
        variable, target = ("module", f"module.{weight}") if weight else ("weight", "weight")
        yield ForLoop(variable, modules, (_call(target, init, None),))
    else:
        names = tuple(".".join(filter(None, (path, weight))) for path, _, weight in places)
        yield ForLoop("name", names, (_call("self.get_parameter(name)", init, None),))


def _alike(places: Sequence[Place]) -> bool:
    """Whether a loop over the modules can name their weight as an attribute."""
    weights = {(item.code.function, weight) for _, item, weight in places}
    typed = all(_typed(*weight) for weight in weights)
    return typed and len(weights) == 1 and all(is_attribute("self", p) for p, _, _ in places)


def _typed(function: Code, weight: str) -> bool:
    """Whether ``module.weight`` is a tensor for type checkers. The bias of a convolution may be
    None for them, and the types of other names are unknown."""
    conv = isinstance(function, str) and re.match(r"nn\.(Lazy)?Conv", function)
    return weight in ("", "weight") or (weight == "bias" and not conv)


def _call(target: str, init: Init, span: Span | None) -> Statement:
    return do(CallCode(f"nn.init.{init.name}_", (Raw(target),), init.settings), span)


def _check(item: Item) -> None:
    if str(item.code.function).startswith("nn.Lazy") and inits_of(item):
        raise failure(
            "E401",
            "an initialiser needs the weight's shape when the module is built",
            item.node.span,
            "give the input's shape: `input(3x224x224)`, or `--input 3x224x224`",
        )
