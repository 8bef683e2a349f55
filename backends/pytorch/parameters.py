"""Parameters of a class: the numbers in which instances of its block differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ...compiler.ir import Graph
from ...compiler.lowering import Code, Infix, Raw
from ...compiler.reserved import MODULE_ATTRIBUTES, PRIVATE_ATTRIBUTES
from ...grammar.record import Record, alike
from ..python.identifiers import numbered, variable
from ..python.method_statements import is_literal

USUAL: Final[Mapping[str, Any]] = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "output_padding": 0,
    "bias": True,
}
"""These parameters have this default, if some instance has this value."""

Column: TypeAlias = tuple[Any, ...]
"""A value for each instance."""


class ClassParameter(Record):
    """``default`` is empty, or the default alone."""

    name: str
    hint: str
    default: tuple[Any, ...] = ()


class Parameters:
    """Chooses the parameters of a class, and the expressions over them for all its numbers."""

    def __init__(self, graphs: Sequence[Graph], attributes: Iterable[str]) -> None:
        self.taken = {*attributes, *MODULE_ATTRIBUTES, *PRIVATE_ATTRIBUTES, "module", "name"}
        self.columns: dict[str, Column] = {}
        self.defaults: dict[str, tuple[Any, ...]] = {}
        self.origins: dict[str, str] = {}
        self.arguments = _arguments(graphs)
        sizes = _input_sizes(graphs)
        self.inputs = {f"in_{k}" if k in self.arguments else k: v for k, v in sizes.items()}

    def code(self, column: Column, hint: str) -> Code:
        """The code of a number: a literal if it is the same in all instances, else a parameter or
        an expression over parameters. ``column`` has its value in each instance."""
        if all(alike(value, column[0]) for value in column):
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

    def equal(self, columns: Mapping[str, Column], column: Column, hint: str) -> Code | None:
        """A parameter named like the first of the columns that is equal, or None."""
        names = (name for name, values in columns.items() if _equal(values, column))
        name = next(names, None)
        return None if name is None else self.add(name, column, hint)

    def chosen(self, column: Column) -> Code | None:
        """The parameter that was given these values before, or None."""
        return next((Raw(n) for n, chosen in self.columns.items() if _equal(chosen, column)), None)

    def add(self, wish: str, column: Column, hint: str = "") -> Raw:
        """A parameter: the one with this wanted name and these values, or else a new one."""
        for name, origin in self.origins.items():
            if origin == wish and _equal(self.columns[name], column):
                return Raw(name)
        name = numbered(variable(wish), {*self.columns, *self.taken})
        self.origins[name] = wish
        self.columns[name] = column
        usual = USUAL.get(hint)
        if any(alike(value, usual) for value in column):
            self.defaults[name] = (usual,)
        return Raw(name)

    def derived(self, numbers: Mapping[str, Column], column: Column) -> Code | None:
        """``width * 4``, ``in_channels // 2``, ``in_channels + growth``, or None."""
        varying = {k: v for k, v in numbers.items() if _varies(v)}
        if not all(type(v) is int for v in column):
            return None
        for name, base in varying.items():
            ratio = _ratio(column, base)
            if ratio:
                return Infix("*", self.reference(name, base), ratio)
            ratio = _ratio(base, column)
            if ratio:
                return Infix("//", self.reference(name, base), ratio)
        for name, base in varying.items():
            for other, step in varying.items():
                if name < other and _equal(
                    tuple(a + b for a, b in zip(base, step, strict=True)), column
                ):
                    return Infix("+", self.reference(name, base), self.reference(other, step))
        return None

    def reference(self, name: str, column: Column) -> Code:
        """The code of an argument or of the input's size."""
        return self.code(column, name)

    def ordered(self) -> tuple[list[ClassParameter], list[str]]:
        """All parameters, and their names: the input's size first, then the block's own in its
        order, those with defaults last."""
        wanted = [*self.inputs, *self.arguments]
        places = {name: i for i, name in enumerate(wanted)}

        def place(name: str) -> tuple[bool, int]:
            return name in self.defaults, places.get(self.origins[name], len(places))

        order = sorted(self.columns, key=place)
        parameters = [
            ClassParameter(n, _hint(self.columns[n]), self.defaults.get(n, ())) for n in order
        ]
        return parameters, order


def _arguments(graphs: Sequence[Graph]) -> dict[str, Column]:
    """The block's parameters that are literals in every instance."""
    columns: dict[str, Column] = {}
    for name, _ in graphs[0].arguments:
        column = tuple(_plain(dict(g.arguments).get(name)) for g in graphs)
        if all(is_literal(v) and v is not None for v in column):
            columns[name] = column
    return columns


def _plain(value: object) -> object:
    """The value as constructors take it: a list is a tuple, or one item if all are equal (``3x3``
    is ``3``)."""
    if not isinstance(value, list):
        return value
    items = tuple(map(_plain, value))
    return items[0] if items and all(alike(i, items[0]) for i in items) else items


def _input_sizes(graphs: Sequence[Graph]) -> dict[str, Column]:
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


def _varies(column: Column) -> bool:
    return all(type(v) is int for v in column) and len(set(column)) > 1


def _equal(a: Column, b: Column) -> bool:
    return all(alike(x, y) for x, y in zip(a, b, strict=True))


def _ratio(column: Column, base: Column) -> int:
    """The ``k`` > 1 for which the column is ``k`` times the base, or 0 if there is none."""
    if not all(base):
        return 0
    k = int(column[0] // base[0])
    return k if k > 1 and all(c == b * k for c, b in zip(column, base, strict=True)) else 0


def _hint(column: Column) -> str:
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
