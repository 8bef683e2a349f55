"""A graph as a class to be: what ``__init__`` builds and what ``forward`` computes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
    ScanOp,
    Value,
    WeightOp,
    called,
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
from ...compiler.types import TensorType
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
from .statements import Assign, Statement, Var, do, rebuild, replace_variables

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
        self.used = {*graph.results, *(v for n in self.running for v in n.inputs)}
        self.demanded: dict[str, Value] = {}
        self.unknown: dict[str, str] = {}
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
        op, _ = called(node)
        return isinstance(op, CallOp) or (
            isinstance(op, LayerOp) and self.lowering(node).module is not None
        )

    def _item(self, node: Node) -> Item:
        op, _ = called(node)
        if isinstance(op, CallOp):
            code = self.classes.constructor(op.graph)
            return Item(code, node, node.count, self.classes.draft(op.graph).tree)
        code_or_none = self.lowering(node).module
        assert code_or_none is not None
        return Item(code_or_none, node, node.count)

    def lowering(self, node: Node) -> Lowering:
        """The PyTorch form of a layer. Raises CompileError where it has none."""
        op, _ = called(node)
        assert isinstance(op, LayerOp)
        if node.key not in self.lowerings:
            try:
                self.lowerings[node.key] = op.layer.lower(*piped(node))
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
        return Draft(
            base=base,
            init=tuple(self._init(base, skip)),
            arguments=self.arguments,
            outers=tuple(self.outers.items()),
            sizes=tuple(self.unknown.items()),
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
        for owner, target, every in self._branches():
            steps = fan_out(steps, owner, target, every)
        rolled = roll(steps, self.graph.results, list(construct(self.tree)))
        self.loops = rolled.loops
        inputs = {Value(n.key): name for n, name in zip(self.nodes, self.arguments, strict=False)}
        uses = Counter(v for s in rolled.steps for v in s.reads())
        top = list(self._bind_sizes(uses, aliases, inputs))
        helpers = {h.name for h in self._helpers()}
        sizes = {*self.unknown.values(), *(name for s in top for name in s.targets)}
        taken = frozenset({*self.outers.values(), *sizes, *self.targets, *helpers})
        return (*top, *body(rolled.steps, rolled.results, inputs, aliases, taken))

    def _steps(self, aliases: dict[Value, Code]) -> Iterator[Step]:
        folded = self._fold()
        for node in self.running:
            if node.key in folded:
                yield from self._folded_step(node, *folded[node.key])
            elif node.count > 1:
                yield self._loop_step(node)
            else:
                for step in self._plain_steps(node, self._self(node), tuple(map(Var, node.inputs))):
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

    def _plain_steps(self, node: Node, own: str, inputs: tuple[Code, ...]) -> list[Step]:
        """One copy of a node, ``own`` being its module."""
        if isinstance(node.op, WeightOp):
            return [
                self._named(node, Raw(self._weight(node.op.module, node.op.weight)), calls=False)
            ]
        if isinstance(node.op, ScanOp):
            return self._scan_steps(node, node.op, own, inputs)
        return [self._named(node, self._code(node, own, inputs), calls=self._calls(node))]

    def _named(self, node: Node, code: Code, *, calls: bool) -> Step:
        label, auto = _labels(node)
        outputs = tuple(Value(node.key, i) for i in range(len(node.types)))
        nested = self.lowering(node).nested if isinstance(called(node)[0], LayerOp) else ()
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
        op, takes = called(node)
        if isinstance(op, CallOp):
            code: Code = Call(Self(), tuple(map(Input, range(len(inputs)))), self._extra(node, op))
        else:
            forward = self.lowering(node).forward
            every = tuple(map(Input, range(len(inputs))))
            code = Call(Self(), every) if forward is None else forward

        def leaf(part: Code, _: str) -> Code:
            if isinstance(part, Size):
                return dim_code(part, {s: self._size(s, takes, inputs) for s in symbols(part)})
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
        wanted = self.classes.draft(op.graph)
        handed = dict(node.outers)
        outers = [(name, Raw(self._outer(handed[outer]))) for outer, name in wanted.outers]
        values = dict(op.sizes)
        sizes = [(name, values.get(s, symbol(s))) for s, name in wanted.sizes]
        return (*outers, *sizes)

    def _outer(self, path: str) -> str:
        return self.outers[path] if path in self.outers else access(self.tree, path)

    # --- sizes -----------------------------------------------------------------------------------

    def _size(self, name: str, takes: Sequence[TensorType], inputs: tuple[Code, ...]) -> Code:
        """The expression of a symbol: an axis of the node's own input, else of the graph's."""
        for code, taken in zip(inputs, takes, strict=False):
            for axis, dim in enumerate(taken.shape):
                if dim == symbol(name):
                    return Subscript(Attr(code, "shape"), (axis,))
        return Var(self.demanded.setdefault(name, Value(f"size {name}")))

    def _bind_sizes(
        self, uses: Counter[Value], aliases: dict[Value, Code], inputs: dict[Value, str]
    ) -> Iterator[Assign]:
        """The statements that read sizes off the inputs. A size that is needed once is read in
        place, one that no input tells becomes an argument."""
        for name, value in self.demanded.items():
            code = self._derived(name, inputs)
            if code is not None and uses[value] == 1:
                aliases[value] = code
                continue
            local = variable(name, {*inputs.values(), *self.outers.values()})
            aliases[value] = Raw(local)
            if code is None:
                self.unknown[name] = local
            else:
                yield Assign((local,), replace_variables(code, lambda v: Raw(inputs[v])))

    def _derived(self, name: str, inputs: Iterable[Value]) -> Code | None:
        """A symbol as an expression over the inputs' shapes, if they tell it."""
        found: Code | None = None
        for value, port in zip(inputs, self.graph.inputs, strict=True):
            for axis, dim in enumerate(port.type.shape):
                code = Subscript(Attr(Var(value), "shape"), (axis,))
                if dim == symbol(name):
                    return code
                found = found or _solved(name, dim, code)
        return found

    # --- repeats ---------------------------------------------------------------------------------

    def _loop_step(self, node: Node) -> Step:
        """All copies of a node, one after another."""
        count = _carried(node)
        carried = (Value(node.key, i) for i in range(count))
        inputs = (*map(Var, carried), *map(Var, node.inputs[count:]))
        target, iterable, own = self._copies(node)
        steps = self._plain_steps(node, own, inputs)
        body = tuple(replace(s, names=(), label="", auto="") for s in steps)
        start = tuple(map(Var, node.inputs[:count]))
        outputs = tuple(Value(node.key, i) for i in range(len(node.types)))
        return Step(
            (), outputs, node.names, loop=Loop(iterable, start, body, target), span=node.span
        )

    def _scan_steps(self, node: Node, op: ScanOp, own: str, inputs: tuple[Code, ...]) -> list[Step]:
        """``for x in letters.unbind(1): h = self.elman1(x, h)``, the results stacked."""
        sequences, states, rest = _cut(inputs, op.sequences, op.states)
        items = tuple(Value(f"{node.key} item", i) for i in range(op.sequences))
        carried = tuple(Value(node.key, i + 1) for i in range(op.states))
        emitted = Value(f"{node.key} emitted") if op.emits else carried[0]
        made = (emitted, *carried) if op.emits else carried
        code = self._code(node, own, (*map(Var, items), *map(Var, carried), *rest))
        cell = self._named(node, code, calls=True)
        unbound = [Call(Attr(s, "unbind"), (1,)) for s in sequences]
        steps = (
            unbound[0] if len(unbound) == 1 else Call("zip", tuple(unbound), (("strict", True),))
        )
        ports = self._ports(op, len(items) + len(carried))
        named = node.names[1:] or [""] * len(carried)
        names = [n or p for n, p in zip(named, ports[len(items) :], strict=True)]
        gathers = Value(node.key) in self.used
        outputs = Value(f"{node.key} outputs")
        loop = Loop(
            iterable=Call("reversed", (steps,)) if op.reverse else steps,
            start=(*states, []) if gathers else states,
            body=(replace(cell, outputs=made, names=(), label="", auto=""),),
            binds=items,
            bind_names=tuple(ports[: len(items)]),
            gathered=emitted if gathers else None,
        )
        found = Step(
            (),
            (*carried, outputs)[: len(loop.start)],
            (*names, "outputs"),
            loop=loop,
            span=node.span,
        )
        if not gathers:
            return [found]
        order: Code = (
            Subscript(Var(outputs), (slice(None, None, -1),)) if op.reverse else Var(outputs)
        )
        stack = Call("torch.stack", (order,), (("dim", 1),))
        return [
            found,
            replace(
                cell,
                code=stack,
                outputs=(Value(node.key),),
                names=node.names[:1],
                nested=(),
                calls=False,
            ),
        ]

    def _ports(self, op: ScanOp, count: int) -> list[str]:
        """Names for what a cell takes."""
        if isinstance(op.cell, CallOp):
            return list(self.classes.draft(op.cell.graph).arguments[:count])
        return ["step", "h", "c", *[f"state{i}" for i in range(count)]][:count]

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
    return 1 if side or isinstance(node.op, ScanOp) else len(node.types)


def _cut(codes: tuple[Code, ...], first: int, second: int) -> tuple[tuple[Code, ...], ...]:
    return codes[:first], codes[first : first + second], codes[first + second :]


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
    op, _ = called(node)
    if isinstance(op, LayerOp):
        words = (op.layer.word, *op.layer.aliases)
    elif isinstance(op, CallOp):
        words = (op.graph.name,)
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
