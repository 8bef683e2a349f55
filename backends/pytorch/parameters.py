"""Numbers in which instances of one block differ, as parameters of its class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ...compiler.ir import Graph
from ...compiler.lowering import Code, Infix, Raw
from ...compiler.reserved import MODULE_ATTRIBUTES, PRIVATE_ATTRIBUTES
from ...grammar.record import Record
from ..python.identifiers import numbered, variable
from ..python.statements import is_literal

USUAL: Final[Mapping[str, Any]] = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "output_padding": 0,
    "bias": True,
}
"""Parameters that have a default where some instance has this value."""

Row: TypeAlias = tuple[Any, ...]
"""One number for each instance."""


class Parameter(Record):
    """``default`` is empty, or the default alone."""

    name: str
    hint: str
    default: tuple[Any, ...] = ()


class Parameters:
    """Chooses the parameters of a class, and how its numbers follow from them."""

    def __init__(self, graphs: Sequence[Graph], attributes: Iterable[str]) -> None:
        self.taken = {*attributes, *MODULE_ATTRIBUTES, *PRIVATE_ATTRIBUTES, "module", "name"}
        self.columns: dict[str, Row] = {}
        self.defaults: dict[str, tuple[Any, ...]] = {}
        self.origins: dict[str, str] = {}
        self.arguments = _arguments(graphs)
        sizes = _input_sizes(graphs)
        self.inputs = {f"in_{k}" if k in self.arguments else k: v for k, v in sizes.items()}

    def code(self, column: Row, hint: str) -> Code:
        """A literal that all share, a parameter, or an expression over parameters."""
        if all(same(value, column[0]) for value in column):
            return column[0]
        own, inputs = self.arguments, self.inputs
        takes_input = hint.startswith("in_")
        return (
            self.equal(own, column, hint)
            or (takes_input and self.equal(inputs, column, hint))
            or self.derived(own, column)
            or self.equal(inputs, column, hint)
            or self.chosen(column)
            or self.derived(own | inputs, column)
            or self.add(hint or "value", column, hint)
        )

    def equal(self, known: Mapping[str, Row], column: Row, hint: str) -> Code | None:
        """A known number that is the same in every instance, as a parameter."""
        names = (name for name, values in known.items() if _equal(values, column))
        name = next(names, None)
        return None if name is None else self.add(name, column, hint)

    def chosen(self, column: Row) -> Code | None:
        """A parameter that has these numbers already."""
        return next((Raw(n) for n, known in self.columns.items() if _equal(known, column)), None)

    def add(self, wish: str, column: Row, hint: str = "") -> Raw:
        """A parameter: the one of this name and numbers if there is one, else a new one."""
        for name, origin in self.origins.items():
            if origin == wish and _equal(self.columns[name], column):
                return Raw(name)
        name = numbered(variable(wish), {*self.columns, *self.taken})
        self.origins[name] = wish
        self.columns[name] = column
        usual = USUAL.get(hint)
        if any(same(value, usual) for value in column):
            self.defaults[name] = (usual,)
        return Raw(name)

    def derived(self, numbers: Mapping[str, Row], column: Row) -> Code | None:
        """``width * 4``, ``in_channels // 2``, ``in_channels + growth``."""
        known = {k: v for k, v in numbers.items() if _varies(v)}
        if not all(type(v) is int for v in column):
            return None
        for name, base in known.items():
            ratio = _ratio(column, base)
            if ratio:
                return Infix("*", self.known(name, base), ratio)
            ratio = _ratio(base, column)
            if ratio:
                return Infix("//", self.known(name, base), ratio)
        for name, base in known.items():
            for other, step in known.items():
                if name < other and _equal(
                    tuple(a + b for a, b in zip(base, step, strict=True)), column
                ):
                    return Infix("+", self.known(name, base), self.known(other, step))
        return None

    def known(self, name: str, column: Row) -> Code:
        """An argument or input size as a parameter."""
        return self.code(column, name)

    def ordered(self) -> tuple[list[Parameter], list[str]]:
        """The input's size first, then the block's own in its order, defaults last."""
        wanted = [*self.inputs, *self.arguments]
        places = {name: i for i, name in enumerate(wanted)}

        def place(name: str) -> tuple[bool, int]:
            return name in self.defaults, places.get(self.origins[name], len(places))

        order = sorted(self.columns, key=place)
        parameters = [Parameter(n, _hint(self.columns[n]), self.defaults.get(n, ())) for n in order]
        return parameters, order


def _arguments(graphs: Sequence[Graph]) -> dict[str, Row]:
    """The block's parameters that are numbers in every instance."""
    columns: dict[str, Row] = {}
    for name, _ in graphs[0].arguments:
        column = tuple(_plain(dict(g.arguments).get(name)) for g in graphs)
        if all(is_literal(v) and v is not None for v in column):
            columns[name] = column
    return columns


def _plain(value: object) -> object:
    """Lists as tuples, but ``3x3`` as ``3``, the way constructors are given it."""
    if not isinstance(value, list):
        return value
    items = tuple(map(_plain, value))
    return items[0] if items and all(same(i, items[0]) for i in items) else items


def _input_sizes(graphs: Sequence[Graph]) -> dict[str, Row]:
    """The channels (or features) of the first input."""
    if not graphs[0].inputs:
        return {}
    shapes = [g.inputs[0].type.shape for g in graphs]
    rank = len(shapes[0])
    if rank < 2 or any(len(s) != rank for s in shapes):
        return {}
    column = tuple(s[1] if rank > 3 else s[-1] for s in shapes)
    name = {2: "in_features", 3: "dim"}.get(rank, "in_channels")
    return {name: column}


def _varies(column: Row) -> bool:
    return all(type(v) is int for v in column) and len(set(column)) > 1


def _equal(a: Row, b: Row) -> bool:
    return all(same(x, y) for x, y in zip(a, b, strict=True))


def _ratio(column: Row, base: Row) -> int:
    """``k`` > 1 where the column is the base ``k`` times; else 0."""
    if not all(base):
        return 0
    k = int(column[0] // base[0])
    return k if k > 1 and all(c == b * k for c, b in zip(column, base, strict=True)) else 0


def _hint(column: Row) -> str:
    return " | ".join(dict.fromkeys(_hint_of(v) for v in sorted(column, key=_rank)))


def _rank(value: object) -> int:
    return value is None


def _hint_of(value: object) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple | list):
        items = [_hint_of(v) for v in value]
        return (
            f"{type(value).__name__}[{', '.join(items) if isinstance(value, tuple) else items[0]}]"
        )
    return type(value).__name__


def same(a: Any, b: Any) -> bool:
    """Whether two literals are: ``1`` is not ``True``."""
    return type(a) is type(b) and bool(a == b)
