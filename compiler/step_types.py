"""The types after every step of a text: what an editor shows beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from ..grammar.source import Span
from .builder import Builder, Draft
from .types import TensorType

Types: TypeAlias = tuple[TensorType | None, ...]
"""The types of the results that a step hands on; None for one that is not known."""
StepTypes: TypeAlias = Mapping[Span, tuple[Types, ...]]
"""By the place of a step the types that it gives: several if a block is called with several
sizes, or a loop runs several times."""


def step_types(root: Builder) -> StepTypes:
    """The types after the steps of a net, and of the blocks that it calls, as far as it was
    elaborated."""
    return joined({draft.span: (_types(draft),)} for draft in _drafts(root) if draft.span)


def joined(parts: Iterable[StepTypes]) -> StepTypes:
    """The types of several nets together, each once, in the order in which they were found."""
    found: dict[Span, dict[Types, None]] = {}
    for part in parts:
        for span, several in part.items():
            found.setdefault(span, {}).update(dict.fromkeys(several))
    return {span: tuple(several) for span, several in found.items()}


def _drafts(root: Builder) -> Iterator[Draft]:
    """The inputs and steps of a graph and of those that it calls, each graph once."""
    waiting, seen = deque([root]), {id(root)}
    while waiting:
        graph = waiting.popleft()
        yield from graph.inputs
        for draft in graph.drafts:
            yield draft
            if draft.child is not None and id(draft.child) not in seen:
                seen.add(id(draft.child))
                waiting.append(draft.child)


def _types(draft: Draft) -> Types:
    return tuple(draft.types[at] for at in draft.main if at < len(draft.types))
