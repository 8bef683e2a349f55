"""Changes of one tensor on its way from one layout to the other. Each has an inverse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Final, TypeAlias

from ...grammar.record import Record
from .problems import RulesError
from .stored import Shape, shape_text

if TYPE_CHECKING:
    import torch


class MoveAxes(Record):
    """Moves the axes: axis ``order[k]`` becomes axis ``k``."""

    order: tuple[int, ...]

    def shape(self, shape: Shape) -> Shape:
        if sorted(self.order) != list(range(len(shape))):
            raise RulesError(f"`{self}` does not suit the shape {shape_text(shape)}")
        return tuple(shape[axis] for axis in self.order)

    def apply(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.permute(self.order)

    @property
    def inverse(self) -> MoveAxes:
        return MoveAxes(tuple(self.order.index(axis) for axis in range(len(self.order))))

    def __str__(self) -> str:
        return "transpose" if self.order == (1, 0) else f"permute({_numbers(self.order)})"


class ChangeShape(Record):
    """Reads the same numbers in another shape."""

    before: Shape
    after: Shape

    def shape(self, shape: Shape) -> Shape:
        if shape != self.before or prod(self.before) != prod(self.after):
            raise RulesError(f"`{self}` does not suit the shape {shape_text(shape)}")
        return self.after

    def apply(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.reshape(self.after)

    @property
    def inverse(self) -> ChangeShape:
        return ChangeShape(self.after, self.before)

    def __str__(self) -> str:
        return f"reshape({_sizes(self.before)} to {_sizes(self.after)})"


class MoveRows(Record):
    """Moves rows: axis 0 is read as axes of the sizes ``parts`` (one may be -1), these are
    permuted, and joined again."""

    parts: tuple[int, ...]
    order: tuple[int, ...]

    def sizes(self, rows: int) -> tuple[int, ...]:
        given = prod(size for size in self.parts if size > 0)
        if not given or rows % given:
            raise RulesError(f"`{self}` does not divide {rows} rows")
        return tuple(rows // given if size < 0 else size for size in self.parts)

    def shape(self, shape: Shape) -> Shape:
        if not shape or prod(self.sizes(shape[0])) != shape[0]:
            raise RulesError(f"`{self}` does not suit the shape {shape_text(shape)}")
        return shape

    def apply(self, tensor: torch.Tensor) -> torch.Tensor:
        sizes = self.sizes(tensor.shape[0])
        others = range(len(sizes), len(sizes) + tensor.dim() - 1)
        moved = tensor.reshape(*sizes, *tensor.shape[1:]).permute(*self.order, *others)
        return moved.reshape(tensor.shape)

    @property
    def inverse(self) -> MoveRows:
        parts = tuple(self.parts[axis] for axis in self.order)
        return MoveRows(parts, tuple(self.order.index(axis) for axis in range(len(self.order))))

    def __str__(self) -> str:
        for name, make in ROWS.items():
            sizes = [size for size in self.parts if size > 0]
            for count in sizes:
                if make(count) == self:
                    return f"{name}({count})"
        return f"rows({_numbers(self.parts)}; {_numbers(self.order)})"


Step: TypeAlias = MoveAxes | ChangeShape | MoveRows

ROWS: Final[Mapping[str, Callable[[int], MoveRows]]] = {
    "rotary_halves": lambda heads: MoveRows((heads, -1, 2), (0, 2, 1)),
    "rotary_pairs": lambda heads: MoveRows((heads, 2, -1), (0, 2, 1)),
    "qkv_from_heads": lambda heads: MoveRows((heads, 3, -1), (1, 0, 2)),
    "qkv_to_heads": lambda heads: MoveRows((3, heads, -1), (1, 0, 2)),
}
"""The orders of rows that layouts differ in, by the number of heads. With rotary positions the two
features that turn together are neighbours (pairs, as Meta's LLaMA has them) or half a head apart
(halves, as Hugging Face's). A joined projection has all queries, keys and values one after another,
or the three of each head together (GPT-NeoX, BLOOM)."""


def parse(text: str) -> Step:
    """The step of a text: ``transpose``, ``permute(2, 3, 1, 0)``, ``reshape(8x1x1 to 8)``,
    ``rotary_halves(32)``, .... Raises RulesError."""
    match = re.fullmatch(r"(\w+)(?:\(([^()]{1,200})\))?", text.strip())
    name, values = (match[1], match[2] or "") if match else ("", "")
    if name == "transpose" and not values:
        return MoveAxes((1, 0))
    numbers = [_integers(part) for part in values.split(";")]
    if name in ROWS and len(numbers) == 1 and len(numbers[0]) == 1 and numbers[0][0] > 0:
        return ROWS[name](numbers[0][0])
    if name == "permute" and len(numbers) == 1 and sorted(numbers[0]) == [*range(len(numbers[0]))]:
        return MoveAxes(numbers[0])
    if name == "rows" and len(numbers) == 2 and _is_regrouping(*numbers):
        return MoveRows(*numbers)
    if name == "reshape" and (sides := re.fullmatch(r"([\dx]+) to ([\dx]+)", values.strip())):
        return ChangeShape(_shape(sides[1]), _shape(sides[2]))
    raise RulesError(
        f"`{text}` is not a step",
        "steps are transpose, permute(3, 2, 0, 1), reshape(8x1x1 to 8), "
        f"{', '.join(f'{row}(HEADS)' for row in ROWS)}",
    )


def _is_regrouping(parts: tuple[int, ...], order: tuple[int, ...]) -> bool:
    whole = sorted(order) == list(range(len(parts)))
    return whole and sum(p < 0 for p in parts) <= 1 and all(p == -1 or p > 0 for p in parts)


def _integers(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    return tuple(int(w) for w in words) if all(map(_is_integer, words)) else ()


def _is_integer(word: str) -> bool:
    return re.fullmatch(r"-?\d{1,9}", word) is not None


def _shape(text: str) -> Shape:
    return tuple(int(size) for size in text.split("x") if size) if text != "x" else ()


def _numbers(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


def _sizes(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "x"
