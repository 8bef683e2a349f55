"""Numbers in written order: what stands in a group before the network is applied waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..builder import Builder, Draft, Waiting
from ..ir import stem_of
from ..values import BlockNetwork, Data, Tensor
from .elaborator import Elaborator
from .naming import is_named_by_label
from .scopes import is_numbered, number_anew, take_label


def reached(el: Elaborator, value: Data) -> None:
    """What waits takes its number when the text comes to it, after what stands before it."""
    if not any(b.waiting for b in el.builder.ancestors()):
        return
    for tensor in _tensors(value):
        waiting = tensor.builder.waiting
        if waiting is not None and any(tensor.draft is d for d in waiting.drafts):
            release(el, tensor.builder, tensor.draft)


def release(el: Elaborator, builder: Builder, last: Draft | None = None) -> None:
    """Number what waits in a scope, up to a draft."""
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


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a value, and in the arguments of a block."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, BlockNetwork):
        yield from _tensors(list(value.arguments.values()))
