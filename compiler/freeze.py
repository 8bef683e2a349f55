"""From builders to ``ir.Graph``: keeps what the outputs need, gives every module its path.

Modules that no output needs stay as idle nodes, for their weights. A graph that several calls
share is frozen once for each set of results that they use.

Of a spec that fails all is kept that was made up to its errors: ``freeze_partial``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ..grammar.record import Record
from .builder import Builder, Draft, chain_from, module_path
from .dims import symbol
from .ir import CallOp, Graph, InputOp, LayerOp, Node, Op, Port, ScanOp, Tie, Value, WeightOp
from .shares import Uses, uses_in
from .types import TensorType
from .values import Shared, Tensor

Key = tuple[int, tuple[tuple[int, int, bool], ...]]
OPEN: Final = TensorType((symbol("?"),))
"""Of a tensor whose rank is still unknown where a spec fails."""


class Result(Record):
    """A result of a graph; ``side``: no pipe carries it on (see ``ir.Port``)."""

    tensor: Tensor
    name: str = ""
    side: bool = False


def freeze_partial(root: Builder, outputs: Sequence[tuple[str, Tensor]]) -> Graph | None:
    """What was made before a spec failed, with a node for each call that did: to be drawn, not to
    be run. None if that is nothing."""
    if not root.drafts:
        return None
    return Freezer(whole=True).freeze(root, [t for _, t in outputs], [n for n, _ in outputs])


class Freezer:
    """Freezes the graphs of one elaboration; ``whole`` keeps what no output needs too."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.done: dict[Key, tuple[Graph, _Scope]] = {}
        self.uses: dict[int, Uses] = {}

    def freeze(self, builder: Builder, results: Sequence[Tensor], names: Sequence[str]) -> Graph:
        named = [Result(*pair) for pair in zip(results, names, strict=True)]
        self.uses = {} if self.whole else uses_in(builder)
        graph = self._frozen(builder, named)[0]
        while any(uses.settled != uses.wanted for uses in self.uses.values()):
            self.done.clear()
            for uses in self.uses.values():
                uses.settled = frozenset(uses.wanted)
            graph = self._frozen(builder, named)[0]
        return graph

    def call(self, draft: Draft, results: Sequence[Result]) -> tuple[Graph, list[Tensor]]:
        """The graph that a draft calls, and those of the draft's inputs that it takes."""
        assert draft.child is not None
        graph, scope = self._frozen(draft.child, results)
        pairs = zip(draft.inputs, draft.child.inputs, strict=True)
        return graph, [tensor for tensor, port in pairs if scope.takes(port)]

    def _frozen(self, builder: Builder, results: Sequence[Result]) -> tuple[Graph, _Scope]:
        key = (id(builder), tuple((*r.tensor.identity, r.side) for r in results))
        if key not in self.done:
            scope = _Scope(self, builder, results)
            self.done[key] = scope.graph(), scope
        return self.done[key]


