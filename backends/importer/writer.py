"""The body of a block from one run of a module: statements of the language.

Ops and runs come in the order in which the model computes them. The writer keeps the results that
are used once in a stack, so that they become the start of a pipe or an operand, as a person would
write it; any other result gets a name. So what is written first runs first.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...compiler.advice.foreign import native
from ...compiler.dims import Dim, Size, symbol, symbols
from ...compiler.layer import Layer
from ...compiler.layers import layers
from ...compiler.lifting import CannotLift, Lifted
from ...compiler.spelling import spell, spell_value
from ...compiler.types import TensorType
from ...grammar import syntax as s
from ...grammar.parser import parse_expression
from ...grammar.printer import print_expression
from ...grammar.source import Source
from . import constants, formulas, tree
from .alignment import LONG, same
from .attention import masks_apart
from .axes import Chain, with_chains
from .growth import with_growth
from .lift import lift_op
from .lift_modules import lift_module, plain_kind
from .open_sizes import OpenSizes, axes, formula
from .own_depth import own_depth
from .size_patterns import Pattern, source_of
from .trace import Op, Run, Trace
from .types import CannotImport, size, type_of

if TYPE_CHECKING:
    from torch import Tensor

SYNONYMS: Final = {"identity": "shortcut"}
"""Names of variables that mean a layer here."""

OWN: Final = "$"
"""The label of a layer whose weights are those of the module around it."""

CallOf: TypeAlias = Callable[[Run], s.Expr]
"""The call of the block that a run became."""


@dataclass(frozen=True)
class Value:
    """A tensor among the arguments of an op."""

    name: str


@dataclass(eq=False)
class Body:
    """What a block does: its inputs, statements and result."""

    inputs: list[str]
    """The names of the tensors that come in, as the trace has them."""
    words: list[str]
    """Their names in the text."""
    statements: list[s.Statement] = field(default_factory=list)
    owns: int = 0
    """The number of layers whose weights are those of the block itself."""
    renamed: list[str] = field(default_factory=list)
    """The values that take the name of the first input later."""

    def is_like(self, other: Body) -> bool:
        """Whether two bodies have the same text."""
        pairs = zip(self.statements, other.statements, strict=False)
        return len(self.statements) == len(other.statements) and all(same(a, b) for a, b in pairs)

    def take_words(self, other: Body) -> None:
        """Its inputs take the names of those of another body, if these mean nothing in it."""
        names = dict(zip(self.words, other.words, strict=False))
        used = {name.id for statement in self.statements for name in s.all_names(statement)}
        new = {word for old, word in names.items() if old != word}
        stars = any(word.startswith("*") for word in (*self.words, *other.words))
        if len(self.words) != len(other.words) or stars or new & used:
            return

        def renamed(node: s.SyntaxNode) -> s.SyntaxNode:
            return tree.name(names.get(node.id, node.id)) if isinstance(node, s.Name) else node

        self.words = list(other.words)
        self.statements = [tree.mapped(statement, renamed) for statement in self.statements]


class Writer:
    """Writes the bodies of the runs of one trace."""

    def __init__(self, trace: Trace, sizes: OpenSizes) -> None:
        self.trace = trace
        self.sizes = sizes
        self.attended = masks_apart(trace)
        self._layers: dict[Run, Layer | None] = {}
        self.refused: dict[Run, CannotImport] = {}
        """Why modules of torch.nn are no layers."""
        self.layer_paths = {run.path for run in trace.root.runs() if run.steps and is_layer(run)}
        self.layer_paths |= _owners(trace)
        """The modules that are layers and run."""

        self.extern_paths: list[str] = []
        """The modules that are externs, which have their weights themselves, each with a dot."""
        self._unread = _unread(trace)
        self._times = Counter(run.path for run in trace.root.runs())

    def unread(self, run: Run) -> list[tuple[str, s.Expr]]:
        """The parameters and buffers in a run that nothing reads, which checkpoints have all the
        same: the path of each in the model, and its source."""
        result: list[tuple[str, s.Expr]] = []
        for path in self._unread.get(run.path, ()):
            if path.startswith(tuple(self.extern_paths)):
                continue
            tensor = self.trace.state[path]
            is_parameter = path in self.trace.parameters
            source = constants.source_of_state(tensor, is_parameter=is_parameter)
            first = self.trace.first_path.get(path, path)
            if first != path:
                source = constants.another_name(tensor, tree.far(first))
            result.append((path, source))
        return result

    def reads(self, run: Run) -> list[str]:
        """The values that a run takes, masks included."""
        masks = self.attended[run].masks if run in self.attended else {}
        return [*run.inputs, *masks.values()]

    def runs_again(self, run: Run) -> bool:
        """Whether a module runs several times."""
        return self._times[run.path] > 1

    def has_layer(self, path: str) -> bool:
        """Whether a parameter is the weight of a layer that is a module of its own."""
        return path.rpartition(".")[0] in self.layer_paths

    def type(self, value: str) -> TensorType:
        """The type of a value: of a node, or of one of the results of a node."""
        node, _, index = value.partition(".")
        if node not in self.trace.nodes or "val" not in self.trace.nodes[node].meta:
            raise CannotImport(f"torch.export sets apart what makes the value {node}")
        made = self.trace.nodes[node].meta["val"]
        return type_of(made[int(index)] if index else made, self.sizes.symbols)

    def body(self, run: Run, call_of: CallOf, *, own: bool = False) -> Body:
        """The body of the block that a run is. With ``own``, a layer whose weights are the run's
        own has no label: that of the run may become the layer's."""
        return _BodyWriter(self, run, call_of, own=own).body()

    def group(self, run: Run, call_of: CallOf) -> s.Expr:
        """The members of a Sequential, as a pipe; they are numbered by the label around them."""
        members: list[s.Expr] = []
        for position, step in enumerate(run.steps):
            assert isinstance(step, Run)
            member = self.member(step, call_of)
            if OWN in _labels(member) and isinstance(member, s.Labelled):
                member = member.body
            child = step.path.removeprefix(f"{run.path}.").lstrip(".")
            if child != str(position):
                member = tree.labelled(member, child)
            elif isinstance(member, s.Paren | s.List):
                member = tree.labelled(member, "_")
            members.append(member)
        return _repeated(members)

    def member(self, run: Run, call_of: CallOf) -> s.Expr:
        """A run as a network: a layer, a group, or a call of its block."""
        layer = self.layer(run)
        if layer is not None:
            return self.tied(layer, run.path, dict(run.module.named_parameters(recurse=False)))
        if is_sequence(run) and not has_own_name(run):
            group = self.group(run, call_of)
            return tree.paren(group)
        return call_of(run)

    def tied(self, layer: s.Expr, module: str, weights: Iterable[str]) -> s.Expr:
        """A layer with the weights that it shares with a layer before it: ``weight=wte.weight``."""
        paths = [f"{module}.{name}" for name in weights]
        firsts = {path: self.trace.first_path.get(path, path) for path in paths}
        settings = [
            s.Setting(path.rpartition(".")[2], tree.far(first), span=tree.NOWHERE)
            for path, first in firsts.items()
            if first != path
        ]
        if not settings:
            return layer
        call = layer if isinstance(layer, s.Call) else s.Call(layer, (), (), span=tree.NOWHERE)
        return call.replace(settings=(*call.settings, *settings))

    def near(self, node: Any, run: Run) -> Any:
        """A tree with the weights inside a run as they are called there."""

        def changed(part: s.SyntaxNode) -> s.SyntaxNode:
            path = tree.far_path(part)
            if path is None or path in self.trace.shared:
                return part
            inside = inside_of(run, path)
            return tree.dotted(inside) if inside else self._in_shared(path, run) or part

        return tree.mapped(node, changed)

    def _in_shared(self, path: str, run: Run) -> s.Expr | None:
        """A weight inside a module that is held under several paths, for a run outside of it; None
        if it is in none."""
        around = [path[:at] for at, letter in enumerate(path) if letter == "."]
        module = next((p for p in around if p in self.trace.shared), "")
        if not module or f"{run.path}.".startswith(f"{module}."):
            return None
        return tree.weight_in(tree.far(module), path[len(module) + 1 :])

    def layer(self, run: Run) -> s.Expr | None:
        """A module of torch.nn as the call of a layer; None if it is no layer."""
        layer = self.lifted(run)
        return None if layer is None else expression(spell(layer))

    def lifted(self, run: Run) -> Layer | None:
        """The layer that a module of torch.nn is. It is found once, since modules are made for
        it."""
        if run not in self._layers:
            self._layers[run] = self._lifted(run)
        return self._layers[run]

    def _lifted(self, run: Run) -> Layer | None:
        if run.steps and not is_layer(run):
            return None
        try:
            types = [self.type(name) for name in run.inputs]
            layer = lift_module(run.module, *types)
            if layer is None and is_idle(run) and len(types) == 1:
                return own_depth(run.module, types[0].rank)
            causal = run in self.attended and self.attended[run].causal
            return layer.replace(causal=True) if causal and layer is not None else layer
        except CannotLift as reason:
            self.refused[run] = CannotImport(f"{run.path}: {reason}")
            return None

    def lift(self, op: Op, where: str) -> Lifted:
        """The layer that an op is. Raises CannotImport."""
        if isinstance(op, Chain):
            return Lifted(op.layer, (Value(op.source),))
        node = op.node
        try:
            lifted = lift_op(
                str(node.target),
                getattr(node.target, "_schema"),  # noqa: B009
                [self._argument(a) for a in node.args],
                {name: self._argument(a) for name, a in node.kwargs.items()} | op.training,
                lambda value: self.type(value.name) if isinstance(value, Value) else None,
                training=bool(op.training),
            )
        except CannotLift as reason:
            raise self._refusal(op, f"{op.name} in {where}: {reason}") from None
        if lifted is None:
            raise self._refusal(op, f"{op.name} in {where} has no counterpart")
        return lifted

    def _refusal(self, op: Op, reason: str) -> CannotImport:
        place = self.trace.line(op.node)
        return CannotImport(reason, *([place] if place else []))

    def _argument(self, argument: Any) -> Any:
        """An argument of an op: a tensor by its name, sizes as the language has them."""
        if isinstance(argument, list | tuple):
            return [self._argument(item) for item in argument]
        if hasattr(argument, "meta"):
            if _is_tensor(argument):
                return Value(self.trace.value(argument.name))
            return size(argument.meta["val"], self.sizes.symbols)
        return argument

    def without_counterpart(self) -> list[str]:
        """The ops that are no layers, by name, each once."""
        names: dict[str, None] = {}
        for run in (self.trace.root, *self.trace.root.runs()):
            for op in () if is_layer(run) else run.steps:
                if isinstance(op, Op) and not self._is_lifted(op):
                    names[op.name] = None
        return list(names)

    def _is_lifted(self, op: Op) -> bool:
        try:
            self.lift(op, "")
        except CannotImport:
            return False
        return True


