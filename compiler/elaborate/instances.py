"""Calls of blocks: each distinct instance is elaborated once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...grammar import syntax
from ...grammar.record import Entity, Record, field
from ...grammar.source import Span
from ..builder import Builder, Draft
from ..dims import Dim, substitute, symbol
from ..layer import Made
from ..values import UNKNOWN, BlockNetwork, Data, Tensor, Unknown, unknown_in
from .blocks import another_block, block_result, deeper, enter, run_block, with_outputs
from .elaborator import Elaborator
from .externs import apply_extern
from .failures import fail, fail_alone, fail_inside
from .groups import call_graph, called
from .keys import Keys
from .naming import Naming
from .results import all_tensors, shown_arguments
from .scopes import add_draft, brought, name_module, pass_outers
from .tensors import given_to, made_by

if TYPE_CHECKING:
    from ..declared import Declared

BLOCK_STEPS: Final = 80


class Conditions(Record):
    """The conditions of a block's body on open sizes, and its promises about them."""

    equal: tuple[tuple[Dim, Dim, Span], ...]
    least: tuple[tuple[Dim, Dim, Span], ...]
    promises: tuple[tuple[str, Declared], ...]


class Instance(Entity):
    """An elaborated block: its graph, its result, and what another equal call must map."""

    graph: Builder
    value: Data
    arguments: list[Tensor]
    sizes: tuple[str, ...]
    conditions: Conditions
    borrowed: list[tuple[Tensor, Made | None]]
    """Ints that come from outside, each with how it was made at the first call."""
    ports: list[int | Tensor] = field(default_factory=list)
    """Where each input of the graph comes from."""


