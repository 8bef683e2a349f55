"""The parameters of a block: names and texts for the columns of an alignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...compiler.layers import layers
from ...compiler.types import TensorType
from ...grammar import syntax as s
from . import tree
from .alignment import HOLE, Column, same

MOST_TIMES: Final = 16
"""The largest factor between two numbers that is not taken for chance."""
NO_SIZES: Final = (
    "kernel",
    "stride",
    "pad",
    "dilation",
    "p",
    "eps",
    "momentum",
    "start",
    "end",
    "dim",
    *("size", "part", "k", "g", "h", "w", "p", "q"),
)
"""Settings that have nothing to do with the number of features of the input, and those of
``reshape`` and ``rearrange``."""


_WIDTHS: Final = (
    "out", "pad", "groups", "dim", "hidden", "size", "shape", "channel", "plane", "feature", "width"
)  # fmt: skip


@dataclass(eq=False)
class Parameter:
    """A parameter with its value in each body."""

    name: str
    column: Column
    order: int
    default: s.Expr | None = None


@dataclass(frozen=True)
class Facts:
    """What is known about the bodies of a block: for each its input's type, the types of values
    that take the input's name later, its constructor's arguments and its module's attributes; the
    word of the input, names that mean something, and those arguments of the constructor that have
    no default."""

    types: Sequence[TensorType | None]
    later: Sequence[Sequence[TensorType]]
    constructors: Sequence[Mapping[str, Any]]
    attributes: Sequence[Mapping[str, Any]]
    word: str
    taken: Collection[str]
    required: Collection[str]


class Parameters:
    """Finds a text for each column: a size of the input, a parameter, or a multiple of one."""

    def __init__(self, facts: Facts, columns: Sequence[tuple[Column, str]]) -> None:
        self.facts = facts
        self.reads_input = False
        self.chosen: list[Parameter] = []
        self.texts = [self._text(column, hint) for column, hint in columns]
        for parameter in self.chosen:
            parameter.default = self._default(parameter)
        self.chosen.sort(key=lambda p: (p.default is not None, p.order))

    def _default(self, parameter: Parameter) -> s.Expr | None:
        """The value that most bodies have, unless the constructor demands an argument."""
        values = [v for v in parameter.column if v is not None]
        value, count = Counter(values).most_common(1)[0]
        if isinstance(value, s.NamedConstant):
            return value
        if tree.far_path(value) is not None:
            return None
        common = 2 * count > len(values) and len(set(values)) > 1
        return value if common and parameter.name not in self.facts.required else None

    def declared(self) -> tuple[s.Parameter, ...]:
        return tuple(s.Parameter(p.name, p.default, span=tree.NOWHERE) for p in self.chosen)

    def arguments(self, at: int) -> list[tuple[str, s.Expr]]:
        """The arguments of a body that are not the defaults."""
        given = []
        for parameter in self.chosen:
            filled = [v for v in (parameter.column[at], parameter.default, *parameter.column) if v]
            value = filled[0]  # a body that does not read it takes any that it can see
            if parameter.column[at] is None and tree.far_path(value) is not None:
                value = tree.literal(None)
            if parameter.default is None or not same(value, parameter.default):
                given.append((parameter.name, value))
        return given

    def filled(self, node: Any) -> Any:
        """A tree with the texts of the columns in their places."""
        return tree.mapped(node, self._fill)

    def _fill(self, node: s.SyntaxNode) -> s.SyntaxNode:
        if isinstance(node, s.Name) and node.id.startswith(HOLE):
            return self.texts[int(node.id.removeprefix(HOLE))]
        return node

    # --- from columns to texts --------------------------------------------------------------

    def _text(self, column: Column, hint: str) -> s.Expr:
        times = _may_be_multiple(hint)
        size = None if hint.rstrip("0123456789") in NO_SIZES else self._size(column, times)
        if size is not None:
            self.reads_input = True
            return size
        for parameter in self.chosen:
            text = in_terms(column, parameter.column, tree.name(parameter.name), times)
            if text is not None:
                return text
        for order, (name, values) in enumerate(self._known(column)):
            text = in_terms(column, values, tree.name(name), times)
            if text is not None and not self._is_taken(name):
                self.chosen.append(Parameter(name, values, order))
                return text
        name = self._free("rate" if hint == "p" and _ints(column) is None else hint)
        self.chosen.append(Parameter(name, column, 1000 + len(self.chosen)))
        return tree.name(name)

    def _free(self, hint: str) -> str:
        stem = hint.split(".")[-1].strip("_")
        stem = stem if stem.isidentifier() else "value"
        stem = {"out": "width"}.get(stem, stem)
        if self._is_taken(stem) and stem in layers():
            stem = f"with_{stem}"
        return next(
            n for n in (stem, *(f"{stem}{i}" for i in range(2, 999))) if not self._is_taken(n)
        )

    def _is_taken(self, name: str) -> bool:
        chosen = {p.name for p in self.chosen}
        return name in chosen or name in self.facts.taken or not tree.is_free(name)

    def _size(self, column: Column, times: bool) -> s.Expr | None:
        """A size of the first input: ``x.c``, ``2 * x.d``."""
        types = [t for t in self.facts.types if t is not None]
        if _ints(column) is None or len(types) < len(self.facts.types):
            return None
        if len({t.rank for t in types}) > 1:
            return None
        for attribute, axis in _AXES.get(types[0].rank, ()):
            sizes = [t.shape[axis] for t in types]
            if len(set(sizes)) == 1 or not all(isinstance(d, int) for d in sizes):
                continue
            pairs = zip(sizes, self.facts.later, strict=True)
            if any(_size_of(t, attribute) != size for size, later in pairs for t in later):
                continue
            values = tuple(map(tree.literal, sizes))
            text = s.Attribute(tree.name(self.facts.word), attribute, span=tree.NOWHERE)
            found = in_terms(column, values, text, times)
            if found is not None:
                return found
        return None

    def _known(self, column: Column) -> Iterator[tuple[str, Column]]:
        """Literals and shared modules that the constructor has got, and for a flag those among the
        attributes."""
        rows = [self.facts.constructors]
        if all(isinstance(v, s.NamedConstant) for v in column if v is not None):
            rows.append(self.facts.attributes)
        for row in rows:
            for name in row[0]:
                values = [values.get(name) for values in row]
                plain = all(isinstance(v, int | float | bool | str | s.Text) for v in values)
                if plain and name.isidentifier() and not name.startswith("_"):
                    yield name, tuple(map(tree.literal, values))


def _size_of(type_: TensorType, attribute: str) -> object:
    """What ``x.c`` or ``x.d`` is for a tensor; None if it is an error."""
    if attribute == "c":
        return type_.shape[1] if type_.rank >= 3 else None
    return type_.shape[-1] if type_.rank else None


_AXES: Final = {3: (("d", -1),), 4: (("c", 1), ("d", -1)), 5: (("c", 1), ("d", -1))}
"""By rank: attributes of a tensor that are sizes of channels or features, with their axes."""


def _may_be_multiple(hint: str) -> bool:
    """Whether a setting may be a multiple of another number: a width, or the padding of a kernel.
    Other numbers, as those of heads, are in such a relation by chance."""
    return any(part in hint for part in _WIDTHS)


def _ints(column: Column) -> list[int | None] | None:
    """A column of whole numbers as such; None if it has anything else."""
    values: list[int | None] = []
    for node in column:
        if node is None:
            values.append(None)
        elif isinstance(node, s.Number) and isinstance(node.value, int):
            values.append(node.value)
        else:
            return None
    return values


def in_terms(column: Column, known: Column, text: s.Expr, times: bool = True) -> s.Expr | None:
    """A column in terms of a known one: equal to it, or with ``times`` a multiple, a part, or half
    of it rounded."""
    pairs = [(c, k) for c, k in zip(column, known, strict=True) if c is not None]
    if all(k is not None and same(c, k) for c, k in pairs):
        return text
    ours, theirs = _ints(column), _ints(known)
    if ours is None or theirs is None or not times:
        return None
    numbers = [(c, k) for c, k in zip(ours, theirs, strict=True) if c is not None and k is not None]
    if len(numbers) < len(pairs) or len({k for _, k in numbers}) == 1:
        return None
    if any(k <= 0 or c < 0 for c, k in numbers):
        return None
    return _multiple(numbers, text)


def _multiple(numbers: Sequence[tuple[int, int]], text: s.Expr) -> s.Expr | None:
    for factor in range(2, MOST_TIMES + 1):
        if all(c == factor * k for c, k in numbers):
            return tree.binary("*", tree.number(factor), text)
        exact = all(c * factor == k for c, k in numbers)
        if exact or (factor == 2 and all(c == k // 2 for c, k in numbers)):
            return tree.binary("//", text, tree.number(factor))
    return None
