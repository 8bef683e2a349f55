"""A graph's nodes as steps of ``forward``: calls, expressions, loops over copies, scans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...compiler.dims import Dim, Size, substitute, symbol, symbols
from ...compiler.ir import CallOp, Node, ScanOp, Value, WeightOp
from ...compiler.lowering import Attr, CallCode, Code, Device, Infix, Input, Raw, Self, Subscript
from ...compiler.types import TensorType
from ..python.identifiers import variable
from ..python.method_statements import (
    Assignment,
    Statement,
    Variable,
    rebuild,
    replace_variables,
    typed,
)
from ..python.methods import CodeLoop, CodeStep, body, fan_out
from ..python.printing import dim_code
from ..python.rolling import AttributeRuns, ModuleList, roll
from .holders import Holder
from .modules import (
    TENSORS,
    Item,
    access,
    construct,
    containers,
    device_of_weights,
    numbered_name,
    numbers,
    opaque,
    subtree,
)
from .nodes import labels, layer_of, one_of, plain_label


class Forward:
    """The body of a graph's ``forward``. ``unknown`` are the sizes that it takes as arguments,
    ``device`` is the device that it takes, if any; ``loops`` are the attributes that its loops go
    through."""

    def __init__(self, scope: Holder) -> None:
        self.scope = scope
        self.graph = scope.graph
        self.used = {*scope.graph.results, *(v for n in scope.running for v in n.inputs)}
        self.aliases: dict[Value, Code] = {}
        self.demanded: dict[str, Value] = {}
        self.unknown: dict[str, str] = {}
        self.device = ""
        self.targets: set[str] = set()
        self.loops: tuple[AttributeRuns, ...] = ()
        self.statements = self._statements()

    def _statements(self) -> tuple[Statement, ...]:
        scope = self.scope
        steps = self._fanned_out(list(self._steps()))
        rolled = roll(steps, self.graph.results, list(construct(scope.tree)), self._lists())
        self.loops = rolled.loops
        self.targets.update(rolled.targets)
        uses = Counter(v for s in rolled.steps for v in s.reads())
        top = list(self._bind_sizes(uses))
        helpers = {h.name for h in scope.helpers}
        sizes = {*self.unknown.values(), *(name for s in top for name in s.targets)}
        taken = frozenset({*scope.outers.values(), *sizes, *self.targets, *helpers})
        statements = body(rolled.steps, rolled.results, scope.inputs, self.aliases, taken)
        return (*top, *typed(statements, dict(opaque(scope.tree))))

    def _steps(self) -> Iterator[CodeStep]:
        folded = self.scope.fold()
        for node in self.scope.running:
            path, nodes = folded.get(node.key, ("", [node]))
            if node is not nodes[-1]:
                continue
            if path:
                yield self._chain(node, path, nodes[0])
            elif node.count > 1:
                yield self._copies(node)
            else:
                inputs = tuple(map(Variable, node.inputs))
                for step in self._node(node, self.scope.module(node), inputs):
                    yield from self._unless_alias(step)

    def _unless_alias(self, step: CodeStep) -> Iterator[CodeStep]:
        """The step, unless it is only an attribute: that is written where it is used."""
        if isinstance(step.code, Raw) or _is_attribute(step.code):
            self.aliases[step.outputs[0]] = step.code
        else:
            yield step

    # --- one node --------------------------------------------------------------------------------

    def _chain(self, node: Node, path: str, first: Node) -> CodeStep:
        """The call of a container that is an ``nn.Sequential``; ``node`` is its last member."""
        code = CallCode(Raw(access(self.scope.tree, path)), (Variable(first.inputs[0]),))
        return self._step(node, code, calls=True).replace(label=plain_label(path), auto="")

    def _node(self, node: Node, own: str, inputs: tuple[Code, ...]) -> list[CodeStep]:
        """The steps of one copy of a node, whose module is ``own``."""
        if isinstance(node.op, WeightOp):
            code: Code = Raw(self.scope.weight(node.op.module, node.op.weight))
            return [self._step(node, code, calls=False)]
        if isinstance(node.op, ScanOp):
            return self._scan(node, node.op, own, inputs)
        return [self._step(node, self._code(node, own, inputs), calls=self._calls(node))]

    def _step(self, node: Node, code: Code, *, calls: bool) -> CodeStep:
        label, auto = labels(node)
        outputs = tuple(Value(node.key, i) for i in range(len(node.types)))
        nested = self.scope.lowering(node).nested if layer_of(node) else ()
        return CodeStep(code, outputs, node.names, label, auto, calls, nested, span=node.span)

    def _calls(self, node: Node) -> bool:
        if isinstance(node.op, CallOp):
            return True
        module = self.scope.lowering(node).module
        return module is not None and module.function not in TENSORS

    def _code(self, node: Node, own: str, inputs: tuple[Code, ...]) -> Code:
        """The node's expression, with the codes of its inputs inserted."""
        op, takes = node.operation, node.operands
        code: Code = CallCode(Self(), tuple(map(Input, range(len(inputs)))))
        if isinstance(op, CallOp):
            code = code.replace(kwargs=self._extra(node, op))
        elif (forward := self.scope.lowering(node).forward) is not None:
            code = forward

        def leaf(part: Code, _: str) -> Code:
            if isinstance(part, Size):
                return dim_code(part, {s: self._size(s, takes, inputs) for s in symbols(part)})
            if isinstance(part, Input):
                return inputs[part.index]
            if isinstance(part, Device):
                return self._device()
            return Raw(own) if isinstance(part, Self) else part

        expression = rebuild(code, leaf)
        layer = layer_of(node)
        alone = layer is not None and layer.layer.results == "bundle" and len(node.types) == 1
        return (
            Subscript(expression, (0,)) if alone else expression
        )  # PyTorch returns a tuple with one item

    def _device(self) -> Code:
        """The device of tensors without inputs: that of the first input, else the caller's. A net
        without inputs has no caller: it asks its weights."""
        scope = self.scope
        if scope.arguments:
            return Attr(Raw(scope.arguments[0]), "device")
        if scope.graph is scope.classes.root_graph:
            return Raw(device_of_weights(scope.tree))
        self.device = scope.device
        return Raw(self.device)

    def _extra(self, node: Node, op: CallOp) -> tuple[tuple[str, Code], ...]:
        """The arguments of a call after the tensors: modules that are handed on, sizes, and the
        device."""
        blueprint = self.scope.classes.blueprint(op.graph)
        paths, values = dict(node.outers), dict(op.sizes)
        outers = [(name, Raw(self.scope.handed_on(paths[o]))) for o, name in blueprint.outers]
        sizes = [(name, values.get(s, symbol(s))) for s, name in blueprint.sizes]
        device = [(blueprint.device, Device())] if blueprint.device else []
        return (*outers, *sizes, *device)

    # --- sizes -----------------------------------------------------------------------------------

    def _size(self, name: str, takes: Sequence[TensorType], inputs: tuple[Code, ...]) -> Code:
        """The expression of a symbol: an axis of the node's own input, else of the graph's."""
        for code, taken in zip(inputs, takes, strict=False):
            for axis, dim in enumerate(taken.shape):
                if dim == symbol(name):
                    return Subscript(Attr(code, "shape"), (axis,))
        return Variable(self.demanded.setdefault(name, Value(f"size {name}")))

    def _bind_sizes(self, uses: Counter[Value]) -> Iterator[Assignment]:
        """The statements that read sizes from the inputs. A size that is needed once is read where
        it is used; one that no input tells becomes an argument."""
        inputs = self.scope.inputs
        for name, value in self.demanded.items():
            code = self._derived(name, inputs)
            if code is not None and uses[value] == 1:
                self.aliases[value] = code
                continue
            local = variable(name, self.scope.signature)
            self.aliases[value] = Raw(local)
            if code is None:
                self.unknown[name] = local
            else:
                yield Assignment((local,), replace_variables(code, lambda v: Raw(inputs[v])))

    def _derived(self, name: str, inputs: Iterable[Value]) -> Code | None:
        """A symbol as an expression over the inputs' shapes, or None if they do not tell it."""
        solution: Code | None = None
        for value, port in zip(inputs, self.graph.inputs, strict=True):
            for axis, dim in enumerate(port.type.shape):
                code = Subscript(Attr(Variable(value), "shape"), (axis,))
                if dim == symbol(name):
                    return code
                solution = solution or _solved(name, dim, code)
        return solution

    # --- several modules -------------------------------------------------------------------------

    def _lists(self) -> dict[str, ModuleList]:
        """The module lists that a loop may go through, by their expressions."""
        tree, lists = self.scope.tree, {}
        for path, container in containers(tree):
            if container.kind == "list" and not container.sequential:
                target = variable(one_of(path), self.scope.signature)
                count = sum(
                    c.count if isinstance(c, Item) else 1 for c in container.children.values()
                )
                lists[access(tree, path)] = ModuleList(count, target)
        return lists

    def _fanned_out(self, steps: list[CodeStep]) -> list[CodeStep]:
        """The steps, with ``[branch(x) for branch in self.branches]`` if the modules of a list all
        run on one tensor."""
        tree = self.scope.tree
        for path, container in containers(tree):
            if container.kind != "list" or container.sequential or len(container.children) < 2:
                continue
            target = variable(one_of(path), self.scope.signature)
            members = [access(tree, f"{path}.{name}") for name in container.children]
            fanned = fan_out(steps, access(tree, path), target, members)
            if len(fanned) < len(steps):
                self.targets.add(target)
            steps = fanned
        return steps

    def _copies(self, node: Node) -> CodeStep:
        """A loop over all copies of a node."""
        through = [Value(node.key, i) for i in node.main]
        count = len(through)
        inputs = (*map(Variable, through), *map(Variable, node.inputs[count:]))
        target, iterable, own = self._through(node)
        body = tuple(s.anonymous() for s in self._node(node, own, inputs))
        loop = CodeLoop(iterable, tuple(map(Variable, node.inputs[:count])), body, target)
        order = (*node.main, *(i for i in range(len(node.types)) if i not in node.main))
        outputs = tuple(Value(node.key, i) for i in order)
        names = tuple(node.names[i] for i in order) if node.names else ()
        return CodeStep((), outputs, names, loop=loop, span=node.span)

    def _through(self, node: Node) -> tuple[str, Code, str]:
        """How a loop goes through the copies: target, iterable, and one copy's expression. Copies
        that are not modules (`linear(8, bias=false, weight=w) * 2`) are only counted."""
        if not self._calls(node):
            return "_", numbers(node), ""
        if not self.scope.brings(node):  # functions of computed weights
            return "_", CallCode("range", (node.count,)), ""
        path = node.path.rpartition(".")[0]
        tree = subtree(self.scope.tree, path)
        owner = access(self.scope.tree, path) if path else "self"
        if tree.kind == "list" and len(tree.children) == 1:
            target = variable(one_of(path), self.scope.signature)
            self.targets.add(target)
            return target, Raw(owner), target
        name = numbered_name(node).text
        own = {"list": f"{owner}[i]", "dict": f"{owner}[{name}]"}
        return "i", numbers(node), own.get(tree.kind, f"getattr({owner}, {name})")

    # --- scans -----------------------------------------------------------------------------------

    def _scan(self, node: Node, op: ScanOp, own: str, inputs: tuple[Code, ...]) -> list[CodeStep]:
        """``for x in letters.unbind(1): h = self.elman1(x, h)``, and the stacked results."""
        sequences, rest = inputs[: op.sequences], inputs[op.sequences :]
        states, rest = rest[: op.states], rest[op.states :]
        items = tuple(Value(f"{node.key} item", i) for i in range(op.sequences))
        after = tuple(Value(node.key, i + 1) for i in range(op.states))
        emitted = Value(f"{node.key} emitted") if op.emits else after[0]
        code = self._code(node, own, (*map(Variable, items), *map(Variable, after), *rest))
        results = (emitted, *after) if op.emits else after
        cell = self._step(node, code, calls=True).anonymous().replace(outputs=results)
        ports = self._ports(op)
        gathered = Value(f"{node.key} outputs") if Value(node.key) in self.used else None
        loop = CodeLoop(
            iterable=_unbound(sequences, reverse=op.reverse),
            start=(*states, []) if gathered else states,
            body=(cell,),
            binds=items,
            bind_names=ports[: len(items)],
            gathered=emitted if gathered else None,
        )
        named = node.names[1:] or ("",) * len(after)
        names = tuple(n or p for n, p in zip(named, ports[len(items) :], strict=True))
        outputs = (*after, gathered) if gathered else after
        steps = [
            CodeStep((), outputs, (*names, "outputs")[: len(outputs)], loop=loop, span=node.span)
        ]
        if gathered:
            stack = CallCode("torch.stack", (_in_order(gathered, op.reverse),), (("dim", 1),))
            stacked = (Value(node.key),)
            steps.append(CodeStep(stack, stacked, node.names[:1], span=node.span))
        return steps

    def _ports(self, op: ScanOp) -> tuple[str, ...]:
        """Names for what a cell takes at each step, and for the states that it keeps."""
        count = op.sequences + op.states
        if isinstance(op.cell, CallOp):
            return self.scope.classes.blueprint(op.cell.graph).arguments[:count]
        return ("step", "h", "c", *(f"state{i}" for i in range(count)))[:count]


