"""The modules behind the names of tensors: ``conv1.weight`` and ``conv1.bias`` are one leaf.

Only names, shapes and the order are known, no module and no code. So this works for a checkpoint
as well as for a net.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from ...grammar.record import Record
from .stored import Shape, Stored
from .vocabulary import ordinal, words

ROLES: Final[Mapping[str, str]] = {
    "weight": "weight",
    "kernel": "weight",
    "gamma": "weight",
    "scale": "weight",
    "bias": "bias",
    "beta": "bias",
    "offset": "bias",
    "running_mean": "mean",
    "moving_mean": "mean",
    "running_var": "var",
    "moving_variance": "var",
    "num_batches_tracked": "count",
}
"""What the last part of a name says that the tensor is for its module."""
SHARED_ROLES: Final = frozenset({"gamma", "beta", "scale", "offset"})
"""Parts that are roles only in a module that holds nothing else."""
JOINS: Final = (("q", "k", "v"), ("gate", "up"))
"""Layers that some layouts have one by one and others as one, in the order in which they are
joined."""
SHORT: Final = 4
"""So few names may be in the order of the alphabet by chance."""
_MEMBER: Final = re.compile(r"(?<![a-z])(w?)(query|key|value|gate|up|q|k|v)(?![a-z])")


class LeafModule(Record):
    """``tensors`` are the names by role. A joined leaf has the leaves ``parts``, which are joined
    along ``axis``, and no names."""

    path: str
    tensors: Mapping[str, str]
    shapes: Mapping[str, Shape]
    bare: bool = False
    """Whether it is one tensor that its module holds beside other modules."""
    parts: tuple[LeafModule, ...] = ()
    axis: int = 0

    @cached_property
    def words(self) -> tuple[str, ...]:
        pieces = re.split(r"[./]", self.path)
        own = [word for piece in pieces for word in words(piece)]
        if self.parts:
            own = [word for word in own if word not in JOINS[0]] + ["qkv"]
        mark = ordinal(pieces[-1]) or (ordinal(pieces[-2]) if len(pieces) > 1 else "")
        return tuple(sorted({*own, *([mark] if mark else [])}))

    @property
    def kinds(self) -> frozenset[str]:
        """The words without those that number the leaf."""
        return frozenset(self.words) - {"first", "second"}

    @cached_property
    def last_word(self) -> str:
        last = words(re.split(r"[./]", self.path)[-1])
        return last[-1] if last else ""

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The paths of the modules around it, the nearest first, the whole net ("") last."""
        ends = [m.start() for m in re.finditer(r"[./]", self.path)]
        return (*(self.path[:end] for end in reversed(ends)), "")


def squeezed(shape: Shape) -> Shape:
    """The shape without axes of size 1."""
    return tuple(size for size in shape if size != 1)


def leaves(tensors: Mapping[str, Stored]) -> list[LeafModule]:
    """The leaves of these tensors, in the order of the modules."""
    groups: dict[str, dict[str, str]] = {}
    bare: set[str] = set()
    owners = Counter(_owner(name) for name in tensors)
    inner = {parent for name in tensors for parent in _parents(_owner(name))}
    for name in in_order(list(tensors)):
        path, role = _place(name, owners, inner)
        if not role:
            bare.add(path)
        groups.setdefault(path, {})[role or "weight"] = name
    return [
        LeafModule(path, roles, {r: tensors[n].shape for r, n in roles.items()}, path in bare)
        for path, roles in groups.items()
    ]


def _owner(name: str) -> str:
    return re.match(r"(?:(.*)[./])?", name).group(1) or "" if name else ""  # type: ignore[union-attr]


def _parents(path: str) -> Iterator[str]:
    for match in re.finditer(r"[./]", path):
        yield path[: match.start()]


def _place(name: str, owners: Mapping[str, int], inner: set[str]) -> tuple[str, str]:
    """The path of a tensor's leaf and its role there; the role is "" for a bare tensor."""
    owner = _owner(name)
    last = name[len(owner) :].lstrip("./")
    if last in ROLES:
        alone = owner not in inner and (owners[owner] > 1 or last != "scale")
        if last not in SHARED_ROLES or (alone and owner):
            return owner, ROLES[last]
        return name, ""
    before = re.fullmatch(r"(weight|bias)_(.+)", last)
    after = re.fullmatch(r"(.+)_(weight|bias)", last)
    if before:
        return f"{owner}.{before[2]}", before[1]
    if after:
        return f"{owner}.{after[1]}", after[2]
    return name, ""


# --- order -----------------------------------------------------------------------------------


