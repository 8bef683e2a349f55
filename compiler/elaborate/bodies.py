"""Statements and blocks: bodies run, blocks instantiated, each distinct instance once."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.record import Entity, Record
from ...grammar.source import Span
from ...grammar.wording import counted, listing
from ..builder import Builder
from ..dims import Dim, Size, less, solved, substitute, symbol
from ..environment import Environment
from ..layer import Made, Open, same
from ..reserved import reserved
from ..types import TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    LayerWord,
    Namespace,
    Network,
    Renamed,
    Shared,
    Template,
    Tensor,
    describe,
    networks_in,
    tensors_in,
    unknown_in,
)
from .application import Application, made_by
from .context import BLOCK_STEPS, Naming
from .expressions import counting
from .keys import Keys
from .results import all_tensors, main_tensors, shown_arguments
from .trees import (
    accessors,
    conjuncts,
    head,
    is_alias,
    names_in,
    port_axes,
    tensor_names,
    whole_labels,
)

if TYPE_CHECKING:
    from ..declared import Declared


class Conditions(Record):
    """What a block's body asks of open sizes, and promises of them."""

    equal: tuple[tuple[Dim, Dim, Span], ...]
    least: tuple[tuple[Dim, Dim, Span], ...]
    promises: tuple[tuple[str, Declared], ...]


class Instance(Entity):
    """An elaborated block: its graph, its result, and what an equal instance must map."""

    graph: Builder
    value: Data
    arguments: list[Tensor]
    sizes: tuple[str, ...]
    conditions: Conditions
    borrowed: list[tuple[Tensor, Made | None]]
    """Ints that are not its own, and what made them at the first call."""


