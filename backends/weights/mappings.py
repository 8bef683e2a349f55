"""Rules: how the tensors of one layout become those of another, and back.

A ``Mapping`` is data, a list of rules. It is read from a file, made from two versions of a spec, or
found by comparing. ``Mapping.inverse`` leads back, with the same engine: ``bind`` finds the tensors
of each rule, ``convert`` makes the new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from collections.abc import Mapping as Table
from typing import TYPE_CHECKING

from ...grammar.record import Record
from .name_patterns import NamePattern, Values, exact, text_of
from .problems import RulesError
from .stored import Shape, Stored, shape_text
from .tensor_steps import Step

if TYPE_CHECKING:
    import torch


class Rule(Record):
    """The tensors ``old`` are those of ``new``.

    Forwards each old tensor goes through the ``steps``; several are joined along ``axis``, and
    several new ones are cut along it, each with its size in ``sizes`` (equal parts without them).
    """

    old: tuple[NamePattern, ...]
    new: tuple[NamePattern, ...]
    steps: tuple[Step, ...] = ()
    axis: int = 0
    sizes: tuple[int, ...] = ()
    back: bool = False
    """Whether the rule runs backwards: it joins the old ones first, and then come the steps."""

    @property
    def inverse(self) -> Rule:
        steps = tuple(step.inverse for step in reversed(self.steps))
        return Rule(self.new, self.old, steps, self.axis, self.sizes, not self.back)

    def __str__(self) -> str:
        sides = (" + ".join(map(text_of, side)) for side in (self.old, self.new))
        steps = "".join(f", {step}" for step in self.steps)
        return " -> ".join(sides) + steps


class Mapping(Record):
    rules: tuple[Rule, ...]

    @property
    def inverse(self) -> Mapping:
        return Mapping(tuple(rule.inverse for rule in self.rules))


class Move(Record):
    """A rule with the names of its tensors."""

    rule: Rule
    old: tuple[str, ...]
    new: tuple[str, ...]


def bind(mapping: Mapping, names: Sequence[str]) -> list[Move]:
    """What the rules do with these tensors. A tensor goes through the first rule that suits; one
    without a rule keeps its name. Raises RulesError if two would get one name."""
    moves: list[Move] = []
    waiting = dict.fromkeys(names)
    for rule in mapping.rules:
        first = rule.old[0]
        for name in list(waiting) if first.parts else first.texts:
            values = first.match(name) if name in waiting else None
            move = None if values is None else _move(rule, values)
            if move is not None and all(old in waiting for old in move.old):
                moves.append(move)
                for old in move.old:
                    waiting.pop(old, None)
    _check_names(moves)
    made = {name for move in moves for name in move.new}
    moves += [Move(_keep(name), (name,), (_free(name, made),)) for name in waiting]
    return moves


def _free(name: str, made: Set[str]) -> str:
    """The name of a tensor that no rule renames. If a rule gives its name to another one, it is
    marked, so that it is reported."""
    return f"{name} (the checkpoint's own)" if name in made else name


def unused(mapping: Mapping, moves: Sequence[Move]) -> list[Rule]:
    """The rules that suit no tensor."""
    used = {id(move.rule) for move in moves}
    return [rule for rule in mapping.rules if id(rule) not in used]


def _keep(name: str) -> Rule:
    return Rule((exact(name),), (exact(name),))


def _move(rule: Rule, values: Values) -> Move | None:
    olds = [pattern.fill(values) for pattern in rule.old]
    news = [pattern.fill(values) for pattern in rule.new]
    old = tuple(name for name in olds if name is not None)
    new = tuple(name for name in news if name is not None)
    whole = len(old) == len(olds) and len(new) == len(news)
    return Move(rule, old, new) if whole else None


def _check_names(moves: Sequence[Move]) -> None:
    sources: dict[str, Move] = {}
    for move in moves:
        _check_once(move)
        for name in move.new:
            other = sources.setdefault(name, move)
            if other is not move:
                olds = f"{' + '.join(other.old)} and {' + '.join(move.old)}"
                raise RulesError(f"{olds} would both become `{name}`")


def _check_once(move: Move) -> None:
    """Raises RulesError if a name is there twice on one side of a rule."""
    for side in (move.old, move.new):
        if len(set(side)) < len(side):
            twice = next(name for name in side if side.count(name) > 1)
            raise RulesError(
                f"the rule `{move.rule}` has `{twice}` twice on one side", "name each tensor once"
            )


# --- shapes ----------------------------------------------------------------------------------


def shapes(move: Move, olds: Sequence[Shape]) -> list[Shape]:
    """The shapes of the new tensors. Raises RulesError."""
    rule = move.rule
    try:
        if rule.back:
            joined = _through(rule.steps, _joined(olds, rule)) if len(olds) > 1 else olds[0]
            pieces = _cut_shape(joined, rule, len(move.new))
            return pieces if len(olds) > 1 else [_through(rule.steps, p) for p in pieces]
        pieces = [_through(rule.steps, shape) for shape in olds]
        whole = _joined(pieces, rule) if len(pieces) > 1 else pieces[0]
        return _cut_shape(whole, rule, len(move.new))
    except RulesError as error:
        name = " + ".join(move.old)
        raise RulesError(f"the rule for `{name}`: {error.message}", error.help) from None


def _through(steps: Sequence[Step], shape: Shape) -> Shape:
    for step in steps:
        shape = step.shape(shape)
    return shape


def _joined(pieces: Sequence[Shape], rule: Rule) -> Shape:
    first, axis = pieces[0], rule.axis
    if axis >= len(first) or any(_without(p, axis) != _without(first, axis) for p in pieces):
        texts = ", ".join(map(shape_text, pieces))
        raise RulesError(f"the shapes {texts} cannot be joined along axis {axis}")
    sizes = [piece[axis] for piece in pieces]
    if sizes != list(rule.sizes or sizes[:1] * len(sizes)):
        stated = f"those of the rule are {[*rule.sizes]}" if rule.sizes else "they are not equal"
        raise RulesError(
            f"the sizes along axis {axis} are {sizes}, and {stated}", f"write sizes = {sizes}"
        )
    return (*first[:axis], sum(sizes), *first[axis + 1 :])


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _cut_shape(shape: Shape, rule: Rule, count: int) -> list[Shape]:
    if count == 1:
        return [shape]
    sizes = cuts(shape, rule, count)
    return [(*shape[: rule.axis], size, *shape[rule.axis + 1 :]) for size in sizes]


def cuts(shape: Shape, rule: Rule, count: int) -> tuple[int, ...]:
    """The sizes along the axis of the pieces of a tensor."""
    if rule.axis >= len(shape):
        raise RulesError(f"the shape {shape_text(shape)} has no axis {rule.axis}")
    whole = shape[rule.axis]
    sizes = rule.sizes or (whole // count,) * count
    if sum(sizes) != whole or len(sizes) != count:
        raise RulesError(f"{whole} rows cannot be cut into {count} parts of {sizes}")
    return sizes


# --- tensors ---------------------------------------------------------------------------------


def convert(move: Move, olds: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The new tensors, each of its own."""
    rule, many = move.rule, len(move.new)
    if rule.back and len(olds) > 1:
        return [_stepped(rule.steps, _join(olds, rule.axis))]
    if rule.back:
        return [_stepped(rule.steps, piece) for piece in _cut(olds[0], rule, many)]
    return _cut(_join([_stepped(rule.steps, old) for old in olds], rule.axis), rule, many)


