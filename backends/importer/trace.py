"""What a model computes: the ops that torch.export records, by the module run that computes them.

``torch.export`` runs the model's Python once, on tensors without values. Hooks on the modules see
that run: which module is entered and left, and with which tensors. So a trace knows the inputs and
results of each module exactly, also of one that computes nothing (``nn.Identity``, or stochastic
depth outside of training).

https://docs.pytorch.org/docs/stable/export.html
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .agreement import class_and_line, failure, tensors
from .failures import line, place
from .folding import folded
from .inlining import Inlined
from .inplace import CannotReplace, Replacement
from .names import Places, SourcePlaces, assigned_names
from .size_patterns import Pattern, is_in_place, size_patterns
from .types import CannotImport

if TYPE_CHECKING:
    from torch import Tensor, fx, nn
    from torch.export import ExportedProgram
    from torch.utils.hooks import RemovableHandle


MOST_CONDITIONS: Final = 180
"""The most conditions on open sizes: shifted windows make many, and each takes longer."""


@dataclass(eq=False)
class Op:
    """One op of PyTorch. ``results`` are the names of its tensors; it has several if the op
    returns a list."""

    node: fx.Node
    results: list[str]
    training: dict[str, Any] = field(default_factory=dict, kw_only=True)
    """The arguments that have other values in training."""
    owner: str = field(default="", kw_only=True)
    """The path of the module that the op was in, if it has none of its own."""

    @property
    def name(self) -> str:
        """``softmax.int`` for ``torch.ops.aten.softmax.int``."""
        return str(self.node.target).removeprefix("aten.")


@dataclass(eq=False)
class Run:
    """One run of a module. ``inputs`` and ``results`` are names of tensors."""

    path: str
    module: nn.Module
    parent: Run | None = None
    steps: list[Op | Run] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """The names of the inputs in the signature of ``forward``."""
    listed: int = 0
    """How many of the last inputs are those of one list."""
    settings: list[str] = field(default_factory=list)
    """The names of arguments of ``forward`` that are no tensors, and not its defaults."""
    returns: str = ""
    """The class of what ``forward`` returned."""

    def runs(self) -> Iterator[Run]:
        """The runs inside, each before the runs inside it."""
        for step in self.steps:
            if isinstance(step, Run):
                yield step
                yield from step.runs()


@dataclass(frozen=True)
class Shared:
    """A module that becomes a share of the block with the path ``home``, and its ``runs``."""

    home: str
    runs: Sequence[Run]


@dataclass(eq=False)
class Trace:
    """A model as it runs. ``nodes`` are those of the exported graph by name. ``tensors`` are the
    parameters, buffers and constants by the names that ops use, with their paths in the model."""

    root: Run
    nodes: Mapping[str, fx.Node]
    tensors: dict[str, tuple[str, Tensor]]
    aliases: dict[str, str]
    state: Mapping[str, Tensor]
    """The model's state dict."""
    parameters: Collection[str]
    """The paths of parameters."""
    first_path: Mapping[str, str]
    """By the path of a parameter, the first path of the same tensor."""
    places: Mapping[str, Places]
    """Where each node is made in the model's source."""
    patterns: Mapping[str, Pattern]
    """The tensors that depend on open sizes alone, and have a short form."""
    shared: Mapping[str, Shared] = field(default_factory=dict)
    """The modules that are held under several paths, and run under them, by one path of each."""

    def shape(self, value: str) -> tuple[str, ...]:
        """The sizes of a value, as export has them."""
        node, _, index = value.partition(".")
        made = self.nodes[node].meta["val"]
        return tuple(map(str, (made[int(index)] if index else made).shape))

    def names(self, node: fx.Node, module: nn.Module) -> list[str]:
        """The names that a module's source has for what a node makes."""
        return list(assigned_names(self.places.get(node.name, {}), module))

    def is_source(self, name: str) -> bool:
        """Whether a value is a parameter, a buffer or a constant."""
        return name in self.tensors or name in self.patterns

    def line(self, node: fx.Node) -> str:
        """The line of the model's source that makes a node; empty if it is not known."""
        file, number = next(iter(self.places.get(node.name, {}).values()), ("", 0))
        return line(file, number) if file else ""

    def value(self, name: str) -> str:
        """The name that a tensor has everywhere: ops that change nothing give their input on."""
        while name in self.aliases:
            name = self.aliases[name]
        return name


