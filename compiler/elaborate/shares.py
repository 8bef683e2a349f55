"""Shares: one instance, wherever it is used."""

from __future__ import annotations

from ...grammar import syntax
from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft
from ..dims import Dim, equal, substitute, unknowns
from ..environment import Environment
from ..reserved import reserved
from ..values import UNKNOWN, Data, Family, Shared, Tensor, networks_in, unknown_in
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


def run_share(el: Elaborator, statement: syntax.Share, env: Environment) -> None:
    """``share enc = ...``, and ``share enc[i] = ...`` for a member of a family."""
    if statement.index is None:
        _declare(el, statement, statement.name)
        env.names[statement.name] = shared_network(el, statement, env, el.builder)
        return
    index = el.evaluate(statement.index, env)
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        if not unknown_in(index):
            el.report(advice.labels.no_number(index, statement.index.span))
        env.names[statement.name] = UNKNOWN
        return
    _declare(el, statement, f"{statement.name}[{index}]")
    env.names[statement.name] = _with_member(el, statement, index, env)


def _with_member(el: Elaborator, statement: syntax.Share, index: int, env: Environment) -> Data:
    """The family with one more member. Its members do not change, so that a block sees those above
    it."""
    before = env.names.get(statement.name)
    if before is UNKNOWN:
        return UNKNOWN
    own = isinstance(before, Family) and before.builder is el.builder
    members = dict(before.members) if isinstance(before, Family) and own else {}
    el.step(statement.span, len(members) // 2)
    share = shared_network(el, statement, env, el.builder)
    if isinstance(share, Shared):
        members[index] = share.replace(name=f"{statement.name}.{index}")
    else:
        members[index] = UNKNOWN
    return Family(statement.name, el.builder, members)


def _declare(el: Elaborator, statement: syntax.Share, name: str) -> None:
    """Reports a second share with a name: it would replace the first in silence. A family and a
    share cannot have one name."""
    span, declared = statement.name_span, el.builder.declared
    first = declared.get(name) or declared.get(statement.name)
    if statement.index is None and first is None:
        family = f"{statement.name}["
        first = next((at for other, at in declared.items() if other.startswith(family)), None)
    declared.setdefault(name, span)
    if first is not None:
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
