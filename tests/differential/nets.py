"""Networks as the evaluator knows them: each is applied anew at each use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from netwright.grammar import syntax

from .layers import TABLE, Entry
from .scopes import BARE, MEMBERS, TIME, Env, Item, Leaf, Name, Refused, Scope, T

if TYPE_CHECKING:
    from .evaluator import Run


# --- networks -------------------------------------------------------------------------------


class Net:
    """A function from tensors to tensors, not yet applied."""

    scoped = False
    """Whether a label on it is a scope around several modules."""
    many = False
    """Whether a label on it is one to each copy or branch."""

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        raise NotImplementedError


class Identity(Net):
    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return inputs[0] if len(inputs) == 1 else list(inputs)


@dataclass(eq=False)
class Word(Net):
    """A layer's word: settings may follow."""

    word: str
    called: str
    env: Env

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return Layer(self.word, self.called, run.settings(self, (), (), self.env)).apply(
            run, inputs, name
        )


@dataclass(eq=False)
class Layer(Net):
    word: str
    called: str
    settings: dict[str, Any]

    @property
    def entry(self) -> Entry:
        return TABLE[self.word]

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return run.layer(self, inputs, name)


@dataclass(eq=False)
class Chain(Net):
    members: tuple[Net, ...]
    scoped = True

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        value: Any = inputs
        for member in self.members:
            value = run.apply(member, tensors(value))
        return value


@dataclass(eq=False)
class Joined(Net):
    """``f + g``: every network gets the input; tensors and numbers stay."""

    operator: str
    left: Any
    right: Any
    scoped = True

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        sides = [
            run.apply(side, inputs) if isinstance(side, Net) else side
            for side in (self.left, self.right)
        ]
        return run.operate(self.operator, *sides)


@dataclass(eq=False)
class Fan(Net):
    members: tuple[Any, ...]
    many = True

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        results: list[Any] = []
        for i, member in enumerate(self.members):
            if isinstance(member, Labelled) and name.label is not None and member.label != "_":
                kept = replace(member, label=name.member(member.label).label or "")
                results.append(run.apply(kept, inputs))
            elif isinstance(member, Net):
                results.append(run.apply(member, inputs, name.member(i)))
            else:
                results.append(member)
        tensors(results)
        return results


@dataclass(eq=False)
class Repeat(Net):
    network: Net
    count: int
    many = True

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        value: Any = inputs[0] if len(inputs) == 1 else inputs
        for i in range(self.count):
            with run.framed(run.frame.inner()):
                value = run.apply(self.network, tensors(value), name.member(i))
        return value


@dataclass(eq=False)
class Loop(Net):
    loop: syntax.For
    values: list[Any]
    env: Env
    scoped = True

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        value: Any = inputs[0] if len(inputs) == 1 else inputs
        for item in self.values:
            env = self.env.inner()
            run.bind(self.loop.pattern, item, env)
            with run.framed(env):
                value = run.body(self.loop.body, env, tensors(value))
        return value


@dataclass(eq=False)
class Sliced(Net):
    network: Net
    items: tuple[Any, ...]

    @property
    def scoped(self) -> bool:  # type: ignore[override]
        return self.network.scoped

    @property
    def many(self) -> bool:  # type: ignore[override]
        return self.network.many

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        value = run.apply(self.network, inputs, name)
        return run.item(value, self.items)


@dataclass(eq=False)
class Renamed(Net):
    """A network under the name of the variable that holds it: ``unit`` is called ``unit1``."""

    network: Net
    word: str

    @property
    def scoped(self) -> bool:  # type: ignore[override]
        return self.network.scoped

    @property
    def many(self) -> bool:  # type: ignore[override]
        return self.network.many

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        inner = self.network
        while isinstance(inner, Renamed) or (isinstance(inner, Labelled) and inner.label == "_"):
            inner = inner.network
        if not name.given:
            name = Name(word=self.word)
            if inner.scoped or inner.many:
                return run.group(inner, inputs, name)
        return run.apply(inner, inputs, name)


