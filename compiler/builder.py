"""Graphs under construction: drafts of nodes, tensors that cross scopes, module paths.

A ``Builder`` grows one module scope: the net, a block's instance, or a labelled group. A tensor
of an enclosing scope is *captured* as an input; a tensor of a closed inner scope is *exported* as
one more result of the call. ``freeze`` turns the whole into ``ir.Graph``, and keeps the nodes
that outputs need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from ..grammar.record import Entity, Record, field
from ..grammar.source import Span
from .dims import Dim
from .ir import FailedOp, GraphKind, copies_of, stem_of
from .layer import Layer
from .types import TensorType
from .values import Shared, Tensor

WeightSource: TypeAlias = "tuple[tuple[Draft, ...], str]"
"""A weight: the drafts that lead to its module, and its name."""


class Scanned(Record):
    """Says that a call or layer runs step by step along axis 1 (see ``ir.ScanOp``)."""

    sequences: int
    states: int
    emits: bool
    reverse: bool


class Draft(Entity):
    """A node under construction. ``label`` is the module path if the text gives one, else ``word``
    gets a number when its scope closes; both are empty for operators and inputs. ``first`` is the
    number at the end of the path, if it counts modules (see ``ir.Node``)."""

    builder: Builder
    layer: Layer | None = None
    child: Builder | None = None
    inputs: list[Tensor] = field(default_factory=list)
    takes: tuple[TensorType, ...] = ()
    """The inputs' types; for a scan the types of one step."""
    types: list[TensorType | None] = field(default_factory=list)
    label: str = ""
    word: str = ""
    first: int | None = None
    count: int = 1
    share: Shared | None = None
    sizes: tuple[tuple[str, Dim], ...] = ()
    results: list[Tensor] = field(default_factory=list)
    """For a call: the tensors of ``child`` that its results are."""
    main: tuple[int, ...] = (0,)
    """The results that a pipe carries on; the others are side results, or tensors inside that are
    reached from outside."""
    weight: WeightSource | None = None
    """For a weight read as a tensor."""
    tied: dict[str, WeightSource] = field(default_factory=dict)
    hidden: bool = False
    port: str = ""
    names: dict[int, str] = field(default_factory=dict)
    span: Span | None = None
    path: str = ""
    scan: Scanned | None = None
    failed: FailedOp | None = None
    step_of: Tensor | None = None
    """The sequence that this stands for one step of, while its cell is applied."""

    @property
    def size(self) -> int:
        """How many layers one copy has."""
        return 1 if self.child is None else max(1, self.child.size)

    def tensors(self, start: int = 0) -> list[Tensor]:
        return [Tensor(self, i, t) for i, t in enumerate(self.types) if i >= start]

    def labels(self) -> tuple[str, ...]:
        """The labels of all copies, if they have any."""
        return copies_of(self.label, self.first, self.count) if self.label else ()

    def paths(self) -> tuple[str, ...]:
        """The module paths of all copies, as far as they are known."""
        path = self.path or self.label
        return copies_of(path, self.first, self.count) if path else ()

    def advance(self, count: int) -> None:
        """Leave out the first copies."""
        self.count -= count
        if self.first is None:
            return
        number = str(self.first + count)
        self.label, self.path = (
            stem_of(path, self.first) + number if path else "" for path in (self.label, self.path)
        )
        self.first += count

    def export(self, inner: Tensor) -> Tensor:
        """A tensor of the called graph as a result of the call."""
        for i, result in enumerate(self.results):
            if result.identity == inner.identity:
                return Tensor(self, i, self.types[i])
        self.results.append(inner)
        sizes = dict(self.sizes)
        self.types.append(inner.type.substitute(sizes) if inner.type else None)
        return Tensor(self, len(self.results) - 1, self.types[-1])


class Waiting(Entity):
    """The nodes of a labelled group that were made before its network is applied: they get their
    numbers then, in the order of the text. ``prefix`` begins the labels of a fan-out's branches,
    ``branch`` is the number of the next one."""

    drafts: list[Draft]
    prefix: str | None = None
    branch: int = 0
    stem: str = ""


