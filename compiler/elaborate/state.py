"""The parts of an elaboration's state: findings, what sizes must be, files, what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Source, Span
from ..dims import Dim
from ..environment import Declarations, FileNames
from ..imports import Parsed
from ..layer import Made
from ..types import TensorType
from ..values import LayerNetwork, Tensor

if TYPE_CHECKING:
    from ..declared import Declared


class Findings:
    """What was found wrong."""

    def __init__(self) -> None:
        self.all: list[Diagnostic] = []
        self.unplaced: list[Diagnostic] = []
        """Errors for which no node stands yet in the graph of what was made."""
        self.reported: set[tuple[str, Span | None]] = set()
        self.suggestions = 0

    def is_new(self, found: Diagnostic) -> bool:
        """Whether nothing of this code was found at this place."""
        key = found.code, found.span
        new = key not in self.reported
        self.reported.add(key)
        return new

    def amend(self, better: Diagnostic) -> None:
        """Say the last finding better."""
        if self.unplaced and self.unplaced[-1] is self.all[-1]:
            self.unplaced[-1] = better
        self.all[-1] = better


class Demands:
    """What layers ask of open sizes, and what the spec says of them."""

    def __init__(self) -> None:
        self.equal: list[tuple[Dim, Dim, Span]] = []
        """Sizes that are taken to be equal."""
        self.least: list[tuple[Dim, Dim, Span]] = []
        """Sizes that are taken to be no less than the second."""
        self.borrowed: list[tuple[Tensor, Made | None]] = []
        """Ints that come through ports, and what made them: a layer was asked whether they suit."""
        self.promises: list[tuple[str, Declared]] = []
        """What ``require`` says of the inputs' sizes."""
        self.deciding: list[syntax.Expr] = []
        """The conditions of the ``require`` that is decided now."""

    @property
    def declared(self) -> dict[str, Declared]:
        """Which values the inputs' sizes have, by what ``require`` says."""
        if not self.promises:
            return {}
        from ..declared import ANY

        found: dict[str, Declared] = {}
        for name, said in self.promises:
            found[name] = found.get(name, ANY).joined(said)
        return found


class Finds(Protocol):
    @property
    def declared(self) -> dict[Source, Declarations]: ...
    def find(self, module: str, importer: Source) -> Source | None: ...
    def names(self, importer: Source) -> list[str]: ...
    def parse(self, source: Source, most_tokens: int) -> Parsed: ...


class Files:
    """The files that are read: the spec's own, and those that it imports."""

    def __init__(self, finder: Finds) -> None:
        self.finder = finder
        self.read: dict[str, FileNames] = {}
        self.loading: list[str] = []


class Memos:
    """What is made once: types by a layer and its inputs, instances of blocks, layers by
    their text where that says all, and by the values of their settings."""

    def __init__(self) -> None:
        self.types: dict[tuple[Any, ...], tuple[TensorType, ...]] = {}
        self.instances: dict[tuple[Any, ...], Any] = {}
        self.layers: dict[tuple[Any, ...], LayerNetwork] = {}