def is_idle(step: Op | Run) -> bool:
    """Whether a module gives its input on, as ``nn.Identity`` does."""
    return isinstance(step, Run) and step.results == step.inputs


def inside_of(run: Run, path: str) -> str:
    """A path of the model inside a run; empty if it is not inside."""
    if not run.path:
        return path
    return path.removeprefix(f"{run.path}.") if path.startswith(f"{run.path}.") else ""


def is_layer(run: Run) -> bool:
    """Whether a module is one of torch.nn's layers, also one with computed weights. Subclasses may
    compute something else."""
    kind = plain_kind(type(run.module))
    if kind.__module__ == "torch.nn.utils.parametrize":
        return True
    of_torch = kind.__module__.startswith("torch.nn.modules")
    return of_torch and native(kind.__name__, layers()) is not None


def is_sequence(run: Run) -> bool:
    """Whether a run pipes its input through all its members, in order."""
    from torch import nn

    if type(run.module).forward is not nn.Sequential.forward:
        return False
    paths = [step.path for step in run.steps if isinstance(step, Run)]
    inside = [f"{run.path}.{name}".lstrip(".") for name, _ in run.module.named_children()]
    return paths == inside and len(paths) == len(run.steps) > 0


def has_own_name(run: Run) -> bool:
    """Whether the class of a run is more than a container of torch.nn."""
    return not type(run.module).__module__.startswith("torch.nn.")


