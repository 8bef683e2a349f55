"""The uses of a share: one module serves them all, with one text and one set of results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ..grammar.record import Entity, Record, field
from .builder import Builder, Draft
from .dims import Size, substitute, symbol, symbols
from .layer import Refused
from .values import Shared, Tensor

Name: TypeAlias = tuple[tuple[int, int], int]
"""A result of a share: the tensor in the graph of its first use, and which of equal ones it is."""


class Uses(Entity):
    """The calls of one share, and the results that any of them uses."""

    names: dict[int, list[Name]]
    """By draft: the names of its results."""
    order: list[Name]
    wanted: set[Name] = field(default_factory=set)
    settled: frozenset[Name] = frozenset()
    """The results that the module returns, for all calls."""

    def want(self, draft: Draft, results: Iterable[int]) -> None:
        self.wanted |= {self.names[id(draft)][i] for i in results}

    def given(self, draft: Draft) -> list[int]:
        """The results of a call that are the module's results, in the module's order."""
        names = self.names[id(draft)]
        return [names.index(name) for name in self.order if name in self.settled]


def uses_in(root: Builder) -> dict[int, Uses]:
    """The uses of all shares that are groups or blocks, by the drafts that call them."""
    calls_by_share: dict[Shared, list[Draft]] = {}
    for draft in _drafts(root, set()):
        if draft.share is not None and draft.share.first is not None:
            calls = calls_by_share.setdefault(draft.share, [draft.share.first])
            calls += [draft] if draft is not draft.share.first else []
    uses: dict[int, Uses] = {}
    for calls in calls_by_share.values():
        if all(d.child is not None and d.scan is None for d in calls):
            uses |= dict.fromkeys(map(id, calls), _aligned(calls))
    return uses


def _drafts(scope: Builder, visited: set[int]) -> Iterator[Draft]:
    for draft in scope.drafts:
        if draft.child is not None and id(draft.child) not in visited:
            visited.add(id(draft.child))
            yield from _drafts(draft.child, visited)
        yield draft


def _aligned(calls: list[Draft]) -> Uses:
    """The uses of one share, after every call got the results that any of them has."""
    first = calls[0]
    for draft in calls:
        for inner in list(draft.results):
            first.export(_counterpart(inner, draft, first))
    for draft in calls:
        for inner in list(first.results):
            draft.export(_counterpart(inner, first, draft))
    names = {id(draft): _names(draft, first) for draft in calls}
    return Uses(names, names[id(first)])


def _names(draft: Draft, first: Draft) -> list[Name]:
    counts: Counter[tuple[int, int]] = Counter()
    names: list[Name] = []
    for inner in draft.results:
        same = _counterpart(inner, draft, first).identity
        names.append((same, counts[same]))
        counts[same] += 1
    return names


def _counterpart(inner: Tensor, here: Draft, there: Draft) -> Tensor:
    """The tensor in another call of a share that corresponds to a tensor of this call."""
    a, b = here.child, there.child
    assert a is not None and b is not None
    if a is b:
        return inner
    made = inner.draft
    where = (a.inputs, b.inputs) if made in a.inputs else (a.drafts, b.drafts)
    other = where[1][where[0].index(made)]
    if made.child is None or other.child is None:
        return Tensor(other, inner.index, other.types[inner.index])
    return other.export(_counterpart(made.results[inner.index], made, other))


# --- one text -------------------------------------------------------------------------------------


def form(draft: Draft) -> Any:
    """What a module does, without the names of its sizes: two calls can use one module if their
    forms are equal.

    For a layer it is how the module is made; for a graph also the calls in it, in their order."""
    if draft.child is not None:
        return _graph_form(draft.child)
    made = _lowering(draft) if draft.layer is not None else None
    return None if made is None else _plain(made.module, {})


def _graph_form(graph: Builder) -> Any:
    types = [d.types[0] for d in graph.inputs]
    sizes = dict.fromkeys(s for t in types if t is not None for s in t.symbols() if s != "N")
    names = {name: symbol(f"#{i}") for i, name in enumerate(sizes)}
    places = {id(d): i for i, d in enumerate((*graph.inputs, *graph.drafts))}
    return tuple(_node_form(d, places, names) for d in graph.drafts)


def _node_form(draft: Draft, places: Mapping[int, int], names: Mapping[str, Size]) -> Any:
    inputs = tuple((places.get(id(t.draft)), t.index) for t in draft.inputs)
    does = _graph_form(draft.child) if draft.child is not None else None
    if draft.layer is not None:
        does = _plain(_lowering(draft), names)
    return inputs, draft.label, draft.word, draft.count, draft.share, draft.scan, does


def _lowering(draft: Draft) -> Any:
    layer = draft.layer
    assert layer is not None
    try:
        return layer.lower(*draft.takes[: len(draft.takes) - len(layer.tensors())])
    except Refused:  # a size that only the call knows: compared when it is known
        return None


def _plain(value: Any, names: Mapping[str, Size]) -> Any:
    if isinstance(value, Size):
        return substitute(value, {s: names[s] for s in symbols(value) if s in names})
    if isinstance(value, tuple | list):
        return tuple(_plain(item, names) for item in value)
    if isinstance(value, slice):
        return "slice", _plain((value.start, value.stop, value.step), names)
    if isinstance(value, Record):
        fields = (_plain(getattr(value, name), names) for name in value.__match_args__)
        return (type(value), *fields)
    return value
