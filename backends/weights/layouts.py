"""The rules for leaves that were matched: what is transposed, reshaped, joined and cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from math import prod
from typing import Final, TypeAlias

from .leaf_modules import LeafModule, squeezed
from .mappings import Rule
from .name_patterns import exact
from .stored import Shape
from .tensor_steps import ChangeShape, MoveAxes, Step

LeafPair: TypeAlias = tuple[LeafModule, LeafModule]
USUAL: Final = ((1, 0), (3, 2, 0, 1), (2, 3, 0, 1), (2, 1, 0), (4, 3, 0, 1, 2))
"""Orders of axes between TensorFlow and PyTorch: linear, conv, depthwise conv, conv in 1-d, 3-d."""


def rules_of(pairs: Sequence[LeafPair], turned: bool) -> tuple[list[Rule], list[str]]:
    """The rules for these pairs, and notes on what was guessed. ``turned``: one side stores linear
    layers [in, out], the other [out, in]."""
    votes = _Votes(pairs, turned)
    rules = [rule for pair in pairs for rule in _rules(pair, votes)]
    return rules, votes.notes()


class _Votes:
    """Whether a square weight is transposed, which its shape does not say: weights of the same kind
    that are not square do."""

    def __init__(self, pairs: Sequence[LeafPair], turned: bool) -> None:
        self.turned = turned
        self.by_word: dict[object, Counter[bool]] = {}
        self.guessed: list[str] = []
        self.transposed = 0
        for pair in pairs:
            old, new = (squeezed(leaf.shapes.get("weight", ())) for leaf in pair)
            if len(old) == len(new) == 2 and old[0] != old[1]:
                self.by_word.setdefault(_kind(pair), Counter())[old != new] += 1

    def decide(self, pair: LeafPair) -> bool:
        old, new = pair
        votes = self.by_word.get(_kind(pair))
        if votes:
            answer = votes[True] > votes[False]
        elif "bias" in old.shapes and "bias" in new.shapes:
            answer = self.turned
        else:
            answer = False
            if old.bare != new.bare:
                self.guessed.extend(_tensor_names(new, "weight"))
        self.transposed += answer
        return answer

    def notes(self) -> list[str]:
        notes = []
        if self.transposed:
            notes.append(
                f"{self.transposed:,} square weights are transposed, "
                "as others of their kind that are not square"
            )
        if self.guessed:
            names = ", ".join(self.guessed)
            notes.append(f"not certain: these square weights may have to be transposed: {names}")
        return notes


def _kind(pair: LeafPair) -> object:
    return tuple(("bias" in leaf.shapes, leaf.bare, leaf.last_word) for leaf in pair)


def _tensor_names(leaf: LeafModule, role: str) -> list[str]:
    return [part.tensors[role] for part in leaf.parts or (leaf,)]


def _rules(pair: LeafPair, votes: _Votes) -> Iterator[Rule]:
    old, new = pair
    for role in old.shapes:
        if role not in new.shapes:
            continue
        before, after = old.shapes[role], new.shapes[role]
        square = len(squeezed(before)) == 2 and len(set(squeezed(before))) == 1
        turn = role == "weight" and square and votes.decide(pair)
        yield from _rule(pair, role, before, after, turn)


def _rule(pair: LeafPair, role: str, before: Shape, after: Shape, turn: bool) -> Iterator[Rule]:
    old, new = pair
    if old.parts and new.parts:
        same = len(old.parts) == len(new.parts)
        for mine, theirs in zip(old.parts, new.parts, strict=True) if same else ():
            yield from _rule((mine, theirs), role, mine.shapes[role], theirs.shapes[role], turn)
        return
    turned = turn or (squeezed(before) != squeezed(after))
    axis, sizes = 0, tuple[int, ...]()
    if old.parts:
        axis, sizes, before, after = _along(old, role, after, turned)
        turn = turned and len(before) == 2
    elif new.parts:
        axis = new.axis if len(after) > 1 else 0
        sizes = tuple(part.shapes[role][axis] for part in new.parts)
    steps = _steps(before, after, turn)
    if steps is not None:
        names = [tuple(map(exact, _tensor_names(leaf, role))) for leaf in pair]
        yield Rule(names[0], names[1], steps, axis, sizes)


def _along(
    old: LeafModule, role: str, after: Shape, turned: bool
) -> tuple[int, tuple[int, ...], Shape, Shape]:
    """For layers that are joined: the axis in the new tensor, the sizes along it, and the shape of
    the first part before and after its steps."""
    first = old.parts[0].shapes[role]
    along = old.axis if len(first) > 1 else 0
    axis = len(first) - 1 - along if turned and len(first) == 2 else along
    sizes = tuple(part.shapes[role][along] for part in old.parts)
    return axis, sizes, first, (*after[:axis], sizes[0], *after[axis + 1 :])


def _steps(before: Shape, after: Shape, turn: bool) -> tuple[Step, ...] | None:
    """The steps from one shape to the other, or None if there are none."""
    if before == after and not turn:
        return ()
    small, smaller = squeezed(before), squeezed(after)
    if small == smaller and not turn:
        return (ChangeShape(before, after),)
    order = _order(small, smaller)
    if order is None:
        return (ChangeShape(before, after),) if prod(before) == prod(after) else None
    steps: list[Step] = [] if before == small else [ChangeShape(before, small)]
    steps.append(MoveAxes(order))
    return tuple(steps if after == smaller else [*steps, ChangeShape(smaller, after)])


def _order(before: Shape, after: Shape) -> tuple[int, ...] | None:
    """The order of axes that leads from one shape to the other."""
    if len(before) > 6 or sorted(before) != sorted(after):
        return None
    usual = [order for order in USUAL if len(order) == len(before)]
    for order in (*usual, *permutations(range(len(before)))):
        if tuple(before[axis] for axis in order) == after:
            return order
    return None