def _stepped(steps: Sequence[Step], tensor: torch.Tensor) -> torch.Tensor:
    for step in steps:
        tensor = step.apply(tensor)
    return tensor


def _join(tensors: Sequence[torch.Tensor], axis: int) -> torch.Tensor:
    import torch

    return torch.cat(list(tensors), dim=axis) if len(tensors) > 1 else tensors[0]


def _cut(tensor: torch.Tensor, rule: Rule, count: int) -> list[torch.Tensor]:
    import torch

    if count == 1:
        return [tensor]
    return list(torch.split(tensor, [*cuts(tuple(tensor.shape), rule, count)], dim=rule.axis))


def renamed(moves: Sequence[Move], tensors: Table[str, Stored]) -> dict[str, Stored]:
    """What the moves make of these tensors: names and shapes. Raises RulesError."""
    result: dict[str, Stored] = {}
    for move in moves:
        olds = [tensors[name] for name in move.old]
        news = shapes(move, [old.shape for old in olds])
        result.update((n, Stored(s, olds[0].dtype)) for n, s in zip(move.new, news, strict=True))
    return result


def sources(moves: Sequence[Move], wanted: Sequence[str]) -> Iterator[Move]:
    """The moves that make one of the wanted tensors."""
    names = set(wanted)
    return (move for move in moves if names.intersection(move.new))