class _Scope:
    """One graph being frozen."""

    def __init__(self, freezer: Freezer, builder: Builder, results: Sequence[Result]) -> None:
        builder.close()
        self.freezer = freezer
        self.builder = builder
        self.results = results
        self.used: dict[int, set[int]] = {}
        if freezer.whole:
            self._mark_all()
        else:
            self._mark(r.tensor for r in results)
        self.keys: dict[int, str] = {}
        self.counts: dict[str, int] = {}

    def _mark(self, results: Iterable[Tensor]) -> None:
        """Which results of which drafts are needed."""
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

    def graph(self) -> Graph:
        builder = self.builder
        inputs = [self._input(d) for d in builder.inputs if self.takes(d)]
        kept = [d for d in builder.drafts if id(d) in self.used or _holds_weights(d)]
        nodes = [self._node(d) for d in kept]
        self._check_paths(kept)
        nodes += [self._declared(s) for s in builder.shares if not self._runs_here(s)]
        return Graph(
            kind=builder.kind,
            name=builder.name,
            inputs=tuple(Port(n.names[0], n.types[0]) for n in inputs),
            outputs=tuple(Port(r.name, _known(r.tensor), r.side) for r in self.results),
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
        """Each module has a path of its own: labels are checked, and numbers skip what is taken."""
        paths = [path for d in kept if d.share is None for path in d.paths()]
        paths += [share.name for share in self.builder.shares]
        assert self.freezer.whole or len(set(paths)) == len(paths), f"one path twice: {paths}"

    def takes(self, port: Draft) -> bool:
        """Whether an input stays: what is only seen from inside has to be used."""
        return not port.hidden or id(port) in self.used

    # --- nodes --------------------------------------------------------------------------------

    def _input(self, draft: Draft) -> Node:
        name = self._unique(draft.port if draft.port.isidentifier() else "x")
        self.keys[id(draft)] = f">{name}"
        types = (_known(draft.tensors()[0]),)
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
            takes=draft.takes if draft.layer and not draft.scan else tuple(map(_known, inputs)),
            types=types,
            path=path,
            first=draft.first,
            count=draft.count,
            outer=draft.share is not None and draft.share.builder is not self.builder,
            idle=idle,
            names=_names(draft, len(types)),
            outers=self._outers(draft),
            span=draft.span,
        )

    def _key(self, draft: Draft, path: str) -> str:
        other = "failed" if draft.failed is not None else "weight"
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
            return WeightOp(module_path(local or chain), name), tuple(map(_known, draft.tensors()))
        if draft.child is not None:
            graph, _ = self.freezer.call(draft, self._exports(draft))
            types = tuple(_known(draft.tensors()[i]) for i in self._wanted(draft))
            return CallOp(graph, draft.sizes), types
        assert draft.layer is not None
        types = tuple(_known(t) for t in draft.tensors())
        return LayerOp(draft.layer, tuple(sorted(draft.tied))), types

    def _wanted(self, draft: Draft) -> list[int]:
        """The results of a call that are used: the first if it does not run, of a repeat also those
        that the next copy takes, of a share what any use wants."""
        used = self.used.get(id(draft))
        if draft.scan is not None:
            return list(range(len(draft.types)))
        uses = self.freezer.uses.get(id(draft))
        if uses is not None:
            uses.want(draft, used or ())
            if uses.settled:
                return uses.given(draft)
        if used is None:
            return list(range(len(draft.results)))[:1]
        return sorted({*used, *draft.main}) if draft.count > 1 else sorted(used)

    def _exports(self, draft: Draft) -> list[Result]:
        """The tensors of the called graph that are wanted of it; of a scan's cell all."""
        if draft.scan:
            return [Result(t) for t in draft.results]
        wanted = self._wanted(draft)
        return [Result(draft.results[i], side=i not in draft.main) for i in wanted]

    def _inputs(self, draft: Draft) -> list[Tensor]:
        """The inputs that are needed for what is wanted."""
        if draft.child is None:
            return draft.inputs
        return self.freezer.call(draft, self._exports(draft))[1]

    def _value(self, tensor: Tensor) -> Value:
        draft = tensor.draft
        result = tensor.index
        if draft.child is not None:
            result = self._wanted(draft).index(result)
        return Value(self.keys[id(draft)], result)

    def _outers(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        if draft.child is None:
            return ()
        return tuple((s.name, s.name) for s in draft.child.outers)

    # --- shares and ties ----------------------------------------------------------------------

    def _runs_here(self, share: Shared) -> bool:
        return any(d.share is share and id(d) in self.keys for d in self.builder.drafts)

    def _declared(self, share: Shared) -> Node:
        """A share that runs in inner scopes only lives here as an idle node."""
        first = share.first
        assert first is not None
        op, types = self._op(first)
        takes = tuple(map(_known, first.inputs)) if first.scan else first.takes
        return Node(share.name, op, (), takes, types, path=share.name, idle=True,
                    span=share.span)  # fmt: skip

    def _ties(self) -> Iterable[Tie]:
        for draft, source, names in self.builder.ties:
            here = chain_from([draft], self.builder)
            if here is not None:
                weight, source_weight = names.split("=")
                yield Tie(module_path(here), weight, module_path(source), source_weight)


def _names(draft: Draft, count: int) -> tuple[str, ...]:
    if not draft.names:
        return ()
    return tuple(draft.names.get(i, "") for i in range(count))


def _known(tensor: Tensor) -> TensorType:
    kind = tensor.draft.types[tensor.index]
    assert kind is not None
    return kind


def _holds_weights(draft: Draft) -> bool:
    if draft.child is not None:
        return any(map(_holds_weights, draft.child.drafts)) or bool(draft.child.shares)
    if draft.layer is None or draft.share is not None:
        return False
    settings = [n for n in draft.layer.tensors() if n not in draft.tied]
    return bool(draft.layer.weights(*draft.takes[: len(draft.takes) - len(settings)]))