class Bodies(Application):
    """Bodies and blocks."""

    # --- statements -------------------------------------------------------------------------------

    def run_statements(
        self, body: tuple[syntax.Statement, ...], env: Environment, inputs: list[Tensor] | None
    ) -> Data:
        """The value of the last expression. ``inputs`` are what a network expression gets."""
        value: Data = None
        for i, statement in enumerate(body):
            last = i == len(body) - 1
            if last and isinstance(statement, syntax.ExpressionStatement):
                if inputs is None:
                    return self.evaluate(statement.value, env)
                return self.run_piped(statement.value, env, inputs)
            if not last and self._lacks_pipes(body, i, env):
                return UNKNOWN
            if not self.run_statement(statement, env):
                return UNKNOWN
        return value

    def _lacks_pipes(self, body: tuple[syntax.Statement, ...], at: int, env: Environment) -> bool:
        """A pipe from a tensor, and below it networks alone: lines that lack their ``>``."""
        first = body[at]
        if not self._begins_with(Tensor, first, env):
            return False
        rest = (body[i] for i in range(at + 1, len(body)))
        lines = list(takewhile(lambda s: self._begins_with(Network, s, env), rest))
        if lines:
            help = "to go on from it, begin the next lines with `>`"
            starts = [Span(s.span.source, s.span.start, s.span.start) for s in lines]
            fix = Fix(help, tuple(Edit(s, "> ") for s in starts))
            labels = [Label(first.span, "this result is dropped")]
            self.report("E209", "this line gets no input", lines[0].span, help=help, fix=fix,
                        labels=labels)  # fmt: skip
            self.fail_alone()
        return bool(lines)

    def _begins_with(self, kind: type, statement: syntax.Statement, env: Environment) -> bool:
        """Whether a line is an expression whose first word means this."""
        if not isinstance(statement, syntax.ExpressionStatement):
            return False
        first = head(statement.value)
        first = first.function if isinstance(first, syntax.Call) else first
        found = self.lookup(first.id, env, first.span) if isinstance(first, syntax.Name) else None
        return found is not None and isinstance(found.value, kind)

    def run_statement(self, statement: syntax.Statement, env: Environment) -> bool:
        """False after an assumption that does not hold: what follows would only echo it."""
        match statement:
            case syntax.Assign():
                self._assign(statement, env)
            case syntax.ExpressionStatement():
                value = self.evaluate(statement.value, env)
                self.lose_labels(statement.value, value, env)
                self._dropped(statement, value)
            case syntax.Require():
                return self._require(statement, env)
            case syntax.Default():
                self.add_default(statement, env)
            case syntax.Share():
                self._declare_share(statement)
                env.names[statement.name] = self.share(statement, env, self.builder)
            case syntax.Block():
                template = Template(statement, self.snapshot(env, statement.span))
                template.environment.names[statement.name] = template
                env.names[statement.name] = template
            case syntax.Import() | syntax.FromImport():
                self._late_import(statement, env)
        self.fail_alone()
        return True

    def _late_import(self, statement: syntax.Import | syntax.FromImport, env: Environment) -> None:
        self.report("E212", "imports stand at the top level of a file", statement.span,
                    help="move it out of the braces, to the top")  # fmt: skip
        if isinstance(statement, syntax.Import):
            names = [statement.alias or statement.module.split(".")[0]]
        else:
            names = [alias or name for name, alias in statement.names]
        env.names.update(dict.fromkeys(names, UNKNOWN))

    def add_default(self, statement: syntax.Default, env: Environment) -> None:
        from ..layers import layers

        layer = layers().get(statement.layer)
        if layer is None:
            self._no_layer(statement, env)
            return
        word = LayerWord(layer, statement.layer, env, statement.layer_span)
        settings = [
            s if s.name in layer.settings else self.meant_setting(word, s, env)
            for s in statement.settings
        ]
        known = env.defaults.get(layer.word, ())
        place = self.snapshot(env, statement.span)
        added = tuple((s, place) for s in settings)
        known = tuple(k for k in known if all(k[0].name != s.name for s in settings))
        env.defaults = {**env.defaults, layer.word: known + added}

    def _no_layer(self, statement: syntax.Default, env: Environment) -> None:
        name = statement.layer
        if name not in env.file.names:
            self.unknown_name(name, statement.layer_span, env)
            return
        self.report(
            "E201", f"`{name}` is no layer: `default` sets the settings of layers",
            statement.layer_span, help=f"a block's parameters have their own: `block {name}(w=64)`",
        )  # fmt: skip

    def _declare_share(self, statement: syntax.Share) -> None:
        """One instance has one name: a second would take its place in silence."""
        name, span = statement.name, statement.name_span
        first = self.builder.declared.get(name)
        if first is None:
            self.builder.declared[name] = span
            return
        self.report(
            "E208", f"`share {name}` a second time in this scope", span,
            labels=[Label(first, "the first time")] if first != span else [],
            help=["give one of them another name"] if first != span else
            [f"before the loop it is one instance for all its turns: `share {name} = ...`",
             f"`block {name} = ...` makes new weights at each use"],
        )  # fmt: skip

    def share(self, statement: syntax.Share, env: Environment, builder: Builder) -> Data:
        waiting = len(self.held)
        value = self.evaluate(statement.value, env)
        for group in self.held[waiting:]:  # what the first use would take, the next would lack
            self.dissolve(group, self.builder, f"{group.path}.")
        if reserved(statement.name):
            return self.is_reserved(statement.name, statement.name_span)
        network = self.network_or_none(value)
        if unknown_in(value) or network is None:
            if not unknown_in(value) and not networks_in(value):
                self.report(
                    "E217", f"`share` names a network, this is {describe(value)}",
                    statement.value.span,
                    help=f"`{statement.name} = ...` names numbers and tensors",
                )  # fmt: skip
            return UNKNOWN
        return Shared(statement.name, network, builder, statement.name_span)

    def _assign(self, statement: syntax.Assign, env: Environment) -> None:
        value = self.evaluate(statement.value, env)
        self.lose_labels(statement.value, value, env)
        if isinstance(statement.target, syntax.Names) and isinstance(value, Tensor):
            if value.side:
                value = all_tensors(value)
        elif isinstance(value, Network):
            value = self._named_network(statement, value, env)
        self.bind_pattern(statement.target, value, env)

    def _called_with_a_tensor(self, value: Data) -> bool:
        """``f(x)`` as in PyTorch, where it is not piped on: said once, where it stands."""
        if not isinstance(value, BlockNetwork):
            return False
        tensors = [v for v in value.arguments.values() if isinstance(v, Tensor)]
        if not tensors:
            return False
        self.report(
            "E206", f"`{value.word}(...)` holds parameters, and no tensor is piped into it",
            value.span, help=f"to apply it: `x > {value.word}`, with its parameters in parentheses",
        )  # fmt: skip
        return True

    def _named_network(self, statement: syntax.Assign, value: Data, env: Environment) -> Data:
        if self._called_with_a_tensor(value):
            return UNKNOWN
        if env.file.is_broken(statement.span):
            return UNKNOWN
        unapplied = self._unapplied_side(statement.value, env)
        if unapplied is not None:
            return unapplied
        from .advice import setting_with

        name = statement.target.span.text
        text = statement.value.span.text
        return self.report(
            "E217", f"`{name} = ...` names numbers and tensors, this is a network",
            statement.value.span,
            notes=["say which you mean: one instance, or new weights at each use"],
            help=[*([f'`{name} = "{text}"` names the option'] if setting_with(text) else ()),
                  f"`share {name} = {text}` is one instance, like `self.{name} = ...` in PyTorch",
                  f"`block {name} = {text}` is a template: fresh weights at each use"],
        )  # fmt: skip

    def _unapplied_side(self, expr: syntax.Expr, env: Environment) -> Data | None:
        """``y = x + f``, where a sum of tensors is meant."""
        if not isinstance(expr, syntax.Binary) or not isinstance(expr.left, syntax.Name):
            return None
        found = self.lookup(expr.left.id, env, expr.span)
        if found is None or not isinstance(found.value, Tensor):
            return None
        applied = f"({expr.left.id} > {expr.right.span.text})"
        return self.report(
            "E217", f"`{expr.right.span.text}` is a network that gets no input here",
            expr.right.span, help=f"`{expr.left.id} {expr.operator} {applied}` applies it",
            fix=Fix("apply it", (Edit(expr.right.span, applied),)),
        )  # fmt: skip

    def _dropped(self, statement: syntax.ExpressionStatement, value: Data) -> None:
        if value is UNKNOWN or value is None:
            return
        if tensors_in(value):
            expr: Any = statement.value
            while isinstance(expr, syntax.Binary | syntax.Paren):
                expr = expr.right if isinstance(expr, syntax.Binary) else expr.body
            if isinstance(expr, syntax.Labelled):
                return
            after = statement.span.source.text[statement.span.end :].lstrip()
            on = "begin that line with `>`" if after[:1] != "-" else "end this line with the `-`"
            self.report(
                "E209", "this result is dropped", statement.span,
                help=["name it: `y = ...`, or `... as name`",
                      f"to go on from it on the next line, {on}"],
            )  # fmt: skip
        elif isinstance(value, Network) or networks_in(value):
            if self._called_with_a_tensor(value):
                return
            self.report(
                "E209", "this network is never applied", statement.span,
                help="pipe a tensor into it: `x = x > ...`; "
                "a pipeline goes on when the next line begins with `>`",
            )  # fmt: skip
        else:
            self.report("E209", "this value is not used", statement.span)

    def _require(self, statement: syntax.Require, env: Environment) -> bool:
        self.required = list(conjuncts(statement.condition))
        holds = self.decide(statement.condition, env)
        self.required = []
        if holds is not False:
            return True
        message = None
        if statement.message is not None:
            message = self.evaluate(statement.message, env)
        text = statement.condition.span.text
        self.report(
            "E213", message if isinstance(message, str) else f"`{text}` does not hold",
            statement.condition.span, detail="required here" if message else "",
            notes=self._numbers_in(statement.condition, env),
        )  # fmt: skip
        return False

    def _numbers_in(self, expr: syntax.Expr, env: Environment) -> list[str]:
        """``width = 100, heads = 7``: the numbers that a condition speaks of."""
        names = dict.fromkeys(n.id for n in names_in(expr))
        found = []
        for name in names:
            value = self.lookup(name, env, expr.span)
            if value is not None and isinstance(value.value, int | float | str | Size):
                found.append(f"{name} = {value.value}")
        for part in accessors(expr):
            value = self.evaluate(part, env)
            if isinstance(value, int | Size):
                found.append(f"{part.span.text} = {value}")
        return [", ".join(dict.fromkeys(found))] if found else []

    def run_loop(self, expr: syntax.For, items: list[Data], env: Environment) -> None:
        """A ``for`` of assignments: unrolled in the body's own names."""
        for item in items:
            self.step(expr.span)
            self.bind_pattern(expr.pattern, item, env)
            outside = dict(env.labels)
            with self.repeating(counting(expr.pattern, env)), self.framed(env):
                for statement in expr.body:
                    self.run_statement(statement, env)
            env.labels = outside

    def run_piped(self, expr: syntax.Expr, env: Environment, inputs: list[Tensor]) -> Data:
        """A network expression applied: the input goes in at the left end of the pipe."""
        spine: list[syntax.Binary] = []
        first = expr
        while isinstance(first, syntax.Binary) and first.operator == ">":
            spine.append(first)
            first = first.left
        value = self._first_piped(first, env, inputs)
        self.lose_labels(first, value, env)
        for node in reversed(spine):
            value = self.operate(node, value, env)
            self.lose_labels(node.right, value, env)
        return value

    def _first_piped(self, expr: syntax.Expr, env: Environment, inputs: list[Tensor]) -> Data:
        if isinstance(expr, syntax.Conditional):
            arm = self.arm(expr, env)
            return UNKNOWN if arm is None else self._first_piped(arm, env, inputs)
        value = self.pipe_target(expr, env)
        network = self.network_or_none(value)
        if network is None:
            if unknown_in(value) or networks_in(value):
                return self.fail(expr.span.text, inputs, expr.span)
            if isinstance(value, Tensor) or tensors_in(value):
                return value
            if isinstance(expr, syntax.For):
                return self.report(
                    "E209", "this `for` only assigns: it gives no result", expr.span,
                    help="end its body with a network: `for i in range(3) { f }`",
                )  # fmt: skip
            return self.report("E207", f"a network is needed here, this is {describe(value)}",
                               expr.span, help="pipes carry tensors")  # fmt: skip
        return self.apply(network, inputs, expr.span)

    # --- blocks -----------------------------------------------------------------------------------

    def instantiate(
        self, network: BlockNetwork, inputs: list[Tensor], span: Span, naming: Naming
    ) -> Data:
        self.deeper(network.span)
        net = self.unaliased(network)
        if net is None:
            return UNKNOWN
        return self._instance(net, inputs, naming)

    def unaliased(self, network: BlockNetwork) -> BlockNetwork | None:
        """``net resnet18 = ResNet(basic, [2, 2, 2, 2])`` is that net, without a scope of its own;
        None after an error."""
        if not is_alias(network.template.block):
            return network
        self.deeper(network.span)
        self.calls.append((network.template.name, network.span))
        try:
            found = self._named_net(network)
            if found is None or found is network:
                return found
            word, span = network.word, network.span
            return self.unaliased(BlockNetwork(found.template, found.arguments, word, span))
        finally:
            self.calls.pop()

    def _named_net(self, network: BlockNetwork) -> BlockNetwork | None:
        """The net that an alias names; the alias itself where that is a layer."""
        env = network.template.environment.inner()
        env.names.update(network.arguments)
        *before, last = network.template.block.body
        assert isinstance(last, syntax.ExpressionStatement)
        with self.framed(env):
            if not all(self.run_statement(statement, env) for statement in before):
                return None
            value = self.evaluate(last.value, env)
        while isinstance(value, Renamed):
            value = value.network
        if isinstance(value, Template):
            return self.bind_block(value, {}, value.name, last.span)
        if isinstance(value, BlockNetwork):
            return value
        return None if value is UNKNOWN else network

    def _instance(self, network: BlockNetwork, inputs: list[Tensor], naming: Naming) -> Data:
        key, arguments, sizes, kept = self._instance_key(network, inputs)
        known, _ = self.instances.get(key, (None, None))
        if isinstance(known, Instance) and not self._has_same_makers(known, arguments):
            known = None
        if known is None:
            known = self._elaborate(network, inputs, arguments, sizes, naming)
            if not isinstance(known, Instance) or not known.graph.private:
                self.instances[key] = known, kept
            if known is UNKNOWN:
                return UNKNOWN
            return self._first_call(network, known, naming)
        if not isinstance(known, Instance):
            return UNKNOWN
        return self._again(network, known, arguments, sizes, naming)

    def deeper(self, span: Span) -> None:
        most = self.limits.depth
        if len(self.calls) < most:
            return
        names = [name for name, _ in self.calls]
        if names.count(names[-1]) == 1:
            self.too_much(f"blocks are nested more than {most} deep", span, "depth")
        ending = f"does it end? A condition ends it: `{names[-1]}(n - 1) if n > 0 else id`"
        self.too_much(f"`{names[-1]}` calls itself more than {most} deep", span, "depth", ending)

    def _elaborate(
        self, network: BlockNetwork, inputs: list[Tensor], arguments: list[Tensor],
        sizes: tuple[str, ...], naming: Naming,
    ) -> Instance | Any:  # fmt: skip
        self.step(network.span, BLOCK_STEPS)
        block = network.template.block
        graph = Builder(
            "block", block.name, self.builder, arguments=shown_arguments(network.arguments),
            documentation=block.documentation, span=block.span,
        )  # fmt: skip
        env = network.template.environment.inner()
        env.depth += 1
        env.names.update(network.arguments)
        found, noted, borrowed = len(self.diagnostics), self._noted(), len(self.borrowed)
        self.calls.append((block.name, network.span))
        try:
            with self.building(graph), self.framed(env):
                inner = self._enter(block, graph, env, inputs, network.span)
                value = UNKNOWN if inner is None else self.run_block(block, env, inner)
                if inner is not None and not unknown_in(value):
                    value = self._result(block, env, value)
        finally:
            self.calls.pop()
        if inner is None:
            return self.fail(network.word, inputs, network.span)
        if unknown_in(value) or (len(self.diagnostics) > found and value is None):
            with self.building(graph):
                self.fail_alone()
            return self.fail_inside(graph, naming, network.word, network.span)
        lent = self.borrowed[borrowed:]
        return Instance(graph, value, arguments, sizes, self._noted_since(noted), lent)

    def _noted(self) -> tuple[int, int, int]:
        return len(self.assumptions), len(self.least), len(self.promises)

    def _noted_since(self, noted: tuple[int, int, int]) -> Conditions:
        equal, least, promises = noted
        return Conditions(
            tuple(dict.fromkeys(self.assumptions[equal:])),
            tuple(dict.fromkeys(self.least[least:])),
            tuple(dict.fromkeys(self.promises[promises:])),
        )

    def _note_again(self, known: Instance, names: dict[str, str], span: Span) -> None:
        """What an equal instance asked, and promised, of the sizes of this call."""
        noted, values = known.conditions, {old: symbol(new) for old, new in names.items()}
        self.step(span, len(noted.equal) + len(noted.least) + len(noted.promises))
        for conditions, into in ((noted.equal, self.assumptions), (noted.least, self.least)):
            into += [(substitute(a, values), substitute(b, values), at) for a, b, at in conditions]
        self.promises += [(names.get(name, name), said) for name, said in noted.promises]

    def _enter(
        self, block: syntax.Block, graph: Builder, env: Environment, inputs: list[Tensor],
        span: Span,
    ) -> list[Tensor] | None:  # fmt: skip
        """The block's inputs as its own tensors; ports checked, their sizes bound."""
        ports = block.inputs
        if ports is not None and len(ports) != len(inputs):
            names = [p.name for p in ports]
            self.report(
                "E307", f"`{block.name}` takes {counted(len(ports), 'input')}, "
                f"got {len(inputs)}", span, detail=f"it takes {listing(names)}",
                help=f"`[{', '.join(names)}] > {block.name}`" if len(ports) > 1 else "",
            )  # fmt: skip
            return None
        inner: list[Tensor] = []
        for i, tensor in enumerate(inputs):
            port = ports[i] if ports is not None else None
            name = port.name if port else ("x" if len(inputs) == 1 else f"x{i + 1}")
            made = graph.input(name, tensor.type, port.span if port else None)
            graph.captured[(i, -1)] = (made.draft, self.outside(tensor, graph))
            inner.append(made)
            if port is not None:
                if not self._check_port(block, port, tensor, env, span):
                    return None
                env.names[port.name] = made
        return inner

    def _check_port(
        self, block: syntax.Block, port: syntax.Port, tensor: Tensor, env: Environment, span: Span
    ) -> bool:
        if port.shape is None and port.dtype is None:
            return True
        axes = port_axes(port)
        kind = self.known_type(tensor, axes)
        wanted = port.dtype or "float"
        if kind.dtype != wanted:
            return self._port_refuses(
                block, port, tensor, span, f"holds {wanted}s",
                help=f"`cast({wanted})` converts; an input is declared so: `x[...] {wanted}`",
            )  # fmt: skip
        fits = port.shape is None or self._sizes_fit(port.shape, kind, env)
        if fits is not False:
            return bool(fits)
        from .advice import fitting_help

        sizes = self._sizes_of(port, env)
        wants = f"is {as_type(sizes, wanted)}"
        if kind.rank != len(axes):
            wants = f"has {counted(len(axes) - 1, 'axis', 'axes')} after the batch"
        help = fitting_help(sizes, kind)
        return self._port_refuses(block, port, tensor, span, wants, help)

    def _sizes_of(self, port: syntax.Port, env: Environment) -> list[Data]:
        """A declared shape without the batch, for a message: what is bound nowhere is a name."""
        sizes: list[Data] = []
        for expr in port.shape or ():
            free = any(not self._size_known(name.id, env) for name in names_in(expr))
            value = expr.span.text if free else self.evaluate(expr, env)
            sizes += value if isinstance(value, list) else [value]
        return sizes

    def _sizes_fit(
        self, shape: tuple[syntax.Expr, ...], kind: TensorType, env: Environment
    ) -> bool | None:
        """Whether a type has a declared shape; a name that is bound nowhere takes its size.

        None if that is reported already.
        """
        declared: list[tuple[Dim, Span]] = []
        for expr in shape:
            sizes = self._declared_sizes(expr, kind.shape[1 + len(declared) :], env)
            if sizes is None:
                return None
            declared += [(size, expr.span) for size in sizes]
        if len(declared) != kind.rank - 1:
            return False
        pairs = zip(declared, kind.shape[1:], strict=True)
        return all(self._agrees(wanted, actual, span) for (wanted, span), actual in pairs)

    def _declared_sizes(
        self, expr: syntax.Expr, actual: tuple[Dim, ...], env: Environment
    ) -> list[Dim] | None:
        """One size, or several (``image[size]`` with a list); None after an error."""
        for name in self.open_names(expr, env):
            env.names[name] = self._size_in(expr, name, actual, env)
        value = self.evaluate(expr, env)
        sizes: list[Dim] = value if isinstance(value, list) else [value]
        return sizes if all(self.is_size(s, expr.span) for s in sizes) else None

    def is_size(self, value: Data, span: Span) -> bool:
        if value is UNKNOWN:
            return False
        if not isinstance(value, int | Size) or isinstance(value, bool):
            help = "sizes stand without quotes" if isinstance(value, str) else ""
            self.report("E204", f"a size is needed, this is {describe(value)}", span, help=help)
            return False
        if less(value, 1):
            self.report("E204", f"a size is at least 1, this is {value}", span)
            return False
        return True

    def check_size_name(self, name: syntax.Name) -> None:
        if name.id == "N":
            self.report("E204", "`N` is the size of the batch", name.span,
                        help="the batch axis is never written: `image[3, 224, 224]`")  # fmt: skip

    def _size_in(
        self, expr: syntax.Expr, name: str, actual: tuple[Dim, ...], env: Environment
    ) -> Dim:
        """What an open name must be for ``d`` or ``2 * d`` to be the actual size."""
        if not actual or isinstance(expr, syntax.Name):
            return actual[0] if actual else 1
        env.names[name] = symbol("?")
        found = self.evaluate(expr, env)
        values = solved([found], actual[:1]) if isinstance(found, int | Size) else None
        return (values or {}).get("?", 1)

    def _agrees(self, wanted: Dim, actual: Dim, span: Span) -> bool:
        with Open() as noted:
            equal = same(wanted, actual)
        return equal and all(self.may_be_equal(a, b, span) for a, b in noted.equal)

    def open_names(self, expr: syntax.Expr, env: Environment) -> list[str]:
        """The names in a port's shape that are bound nowhere."""
        found: list[str] = []
        for name in names_in(expr):
            if name.id not in found and not self._size_known(name.id, env):
                self.check_size_name(name)
                found.append(name.id)
        return found

    def _size_known(self, name: str, env: Environment) -> bool:
        if any(name in scope.names for scope in env.chain()):
            return True
        if name not in env.file.names:
            return False
        return not isinstance(self.file_name(env.file, name), Network | Namespace)

    def _port_refuses(
        self, block: syntax.Block, port: syntax.Port, tensor: Tensor, span: Span, wants: str,
        help: str = "",
    ) -> bool:  # fmt: skip
        self.report(
            "E305", f"`{block.name}` cannot take this: its input `{port.name}` {wants}", span,
            detail=f"got {tensor.type}",
            labels=[Label(port.span, "declared here"), *self.producers([tensor], span)], help=help,
        )  # fmt: skip
        return False

    def run_block(self, block: syntax.Block, env: Environment, inputs: list[Tensor]) -> Data:
        """A block's body. A whole body ``(...) as _`` numbers its members in the block itself."""
        body = block.body
        last = body[-1].value if body and isinstance(body[-1], syntax.ExpressionStatement) else None
        if last is None:
            return self.no_result(block, env)
        self.builder.whole = whole_labels(last, tensor_names(block))
        return self.run_statements(body, env, None if block.inputs is not None else inputs)

    def no_result(self, block: syntax.Block, env: Environment) -> Data:
        """A body that ends without an expression; a line with a syntax error may have been it."""
        if env.file.is_broken(block.span):
            return UNKNOWN
        help, fix, last = (
            "its last line is the result",
            None,
            block.body[-1] if block.body else None,
        )
        if isinstance(last, syntax.Assign):
            help = (
                f"its last line is the result, and `{last.span.text.splitlines()[0]}` only names "
            )
            help += "something"
            name = Span(last.span.source, last.span.start, last.value.span.start)
            fix = Fix("leave out the name", (Edit(name, ""),))
        place = block.name_span if last is None else _last_line(last.span)
        return self.report(
            "E209", f"`{block.name}` gives no result", place, help=help, fix=fix,
            labels=[Label(block.name_span, "declared here")] if last is not None else [],
        )  # fmt: skip

    def _result(self, block: syntax.Block, env: Environment, value: Data) -> Data:
        place = block.body[-1].span
        if isinstance(value, Network) or networks_in(value):
            if self._called_with_a_tensor(value):
                return UNKNOWN
            return self._unapplied(block, place)
        if not tensors_in(value):
            return self.report("E209", f"the result of `{block.name}` is {describe(value)}", place)
        if self.bundle(value, place) is None:
            return UNKNOWN
        if not self.check_outputs(block, env, value):
            return self.fail(f"result of {block.name}", list(main_tensors(value)), place)
        return value

    def _unapplied(self, block: syntax.Block, place: Span) -> Data:
        names = [p.name for p in block.inputs or ()]
        source = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        fix = Fix(f"begin with `{source}`", (Edit(Span(place.source, place.start, place.start),
                                                  f"{source} > "),))  # fmt: skip
        return self.report(
            "E209", f"the result of `{block.name}` is a network, not a tensor", place,
            help=f"pipe the input into it: `{source} > ...`" if names else (),
            fix=fix if names else None,
        )  # fmt: skip

    def check_outputs(self, block: syntax.Block, env: Environment, value: Data) -> bool:
        """The declared results: ``-> [classes]``."""
        if block.outputs is None:
            return True
        tensors = [value] if isinstance(value, Tensor) else list(main_tensors(value))
        if len(tensors) != len(block.outputs):
            self.report(
                "E306", f"`{block.name}` declares {len(block.outputs)} results and gives "
                f"{len(tensors)}", block.body[-1].span,
                labels=[Label(block.outputs[0].span.to(block.outputs[-1].span), "declared here")]
                if block.outputs else [],
                help="several results are a list: `[y, h]`" if len(block.outputs) > 1 else "",
            )  # fmt: skip
            return False
        for port, tensor in zip(block.outputs, tensors, strict=True):
            if port.shape is not None and not self._output_fits(block, port, tensor, env):
                return False
        return True

    def _output_fits(
        self, block: syntax.Block, port: syntax.Port, tensor: Tensor, env: Environment
    ) -> bool:
        assert port.shape is not None
        kind = self.known_type(tensor)
        sizes = self._sizes_of(port, env)
        wanted = port.dtype or kind.dtype
        fits = kind.dtype == wanted and self._sizes_fit(port.shape, kind, env)
        if fits is False:
            from .advice import fitting_help

            other, declared = kind.dtype != wanted, as_type(sizes, port.dtype or "float")
            self.report(
                "E306", f"`{block.name}` declares {declared} and gives {kind}",
                block.body[-1].span,
                labels=[Label(port.span, "declared here"),
                        *self.producers([tensor], block.body[-1].span)],
                help=f"`cast({wanted})` converts" if other else fitting_help(sizes, kind),
            )  # fmt: skip
        return bool(fits)

    # --- calls of instances -----------------------------------------------------------------------

    def _first_call(self, network: BlockNetwork, known: Instance, naming: Naming) -> Data:
        graph = known.graph
        return self.call_graph(graph, known.value, naming, network.word, network.span)

    def _again(
        self, network: BlockNetwork, known: Instance, arguments: list[Tensor],
        sizes: tuple[str, ...], naming: Naming,
    ) -> Data:  # fmt: skip
        """An equal instance: the same graph, other inputs, perhaps other names of sizes."""
        graph = known.graph
        inputs = self._inputs_again(known, arguments)
        names = {o: n for o, n in zip(known.sizes, sizes, strict=True) if o != n}
        renamed = tuple((old, symbol(new)) for old, new in names.items())
        self._note_again(known, names, network.span)
        with self.building(graph):
            inner = [self.bring(t) for t in all_tensors(known.value)]
        types = [t.type.substitute(dict(renamed)) if t.type else None for t in inner]
        call = self.draft(inputs, types, network.span, child=graph, results=inner, sizes=renamed)
        self.pass_outers(graph)
        self.name(call, naming, network.word)
        return self.called(call, known.value)

    def _inputs_again(self, known: Instance, arguments: list[Tensor]) -> list[Tensor]:
        """What the graph of an equal instance gets here."""
        graph = known.graph
        moved = {old.identity: new for old, new in zip(known.arguments, arguments, strict=True)}
        outer = {id(draft): tensor for draft, tensor in graph.captured.values()}
        return [self._moved(outer[id(i)], moved) for i in graph.inputs]

    def _has_same_makers(self, known: Instance, arguments: list[Tensor]) -> bool:
        """Whether the layers inside find what they asked of the ints that they get."""
        if not known.borrowed:
            return True
        inputs = self._inputs_again(known, arguments)
        given = {id(i): new for i, new in zip(known.graph.inputs, inputs, strict=True)}
        return all(made_by(tensor, given) == made for tensor, made in known.borrowed)

    def _moved(self, tensor: Tensor, moved: dict[tuple[int, int], Tensor]) -> Tensor:
        return self.bring(moved.get(tensor.identity, tensor))

    def _instance_key(
        self, network: BlockNetwork, inputs: list[Tensor]
    ) -> tuple[tuple[Any, ...], list[Tensor], tuple[str, ...], object]:
        """What makes two instances equal: the block, its arguments, the types of all tensors.

        Also the tensors that the key speaks of, in order, as seen from here, and the symbols of
        their types: an equal instance maps both. Last, what the key knows by identity.
        """
        keys = Keys([self.bring(t) for t in inputs])
        body = (
            keys.of(network.template),
            tuple((name, keys.of(v)) for name, v in network.arguments.items()),
            len(inputs),
        )
        names = [n for n in keys.symbols() if n not in keys.fixed]
        canonical: dict[str, Dim] = {n: symbol(f"${i}") for i, n in enumerate(names)}
        shapes = tuple(t.type.substitute(canonical) if t.type else None for t in keys.tensors)
        sizes = tuple(substitute(s, canonical) for s in keys.sizes)
        free = tuple(n in self.knowledge.free for n in names)
        arguments = [self.bring(t) for t in keys.tensors]
        key = (*body, keys.pattern(arguments), shapes, sizes, free)
        return key, arguments, tuple(names), keys.kept


def as_type(sizes: list[Data], dtype: str) -> str:
    """``[N, T, 64] int``: sizes without the batch as a shape in a message."""
    return f"[{', '.join(map(str, ['N', *sizes]))}]{'' if dtype == 'float' else f' {dtype}'}"


def _last_line(span: Span) -> Span:
    """That of a statement: what it lacks is missing at its end."""
    start = span.start + span.text.rfind("\n") + 1
    start += len(span.source.text[start : span.end]) - len(
        span.source.text[start : span.end].lstrip()
    )
    return Span(span.source, start, span.end)
