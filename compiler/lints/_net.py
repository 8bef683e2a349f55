"""What a lint sees of a net."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ...grammar import syntax
from ...grammar.record import Entity
from ..builder import Builder, Draft
from ._layouts import Layouts

if TYPE_CHECKING:
    from ..elaborate.attempt import Outcome


class Net(Entity):
    """A net that was elaborated, and the file in which it stands."""

    tree: syntax.File
    outcome: Outcome

    @cached_property
    def drafts(self) -> list[Draft]:
        """The nodes of all its graphs, each once."""
        return list(_drafts(self.outcome.root, set()))

    @cached_property
    def layouts(self) -> Layouts:
        """Where the features of its tensors are."""
        return Layouts(self.outcome.root, self.outcome.sequences)


def _drafts(scope: Builder, seen: set[int]) -> Iterator[Draft]:
    for draft in scope.drafts:
        if draft.child is not None and id(draft.child) not in seen:
            seen.add(id(draft.child))
            yield from _drafts(draft.child, seen)
        yield draft