def in_order(names: Sequence[str]) -> list[str]:
    """The names in their order. If the copies of a module are not in the order of their numbers
    (``layer.10`` before ``layer.2``, as in a sorted list), they are put in it."""
    return [name for _, name in _ordered([(tuple(re.split(r"[./]", n)), n) for n in names])]


def _ordered(names: list[tuple[tuple[str, ...], str]]) -> list[tuple[tuple[str, ...], str]]:
    children: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for parts, name in names:
        children.setdefault(parts[0], []).append((parts[1:], name))
    result: list[tuple[tuple[str, ...], str]] = []
    for part in _numbered(list(children)):
        inner = children[part]
        here = [item for item in inner if not item[0]]
        result += [*here, *_ordered([item for item in inner if item[0]])]
    return result


def _numbered(parts: list[str]) -> list[str]:
    """The parts of one module in order, those with one stem by their numbers."""
    stems: dict[str, list[tuple[int, int]]] = {}
    for place, part in enumerate(parts):
        match = re.fullmatch(r"(.*?)(\d{1,9})", part)
        if match:
            stems.setdefault(match[1], []).append((int(match[2]), place))
    result = list(parts)
    for members in stems.values():
        places = [place for _, place in members]
        for place, (_, source) in zip(places, sorted(members), strict=True):
            result[place] = parts[source]
    return result


def is_sorted(tensors: Mapping[str, Stored]) -> bool:
    """Whether the names are in the order of the alphabet, which says nothing about the order of the
    modules. Files of safetensors have that order for each dtype."""
    by_dtype: dict[str, list[str]] = {}
    for name, stored in tensors.items():
        by_dtype.setdefault(stored.dtype, []).append(name)
    return len(tensors) > SHORT and all(names == sorted(names) for names in by_dtype.values())


# --- joined layers ---------------------------------------------------------------------------


def joined(side: Sequence[LeafModule], other: Iterable[LeafModule], axis: int) -> list[LeafModule]:
    """The leaves of a side. Those that the other side has as one layer are one leaf."""
    marks = {word for leaf in other for word in leaf.words}
    wanted = [join for join, mark in zip(JOINS, ("qkv", "gateup"), strict=True) if mark in marks]
    groups: dict[str, dict[str, LeafModule]] = {}
    for leaf in side:
        key, member = _member(leaf)
        if member:
            groups.setdefault(key, {})[member] = leaf
    whole = {
        key: tuple(group[m] for m in join)
        for join in wanted
        for key, group in groups.items()
        if set(group) == set(join) and len({tuple(sorted(g.shapes)) for g in group.values()}) == 1
    }
    return list(_with_joins(side, whole, axis))


def _member(leaf: LeafModule) -> tuple[str, str]:
    head, last = leaf.path[: -len(leaf.path.rpartition(".")[2])], leaf.path.rpartition(".")[2]
    if "/" in last:
        head, last = leaf.path.rpartition("/")[0] + "/", leaf.path.rpartition("/")[2]
    match = _MEMBER.search(last)
    if not match:
        return "", ""
    meaning = words(match[2])[0] if words(match[2]) else match[2]
    return f"{head}{last[: match.start()]}*{last[match.end() :]}", meaning


def _with_joins(
    side: Sequence[LeafModule], whole: Mapping[str, tuple[LeafModule, ...]], axis: int
) -> Iterator[LeafModule]:
    done: set[str] = set()
    for leaf in side:
        key, _ = _member(leaf)
        if key not in whole:
            yield leaf
        elif key not in done:
            done.add(key)
            yield _join(whole[key], axis)


def _join(parts: tuple[LeafModule, ...], axis: int) -> LeafModule:
    shapes: dict[str, Shape] = {}
    for role, first in parts[0].shapes.items():
        along = axis if len(first) > 1 else 0
        size = sum(part.shapes[role][along] for part in parts)
        shapes[role] = (*first[:along], size, *first[along + 1 :])
    return LeafModule(parts[0].path, {}, shapes, parts=parts, axis=axis)


def stores_inputs_first(side: Iterable[LeafModule]) -> bool:
    """Whether weights are stored [in, out], as in TensorFlow and GPT-2, by those whose bias tells
    their outputs."""
    votes = Counter(
        first == bias
        for leaf in side
        if len(weight := leaf.shapes.get("weight", ())) == 2 and weight[0] != weight[1]
        for bias in [next(iter(leaf.shapes.get("bias", ())), 0)]
        for first in [weight[0]]
        if bias in weight
    )
    return votes[False] > votes[True]
