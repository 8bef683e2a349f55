"""From builders to ``ir.Graph``: keeps the nodes that outputs need, gives every module its path.

Modules that no output needs stay as idle nodes, for their weights. Several calls of a scope share
one frozen graph if the same nodes run for their results: no call runs more than it needs.

``freeze_partial`` keeps everything that was made before the errors of a spec.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from ..grammar.record import Entity, Record, field
from .builder import Builder, Draft, chain_from, module_path
from .dims import symbol
from .ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    Op,
    Port,
    ScanOp,
    Tie,
    Value,
    WeightOp,
    coded,
)
from .share_forms import Uses, uses_in
from .types import TensorType
from .values import Shared, Tensor

Key: TypeAlias = tuple[tuple[int, int, int], ...]
"""Results, each as its tensor and the number of earlier results that are the same tensor."""
OPEN: Final = TensorType((symbol("?"),))
"""The type of a tensor whose rank is still unknown when a spec fails."""


class Result(Record):
    """A result of a graph; ``index`` is its place among the results of a call that uses it;
    ``side``: no pipe carries it on (see ``ir.Port``)."""

    tensor: Tensor
    name: str = ""
    side: bool = False
    index: int = 0
    again: int = 0

    @property
    def key(self) -> tuple[int, int, int]:
        return (*self.tensor.identity, self.again)


class ScopePart(Entity):
    """A set of nodes of a scope that run together, and all results that calls need from it."""

    wanted: dict[tuple[int, int, int], Result] = field(default_factory=dict)

    @property
    def results(self) -> list[Result]:
        return sorted(self.wanted.values(), key=lambda r: r.index)


def freeze_partial(root: Builder, outputs: Sequence[tuple[str, Tensor]]) -> Graph | None:
    """The graph that was made before a spec failed, with a node for each call that failed: it can
    be drawn, but not run. None if nothing was made."""
    if not root.drafts:
        return None
    return Freezer(whole=True).freeze(root, [t for _, t in outputs], [n for n, _ in outputs])


class Freezer:
    """Freezes the graphs of one elaboration; ``whole`` also keeps nodes that no output needs."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.cuts: dict[tuple[int, Key, Key], _Cut] = {}
        self.parts: dict[tuple[int, Key, frozenset[tuple[int, int]]], ScopePart] = {}
        self.uses: dict[int, Uses] = {}

    def freeze(self, builder: Builder, results: Sequence[Tensor], names: Sequence[str]) -> Graph:
        tensors = enumerate(zip(_counted(results), names, strict=True))
        named = [Result(t, name, False, i, again) for i, ((t, again), name) in tensors]
        self.uses = {} if self.whole else uses_in(builder)
        root = self._root(builder, named)
        while any(uses.settled != uses.wanted for uses in self.uses.values()):
            for uses in self.uses.values():
                uses.settled = frozenset(uses.wanted)
            root = self._root(builder, named)
        return root.graph

    def _root(self, builder: Builder, results: Sequence[Result]) -> _Cut:
        self.cuts.clear()
        self.parts.clear()
        root = self.cut(builder, results, ())
        self._gather(root, set())
        return root

    def cut(self, builder: Builder, results: Sequence[Result], main: Key) -> _Cut:
        """``main`` are all results that pipes carry on, used or not."""
        key = (id(builder), main, _key(results))
        if key not in self.cuts:
            self.cuts[key] = _Cut(self, builder, results, main)
        return self.cuts[key]

    def _gather(self, cut: _Cut, visited: set[int]) -> None:
        """Collects the results that are needed from each scope, before any is frozen."""
        if id(cut) in visited:
            return
        visited.add(id(cut))
        for result in cut.results:
            cut.part.wanted.setdefault(result.key, result)
        for draft in cut.calls():
            self._gather(cut.called(draft), visited)


