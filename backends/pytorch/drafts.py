"""A graph as a class to be: what ``__init__`` builds and what ``forward`` computes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Protocol

from ...compiler.dims import Dim, Size, substitute, symbol, symbols
from ...compiler.ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    Value,
    WeightOp,
    layer_weights,
    piped,
)
from ...compiler.layer import Refused
from ...compiler.lowering import (
    Attr,
    Call,
    Code,
    Device,
    Helper,
    Infix,
    Input,
    Lowering,
    Raw,
    Self,
    Subscript,
)
from .errors import refusal, reserved_name
from .expressions import dim_code
from .forward import Loop, Step, body, fan_out
from .inits import Uniform, initialise
from .modules import (
    Item,
    Tree,
    access,
    construct,
    copies,
    fill,
    members,
    numbered_name,
    numbers,
    plant,
    sequential,
)
from .names import LIST_METHODS, attribute, numbered, reserved, variable
from .rolling import Runs, roll, roll_init
from .statements import Assign, Statement, Var, do, rebuild

MOST_SPELLED_OUT: Final = 3
"""Copies ``conv1``, ``conv2``, ... that get a line each; more are made in a loop."""


@dataclass(frozen=True)
class Draft:
    """A class without its name. ``forward`` is None where the base class has it; ``outers`` and
    ``sizes`` are further arguments: modules handed in, and sizes that no input tells."""

    base: str
    init: tuple[Statement, ...]
    arguments: tuple[str, ...]
    outers: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[str, str], ...]
    forward: tuple[Statement, ...] | None
    results: int
    helpers: tuple[Helper, ...]
    tree: Tree = field(compare=False)

    @property
    def plain(self) -> bool:
        """Whether instances can be called as ``nn.Sequential`` calls its members."""
        return len(self.arguments) == 1 == self.results and not self.outers and not self.sizes


class Classes(Protocol):
    """What a graph needs to know of the graphs that it calls."""

    def draft(self, graph: Graph) -> Draft:
        """The called graph's class to be."""

    def constructor(self, graph: Graph) -> Call:
        """How an instance is made: ``Basic(64, stride=2)``, or ``nn.Sequential(...)``."""


def make_draft(graph: Graph, classes: Classes, skip: Uniform) -> Draft:
    """``skip`` tells the layers whose initialisers are given elsewhere."""
    return _Drafter(graph, classes).draft(skip)


