"""What the evaluator makes: tensors, and scopes, of which module paths are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from torch import Tensor

from netwright.grammar import syntax

if TYPE_CHECKING:
    from .nets import Shared


class Refused(Exception):
    """The text says nothing that could be run."""


class Beyond(Exception):
    """What the evaluator does not know."""


TIME: Final = count()
"""Ticks: what was made in an application is younger than its start."""


# --- values ---------------------------------------------------------------------------------


@dataclass(eq=False)
class Op:
    """One computation: what it multiplies, and what it needs."""

    needs: tuple[Op, ...] = ()
    macs: int = 0


@dataclass(eq=False)
class T:
    """A tensor of the program: its value, its side results, and what ``t.name`` reaches."""

    value: Tensor
    op: Op
    side: tuple[T, ...] = ()
    place: Place | None = None
    weight: Tensor | None = None
    """The weight itself, if the tensor is a parameter of a layer."""


@dataclass(eq=False)
class Place:
    """What stands at a module path of a scope, and perhaps more under it: ``layer`` of
    ``layer.0``."""

    scope: Scope
    path: str

    def reach(self, name: str) -> Any:
        path = f"{self.path}.{name}"
        if path in self.scope.labels:
            return self.scope.labels[path]
        for item, own in zip(self.scope.items, self.scope.names(), strict=True):
            if own == path:
                return item.result
            if own == self.path and isinstance(item.holds, Scope):
                found = Place(item.holds, "").reach_first(name)
                if found is not None:
                    return found
            if own == self.path and isinstance(item.holds, Leaf) and name in item.holds.weights:
                weight = item.holds.weights[name]
                return item.holds.read(name, weight)
        if any(own.startswith(path + ".") for own in self.scope.names()):
            return Place(self.scope, path)
        return None

    def reach_first(self, name: str) -> Any:
        if name in self.scope.labels:
            return self.scope.labels[name]
        for item, own in zip(self.scope.items, self.scope.names(), strict=True):
            if own == name:
                return item.result
        held = any(own.startswith(name + ".") for own in self.scope.names())
        return Place(self.scope, name) if held else None


@dataclass(eq=False)
class Leaf:
    """The weights and buffers of one layer, in the order in which they were asked for."""

    weights: dict[str, Tensor] = field(default_factory=dict)
    buffers: set[str] = field(default_factory=set)

    def read(self, name: str, weight: Tensor) -> T:
        """A weight as a tensor of the program."""
        return T(weight, Op(), weight=None if name in self.buffers else weight)


@dataclass(eq=False)
class Used:
    """A leaf as one application took it."""

    leaf: Leaf
    homes: list[int] = field(default_factory=list)
    """When the scopes were made that hold the shares in whose first use that was."""


@dataclass(eq=False)
class Item:
    """What a scope holds: a layer or a scope, under a label or a word that is numbered."""

    label: str
    word: str
    holds: Leaf | Scope
    result: Any = None


@dataclass(eq=False)
class Scope:
    """A module: the net, a block's instance, a labelled group."""

    numbered: bool = False
    position: int = 0
    items: list[Item] = field(default_factory=list)
    labels: dict[str, Any] = field(default_factory=dict)
    whole: list[Any] = field(default_factory=list)
    """Where the labels ``as _`` stand that mean the whole body."""
    born: int = field(default_factory=TIME.__next__)

    def names(self) -> list[str]:
        """The words numbered as they come, the names that labels have taken left out."""
        labels = [*self.labels, *(item.label for item in self.items if item.label)]
        taken = {label.split(".")[0] for label in labels}
        counts: dict[str, int] = {}
        found = []
        for item in self.items:
            name = item.label
            while not name or (not item.label and name in taken):
                counts[item.word] = counts.get(item.word, 0) + 1
                name = f"{item.word}{counts[item.word]}"
            found.append(name)
        return found

    def weights(self, prefix: str = "") -> Iterator[tuple[str, Tensor, bool]]:
        """All weights by their paths, and whether each is a buffer."""
        names = self.names()
        known = set(names)
        if len(known) < len(names) or any(_above(name) & known for name in names):
            raise Refused(f"two modules have one path: {names}")
        for item, name in zip(self.items, names, strict=True):
            if isinstance(item.holds, Scope):
                yield from item.holds.weights(f"{prefix}{name}.")
                continue
            for own, weight in item.holds.weights.items():
                path = f"{prefix}{name}.{own}" if own else prefix + name
                yield path, weight, own in item.holds.buffers


