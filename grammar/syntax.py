"""The syntax tree: frozen nodes, each with its span.

Spans are not compared, so two texts that differ only in layout have equal trees.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from .record import Record, field, positional
from .source import Span


class SyntaxNode(Record):
    span: Span = field(kw_only=True, compare=False, repr=False)


# --- expressions ---------------------------------------------------------------------------


class Number(SyntaxNode):
    value: int | float


class NamedConstant(SyntaxNode):
    """``true``, ``false`` or ``none``."""

    value: bool | None


class Text(SyntaxNode):
    """A string; ``"layer{i + 1}"`` has the parts ``"layer"`` and the expression ``i + 1``."""

    parts: tuple[str | Expr, ...]


class Dims(SyntaxNode):
    """``3x3``: a list of numbers written with ``x``."""

    values: tuple[int, ...]


class Name(SyntaxNode):
    id: str


class List(SyntaxNode):
    items: tuple[Expr, ...]


class Comprehension(SyntaxNode):
    """``[element for pattern in iterable if condition]``; the clauses are nested, as in Python."""

    element: Expr
    clauses: tuple[Clause, ...]


class Clause(SyntaxNode):
    """``for pattern in iterable if condition if condition`` in a comprehension."""

    pattern: Pattern
    iterable: Expr
    conditions: tuple[Expr, ...]


class Attribute(SyntaxNode):
    """``value.name``; a text with values in it is a ``Text``: ``value."block{i}-0"``."""

    value: Expr
    name: str | Text


class Slice(SyntaxNode):
    """``start:stop:step`` inside an index."""

    start: Expr | None
    stop: Expr | None
    step: Expr | None


class Ellipsis(SyntaxNode):
    """``...`` inside an index."""


class Indexed(SyntaxNode):
    """``value[items]``; each item is an expression, a slice or ``...``."""

    value: Expr
    items: tuple[Expr | Slice | Ellipsis, ...]


class Setting(SyntaxNode):
    """``name=value`` in a call."""

    name: str
    value: Expr


class Call(SyntaxNode):
    function: Expr
    arguments: tuple[Expr, ...]
    settings: tuple[Setting, ...]


class Unary(SyntaxNode):
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


class Binary(SyntaxNode):
    """An operator with two operands. Whether ``>`` is the pipe or a comparison depends on values.

    ``operator_span`` is the place of the operator itself.
    """

    operator: BinaryOperator
    left: Expr
    right: Expr
    operator_span: Span = field(kw_only=True, compare=False, repr=False)


class Conditional(SyntaxNode):
    """``then if condition else otherwise``."""

    condition: Expr
    then: Expr
    otherwise: Expr


class LabelName(SyntaxNode):
    """``stem``, ``layer[i]``, ``"layer{i + 1}"``, ``_``: a name (or text) and its indices."""

    name: str | Text
    indices: tuple[Expr, ...] = ()


class Labelled(SyntaxNode):
    """``body as label``."""

    body: Expr
    label: LabelName


class Paren(SyntaxNode):
    """``(body)``. The tree keeps it, since names of modules and some warnings depend on it."""

    body: Expr


class For(SyntaxNode):
    """``for pattern in iterable { body }``: a statement if it only assigns, else a network."""

    pattern: Pattern
    iterable: Expr
    body: tuple[Statement, ...]


class Broken(SyntaxNode):
    """An expression that does not parse. Its error is reported already; its value is unknown."""


class Names(SyntaxNode):
    """A nested pattern: ``i, (t, c, n)``."""

    items: tuple[Pattern, ...]


# --- statements ----------------------------------------------------------------------------


class Assign(SyntaxNode):
    """``a = value``, ``y, h, c = value``."""

    target: Pattern
    value: Expr


class ExpressionStatement(SyntaxNode):
    value: Expr


class Require(SyntaxNode):
    condition: Expr
    message: Expr | None


class Default(SyntaxNode):
    """``default conv(bias=false)``."""

    layer: str
    settings: tuple[Setting, ...]
    layer_span: Span = field(kw_only=True, compare=False, repr=False)


class Share(SyntaxNode):
    """``share enc = value``; with an index a member of a family: ``share enc[i] = value``."""

    name: str
    value: Expr
    index: Expr | None = None
    name_span: Span = field(kw_only=True, compare=False, repr=False)


class Parameter(SyntaxNode):
    name: str
    default: Expr | None


class DeclaredPort(SyntaxNode):
    """``x``, ``x[T, d] int``; an output may have no name (``name`` is empty).

    ``x[H=224]`` has the shape ``H`` and the default ``H=224``. ``*xs`` takes all remaining tensors.
    """

    name: str
    shape: tuple[Expr, ...] | None
    dtype: str | None
    defaults: tuple[Setting, ...] = ()
    many: bool = False


class Block(SyntaxNode):
    """``block`` or ``net``: ``name(parameters): inputs -> outputs { body }``.

    ``inputs`` is ``None`` if there is no colon: the body is then a network expression. It is empty
    for a source, ``block table(n): () { ... }``.
    ``block f = expr`` and ``net f = expr`` have ``body == (ExpressionStatement(expr),)`` and
    ``braced == False``.
    """

    kind: Literal["block", "net", "extern"]
    name: str
    parameters: tuple[Parameter, ...]
    inputs: tuple[DeclaredPort, ...] | None
    outputs: tuple[DeclaredPort, ...] | None
    body: tuple[Statement, ...]
    braced: bool
    documentation: str
    name_span: Span = field(kw_only=True, compare=False, repr=False)


class Extern(Block):
    """``extern name(parameters): inputs -> outputs = "module:Class", params=..., macs=...``.

    It is a block whose body is a class in Python; its ``body`` here is empty.

    ``target`` is ``""`` if it is wrong, which is reported already.
    """

    target: str
    params: Expr | None
    macs: Expr | None
    target_span: Span = field(kw_only=True, compare=False, repr=False)


class Import(SyntaxNode):
    """``import a.b`` (``alias`` None), ``import a.b as c``."""

    module: str
    alias: str | None


class FromImport(SyntaxNode):
    """``from a.b import c, d as e``: pairs of name and alias."""

    module: str
    names: tuple[tuple[str, str | None], ...]


class File(SyntaxNode):
    """``lost`` are the words of statements that do not parse. Such a statement may define any of
    them; if its name is missing, ``lost`` has ``""`` and it may define any name."""

    statements: tuple[Statement, ...]
    lost: frozenset[str] = field(default=frozenset(), compare=False, repr=False, kw_only=True)


Expr: TypeAlias = (
    Number
    | NamedConstant
    | Text
    | Dims
    | Name
    | List
    | Comprehension
    | Attribute
    | Indexed
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

LEAVES: Final = frozenset({Name, Number, Dims, NamedConstant})
"""Nodes without nodes below them."""


def children(node: SyntaxNode) -> list[SyntaxNode]:
    """The nodes directly below a node."""
    nodes: list[SyntaxNode] = []
    if node.__class__ in LEAVES:
        return nodes
    for name in positional(node):
        value = getattr(node, name)
        if value.__class__ is tuple:
            nodes += [item for item in value if isinstance(item, SyntaxNode)]
        elif isinstance(value, SyntaxNode):
            nodes.append(value)
    return nodes


def all_nodes(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """A node and all nodes below it, in the order of the text."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)[::-1]


def all_names(node: SyntaxNode) -> Iterator[Name]:
    """The names in a node, in the order of the text."""
    return (inner for inner in all_nodes(node) if isinstance(inner, Name))