def expression(text: str) -> s.Expr:
    expression, _ = parse_expression(Source("a layer", text))
    assert expression is not None, text
    return expression


def _repeated(members: Sequence[s.Expr]) -> s.Expr:
    """The members as a pipe; equal ones in a row are one with a count."""
    runs: list[tuple[s.Expr, int]] = []
    for member in members:
        if runs and runs[-1][0] == member and not isinstance(member, s.Labelled):
            runs[-1] = (member, runs[-1][1] + 1)
        else:
            runs.append((member, 1))
    return tree.pipe(*(m if n == 1 else tree.binary("*", m, tree.number(n)) for m, n in runs))


def _owners(trace: Trace) -> set[str]:
    """The paths of the modules whose ops are written in the modules around them."""
    runs = (trace.root, *trace.root.runs())
    return {step.owner for run in runs for step in run.steps if isinstance(step, Op)} - {""}


def _unread(trace: Trace) -> dict[str, list[str]]:
    """The paths of the parameters and buffers that nothing reads, by the path of the innermost
    block that they are in."""
    runs = list(trace.root.runs())
    layers = {run.path for run in runs if is_layer(run)} | _owners(trace)
    homes = {run.path for run in runs if run.steps and not is_layer(run) and not is_sequence(run)}
    read = {node.name for node in trace.nodes.values() if node.users}
    written = {path for name, (path, _) in trace.tensors.items() if name in read}
    result: dict[str, list[str]] = {}
    for path in trace.state:
        owner, _, name = path.rpartition(".")
        counts = name == "num_batches_tracked" and f"{owner}.weight" in written
        if path in written or owner in layers or counts:
            continue
        parents = [path[:at] for at, letter in enumerate(path) if letter == "."]
        home = next((p for p in reversed(parents) if p in homes), "")
        result.setdefault(home, []).append(path)
    return result


# --- bodies -----------------------------------------------------------------------------------


_NOTHING: Final = (tree.name("identity"), tree.call("dropout", [tree.number(0.0)]))
"""Layers that give their input on, in training too."""