class _Drafter:
    """Drafts one graph."""

    def __init__(self, graph: Graph, classes: Classes) -> None:
        self.graph = graph
        self.classes = classes
        self.lowerings: dict[str, Lowering] = {}
        self.nodes = self._with_paths(c for node in graph.nodes for c in _spelled_out(node))
        self.running = [n for n in self.nodes if not n.idle and not isinstance(n.op, InputOp)]
        self.demanded: dict[str, str] = {}
        self.targets: set[str] = set()
        self.loops: tuple[Runs, ...] = ()
        alone = graph.kind == "group" and len(graph.inputs) == 1
        self.arguments = self._unique(["x"] if alone else [p.name for p in graph.inputs])
        self.outers = dict(zip(graph.outer, self._unique(graph.outer, self.arguments), strict=True))
        self.made = self._made()
        self.tree = plant(((n.path, self._item(n)) for n in self.made), root=True)
        self._check_names(self.tree)

    @staticmethod
    def _unique(wishes: Iterable[str], before: tuple[str, ...] = ()) -> tuple[str, ...]:
        names: list[str] = []
        for wish in wishes:
            names.append(variable(wish or "x", {*names, *before}))
        return tuple(names)

    def _with_paths(self, nodes: Iterable[Node]) -> list[Node]:
        """Constants without a label get a name for their buffer, which no checkpoint sees."""
        found = list(nodes)
        taken = {n.path.partition(".")[0] for n in found}
        for i, node in enumerate(found):
            if isinstance(node.op, LayerOp) and not node.path and self.lowering(node).module:
                path = numbered(f"{node.op.layer.word}1", taken)
                taken.add(path)
                found[i] = node.replace(path=path)
        return found

    # --- modules ---------------------------------------------------------------------------------

    def _made(self) -> list[Node]:
        """The nodes that bring a module, parameter or buffer; one for each path."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            if node.path and not node.outer and self._brings(node):
                found.setdefault(node.path, node)
        return list(found.values())

    def _brings(self, node: Node) -> bool:
        if isinstance(node.op, LayerOp):
            return self.lowering(node).module is not None
        return isinstance(node.op, CallOp)

    def _item(self, node: Node) -> Item:
        if isinstance(node.op, CallOp):
            code = self.classes.constructor(node.op.graph)
            return Item(code, node, node.count, self.classes.draft(node.op.graph).tree)
        code_or_none = self.lowering(node).module
        assert code_or_none is not None
        return Item(code_or_none, node, node.count)

    def lowering(self, node: Node) -> Lowering:
        """The PyTorch form of a layer. Raises CompileError where it has none."""
        assert isinstance(node.op, LayerOp)
        if node.key not in self.lowerings:
            try:
                self.lowerings[node.key] = node.op.layer.lower(*piped(node))
            except Refused as refused:
                raise refusal(refused, node.span) from None
        return self.lowerings[node.key]

    def _check_names(self, tree: Tree) -> None:
        for name, child in tree.children.items():
            listed = name in LIST_METHODS and (tree.sequential or tree.kind == "list")
            if reserved(name) or listed:
                raise reserved_name(name, child.node.span if isinstance(child, Item) else None)
            if isinstance(child, Tree):
                self._check_names(child)

    # --- chains ----------------------------------------------------------------------------------

    def is_plain(self, node: Node) -> bool:
        """Whether the node calls a module on one tensor for one tensor, and no more."""
        if node.outer or not node.path or len(node.inputs) != 1 or len(node.types) != 1:
            return False
        if isinstance(node.op, CallOp):
            return self.classes.draft(node.op.graph).plain
        if not isinstance(node.op, LayerOp):
            return False
        lowering = self.lowering(node)
        return lowering.module is not None and lowering.forward is None

    def is_chain(self) -> bool:
        """Whether the graph is what ``nn.Sequential`` does with its members."""
        if not self.graph.sequential or self.graph.ties or self.graph.outer:
            return False
        items = list(self.tree.children.values())
        in_order = [c.node.key for c in items if isinstance(c, Item)]
        return (
            in_order == [n.key for n in self.running]
            and len(items) == len(in_order) == len(self.made)
            and all(map(self.is_plain, self.running))
            and not LIST_METHODS & self.tree.children.keys()
        )

    def _fold(self) -> dict[str, tuple[Tree, str, Node]]:
        """Containers that one call runs: by their last node's key, with path and first node;
        the other nodes' keys map to the container too, so that they are skipped."""
        uses = Counter(v for n in self.running for v in n.inputs)
        uses.update(self.graph.results)
        order = {n.key: i for i, n in enumerate(self.running)}
        paths = Counter(n.path for n in self.running)
        found: dict[str, tuple[Tree, str, Node]] = {}
        for path, tree in _containers(self.tree):
            nodes = [c.node for c in tree.children.values() if isinstance(c, Item)]
            if (
                tree.kind == "list"
                and len(nodes) == len(tree.children)
                and all(n.key in order and paths[n.path] == 1 and self.is_plain(n) for n in nodes)
                and _follow(nodes, order, uses)
            ):
                tree.sequential = True
                found |= {n.key: (tree, path, nodes[0]) for n in nodes}
        return found

    # --- the class --------------------------------------------------------------------------------

    def draft(self, skip: Uniform) -> Draft:
        chain = self.is_chain() and (self.graph.kind == "group" or self.tree.kind == "list")
        forward: tuple[Statement, ...] | None = None
        if chain:
            self.tree.sequential = True
        else:
            forward = self._forward()
        base = "nn.Sequential" if chain else "nn.ModuleList" if self._is_list() else "nn.Module"
        extra = {s: n for s, n in self.demanded.items() if self._derived(s) is None}
        return Draft(
            base=base,
            init=tuple(self._init(base, skip)),
            arguments=self.arguments,
            outers=tuple(self.outers.items()),
            sizes=tuple(extra.items()),
            forward=forward,
            results=len(self.graph.results),
            helpers=self._helpers(),
            tree=self.tree,
        )

    def _helpers(self) -> tuple[Helper, ...]:
        used = (h for low in self.lowerings.values() for h in low.helpers)
        return tuple(dict.fromkeys(used))

    def _is_list(self) -> bool:
        return bool(self.tree.children) and self.tree.kind == "list"

    def _init(self, base: str, skip: Uniform) -> Iterator[Statement]:
        """The statements of ``__init__``; none where there is nothing to build."""
        if not self.tree.children:
            return
        if base == "nn.Sequential":
            yield do(Call("super().__init__", sequential(self.tree).args), self.graph.span)
        elif base == "nn.ModuleList":
            items = list(members(self.tree))
            yield do(Call("super().__init__", (items,)), self.graph.span)
            yield from fill(self.tree, "self")
        else:
            yield do(Call("super().__init__"))
            yield from roll_init(list(construct(self.tree)), self.loops)
        for tie in self.graph.ties:
            target = self._weight(tie.path, tie.weight)
            yield Assign((target,), Raw(self._weight(tie.source, tie.source_weight)))
        yield from initialise(self.tree, skip)

    def _weight(self, module: str, weight: str) -> str:
        """A weight's expression. Modules handed in from outside go by their argument."""
        first, _, rest = module.partition(".")
        if first in self.outers:
            owner = self.outers[first]
            names = [*filter(None, rest.split("."))]
        else:
            owner, names = access(self.tree, module), []
        for name in (*names, *filter(None, weight.split("."))):
            owner = attribute(owner, name)
        return owner

    # --- forward ---------------------------------------------------------------------------------

    def _forward(self) -> tuple[Statement, ...]:
        aliases: dict[Value, Code] = {}
        steps = list(self._steps(aliases))
        for owner, target, called in self._branches():
            steps = fan_out(steps, owner, target, called)
        rolled = roll(steps, self.graph.results, list(construct(self.tree)))
        self.loops = rolled.loops
        inputs = {Value(n.key): name for n, name in zip(self.nodes, self.arguments, strict=False)}
        top = [
            Assign((name,), code)
            for s, name in self.demanded.items()
            if (code := self._derived(s)) is not None
        ]
        helpers = {h.name for h in self._helpers()}
        taken = frozenset({*self.outers.values(), *self.demanded.values(), *self.targets, *helpers})
        return (*top, *body(rolled.steps, rolled.results, inputs, aliases, taken))

    def _steps(self, aliases: dict[Value, Code]) -> Iterator[Step]:
        folded = self._fold()
        for node in self.running:
            if node.key in folded:
                yield from self._folded_step(node, *folded[node.key])
            elif node.count > 1:
                yield self._loop_step(node)
            else:
                step = self._step(node)
                if isinstance(step.code, Raw) or _is_attribute(step.code):
                    aliases[step.outputs[0]] = step.code
                else:
                    yield step

    def _branches(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """The lists of modules: their expression, a name for one, and the members' expressions."""
        for path, tree in _containers(self.tree):
            if tree.kind == "list" and not tree.sequential and len(tree.children) > 1:
                names = [f"{path}.{name}" for name in tree.children]
                target = variable(one_of(path), {*self.arguments, *self.outers.values()})
                members = tuple(access(self.tree, name) for name in names)
                yield access(self.tree, path), target, members

    def _folded_step(self, node: Node, tree: Tree, path: str, first: Node) -> Iterator[Step]:
        last = list(tree.children.values())[-1]
        if isinstance(last, Item) and last.node.key == node.key:
            code = Call(Raw(access(self.tree, path)), (Var(first.inputs[0]),))
            yield replace(self._named(node, code, calls=True), label=_plain_label(path), auto="")

    def _step(self, node: Node) -> Step:
        if isinstance(node.op, WeightOp):
            return self._named(node, Raw(self._weight(node.op.module, node.op.weight)), calls=False)
        inputs = tuple(map(Var, node.inputs))
        code = self._code(node, self._self(node), inputs)
        return self._named(node, code, calls=self._calls(node))

    def _named(self, node: Node, code: Code, *, calls: bool) -> Step:
        label, auto = _labels(node)
        outputs = tuple(Value(node.key, i) for i in range(len(node.types)))
        nested = self.lowering(node).nested if isinstance(node.op, LayerOp) else ()
        return Step(code, outputs, node.names, label, auto, calls, nested, span=node.span)

    def _calls(self, node: Node) -> bool:
        if isinstance(node.op, CallOp):
            return True
        module = self.lowering(node).module
        return module is not None and module.function not in ("nn.Parameter", "nn.Buffer")

    def _self(self, node: Node) -> str:
        if node.outer:
            return self.outers[node.path]
        return access(self.tree, node.path) if node.path else "self"

    def _code(self, node: Node, own: str, inputs: tuple[Code, ...]) -> Code:
        """The node's expression over the codes of its inputs."""
        if isinstance(node.op, CallOp):
            code: Code = Call(
                Self(), tuple(map(Input, range(len(inputs)))), self._extra(node, node.op)
            )
        else:
            forward = self.lowering(node).forward
            every = tuple(map(Input, range(len(inputs))))
            code = Call(Self(), every) if forward is None else forward

        def leaf(part: Code, _: str) -> Code:
            if isinstance(part, Size):
                return dim_code(part, {s: self._size(s, node, inputs) for s in symbols(part)})
            if isinstance(part, Input):
                return inputs[part.index]
            if isinstance(part, Device):
                return self._device()
            return Raw(own) if isinstance(part, Self) else part

        return rebuild(code, leaf)

    def _device(self) -> Code:
        """Where tensors made from nothing live: where the inputs do, else where the weights do."""
        if self.arguments:
            return Attr(Raw(self.arguments[0]), "device")
        weights = any(not w.buffer for n in self.made for w in layer_weights(n).values())
        return Raw("next(self.parameters()).device" if weights else "None")

    def _extra(self, node: Node, op: CallOp) -> tuple[tuple[str, Code], ...]:
        """The arguments of a call besides the tensors: modules handed on, and sizes."""
        called = self.classes.draft(op.graph)
        handed = dict(node.outers)
        outers = [(name, Raw(self._outer(handed[outer]))) for outer, name in called.outers]
        values = dict(op.sizes)
        sizes = [(name, values.get(s, symbol(s))) for s, name in called.sizes]
        return (*outers, *sizes)

    def _outer(self, path: str) -> str:
        return self.outers[path] if path in self.outers else access(self.tree, path)

    # --- sizes -----------------------------------------------------------------------------------

    def _size(self, name: str, node: Node, inputs: tuple[Code, ...]) -> Code:
        """The expression of a symbol: an axis of the node's own input, else bound on top."""
        for code, taken in zip(inputs, node.takes, strict=False):
            for axis, dim in enumerate(taken.shape):
                if dim == symbol(name):
                    return Subscript(Attr(code, "shape"), (axis,))
        if name not in self.demanded:
            self.demanded[name] = variable(name, {*self.arguments, *self.outers.values()})
        return Raw(self.demanded[name])

    def _derived(self, name: str) -> Code | None:
        """A symbol as an expression over the inputs' shapes, if they tell it."""
        found: Code | None = None
        for argument, port in zip(self.arguments, self.graph.inputs, strict=True):
            for axis, dim in enumerate(port.type.shape):
                code = Subscript(Attr(Raw(argument), "shape"), (axis,))
                if dim == symbol(name):
                    return code
                found = found or _solved(name, dim, code)
        return found

    # --- repeats ---------------------------------------------------------------------------------

    def _loop_step(self, node: Node) -> Step:
        count = _carried(node)
        carried = (Value(node.key, i) for i in range(count))
        inputs = (*map(Var, carried), *map(Var, node.inputs[count:]))
        target, iterable, own = self._copies(node)
        one = self._named(node, self._code(node, own, inputs), calls=True)
        start = tuple(map(Var, node.inputs[:count]))
        loop = Loop(target, iterable, start, (replace(one, names=(), label="", auto=""),))
        return Step((), one.outputs, node.names, loop=loop, span=node.span)

    def _copies(self, node: Node) -> tuple[str, Code, str]:
        """How a loop goes through the copies: target, iterable, and one copy's expression."""
        scope, _, last = node.path.rpartition(".")
        tree = _subtree(self.tree, scope)
        owner = access(self.tree, scope) if scope else "self"
        if tree.kind == "list" and len(tree.children) == 1:
            name = variable(one_of(scope), {*self.arguments, *self.outers.values()})
            self.targets.add(name)
            return name, Raw(owner), name
        stem = last.rstrip("0123456789")
        if tree.kind == "list":
            own = f"{owner}[i]"
        elif tree.kind == "dict":
            own = f"{owner}[{numbered_name(stem).text}]"
        else:
            own = f"getattr({owner}, {numbered_name(stem).text})"
        return "i", numbers(last, node.count), own


def _spelled_out(node: Node) -> Iterator[Node]:
    """A few copies under names (``conv1``, ``conv2``) as nodes of their own."""
    last = node.path.rpartition(".")[2]
    if not 1 < node.count <= MOST_SPELLED_OUT or last.isdigit():
        yield node
        return
    carried = _carried(node)
    keys = [f"{node.key}~{i}" for i in range(1, node.count)] + [node.key]
    inputs = node.inputs
    for path, key in zip(copies_of(node), keys, strict=True):
        names = node.names if key == node.key else ()
        yield node.replace(key=key, path=path, count=1, inputs=inputs, names=names)
        inputs = (*(Value(key, i) for i in range(carried)), *node.inputs[carried:])


def _carried(node: Node) -> int:
    """How many results of a copy go into the next one: side results do not."""
    side = isinstance(node.op, LayerOp) and node.op.layer.results == "side"
    return 1 if side else len(node.types)


def copies_of(node: Node) -> list[str]:
    return copies(node.path, node.count)


def _containers(tree: Tree, prefix: str = "") -> Iterator[tuple[str, Tree]]:
    for name, child in tree.children.items():
        if isinstance(child, Tree):
            yield prefix + name, child
            yield from _containers(child, f"{prefix}{name}.")


def _subtree(tree: Tree, path: str) -> Tree:
    for name in filter(None, path.split(".")):
        child = tree.children[name]
        assert isinstance(child, Tree)
        tree = child
    return tree


def _follow(nodes: list[Node], order: dict[str, int], uses: Counter[Value]) -> bool:
    """Whether the nodes run one right after the other, each on the one before alone."""
    for before, node in pairwise(nodes):
        value = Value(before.key)
        if order[node.key] != order[before.key] + 1 or node.inputs != (value,) or uses[value] != 1:
            return False
    return True


def _is_attribute(code: Code) -> bool:
    return isinstance(code, Attr) and (isinstance(code.value, Raw) or _is_attribute(code.value))


def _labels(node: Node) -> tuple[str, str]:
    """The label that the spec gave, or the name that the compiler numbered."""
    last = node.path.rpartition(".")[2]
    words: tuple[str, ...] = ()
    if isinstance(node.op, LayerOp):
        words = (node.op.layer.word, *node.op.layer.aliases)
    elif isinstance(node.op, CallOp):
        words = (node.op.graph.name,)
    if any(re.fullmatch(rf"{re.escape(word)}\d+", last) for word in words):
        return "", last
    return _plain_label(node.path), ""


def _plain_label(path: str) -> str:
    last = path.rpartition(".")[2]
    return last if last.isidentifier() else ""


def one_of(path: str) -> str:
    """A name for one of the modules in a container: ``layer`` of ``layers``, ``branch`` of
    ``branches``."""
    named = [part for part in path.split(".") if part and not part.isdigit()]
    return _singular(named[-1]) if named else "module"


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if re.search(r"(ch|sh|x|ss)es$", name):
        return name[:-2]
    return name[:-1] if len(name) > 3 and re.search(r"[^s]s$", name) else name


def _solved(name: str, dim: Dim, code: Code) -> Code | None:
    """The symbol from ``dim == code``, where the dim is linear in it and in nothing else."""
    if not isinstance(dim, Size) or symbols(dim) != (name,):
        return None
    rest = substitute(dim, {name: 0})
    factor = substitute(dim, {name: 1}) - rest
    if not isinstance(factor, int) or factor <= 0 or dim != symbol(name) * factor + rest:
        return None
    shifted = Infix("-", code, rest) if rest else code
    return Infix("//", shifted, factor) if factor > 1 else shifted
