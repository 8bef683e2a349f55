"""A body that is being written: its tensors with their shapes, its names and labels."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from .phrases import TESTS, Phrase, chosen, filled, words, worth

T = TypeVar("T")
Shape: TypeAlias = tuple[Any, ...]
"""Sizes without the batch; symbols by their names, ``?`` where it is not followed up."""


@dataclass(frozen=True)
class Piece:
    """A network or tensor as text. ``level``: 3 stands anywhere, 2 under ``+``, 1 in a pipe."""

    text: str
    shape: Shape
    level: int = 3
    side: tuple[str, ...] = ()
    """What kinds of side results it has: ``state``, ``indices``, ``unpool``, ``weights``."""

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


@dataclass
class Known:
    """A block that can be called: for tensors of these shapes it gives those. ``cell``: only
    ``scan`` calls it. ``labels`` and ``ties`` are what can be reached inside."""

    name: str
    takes: tuple[Shape, ...]
    gives: tuple[Shape, ...]
    arguments: Callable[[Page], str]
    side: tuple[str, ...] = ()
    cell: bool = False
    labels: dict[str, Shape] = field(default_factory=dict)
    ties: dict[str, tuple[int, int]] = field(default_factory=dict)

    def call(self, page: Page) -> Piece:
        return Piece(self.name + self.arguments(page), self.gives[0], 3, self.side)


@dataclass
class Page:
    """``index`` is the variable of the loop around: labels want it. ``labelling``: whether labels
    may stand here, ``numbered``: whether ``as _`` may."""

    tensors: list[Piece] = field(default_factory=list)
    ints: list[tuple[str, int | str]] = field(default_factory=list)
    masks: list[tuple[str, int | str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    exported: dict[str, Shape] = field(default_factory=dict)
    ties: dict[str, tuple[int, int]] = field(default_factory=dict)
    blocks: list[Known] = field(default_factory=list)
    shares: list[tuple[str, Shape]] = field(default_factory=list)
    numbers: list[tuple[str, int]] = field(default_factory=list)
    networks: list[tuple[str, str]] = field(default_factory=list)
    index: str = ""
    labelling: bool = True
    numbered: bool = False
    inner: bool = False

    def part(self, **changes: Any) -> Page:
        """For a part of an expression: its labels are not names of the body."""
        return replace(self, inner=True, **changes)

    def callable(self, *takes: Shape) -> list[Known]:
        """The blocks that take such tensors."""
        return [b for b in self.blocks if b.takes == takes and not b.cell]

    def tensors_of(self, shape: Shape) -> list[Piece]:
        return [t for t in self.tensors if t.shape == shape]


LABELS = words(
    "p q r u v stem head body b0 l2 linear1 linear2 gru1 conv1 bn1 k0 m1 x1 enc1 b1 f0 tail sub0 _a"
    " A out10 linear10"
)
NAMES = words("a b y z s e g o n2 mid left right acc t0 w0 i1 lin")
BLOCKS = words("b b0 b1 cell unit l l1 twin mix step core f1 conv2 b10")
SHARES = words("enc dec tied alike linear3 b2 own")


class Chooser:
    """Choices, names and labels of one program."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.file = Page()
        self.top: list[str] = []
        self.taken: set[str] = set()
        """Names of blocks, shares and variables, anywhere."""

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def pick(self, items: Sequence[T]) -> T:
        return self.rng.choice(items)

    def width(self, page: Page) -> tuple[str, int]:
        """A number as text: a literal, a name, a product."""
        if page.numbers and self.chance(0.4):
            name, value = self.pick(page.numbers)
            return (f"2 * {name}", 2 * value) if self.chance(0.2) else (name, value)
        value = self.pick([2, 3, 4, 6, 8, 8])
        return str(value), value

    def test(self, page: Page) -> str:
        """A condition on numbers."""
        name, value = self.width(page)
        return filled(self.pick(TESTS), {"n": name, "v": value})

    def fresh(self, page: Page, pool: Sequence[str] = NAMES) -> str:
        """A name for a variable."""
        free = [n for n in pool if n not in page.names | page.labels | self.file.names]
        name = self.pick(free) if free else f"{pool[0]}_{len(page.names)}"
        page.names.add(name)
        self.taken.add(name)
        return name

    def block_name(self, page: Page, pool: Sequence[str] = BLOCKS) -> str:
        """A name for a block or a share: no variable has it."""
        free = [n for n in pool if n not in page.names | page.labels | self.taken]
        name = self.pick(free) if free else f"{pool[0]}l{len(self.taken)}"
        for names in (page.names, self.file.names, self.taken):
            names.add(name)
        return name

    # --- labels -------------------------------------------------------------------------------

    def label(self, page: Page) -> tuple[str, str]:
        """A label as text, and the name that it gives, if it gives one; empty for none."""
        free = [n for n in LABELS if n not in page.labels | page.names | self.file.names]
        if not free or not page.labelling:
            return "", ""
        base = self.pick(free)
        page.labels.add(base)
        i = page.index
        if i:
            forms = [
                f"{base}[{i}]",
                f'"{base}{{{i}}}"',
                f'"{base}{{{i} + 1}}"',
                f'"{base}.{{{i}}}"',
            ]
            return self.pick(forms), ""
        if self.chance(0.7):
            return base, base
        number = self.rng.randrange(12)
        if self.chance(0.1):
            return f'"{number + 20}"', ""
        forms = [
            f"{base}[{number}]",
            f'"{base}"',
            f'"{base}.x"',
            f'"{base}{number}"',
            f'"{base}-{number}"',
            f'"{base} {number}.+"',
        ]
        return self.pick(forms), ""

    def behind(self, page: Page, chance: float = 0.5) -> str:
        """`` as label``, or nothing."""
        text = self.label(page)[0] if self.chance(chance) else ""
        return f" as {text}" if text else ""

    def labelled(self, page: Page, piece: Piece, chance: float = 0.3) -> Piece:
        """The piece, perhaps under a label."""
        if not page.labelling or not self.chance(chance) or piece.text == "id":
            return piece
        if page.numbered and piece.level < 3 and self.chance(0.3):
            return replace(piece, text=f"{piece.at(3)} as _", level=2)
        text, name = self.label(page)
        if not text:
            return piece
        if name and not page.inner:
            page.exported[name] = piece.shape
        return replace(piece, text=f"{piece.at(3)} as {text}", level=2)

    # --- pieces -------------------------------------------------------------------------------

    def phrase(self, table: tuple[Phrase, ...], shape: Shape, page: Page, **more: Any) -> Piece:
        """A line of a table for a tensor of a shape."""
        sizes = _sizes(shape)
        text, value = self.width(page)
        found = chosen(self.rng, table, sizes | {"n": value} | more)
        made = filled(found.text, sizes | {"n": text} | more)
        if found.shape == "?":
            return Piece(made, ("?",), 1, found.side)
        given = worth(f"({found.shape},)", sizes | {"n": value})
        return Piece(made, given, _level(made), found.side)

    def sentence(self, table: Sequence[str], **values: Any) -> str:
        """A line of a table, its gaps filled; ``;`` ends a line of a body."""
        fit = [t for t in table if "<l>" not in t or values.get("l")]
        return filled(self.pick(fit), values)

    def source(self, page: Page) -> Piece:
        """Some tensor that the body knows; the newest are likelier."""
        return page.tensors[-1] if self.chance(0.5) else self.pick(page.tensors)

    def add(self, page: Page, name: str, shape: Shape, value: str) -> None:
        """The line ``name = value``."""
        page.lines.append(f"{name} = {value}")
        page.tensors = [t for t in page.tensors if t.text != name]
        page.tensors.append(Piece(name, shape))

    def new(self, page: Page, shape: Shape, value: str) -> str:
        name = self.fresh(page)
        self.add(page, name, shape, value)
        return name


def body(sentence: str) -> str:
    """The lines of a body between braces."""
    return "\n".join(f"  {line}" for line in sentence.split("; "))


def _sizes(shape: Shape) -> dict[str, Any]:
    names = {1: "d", 2: "td", 3: "chw"}[len(shape)]
    return dict(zip(names, shape, strict=True))


def _level(text: str) -> int:
    depth = 0
    level = 3
    for i, letter in enumerate(text):
        depth += letter in "([{"
        depth -= letter in ")]}"
        if not depth and letter in ">+*" and text[i - 1] == " ":
            level = min(level, 1 if letter == ">" else 2)
    return level