class _BodyWriter:
    def __init__(self, writer: Writer, run: Run, call_of: CallOf, *, own: bool) -> None:
        self.writer, self.run, self.call_of, self.own = writer, run, call_of, own
        self.owns = 0
        self.constants = 0
        self.trace = writer.trace
        self.texts: dict[str, s.Expr] = {}
        """The values that have a name, or stand for themselves: by value, their text."""
        self.pending: list[tuple[str, s.Expr]] = []
        """Values that are used once and wait for their use, in the order of computation."""
        self.runs_of = Counter(step.path for step in run.steps if isinstance(step, Run))
        self.shares: dict[str, s.Share] = {}
        """The modules that run several times, by path."""
        self.first_statements: list[s.Statement] = []
        self.held: list[s.Expr] = []
        """Texts that wait until the values before them have names."""
        self.statements: list[s.Statement] = []
        self.taken: set[str] = set()
        self.first_word = ""
        self.listed: list[s.Expr] = []
        """The texts of the inputs that come in a list."""
        self.renamed: list[str] = []
        self.wanted_names: dict[str, Sequence[str]] = {}
        """Names that the model's source has for values that wait."""
        self.steps = self._needed(with_chains(run, writer.trace, writer.type))
        self.uses = self._uses()
        self.left = Counter(self.uses)
        """How often each value is still to be used."""
        self._state = run.module.state_dict()

    @property
    def where(self) -> str:
        """The run in words, for messages."""
        return self.run.path or "the model"

    def body(self) -> Body:
        inputs = self._inputs()
        words = self._input_words(inputs)
        self.first_word = words[0] if words else ""
        for step in self.steps:
            if isinstance(step, Run):
                self._write_run(step)
            else:
                self._write_op(step)
        results = self.run.results
        waiting = [value for value, _ in self.pending]
        if waiting != results:
            self._name_all(len(self.pending))
        texts = [self._take(result) for result in results]
        last = texts[0] if len(texts) == 1 else tree.bundle(texts)
        unread, names = self._unread()
        if names:
            last = self._named(last)
        self.statements += [*names, tree.result(last)]
        statements = grouped([*unread, *self.first_statements, *self.statements])
        statements = with_growth([self._with_list(x) for x in statements], self.taken)
        return Body(inputs, words, statements, self.owns, self.renamed)

    def _with_list(self, node: Any) -> Any:
        """A tree with ``xs`` for the list of all inputs that come in it."""

        def change(part: s.SyntaxNode) -> s.SyntaxNode:
            whole = isinstance(part, s.List) and list(part.items) == self.listed != []
            return tree.name("xs") if whole else part

        return tree.mapped(node, change)

    def _unread(self) -> tuple[list[s.Statement], list[s.Statement]]:
        """The statements for weights that nothing reads: for those of their own, and for other
        names of layers' weights."""
        own, names = list[s.Statement](), list[s.Statement]()
        for path, source in self.writer.unread(self.run):
            near = self.writer.near(source, self.run)
            statement = tree.assign(["_"], tree.labelled(near, self._inside(path)))
            (own if path == self.trace.first_path.get(path, path) else names).append(statement)
        return own, names

    def _named(self, result: s.Expr) -> s.Expr:
        """The result as a name or names, so that statements can follow what makes it."""
        items = result.items if isinstance(result, s.List) else (result,)
        texts: list[s.Expr] = []
        for at, item in enumerate(items):
            if not isinstance(item, s.Name):
                self.held = [*texts, *items[at:]]
                word = self._free_word("yzuvw")
                self.statements.append(tree.assign([word], item))
                item = tree.name(word)
            texts.append(item)
        self.held = []
        return texts[0] if len(texts) == 1 else tree.bundle(texts)

    def _uses(self) -> Counter[str]:
        """How often each value is used in this run."""
        uses = Counter(self.run.results)
        for step in self.steps:
            if not is_idle(step):
                uses.update(self._reads(step))
        return uses

    def _reads(self, step: Op | Run) -> list[str]:
        """The values that a step takes."""
        return self._tensor_inputs(step) if isinstance(step, Op) else self.writer.reads(step)

    def _needed(self, steps: Sequence[Op | Run]) -> list[Op | Run]:
        """The steps without ops whose results nobody uses. Modules stay, and ops that work in
        place."""
        needed = set(self.run.results)
        result: list[Op | Run] = []
        for step in reversed(steps):
            pure = isinstance(step, Op) and not step.name.partition(".")[0].endswith("_")
            if pure and needed.isdisjoint(step.results):
                continue
            result.insert(0, step)
            needed.update(self._reads(step))
        return result

    def _tensor_inputs(self, op: Op) -> list[str]:
        """The values that an op takes."""
        if isinstance(op, Chain):
            return [op.source]
        return [self.trace.value(node.name) for node in op.node.all_input_nodes if _is_tensor(node)]

    def _inputs(self) -> list[str]:
        """The values from outside, in the order in which the module takes them."""
        made = {value for step in self.steps for value in step.results if not is_idle(step)}
        outside = [v for v in self.uses if v not in made]
        used = [v for v in outside if v not in self.trace.patterns and not self._is_source(v)]
        patterns = [v for v in outside if v in self.trace.patterns]
        used += [v for v in patterns if not self._has_sizes_of(v, used)]
        first = [v for v in dict.fromkeys(self.run.inputs) if v in used or not self.run.parent]
        return [*first, *(v for v in used if v not in first)]

    def _is_source(self, value: str) -> bool:
        """Whether a value is a constant, or a weight that is written in this body or given to it.
        A parameter that a module around this one has comes in as an input."""
        if value not in self.trace.tensors:
            return False
        path, _ = self.trace.tensors[value]
        return not path or bool(self._inside(path)) or self.writer.has_layer(path)

    def _has_sizes_of(self, pattern: str, inputs: Sequence[str]) -> bool:
        """Whether the sizes of a pattern follow from the shapes of inputs."""
        known = [(value, (d,)) for v in inputs for value, d in axes(v, self.writer.type(v))]
        shape = self.writer.type(pattern).shape
        open_ = (d for d in shape if isinstance(d, Size) and set(symbols(d)) - {"N"})
        return not self.run.parent or all(formula((d,), known) is not None for d in open_)

    def _input_words(self, inputs: Sequence[str]) -> list[str]:
        """The names of inputs in the text; ``*xs`` for those that come in a list."""
        listed = self.run.listed if inputs == self.run.inputs and self.run.parent else 0
        words: list[str] = []
        for value in inputs[: len(inputs) - listed]:
            words.append(self._input_word(value, words))
            self.texts[value] = tree.name(words[-1])
        if listed:
            self.listed = [tree.item(tree.name("xs"), at) for at in range(listed)]
            self.texts |= zip(inputs[-listed:], self.listed, strict=True)
            self.taken.add("xs")
            words.append("*xs")
        return words

    def _input_word(self, value: str, others: Collection[str]) -> str:
        """A name for an input, that of the module's ``forward`` if it can be."""
        known = dict(zip(self.run.inputs, self.run.words, strict=False))
        stem = known.get(value, "x")
        stem = stem if stem.isidentifier() and tree.is_free(stem) else "x"
        wanted = [stem, *(f"{stem}{i}" for i in range(2, 999))]
        word = next(w for w in wanted if w not in others)
        self.taken.add(word)
        return word

    def _free_word(self, wanted: Iterable[str]) -> str:
        """The first of some names that means nothing else here."""
        for word in wanted:
            word = SYNONYMS.get(word, word)
            if word.isidentifier() and not self._is_taken(word) and tree.is_free(word):
                self.taken.add(word)
                return word
        stem = next((w for w in wanted if w.isidentifier() and tree.is_free(w)), "y")
        word = next(w for i in range(2, 9999) if not self._is_taken(w := f"{stem}{i}"))
        self.taken.add(word)
        return word

    def _is_taken(self, word: str) -> bool:
        """Whether a name means a value that is still to be used."""
        if word in {share.name for share in self.shares.values()}:
            return True
        if word not in self.taken:
            return False
        named = (v for v, text in self.texts.items() if tree.name(word) in s.all_nodes(text))
        if any(self.left[value] > 0 for value in named):
            return True
        return any(tree.name(word) in s.all_nodes(text) for text in self.unwritten)

    # --- steps ------------------------------------------------------------------------------

    def _write_run(self, step: Run) -> None:
        inputs = step.inputs
        if is_idle(step):
            self._write_idle(step)
            return
        if self._is_computed(step):
            return
        if step.path in self.trace.shared:
            text = self._piped(inputs, self._with_shares(tree.far(step.path)))
            self._push(step.results, text, self._names_of(step))
            return
        member = self._with_shares(self._member(step))
        if member in _NOTHING and len(inputs) == 1:
            self._rename(step.results, inputs)
            return
        if step in self.writer.attended:
            self._write_attention(step, member)
            return
        path = self._inside(step.path)
        if OWN in _labels(member) and self.runs_of[step.path] < 2:
            if is_sequence(step):
                self._write_members(step)
                return
            member = _with_label(member, path)
        elif _has_state(step) and self.runs_of[step.path] > 1:
            member = self._shared(path, member)
        elif _has_state(step) or isinstance(member, s.Paren | s.List):
            member = tree.labelled(member, path)
        layer = self.writer.lifted(step)
        results = self._used(step.results) if layer is not None else step.results
        self._push(results, self._piped(inputs, member), self._names_of(step))

    def _member(self, step: Run) -> Any:
        """A run as a network, as it is called in this run."""
        return self.writer.near(self.writer.member(step, self.call_of), self.run)

    def _with_shares(self, node: Any) -> Any:
        """A tree with the shares of this run for modules that it holds, and others use too."""

        def changed(part: s.SyntaxNode) -> s.SyntaxNode:
            path = tree.far_path(part) or ""
            shared = self.trace.shared.get(path)
            if shared is None or shared.home != self.run.path:
                return part
            members = [self._with_shares(self._member(run)) for run in shared.runs]
            uses = [self._shared(self._inside(path), member) for member in members]
            return uses[0]

        return tree.mapped(node, changed)

    def _write_attention(self, step: Run, member: s.Expr) -> None:
        """Attention with its masks, in which true means keep; PyTorch drops there."""
        masks, path = self.writer.attended[step].masks, self._inside(step.path)
        results = self._used(step.results)
        if len(results) > 1:
            member = _with_settings(member, {"return_weights": tree.literal(True)})
        texts = self._take_all([*step.inputs, *map(self._kept, masks.values())])
        given = map(_shorter, texts[len(step.inputs) :])
        member = _with_settings(member, dict(zip(masks, given, strict=True)))
        if self.runs_of[step.path] == 1:
            member = tree.labelled(member, path)
        elif masks:
            raise CannotImport(f"{step.path} runs several times, with masks")
        else:
            member = self._shared(path, member)
        text = self._join(texts[: len(step.inputs)], member)
        self._push(results, text, self._names_of(step))

    def _kept(self, mask: str) -> Any:
        """A mask that drops, as one that keeps. Floats are added, here and there."""
        if self.writer.type(mask).dtype != "bool":
            return mask
        return Lifted(layers()["logical_not"](), (Value(mask),))

    def _is_computed(self, step: Run) -> bool:
        """Whether a module returns constants alone, which are written where they are used."""
        return not step.steps and all(map(self.trace.is_source, step.results))

    def _write_members(self, sequence: Run) -> None:
        """A Sequential in which a member is several layers: its members have labels one by one."""
        for step in sequence.steps:
            assert isinstance(step, Run)
            for value in step.results:
                self.uses[value] = self.uses[value] or 1
                self.left[value] = self.left[value] or 1
            self._write_run(step)

    def _used(self, results: list[str]) -> list[str]:
        """The results of a layer: the first alone if no other is used, since a pipe drops them."""
        return results if any(self.uses[name] for name in results[1:]) else results[:1]

    def _write_idle(self, step: Run) -> None:
        """A module that gives its input on, as stochastic depth does outside of training."""
        layer = self.writer.layer(step)
        if step in self.writer.refused:
            raise self.writer.refused[step]
        if layer is None or layer in _NOTHING or not step.inputs:
            return
        (value,) = step.inputs
        if self.pending and self.pending[-1][0] == value:
            self.pending[-1] = value, tree.pipe(self.pending[-1][1], layer)
        else:
            self.texts[value] = tree.paren(tree.pipe(self._take(value), layer))

    def _shared(self, path: str, member: s.Expr) -> s.Expr:
        """The name of a module that runs several times; it is declared before the first of them."""
        name = tree.share_name(path)
        if name is None:
            raise CannotImport(f"{path} in {self.where} runs several times")
        stem, number = name
        index = None if number is None else tree.number(number)
        use: s.Expr = tree.name(stem)
        if number is not None:
            use = tree.item(use, number)
        inner = _unlabelled(member)
        if path in self.shares and not same(self.shares[path].value, inner):
            raise CannotImport(f"{path} in {self.where} runs for several sizes of its input")
        if path not in self.shares:
            declared = s.Share(stem, inner, index, span=tree.NOWHERE, name_span=tree.NOWHERE)
            self.shares[path] = declared
            if any(isinstance(node, s.Attribute) for node in s.all_nodes(inner)):
                self._name_all(len(self.pending))
                self.statements.append(declared)  # after the layers whose weights it has
            else:
                self.first_statements.append(declared)
            self.taken.add(stem)
        return use

    def _rename(self, results: Sequence[str], inputs: Sequence[str]) -> None:
        """Gives a result the text of the value that it equals."""
        (result,), (value,) = results, inputs
        self._push([result], self._take(value), ())

    def _write_op(self, op: Op) -> None:
        lifted = self.writer.lift(op, self.where)
        if _does_nothing(lifted):
            self._rename(op.results, [lifted.piped[0].name])
            return
        if lifted.weights:
            label = self._owner(op, lifted)
            if label is None:
                lifted = self._computed(op, lifted)
        else:
            label = ""
        counts = Counter(_values_in(lifted))
        if any(counts[value] > 1 for value, _ in self.pending):
            self._name_all(len(self.pending))
        text = self._lifted_text(lifted)
        if label:
            *front, last = tree.members(text)
            last = self.writer.near(self.writer.tied(last, op.owner, lifted.weights), self.run)
            text = tree.pipe(*front, tree.labelled(last, label))
        results = self._used(op.results) if lifted.layer.results == "side" else op.results
        self._push(results, text, self.trace.names(op.node, self.run.module))

    def _computed(self, op: Op, lifted: Lifted) -> Lifted:
        """A layer whose weights are tensors that it is given. One that has the weight of another
        layer is tied, and has a key for it; so a function of such a weight is a product."""
        others = [w for w in lifted.weights.values() if self._is_elsewhere(w)]
        if others and lifted.layer.word == "linear" and len(lifted.weights) == 1:
            turned = Lifted(layers()["transpose"](dim0=0, dim1=1), tuple(others))
            return Lifted(layers()["matmul"](), (*lifted.piped, turned))
        try:
            return lifted.computed(*lifted.weights)
        except CannotLift as reason:
            raise CannotImport(f"{op.name} in {self.where}: {reason}") from None

    def _is_elsewhere(self, weight: Value) -> bool:
        """Whether a weight is that of a layer which is a module."""
        return weight.name in self.trace.tensors and self.writer.has_layer(
            self.trace.tensors[weight.name][0]
        )

    def _owner(self, op: Op, lifted: Lifted) -> str | None:
        """The label of a layer whose weights are those of a module inside; None if it has none."""
        if any(w.name not in self.trace.tensors for w in lifted.weights.values()):
            return None
        paths = {name: self.trace.tensors[w.name][0] for name, w in lifted.weights.items()}
        own = {name: f"{op.owner}.{name}" for name in paths}
        first = self.trace.first_path
        paths |= {name: path for name, path in own.items() if first.get(path) == paths[name]}
        owners = {path.removesuffix(f".{name}") for name, path in paths.items()}
        owner = owners.pop()
        inside = self._inside(owner)
        named = all(path == f"{owner}.{name}" for name, path in paths.items())
        if owners or not named or (owner in self.writer.layer_paths and owner != op.owner):
            return None
        if self.own and owner == self.run.path:
            self.owns += 1
            return OWN
        return inside or None

    def _inside(self, path: str) -> str:
        """A module path inside this run; empty if it is none."""
        return inside_of(self.run, path)

    def _lifted_text(self, lifted: Lifted) -> s.Expr:
        """A layer on its inputs."""
        layer = self._in_scope(lifted.layer)
        names = list(layer.tensors())
        given = [*lifted.piped, *(lifted.tensors[name] for name in names)]
        values = [v.name if isinstance(v, Value) else v for v in given]
        texts = self._take_all(values)
        piped, tensors = texts[: len(lifted.piped)], texts[len(lifted.piped) :]
        if layer.word == "matmul" and len(texts) == 2:
            return tree.binary("@", *texts)
        if getattr(layer, "symbol", ">") != ">":  # a pipe looks like that too
            return self._infix(layer, texts)
        named = dict(zip(names, tensors, strict=True))
        if layer.word == "index":
            return self._indexed(layer, piped[0], named)
        network = self._with_tensors(expression(spell(layer)), layer, named)
        return self._join(piped, network)

    def _in_scope(self, layer: Layer) -> Layer:
        """A layer whose sizes are said by what has a name here: the net's own sizes, or the shapes
        of a block's tensors."""
        given = {name: (value, self._size_in(value)) for name, value in layer.given().items()}
        changed = {name: new for name, (old, new) in given.items() if new is not old}
        return layer.replace(**changed) if changed else layer

    def _size_in(self, value: Any) -> Any:
        if isinstance(value, slice):
            ends = (value.start, value.stop, value.step)
            made = [self._size_in(end) for end in ends]
            return value if all(map(operator.is_, made, ends)) else slice(*made)
        if isinstance(value, tuple):
            items = tuple(map(self._size_in, value))
            return value if all(map(operator.is_, items, value)) else items
        if not isinstance(value, Size):
            return value
        if set(symbols(value)) <= {"N"}:
            return value
        text = formula((value,), ((text, (size,)) for text, size in self._axes()))
        if text is not None:
            return symbol(text)
        if self.run.parent is None:
            return self.writer.sizes.by_name(value)
        raise CannotImport(f"the size {value} in {self.where} follows from no shape there")

    def _axes(self) -> Iterator[tuple[str, Dim]]:
        """The open sizes that have a text here."""
        if self.run.parent is None:
            yield from self.writer.sizes.named.items()
        by_word = {t.id: v for v, t in self.texts.items() if isinstance(t, s.Name)}
        for word, value in by_word.items():
            yield from axes(word, self.writer.type(value))

    # --- expressions ------------------------------------------------------------------------

    def _piped(self, inputs: Sequence[str], network: s.Expr) -> s.Expr:
        return self._join(self._take_all(inputs), network)

    def _join(self, texts: Sequence[s.Expr], network: s.Expr) -> s.Expr:
        if not texts:
            return network
        joins = network == tree.name("concat") or isinstance(texts[0], s.Indexed)
        alone = len(texts) == 1 and not (joins and texts == self.listed)
        first = texts[0] if alone else tree.bundle(texts)
        return tree.pipe(first, *tree.members(network))

    def _infix(self, layer: Any, texts: list[s.Expr]) -> s.Expr:
        if layer.other is not None and not isinstance(layer.other, TensorType):
            other = expression(spell_value(layer.other))
            texts = [other, *texts] if layer.reversed else [*texts, other]
        if len(texts) == 1:
            return tree.pipe(texts[0], tree.name(layer.word))
        return tree.binary(layer.symbol, texts[0], texts[1])

    def _indexed(self, layer: Any, x: s.Expr, tensors: dict[str, s.Expr]) -> s.Expr:
        items: list[Any] = []
        for at, item in enumerate(layer.items):
            if isinstance(item, TensorType):
                items.append(tensors[f"items[{at}]"])
            elif isinstance(item, slice):
                ends = (item.start, item.stop, item.step)
                made = [None if e is None else expression(spell_value(e)) for e in ends]
                items.append(s.Slice(*made, span=tree.NOWHERE))
            elif item is Ellipsis:
                items.append(s.Ellipsis(span=tree.NOWHERE))
            else:
                items.append(tree.literal(item))
        if isinstance(x, s.Indexed) and (both := _sliced_twice(x.items, items)):
            return x.replace(items=both)
        body = x if isinstance(x, s.Name | s.Indexed | s.Paren) else tree.paren(x)
        return s.Indexed(body, tuple(items), span=tree.NOWHERE)

    def _with_tensors(self, network: s.Expr, layer: Layer, tensors: dict[str, s.Expr]) -> s.Expr:
        """The call of a layer with its tensor settings."""
        if not tensors:
            return network
        call = (
            network if isinstance(network, s.Call) else s.Call(network, (), (), span=tree.NOWHERE)
        )
        positional = list(layer.settings)[: layer.positional]
        front = [v for n, v in tensors.items() if n in positional and layer.settings[n].required]
        rest = [
            (n, v)
            for n, v in tensors.items()
            if not (n in positional and layer.settings[n].required)
        ]
        named = tuple(s.Setting(n, v, span=tree.NOWHERE) for n, v in rest)
        return call.replace(arguments=(*front, *call.arguments), settings=(*call.settings, *named))

    # --- the stack --------------------------------------------------------------------------

    def _take_all(self, values: Sequence[Any]) -> list[s.Expr]:
        """The texts of values. Those that wait are taken from the stack if they are its end, in
        order; else all that waits gets names first."""
        waiting = {value for value, _ in self.pending}
        wanted = [v for v in values if isinstance(v, str) and v in waiting]
        end = [value for value, _ in self.pending[len(self.pending) - len(wanted) :]]
        if wanted != end:
            self._name_all(len(self.pending))
        elif len(values) > 1:
            texts = dict(self.pending)
            long = [at for at, value in enumerate(wanted) if _is_long(texts[value])]
            self._name_all(len(self.pending) - len(wanted) + long[-1] + 1 if long else 0)
        return [self._lifted_text(v) if isinstance(v, Lifted) else self._take(v) for v in values]

    def _take(self, value: str) -> s.Expr:
        if self.pending and self.pending[-1][0] == value:
            return self.pending.pop()[1]
        for at, (waiting, text) in enumerate(self.pending):
            if waiting == value:
                del self.pending[at]
                return text
        self.left[value] -= 1
        if value not in self.texts:
            self.texts[value] = self._named_source(value)
        return self.texts[value]

    def _named_source(self, value: str) -> s.Expr:
        """A parameter or buffer that an op reads, with a name if it is read several times."""
        source = self._source(value)
        label = source.body if isinstance(source, s.Paren) else source
        if self.left[value] < 1 or not isinstance(label, s.Labelled):
            return source
        word = self._free_word([tree.path_of(label.label).rpartition(".")[2], "w"])
        self.statements.append(tree.assign([word], label))
        return tree.name(word)

    def _push(self, results: Sequence[str], text: s.Expr, names: Sequence[str]) -> None:
        if len(results) == 1 and self.uses[results[0]] == 1:
            self.pending.append((results[0], text))
            self.wanted_names[results[0]] = names
            return
        self.held = [text]
        self._name_all(len(self.pending))
        self.held = []
        self._bind(results, text, names)

    def _name_all(self, count: int) -> None:
        """Gives names to so many of the values that wait, the first ones."""
        for _ in range(count):
            value, text = self.pending.pop(0)
            self._bind([value], text, self.wanted_names.get(value, ()))

    @property
    def unwritten(self) -> list[s.Expr]:
        """The texts that no statement has yet: the names in them keep their meaning."""
        return [*(text for _, text in self.pending), *self.held]

    def _bind(self, results: Sequence[str], text: s.Expr, names: Sequence[str]) -> None:
        if len(names) != len(results):
            names = list(
                "yzuvw" if len(results) == 1 else [f"y{i + 1}" for i in range(len(results))]
            )
        words = []
        for at, value in enumerate(results):
            wanted = names[at:] if len(results) == 1 else [names[at]]
            word = self._free_word(wanted)
            words.append(word)
            self.texts[value] = tree.name(word)
            if word == self.first_word:
                self.renamed.append(value)
        self.statements.append(tree.assign(words, text))

    def _source(self, value: str) -> s.Expr:
        """A parameter, buffer or constant that an op reads."""
        if value in self.trace.patterns:
            return self._pattern(self.trace.patterns[value])
        if value not in self.trace.tensors:
            raise CannotImport(f"the value {value} is made outside of {self.where}")
        path, tensor = self.trace.tensors[value]
        if not path:
            return self._constant(tensor)
        if self.writer.has_layer(path):
            text: s.Expr = self.writer.near(tree.far(path), self.run)
            return text
        inside = self._inside(path)
        if not inside:
            raise CannotImport(f"{self.run.path} reads {path}, which another module has")
        return self._labelled_source(tensor, inside)

    def _pattern(self, pattern: Pattern) -> s.Expr:
        """The source of a tensor that depends on sizes alone."""
        shape = [size(d, self.writer.sizes.symbols) for d in pattern.shape]
        sizes = [expression(str(self._size_in(d))) for d in shape]
        return source_of(pattern.form, sizes)

    def _constant(self, tensor: Tensor) -> s.Expr:
        """The source of a constant that the model computes."""
        source = formulas.formula(tensor)
        if source is not None:
            return source
        numbers = constants.numbers(tensor)
        if numbers is None:
            raise CannotImport(
                f"{self.where} computes a constant of {tensor.numel():,} numbers "
                "that no formula here gives"
            )
        self.constants += 1
        name = "table" if self.constants == 1 else f"table{self.constants}"
        return tree.paren(tree.labelled(numbers, name))

    def _labelled_source(self, tensor: Tensor, path: str) -> s.Expr:
        """A parameter, a buffer of the checkpoint, or a constant that the text computes. A formula
        needs no label."""
        from torch import nn

        is_parameter = isinstance(tensor, nn.Parameter)
        if is_parameter or path in self._state:
            source = constants.source_of_state(tensor, is_parameter=is_parameter)
            return tree.paren(tree.labelled(source, path))
        known = formulas.formula(tensor)
        if known is not None:
            return known
        numbers = constants.numbers(tensor)
        if numbers is None:
            raise CannotImport(
                f"{self.run.path}.{path} is a constant of {tensor.numel():,} numbers that the "
                "checkpoint does not have"
            )
        return tree.paren(tree.labelled(numbers, path))

    def _names_of(self, step: Run) -> list[str]:
        op = next((o for o in _ops(step)), None)
        return self.trace.names(op.node, self.run.module) if op is not None else []


