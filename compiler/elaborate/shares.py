"""Shares: one instance, wherever it is used."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft
from ..dims import Dim, equal, substitute, unknowns
from ..environment import Environment
from ..reserved import reserved
from ..values import UNKNOWN, Data, Shared, Tensor, networks_in, unknown_in
from .elaborator import Elaborator
from .naming import Naming
from .pipes import as_network
from .scopes import dissolve, use_share
from .sizes import may_be_equal


def shared_network(
    el: Elaborator, statement: syntax.Share, env: Environment, builder: Builder
) -> Data:
    waiting = len(el.held)
    value = el.evaluate(statement.value, env)
    for group in el.held[
        waiting:
    ]:  # else the first use would take the nodes, and the next would lack them
        dissolve(el, group, el.builder, f"{group.path}.")
    if reserved(statement.name):
        return el.report(advice.labels.reserved(statement.name, statement.name_span))
    network = as_network(el, value)
    if unknown_in(value) or network is None:
        if not unknown_in(value) and not networks_in(value):
            el.report(advice.labels.shares_network(value, statement))
        return UNKNOWN
    return Shared(statement.name, network, builder, statement.name_span)


def declare_share(el: Elaborator, statement: syntax.Share) -> None:
    """Reports a second share with a name: it would replace the first in silence."""
    name, span = statement.name, statement.name_span
    first = el.builder.declared.get(name)
    if first is None:
        el.builder.declared[name] = span
        return
    el.report(advice.labels.shared_twice(name, span, first))


def apply_shared(
    el: Elaborator, network: Shared, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    before = len(el.builder.drafts)
    value = el.apply(network.network, inputs, span, Naming(share=network))
    if unknown_in(value):
        return UNKNOWN
    made = el.builder.drafts[before:]
    draft = next((d for d in made if d.share is network), None)
    if draft is None:  # it makes no module: `share same = id`
        return value
    use_share(el, network)
    if network.first is None:
        network.first = draft
    elif not _same_weights(el, network.first, draft, span):
        return el.report(
            advice.labels.share_differs(network, network.first, draft, "weights", span)
        )
    elif not _same_form(network, network.first, draft):
        return el.report(
            advice.labels.share_differs(network, network.first, draft, "operations", span)
        )
    return value


def _same_weights(el: Elaborator, first: Draft, draft: Draft, span: Span) -> bool:
    """Whether one module can serve both calls; open sizes are made equal if they may be."""
    if _is_open(first) or _is_open(draft):  # compared when the net's input is known
        return True
    pairs = paired(_weights_of(first), _weights_of(draft))
    if pairs is None:
        return False
    el.step(span, 4 * len(pairs))
    return all(a == b or _may_equal(el, a, b, span) for a, b in pairs)


def _same_form(network: Shared, first: Draft, draft: Draft) -> bool:
    """Whether one module, whose source is written once, can do the work of both calls."""
    if first.child is draft.child is not None or _is_open(first) or _is_open(draft):
        return True
    from ..share_forms import form

    network.form = network.form or form(first)
    return bool(network.form == form(draft))


def _may_equal(el: Elaborator, a: Dim, b: Dim, span: Span) -> bool:
    return equal(a, b) is None and may_be_equal(el, a, b, span)


def _is_open(draft: Draft) -> bool:
    """Whether the rank of one of its inputs is not known yet."""
    inside = draft.child.drafts if draft.child is not None else ()
    return any(t.type is None for t in draft.inputs) or any(map(_is_open, inside))


def _weights_of(draft: Draft) -> list[tuple[object, tuple[Dim, ...]]]:
    """The kinds of a call's modules, and the sizes of their weights in this call's symbols."""
    sizes = dict(draft.sizes)
    if draft.child is not None:
        inner = [w for d in draft.child.drafts if d.layer or d.child for w in _weights_of(d)]
        inner = [(kind, tuple(substitute(d, sizes) for d in dims)) for kind, dims in inner]
        return inner * draft.count
    assert draft.layer is not None
    takes = draft.takes[: len(draft.takes) - len(draft.layer.tensors())]
    weights = draft.layer.weights(*takes)
    kind = (type(draft.layer), draft.share, *weights)
    dims = tuple(d for w in weights.values() for d in w.shape)
    if not weights and draft.layer.has_weights(*takes):  # of an extern the number alone is known
        count = draft.layer.parameter_count(takes)
        dims = () if unknowns(count) else (count,)
    return [(kind, dims)] * draft.count


def paired(
    first: list[tuple[object, tuple[Dim, ...]]], second: list[tuple[object, tuple[Dim, ...]]]
) -> list[tuple[Dim, Dim]] | None:
    """The pairs of sizes that must be equal; None if the modules differ."""
    if [(k, len(d)) for k, d in first] != [(k, len(d)) for k, d in second]:
        return None
    return [p for (_, a), (_, b) in zip(first, second, strict=True) for p in zip(a, b, strict=True)]
