"""Finds which tensors of a checkpoint are which of a net, if the names differ.

What is known of both are names, shapes and an order. Leaves with equal shapes are a class. In each
class the leaves are matched in order, guided by two likenesses: that of their names, and that of
their places (how many of the leaves around them are matched with each other). The places follow
from the matches, so this is done in rounds. Last, two matches are exchanged if names and places
agree on it.

``Match.notes`` say which tensors only the order tells apart: nothing but a run of both networks can
show that these are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from collections.abc import Mapping as Table
from math import log, prod
from typing import Final, TypeAlias

from ...grammar.record import Record
from ...grammar.wording import counted
from .fitting import folded
from .layouts import rules_of
from .leaf_modules import LeafModule, is_sorted, joined, leaves, squeezed, stores_inputs_first
from .mappings import Mapping
from .stored import Stored

Pairs: TypeAlias = list[tuple[int, int]]
ROUNDS: Final = 4
SAME_NAMES: Final = 0.8
"""From this share of equal names on, equal names are matched first."""
MARGIN: Final = 0.05
"""The likeness by which a match must be better than another one to be certain."""
CLEAR: Final = 0.5
"""The likeness that may contradict the order."""
LISTED: Final = 8
LONGEST: Final = 500
"""The most signs of a name that is matched: each dot in it is a module."""


class Match(Record):
    """``mapped`` are the names of the net that the mapping makes. ``by_order`` are those that are
    told apart from others by their order alone; ``doubtful`` are those of them whose order says
    little, since the lists differ in length or are sorted."""

    mapping: Mapping
    mapped: tuple[str, ...]
    by_order: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        matched = counted(len(self.mapped), "tensor was", "tensors were")
        notes = [f"{matched} matched by shapes, names and order"]
        certain = [name for name in self.by_order if name not in self.doubtful]
        if certain:
            notes.append(f"{len(certain):,} of them by their order alone: {_listed(certain)}")
        if self.doubtful:
            notes.append(f"not certain, look at them: {_listed(self.doubtful)}")
        return (*notes, *self.guesses)


def _listed(names: Sequence[str]) -> str:
    patterns = folded(names)
    more = f" and {len(patterns) - LISTED} more" if len(patterns) > LISTED else ""
    return ", ".join(patterns[:LISTED]) + more


def match(old: Table[str, Stored], new: Table[str, Stored]) -> Match:
    """The likeliest mapping of the tensors of a checkpoint to those of a net. Names that are longer
    than any of a module are left out."""
    old = {name: tensor for name, tensor in old.items() if len(name) <= LONGEST}
    olds, news = leaves(old), leaves(new)
    axes = [int(stores_inputs_first(side)) for side in (olds, news)]
    olds, news = joined(olds, news, axes[0]), joined(news, olds, axes[1])
    matcher = _Matcher(olds, news, unordered=is_sorted(old) or is_sorted(new))
    matcher.run()
    pairs = [(olds[i], news[j]) for i, j in sorted(matcher.pairs.items())]
    rules, guesses = rules_of(pairs, axes[0] != axes[1])
    made = [p.texts[0] for rule in rules for p in rule.new]
    by_order, doubtful = (
        tuple(n for i in places for n in _names(news[matcher.pairs[i]]))
        for places in (matcher.by_order, matcher.doubtful)
    )
    return Match(Mapping(tuple(rules)), tuple(made), by_order, doubtful, tuple(guesses))


def _names(leaf: LeafModule) -> list[str]:
    return [n for part in leaf.parts or (leaf,) for n in part.tensors.values()]


class _Matcher:
    """``pairs`` maps places in ``olds`` to places in ``news``."""

    def __init__(
        self, olds: Sequence[LeafModule], news: Sequence[LeafModule], *, unordered: bool
    ) -> None:
        self.olds, self.news, self.unordered = olds, news, unordered
        self.names = _NameLikeness(olds, news)
        self.pairs: dict[int, int] = {}
        self.judged: set[int] = set()
        self.by_order: list[int] = []
        self.doubtful: list[int] = []
        self.votes: Counter[tuple[str, str]] = Counter()
        self.sizes = [Counter(p for leaf in side for p in leaf.parents) for side in (olds, news)]
        self.places: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}

    def run(self) -> None:
        equal = self.equal_names()
        judged: list[tuple[list[int], list[int]]] = []
        for key in KEYS:
            fixed = {**equal, **self.pairs}
            for _ in range(ROUNDS):
                before, self.pairs = self.pairs, dict(fixed)
                for mine, theirs in self.classes(key, fixed):
                    self.pairs.update(self.matched(mine, theirs))
                if self.pairs == before:
                    break
                self.vote()
            judged += self.classes(key, fixed)
        for mine, theirs in judged:
            self.judge(mine, theirs)

    def equal_names(self) -> dict[int, int]:
        """The leaves with equal names and shapes, if most are."""
        places = {leaf.path: j for j, leaf in enumerate(self.news)}
        pairs = {i: places[leaf.path] for i, leaf in enumerate(self.olds) if leaf.path in places}
        same = {i: j for i, j in pairs.items() if self.olds[i].shapes == self.news[j].shapes}
        few = len(same) < SAME_NAMES * min(len(self.olds), len(self.news))
        return {} if few else same

    def classes(
        self, key: Callable[[LeafModule], Hashable], fixed: Table[int, int]
    ) -> list[tuple[list[int], list[int]]]:
        """The places of the leaves with equal keys that are not fixed."""
        taken = set(fixed.values())
        classes: dict[Hashable, tuple[list[int], list[int]]] = {}
        for i, leaf in enumerate(self.olds):
            if i not in fixed:
                classes.setdefault(key(leaf), ([], []))[0].append(i)
        for j, leaf in enumerate(self.news):
            if j not in taken:
                classes.setdefault(key(leaf), ([], []))[1].append(j)
        return [pair for k, pair in classes.items() if k is not None and all(pair)]

    def vote(self) -> None:
        """Count for all pairs of modules the leaves in them that are matched."""
        self.places.clear()
        self.votes = Counter(
            (p, q)
            for i, j in self.pairs.items()
            for p in self.olds[i].parents
            for q in self.news[j].parents
        )

    def likeness(self, i: int, j: int) -> float:
        return self.names.likeness(i, j) + self.place(self.olds[i].parents, self.news[j].parents)

    def place(self, mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
        """How much two places correspond, from 0 to 1: for each module around the old leaf the
        share of leaves that it has in common with one around the new leaf."""
        if (mine, theirs) not in self.places:
            best = [max((self.share(p, q) for q in theirs), default=0.0) for p in mine]
            self.places[mine, theirs] = sum(best) / len(best) if best else 0.0
        return self.places[mine, theirs]

    def share(self, p: str, q: str) -> float:
        both = self.votes.get((p, q), 0)
        return both / max(self.sizes[0][p], self.sizes[1][q]) if both else 0.0

    # --- a class --------------------------------------------------------------------------------

    def matched(self, mine: Sequence[int], theirs: Sequence[int]) -> dict[int, int]:
        """The matches of a class: in order, then with exchanges that names and places call for."""
        pairs = dict(self.aligned(mine, theirs))
        free = [j for j in theirs if j not in set(pairs.values())]
        improved = True
        for _ in range(len(mine)):
            if not improved:
                break
            improved = self.exchange(pairs) or self.replace(pairs, free)
        return pairs

    def aligned(self, mine: Sequence[int], theirs: Sequence[int]) -> Pairs:
        """The increasing pairs with the largest sum of likenesses (Needleman and Wunsch, 1970)."""
        width = len(theirs) + 1
        best = [[0.0] * width for _ in range(len(mine) + 1)]
        for a in range(len(mine) - 1, -1, -1):
            row, below = best[a], best[a + 1]
            for b in range(len(theirs) - 1, -1, -1):
                paired = 1.0 + self.likeness(mine[a], theirs[b]) + below[b + 1]
                row[b] = max(paired, below[b], row[b + 1])
        pairs: Pairs = []
        a = b = 0
        while a < len(mine) and b < len(theirs):
            paired = 1.0 + self.likeness(mine[a], theirs[b]) + best[a + 1][b + 1]
            if paired >= best[a][b] - 1e-9:
                pairs.append((mine[a], theirs[b]))
                a, b = a + 1, b + 1
            elif best[a + 1][b] >= best[a][b + 1]:
                a += 1
            else:
                b += 1
        return pairs

    def exchange(self, pairs: dict[int, int]) -> bool:
        """Exchange the new leaves of two pairs where that is likelier."""
        changed = False
        olds = list(pairs)
        for a, i in enumerate(olds):
            for k in olds[a + 1 :]:
                if _gain(self.likeness, i, pairs[i], k, pairs[k]) > MARGIN:
                    pairs[i], pairs[k] = pairs[k], pairs[i]
                    changed = True
        return changed

    def replace(self, pairs: dict[int, int], free: list[int]) -> bool:
        """Match an old leaf with a free new one where that is likelier."""
        changed = False
        for i, j in pairs.items():
            best = max(free, key=lambda m: self.likeness(i, m), default=None)
            if best is not None and self.likeness(i, best) > self.likeness(i, j) + MARGIN:
                free[free.index(best)] = j
                pairs[i] = best
                changed = True
        return changed

    def judge(self, mine: Sequence[int], theirs: Sequence[int]) -> None:
        """Note which matches of a class only the order decides, and which are doubtful."""
        new = set(theirs)
        matched = {i: self.pairs[i] for i in mine if self.pairs.get(i) in new}
        fresh = {i: j for i, j in matched.items() if i not in self.judged}
        self.judged.update(fresh)
        left = [i for i in mine if i not in self.pairs]
        taken = set(self.pairs.values())
        free = [j for j in theirs if j not in taken]
        for i, j in fresh.items():
            least = self.likeness(i, j) - MARGIN
            rivals = [(k, m) for k, m in matched.items() if k != i and self.is_rival(i, j, k, m)]
            unmatched = any(self.likeness(k, j) > least for k in left)
            unmatched = unmatched or any(self.likeness(i, m) > least for m in free)
            if rivals or unmatched:
                self.by_order.append(i)
            if unmatched or any(self.is_doubtful(i, j, k, m) for k, m in rivals):
                self.doubtful.append(i)

    def is_rival(self, i: int, j: int, k: int, m: int) -> bool:
        """Whether the pairs (i, j) and (k, m) could be exchanged: names and places do not say much
        against it, or they contradict the order. Places follow from the order, so they say nothing
        where that is unknown."""
        gain = _gain(self.likeness, i, j, k, m)
        if gain > -MARGIN:
            return True
        if self.unordered:
            named = _gain(self.names.likeness, i, j, k, m)
            return self.differ_in_words(i, j, k, m) and named > -MARGIN
        return (i < k) != (j < m) and gain > -CLEAR

    def differ_in_words(self, i: int, j: int, k: int, m: int) -> bool:
        """Whether two pairs differ in more than the numbers of their modules."""
        olds, news = self.olds, self.news
        return olds[i].words != olds[k].words or news[j].words != news[m].words

    def is_doubtful(self, i: int, j: int, k: int, m: int) -> bool:
        """Whether the order does not decide between rivals: it is that of the alphabet, it is
        against the names, or both sides have names for the difference, which are not known."""
        if self.unordered or (i < k) != (j < m):
            return True
        named = self.olds[i].kinds != self.olds[k].kinds
        return named and self.news[j].kinds != self.news[m].kinds


def _gain(likeness: Callable[[int, int], float], i: int, j: int, k: int, m: int) -> float:
    """The gain in likeness if the pairs (i, j) and (k, m) are exchanged."""
    return likeness(i, m) + likeness(k, j) - (likeness(i, j) + likeness(k, m))


class _NameLikeness:
    """How alike the names of two leaves are: the share of their words, rare words counting more."""

    def __init__(self, olds: Sequence[LeafModule], news: Sequence[LeafModule]) -> None:
        self.olds, self.news = olds, news
        counts = [Counter(w for leaf in side for w in leaf.words) for side in (olds, news)]
        sizes = [max(1, len(side)) for side in (olds, news)]
        shares = {
            word: max(c[word] / size for c, size in zip(counts, sizes, strict=True))
            for word in {*counts[0], *counts[1]}
        }
        self.weights = {word: 0.05 + log(1 / min(1.0, share)) for word, share in shares.items()}
        self.cache: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}

    def likeness(self, i: int, j: int) -> float:
        key = (self.olds[i].words, self.news[j].words)
        if key not in self.cache:
            mine, theirs = set(key[0]), set(key[1])
            both, all_ = (
                sum(map(self.weights.__getitem__, s)) for s in (mine & theirs, mine | theirs)
            )
            self.cache[key] = both / all_ if all_ else 0.0
        return self.cache[key]


# --- classes ---------------------------------------------------------------------------------


def _exact(leaf: LeafModule) -> Hashable:
    """Equal roles and shapes, apart from axes of size 1."""
    return tuple(sorted((r, squeezed(s)) for r, s in leaf.shapes.items() if r != "count"))


def _turned(leaf: LeafModule) -> Hashable:
    """Equal roles and sizes, with the axes of the weight in any order."""
    weight = tuple(sorted(squeezed(leaf.shapes.get("weight", ()))))
    others = {r: s for r, s in leaf.shapes.items() if r not in ("count", "weight")}
    return (weight, *sorted(others.items()))


def _weight(leaf: LeafModule) -> Hashable:
    return squeezed(leaf.shapes["weight"]) if "weight" in leaf.shapes else None


def _flat(leaf: LeafModule) -> Hashable:
    """The outputs and the number of inputs: a conv over its whole input is a linear layer."""
    weight = squeezed(leaf.shapes.get("weight", ()))
    return (weight[0], prod(weight[1:]), leaf.shapes.get("bias")) if len(weight) > 1 else None


def _turned_weight(leaf: LeafModule) -> Hashable:
    return tuple(sorted(squeezed(leaf.shapes["weight"]))) if "weight" in leaf.shapes else None


KEYS: Final[tuple[Callable[[LeafModule], Hashable], ...]] = (
    _exact,
    _turned,
    _weight,
    _turned_weight,
    _flat,
)
"""What leaves of a class have in common, the strictest first."""
