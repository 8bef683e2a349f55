"""Layers applied to tensors: shapes are inferred, a node is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...grammar.diagnostics import Edit, Fix
from ...grammar.source import Span
from ...grammar.wording import listing
from ..builder import Draft, chain_from
from ..dims import Dim, Size, less, symbols
from ..inits import unsuited
from ..layer import Init, Layer, Made, Open, Refused, Weight, inferred
from ..layers import layers
from ..limits import MAX_INPUTS
from ..types import TensorType
from ..values import UNKNOWN, Data, LayerNetwork, Tensor, describe
from .elaborator import Elaborator
from .failures import fail
from .knowledge import Learnt
from .naming import Naming
from .numbers import reached
from .scopes import add_draft, is_inside, name_module
from .sizes import ask_at_least, is_bounded, is_declared, unify
from .tensors import input_behind, known_type, made_by, overlap, producers, weight_chain


def apply_layer(
    el: Elaborator, network: LayerNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    reached(el, list(network.tensors.values()))
    value = _run(el, network, inputs, network.span)
    if value is not UNKNOWN:
        first = value if isinstance(value, Tensor) else value[0]
        name_module(el, first.draft, naming, network.word)
    return value


def run_source(el: Elaborator, network: LayerNetwork) -> Data:
    """``param([1, 1, d])``: a tensor at once, evaluated where it stands."""
    return _run(el, network, [], network.span)


def run_word(el: Elaborator, word: str, inputs: list[Tensor], span: Span, **settings: Any) -> Data:
    """An operator's layer: it has no module path."""
    tensors = {k: v for k, v in settings.items() if isinstance(v, Tensor)}
    plain = settings | {k: known_type(el, v) for k, v in tensors.items()}
    network = LayerNetwork(layers()[word](**plain), word, span, tensors)
    return _run(el, network, inputs, span)


def slice_tensor(el: Elaborator, value: Tensor, items: tuple[Any, ...], span: Span) -> Data:
    known_type(el, value)
    tensors: dict[str, Tensor] = {}
    plain: list[Any] = []
    for item in items:
        if not is_index(item):
            return el.report(
                "E218",
                f"{describe(item)} is no index",
                span,
                help="`x[:, 0]`, `x[..., 1:]`, `x[:, none]`, `x[:, index]` with an int tensor",
            )
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
    tied, given = _tensor_settings(network)
    if layer.elementwise and len(inputs) == 1 and inputs[0].type is None and not given:
        draft = add_draft(el, inputs, [None], span, layer=layer)
        return Tensor(draft, 0, None)
    types = [t.type or _demand(el, layer, network.word, t, span) for t in inputs]
    if None in types:
        return fail(el, network.word, inputs, span)
    known = [t for t in types if t is not None]
    outputs = _infer(el, network, inputs, known, given, span)
    if outputs is None:
        return fail(el, network.word, inputs, span)
    main = (0,) if layer.results == "side" else tuple(range(len(outputs)))
    draft = add_draft(el, [*inputs, *given], outputs, span, layer=layer, main=main)
    for name, chain in tied.items():
        _record_tie(el, draft, name, chain)
    return _results(layer, draft)


def _tensor_settings(network: LayerNetwork) -> tuple[dict[str, Any], list[Tensor]]:
    """The settings that tie a weight, and the tensors of the others."""
    if not network.tensors:
        return {}, []
    pairs = network.tensors.items()
    tied = {n: c for n, t in pairs if (c := _tie(network.layer, n, t))}
    return tied, [t for n, t in pairs if n not in tied]


def _arity(el: Elaborator, layer: Layer, word: str, inputs: Sequence[Tensor], span: Span) -> bool:
    least, most = layer.arity
    if len(inputs) > MAX_INPUTS:
        message = f"`{word}` takes at most {MAX_INPUTS:,} tensors, got {len(inputs):,}"
        el.report("E214", message, span, help="join some of them first")
        return False
    if least <= len(inputs) and (most is None or len(inputs) <= most):
        return True
    if least == 0:
        el.report("E307", f"`{word}` is a source: nothing is piped into it", span)
    elif len(inputs) > 1 and most == 1:
        el.report(
            "E307",
            f"`{word}` takes one tensor, a bundle of {len(inputs)} is piped in",
            span,
            help=[f"`[t > {word} for t in bundle]` maps it", "`concat` joins a bundle"],
        )
    else:
        wanted = f"{least}" if most == least else f"at least {least}"
        wanted = f"{least} to {most}" if most not in (least, None) else wanted
        names = ", ".join("abcdefgh"[: least if len(inputs) < least else most])
        el.report(
            "E307",
            f"`{word}` takes {wanted} tensors, got {len(inputs)}",
            span,
            help=f"`[{names}] > {word}`",
        )
    return False


