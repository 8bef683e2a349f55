"""Files and nets: names of a file, imports, and the net that is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Source, Span
from ..builder import Builder
from ..dims import Dim, solved, symbol
from ..environment import Environment, FileNames
from ..imports import Parsed, Unreadable, shipping
from ..limits import MAX_RANK
from ..types import Dtype, TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Data,
    Namespace,
    Network,
    Renamed,
    Template,
    Tensor,
    describe,
    networks_in,
    tensors_in,
    unknown_in,
)
from .knowledge import NOTHING, Knowledge, Learnt
from .results import main_tensors, shown_arguments
from .scans import Scans
from .trees import head, pattern_names, place_in_import, whole_labels

FRAMEWORKS: Final = frozenset(
    {"flax", "jax", "keras", "numpy", "tensorflow", "timm", "torch", "torchvision", "transformers"}
)
"""What Python's programs import, and no spec."""


class Finds(Protocol):
    def find(self, module: str, importer: Source) -> Source | None: ...
    def names(self, importer: Source) -> list[str]: ...
    def parse(self, source: Source, most_tokens: int) -> Parsed: ...


class Program(Scans):
    """One elaboration of one net of a file."""

    def __init__(
        self, finder: Finds, knowledge: Knowledge = NOTHING, steps: int = 0, most_steps: int = 0
    ) -> None:
        super().__init__(knowledge, steps, most_steps)
        self.finder = finder
        self.shapes: Mapping[str, TensorType | None] = {}
        """Of inputs, given from outside."""
        self.files: dict[str, FileNames] = {}
        self.loading: list[str] = []
        self.ports: dict[str, int] = {}
        self.result: Data = None

    # --- files ------------------------------------------------------------------------------------

    @property
    def read(self) -> frozenset[str]:
        """The names of the files that were read."""
        return frozenset(self.files)

    def begin(self, source: Source, tree: syntax.File, errors: Sequence[Diagnostic]) -> FileNames:
        """The file whose net is wanted."""
        file = self.load(source, tree, errors)
        self.files[source.name] = file
        self.loading.append(source.name)
        return file

    def load(
        self, source: Source, tree: syntax.File, errors: Sequence[Diagnostic] = ()
    ) -> FileNames:
        """The names that a file defines; nothing of it is elaborated yet."""
        file = FileNames(source, tree, lost=tree.lost)
        spans = (error.span for error in errors)
        file.broken = tuple(s for s in spans if s is not None and s.source is source)
        env = Environment(file)
        for statement in tree.statements:
            self._declare(statement, file, env)
        file.environment = env
        return file

    def _declare(self, statement: syntax.Statement, file: FileNames, env: Environment) -> None:
        self.step(statement.span)
        match statement:
            case syntax.Default():
                self.add_default(statement, env)
            case syntax.Block():
                template = Template(statement, _as_it_is(env))
                value = UNKNOWN if _is_twofold(statement) else template
                self._define(file, statement.name, statement.name_span, lambda: value)
                if statement.kind == "net":
                    file.nets[statement.name] = statement
            case syntax.Assign():
                self._declare_constants(statement, file, _as_it_is(env))
            case syntax.Share():
                here = _as_it_is(env)
                self._define(
                    file, statement.name, statement.name_span,
                    lambda: self.share(statement, here, self.root),
                )  # fmt: skip
            case syntax.Import():
                self._declare_import(statement, file)
            case syntax.FromImport():
                self._declare_from(statement, file)
            case syntax.Require() | syntax.ExpressionStatement():
                file.pipelines.append((statement, _as_it_is(env)))

    def _define(self, file: FileNames, name: str, span: Span, make: Callable[[], Data]) -> None:
        if name in file.names and name in file.lost:
            file.names[name] = lambda: UNKNOWN
            return
        if name in file.names:
            first = file.spans[name]
            self.report(
                "E223", f"`{name}` is defined twice in this file", span, detail="the second time",
                labels=[Label(first, "the first time")], help="give one of them another name",
            )  # fmt: skip
            file.names[name] = lambda: UNKNOWN
            return
        file.names[name] = make
        file.spans[name] = span

    def _declare_constants(
        self, statement: syntax.Assign, file: FileNames, env: Environment
    ) -> None:
        scope = env.inner()
        done: list[None] = []

        def make(name: str) -> Data:
            if not done:
                done.append(None)
                self._assign(statement, scope)
            return scope.names.get(name, UNKNOWN)

        for name in pattern_names(statement.target):
            self._define(file, name.id, name.span, lambda n=name.id: make(n))  # type: ignore[misc]

    # --- imports ----------------------------------------------------------------------------------

    def _declare_import(self, statement: syntax.Import, file: FileNames) -> None:
        name = statement.alias or statement.module.rsplit(".", 1)[-1]
        if statement.alias is None:
            file.modules[statement.module] = name
        self._define(file, name, statement.span, lambda: self._namespace(statement, file))

    def _namespace(self, statement: syntax.Import, file: FileNames) -> Data:
        found = self._import(statement.module, file, statement.span)
        if found is None or found.environment is None:
            return UNKNOWN
        return Namespace(statement.alias or statement.module, found.environment)

    def _declare_from(self, statement: syntax.FromImport, file: FileNames) -> None:
        for name, alias in statement.names:
            self._define(
                file, alias or name, statement.span,
                lambda n=name: self._imported(statement, n, file),  # type: ignore[misc]
            )  # fmt: skip

    def _imported(self, statement: syntax.FromImport, name: str, file: FileNames) -> Data:
        found = self._import(statement.module, file, statement.span)
        if found is None or found.environment is None:
            return UNKNOWN
        space = Namespace(statement.module, found.environment)
        return self._member(space, name, place_in_import(name, statement.span))

    def _import(self, module: str, file: FileNames, span: Span) -> FileNames | None:
        try:
            source = self.finder.find(module, file.source)
        except (Unreadable, OSError) as error:
            self.report("E212", f"`{module}` cannot be imported: {error}", span)
            return None
        if source is None:
            self._no_module(module, file, place_in_import(module, span))
            return None
        if source.name in self.loading:
            chain = " > ".join([*self.loading[self.loading.index(source.name) :], source.name])
            self.report(
                "E212", f"files import one another in a circle: {chain}", span,
                help="move what both need to a third file",
            )  # fmt: skip
            return None
        if source.name not in self.files:
            self.loading.append(source.name)
            tree, errors = self.finder.parse(source, self.limits.tokens)
            self.found([e for e in errors if e not in self.diagnostics])
            self.files[source.name] = self.load(source, tree, errors)
            self._check_imports(self.files[source.name])
            self.loading.pop()
        return self.files[source.name]

    def _no_module(self, module: str, file: FileNames, span: Span) -> None:
        if module.partition(".")[0] in FRAMEWORKS:
            self.report("E212", f"a spec imports specs, and `{module}` is none", span,
                        help="leave it out: the layers are there without an import")  # fmt: skip
            return
        bare = module.removesuffix(".net")
        close = bare if bare != module else self.near(module, self.finder.names(file.source))
        self.report(
            "E212", f"there is no `{module}` to import", span,
            notes=["files are looked for beside this one, on the import path (`-I FOLDER`), and "
                   "among the shipped specs (`netwright specs`)"],
            help="an import names the file without `.net`" if close == bare
            else f"did you mean `{close}`?" if close else "",
            fix=Fix(f"write `{close}`", (Edit(span, close),)) if close else None,
        )  # fmt: skip

    def importable(self, name: str, env: Environment) -> str | None:
        """``import resnet`` for `resnet`, ``from resnet import resnet18`` for `resnet18`."""
        if not name.isidentifier():
            return None
        if name in self.finder.names(env.file.source):
            return f"import {name}"
        module = shipping(name)
        return f"from {module} import {name}" if module else None

    def _check_imports(self, file: FileNames) -> None:
        """Imports of an imported file are followed at once, so that circles are found."""
        for statement in file.tree.statements:
            if isinstance(statement, syntax.Import | syntax.FromImport):
                self._import(statement.module, file, statement.span)

    # --- the net ----------------------------------------------------------------------------------

    def run_file(self, file: FileNames) -> None:
        """The bare pipeline."""
        self._check_file(file)
        bare = [(s, e) for s, e in file.pipelines if isinstance(s, syntax.ExpressionStatement)]
        self._one_pipeline([statement for statement, _ in bare], file)
        last, env = bare[-1]
        with self.framed(env):
            self._finish(self._network_result(last.value, env), last.span)

    def check_library(self, file: FileNames) -> None:
        """A file without a net: what else it says."""
        self._check_file(file)

    def _one_pipeline(self, bare: list[syntax.ExpressionStatement], file: FileNames) -> None:
        first, *others = bare
        if not others or file.is_broken(first.span.to(others[0].span)):
            return
        fix, help = None, ["for several networks write `net name = ...`"]
        if not any(_starts_with_input(other.value) for other in others):
            starts = [Span(o.span.source, o.span.start, o.span.start) for o in others]
            title = "to go on from the line above, begin the line with `>`"
            fix = Fix(title, tuple(Edit(s, "> ") for s in starts))
            help = [title, *help]
        self.report(
            "E219", "a file has at most one bare pipeline", others[0].span, detail="the second",
            labels=[Label(first.span, "the first")], help=help, fix=fix,
        )  # fmt: skip

    def _check_file(self, file: FileNames) -> None:
        """What a file says beside its networks: imports, constants and assumptions."""
        self._check_imports(file)
        for name in file.names:
            if name not in file.nets:
                self.file_name(file, name)
        for statement, env in file.pipelines:
            if isinstance(statement, syntax.Require):
                self._require(statement, env)
        self.fail_alone()

    def _network_result(self, expr: syntax.Expr, env: Environment) -> Data:
        """A pipeline's result: it starts from ``input``, or gets an input of unknown shape."""
        self.root.whole = whole_labels(expr, frozenset())
        while isinstance(expr, syntax.Paren):
            expr = expr.body
        if _starts_with_input(expr):
            return self.evaluate(expr, env)
        first = head(expr)
        found = self.lookup(first.id, env, first.span) if isinstance(first, syntax.Name) else None
        if found is not None and (isinstance(found.value, Tensor) or tensors_in(found.value)):
            return self.evaluate(expr, env)
        if isinstance(expr, syntax.Name | syntax.Call | syntax.Attribute):
            value = self.evaluate(expr, env)
            while isinstance(value, Renamed):
                value = value.network
            if isinstance(value, Template | BlockNetwork):
                return self._alias(value, expr.span)
        x = self.net_input("x", None, None, expr.span)
        return self.run_piped(expr, env, [x])

    def _alias(self, value: Template | BlockNetwork, span: Span) -> Data:
        """``net resnet18 = ResNet(basic, [2, 2, 2, 2])``: that net, without a scope of its own."""
        self.deeper(span)
        if isinstance(value, Template):
            bound = self.bind_block(value, {}, value.name, span)
            if bound is None:
                return UNKNOWN
            value = bound
        self.calls.append((value.template.name, span))
        try:
            return self.run_net(value)
        finally:
            self.calls.pop()

    def run_net(self, network: BlockNetwork) -> Data:
        """A net's or block's body as the compiled graph itself."""
        block = network.template.block
        self.net_block = block
        self.root.name = block.name
        self.root.arguments = shown_arguments(network.arguments)
        self.root.documentation = self.root.documentation or block.documentation
        self.root.span = self.root.span or block.span
        env = network.template.environment.inner()
        env.names.update(network.arguments)
        with self.framed(env):
            if block.inputs is None:
                return self._result_without_ports(block, env)
            for port in block.inputs:
                shape = None if port.shape is None else self._port_shape(port, env)
                dtype: Any = port.dtype
                tensor = self.net_input(port.name, shape, dtype, port.span)
                env.names[port.name] = tensor
            value = self.run_block(block, env, [])
            return self._result(block, env, value) if not unknown_in(value) else UNKNOWN

    def _result_without_ports(self, block: syntax.Block, env: Environment) -> Data:
        if not block.body:
            return self.no_result(block, env)
        *before, last = block.body
        for statement in before:
            if not self.run_statement(statement, env):
                return UNKNOWN
        if not isinstance(last, syntax.ExpressionStatement):
            return self.no_result(block, env)
        value = self._network_result(last.value, env)
        if not unknown_in(value) and self.net_block is block:
            return self._result(block, env, value)
        return value

    def _port_shape(self, port: syntax.Port, env: Environment) -> tuple[Dim, ...] | None:
        """A net's declared shape: names bound nowhere are symbolic sizes. None where a text stands
        for sizes, which may be several."""
        dims: list[Dim] = []
        for expr in port.shape or ():
            if isinstance(expr, syntax.Constant) and expr.value is None:
                self._batch_as_none(expr, port, env)
                continue
            for name in self.open_names(expr, env):
                env.names[name] = self.knowledge.bound.get(name, symbol(name))
            value = self.evaluate(expr, env)
            sizes = value if isinstance(value, list) else [value]
            if len(dims) + len(sizes) >= MAX_RANK:
                message = f"an input has more than {MAX_RANK} axes: PyTorch's tensors cannot"
                self.report("E214", message, expr.span)
                break
            good = [self.is_size(s, expr.span) for s in sizes]
            if any(isinstance(s, str) for s in sizes):
                return None
            dims += [s if fits else symbol("?") for s, fits in zip(sizes, good, strict=True)]
        return tuple(dims)

    def _batch_as_none(self, expr: syntax.Constant, port: syntax.Port, env: Environment) -> None:
        """``x[None, 3, 32, 32]``, as Keras shows a shape."""
        if env.file.is_broken(expr.span):  # `None`, which the parser has spoken of
            return
        after = [e.span.start for e in port.shape or () if e.span.start > expr.span.start]
        unwritten = Edit(Span(expr.span.source, expr.span.start, min(after)), "") if after else None
        self.report(
            "E204", "a size is needed, this is none", expr.span,
            help="the batch axis is never written; another size that is open has a name: `x[T, 8]`",
            fix=Fix("leave it out", (unwritten,)) if unwritten else None,
        )  # fmt: skip

    def net_input(
        self, port: str, shape: tuple[Any, ...] | None, dtype: Dtype | None, span: Span
    ) -> Tensor:
        """An input of the net: as declared, as given from outside, or of a rank to be found."""
        count = self.ports.get(port, 0) + 1
        self.ports[port] = count
        name = port if count == 1 else f"{port}{count}"
        kind = self.knowledge.known.get(name)
        given = self.shapes.get(name, self.shapes.get("") if not self.root.inputs else None)
        if shape is not None:
            kind = TensorType((symbol("N"), *shape), dtype or "float").substitute(
                self.knowledge.bound
            )
            if given is not None:
                self._agree(name, kind, given, span)
        elif given is not None:
            kind = given
        if kind is not None:
            kind = kind.substitute(self.knowledge.bound).with_dtype(dtype or kind.dtype)
        return self.root.input(name, kind, span)

    def check_inputs_given(self) -> None:
        """Shapes are given for inputs that the net has."""
        names = [draft.port for draft in self.root.inputs]
        for name in self.shapes:
            if name and name not in names:
                close = self.near(name, names)
                self.report(
                    "E219", f"the net has no input `{name}`", None,
                    help=f"did you mean `{close}`?" if close
                    else f"its inputs: {', '.join(names) or 'none'}",
                )  # fmt: skip

    def _agree(self, name: str, declared: TensorType, given: TensorType, span: Span) -> None:
        """A given shape binds symbolic sizes; it must agree with numbers."""
        values = solved(declared.shape, given.shape)
        if values is None:
            self.report(
                "E305", f"the net declares its input `{name}` as {declared}", span,
                detail=f"given {given}",
                help="only symbolic sizes can be given: declare `[3, H, W]` to leave them open",
            )  # fmt: skip
        elif values:
            raise Learnt(self.knowledge.with_sizes(values))

    def _finish(self, value: Data, span: Span) -> None:
        if unknown_in(value):
            return
        if not tensors_in(value):
            kind = (
                "a network" if isinstance(value, Network) or networks_in(value) else describe(value)
            )
            self.report("E219", f"the pipeline gives {kind}, not a tensor", span)
            return
        if self.bundle(value, span) is None:
            return
        unknown = next((d.port for d in self.root.inputs if d.types[0] is None), None)
        if unknown is not None:  # only layers that take any rank: what the first assumes will do
            axes = next((a for a in _assumed(self.root) if len(a) > 2), ("N", "D"))
            raise Learnt(self.knowledge.with_input(unknown, axes, "float"))
        self.check_labels(self.root)
        self.result = value

    def run_named(self, file: FileNames, name: str, arguments: Mapping[str, Data]) -> None:
        """A net of the file by name."""
        block = file.nets[name]
        template = self.file_name(file, name)
        if not isinstance(template, Template):
            return
        bound = self.bind_block(template, arguments, name, block.name_span)
        if bound is None:
            return
        self.root.documentation = block.documentation
        self.root.alias = name
        self._check_file(file)
        self._finish(self.run_net(bound), block.name_span)

    def outputs(self) -> list[tuple[str, Tensor]]:
        """The results with their names: declared, else the body's, else by position. Side results
        fall away, as in any pipe."""
        tensors = list(main_tensors(self.result)) if self.result is not None else []
        with self.building(self.root):
            tensors = [self.bring(t) for t in tensors]
        block = self.net_block
        declared = [p.name for p in block.outputs or ()] if block is not None else []
        names: list[str] = []
        for i, tensor in enumerate(tensors):
            name = declared[i] if i < len(declared) else ""
            name = name or tensor.draft.names.get(tensor.index, "") or _path_name(tensor)
            default = "output" if len(tensors) == 1 else f"output{i + 1}"
            names.append(name if name and name not in names and name not in self.ports else default)
        return list(zip(names, tensors, strict=True))


def _is_twofold(block: syntax.Block) -> bool:
    """Whether two of its parameters have one name, which the parser has said: one is another."""
    return len({p.name for p in block.parameters}) < len(block.parameters)


def _path_name(tensor: Tensor) -> str:
    label = tensor.draft.label
    return label if label.isidentifier() and len(tensor.draft.types) == 1 else ""


def _assumed(scope: Builder) -> Iterator[tuple[str, ...]]:
    """What the layers take their inputs for, in the order of the graph."""
    for draft in scope.drafts:
        if draft.child is not None:
            yield from _assumed(draft.child)
        elif draft.layer is not None:
            yield draft.layer.assumed


def _as_it_is(env: Environment) -> Environment:
    """The file's environment with the defaults in force at this line."""
    return Environment(env.file, defaults=env.defaults)


def _starts_with_input(expr: syntax.Expr) -> bool:
    first = head(expr)
    return (
        isinstance(first, syntax.Call)
        and isinstance(first.function, syntax.Name)
        and first.function.id == "input"
    )