def _sliced_twice(first: Sequence[Any], second: Sequence[Any]) -> tuple[Any, ...]:
    """The slices of two indices in one, if they cut other axes; else nothing."""
    whole = s.Slice(None, None, None, span=tree.NOWHERE)
    if not all(isinstance(item, s.Slice) for item in (*first, *second)):
        return ()
    pairs = list(zip_longest(first, second, fillvalue=whole))
    if any(whole not in pair for pair in pairs):
        return ()
    return tuple(b if a == whole else a for a, b in pairs)


def _labels(node: s.SyntaxNode) -> set[str]:
    return {tree.path_of(n.label) for n in s.all_nodes(node) if isinstance(n, s.Labelled)}


def _unlabelled(member: s.Expr) -> s.Expr:
    """A network that a share is: the share's name is that of a group, or of the module's layer."""
    if isinstance(member, s.Labelled):
        return member.body if tree.path_of(member.label) == OWN else member
    return member.body if isinstance(member, s.Paren) else member


def _with_label(pipe: s.Expr, path: str) -> s.Expr:
    """Layers in a pipe, of which the one with the module's weights gets the module's label."""
    members = [
        tree.labelled(m.body, path) if isinstance(m, s.Labelled) else m for m in tree.members(pipe)
    ]
    return tree.pipe(*members)