def _unbound(sequences: tuple[Code, ...], *, reverse: bool) -> Code:
    """The iterable of a scan: ``zip(a.unbind(1), b.unbind(1), strict=True)``."""
    steps = tuple(CallCode(Attr(s, "unbind"), (1,)) for s in sequences)
    all_steps = steps[0] if len(steps) == 1 else CallCode("zip", steps, (("strict", True),))
    if reverse and len(steps) > 1:
        all_steps = CallCode("list", (all_steps,))
    return CallCode("reversed", (all_steps,)) if reverse else all_steps


def _in_order(gathered: Value, reverse: bool) -> Code:
    return (
        Subscript(Variable(gathered), (slice(None, None, -1),)) if reverse else Variable(gathered)
    )


def _is_attribute(code: Code) -> bool:
    return isinstance(code, Attr) and (isinstance(code.value, Raw) or _is_attribute(code.value))


def _solved(name: str, dim: Dim, code: Code) -> Code | None:
    """The symbol computed from ``dim == code``, or None if the dim is not linear in it, or has
    other symbols."""
    if not isinstance(dim, Size) or symbols(dim) != (name,):
        return None
    rest = substitute(dim, {name: 0})
    factor = substitute(dim, {name: 1}) - rest
    if not isinstance(factor, int) or factor <= 0 or dim != symbol(name) * factor + rest:
        return None
    shifted = Infix("-", code, rest) if rest else code
    return Infix("//", shifted, factor) if factor > 1 else shifted