def trace(
    model: nn.Module, inputs: Sequence[Tensor] | Mapping[str, Tensor], *, all_open: bool = False
) -> Trace:
    """Runs a model once. ``inputs`` include the batch, which becomes a size without a value; it
    must be at least 2 in the example. With ``all_open`` the other sizes become such sizes too, if
    the model does not need a certain number. Raises CannotImport."""
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        raise CannotImport(
            "a ScriptModule has no Python that can be followed: "
            "import the model that torch.jit made it of"
        )
    dims = [torch.export.Dim("N"), torch.export.Dim.AUTO]
    failed: Exception | None = None
    for batch in dims[:1] if all_open else dims:
        recorder = _Recorder(model)
        try:
            with recorder.hooked(), quiet():
                program = _exported(model, inputs, batch, all_open=all_open)
        except CannotImport:
            raise
        except Exception as error:  # export raises errors of many classes
            failed = failed or error
        else:
            return _Assembly(model, program, recorder).trace()
    assert failed is not None
    raise CannotImport(*(_own_failure(model, inputs) or _reasons(failed))) from failed


def _exported(
    model: nn.Module,
    inputs: Sequence[Tensor] | Mapping[str, Tensor],
    batch: Any,
    *,
    all_open: bool,
) -> ExportedProgram:
    from torch.export import Dim, export
    from torch.utils._pytree import tree_map

    def axes(tensor: Tensor) -> dict[int, Any]:
        others = range(1, tensor.dim()) if all_open else ()
        return {0: batch, **dict.fromkeys(others, Dim.AUTO)}

    if isinstance(inputs, Mapping):
        named: Any = {name: axes(tensor) for name, tensor in inputs.items()}
        return export(model, (), dict(inputs), dynamic_shapes=named, strict=False)
    shapes: Any = tree_map(axes, tuple(_arguments(model, inputs).values()))
    return export(model, tuple(inputs), dynamic_shapes=shapes, strict=False)


def _arguments(model: nn.Module, inputs: Sequence[Tensor]) -> Mapping[str, Any]:
    """The inputs by the parameters of ``forward``: ``*images`` has several."""
    try:
        return inspect.signature(model.forward).bind(*inputs).arguments
    except (TypeError, ValueError):
        return {str(number): tensor for number, tensor in enumerate(inputs)}


@contextmanager
def quiet() -> Iterator[None]:
    """Without what export prints about code that it cannot follow."""
    import contextlib
    import io
    import logging
    import warnings

    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _own_failure(model: nn.Module, inputs: Sequence[Tensor] | Mapping[str, Tensor]) -> list[str]:
    """What is wrong if a model cannot run for the example at all; empty if it can."""
    with quiet():
        error = failure(model, inputs)
    if error is None:
        return []
    named = inputs if isinstance(inputs, Mapping) else _arguments(model, inputs)
    shapes = [f"{name}{list(t.shape)}" for name, tensor in named.items() for t in tensors(tensor)]
    which = f"{', '.join(shapes)}, where the first axis is the batch"
    reason = f"the model fails for the example inputs, {which}: {class_and_line(error)}"
    wants_whole = "scalar types: Long" in reason
    hint = ["give whole numbers, as --input '16 int' does"] if wants_whole else []
    return [part for part in (reason, place(error), *hint) if part]