@dataclass(eq=False)
class Labelled(Net):
    network: Net
    label: str
    name: str | None
    grouped: bool
    node: Any = None
    held: list[Item] = field(default_factory=list)
    """Sources that were made where the network was written: they stand in its scope."""

    @property
    def scoped(self) -> bool:  # type: ignore[override]
        return self.label != "_"

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        scope, inner = run.scope, self.network
        if self.label != "_":
            name = Name(self.label)
        elif self.node in scope.whole:
            return run.apply(inner, inputs, MEMBERS if inner.many else BARE)
        elif not name.given:
            if not scope.numbered:
                raise Refused("`as _` where there is no position")
            name = Name(str(scope.position))
        position = scope.position
        if self.grouped and not inner.many:
            value = run.group(inner, inputs, name, self.held)
            self.held = []
        else:
            scope.items += [replace(i, label=f"{name.label}.{i.label}") for i in self.held]
            self.held = []
            value = run.apply(inner, inputs, name)
        if scope.numbered:
            scope.position = position + 1
        return run.remember(self, value)


@dataclass(eq=False)
class Shared(Net):
    """One instance: its leaves are made at the first use, and taken again at the others."""

    name: str
    network: Net
    home: Scope
    leaves: list[Leaf] | None = None
    placed: bool = False
    first: Any = None

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        if self.leaves is not None:
            with run.replaying(self.leaves):
                return run.apply(self.network, inputs, Name(share=self))
        made, start = len(run.leaves), next(TIME)
        value = run.apply(self.network, inputs, Name(share=self))
        self.leaves = run.replayed(made, start)
        for used in run.leaves[made:]:
            used.homes.append(self.home.born)
        self.first = value
        return value


class Family(dict[int, Shared]):
    """``share enc[i] = ...``."""

    def __init__(self, home: Scope, members: dict[int, Shared]) -> None:
        super().__init__(members)
        self.home = home


@dataclass(eq=False)
class Template(Net):
    """A block or net, and the names that its text sees."""

    block: syntax.Block
    env: Env

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return run.apply(run.bound(self, {}, self.block.name), inputs, name)


@dataclass(eq=False)
class Bound(Net):
    """A block with its arguments."""

    template: Template
    arguments: dict[str, Any]
    word: str
    given: dict[str, Any] = field(default_factory=dict)
    """The arguments as they are written, with those for the net that it is another name of."""

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return run.block(self, inputs, name)


@dataclass(eq=False)
class Scan(Net):
    cell: Net
    init: Any
    reverse: bool

    def apply(self, run: Run, inputs: list[T], name: Name) -> Any:
        return run.scan(self, inputs, name)


# --- structure of values --------------------------------------------------------------------


def tensors(value: Any) -> list[T]:
    """What a pipe carries."""
    if isinstance(value, list):
        return [t for item in value for t in tensors(item)]
    if not isinstance(value, T):
        raise Refused(f"a pipe carries tensors, not {value!r:.40}")
    return [value]


def everything(value: Any) -> list[T]:
    """The tensors of a result, side results behind their tensor."""
    if isinstance(value, list):
        return [t for item in value for t in everything(item)]
    return [value, *value.side]


def rebuilt(value: Any, change: Callable[[T], T]) -> Any:
    if isinstance(value, list):
        return [rebuilt(item, change) for item in value]
    return replace(change(value), side=tuple(change(t) for t in value.side))


def has_tensors(value: Any) -> bool:
    return any(map(has_tensors, value)) if isinstance(value, list) else isinstance(value, T)


def has_nets(value: Any) -> bool:
    return any(map(has_nets, value)) if isinstance(value, list) else isinstance(value, Net)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(value: Any) -> Any:
    """Settings for a function: tensors as they are."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.value if isinstance(value, T) else value