def _does_nothing(lifted: Lifted) -> bool:
    """Whether a layer gives a value on, in training too."""
    if lifted.layer.word not in ("identity", "dropout") or not isinstance(lifted.piped[0], Value):
        return False
    return expression(spell(lifted.layer)) in _NOTHING


def _values_in(lifted: Lifted) -> Iterator[str]:
    """The values that a layer takes, with those of the layers before it."""
    for item in (*lifted.piped, *lifted.tensors.values()):
        if isinstance(item, Value):
            yield item.name
        elif isinstance(item, Lifted):
            yield from _values_in(item)


def _with_settings(network: s.Expr, settings: Mapping[str, s.Expr]) -> s.Expr:
    """The call of a layer with more settings."""
    call = network if isinstance(network, s.Call) else s.Call(network, (), (), span=tree.NOWHERE)
    added = tuple(s.Setting(n, v, span=tree.NOWHERE) for n, v in settings.items())
    return call.replace(settings=(*call.settings, *added)) if added else network


def _shorter(text: s.Expr) -> s.Expr:
    """``a != b`` for ``a == b > logical_not``."""
    *front, last = tree.members(text)
    comparison = front[0] if len(front) == 1 else None
    if not isinstance(comparison, s.Binary) or last != tree.name("logical_not"):
        return text
    if comparison.operator not in ("==", "!="):
        return text
    return comparison.replace(operator="!=" if comparison.operator == "==" else "==")


