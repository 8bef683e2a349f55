"""Calls of blocks: each distinct instance is elaborated once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...grammar.record import Entity, Record
from ...grammar.source import Span
from ..builder import Builder
from ..dims import Dim, substitute, symbol
from ..layer import Made
from ..values import UNKNOWN, BlockNetwork, Data, Tensor, unknown_in
from .blocks import block_result, deeper, enter, run_block, unaliased
from .elaborator import Elaborator
from .failures import fail, fail_alone, fail_inside
from .groups import call_graph, called
from .keys import Keys
from .naming import Naming
from .results import all_tensors, shown_arguments
from .scopes import add_draft, brought, name_module, pass_outers
from .tensors import made_by

if TYPE_CHECKING:
    from ..declared import Declared

BLOCK_STEPS: Final = 80


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


def apply_block(
    el: Elaborator, network: BlockNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    deeper(el, network.span)
    net = unaliased(el, network)
    if net is None:
        return UNKNOWN
    return _instance(el, net, inputs, naming)


def _instance(el: Elaborator, network: BlockNetwork, inputs: list[Tensor], naming: Naming) -> Data:
    key, arguments, sizes, kept = _instance_key(el, network, inputs)
    known, _ = el.memos.instances.get(key, (None, None))
    if isinstance(known, Instance) and not _has_same_makers(el, known, arguments):
        known = None
    if known is None:
        known = _elaborate(el, network, inputs, arguments, sizes, naming)
        if not isinstance(known, Instance) or not known.graph.private:
            el.memos.instances[key] = known, kept
        if not isinstance(known, Instance):
            return UNKNOWN
        return _first_call(el, network, known, naming)
    if not isinstance(known, Instance):
        return UNKNOWN
    return _again(el, network, known, arguments, sizes, naming)


def _elaborate(
    el: Elaborator,
    network: BlockNetwork,
    inputs: list[Tensor],
    arguments: list[Tensor],
    sizes: tuple[str, ...],
    naming: Naming,
) -> Instance | Any:
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
    found, noted, borrowed = len(el.findings.all), _noted(el), len(el.demands.borrowed)
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
    if unknown_in(value) or (len(el.findings.all) > found and value is None):
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


def _note_again(el: Elaborator, known: Instance, names: dict[str, str], span: Span) -> None:
    """What an equal instance asked, and promised, of the sizes of this call."""
    noted, values = known.conditions, {old: symbol(new) for old, new in names.items()}
    el.step(span, len(noted.equal) + len(noted.least) + len(noted.promises))
    for conditions, into in ((noted.equal, el.demands.equal), (noted.least, el.demands.least)):
        into += [(substitute(a, values), substitute(b, values), at) for a, b, at in conditions]
    el.demands.promises += [(names.get(name, name), said) for name, said in noted.promises]


def _first_call(el: Elaborator, network: BlockNetwork, known: Instance, naming: Naming) -> Data:
    graph = known.graph
    return call_graph(el, graph, known.value, naming, network.word, network.span)


def _again(
    el: Elaborator,
    network: BlockNetwork,
    known: Instance,
    arguments: list[Tensor],
    sizes: tuple[str, ...],
    naming: Naming,
) -> Data:
    """An equal instance: the same graph, other inputs, perhaps other names of sizes."""
    graph = known.graph
    inputs = _inputs_again(el, known, arguments)
    names = {o: n for o, n in zip(known.sizes, sizes, strict=True) if o != n}
    renamed = tuple((old, symbol(new)) for old, new in names.items())
    _note_again(el, known, names, network.span)
    with el.building(graph):
        inner = [brought(el, t) for t in all_tensors(known.value)]
    types = [t.type.substitute(dict(renamed)) if t.type else None for t in inner]
    call = add_draft(el, inputs, types, network.span, child=graph, results=inner, sizes=renamed)
    pass_outers(el, graph)
    name_module(el, call, naming, network.word)
    return called(call, known.value)


def _inputs_again(el: Elaborator, known: Instance, arguments: list[Tensor]) -> list[Tensor]:
    """What the graph of an equal instance gets here."""
    graph = known.graph
    moved = {old.identity: new for old, new in zip(known.arguments, arguments, strict=True)}
    outer = {id(draft): tensor for draft, tensor in graph.captured.values()}
    return [_moved(el, outer[id(i)], moved) for i in graph.inputs]


def _has_same_makers(el: Elaborator, known: Instance, arguments: list[Tensor]) -> bool:
    """Whether the layers inside find what they asked of the ints that they get."""
    if not known.borrowed:
        return True
    inputs = _inputs_again(el, known, arguments)
    given = {id(i): new for i, new in zip(known.graph.inputs, inputs, strict=True)}
    return all(made_by(tensor, given) == made for tensor, made in known.borrowed)


def _moved(el: Elaborator, tensor: Tensor, moved: dict[tuple[int, int], Tensor]) -> Tensor:
    return brought(el, moved.get(tensor.identity, tensor))


def _instance_key(
    el: Elaborator, network: BlockNetwork, inputs: list[Tensor]
) -> tuple[tuple[Any, ...], list[Tensor], tuple[str, ...], object]:
    """What makes two instances equal: the block, its arguments, the types of all tensors.

    Also the tensors that the key speaks of, in order, as seen from here, and the symbols of
    their types: an equal instance maps both. Last, what the key knows by identity.
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
