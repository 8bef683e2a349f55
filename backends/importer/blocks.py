"""Runs of one class become one block: what differs between them becomes its parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...compiler.layers import layers
from ...grammar import syntax as s
from . import tree
from .alignment import Alignment, Misfit, layer_signature
from .externs import extern
from .loops import with_tail_as_loop
from .parameters import Facts, Parameters
from .polish import assigned, polished
from .trace import Run, Trace
from .types import CannotImport
from .writer import OWN, Body, Writer, has_own_name, is_layer, is_sequence

LONGEST_SENTENCE = 97
"""The most letters of a line that documents a block."""
EXPORTED = "exported"
"""The module of classes that stand for those of a program; their names there are whole."""
Constructors = Mapping[int, Mapping[str, Any]]
"""The arguments of modules' constructors by ``id(module)``."""


@dataclass(eq=False)
class _Group:
    """Runs that become one block; ``bodies`` are those of their bodies that differ."""

    runs: list[Run]
    bodies: list[Body]


class Blocks:
    """The blocks of a trace, those inside others first."""

    def __init__(self, trace: Trace, writer: Writer, constructors: Constructors, net: str) -> None:
        self.writer, self.constructors = writer, constructors
        self.blocks: list[s.Block] = []
        self._calls: dict[Run, s.Expr] = {}
        self._failures: dict[Run, CannotImport] = {}
        """Why runs are neither blocks nor externs: then what is around them is none either."""
        self._signatures: dict[str, dict[str, s.Expr | None]] = {}
        again = filter(writer.runs_again, trace.root.runs())
        self._shares = {tree.last_word(run.path) for run in again}
        """The names of the modules that run several times."""
        self._net = net
        """The name of the net, which no block has."""
        heights = {run: _height(run) for run in _outside_layers(trace.root) if self._is_own(run)}
        for height in sorted(set(heights.values())):
            by_class: dict[type, list[Run]] = {}
            for run in (run for run, own in heights.items() if own == height):
                by_class.setdefault(type(run.module), []).append(run)
            for runs in by_class.values():
                self._make_class(runs)

    def _is_own(self, run: Run) -> bool:
        """Whether a run is a block, or would be an extern."""
        return is_block(run) or (self.writer.lifted(run) is None and run in self.writer.refused)

    def call(self, run: Run) -> s.Expr:
        """The call of the block that a run became."""
        if run in self._failures:
            raise self._failures[run]
        if run not in self._calls:
            raise CannotImport(
                f"{run.path} ({type(run.module).__name__}) computes what torch.export sets apart"
            )
        return self._calls[run]

    def signature(self, word: str) -> dict[str, s.Expr | None]:
        """The parameters of a block or layer with their defaults."""
        if word == "range":
            return {"depth": None}
        return self._signatures.get(word) or layer_signature(word)

    def _make_class(self, runs: Sequence[Run]) -> None:
        try:
            bodies = {run: self._body(run) for run in runs}
        except CannotImport as reason:
            self._make_extern(runs, reason)
            return
        for run in runs:
            run.inputs = bodies[run].inputs  # without those that nothing inside reads
            layer = _only_layers(bodies[run])
            if layer is not None:
                self._calls[run] = layer
        self._make_blocks([run for run in runs if run not in self._calls], bodies)

    def _make_blocks(self, runs: Sequence[Run], bodies: dict[Run, Body]) -> None:
        if all(map(is_sequence, runs)) and len({len(run.steps) for run in runs}) > 1:
            looped = {run: _looped(bodies[run]) for run in runs}
            bodies = looped if self._fit(looped.values()) else bodies
        groups: list[_Group] = []
        for run in runs:
            if not any(self._joins(group, run, bodies[run]) for group in groups):
                groups.append(_Group([run], [bodies[run]]))
        for group in groups:
            self._make_block(group.runs, bodies)

    def _make_extern(self, runs: Sequence[Run], reason: CannotImport) -> None:
        name = self._name(runs)
        arguments = [self._arguments(run) for run in runs]
        try:
            declared, calls = extern(name, runs, arguments, self.writer, reason)
        except CannotImport as failure:
            self._failures |= dict.fromkeys(runs, failure)
            return
        self.blocks.append(declared)
        self.writer.extern_paths += [f"{run.path}." for run in runs]
        self._signatures[name] = {p.name: p.default for p in declared.parameters}
        self._calls |= dict(zip(runs, calls, strict=True))

    def _joins(self, group: _Group, run: Run, body: Body) -> bool:
        """Whether a run is one block with a group, which it then joins."""
        if not any(body.is_like(other) for other in group.bodies):
            body.take_words(group.bodies[0])
            different = [*group.bodies, body]
            if body.words != group.bodies[0].words or not self._fit(different):
                return False
            group.bodies = different
        group.runs.append(run)
        return True

    def _fit(self, bodies: Collection[Body]) -> bool:
        """Whether bodies are one block with other arguments."""
        try:
            aligned = Alignment(len(bodies), self.signature)
            aligned.statements([body.statements for body in bodies])
        except Misfit:
            return False
        return True

    def _body(self, run: Run) -> Body:
        if run in self.writer.refused:
            raise self.writer.refused[run]
        if is_sequence(run):
            group = self.writer.group(run, self.call)
            body = tree.labelled(tree.paren(group), "_")
            return Body(run.inputs, ["x"], [tree.result(body)])
        with_own_layer = self.writer.body(run, self.call, own=True)
        if with_own_layer.owns == 0:
            return with_own_layer
        layers = _only_layers(with_own_layer)
        several = _can_be_several(run) and not self.writer.runs_again(run)
        if layers is not None and (several or len(tree.members(layers)) == 1):
            return with_own_layer
        return self.writer.body(run, self.call)

    def _make_block(self, runs: Sequence[Run], bodies: Mapping[Run, Body]) -> None:
        alignment = Alignment(len(runs), self.signature)
        statements = alignment.statements([bodies[run].statements for run in runs])
        statements = [alignment.with_weights(x) for x in statements]
        body = bodies[runs[0]]
        parameters = Parameters(self._facts(runs, bodies), alignment.columns)
        statements = [parameters.filled(x) for x in statements]
        is_network = is_sequence(runs[0])
        if is_network and parameters.reads_input:
            statements = [_from(body.words[0], statements[0])]
            is_network = False
        statements = polished(statements, {*body.words, *(p.name for p in parameters.chosen)})
        name = self._name(runs)
        block = s.Block(
            "block",
            name,
            parameters.declared(),
            None if is_network else tuple(map(_port, body.words)),
            None,
            tuple(statements),
            not is_network,
            documentation(runs[0].module),
            span=tree.NOWHERE,
            name_span=tree.NOWHERE,
        )
        self.blocks.append(block)
        self._signatures[name] = {p.name: p.default for p in block.parameters}
        for at, run in enumerate(runs):
            call = _call(name, list(self._signatures[name]), parameters.arguments(at))
            is_source = not is_network and not body.words
            self._calls[run] = _source_call(call) if is_source else call

    def _facts(self, runs: Sequence[Run], bodies: Mapping[Run, Body]) -> Facts:
        body = bodies[runs[0]]
        first = body.words[0] if body.words else "*"
        single = not first.startswith("*")  # a bundle has no shape
        types = [self.writer.type(run.inputs[0]) if single else None for run in runs]
        later = [[self.writer.type(value) for value in bodies[run].renamed] for run in runs]
        known = [self._with_shared(self._arguments(run)) for run in runs]
        attributes = [vars(run.module) for run in runs]
        word = body.words[0] if body.words else ""
        taken = {*body.words, *assigned(body.statements), *self._signatures}
        return Facts(types, later, known, attributes, word, taken, _required(runs[0]))

    def _arguments(self, run: Run) -> Mapping[str, Any]:
        """The arguments of a module's constructor."""
        return self.constructors.get(id(run.module)) or _arguments(run)

    def _with_shared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments with the syntax that stands for the modules that become shares."""
        shared = {
            id(x.runs[0].module): tree.far(path) for path, x in self.writer.trace.shared.items()
        }
        return {name: shared.get(id(value), value) for name, value in arguments.items()}

    def _name(self, runs: Sequence[Run]) -> str:
        """A name for the block of some runs. In the body that declares a share of that name, it
        means the share, so then the block is called there once at most."""
        stem = snake_case(type(runs[0].module).__name__)
        stem = stem if tree.is_free(stem) else f"{stem}_"
        names = (stem, *(f"{stem.strip('_')}_{i}" for i in range(2, 9999)))
        taken = {*self._signatures, self._net}
        if len({run.module for run in runs}) > 1:
            taken |= self._shares
        return next(name for name in names if name not in taken)


def _looped(body: Body) -> Body:
    """The body of a Sequential with a loop over the members after the first."""
    (statement,) = body.statements
    assert isinstance(statement, s.ExpressionStatement)
    assert isinstance(statement.value, s.Labelled)
    assert isinstance(statement.value.body, s.Paren)
    members = with_tail_as_loop(tree.members(statement.value.body.body))
    group = tree.labelled(tree.paren(tree.pipe(*members)), "_")
    return Body(body.inputs, body.words, [tree.result(group)])


def _only_layers(body: Body) -> s.Expr | None:
    """The layers in a pipe that are all of a body, one of which has the weights of the module: the
    class gives them another name, and no scope. None if there is anything else."""
    if len(body.statements) != 1 or len(body.words) != 1:
        return None
    (statement,) = body.statements
    assert isinstance(statement, s.ExpressionStatement)
    x = tree.name(body.words[0])
    first, *layers = tree.members(statement.value)
    if first != x or not layers or body.owns > 1 or (len(layers) > 1 and body.owns == 0):
        return None
    if any(x in s.all_nodes(layer) or not _is_layer(layer) for layer in layers):
        return None
    return tree.pipe(*layers)


def _can_be_several(run: Run) -> bool:
    """Whether several layers can be written where a module runs: in a body, also as members of a
    Sequential there, but not where members have numbers."""
    around = run.parent
    if around is not None and is_sequence(around) and not has_own_name(around):
        around = around.parent
    return around is not None and not is_sequence(around)


def _is_layer(node: s.Expr) -> bool:
    """Whether a member of a pipe is a layer without a label, or with that of its module."""
    if isinstance(node, s.Labelled):
        return tree.path_of(node.label) == OWN and _is_layer(node.body)
    word = node.function if isinstance(node, s.Call) else node
    labelled = any(isinstance(part, s.Labelled) for part in s.all_nodes(node))
    return isinstance(word, s.Name) and word.id in layers() and not labelled


def _call(name: str, parameters: Sequence[str], given: Sequence[tuple[str, s.Expr]]) -> s.Expr:
    """A call with at most two arguments without names, the first ones."""
    count = 0
    while count < min(2, len(given)) and given[count][0] == parameters[count]:
        count += 1
    return tree.call(name, [value for _, value in given[:count]], given[count:])


def _source_call(call: s.Expr) -> s.Expr:
    """The call of a block without inputs: ``table()``, since ``table`` is a network."""
    return call if isinstance(call, s.Call) else s.Call(call, (), (), span=tree.NOWHERE)


def _from(word: str, statement: s.Statement) -> s.Statement:
    assert isinstance(statement, s.ExpressionStatement)
    return tree.result(tree.pipe(tree.name(word), statement.value))


def _port(word: str) -> s.DeclaredPort:
    many = word.startswith("*")
    return s.DeclaredPort(word.removeprefix("*"), None, None, many=many, span=tree.NOWHERE)


def is_block(run: Run) -> bool:
    """Whether a run becomes a block: its class is no layer and no container of torch.nn."""
    return bool(run.steps) and not is_layer(run) and (not is_sequence(run) or has_own_name(run))


def _outside_layers(run: Run) -> Iterator[Run]:
    """The runs inside a run, without those that a layer makes itself."""
    for step in run.steps:
        if isinstance(step, Run):
            yield step
            yield from () if is_layer(step) else _outside_layers(step)


def _height(run: Run) -> int:
    """How many blocks are inside one another in a run."""
    inside = [_height(child) + is_block(child) for child in run.steps if isinstance(child, Run)]
    return max(inside, default=0)


def snake_case(word: str) -> str:
    """``basic_block`` for ``BasicBlock``, ``cn_block`` for ``CNBlock``."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word)
    return re.sub(r"\W", "_", parts).strip("_").lower() or "block"


