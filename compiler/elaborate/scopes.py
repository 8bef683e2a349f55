"""The scopes of a graph: their nodes, names of modules, tensors from other scopes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft, Waiting, bring
from ..ir import stem_of
from ..types import TensorType
from ..values import BlockNetwork, Data, Shared, Tensor
from .elaborator import Elaborator
from .naming import UNNAMED, Naming, is_named_by_label

LAYER_STEPS: Final = 10


def brought(el: Elaborator, tensor: Tensor) -> Tensor:
    if el.held:
        _let_out(el, tensor)
    return bring(tensor, el.builder)


def outside(el: Elaborator, tensor: Tensor, graph: Builder) -> Tensor:
    """A tensor as the scope of a graph's call sees it."""
    assert graph.parent is not None
    with el.building(graph.parent):
        return brought(el, tensor)


def _let_out(el: Elaborator, tensor: Tensor) -> None:
    """Dissolves the groups that are not applied yet, if a tensor of theirs is used outside."""
    for group in [g for g in el.held if is_inside(tensor.builder, g)]:
        if not is_inside(el.builder, group):
            assert group.parent is not None
            dissolve(el, group, group.parent, f"{group.path}.")


def add_draft(
    el: Elaborator,
    inputs: list[Tensor],
    types: Sequence[TensorType | None],
    span: Span,
    **fields: Any,
) -> Draft:
    """Adds a node to the current scope."""
    here = [brought(el, t) for t in inputs]
    takes = tuple(t.type for t in here if t.type is not None)
    made = Draft(el.builder, inputs=here, takes=takes, types=list(types), span=span, **fields)
    el.step(span, LAYER_STEPS)
    grow(el, el.builder, made.size, span)
    return el.builder.add(made)


def grow(el: Elaborator, builder: Builder, size: int, span: Span | None) -> None:
    """Counts the layers of a scope; a called graph counts at each call."""
    builder.size += size
    if builder.size > el.limits.layers:
        el.too_much(advice.bounds.too_many_layers(el.limits.layers, span))


def name_module(el: Elaborator, draft: Draft, naming: Naming, word: str) -> None:
    """Gives a module its path: a label, the next position of a numbered scope, or a word."""
    builder = draft.builder
    if naming.share is not None:
        draft.share = naming.share
    elif naming.label:
        take_label(el, builder, naming.label, naming.span or draft.span)
        draft.label, draft.first = naming.label, naming.number
        builder.position += builder.numbered
    elif builder.numbered:
        draft.label, draft.first = str(builder.position), builder.position
        draft.word = naming.word or word
        take_label(el, builder, draft.label, draft.span)
        builder.position += 1
    else:
        draft.word = naming.word or word


def take_label(el: Elaborator, builder: Builder, path: str, span: Span | None) -> None:
    """Takes a module path, and reports it if another module has it, or is inside it or around
    it."""
    first = builder.clash(path)
    if first is None:
        builder.take(path, span)
        return
    el.report(advice.labels.taken(path, span, *first, el.repeats))


def take_copies(el: Elaborator, node: Draft, rest: int) -> None:
    """Takes the labels and positions of the copies after the first."""
    if node.first is None:
        return
    for path in node.labels()[1:]:
        take_label(el, node.builder, path, node.span)
    if node.builder.numbered:
        node.builder.position += rest


def use_share(el: Elaborator, share: Shared) -> None:
    """Notes that the current scope uses a share."""
    home = share.builder
    if share not in home.shares:
        home.shares.append(share)
        take_label(el, home, share.name, share.span)
    if home is not el.builder and share not in el.builder.outers:
        el.builder.outers.append(share)


def pass_outers(el: Elaborator, child: Builder) -> None:
    for share in child.outers:
        use_share(el, share)


def dissolve(
    el: Elaborator, group: Builder, into: Builder, prefix: str = "", *, fan: bool = False
) -> None:
    """Moves the nodes of a group to another scope; their labels get a prefix. Nodes without labels
    wait for their numbers if the group is a fan-out, else they get new ones."""
    if group in el.held:
        el.held.remove(group)
    with el.building(into):
        outer = {id(i): brought(el, tensor) for i, tensor in group.captured.values()}
    for draft in group.drafts:
        draft.inputs = [outer.get(id(t.draft), t) for t in draft.inputs]
        draft.builder = into
        into.add(draft)
        if draft.child is not None and draft.child.parent is group:
            draft.child.parent = into
        if is_numbered(draft):
            if not fan:
                number_anew(el, draft)
        elif draft.label:
            draft.label = prefix + draft.label
            take_label(el, into, draft.label, draft.span)
    if fan:
        into.waiting = Waiting(list(group.drafts), prefix)
    into.labels.update(group.labels)
    into.ties += group.ties
    with el.building(into):
        pass_outers(el, group)


def number_anew(el: Elaborator, draft: Draft) -> None:
    """Gives a module a new number: its position in a numbered scope, else one for its word."""
    draft.label, draft.first = "", None
    name_module(el, draft, UNNAMED, draft.word)
    take_copies(el, draft, draft.count - 1)


def is_inside(builder: Builder, scope: Builder) -> bool:
    return any(b is scope for b in builder.ancestors())


def is_numbered(draft: Draft) -> bool:
    """Whether its label is its position in a group."""
    return draft.first is not None and draft.label == str(draft.first)


# --- numbers in written order: what stands in a group waits until its network is applied ------


def reached(el: Elaborator, value: Data) -> None:
    """Gives waiting nodes their numbers when the text comes to them, in the order of the text."""
    if not any(b.waiting for b in el.builder.ancestors()):
        return
    for tensor in _tensors(value):
        waiting = tensor.builder.waiting
        if waiting is not None and any(tensor.draft is d for d in waiting.drafts):
            release(el, tensor.builder, tensor.draft)


def release(el: Elaborator, builder: Builder, last: Draft | None = None) -> None:
    """Numbers the waiting nodes of a scope, up to a draft."""
    waiting = builder.waiting
    while waiting is not None and waiting.drafts:
        draft = waiting.drafts.pop(0)
        if not is_numbered(draft):
            _pass_label(waiting, draft)
        elif waiting.prefix is None:
            number_anew(el, draft)
        else:
            _number_branch(el, waiting, draft)
        if draft is last:
            return
    builder.waiting = None


def _number_branch(el: Elaborator, waiting: Waiting, draft: Draft) -> None:
    draft.first, draft.label = waiting.branch, f"{waiting.prefix}{waiting.branch}"
    waiting.branch += draft.count
    for path in draft.labels():
        take_label(el, draft.builder, path, draft.span)


def _pass_label(waiting: Waiting, draft: Draft) -> None:
    """A labelled member uses up one position, however many copies it is; sources have none."""
    source = draft.layer is not None and is_named_by_label(draft.layer)
    stem = draft.label if draft.first is None else stem_of(draft.label, draft.first)
    if draft.label and not source and stem != waiting.stem and waiting.prefix is None:
        draft.builder.position += 1
    waiting.stem = stem


def _tensors(value: object) -> Iterator[Tensor]:
    """The tensors in a value, and in the arguments of a block."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, BlockNetwork):
        yield from _tensors(list(value.arguments.values()))