def _ops(run: Run) -> Iterable[Op]:
    for step in run.steps:
        if isinstance(step, Op):
            yield step
        else:
            yield from _ops(step)


def _is_tensor(node: Any) -> bool:
    import torch

    made = node.meta.get("val")
    return isinstance(made, torch.Tensor | list | tuple)


def _has_state(run: Run) -> bool:
    return bool(run.module.state_dict())


def _is_long(text: s.Expr) -> bool:
    """Whether a text gets a name. Numbers do not count, so that runs of one class are equal."""
    letters = re.sub(r"\d[\d.]*(e-?\d+)?", "0", print_expression(text))
    return len(tree.members(text)) > 2 and len(letters) > LONG


# --- rows of members: `layers.0`, `layers.1`, ... ----------------------------------------------


def grouped(statements: Sequence[s.Statement]) -> list[s.Statement]:
    """Statements in which the members ``a[0]``, ``a[1]`` ... of a pipe are one group ``a``, if no
    other member of ``a`` is anywhere else, and no weight inside ``a`` is read."""
    labels = [path for statement in statements for path in _labels(statement)]
    members = Counter(path.rpartition(".")[0] for path in labels)
    for node in (n for statement in statements for n in s.all_nodes(statement)):
        if isinstance(node, s.Attribute) and isinstance(node.value, s.Text):
            members.pop(str(node.value.parts[0]), None)
    return [_grouped(statement, members) for statement in statements]