def apply_block(
    el: Elaborator, network: BlockNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    deeper(el, network.span)
    if isinstance(network.template.block, syntax.Extern):
        return apply_extern(el, network, network.template.block, inputs, naming)
    other = another_block(el, network)
    if other is None:
        return UNKNOWN
    if other is network:
        return _instance(el, network, inputs, naming)
    with el.calling(network.template.name, network.span):
        value = apply_block(el, other, inputs, span, naming)
    return value if unknown_in(value) else with_outputs(el, network, value)


def _instance(el: Elaborator, network: BlockNetwork, inputs: list[Tensor], naming: Naming) -> Data:
    key, arguments, sizes, kept = _instance_key(el, network, inputs)
    instance, _ = el.memos.instances.get(key, (None, None))
    if isinstance(instance, Instance) and not _has_same_makers(el, instance, arguments):
        instance = None
    if instance is None and not kept:
        instance = _of_another_net(el, key, arguments, sizes)
    if instance is None:
        traces = _traces(el)
        instance = _elaborate(el, network, inputs, arguments, sizes, naming)
        if not isinstance(instance, Instance) or not instance.graph.private:
            el.memos.instances[key] = instance, kept
        if not isinstance(instance, Instance):
            return UNKNOWN
        value = _first_call(el, network, instance, naming)
        instance.ports = _ports(instance)
        if not kept and _traces(el) == traces and _is_closed(instance):
            el.memos.common[key] = instance
        return value
    if not isinstance(instance, Instance):
        return UNKNOWN
    return _again(el, network, instance, arguments, sizes, naming)


def _elaborate(
    el: Elaborator,
    network: BlockNetwork,
    inputs: list[Tensor],
    arguments: list[Tensor],
    sizes: tuple[str, ...],
    naming: Naming,
) -> Instance | Unknown:
    el.step(network.span, BLOCK_STEPS)
    block = network.template.block
    graph = Builder(
        "block",
        block.name,
        el.builder,
        arguments=shown_arguments(network.arguments),
        documentation=block.documentation,
        span=block.span,
    )
    env = network.template.environment.inner()
    env.depth += 1
    env.names.update(network.arguments)
    findings, noted, borrowed = len(el.findings.all), _noted(el), len(el.demands.borrowed)
    el.calls.append((block.name, network.span))
    try:
        with el.building(graph), el.framed(env):
            inner = enter(el, block, graph, env, inputs, network.span)
            value = UNKNOWN if inner is None else run_block(el, block, env, inner)
            if inner is not None and not unknown_in(value):
                value = block_result(el, block, env, value)
    finally:
        el.calls.pop()
    if inner is None:
        return fail(el, network.word, inputs, network.span)
    if unknown_in(value) or (len(el.findings.all) > findings and value is None):
        with el.building(graph):
            fail_alone(el)
        return fail_inside(el, graph, naming, network.word, network.span)
    lent = el.demands.borrowed[borrowed:]
    return Instance(graph, value, arguments, sizes, _noted_since(el, noted), lent)


def _noted(el: Elaborator) -> tuple[int, int, int]:
    return len(el.demands.equal), len(el.demands.least), len(el.demands.promises)


def _noted_since(el: Elaborator, noted: tuple[int, int, int]) -> Conditions:
    equal, least, promises = noted
    return Conditions(
        tuple(dict.fromkeys(el.demands.equal[equal:])),
        tuple(dict.fromkeys(el.demands.least[least:])),
        tuple(dict.fromkeys(el.demands.promises[promises:])),
    )


def _note_again(el: Elaborator, instance: Instance, names: dict[str, str], span: Span) -> None:
    """Notes the conditions and promises of an instance again, with the sizes of this call."""
    noted, values = instance.conditions, {old: symbol(new) for old, new in names.items()}
    el.step(span, len(noted.equal) + len(noted.least) + len(noted.promises))
    for conditions, into in ((noted.equal, el.demands.equal), (noted.least, el.demands.least)):
        into += [(substitute(a, values), substitute(b, values), at) for a, b, at in conditions]
    el.demands.promises += [(names.get(name, name), declared) for name, declared in noted.promises]


def _traces(el: Elaborator) -> tuple[int, int]:
    """How much an elaboration has left that its instance does not hold."""
    return len(el.findings.all), len(el.sequences)


def _ports(instance: Instance) -> list[int | Tensor]:
    """For each input of the graph the position of its argument, or the tensor around the block."""
    given = {t.identity: at for at, t in enumerate(instance.arguments)}
    outer = {id(port): tensor for port, tensor in instance.graph.captured.values()}
    tensors = [outer[id(port)] for port in instance.graph.inputs]
    return [given.get(tensor.identity, tensor) for tensor in tensors]


def _is_closed(instance: Instance) -> bool:
    """Whether an instance has only its arguments from outside, so that any net can call it."""
    closed = not (instance.graph.private or instance.graph.outers)
    return closed and all(isinstance(port, int) for port in instance.ports)


def _of_another_net(
    el: Elaborator, key: tuple[object, ...], arguments: list[Tensor], sizes: tuple[str, ...]
) -> Instance | None:
    """The instance that another net of the file has made, as one of this net. Its sizes have the
    names that they have here: messages show them."""
    instance = el.memos.common.get(key)
    if not isinstance(instance, Instance) or instance.sizes != sizes:
        return None
    if not _has_same_makers(el, instance, arguments):
        return None
    graph = instance.graph
    if any(draft.scan is not None for draft in graph.all_drafts()):
        return None  # the ports of a scanned cell get single steps
    if el.root not in graph.ancestors():  # else a block around it was taken in
        tensors = _inputs_again(el, instance, arguments)
        given = {id(port): t for port, t in zip(graph.inputs, tensors, strict=True)}
        _take_in(el, graph, el.builder, given)
    el.memos.instances[key] = instance, []
    return instance


def _take_in(
    el: Elaborator,
    graph: Builder,
    into: Builder,
    given: dict[int, Tensor],
    site: Draft | None = None,
) -> None:
    """Makes a graph of another net, with the graphs that it calls, one that was first called in a
    scope of this net. ``given`` are the tensors at this call, by the drafts of its ports."""
    graph.captured = {
        (given[id(port)].identity if key[1] >= 0 else key): (port, given[id(port)])
        for key, (port, _) in graph.captured.items()
    }
    graph.parent, graph.site = into, site
    for draft in graph.drafts:
        child = draft.child
        if child is not None and el.root not in child.ancestors():
            _take_in(el, child, graph, given_to(draft), draft)


def _first_call(el: Elaborator, network: BlockNetwork, instance: Instance, naming: Naming) -> Data:
    graph = instance.graph
    return call_graph(el, graph, instance.value, naming, network.word, network.span)


def _again(
    el: Elaborator,
    network: BlockNetwork,
    instance: Instance,
    arguments: list[Tensor],
    sizes: tuple[str, ...],
    naming: Naming,
) -> Data:
    """A further call of an instance: the same graph, other inputs, perhaps other names of sizes."""
    graph = instance.graph
    inputs = _inputs_again(el, instance, arguments)
    names = {o: n for o, n in zip(instance.sizes, sizes, strict=True) if o != n}
    renamed = tuple((old, symbol(new)) for old, new in names.items())
    _note_again(el, instance, names, network.span)
    with el.building(graph):
        inner = [brought(el, t) for t in all_tensors(instance.value)]
    types = [t.type.substitute(dict(renamed)) if t.type else None for t in inner]
    call = add_draft(el, inputs, types, network.span, child=graph, results=inner, sizes=renamed)
    if instance.borrowed:  # a further call of the block around this one may bring other ints
        ints = (t for t in inputs if t.type is not None and t.type.dtype == "int")
        el.demands.borrowed += [(t, made_by(t)) for t in ints]
    graph.site = graph.site or call
    pass_outers(el, graph)
    name_module(el, call, naming, network.word)
    return called(call, instance.value)


def _inputs_again(el: Elaborator, instance: Instance, arguments: list[Tensor]) -> list[Tensor]:
    """The inputs of an instance's graph at this call."""
    tensors = (arguments[port] if isinstance(port, int) else port for port in instance.ports)
    return [brought(el, tensor) for tensor in tensors]


def _has_same_makers(el: Elaborator, instance: Instance, arguments: list[Tensor]) -> bool:
    """Whether the ints that the layers inside have checked were made in the same way at this
    call."""
    if not instance.borrowed:
        return True
    inputs = _inputs_again(el, instance, arguments)
    given = {id(i): new for i, new in zip(instance.graph.inputs, inputs, strict=True)}
    return all(made_by(tensor, given) == made for tensor, made in instance.borrowed)


def _instance_key(
    el: Elaborator, network: BlockNetwork, inputs: list[Tensor]
) -> tuple[tuple[object, ...], list[Tensor], tuple[str, ...], object]:
    """The key that equal instances share: the block, its arguments, the types of all tensors.

    Also returns the tensors in the key, in order, as this scope sees them, and the symbols of their
    types, since a further call maps both; and the objects that the key knows by identity.
    """
    keys = Keys([brought(el, t) for t in inputs])
    body = (
        keys.of(network.template),
        tuple((name, keys.of(v)) for name, v in network.arguments.items()),
        len(inputs),
    )
    names = [n for n in keys.symbols() if n not in keys.fixed]
    canonical: dict[str, Dim] = {n: symbol(f"${i}") for i, n in enumerate(names)}
    shapes = tuple(t.type.substitute(canonical) if t.type else None for t in keys.tensors)
    sizes = tuple(substitute(s, canonical) for s in keys.sizes)
    free = tuple(n in el.knowledge.free for n in names)
    arguments = [brought(el, t) for t in keys.tensors]
    key = (*body, keys.pattern(arguments), shapes, sizes, free)
    return key, arguments, tuple(names), keys.kept
