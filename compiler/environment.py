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
"""By a layer's word: the settings of the ``default`` statements above, each with its
environment."""


ALL: Final = "*"
"""Among lost names: every name may be lost."""
NAMELESS: Final = ""
"""Among lost names: a name is missing in ``share = linear(8)``, and any unknown name may be it."""


class Environment(Entity):
    """The names that a text sees: a body's own, then those of the enclosing text. ``labels`` are
    looked up last."""

    file: FileNames
    parent: Environment | None = None
    names: dict[str, Data] = field(default_factory=dict)
    labels: dict[str, Data] = field(default_factory=dict)
    paths: dict[str, Data] = field(default_factory=dict)
    """Labels that are paths, by their path: ``model.decoder``. No other name is hidden by them."""
    defaults: Defaults = field(default_factory=dict)
    depth: int = 0
    declared: dict[str, Data] = field(default_factory=dict)
    """The sizes that the inputs of a body declare, whatever the body assigns to their names."""
    seen: Any = None
    """The tensors and symbols in a snapshot, which keys of instances have looked up."""

    @property
    def is_top(self) -> bool:
        """Whether it has the names of the file alone, as around a block of the file."""
        return not (self.parent or self.names or self.labels or self.paths)

    def inner(self) -> Environment:
        """The environment for the body of a loop or comprehension, which sees all names and keeps
        its own to itself."""
        return Environment(self.file, self, defaults=self.defaults, depth=self.depth)

    def snapshot(self) -> Environment:
        """A copy as it is now: a block that is defined here sees it, whatever is assigned later."""
        parent = self.parent.snapshot() if self.parent else None
        return Environment(
            self.file,
            parent,
            dict(self.names),
            dict(self.labels),
            dict(self.paths),
            self.defaults,
            self.depth,
        )

    def at_path(self, path: str) -> Data | None:
        """What a path of labels means: a labelled value, or the start of several paths."""
        from .values import LabelPrefix

        for scope in self.chain():
            if path in scope.paths:
                return scope.paths[path]
        inside = any(known.startswith(f"{path}.") for known in self.known_paths())
        return LabelPrefix(path, self) if inside else None

    def known_paths(self) -> list[str]:
        return [path for scope in self.chain() for path in scope.paths]

    @property
    def extent(self) -> int:
        """The number of names."""
        return sum(len(s.names) + len(s.labels) + len(s.paths) for s in self.chain())

    def chain(self) -> Iterator[Environment]:
        environment: Environment | None = self
        while environment is not None:
            yield environment
            environment = environment.parent

    def known_names(self) -> set[str]:
        bodies = (name for e in self.chain() for name in e.names)
        return {*bodies, *self.file.names, *(n for e in self.chain() for n in e.labels)}


class Declarations(Entity):
    """What the statements of a file declare. All nets of a compilation share it, so it holds no
    values. The number of ``default`` statements above a line says which defaults hold there."""

    tree: syntax.File
    names: dict[str, Callable[[Any, FileNames], Data]] = field(default_factory=dict)
    """By name, the function that makes its value from the elaborator and the file."""
    spans: dict[str, Span] = field(default_factory=dict)
    twice: list[tuple[str, Span]] = field(default_factory=list)
    """Names that are defined a second time, with the place."""
    plain: dict[str, None] = field(default_factory=dict)
    """The names of constants, shares and imports, in their order."""
    modules: dict[str, str] = field(default_factory=dict)
    """The names of imported files by their dotted names."""
    imports: list[syntax.Import | syntax.FromImport] = field(default_factory=list)
    nets: dict[str, syntax.Block] = field(default_factory=dict)
    defaults: list[syntax.Default] = field(default_factory=list)
    pipelines: list[tuple[syntax.ExpressionStatement | syntax.Require, int]] = field(
        default_factory=list
    )


class FileNames(Entity):
    """A file's constants, blocks, imports and shares. They may stand in any order, so each is made
    when it is first needed."""

    source: Source
    declared: Declarations
    made: dict[str, Data] = field(default_factory=dict)
    making: set[str] = field(default_factory=set)
    scopes: dict[Span, Environment] = field(default_factory=dict)
    """By the place of an assignment, the values of its names."""
    defaults: list[Defaults] = field(default_factory=list)
    """The defaults at the top of the file, and after each ``default`` statement."""
    environment: Environment | None = None
    lost: frozenset[str] = frozenset()
    """Names whose definitions have a syntax error, which is already reported."""
    broken: tuple[Span, ...] = ()
    """Where the text has syntax errors."""

    @property
    def names(self) -> dict[str, Callable[[Any, FileNames], Data]]:
        return self.declared.names

    def after(self, defaults: int) -> Environment:
        """The environment below so many ``default`` statements."""
        own = self.defaults[min(defaults, len(self.defaults) - 1)]
        return Environment(self, defaults=own)

    def is_broken(self, span: Span) -> bool:
        """Whether a syntax error lies in this part of the text."""
        return any(error.overlaps(span) for error in self.broken)