def _above(path: str) -> set[str]:
    """``a`` and ``a.b`` of ``a.b.c``."""
    parts = path.split(".")
    return {".".join(parts[:i]) for i in range(1, len(parts))}


@dataclass(eq=False)
class File:
    """The names that a file defines: each is made when it is first asked for."""

    names: dict[str, Callable[[], Any]] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    pipelines: list[tuple[syntax.Expr, Env]] = field(default_factory=list)

    def value(self, name: str) -> Any:
        if name not in self.made:
            if name not in self.names:
                raise Refused(f"the file has no `{name}`")
            self.made[name] = self.names[name]()
        return self.made[name]


@dataclass
class Env:
    """The names that a text sees."""

    file: File
    parent: Env | None = None
    names: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Any] = field(default_factory=dict)
    """What labels with dots or indices mean: ``model.decoder``."""
    defaults: dict[str, dict[str, tuple[syntax.Expr, Env]]] = field(default_factory=dict)

    def inner(self) -> Env:
        return Env(self.file, self, defaults=self.defaults)

    def snapshot(self) -> Env:
        parent = self.parent.snapshot() if self.parent else None
        own = dict(self.names), dict(self.labels), dict(self.paths)
        return Env(self.file, parent, *own, self.defaults)

    def at_path(self, path: str) -> Any:
        """What a path of labels means; ``Start`` for the start of one."""
        for env in self.chain():
            if path in env.paths:
                return env.paths[path]
        if any(known.startswith(path + ".") for env in self.chain() for known in env.paths):
            return Start(self, path)
        return None

    def knows(self, name: str) -> bool:
        """Whether a body or the file gives the name a meaning."""
        return any(name in env.names for env in self.chain()) or name in self.file.names

    def chain(self) -> Iterator[Env]:
        env: Env | None = self
        while env is not None:
            yield env
            env = env.parent


@dataclass(eq=False)
class Start:
    """``model`` after ``as "model.decoder"``."""

    env: Env
    path: str


@dataclass(frozen=True)
class Name:
    """What a module is to be called: by a label, by a share, or by a word that is numbered."""

    label: str | None = None
    word: str = ""
    share: Shared | None = None

    @property
    def given(self) -> bool:
        return self.label is not None or self.share is not None

    def member(self, name: object) -> Name:
        if self.label is None:
            return self
        return Name(f"{self.label}.{name}" if self.label else str(name))


BARE: Final = Name()
MEMBERS: Final = Name("")


class Inside(Place):
    """What a call or layer holds; ``path`` and ``scope`` where it has a label."""

    def __init__(self, item: Item, scope: Scope | None = None, path: str = "") -> None:
        self.item, self.scope, self.path = item, scope or Scope(), path

    def reach(self, name: str) -> Any:
        found = super().reach(name) if self.path else None
        if found is not None:
            return found
        holds = self.item.holds
        if isinstance(holds, Leaf):
            found = holds.weights.get(name)
            if found is not None:
                return holds.read(name, found)
        else:
            return Place(holds, "").reach_first(name)
        return None


class Source(Place):
    """A parameter of its own: it has no name before its label."""

    item: Item | None

    def __init__(self, leaf: Leaf, scope: Scope) -> None:
        self.leaf, self.scope, self.path, self.item = leaf, scope, "", None

    def enter(self, path: str) -> None:
        self.item = Item(path, "", self.leaf)
        self.scope.items.append(self.item)

    def reach(self, name: str) -> Any:
        return None
