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


class Declarations(Entity):
    """What the statements of a file declare: one for all nets of a compilation, so it holds no
    values. A number of ``default`` statements says at which line something stands."""

    tree: syntax.File
    names: dict[str, Callable[[Any, FileNames], Data]] = field(default_factory=dict)
    """What makes a value, by name: it gets the elaborator and the file."""
    spans: dict[str, Span] = field(default_factory=dict)
    twice: list[tuple[str, Span]] = field(default_factory=list)
    """Names that are defined again, and where."""
    plain: dict[str, None] = field(default_factory=dict)
    """The names of constants, shares and imports, in their order: all but the blocks."""
    modules: dict[str, str] = field(default_factory=dict)
    """The names of imported files by their dotted ones."""
    imports: list[syntax.Import | syntax.FromImport] = field(default_factory=list)
    nets: dict[str, syntax.Block] = field(default_factory=dict)
    defaults: list[syntax.Default] = field(default_factory=list)
    pipelines: list[tuple[syntax.ExpressionStatement | syntax.Require, int]] = field(
        default_factory=list
    )


class FileNames(Entity):
    """A file's constants, blocks, imports and shares: in any order, so made when first asked."""

    source: Source
    declared: Declarations
    made: dict[str, Data] = field(default_factory=dict)
    making: set[str] = field(default_factory=set)
    scopes: dict[Span, Environment] = field(default_factory=dict)
    """What an assignment gave its names, by its place."""
    defaults: list[Defaults] = field(default_factory=list)
    """Those in force at first, and after each ``default`` statement."""
    environment: Environment | None = None
    lost: frozenset[str] = frozenset()
    """Names whose definitions have a syntax error: unknown, and reported already."""
    broken: tuple[Span, ...] = ()
    """Where the text has syntax errors."""

    @property
    def names(self) -> dict[str, Callable[[Any, FileNames], Data]]:
        return self.declared.names

    def after(self, defaults: int) -> Environment:
        """What is seen below so many ``default`` statements."""
        known = self.defaults[min(defaults, len(self.defaults) - 1)]
        return Environment(self, defaults=known)

    def is_broken(self, span: Span) -> bool:
        """Whether a syntax error lies in this part of the text."""
        return any(error.overlaps(span) for error in self.broken)
