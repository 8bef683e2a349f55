"""What a lint looks at: a text, or a net."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ...grammar import syntax
from ...grammar.record import Entity
from ..builder import Draft
from ..layer import Role
from ..values import Tensor
from ._layouts import Layouts

if TYPE_CHECKING:
    from ..elaborate.attempt import Outcome


class FileText(Entity):
    """The syntax tree of a file."""

    tree: syntax.File

    @cached_property
    def nodes(self) -> list[syntax.SyntaxNode]:
        """All that is read in it."""
        return list(walk(self.tree.statements))


class Net(Entity):
    """A net that was elaborated, and the syntax tree of its file."""

    tree: syntax.File
    outcome: Outcome

    @cached_property
    def drafts(self) -> list[Draft]:
        """The nodes of all its graphs, each once."""
        return list(self.outcome.root.all_drafts())

    def of(self, role: Role) -> list[Draft]:
        """The nodes that are layers of a role."""
        return [d for d in self.drafts if d.layer is not None and d.layer.role == role]

    @cached_property
    def layouts(self) -> Layouts:
        """Where the features of its tensors are."""
        return Layouts(self.outcome.root, self.outcome.sequences, self.drafts)


def walk(nodes: Iterable[syntax.SyntaxNode]) -> Iterator[syntax.SyntaxNode]:
    """The nodes and everything inside them that is read, in the order of the text; the names that
    they define are left out."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        parts = syntax.children(node)
        if node.__class__ in _DEFINES:
            defined = getattr(node, _DEFINES[node.__class__])
            parts = [part for part in parts if part is not defined]
        waiting += parts[::-1]


_DEFINES: Final[dict[type, str]] = {
    syntax.Assign: "target",
    syntax.For: "pattern",
    syntax.Clause: "pattern",
}


def made_by(tensor: Tensor) -> Draft:
    """The node of the layer that made a tensor, inside the blocks and groups around it."""
    draft, index = tensor.draft, tensor.index
    while draft.child is not None and index < len(draft.results):
        draft, index = draft.results[index].draft, draft.results[index].index
    return draft