class _Cut:
    """The nodes of a scope that some of its results need."""

    def __init__(
        self, freezer: Freezer, builder: Builder, results: Sequence[Result], main: Key
    ) -> None:
        builder.close()
        self.freezer = freezer
        self.builder = builder
        self.results = results
        self.main = main
        self.used: dict[int, set[int]] = {}
        if freezer.whole:
            self._mark_all()
        else:
            self._mark(r.tensor for r in results)
        self.cuts: dict[int, _Cut] = {}
        self.given: dict[int, list[Result]] = {}
        self.keys: dict[int, str] = {}
        self.counts: dict[str, int] = {}

    def _mark(self, results: Iterable[Tensor]) -> None:
        """Marks the drafts and their results that these results need."""
        waiting = list(results)
        while waiting:
            tensor = waiting.pop()
            used = self.used.setdefault(id(tensor.draft), set())
            if tensor.index not in used:
                used.add(tensor.index)
                waiting += self._inputs(tensor.draft)

    def _mark_all(self) -> None:
        for draft in (*self.builder.inputs, *self.builder.drafts):
            draft.types = [t or OPEN for t in draft.types]
            self.used[id(draft)] = set(range(len(draft.types)))

    @cached_property
    def part(self) -> ScopePart:
        key = (id(self.builder), self.main, self._running())
        return self.freezer.parts.setdefault(key, ScopePart())

    def _running(self) -> frozenset[tuple[int, int]]:
        """The drafts that run; for a call also the part of the called scope."""
        ports = {id(d) for d in self.builder.inputs if not d.hidden}
        drafts = (d for d in (*self.builder.inputs, *self.builder.drafts) if id(d) in self.used)
        return frozenset((id(d), self._part_in(d)) for d in drafts if id(d) not in ports)

    def _part_in(self, draft: Draft) -> int:
        return id(self.called(draft).part) if _calls(draft) else 0

    @cached_property
    def kept(self) -> list[Draft]:
        """The drafts that become nodes."""
        return [d for d in self.builder.drafts if id(d) in self.used or _holds_weights(d)]

    @cached_property
    def elsewhere(self) -> list[Shared]:
        """The shares that live here and run only in inner scopes."""
        here = {id(d.share) for d in self.kept if d.share is not None}
        return [s for s in self.builder.shares if id(s) not in here]

    def calls(self) -> list[Draft]:
        """The calls among the nodes."""
        first = [s.first for s in self.elsewhere if s.first is not None]
        return [d for d in (*self.kept, *first) if _calls(d)]

    @cached_property
    def graph(self) -> Graph:
        builder = self.builder
        inputs = [self._input(d) for d in builder.inputs if self.takes(d)]
        nodes = [self._node(d) for d in self.kept]
        self._check_paths(self.kept)
        nodes += [self._declared(s) for s in self.elsewhere]
        return Graph(
            kind=builder.kind,
            name=builder.name,
            inputs=tuple(Port(n.names[0], n.types[0]) for n in inputs),
            outputs=tuple(Port(r.name, _type(r.tensor), r.side) for r in self.results),
            results=tuple(self._value(r.tensor) for r in self.results),
            nodes=(*inputs, *nodes),
            arguments=builder.arguments,
            outer=tuple(s.name for s in builder.outers),
            ties=tuple(self._ties()),
            documentation=builder.documentation,
            alias=builder.alias,
            span=builder.span,
        )

    def _check_paths(self, kept: Iterable[Draft]) -> None:
        """Each module has a path of its own, since labels are checked and numbers skip taken
        paths."""
        paths = [path for d in kept if d.share is None for path in d.paths()]
        paths += [share.name for share in self.builder.shares]
        assert self.freezer.whole or len(set(paths)) == len(paths), f"one path twice: {paths}"

    def takes(self, port: Draft) -> bool:
        """Whether an input stays: an input that is only seen from inside must be used."""
        return not port.hidden or id(port) in self.used

    # --- nodes --------------------------------------------------------------------------------

    def _input(self, draft: Draft) -> Node:
        name = self._unique(draft.port if draft.port.isidentifier() else "x")
        self.keys[id(draft)] = f">{name}"
        types = (_type(draft.tensors()[0]),)
        return Node(
            f">{name}", InputOp(draft.hidden), (), (), types, names=(name,), span=draft.span
        )

    def _unique(self, name: str) -> str:
        count = self.counts.get(name, 0) + 1
        self.counts[name] = count
        return name if count == 1 else f"{name}{count}"

    def _node(self, draft: Draft) -> Node:
        path = draft.share.name if draft.share is not None else draft.path
        key = self._key(draft, path)
        self.keys[id(draft)] = key
        idle = id(draft) not in self.used
        op, types = self._op(draft)
        inputs = self._inputs(draft)
        return Node(
            key=key,
            op=op,
            inputs=() if idle else tuple(map(self._value, inputs)),
            takes=draft.takes if draft.layer and not draft.scan else tuple(map(_type, inputs)),
            types=types,
            path=path,
            first=draft.first,
            count=draft.count,
            outer=draft.share is not None and draft.share.builder is not self.builder,
            idle=idle,
            names=self._names(draft),
            outers=self._outers(draft),
            span=draft.span,
        )

    def _key(self, draft: Draft, path: str) -> str:
        other = "failed" if draft.failed is not None else "weight"
        path = coded(path, "[#>]")
        word = path or (draft.layer.word if draft.layer is not None else other)
        count = self.counts.get(f"#{word}", 0) + 1
        self.counts[f"#{word}"] = count
        return path if path and count == 1 else f"{word}#{count}"

    def _op(self, draft: Draft) -> tuple[Op, tuple[TensorType, ...]]:
        if draft.failed is not None:
            return draft.failed, ()
        op, types = self._called(draft)
        scan = draft.scan
        if scan is None:
            return op, types
        assert isinstance(op, LayerOp | CallOp)
        return ScanOp(op, scan.sequences, scan.states, scan.emits, scan.reverse), types

    def _called(self, draft: Draft) -> tuple[Op, tuple[TensorType, ...]]:
        if draft.weight is not None:
            chain, name = draft.weight
            local = chain_from(chain, self.builder)
            return WeightOp(module_path(local or chain), name), tuple(map(_type, draft.tensors()))
        if draft.child is not None:
            results = self._given(draft)
            tensors = draft.tensors() if draft.scan else [draft.export(r.tensor) for r in results]
            graph = self._cut(draft, results).graph
            return CallOp(graph, draft.sizes), tuple(map(_type, tensors))
        assert draft.layer is not None
        types = tuple(_type(t) for t in draft.tensors())
        return LayerOp(draft.layer, tuple(sorted(draft.tied))), types

    def _wanted(self, draft: Draft) -> list[Result]:
        """The results of a call that are used: the first one if it does not run; with a repeat also
        those that the next copy takes; all of a scan; of a share those that any call uses."""
        used = self.used.get(id(draft))
        results = _results(draft)
        if draft.scan is not None:
            return results
        uses = self.freezer.uses.get(id(draft))
        if uses is not None:
            uses.want(draft, used or ())
            if uses.settled:
                return [results[i] for i in uses.given(draft)]
        if used is None:
            return results[:1]
        main = draft.main if draft.count > 1 else ()
        return [r for r in results if r.index in used or r.index in main]

    def _cut(self, draft: Draft, results: Sequence[Result]) -> _Cut:
        assert draft.child is not None
        main = [r for r in _results(draft) if not r.side]
        return self.freezer.cut(draft.child, results, _key(main))

    def called(self, draft: Draft) -> _Cut:
        """The nodes of the called scope that this call needs."""
        if id(draft) not in self.cuts:
            self.cuts[id(draft)] = self._cut(draft, self._wanted(draft))
        return self.cuts[id(draft)]

    def _given(self, draft: Draft) -> list[Result]:
        """The results of the called graph, with those that other calls need. A scan takes them all,
        and the uses of a share agree on them."""
        if id(draft) not in self.given:
            part = self.called(draft).part
            alone = draft.scan is not None or id(draft) in self.freezer.uses
            self.given[id(draft)] = self._wanted(draft) if alone else part.results
        return self.given[id(draft)]

    def _inputs(self, draft: Draft) -> list[Tensor]:
        """The inputs that the used results need."""
        if draft.child is None:
            return draft.inputs
        called = self._cut(draft, self._wanted(draft))
        pairs = zip(draft.inputs, draft.child.inputs, strict=True)
        return [tensor for tensor, port in pairs if called.takes(port)]

    def _value(self, tensor: Tensor) -> Value:
        draft, result = tensor.draft, tensor.index
        if draft.child is not None and draft.scan is None:
            result = _key(self._given(draft)).index(_results(draft)[result].key)
        return Value(self.keys[id(draft)], result)

    def _names(self, draft: Draft) -> tuple[str, ...]:
        """The names of the results in the text, in their order."""
        if not draft.names:
            return ()
        if draft.child is None or draft.scan is not None:
            return tuple(draft.names.get(i, "") for i in range(len(draft.types)))
        given = {r.key: draft.names.get(r.index, "") for r in _results(draft)}
        return tuple(given.get(r.key, "") for r in self._given(draft))

    def _outers(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        if draft.child is None:
            return ()
        return tuple((s.name, s.name) for s in draft.child.outers)

    # --- shares and ties ----------------------------------------------------------------------

    def _declared(self, share: Shared) -> Node:
        """An idle node for a share that lives here and runs only in inner scopes."""
        first = share.first
        assert first is not None
        op, types = self._op(first)
        takes = tuple(map(_type, first.inputs)) if first.scan else first.takes
        return Node(share.name, op, (), takes, types, path=share.name, idle=True, span=share.span)

    def _ties(self) -> Iterable[Tie]:
        for draft, source, names in self.builder.ties:
            here = chain_from([draft], self.builder)
            if here is not None:
                weight, source_weight = names.split("=")
                yield Tie(module_path(here), weight, module_path(source), source_weight)


def _results(draft: Draft) -> list[Result]:
    """All results of a call; a scan has no side results."""
    main = range(len(draft.results)) if draft.scan else draft.main
    if len(draft.results) == 1:
        return [Result(draft.results[0], side=0 not in main)]
    return [
        Result(tensor, side=i not in main, index=i, again=again)
        for i, (tensor, again) in enumerate(_counted(draft.results))
    ]


def _counted(tensors: Iterable[Tensor]) -> Iterator[tuple[Tensor, int]]:
    """Each tensor with the number of equal ones before it."""
    counts: Counter[tuple[int, int]] = Counter()
    for tensor in tensors:
        yield tensor, counts[tensor.identity]
        counts[tensor.identity] += 1


def _key(results: Iterable[Result]) -> Key:
    return tuple(r.key for r in results)


def _calls(draft: Draft) -> bool:
    return draft.child is not None and draft.failed is None and draft.weight is None


def _type(tensor: Tensor) -> TensorType:
    kind = tensor.draft.types[tensor.index]
    assert kind is not None
    return kind


def _holds_weights(draft: Draft) -> bool:
    if draft.child is not None:
        return any(map(_holds_weights, draft.child.drafts)) or bool(draft.child.shares)
    if draft.layer is None or draft.share is not None:
        return False
    piped = len(draft.takes) - len(draft.layer.tensors())
    return draft.layer.has_weights(*draft.takes[:piped])
