"""Chains of ops that split, reorder and join axes become one ``rearrange``.

``reshape(N, 197, 3, 4, 64) > permute(2, 0, 3, 1, 4)`` is ``rearrange("n t (part k c) -> part n k t
c", part=3, k=4)``: sizes that follow from the input are not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Final, TypeAlias

from ...compiler.dims import Dim, Size, symbols
from ...compiler.layer import Layer
from ...compiler.layers import layers
from ...compiler.types import TensorType
from .trace import Op, Run, Trace

if TYPE_CHECKING:
    from torch import fx

RESHAPES: Final = frozenset(("reshape", "view", "_unsafe_view", "flatten", "unflatten"))
ORDERS: Final = frozenset(("permute", "transpose", "swapaxes", "t"))

TypeOf: TypeAlias = Callable[[str], TensorType]


@dataclass(eq=False)
class Chain(Op):
    """Ops that are one layer. ``node`` is the last of them, ``source`` the value that the first
    takes."""

    source: str
    layer: Layer


def with_chains(run: Run, trace: Trace, type_of: TypeOf) -> list[Op | Run]:
    """The steps of a run, with chains for the ops that are one."""
    uses = Counter(run.results)
    for step in run.steps:
        used = _inputs(step, trace) if isinstance(step, Op) else step.inputs
        uses.update(used)
    makers = {step.results[0]: step for step in run.steps if isinstance(step, Op)}
    chains: dict[str, list[Op]] = {}
    for step in run.steps:
        if isinstance(step, Op) and _word(step) in RESHAPES | ORDERS:
            source = trace.value(_first(step).name)
            before = chains.pop(source, []) if uses[source] == 1 and source in makers else []
            chains[step.results[0]] = [*before, step]
    made: dict[str, Op] = {}
    gone: set[str] = set()
    for ops in chains.values():
        layer = _layer(ops, trace, type_of)
        if layer is not None:
            last = ops[-1]
            source = trace.value(_first(ops[0]).name)
            made[last.results[0]] = Chain(last.node, last.results, source, layer)
            gone |= {op.results[0] for op in ops[:-1]}
    return [
        made.get(step.results[0], step) if isinstance(step, Op) else step
        for step in run.steps
        if not isinstance(step, Op) or step.results[0] not in gone
    ]


def _word(op: Op) -> str:
    return op.name.partition(".")[0]


def _first(op: Op) -> fx.Node:
    return op.node.args[0]  # type: ignore[return-value]


def _inputs(op: Op, trace: Trace) -> list[str]:
    return [trace.value(node.name) for node in op.node.all_input_nodes]


def _layer(ops: Sequence[Op], trace: Trace, type_of: TypeOf) -> Layer | None:
    """The layer that some ops are; None if they are better as they are."""
    words = [_word(op) for op in ops]
    x = type_of(trace.value(_first(ops[0]).name))
    if not RESHAPES & set(words) or not ORDERS & set(words):
        return None
    if all(word not in ("reshape", "view", "_unsafe_view") for word in words):
        return None  # no size is written
    plan = _Plan.of(x.shape)
    if plan is None:
        return None
    for op in ops:
        shape = type_of(op.results[0]).shape
        fits = (
            plan.reshape(shape) if _word(op) in RESHAPES else plan.reorder(_order(op, len(shape)))
        )
        if not fits:
            return None
    return plan.rearrange()


def _order(op: Op, rank: int) -> list[int]:
    """The axes in the order that an op gives them."""
    args = list(op.node.args[1:])
    if _word(op) == "permute":
        return [int(axis) % rank for axis in args[0]]  # type: ignore[union-attr,arg-type]
    first, second = (int(a) % rank for a in args or (0, 1))  # type: ignore[arg-type]
    order = list(range(rank))
    order[first], order[second] = second, first
    return order


@dataclass(eq=False)
class _Atom:
    """A part of an axis. A larger one may be ``split`` into smaller ones."""

    size: Dim
    split: list[_Atom] = field(default_factory=list)

    def parts(self) -> list[_Atom]:
        return [part for atom in self.split for part in atom.parts()] or [self]


@dataclass(eq=False)
class _Plan:
    """The axes of a tensor before and after, as the parts that are multiplied."""

    before: list[_Atom]
    after: list[list[_Atom]]

    @classmethod
    def of(cls, shape: Sequence[Dim]) -> _Plan | None:
        if 1 in shape:
            return None
        atoms = [_Atom(size) for size in shape]
        return cls(atoms, [[atom] for atom in atoms])

    def reorder(self, order: Sequence[int]) -> bool:
        self.after = [self.after[axis] for axis in order]
        return True

    def reshape(self, shape: Sequence[Dim]) -> bool:
        """Whether the axes can have these sizes, if some parts are split."""
        left = [part for axis in self.after for atom in axis for part in atom.parts()]
        self.after = []
        for size in shape:
            axis: list[_Atom] = []
            while _product(axis) != size:
                if size == 1 or not left:
                    return False
                atom = left.pop(0)
                wanted = _quotient(size, _product(axis))
                if wanted is None:
                    return False
                rest = _quotient(atom.size, wanted)
                if rest is not None and rest != 1:
                    atom.split = [_Atom(wanted), _Atom(rest)]
                    left.insert(0, atom.split[1])
                    atom = atom.split[0]
                elif _quotient(wanted, atom.size) is None:
                    return False
                axis.append(atom)
            self.after.append(axis)
        return not left

    def rearrange(self) -> Layer | None:
        """The layer; None if its axes have no usual names."""
        before = [atom.parts() for atom in self.before]
        after = [[part for atom in axis for part in atom.parts()] for axis in self.after]
        words = _words(before, after)
        if words is None or before == after:
            return None
        names = {
            id(p): w
            for parts, row in zip(before, words, strict=True)
            for p, w in zip(parts, row, strict=True)
        }
        sizes: dict[str, Dim] = {}
        for parts in before:
            open_ = _open(parts, names)
            if any(_has_batch(part.size) for part in parts if part is not open_):
                return None
            sizes |= {names[id(part)]: part.size for part in parts if part is not open_}
        pattern = f"{_side(before, names)} -> {_side(after, names)}"
        return layers()["rearrange"](pattern=pattern, axes=tuple(sizes.items()))


def _open(parts: Sequence[_Atom], names: Mapping[int, str]) -> _Atom:
    """The part of an axis whose size follows from the others: of a grid and of the batch the first,
    of channels the last."""
    symbolic = [part for part in parts if isinstance(part.size, Size)]
    batch = [part for part in symbolic if _has_batch(part.size)]
    if symbolic:
        return (batch or symbolic)[0]
    grid = names[id(parts[0])] in ("h", "w") and names[id(parts[-1])] in ("p", "q")
    return parts[0] if grid else parts[-1]


def _has_batch(size: Dim) -> bool:
    return "N" in symbols(size)


def _product(atoms: Sequence[_Atom]) -> Dim:
    return prod((atom.size for atom in atoms), start=1)


def _quotient(size: Dim, part: Dim) -> Dim | None:
    """``size / part``, if that is a whole number for every batch."""
    if part == size:
        return 1
    if isinstance(part, int) and isinstance(size, int):
        return size // part if part and size % part == 0 else None
    quotient = size // part
    return quotient if quotient * part == size else None


# --- names ------------------------------------------------------------------------------------


_NAMES: Final[Mapping[tuple[int, ...], str]] = {
    (1, 1, 1): "n,t,c",
    (1, 1, 2): "n,t,k c",
    (1, 1, 3): "n,t,part k c",
    (1, 2, 1): "n,h w,c",
    (1, 2, 2): "n,h w,k c",
    (3, 1, 1): "n h w,t,c",
    (3, 1, 3): "n h w,t,part k c",
    (3, 2, 1): "n h w,p q,c",
    (1, 2, 2, 1): "n,h p,w q,c",
    (1, 1, 2, 2): "n,c,h p,w q",
    (1, 2, 1, 1): "n,g c,h,w",
    (1, 3, 1, 1): "n,part k c,h,w",
    (1, 1, 1, 2): "n,g,t,k c",
    (1, 1, 1, 3): "n,g,t,part k c",
    (3, 1, 1, 1): "n h w,p,q,c",
}
"""The names of the parts of axes, by how many parts each axis has."""
_JOINED: Final[Mapping[tuple[int, int], str]] = {
    (1, 3): "n,k,t,c",
    (2, 3): "n,c,h,w",
    (1, 2): "n,a,b,c",
}
"""The names of four axes, by those that are joined: the heads of attention, and images."""


def _words(
    before: Sequence[Sequence[_Atom]], after: Sequence[Sequence[_Atom]]
) -> list[list[str]] | None:
    splits = tuple(map(len, before))
    names = _NAMES.get(splits, "")
    if splits == (1, 1, 1, 1):
        ids = [id(parts[0]) for parts in before]
        joined = [tuple(ids.index(id(p)) for p in axis) for axis in after if len(axis) > 1]
        names = _JOINED.get(joined[0], "") if len(joined) == 1 else ""  # type: ignore[arg-type]
        if names == "n,a,b,c" and after[-1] == before[3]:
            names = "n,h,w,c"
    if splits == (1, 1, 2) and after[-1] == before[1]:
        names = "n,c,h w"
    return [row.split() for row in names.split(",")] if names else None


def _side(axes: Sequence[Sequence[_Atom]], names: Mapping[int, str]) -> str:
    """One side of a pattern."""
    words = [" ".join(names[id(part)] for part in axis) or "1" for axis in axes]
    return " ".join(f"({w})" if len(a) > 1 else w for w, a in zip(words, axes, strict=True))