def _demand(
    el: Elaborator, layer: Layer, word: str, tensor: Tensor, span: Span
) -> TensorType | None:
    """An input of unknown rank becomes what the layer assumes."""
    if not layer.assumed:
        el.report(
            "E308",
            f"the rank of the input of `{word}` is not known",
            span,
            help="start with `input(3x32x32)`, say `--input 3x32x32`, or write a kernel "
            "for each axis: `3x3`",
        )
        return None
    port = input_behind(tensor)
    known = el.knowledge.with_input(port, layer.assumed, layer.assumed_dtype)
    raise Learnt(known)


def _infer(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    types: list[TensorType],
    given: list[Tensor],
    span: Span,
) -> tuple[TensorType, ...] | None:
    """``given`` are the tensors of settings."""
    unmade = type(network.layer).suit is Layer.suit
    made = () if unmade else tuple(_maker(el, t) for t in (*inputs, *given))
    key = (network.layer, *types, *made)
    known = el.memos.types.get(key)
    if known is not None:
        return known
    with Open() as noted:
        try:
            outputs = inferred(network.layer, *types)
            network.layer.suit(made, *types)
            weights = network.layer.weights(*types)
        except Refused as refusal:
            _refused(el, network, refusal, inputs, types, span)
            return None
    for a, b in noted.equal:
        if not unify(el, a, b, network.word, span, inputs):
            return None
    shapes = (*(t.shape for t in outputs), *(w.shape for w in weights.values()))
    if not all(is_bounded(el, shape, span) for shape in shapes):
        return None
    if any(0 in t.shape for t in outputs):
        _empty(el, network, inputs, outputs, span)
        return None
    had = {d for t in types for d in t.shape}
    sizes = [d for t in outputs for d in t.shape if isinstance(d, Size) and d not in had]
    least = noted.least + [(d, 1) for d in sizes if less(d, 1) is not False]
    ask_at_least(el, least, span)
    if not _can_be_made(el, network, inputs, types, weights, span):
        return None
    if not noted.equal and not least:
        el.memos.types[key] = outputs
    return outputs


def _maker(el: Elaborator, tensor: Tensor) -> Made | None:
    """What made a tensor. Of ints that come from outside of a block it is noted: an equal
    call may have others."""
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
    """Whether PyTorch can make the module: before it runs, the sizes of inputs that the spec
    declares are not known. (Those of an input without a shape are left to lazy modules.)"""
    layer = network.layer
    for name, weight in weights.items():
        for size in weight.shape:
            if isinstance(size, Size) and is_declared(el, size):
                _open_weight(el, network, inputs, types, name, size, span)
                return False
    if not _inits_suit(el, network, inputs, types, weights, span):
        return False
    sizes = (*(t.shape[1:] for t in types), *vars(layer).values())
    if not any(map(_is_open_size, sizes)):
        return True
    if {"?", *el.knowledge.free}.intersection(symbols(*(d for t in types for d in t.shape))):
        return True
    try:
        layer.lower(*types)
    except Refused as refusal:
        _refused(el, network, refusal, inputs, types, span)
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
    layer = network.layer
    if not any(isinstance(value, Init) for value in vars(layer).values()):
        return True
    weight_of = {id(init): name for name, init in layer.inits().items()}
    for setting in layer.settings:
        init = getattr(layer, setting)
        if not isinstance(init, Init):
            continue
        name = weight_of.get(id(init), "")
        if name in weights and name not in layer.tensors():
            problem = unsuited(init, weights[name].shape)
        else:
            problem = _idle_init(network, setting)
        if problem:
            _refused(el, network, Refused(problem, setting=setting), inputs, types, span)
            return False
    return True


