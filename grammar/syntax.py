"""The syntax tree: frozen nodes, each with its span.

Spans are not compared, so two texts that differ only in layout have equal trees.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from .record import Record, field, positional
from .source import Span


class Node(Record):
    span: Span = field(kw_only=True, compare=False, repr=False)


# --- expressions ---------------------------------------------------------------------------


class Number(Node):
    value: int | float


class Constant(Node):
    """``true``, ``false`` or ``none``."""

    value: bool | None


class Text(Node):
    """A string; ``"layer{i + 1}"`` has the parts ``"layer"`` and the expression ``i + 1``."""

    parts: tuple[str | Expr, ...]


class Dims(Node):
    """``3x3``: a list of numbers written with ``x``."""

    values: tuple[int, ...]


class Name(Node):
    id: str


class List(Node):
    items: tuple[Expr, ...]


class Comprehension(Node):
    """``[element for pattern in iterable if condition]``."""

    element: Expr
    pattern: Pattern
    iterable: Expr
    condition: Expr | None


class Attribute(Node):
    value: Expr
    name: str


class Slice(Node):
    """``start:stop:step`` inside an index."""

    start: Expr | None
    stop: Expr | None
    step: Expr | None


class Ellipsis(Node):
    """``...`` inside an index."""


class Index(Node):
    """``value[items]``; each item is an expression, a slice or ``...``."""

    value: Expr
    items: tuple[Expr | Slice | Ellipsis, ...]


class Setting(Node):
    """``name=value`` in a call."""

    name: str
    value: Expr


class Call(Node):
    function: Expr
    arguments: tuple[Expr, ...]
    settings: tuple[Setting, ...]


class Unary(Node):
    operator: Literal["-", "not"]
    operand: Expr


BinaryOperator: TypeAlias = Literal[
    "or",
    "and",
    ">",
    "<",
    ">=",
    "<=",
    "==",
    "!=",
    "in",
    "not in",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "@",
    "**",
]


class Binary(Node):
    """An operator with two operands. Whether ``>`` is the pipe or a comparison depends on values.

    ``operator_span`` is the place of the operator itself.
    """

    operator: BinaryOperator
    left: Expr
    right: Expr
    operator_span: Span = field(kw_only=True, compare=False, repr=False)


class Conditional(Node):
    """``then if condition else otherwise``."""

    condition: Expr
    then: Expr
    otherwise: Expr


class LabelName(Node):
    """``stem``, ``layer[i]``, ``"layer{i + 1}"``, ``_``: a name (or text) and its indices."""

    name: str | Text
    indices: tuple[Expr, ...] = ()


class Labelled(Node):
    """``body as label``."""

    body: Expr
    label: LabelName


class Paren(Node):
    """``(body)``. The tree keeps it, since names of modules and some warnings depend on it."""

    body: Expr


class For(Node):
    """``for pattern in iterable { body }``: a statement if it only assigns, else a network."""

    pattern: Pattern
    iterable: Expr
    body: tuple[Statement, ...]


class Broken(Node):
    """An expression that does not parse. Its error is reported already; its value is unknown."""


class Names(Node):
    """A nested pattern: ``i, (t, c, n)``."""

    items: tuple[Pattern, ...]


# --- statements ----------------------------------------------------------------------------


class Assign(Node):
    """``a = value``, ``y, h, c = value``."""

    target: Pattern
    value: Expr


class ExpressionStatement(Node):
    value: Expr


class Require(Node):
    condition: Expr
    message: Expr | None


class Default(Node):
    """``default conv(bias=false)``."""

    layer: str
    settings: tuple[Setting, ...]
    layer_span: Span = field(kw_only=True, compare=False, repr=False)


class Share(Node):
    name: str
    value: Expr
    name_span: Span = field(kw_only=True, compare=False, repr=False)


class Parameter(Node):
    name: str
    default: Expr | None


class Port(Node):
    """``x``, ``x[T, d] int``; an output may have no name (``name`` is empty)."""

    name: str
    shape: tuple[Expr, ...] | None
    dtype: str | None


class Block(Node):
    """``block`` or ``net``: ``name(parameters): inputs -> outputs { body }``.

    ``inputs`` is ``None`` if there is no colon: the body is then a network expression.
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
    name_span: Span = field(kw_only=True, compare=False, repr=False)


class Import(Node):
    """``import a.b`` (``alias`` None), ``import a.b as c``."""

    module: str
    alias: str | None


class FromImport(Node):
    """``from a.b import c, d as e``: pairs of name and alias."""

    module: str
    names: tuple[tuple[str, str | None], ...]


class File(Node):
    """``lost`` are the words of statements that do not parse. Such a statement may define any of
    them; if its name is missing, ``lost`` has ``""`` and it may define any name."""

    statements: tuple[Statement, ...]
    lost: frozenset[str] = field(default=frozenset(), compare=False, repr=False, kw_only=True)


Expr: TypeAlias = (
    Number
    | Constant
    | Text
    | Dims
    | Name
    | List
    | Comprehension
    | Attribute
    | Index
    | Call
    | Unary
    | Binary
    | Conditional
    | Labelled
    | Paren
    | For
    | Broken
)
Pattern: TypeAlias = Name | Names
Statement: TypeAlias = (
    Assign | ExpressionStatement | Require | Default | Share | Block | Import | FromImport
)


# --- walking -------------------------------------------------------------------------------


def children(node: Node) -> list[Node]:
    """The nodes directly below a node."""
    nodes: list[Node] = []
    for name in positional(node):
        value = getattr(node, name)
        if value.__class__ is tuple:
            nodes += [item for item in value if isinstance(item, Node)]
        elif isinstance(value, Node):
            nodes.append(value)
    return nodes
