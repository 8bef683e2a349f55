"""Short constructors for the syntax that the importer writes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final

from ...compiler.layers import layers
from ...grammar import syntax as s
from ...grammar.record import positional
from ...grammar.source import Source, Span
from ...grammar.tables import KEYWORDS

NOWHERE: Final = Span(Source("an imported model", ""), 0, 0)
"""The place of syntax that nobody has written yet."""


LIBRARY: Final = "blocks.windows"
"""The shipped spec with the blocks that formulas call."""
BLOCKS: Final[Mapping[str, Mapping[str, int | None]]] = {
    "class_offsets": {"h": None, "w": None},
    "distances": {"side": None, "step": 1},
    "shift_mask": {"size": None, "shift": None, "h": None, "w": None},
    "shift_mask_3d": {"size": None, "shift": None, "parts": None},
}
"""These blocks, with their parameters and the defaults of these."""

RESERVED: Final = frozenset(
    {*KEYWORDS, *BLOCKS, "id", "input", "scan", "N", "block", "net", "extern"}
)
"""Words that name nothing else."""


def is_free(word: str) -> bool:
    """Whether a word means nothing in the language, so that it can be a name."""
    return word not in layers() and word not in RESERVED


def new_word(words: Sequence[str], taken: Container[str]) -> str:
    """The first of some words that is not taken, else the first one with a number."""
    numbered = (f"{words[0]}{number}" for number in count(2))
    return next(word for word in chain(words, numbered) if word not in taken)


def name(word: str) -> s.Name:
    return s.Name(word, span=NOWHERE)


def number(value: float) -> s.Number:
    return s.Number(value, span=NOWHERE)


def literal(value: object) -> s.Expr:
    """A number, a word, true, false, none, or a list of them, as syntax."""
    if value is None or isinstance(value, bool):
        return s.NamedConstant(value, span=NOWHERE)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return s.Text((value,), span=NOWHERE)
    if isinstance(value, list | tuple):
        return s.List(tuple(map(literal, value)), span=NOWHERE)
    assert isinstance(value, s.SyntaxNode)
    return value  # type: ignore[return-value]


def binary(operator: s.BinaryOperator, left: s.Expr, right: s.Expr) -> s.Binary:
    return s.Binary(operator, left, right, span=NOWHERE, operator_span=NOWHERE)


def pipe(*members: s.Expr) -> s.Expr:
    """``a > b > c``."""
    result, *others = members
    for member in others:
        result = binary(">", result, member)
    return result


def members(expression: s.Expr) -> list[s.Expr]:
    """The members of a pipe; the expression alone if it is none."""
    found: list[s.Expr] = []
    while isinstance(expression, s.Binary) and expression.operator == ">":
        found.append(expression.right)
        expression = expression.left
    return [expression, *reversed(found)]


def call(
    function: str, arguments: Iterable[s.Expr] = (), settings: Iterable[tuple[str, s.Expr]] = ()
) -> s.Expr:
    """``f(a, b=c)``; ``f`` without arguments."""
    given, named = tuple(arguments), tuple(s.Setting(n, v, span=NOWHERE) for n, v in settings)
    if not given and not named:
        return name(function)
    return s.Call(name(function), given, named, span=NOWHERE)


def bundle(items: Iterable[s.Expr]) -> s.List:
    return s.List(tuple(items), span=NOWHERE)


def paren(body: s.Expr) -> s.Paren:
    return s.Paren(body, span=NOWHERE)


def labelled(body: s.Expr, path: str) -> s.Labelled:
    """``body as path``: a name, ``layers[0]`` for ``layers.0``, or a text for any other path."""
    return s.Labelled(body, label(path), span=NOWHERE)


def dotted(path: str) -> s.Expr:
    """``"transformer".wte.weight``: something inside what a label names. (In quotes it is the
    label, whatever the word means.)"""
    first, _, inside = path.partition(".")
    return weight_in(literal(first), inside) if inside else literal(first)


FAR: Final = "$:"
"""The first letters of a text that stands for a weight of the model, or for a module that is held
under several paths, until it is known from where it is read."""


def far(path: str) -> s.Text:
    """A weight, or such a module, by its path in the model."""
    return s.Text((f"{FAR}{path}",), span=NOWHERE)


def far_path(node: object) -> str | None:
    """The path of what ``far`` has made; None for any other node."""
    first = node.parts[0] if isinstance(node, s.Text) and node.parts else ""
    return first.removeprefix(FAR) if isinstance(first, str) and first.startswith(FAR) else None


def weight_in(module: s.Expr, path: str) -> s.Expr:
    """``cpe.proj.weight``: a weight by its path in a module that has a name."""
    for part in path.split("."):
        module = s.Attribute(module, part, span=NOWHERE)
    return module


def share_name(path: str) -> tuple[str, int | None] | None:
    """The name of a share for a module path, and its number in a family; None if it can have
    none."""
    stem, *numbers = path.split(".")
    if not stem.isidentifier() or len(numbers) > 1 or not all(map(str.isdecimal, numbers)):
        return None
    return stem, int(numbers[0]) if numbers else None


def last_word(path: str) -> str:
    """The last part of a module path that is no number."""
    words = [part for part in path.split(".") if not part.isdecimal()]
    return words[-1] if words else ""


def label(path: str) -> s.LabelName:
    first, *others = path.split(".")
    if first.isidentifier() and all(part.isdecimal() for part in others):
        indices = tuple(number(int(part)) for part in others)
        return s.LabelName(first, indices, span=NOWHERE)
    return s.LabelName(s.Text((path,), span=NOWHERE), span=NOWHERE)


def path_of(label_name: s.LabelName) -> str:
    """The path that a label without parameters gives."""
    first = label_name.name
    stem = first if isinstance(first, str) else "".join(map(str, first.parts))
    indices = [str(i.value) for i in label_name.indices if isinstance(i, s.Number)]
    return ".".join([stem, *indices])


def joined(pieces: Iterable[str | s.Expr]) -> tuple[str | s.Expr, ...]:
    """The parts of a text, with letters that follow one another as one."""
    result: list[str | s.Expr] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(result[-1], str):
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)


def item(value: s.Expr, at: int) -> s.Expr:
    """``xs[0]``."""
    return s.Indexed(value, (number(at),), span=NOWHERE)


def assign(names: Sequence[str], value: s.Expr) -> s.Assign:
    target: s.Pattern = name(names[0])
    if len(names) > 1:
        target = s.Names(tuple(map(name, names)), span=NOWHERE)
    return s.Assign(target, value, span=NOWHERE)


def result(value: s.Expr) -> s.ExpressionStatement:
    return s.ExpressionStatement(value, span=NOWHERE)


# --- trees from trees --------------------------------------------------------------------------


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node with each part changed: a field, or an item of a field that is a tuple. What is no
    node stays."""
    if isinstance(node, tuple):
        return tuple(map(change, node))
    if not isinstance(node, s.SyntaxNode):
        return node
    return node.replace(**{name: change(getattr(node, name)) for name in positional(node)})


def mapped(node: Any, change: Callable[[s.SyntaxNode], s.SyntaxNode]) -> Any:
    """A tree with every node changed, from the leaves up."""
    made = rebuilt(node, lambda inner: mapped(inner, change))
    return change(made) if isinstance(made, s.SyntaxNode) else made