def _reasons(error: Exception) -> list[str]:
    """What export says about a model that it cannot follow, with the place in the source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    places = re.findall(r'File "([^"]+)", line (\d+), in forward', str(error))
    said = [f"torch.export: {lines[0]}" if lines else f"torch.export: {type(error).__name__}"]
    where = line(places[-1][0], int(places[-1][1])) if places else place(error)
    return [*said, where] if where else said


# --- what hooks see ---------------------------------------------------------------------------


@dataclass(eq=False)
class _Event:
    """A module was entered or left after so many nodes."""

    run: Run
    enters: bool
    nodes: int
    tensors: list[str]


class _Recorder:
    """Records the runs of modules while torch.export runs a model."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.events: list[_Event] = []
        self.names: list[str] = []
        """The names of all nodes, in the order in which they were made."""
        self.places = SourcePlaces(model)
        self._open: list[Run] = []

    @contextmanager
    def hooked(self) -> Iterator[None]:
        handles: list[RemovableHandle] = []
        paths: dict[nn.Module, list[str]] = {}
        for path, module in self.model.named_modules(remove_duplicate=False):
            paths.setdefault(module, []).append(path)
        for module, names in paths.items():
            entering = self._entering(module, names)
            handles.append(module.register_forward_pre_hook(entering, with_kwargs=True))
            handles.append(module.register_forward_hook(self._leaving, always_call=False))
        try:
            yield
        finally:
            self.places.stop()
            for handle in handles:
                handle.remove()

    def _entering(self, module: nn.Module, paths: Sequence[str]) -> Any:
        """The hook of a module. Export may call a stand-in of another class in its place."""

        def enter(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            parent = self._open[-1] if self._open else None
            inside = f"{parent.path}." if parent is not None else ""
            path = next((path for path in paths if path.startswith(inside)), paths[0])
            run = Run(path, module, parent)
            words, tensors, run.listed = _named(module, args, kwargs)
            run.settings = _settings(module, args, kwargs)
            if run.parent is None:
                self.places.start()
            run.words = words
            self._open.append(run)
            self._note(run, tensors, enters=True)

        return enter

    def _leaving(self, module: nn.Module, args: Any, result: Any) -> None:
        del module, args
        run = self._open.pop()
        run.returns = type(result).__name__.replace("FakeTensor", "Tensor")
        self._note(run, _tensors(result), enters=False)
        if not self._open:
            self.places.stop()

    def _note(self, run: Run, tensors: Sequence[Tensor], *, enters: bool) -> None:
        from torch.fx.experimental.proxy_tensor import get_proxy_mode

        mode = get_proxy_mode()
        if mode is None:
            return
        if len(_conditions(tensors)) > MOST_CONDITIONS:
            raise CannotImport("the model has too many conditions on open sizes")
        nodes = mode.tracer.graph.nodes
        if len(nodes) > len(self.names):
            self.names = [node.name for node in nodes]
        self.events.append(_Event(run, enters, len(nodes), [_node_of(t) for t in tensors]))


def _tensors(value: object) -> list[Tensor]:
    import torch
    from torch.utils._pytree import tree_leaves

    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, torch.Tensor)]


def _conditions(tensors: Sequence[Tensor]) -> Sequence[Any]:
    """What export asked of open sizes until it made these tensors."""
    import torch

    sizes: Iterator[Any] = (size for tensor in tensors for size in tensor.shape)
    opened = next((size for size in sizes if isinstance(size, torch.SymInt)), None)
    guards: Sequence[Any] = opened.node.shape_env.guards if opened is not None else ()
    return guards


