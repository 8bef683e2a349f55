"""Applies networks that are made of networks: chains, sums, fan-outs, repeats."""

from __future__ import annotations

from ...grammar.source import Span
from .. import advice
from ..builder import Draft, Waiting
from ..values import (
    UNKNOWN,
    Chain,
    Combined,
    Data,
    Fan,
    IdentityNetwork,
    LabelledNetwork,
    LayerWord,
    NetworkValue,
    PathLabel,
    Renamed,
    RepeatNetwork,
    Sliced,
    Template,
    Tensor,
    is_number,
    unknown_in,
)
from .calls import bind_block
from .elaborator import Elaborator
from .failures import fail
from .groups import apply_group
from .layer_nodes import slice_tensor
from .lists import list_item
from .naming import Naming, is_many, is_scope
from .operators import combine
from .pipes import bundle
from .results import main_tensors
from .scopes import brought, grow, reached, take_copies
from .settings import bare_layer


def apply_identity(
    el: Elaborator, network: IdentityNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    return inputs[0] if len(inputs) == 1 else list(inputs)


def apply_chain(
    el: Elaborator, network: Chain, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    value: Data = [*inputs]
    for member in network.members:
        tensors = bundle(el, value, span)
        if tensors is None:
            return UNKNOWN
        value = el.apply(member, tensors, getattr(member, "span", None) or span)
        if unknown_in(value):
            return UNKNOWN
    return value


def apply_combined(
    el: Elaborator, network: Combined, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    sides = [_side(el, side, inputs, network.span) for side in (network.left, network.right)]
    if any(map(unknown_in, sides)):
        return UNKNOWN
    for side in sides:
        if not isinstance(side, Tensor) and not is_number(side):
            return el.report(advice.operators.bundle_beside_tensor(network))
    return combine(el, network.operator, sides[0], sides[1], network.span)


def _side(el: Elaborator, member: Data, inputs: list[Tensor], span: Span) -> Data:
    """One side of a sum: a network gets the input, another value stays as it is."""
    if isinstance(member, NetworkValue):
        return el.apply(member, inputs, span)
    reached(el, member)
    return member


def apply_fan(
    el: Elaborator, network: Fan, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    waiting = _waiting(el, naming)
    results: list[Data] = []
    for i, member in enumerate(network.members):
        waiting.branch = max(waiting.branch, i)
        reached(el, member)
        if (
            isinstance(member, LabelledNetwork)
            and naming.label is not None
            and not member.label.here
        ):
            results.append(_labelled_branch(el, member, inputs, span, naming))
            waiting.branch += 1
        elif isinstance(member, NetworkValue):
            results.append(el.apply(member, inputs, span, naming.member(waiting.branch)))
            waiting.branch += 1
        else:
            results.append(member if member is not UNKNOWN else fail(el, "", inputs, span))
    return UNKNOWN if bundle(el, results, span) is None else results


def _waiting(el: Elaborator, naming: Naming) -> Waiting:
    """The counter of a fan-out's branches; some of its tensors may be made already."""
    waiting = el.builder.waiting
    own = waiting is not None and waiting.prefix == f"{naming.label}."
    return waiting if waiting is not None and own else Waiting([])


def _labelled_branch(
    el: Elaborator, member: LabelledNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    """``[linear(10) as cls, linear(4) as box] as heads``: it keeps its label."""
    path = naming.inside(member.label.path).label or ""
    label = PathLabel(path, member.label.name, member.label.span)
    return el.apply(member.replace(label=label), inputs, span)


def apply_repeat(
    el: Elaborator, network: RepeatNetwork, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    value: Data = inputs[0] if len(inputs) == 1 else [*inputs]
    done = 0
    while done < network.count:
        tensors = bundle(el, value, span)
        if tensors is None:
            return UNKNOWN
        before = len(el.builder.drafts)
        value = _copy(el, network.network, tensors, span, naming.member(done))
        if unknown_in(value):
            return UNKNOWN
        done += 1
        rest = network.count - done
        made = el.builder.drafts[before:]
        if rest and _fold(el, made, tensors, value, rest, naming.member(done - 1)):
            break
    return value


def _copy(
    el: Elaborator, network: NetworkValue, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    """One copy of a repeated body; its labels stay inside."""
    assert el.frame is not None
    with el.repeating(None), el.framed(el.frame.inner()):
        return el.apply(network, inputs, span, naming)


def _fold(
    el: Elaborator, made: list[Draft], inputs: list[Tensor], value: Data, rest: int, naming: Naming
) -> bool:
    """Counts the remaining copies, if a copy is one node that keeps its input's type: then the
    others are the same."""
    if len(made) != 1 or not _is_counted(made[0], naming):
        return False
    node, outputs = made[0], list(main_tensors(value))
    same = [t.type for t in inputs] == [o.type for o in outputs]
    threaded = [t.identity for t in node.inputs[: len(inputs)]] == [
        brought(el, t).identity for t in inputs
    ]
    through = [o.identity for o in outputs] == [(id(node), i) for i in node.main]
    if not (same and threaded and through):
        return False
    grow(el, el.builder, node.size * rest, node.span)
    node.count += rest
    take_copies(el, node, rest)
    return True


def apply_sliced(
    el: Elaborator, network: Sliced, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    value = el.apply(network.network, inputs, network.span, naming)
    if isinstance(value, Tensor):
        return slice_tensor(el, value, network.items, network.span)
    return list_item(el, value, network.items, network.span) if isinstance(value, list) else value


def apply_renamed(
    el: Elaborator, network: Renamed, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    inner = network.network
    while isinstance(inner, Renamed) or (isinstance(inner, LabelledNetwork) and inner.label.here):
        inner = inner.network
    if not naming.given:
        naming = Naming(word=network.word)
        if is_scope(inner) or is_many(inner):
            return apply_group(el, inner, inputs, span, naming)
    return el.apply(inner, inputs, span, naming)


def apply_word(
    el: Elaborator, network: LayerWord, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    bound = bare_layer(el, network)
    return UNKNOWN if bound is None else el.apply(bound, inputs, span, naming)


def apply_template(
    el: Elaborator, network: Template, inputs: list[Tensor], span: Span, naming: Naming
) -> Data:
    bound = bind_block(el, network, {}, network.name, network.span or span)
    return UNKNOWN if bound is None else el.apply(bound, inputs, span, naming)


def _is_counted(draft: Draft, naming: Naming) -> bool:
    """Whether further copies would have the same name with the next numbers."""
    if draft.share is not None or draft.count > 1 or draft.tied:
        return False
    if draft.child is not None and draft.child.private:
        return False
    position = str(draft.builder.position - 1) if draft.builder.numbered else None
    return bool(draft.word) or draft.label == (naming.label or position)