def _idle_init(network: LayerNetwork, setting: str) -> str:
    """What is wrong with an initialiser of what is not there. One that comes from a `default`
    is for those layers that have it."""
    place = network.spans.get(setting)
    if place is None or not overlap(place, network.span):
        return ""
    what = "bias" if setting == "bias_init" else "weight of its own"
    return f"`{setting}` starts nothing: this `{network.word}` has no {what}"


def _open_weight(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    types: list[TensorType],
    name: str,
    size: Dim,
    span: Span,
) -> None:
    """A weight as large as an axis whose size is known only when the network runs."""
    from .advice import OPEN_WEIGHT, open_weight_help

    names = symbols(size)
    axes = [
        f"axis {i} of {t}"
        for t in types
        for i, d in enumerate(t.shape)
        if isinstance(d, Size) and set(names).intersection(symbols(d))
    ]
    what = "the batch" if names == ("N",) else f"{listing(list(names))}, which has no number"
    el.report(
        "E312",
        f"the {name or 'parameter'} of `{network.word}` would be as large as {what}",
        span,
        detail=f"its size is {size}" + (f", from {axes[0]}" if axes else ""),
        labels=producers(inputs, span),
        notes=[OPEN_WEIGHT],
        help=open_weight_help(network.layer, network.word, types[0] if types else None, names),
    )


def _empty(
    el: Elaborator,
    network: LayerNetwork,
    inputs: list[Tensor],
    outputs: Sequence[TensorType],
    span: Span,
) -> None:
    """An axis of size 0 holds nothing: what comes behind it fails, or is nothing too."""
    el.report(
        "E301",
        f"`{network.word}` leaves nothing: an axis of size 0",
        span,
        detail=f"its result would be {' and '.join(map(str, outputs))}",
        labels=producers(inputs, span),
    )


def _refused(
    el: Elaborator,
    network: LayerNetwork,
    refusal: Refused,
    inputs: list[Tensor],
    types: list[TensorType],
    span: Span,
) -> None:
    place = network.spans.get(refusal.setting or "", span)
    blamed = inputs if refusal.input is None else [inputs[refusal.input]]
    help = list(refusal.help)
    if refusal.code == "E302" and not help and _joins(network.layer):
        from .advice import mismatch_help

        help = mismatch_help(inputs, types, any_channels=network.layer.role == "join")
    el.report(
        refusal.code,
        refusal.message,
        place,
        detail=refusal.detail,
        labels=producers(blamed, place),
        notes=refusal.notes,
        help=help,
        fix=_fix(refusal, network.spans),
    )


def _tie(layer: Layer, name: str, tensor: Tensor) -> Any:
    """The drafts that lead to the weight that a setting ties to, if it is one."""
    if name not in ("weight", "bias") or type(layer).weights is Layer.weights:
        return None
    return weight_chain(tensor)


def _record_tie(
    el: Elaborator, draft: Draft, name: str, chain: tuple[tuple[Draft, ...], str]
) -> None:
    draft.tied[name] = chain
    for scope in el.builder.ancestors():
        source = chain_from(chain[0], scope) if is_inside(chain[0][0].builder, scope) else None
        if source is not None:
            scope.ties.append((draft, source, f"{name}={chain[1]}"))
            return
        scope.private = True


def _fix(refusal: Refused, spans: Mapping[str, Span]) -> Fix | None:
    """Where the settings stand that should have another text; None if one stands elsewhere."""
    places = [spans.get(name) for name in refusal.fix]
    edits = [Edit(at, text) for at, text in zip(places, refusal.fix.values(), strict=True) if at]
    if not edits or len(edits) < len(places):
        return None
    return Fix(f"write `{', '.join(refusal.fix.values())}`", tuple(edits))


def _joins(layer: Layer) -> bool:
    """Whether a layer takes tensors of one shape: sums and their like, ``concat``, ``stack``."""
    return layer.category == "math" or layer.role in ("join", "stack")


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


def _is_open_size(value: object) -> bool:
    """Whether something that a layer has is a symbolic size, or holds one."""
    if isinstance(value, tuple):
        return any(isinstance(item, Size) for item in value)
    return isinstance(value, Size)