def documentation(module: object) -> str:
    """The first sentence of the docstring of a module's class, and where the class is."""
    sentence, place = _sentence(type(module)), _place(type(module))
    if not sentence or not place:
        return sentence or place
    line = f"{sentence} ({place})"
    return line if len(line) <= LONGEST_SENTENCE else f"{sentence}\n{place}"


def _sentence(class_: type) -> str:
    """The first sentence of a docstring; of a long one, the first line."""
    paragraph = inspect.cleandoc(vars(class_).get("__doc__") or "").partition("\n\n")[0]
    sentence = re.match(r".*?[.!?](?=\s|$)|.*", paragraph.replace("\n", " "))
    text = sentence[0].strip() if sentence else ""
    return text if len(text) <= LONGEST_SENTENCE else paragraph.partition("\n")[0]


def _place(class_: type) -> str:
    """``torchvision.models.resnet.Bottleneck``; empty for classes of PyTorch, and those that stand
    for what a file has."""
    place = f"{class_.__module__}.{class_.__qualname__}".removeprefix(f"{EXPORTED}.")
    module, _, name = place.rpartition(".")
    unwritten = not module or module == "onnx_model" or module.startswith("torch.")
    return "" if unwritten or not name.isidentifier() else place


def _required(run: Run) -> set[str]:
    """The arguments of a module's constructor that have no default."""
    try:
        parameters = inspect.signature(type(run.module).__init__).parameters.values()
    except (TypeError, ValueError):
        return set()
    return {p.name for p in parameters if p.default is inspect.Parameter.empty}


def _arguments(run: Run) -> dict[str, Any]:
    """The attributes of a module that its constructor has arguments for."""
    try:
        names = inspect.signature(type(run.module).__init__).parameters
    except (TypeError, ValueError):
        return {}
    return {name: vars(run.module)[name] for name in names if name in vars(run.module)}
