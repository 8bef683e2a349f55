"""The syntax tree: frozen nodes, each with its span.

Spans take no part in comparison, so two texts that differ in layout alone have equal trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal, TypeAlias

from .source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(compare=False, repr=False)


# --- expressions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: int | float


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """``true``, ``false`` or ``none``."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string; ``"layer{i + 1}"`` has the parts ``"layer"`` and the expression ``i + 1``."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Dims(Node):
    """``3x3``: a list of numbers written with ``x``."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True)
class List(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """``[element for pattern in iterable if condition]``."""

    element: Expr
    pattern: Pattern
    iterable: Expr
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    value: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """``start:stop:step`` inside an index."""

    start: Expr | None
    stop: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class Ellipsis(Node):
    """``...`` inside an index."""


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``value[items]``; each item an expression, a slice or ``...``."""

    value: Expr
    items: tuple[Expr | Slice | Ellipsis, ...]


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """``name=value`` in a call."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Expr
    arguments: tuple[Expr, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: Literal["-", "not"]
    operand: Expr


BinaryOperator: TypeAlias = Literal[
    "or", "and", ">", "<", ">=", "<=", "==", "!=", "in", "not in",
    "+", "-", "*", "/", "//", "%", "@", "**",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Any two-sided operator; ``>`` is the pipe or a comparison, which the values decide.

    ``operator_span`` is the operator's own place.
    """

    operator: BinaryOperator
    left: Expr
    right: Expr
    operator_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``then if condition else otherwise``."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class LabelName(Node):
    """``stem``, ``layer[i]``, ``"layer{i + 1}"``, ``_``: a name (or text) and its indices."""

    name: str | Text
    indices: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled(Node):
    """``body as label``."""

    body: Expr
    label: LabelName


@dataclass(frozen=True, slots=True)
class Paren(Node):
    """``(body)``: kept, since naming and some traps depend on it."""

    body: Expr


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for pattern in iterable { body }``: a statement if it only assigns, else a network."""

    pattern: Pattern
    iterable: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Names(Node):
    """A nested pattern: ``i, (t, c, n)``."""

    items: tuple[Pattern, ...]


# --- statements ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """``a = value``, ``y, h, c = value``."""

    target: Pattern
    value: Expr


@dataclass(frozen=True, slots=True)
class ExpressionStatement(Node):
    value: Expr


@dataclass(frozen=True, slots=True)
class Require(Node):
    condition: Expr
    message: Expr | None


@dataclass(frozen=True, slots=True)
class Default(Node):
    """``default conv(bias=false)``."""

    layer: str
    settings: tuple[Setting, ...]
    layer_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Share(Node):
    name: str
    value: Expr
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Port(Node):
    """``x``, ``x[T, d] int``; an output may go unnamed (``name`` is empty)."""

    name: str
    shape: tuple[Expr, ...] | None
    dtype: str | None


@dataclass(frozen=True, slots=True)
class Block(Node):
    """``block`` or ``net``: ``name(parameters): inputs -> outputs { body }``.

    ``inputs`` is ``None`` where no colon was written: the body is then a network expression.
    ``block f = expr`` and ``net f = expr`` have ``body == (ExpressionStatement(expr),)`` and
    ``braced == False``.
    """

    kind: Literal["block", "net"]
    name: str
    parameters: tuple[Parameter, ...]
    inputs: tuple[Port, ...] | None
    outputs: tuple[Port, ...] | None
    body: tuple[Statement, ...]
    braced: bool
    documentation: str
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Import(Node):
    """``import a.b`` (``alias`` None), ``import a.b as c``."""

    module: str
    alias: str | None


@dataclass(frozen=True, slots=True)
class FromImport(Node):
    """``from a.b import c, d as e``: pairs of name and alias."""

    module: str
    names: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class File(Node):
    statements: tuple[Statement, ...]


Expr: TypeAlias = (
    Number | Constant | Text | Dims | Name | List | Comprehension | Attribute | Index | Call
    | Unary | Binary | Conditional | Labelled | Paren | For
)  # fmt: skip
Pattern: TypeAlias = Name | Names
Statement: TypeAlias = (
    Assign | ExpressionStatement | Require | Default | Share | Block | Import | FromImport
)


# --- walking -------------------------------------------------------------------------------

_NOT_CHILDREN = {"span", "operator_span", "layer_span", "name_span"}


_CHILD_FIELDS: dict[type[Node], tuple[str, ...]] = {}


def _child_fields(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _CHILD_FIELDS:
        names = (f.name for f in fields(kind))
        _CHILD_FIELDS[kind] = tuple(name for name in names if name not in _NOT_CHILDREN)
    return _CHILD_FIELDS[kind]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node."""
    for name in _child_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))
