"""The names that a text sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..grammar import syntax
from ..grammar.record import Entity, field
from ..grammar.source import Source, Span

if TYPE_CHECKING:
    from .values import Data

Defaults = Mapping[str, tuple[tuple[syntax.Setting, "Environment"], ...]]
"""By a layer's word: the settings of the ``default`` statements above, with what they see."""


ALL: Final = "*"
"""Among lost names: any name may be lost."""
NAMELESS: Final = ""
"""Among lost names: one is missing, ``share = linear(8)``, and may be any that is not known."""


class Environment(Entity):
    """A body's own names, then its enclosing text's. ``labels`` are looked up last."""

    file: FileNames
    parent: Environment | None = None
    names: dict[str, Data] = field(default_factory=dict)
    labels: dict[str, Data] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=dict)
    depth: int = 0
    seen: Any = None
    """What keys of instances found out about a snapshot."""

    def inner(self) -> Environment:
        """For a loop's or comprehension's body: sees all, keeps its own names to itself."""
        return Environment(self.file, self, defaults=self.defaults, depth=self.depth)

    def snapshot(self) -> Environment:
        """As it is now: what a block defined here sees, whatever is assigned later."""
        parent = self.parent.snapshot() if self.parent else None
        return Environment(
            self.file, parent, dict(self.names), dict(self.labels), self.defaults, self.depth
        )

    @property
    def extent(self) -> int:
        """How many names there are."""
        return sum(len(scope.names) + len(scope.labels) for scope in self.chain())

    def chain(self) -> Iterator[Environment]:
        environment: Environment | None = self
        while environment is not None:
            yield environment
            environment = environment.parent

    def known_names(self) -> set[str]:
        bodies = (name for e in self.chain() for name in e.names)
        return {*bodies, *self.file.names, *(n for e in self.chain() for n in e.labels)}


class FileNames(Entity):
    """A file's constants, blocks, imports and shares: in any order, so made when first asked."""

    source: Source
    tree: syntax.File
    names: dict[str, Callable[[], Data]] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    made: dict[str, Data] = field(default_factory=dict)
    making: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)
    """The names of imported files by their dotted ones."""
    nets: dict[str, syntax.Block] = field(default_factory=dict)
    pipelines: list[tuple[syntax.ExpressionStatement | syntax.Require, Environment]] = field(
        default_factory=list
    )
    environment: Environment | None = None
    lost: frozenset[str] = frozenset()
    """Names whose definitions have a syntax error: unknown, and reported already."""
    broken: tuple[Span, ...] = ()
    """Where the text has syntax errors."""

    def is_broken(self, span: Span) -> bool:
        """Whether a syntax error lies in this part of the text."""
        return any(
            error.source is span.source and error.start < span.end and span.start < error.end
            for error in self.broken
        )