def _named(
    module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[list[str], list[Tensor], int]:
    """The tensors that a module takes, each with the name of its parameter in ``forward``, and how
    many of the last ones are in one list."""
    try:
        bound = inspect.signature(module.forward).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        bound = {f"x{i}": value for i, value in enumerate(args)} | kwargs
    pairs = [(name, tensor) for name, value in bound.items() for tensor in _tensors(value)]
    last = bound.get(pairs[-1][0]) if pairs else None
    listed = len(last) if isinstance(last, list) else 0
    return [name for name, _ in pairs], [tensor for _, tensor in pairs], listed


def _settings(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[str]:
    """The arguments of a module's ``forward`` that are no tensors, and not its defaults."""
    import torch

    try:
        bound = inspect.signature(module.forward).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return list(kwargs)
    defaults = {name: p.default for name, p in bound.signature.parameters.items()}
    given = {n: v for n, v in bound.arguments.items() if not isinstance(v, torch.Tensor)}
    return [name for name, value in given.items() if value is not defaults[name]]


def _node_of(tensor: Tensor) -> str:
    """The name of the node that made a tensor, or of one of its results; empty if none did."""
    from torch.fx.experimental.proxy_tensor import get_proxy_mode, get_proxy_slot

    mode = get_proxy_mode()
    assert mode is not None
    node: Any = get_proxy_slot(tensor, mode.tracer, None, lambda made: made.proxy.node)
    return "" if node is None else _item_of(node) or str(node.name)


def _item_of(node: fx.Node) -> str:
    """``chunk.0`` for the first result of ``chunk``; empty if a node is not one of several."""
    return f"{node.args[0]}.{node.args[1]}" if node.target is operator.getitem else ""


# --- from events and nodes to runs ------------------------------------------------------------


_UNCHANGED = frozenset(
    [
        "contiguous.default",
        "clone.default",
        "detach.default",
        "detach_.default",
        "lift_fresh_copy.default",
        "alias.default",
    ]
)
"""Ops that give their input on."""
_DROPPED = frozenset(["_assert_tensor_metadata.default"])


class _Assembly:
    """Puts the ops of an exported program into the runs that computed them."""

    def __init__(self, model: nn.Module, program: ExportedProgram, recorder: _Recorder) -> None:
        self.model, self.program, self.recorder = model, program, recorder
        self.inlined = Inlined(program)
        if self.inlined.in_half:
            raise CannotImport(
                "torch.autocast computes in half precision, which the language does not have"
            )
        self.nodes = {node.name: node for node in self.inlined.graph.nodes}
        self.detached = list(self._detached())
        self.owners: dict[str, Run] = {}
        """The run that each node is made in."""
        self.aliases: dict[str, str] = {}
        self.placeholders = _traced_inputs(program)
        self.first_paths = self._first_paths()

    def trace(self) -> Trace:
        root = self.recorder.events[0].run
        entries, results, position = self._visited()
        timed: list[tuple[float, int, Op | Run]] = [
            (position.get(last, -1) + 0.5, order, run) for order, (run, last) in enumerate(entries)
        ]
        tensors = self._tensors()
        state = self.model.state_dict()
        constants = {
            name: tensor
            for name, (path, tensor) in tensors.items()
            if path not in state and not tensor.requires_grad
        }
        values = folded(list(self.inlined.graph.nodes), constants)
        patterns = size_patterns(self.inlined.graph.nodes, constants | values)
        nodes = [n for n in self.inlined.graph.nodes if n.name not in (values | patterns)]
        ops = [op for node in nodes if (op := self._op(node)) is not None]
        tensors |= {name: ("", value) for name, value in values.items()}
        timed += [(float(position[op.node.name]), -1, op) for op in ops]
        for _, _, step in sorted(timed, key=lambda item: item[:2]):
            home = step.parent if isinstance(step, Run) else self.owners.get(step.node.name, root)
            if home is not None:
                home.steps.append(step)
        parameters = dict(self.model.named_parameters(remove_duplicate=False))
        first = {path: self.first_paths[id(tensor)] for path, tensor in parameters.items()}
        places = self.recorder.places.by_node
        made = Trace(
            root,
            self.nodes,
            tensors,
            self.aliases,
            state,
            parameters,
            first,
            places,
            patterns,
        )
        for event in self.recorder.events:
            names = [self._value(made, name, event.nodes) for name in event.tensors]
            if event.enters:
                event.run.inputs = names
            else:
                new = [name for name in names if name not in event.run.inputs]
                event.run.results = new or names  # what comes in is known outside
        words = dict(zip(root.inputs, root.words, strict=True))
        root.inputs = [made.value(name) for name in self.program.graph_signature.user_inputs]
        root.words = [words.get(name, "") for name in root.inputs]
        root.results = [made.value(name) for name in results]
        _drop_unused(made)
        return made

    def _visited(self) -> tuple[list[tuple[Run, str]], list[str], dict[str, int]]:
        """Takes the changes in place out of the program, and finds the run that each node is made
        in. Returns for each run the last node before it, the results of the model, and the places
        of nodes."""
        walk = _Walk(self)
        try:
            walk.go()
            results = [walk.now(name) for name in self.inlined.results]
        except CannotReplace as error:
            raise CannotImport(walk.where(error)) from None
        position = {node.name: at for at, node in enumerate(self.inlined.graph.nodes)}
        read = {name for event in self.recorder.events for name in event.tensors}
        walk.replacement.finish({*read, *results})
        self.nodes = {node.name: node for node in self.inlined.graph.nodes}
        return walk.entries, results, position

    def _detached(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Where parts without gradients end among the recorded nodes, and what is detached there:
        by the name of a node that of the one that detaches it."""
        places = {name: place for place, name in enumerate(self.recorder.names)}
        for names, detached in self.inlined.detached:
            last = max((places.get(name, -1) for name in names), default=-1)
            after = range(last + 1, len(places))
            ends = (at for at in after if self.recorder.names[at].startswith("_set_grad_enabled"))
            yield next(ends, len(places)), detached

    def _value(self, made: Trace, name: str, nodes: int) -> str:
        """The name that a recorded tensor has everywhere. ``nodes`` were made before."""
        value = made.value(name)
        for end, detached in self.detached:
            if nodes > end:
                value = {made.value(a): b for a, b in detached.items()}.get(value, value)
        return value

    def final(self, name: str) -> str:
        """The name in the program: inputs have other names while export runs."""
        number = re.fullmatch(r"arg(\d+)_\d+", name)
        if number is None or name in self.nodes:
            return name
        return str(self.placeholders[int(number[1])])

    def _op(self, node: fx.Node) -> Op | None:
        if node.op != "call_function":
            return None
        item = _item_of(node)
        if item:
            self.aliases[node.name] = item
            return None
        name = str(node.target).removeprefix("aten.")
        if name in _DROPPED or not _is_tensor_op(node):
            return None
        if name == "cat.default" and (only := _without_empty(node)):
            self.aliases[node.name] = only
            return None
        if (
            self._is_unchanged(node)
            or _keeps_dtype(node)
            or _takes_all(node)
            or _adds_nothing(node)
            or _pads_nothing(node)
            or _squeezes_nothing(node)
        ):
            self.aliases[node.name] = str(node.args[0])
            return None
        made = node.meta.get("val")
        count = len(made) if isinstance(made, list | tuple) else 0
        results = [f"{node.name}.{i}" for i in range(count)] or [node.name]
        return Op(node, results)

    def _is_unchanged(self, node: fx.Node) -> bool:
        """Whether an op gives its input on. One that detaches it changes what has a gradient."""
        name = str(node.target).removeprefix("aten.")
        if name.startswith("detach") and str(node.args[0]) in self.inlined.with_gradient:
            return False
        return name in _UNCHANGED

    def _tensors(self) -> dict[str, tuple[str, Tensor]]:
        """Parameters, buffers and constants. One that has several paths has the first of them."""
        paths = dict(self.first_paths)
        for path, tensor in self.model.named_buffers(remove_duplicate=False):
            paths.setdefault(id(tensor), path)
        signature, result = self.program.graph_signature, {}
        for spec in signature.input_specs:
            target, name = spec.target, getattr(spec.arg, "name", "")
            if target is None or not name:
                continue
            own = _at(self.model, target)
            tensor = self.program.constants[target] if own is None else own
            result[name] = paths.get(id(tensor), target), tensor
        return result

    def _first_paths(self) -> dict[int, str]:
        """By the id of a parameter, the path of the module that uses it first. Modules that have no
        others inside come before those around them."""
        paths: dict[int, str] = {}
        runs = [event.run for event in self.recorder.events if event.enters]
        outer = {run.parent for run in runs}
        for run in sorted(runs, key=outer.__contains__):
            for name, tensor in run.module.named_parameters(recurse=False):
                paths.setdefault(id(tensor), f"{run.path}.{name}".lstrip("."))
        for path, tensor in self.model.named_parameters(remove_duplicate=False):
            paths.setdefault(id(tensor), path)
        return paths


def _drop_unused(trace: Trace) -> None:
    """Takes away the ops whose results nothing uses."""
    runs = [trace.root, *trace.root.runs()]
    needed = {value for run in runs for value in run.results}
    ops = {op.node.name: op for run in runs for op in run.steps if isinstance(op, Op)}
    used = set()
    for name in reversed(list(trace.nodes)):
        op = ops.get(name)
        if op is not None and (needed.intersection(op.results) or _has_effect(op)):
            used.add(name)
            needed.update(trace.value(node.name) for node in op.node.all_input_nodes)
    for run in runs:
        kept = (step for step in run.steps if isinstance(step, Run) or step.node.name in used)
        run.steps = list(kept)


def _has_effect(op: Op) -> bool:
    """Whether an op changes a tensor, or draws random numbers."""
    import torch

    tags = getattr(op.node.target, "tags", ())
    return is_in_place(op.node) or torch.Tag.nondeterministic_seeded in tags


class _Walk:
    """The way through the nodes and events of an export, in the order in which they were made."""

    def __init__(self, assembly: _Assembly) -> None:
        self.assembly = assembly
        self.replacement = Replacement(assembly.inlined.graph, self._add)
        self.entries: list[tuple[Run, str]] = []
        """For each run, the last node before it."""
        self._open: list[Run] = []
        self._last = ""

    def go(self) -> None:
        names, done = self.assembly.recorder.names, 0
        detaching = {end: list(part.values()) for end, part in self.assembly.detached}
        for event in self.assembly.recorder.events:
            for at in range(done, event.nodes):
                for name in (names[at], *detaching.get(at, ())):
                    self._visit(name)
            done = event.nodes
            self._pass_by(event)

    def _visit(self, name: str) -> None:
        node = self.assembly.nodes.get(name)
        if node is None:
            return
        if self._open:
            self.assembly.owners[name] = self._open[-1]
        if node.op == "call_function":
            self.replacement.visit(node)
            self._last = name

    def _pass_by(self, event: _Event) -> None:
        """Enters or leaves a run, with the values that its tensors have then."""
        event.tensors = [self.now(self.assembly.final(name)) for name in event.tensors]
        if event.enters:
            self._open.append(event.run)
            self.entries.append((event.run, self._last))
        else:
            self._open.pop()

    def now(self, name: str) -> str:
        """The name of the value that a tensor has now."""
        node = self._node(name)
        if node is None:
            return name
        value = self.replacement.current(node)
        return _item_of(value) or value.name

    def _node(self, name: str) -> fx.Node | None:
        """The node of a value; for ``chunk.0`` the one that takes the first of several."""
        node, _, index = name.partition(".")
        made = self.assembly.nodes.get(node)
        if made is None or not index:
            return made
        items = (user for user in made.users if _item_of(user) == name)
        return next(items, None)

    def _add(self, node: fx.Node, origin: fx.Node) -> None:
        """Takes in a node that is made for another one."""
        self.assembly.nodes[node.name] = node
        places = self.assembly.recorder.places.by_node
        places[node.name] = places.get(origin.name, {})
        if self._open:
            self.assembly.owners[node.name] = self._open[-1]
        self._last = node.name

    def where(self, error: CannotReplace) -> str:
        """A change that cannot be replaced, with the module where it is."""
        where = self._open[-1].path if self._open else ""
        op = str(error.node.target).removeprefix("aten.")
        return f"{op} in {where or 'the model'}: {error}"


def _traced_inputs(program: ExportedProgram) -> list[str]:
    """The inputs while export runs the model, by number: constants come in later."""
    from torch.export.graph_signature import InputKind

    specs = program.graph_signature.input_specs
    return [getattr(x.arg, "name", "") for x in specs if x.kind != InputKind.CONSTANT_TENSOR]


def _at(model: nn.Module, path: str) -> Tensor | None:
    import torch

    value: Any = model
    for part in path.split("."):
        value = getattr(value, part, None)
    return value if isinstance(value, torch.Tensor) else None


def _is_tensor_op(node: fx.Node) -> bool:
    """Whether an op computes tensors. Others compute sizes."""
    import torch

    made = node.meta.get("val")
    items = made if isinstance(made, list | tuple) else [made]
    return any(isinstance(item, torch.Tensor) for item in items)


def _keeps_dtype(node: fx.Node) -> bool:
    """Whether ``to`` converts to the dtype that its input has. Then it returns its input, which is
    the same tensor after the module around it too."""
    if not str(node.target).startswith(("aten.to.", "aten.type_as.")):
        return False
    return _keeps_type(node)


_NEUTRAL: Final = {"aten.add.Tensor": (int, 0), "aten.mul.Tensor": (int | float, 1)}
"""Numbers that an op gives its tensor on with. (Adding 0.0 changes the sign of -0.0.)"""


def _adds_nothing(node: fx.Node) -> bool:
    """Whether a number is added or multiplied that changes nothing."""
    kind, number = _NEUTRAL.get(str(node.target), (str, None))
    if not isinstance(node.args[1:2], tuple) or len(node.args) != 2 or node.kwargs:
        return False
    given = node.args[1]
    return isinstance(given, kind) and given == number and _keeps_type(node)


def _without_empty(node: fx.Node) -> str:
    """Takes the tensors without elements away from those that ``cat`` joins: a slice may be one.
    Returns the name of the one that is left then; empty if there are more, or none was taken."""
    items: Any = node.args[0]
    filled = [item for item in items if 0 not in item.meta["val"].shape]
    if not filled or len(filled) == len(items):
        return ""
    node.update_arg(0, filled)
    return str(filled[0]) if len(filled) == 1 else ""


def _pads_nothing(node: fx.Node) -> bool:
    sides: Any = node.args[1] if str(node.target) == "aten.pad.default" else (1,)
    return all(isinstance(size, int) and size == 0 for size in sides)


def _keeps_type(node: fx.Node) -> bool:
    return bool(node.meta["val"].dtype == node.args[0].meta["val"].dtype)  # type: ignore[union-attr]


def _squeezes_nothing(node: fx.Node) -> bool:
    """Whether ``squeeze`` finds no axis of size 1."""
    if not str(node.target).startswith("aten.squeeze."):
        return False
    return bool(node.meta["val"].dim() == node.args[0].meta["val"].dim())  # type: ignore[union-attr]


def _takes_all(node: fx.Node) -> bool:
    """Whether a slice takes the whole of an axis."""
    if str(node.target) != "aten.slice.Tensor":
        return False
    start, end, step = (*node.args[2:], None, None, None)[:3]
    whole = end is None or (isinstance(end, int) and end >= 2**62)
    return start in (0, None) and whole and step in (1, None)
