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
    from ..elaborate.program import Program


class Net(Entity):
    """A net that was elaborated, and the file in which it stands."""

    tree: syntax.File
    program: Program

    @cached_property
    def drafts(self) -> list[Draft]:
        """The nodes of all its graphs, each once."""
        return list(_drafts(self.program.root, set()))

    @cached_property
    def layouts(self) -> Layouts:
        """Where the features of its tensors are."""
        return Layouts(self.program.root, self.program.sequences)


def _drafts(scope: Builder, seen: set[int]) -> Iterator[Draft]:
    for draft in scope.drafts:
        if draft.child is not None and id(draft.child) not in seen:
            seen.add(id(draft.child))
            yield from _drafts(draft.child, seen)
        yield draft
