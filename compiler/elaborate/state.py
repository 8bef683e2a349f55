"""The parts of an elaboration's state: findings, conditions on sizes, files, remembered results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Source, Span
from ..dims import Dim, symbol
from ..environment import Declarations, Environment, FileNames
from ..imports import Parsed
from ..layer import Made
from ..types import TensorType
from ..values import Data, LayerNetwork, Tensor

if TYPE_CHECKING:
    from ..declared import Declared


class Findings:
    """The diagnostics so far."""

    def __init__(self) -> None:
        self.all: list[Diagnostic] = []
        self.unplaced: list[Diagnostic] = []
        """Errors that no node of the graph has yet."""
        self.reported: set[tuple[str, Span | None]] = set()
        self.suggestions = 0

    def is_new(self, diagnostic: Diagnostic) -> bool:
        """Whether no diagnostic with this code was reported at this place."""
        key = diagnostic.code, diagnostic.span
        new = key not in self.reported
        self.reported.add(key)
        return new

    def amend(self, better: Diagnostic) -> None:
        """Replaces the last diagnostic by a better one."""
        if self.unplaced and self.unplaced[-1] is self.all[-1]:
            self.unplaced[-1] = better
        self.all[-1] = better


class Demands:
    """The conditions of layers on open sizes, and what the spec declares about them."""

    def __init__(self) -> None:
        self.equal: list[tuple[Dim, Dim, Span]] = []
        """Sizes that are assumed to be equal."""
        self.least: list[tuple[Dim, Dim, Span]] = []
        """Sizes, each assumed to be at least the second."""
        self.borrowed: list[tuple[Tensor, Made | None]] = []
        """Ints that come through ports and that a layer has checked, each with how it was made."""
        self.promises: list[tuple[str, Declared]] = []
        """The values of the inputs' sizes that ``require`` allows."""
        self.deciding: list[syntax.Expr] = []
        """The conditions of the ``require`` that is being decided."""

    @property
    def declared(self) -> dict[str, Declared]:
        """The values of the inputs' sizes that all ``require`` statements allow."""
        if not self.promises:
            return {}
        from ..declared import ANY

        by_name: dict[str, Declared] = {}
        for name, values in self.promises:
            by_name[name] = by_name.get(name, ANY).joined(values)
        return by_name


class Finds(Protocol):
    @property
    def declared(self) -> dict[Source, Declarations]: ...
    def find(self, module: str, importer: Source) -> Source | None: ...
    def names(self, importer: Source) -> list[str]: ...
    def parse(self, source: Source, most_tokens: int) -> Parsed: ...


class Files:
    """The files of a compilation: the spec's own, and those that it imports."""

    def __init__(self, finder: Finds) -> None:
        self.finder = finder
        self.read: dict[str, FileNames] = {}
        self.loading: list[str] = []


class Memos:
    """Results that are made once: types by a layer and its inputs, instances of blocks, and layers,
    by their text if all settings are literals, else by the values of their settings. A value of a
    ``default`` is here under the ids of its setting and of its place, which is kept with it."""

    def __init__(self, common: dict[object, Any]) -> None:
        self.types: dict[object, tuple[TensorType, ...]] = {}
        self.instances: dict[object, Any] = {}  # of `instances.Instance`, which is above this file
        self.common = common
        """Instances that other nets of the file have made."""
        self.layers: dict[object, LayerNetwork] = {}
        self.defaults: dict[tuple[int, int], tuple[Environment, Data]] = {}


class DefaultSizes:
    """The default sizes of a net's inputs. ``bound`` are the sizes that are known already."""

    def __init__(self, bound: Mapping[str, Dim]) -> None:
        self.bound = bound
        self.defaults: dict[str, tuple[Dim, Span]] = {}
        """The defaults by name, each with its place."""
        self.values: dict[str, Data] = {}
        """The sizes by name: the known one, else the default."""
        self.told: set[str] = set()
        """The names in the shapes of inputs that are given from outside."""

    def size(self, name: str) -> Dim:
        """The size of a name that nothing defines: a known one, the default, or an open one."""
        if name in self.bound or name in self.told or name not in self.defaults:
            return self.bound.get(name, symbol(name))
        return self.defaults[name][0]

    def unsettled(self, names: Iterable[str]) -> dict[str, Dim]:
        """Those of the names that have a default and no known size, as open sizes."""
        return {n: symbol(n) for n in names if n in self.defaults and n not in self.bound}