class Builder(Entity):
    kind: GraphKind
    name: str
    parent: Builder | None = None
    path: str = ""
    """The label of a group."""
    site: Draft | None = None
    """The (first) call of this graph in its parent."""
    numbered: bool = False
    whole: tuple[Span, ...] = ()
    """The labels ``as _`` that stand for the whole body."""
    drafts: list[Draft] = field(default_factory=list)
    inputs: list[Draft] = field(default_factory=list)
    captured: dict[tuple[int, int], tuple[Draft, Tensor]] = field(default_factory=dict)
    labels: dict[str, Tensor] = field(default_factory=dict)
    taken: dict[str, Span | None] = field(default_factory=dict)
    """Module paths given by labels and positions, with their places."""
    holders: dict[str, str] = field(default_factory=dict)
    """The prefixes of taken paths, each with one of the paths: ``layer`` of ``layer.0``."""
    position: int = 0
    waiting: Waiting | None = None
    size: int = 0
    """How many layers it has; a called graph counts at each call."""
    shares: list[Shared] = field(default_factory=list)
    """Shares that live here and have been used."""
    declared: dict[str, Span] = field(default_factory=dict)
    """The shares that its text declares, used or not."""
    outers: list[Shared] = field(default_factory=list)
    """Shares of enclosing scopes that are used here or further inside."""
    ties: list[tuple[Draft, tuple[Draft, ...], str]] = field(default_factory=list)
    outputs: list[tuple[str, Tensor]] = field(default_factory=list)
    arguments: tuple[tuple[str, object], ...] = ()
    documentation: str = ""
    alias: str = ""
    span: Span | None = None
    closed: bool = False
    private: bool = False
    """Whether it is tied to its surroundings, so that no other call can use it."""

    def input(
        self, port: str, type: TensorType | None, span: Span | None, *, hidden: bool = False
    ) -> Tensor:
        draft = Draft(self, types=[type], port=port, hidden=hidden, span=span)
        self.inputs.append(draft)
        return Tensor(draft, 0, type)

    def capture(self, outer: Tensor) -> Tensor:
        """A tensor of the parent as an input here."""
        captured = self.captured.get(outer.identity)
        if captured is not None:
            return Tensor(captured[0], 0, captured[0].types[0])
        piped = any(not i.hidden for i in self.inputs)
        return self._captured(outer, outer.identity, hidden=piped)

    def pipe(self, outer: Tensor, *, apart: bool) -> Tensor:
        """A tensor of the parent as an input that is piped in. ``apart``: a text inside that names
        this tensor means another input."""
        if apart:
            return self._captured(outer, (len(self.inputs), -1), hidden=False)
        inner = self.capture(outer)
        inner.draft.hidden = False
        return inner

    def _captured(self, outer: Tensor, key: tuple[int, int], *, hidden: bool) -> Tensor:
        name = outer.draft.names.get(outer.index) or outer.draft.port or outer.draft.label
        inner = self.input(name, outer.type, outer.draft.span, hidden=hidden)
        self.captured[key] = (inner.draft, outer)
        return inner

    def outer(self, tensor: Tensor) -> Tensor | None:
        """The tensor that an input of this scope was captured from, at its first call."""
        pairs = self.captured.values()
        return next((outer for draft, outer in pairs if draft is tensor.draft), None)

    def add(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft

    def take(self, path: str, span: Span | None) -> None:
        self.taken[path] = span
        for prefix in _prefixes(path):
            self.holders.setdefault(prefix, path)

    def forget(self, paths: Iterable[str]) -> None:
        """Frees paths, which will be given again."""
        gone = set(paths)
        kept = {path: span for path, span in self.taken.items() if path not in gone}
        self.taken, self.holders = {}, {}
        for path, span in kept.items():
            self.take(path, span)

    def clash(self, path: str) -> tuple[str, Span | None] | None:
        """The taken path that excludes a new one, and its place; None if there is none."""
        if path in self.holders:
            path = self.holders[path]
        other = next((p for p in (path, *_prefixes(path)) if p in self.taken), None)
        return None if other is None else (other, self.taken[other])

    def ancestors(self) -> Iterable[Builder]:
        builder: Builder | None = self
        while builder is not None:
            yield builder
            builder = builder.parent

    def close(self) -> None:
        """Numbers the drafts without labels: ``conv1``, ``conv2``, and skips taken paths."""
        if self.closed:
            return
        self.closed = True
        taken = {_first(path) for path in (*self.taken, *self.labels)}
        taken |= {_first(s.name) for s in self.shares}
        taken |= {_first(d.share.name) for d in self.drafts if d.share is not None}
        following: dict[str, int] = {}
        for draft in list(self.drafts):
            if draft.label or not draft.word or draft.share is not None:
                draft.path = draft.label
            else:
                following[draft.word] = self._number(draft, following.get(draft.word, 1), taken)

    def _number(self, draft: Draft, least: int, taken: set[str]) -> int:
        """Gives copies the next free numbers, and returns the number after them. A taken number
        splits the copies into two drafts."""
        part: Draft | None = None
        while part is not draft:
            while f"{draft.word}{least}" in taken:
                least += 1
            end = least + 1
            while end - least < draft.count and f"{draft.word}{end}" not in taken:
                end += 1
            part = draft if end - least == draft.count else self._split(draft, end - least)
            part.first, part.path = least, f"{draft.word}{least}"
            taken.update(part.paths())
            least = end
        return least

    def all_drafts(self, visited: set[Builder] | None = None) -> Iterator[Draft]:
        """The drafts, and before a call those of its graph; a graph with several calls once."""
        visited = set() if visited is None else visited
        for draft in self.drafts:
            if draft.child is not None and draft.child not in visited:
                visited.add(draft.child)
                yield from draft.child.all_drafts(visited)
            yield draft

    def find(self, path: str) -> Draft | None:
        """The draft at a module path, numbered ones included."""
        for draft in self.drafts:
            if path in draft.paths():
                return self.copy(draft, draft.paths().index(path))
        return None

    def copy(self, draft: Draft, index: int) -> Draft:
        """Splits one of a draft's copies off, as a draft of its own."""
        if index > 0:
            self._split(draft, index)
        return self._split(draft, 1) if draft.count > 1 else draft

    def _split(self, draft: Draft, count: int) -> Draft:
        """Splits off the first copies."""
        first = draft.replace(count=count, results=list(draft.results), names={})
        first.types = list(draft.types)
        tensors = first.tensors()
        draft.inputs = [*(tensors[i] for i in first.main), *draft.inputs[len(first.main) :]]
        draft.advance(count)
        self.drafts.insert(self.drafts.index(draft), first)
        return first

    def holds(self, prefix: str) -> bool:
        """Whether some module path starts with ``prefix.``."""
        return any((d.path or d.label).startswith(prefix + ".") for d in self.drafts)


def bring(tensor: Tensor, into: Builder) -> Tensor:
    """A tensor as a scope sees it: captured on the way in, exported on the way out."""
    if tensor.builder is into:
        return tensor
    inward: list[Builder] = []
    for builder in into.ancestors():
        if builder is tensor.builder:
            for scope in reversed(inward):
                tensor = scope.capture(tensor)
            return tensor
        inward.append(builder)
    outer = tensor.builder.outer(tensor)
    if outer is not None:
        return bring(outer, into)
    site = tensor.builder.site
    if site is None:
        raise LookupError("the tensor's scope cannot be reached")
    return bring(site.export(tensor), into)


def origin(tensor: Tensor) -> tuple[int, int]:
    """The identity of the captured tensor, through all the scopes on the way."""
    outer = tensor.builder.outer(tensor)
    while outer is not None:
        tensor = outer
        outer = tensor.builder.outer(tensor)
    return tensor.identity


def chain_from(drafts: Sequence[Draft], scope: Builder) -> tuple[Draft, ...] | None:
    """The calls that lead from a scope to a draft: ``drafts`` start somewhere inside it."""
    path = at_home(drafts)
    while home(path[0]) is not scope:
        site = home(path[0]).site
        if site is None:
            return None
        path.insert(0, site)
    return tuple(path)


def at_home(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts without the calls inside of a share's scope that lead to a use of the share."""
    path: list[Draft] = []
    for draft in drafts:
        if home(draft) is not draft.builder:
            inner = (i for i, call in enumerate(path) if call.builder is home(draft))
            del path[next(inner, 0) :]
        path.append(draft)
    return path


def home(draft: Draft) -> Builder:
    """The scope that holds the module of a draft."""
    return draft.builder if draft.share is None else draft.share.builder


def _first(path: str) -> str:
    """``a`` of ``a.b``."""
    return path.split(".", 1)[0]


def _prefixes(path: str) -> list[str]:
    """``a`` and ``a.b`` of ``a.b.c``."""
    parts = path.split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def module_path(drafts: Iterable[Draft]) -> str:
    return ".".join(d.share.name if d.share is not None else d.path for d in drafts)
