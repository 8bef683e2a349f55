"""Applies layers to tensors: infers the shapes, and makes a node."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ...grammar.source import Span
from .. import advice
from ..builder import Draft, WeightSource, chain_from
from ..dims import Size, less, symbol, symbols
from ..inits import unsuited
from ..layer import Computable, Init, Layer, Made, Open, Refused, Weight, check_weight, facts_of
from ..layers import layers
from ..limits import MAX_INPUTS
from ..types import Shape, TensorType
from ..values import UNKNOWN, Data, LayerNetwork, Tensor
from .elaborator import Elaborator
from .failures import fail
from .knowledge import Learnt
from .naming import Naming
from .results import main_tensors
from .scopes import add_draft, is_inside, name_module, reached
from .sizes import ask_at_least, is_bounded, is_declared, unify
from .tensors import input_behind, known_type, made_by, weight_chain

WEIGHT_STEPS: Final = 3
SIZE_STEPS: Final = 5
SYMBOL: Final = symbol("N")


def apply_layer(
    el: Elaborator, network: LayerNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    if network.tensors:
        reached(el, list(network.tensors.values()))
    value = _run(el, network, inputs, network.span)
    if value is not UNKNOWN:
        first = next(main_tensors(value))
        name_module(el, first.draft, naming, network.word)
    return value


def run_source(el: Elaborator, network: LayerNetwork) -> Data:
    """``param([1, 1, d])`` is a tensor as soon as it is evaluated."""
    return _run(el, network, [], network.span)


def run_word(
    el: Elaborator, word: str, inputs: list[Tensor], span: Span, **settings: object
) -> Data:
    """Applies the layer of an operator, which has no module path."""
    tensors = {k: v for k, v in settings.items() if isinstance(v, Tensor)}
    plain = settings | {k: known_type(el, v) for k, v in tensors.items()}
    network = LayerNetwork(layers()[word](**plain), word, span, tensors)
    return _run(el, network, inputs, span)


def slice_tensor(el: Elaborator, value: Tensor, items: tuple[Data, ...], span: Span) -> Data:
    known_type(el, value)
    tensors: dict[str, Tensor] = {}
    plain: list[object] = []
    for item in items:
        if not is_index(item):
            return el.report(advice.layers.no_index(item, span))
        if isinstance(item, Tensor):
            tensors[f"#{len(plain)}"] = item
            plain.append(known_type(el, item))
        else:
            plain.append(tuple(item) if isinstance(item, list) else item)
    network = LayerNetwork(layers()["index"](items=tuple(plain)), "index", span, tensors)
    return _run(el, network, [value], span)


def _run(el: Elaborator, network: LayerNetwork, inputs: list[Tensor], span: Span) -> Data:
    layer = network.layer
    if not _arity(el, layer, network.word, inputs, span):
        return fail(el, network.word, inputs, span)
    tied = _ties(layer, network.tensors)
    given = [t for name, t in network.tensors.items() if name not in tied]
    if layer.elementwise and len(inputs) == 1 and inputs[0].type is None and not given:
        draft = add_draft(el, inputs, [None], span, layer=layer)
        return Tensor(draft, 0, None)
    types = [t.type or _demand(el, layer, network.word, t, span) for t in inputs]
    if None in types:
        return fail(el, network.word, inputs, span)
    input_types = [t for t in types if t is not None]
    tied_types = {name: getattr(layer, name) for name in tied}
    if tied:  # it holds the weight itself, under its own name too
        layer = layer.replace(**{name: layer.settings[name].default for name in tied})
        network = network.replace(layer=layer)
    outputs = _infer(el, network, inputs, input_types, given, span, tied_types)
    if outputs is None:
        return fail(el, network.word, inputs, span)
    main = (0,) if layer.results == "side" else tuple(range(len(outputs)))
    draft = add_draft(el, [*inputs, *given], outputs, span, layer=layer, main=main)
    for name, chain in tied.items():
        _record_tie(el, draft, layer.weight_of(name), chain)
    return _results(layer, draft)


def _arity(el: Elaborator, layer: Layer, word: str, inputs: Sequence[Tensor], span: Span) -> bool:
    least, most = layer.arity
    if len(inputs) > MAX_INPUTS:
        el.report(advice.bounds.too_many_inputs(word, len(inputs), span))
        return False
    fits = least <= len(inputs) and (most is None or len(inputs) <= most)
    if not fits:
        el.report(advice.layers.other_arity(layer, word, len(inputs), span))
    return fits


def _demand(
    el: Elaborator, layer: Layer, word: str, tensor: Tensor, span: Span
) -> TensorType | None:
    """Gives an input of unknown rank the axes that the layer assumes."""
    if not layer.assumed:
        el.report(advice.layers.unknown_rank(word, span))
        return None
    port = input_behind(tensor)
    knowledge = el.knowledge.with_input(port, layer.assumed, layer.assumed_dtype)
    raise Learnt(knowledge)


def _work(weights: Mapping[str, object], shapes: Iterable[Shape]) -> int:
    """The steps that types take beyond those of a layer: many weights and long sizes take time."""
    longer = [d.weight - SYMBOL.weight for s in shapes for d in s if isinstance(d, Size)]
    return WEIGHT_STEPS * len(weights) + SIZE_STEPS * sum(longer)


def _infer(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    types: list[TensorType],
    given: list[Tensor],
    span: Span,
    tied: Mapping[str, TensorType],
) -> tuple[TensorType, ...] | None:
    """The types of the results; None after an error. ``given`` are the tensors of settings,
    ``tied`` the types of the weights that other layers have."""
    unmade = type(network.layer).suit is Layer.suit
    made = () if unmade else tuple([_maker(el, t) for t in (*inputs, *given)])
    key = (network.layer, *types, *made, *tied.items())
    remembered = el.memos.types.get(key)
    if remembered is not None:
        return remembered
    with Open() as noted:
        try:
            facts = facts_of(network.layer, *types)
            network.layer.suit(made, *types)
            for name, type_ in tied.items():
                check_weight(network.layer, name, type_, *types)
        except Refused as refusal:
            el.report(advice.layers.refused(network, refusal, inputs, types, span))
            return None
    outputs, weights = facts.outputs, facts.weights
    equal = (*facts.equal, *noted.equal)
    for a, b in equal:
        if not unify(el, a, b, network.word, span, inputs):
            return None
    shapes = (*(t.shape for t in outputs), *(w.shape for w in weights.values()))
    el.step(span, _work(weights, shapes))
    if not all(is_bounded(el, shape, span) for shape in shapes):
        return None
    if any(0 in t.shape for t in outputs):
        el.report(advice.layers.nothing_left(network, span, outputs, inputs))
        return None
    had = {d for t in types for d in t.shape}
    sizes = [d for t in outputs for d in t.shape if isinstance(d, Size) and d not in had]
    least = [*facts.least, *noted.least, *((d, 1) for d in sizes if less(d, 1) is not False)]
    ask_at_least(el, least, span)
    if not _can_be_made(el, network, inputs, types, weights, span):
        return None
    if not equal and not least:
        el.memos.types[key] = outputs
    return outputs


def _maker(el: Elaborator, tensor: Tensor) -> Made | None:
    """How a tensor was made. It is noted for ints that come from outside of a block, since another
    equal call may have others."""
    made = made_by(tensor)
    if tensor.type is not None and tensor.type.dtype == "int" and el.calls:
        el.demands.borrowed.append((tensor, made))
    return made


def _can_be_made(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    types: list[TensorType],
    weights: Mapping[str, Weight],
    span: Span,
) -> bool:
    """Whether PyTorch can make the module before it runs, when the open sizes that the spec
    declares are not known. (Lazy modules find the sizes of an input without a shape.)"""
    layer = network.layer
    for name, weight in weights.items():
        for size in weight.shape:
            if isinstance(size, Size) and is_declared(el, size):
                el.report(advice.layers.open_weight(network, inputs, types, name, size, span))
                return False
    settings = vars(layer).values()
    kinds = set(map(type, settings))
    started = Init in kinds or layer.inits()
    if started and not _inits_suit(el, network, inputs, types, weights, span):
        return False
    lists = [t.shape[1:] for t in types]
    if tuple in kinds:
        lists += [value for value in settings if isinstance(value, tuple)]
    if Size not in kinds and Size not in map(type, itertools.chain.from_iterable(lists)):
        return True
    if {"?", *el.knowledge.free}.intersection(symbols(*(d for t in types for d in t.shape))):
        return True
    try:
        layer.lower(*types)
    except Refused as refusal:
        el.report(advice.layers.refused(network, refusal, inputs, types, span))
        return False
    return True


def _inits_suit(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    types: list[TensorType],
    weights: Mapping[str, Weight],
    span: Span,
) -> bool:
    inits = network.layer.inits().items()
    given = set(map(network.layer.weight_of, network.tensors))
    own = [(init, weights[n].shape) for n, init in inits if n in weights.keys() - given]
    problems = [(_init_setting(network.layer, init), unsuited(init, shape)) for init, shape in own]
    idle = {n for n, value in vars(network.layer).items() if isinstance(value, Init)}
    idle -= {setting for setting, _ in problems}
    problems += [(setting, _idle_init(network, setting)) for setting in sorted(idle)]
    for setting, problem in problems:
        if problem:
            refusal = Refused(problem, setting=setting)
            el.report(advice.layers.refused(network, refusal, inputs, types, span))
            return False
    return True


def _init_setting(layer: Layer, init: Init) -> str:
    """The setting that has an initialiser, itself or in a layer."""
    settings = vars(layer).items()
    return next(name for name, v in settings if v is init or isinstance(v, Layer))


def idle_inits(network: LayerNetwork) -> Iterator[tuple[str, str]]:
    """The initialisers that no input can make useful, with their errors: ``conv(3x3, 8, bias=false,
    bias_init=zeros)``."""
    useful = set(map(id, network.layer.inits().values()))
    for setting, value in vars(network.layer).items():
        if isinstance(value, Init) and id(value) not in useful:
            yield setting, _idle_init(network, setting)


def _idle_init(network: LayerNetwork, setting: str) -> str:
    """The error for an initialiser of a weight that the layer does not have; "" if it comes from a
    `default`, which is for the layers that have the weight."""
    place = network.spans.get(setting)
    if place is None or not place.overlaps(network.span):
        return ""
    plain = setting == "bias_init" and "bias" not in network.tensors
    what = "bias" if plain else f"{'bias' if setting == 'bias_init' else 'weight'} of its own"
    return f"`{setting}` has no effect: this `{network.word}` has no {what}"


def _ties(layer: Layer, tensors: Mapping[str, Tensor]) -> dict[str, WeightSource]:
    """The settings that take another layer's weight as it is, with the drafts that lead to it."""
    if not tensors or not isinstance(layer, Computable):
        return {}
    chains = ((n, weight_chain(tensors[n])) for n in layer.computed)
    return {name: chain for name, chain in chains if chain is not None}


def _record_tie(el: Elaborator, draft: Draft, name: str, chain: WeightSource) -> None:
    draft.tied[name] = chain
    for scope in el.builder.ancestors():
        source = chain_from(chain[0], scope) if is_inside(chain[0][0].builder, scope) else None
        if source is not None:
            scope.ties.append((draft, source, f"{name}={chain[1]}"))
            return
        scope.private = True


def is_index(item: Data) -> bool:
    """Whether a value can stand between the brackets behind a tensor."""
    if isinstance(item, slice):
        ends = (item.start, item.stop, item.step)
        return all(
            e is None or (isinstance(e, int | Size) and not isinstance(e, bool)) for e in ends
        )
    if isinstance(item, list):
        return all(isinstance(i, int | Size) or i is None for i in item)
    return item is None or item is ... or isinstance(item, int | Size | Tensor)


def _results(layer: Layer, draft: Draft) -> Data:
    if len(draft.types) == 1 and layer.results == "one":
        return Tensor(draft, 0, draft.types[0])
    first, *others = draft.tensors()
    if layer.results == "bundle":
        return [first, *others]
    return Tensor(draft, 0, first.type, side=tuple(others)) if others else first
