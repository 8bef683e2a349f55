"""Calls of blocks: each distinct instance is elaborated once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...grammar import syntax
from ...grammar.record import Entity, Record
from ...grammar.source import Span
from ..builder import Builder, Draft
from ..dims import Dim, substitute, symbol
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
from .state import Borrowed
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
    borrowed: list[Borrowed]
    """Ints that come from outside, as they were made at the first call."""


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
    if instance is None:
        instance = _elaborate(el, network, inputs, arguments, sizes, naming)
        if not isinstance(instance, Instance) or not instance.graph.private:
            el.memos.instances[key] = instance, kept
        if not isinstance(instance, Instance):
            return UNKNOWN
        return _first_call(el, network, instance, naming)
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


def _borrow_again(el: Elaborator, instance: Instance, call: Draft, span: Span) -> None:
    """Notes the ints that an instance has checked again, for the block around this call: a further
    call of that block may bring others."""
    given = given_to(call)
    el.step(span, len(instance.borrowed))
    el.demands.borrowed += [b.replace(given={**b.given, **given}) for b in instance.borrowed]


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
    _borrow_again(el, instance, call, network.span)
    pass_outers(el, graph)
    name_module(el, call, naming, network.word)
    return called(call, instance.value)


def _inputs_again(el: Elaborator, instance: Instance, arguments: list[Tensor]) -> list[Tensor]:
    """The inputs of an instance's graph at this call."""
    graph = instance.graph
    moved = {old.identity: new for old, new in zip(instance.arguments, arguments, strict=True)}
    outer = {id(draft): tensor for draft, tensor in graph.captured.values()}
    return [_moved(el, outer[id(i)], moved) for i in graph.inputs]


def _has_same_makers(el: Elaborator, instance: Instance, arguments: list[Tensor]) -> bool:
    """Whether the ints that the layers inside have checked were made in the same way at this
    call."""
    if not instance.borrowed:
        return True
    inputs = _inputs_again(el, instance, arguments)
    given = {id(i): new for i, new in zip(instance.graph.inputs, inputs, strict=True)}
    return all(made_by(b.tensor, {**b.given, **given}) == b.made for b in instance.borrowed)


def _moved(el: Elaborator, tensor: Tensor, moved: dict[tuple[int, int], Tensor]) -> Tensor:
    return brought(el, moved.get(tensor.identity, tensor))


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