def _grouped(node: Any, members: Counter[str]) -> Any:
    if isinstance(node, s.Binary) and node.operator == ">":
        pipe = [_grouped(member, members) for member in tree.members(node)]
        return tree.pipe(*_in_groups(pipe, members))
    return tree.rebuilt(node, lambda inner: _grouped(inner, members))


def _in_groups(pipe: Sequence[s.Expr], members: Counter[str]) -> list[s.Expr]:
    result: list[s.Expr] = []
    at = 0
    while at < len(pipe):
        stem, row = _row(pipe, at)
        if len(row) > 1 and len(row) == members[stem]:
            group = _repeated(row)
            alone = isinstance(group, s.Binary) and group.operator == "*"
            result.append(tree.labelled(group if alone else tree.paren(group), stem))
        else:
            result += pipe[at : at + max(len(row), 1)]
        at += max(len(row), 1)
    return result


def _row(members: Sequence[s.Expr], at: int) -> tuple[str, list[s.Expr]]:
    stem, row = "", list[s.Expr]()
    for number, member in enumerate(members[at:]):
        if not isinstance(member, s.Labelled):
            break
        path = tree.path_of(member.label)
        head, _, last = path.rpartition(".")
        if last != str(number) or not head or (stem and head != stem):
            break
        stem = head
        body = member.body
        row.append(tree.labelled(body, "_") if isinstance(body, s.Paren | s.List) else body)
    return stem, row
