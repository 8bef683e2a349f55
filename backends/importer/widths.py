"""The width of a model as a constant of the file: ``d_model = 768`` on top, and ``4 * d_model``.

Transformers have one width, which their layers repeat. It is named as the model's own code names
it, so that a person changes it in one place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...compiler.layers import layers
from ...grammar import syntax as s
from . import tree
from .alignment import layer_signature

if TYPE_CHECKING:
    from torch import nn

Change: TypeAlias = Callable[[s.Number], s.Expr]

NAMES: Final = re.compile(
    r"(d_model|n_embd|dim|width|(hidden|embed|embedding|model|emb)_(size|dim|channels))$"
)
"""What models call their width."""
SETTINGS: Final = ("out", "dim", "hidden", "size", "width", "channels")
"""Settings of layers that are widths."""
SMALLEST: Final = 16
"""Smaller numbers are equal by chance."""
FEWEST: Final = 4
"""How often a file has the width, if it gets a name."""
TIMES: Final = 4
"""The largest factor of a width that gets its name: the hidden layer of an MLP has four."""


def with_width(
    file: s.File, modules: Iterable[nn.Module], known: Iterable[Mapping[str, Any]]
) -> s.File:
    """A file with its width as a constant, if the modules have an attribute, an entry of their
    configuration, or an argument of their constructor (``known``) with a name for it."""
    names = _names([*map(_attributes, modules), *known])
    numbers = Counter(_widths(file.statements))
    best = max(names, key=lambda value: numbers[value], default=0)
    if best not in names or numbers[best] < FEWEST:
        return file
    taken = {word for node in s.all_nodes(file) for word in _words(node)}
    free = (name for name in (*names[best], "width") if name not in taken and tree.is_free(name))
    word = next(free, None)
    if word is None:
        return file
    first = next(at for at, x in enumerate(file.statements) if isinstance(x, s.Block))
    before, after = file.statements[:first], file.statements[first:]
    constant = tree.assign([word], tree.number(best))
    return file.replace(statements=(*before, constant, *_named(after, best, tree.name(word))))


def _names(rows: Iterable[Mapping[str, Any]]) -> dict[int, list[str]]:
    """Words for widths by their values, those of the outer modules first."""
    names: dict[int, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            if type(value) is int and value >= SMALLEST and NAMES.match(name):
                names.setdefault(value, []).append(name)
    return names


def _attributes(module: nn.Module) -> Mapping[str, Any]:
    config = getattr(module, "config", None)
    return {**vars(module), **getattr(config, "__dict__", {})}


def _words(node: s.SyntaxNode) -> Iterator[str]:
    """The names that a node uses or makes."""
    for field in ("id", "name"):
        word = getattr(node, field, None)
        if isinstance(word, str):
            yield word


def _widths(node: Any) -> Iterator[int]:
    """The numbers of a tree that may be widths."""
    found: list[s.Number] = []

    def noted(number: s.Number) -> s.Expr:
        found.append(number)
        return number

    _mapped(node, noted)
    return (int(number.value) for number in found)


def _named(node: Any, width: int, word: s.Expr) -> Any:
    """A tree with a word for a width, and with its multiples."""

    def changed(number: s.Number) -> s.Expr:
        times, rest = divmod(int(number.value), width)
        if rest or not 1 <= times <= TIMES:
            return number
        return word if times == 1 else tree.binary("*", tree.number(times), word)

    return _mapped(node, changed)


def _mapped(node: Any, change: Change) -> Any:
    """A tree with each number changed that may be a width."""

    def changed(part: s.SyntaxNode) -> s.SyntaxNode:
        return _call(part, change) if isinstance(part, s.Call) else part

    return tree.mapped(node, changed)


def _call(call: s.Call, change: Change) -> s.Call:
    word = call.function.id if isinstance(call.function, s.Name) else ""
    if word in layers() and layers()[word].variadic:
        return call.replace(arguments=_with_last(call.arguments, change))
    settings = list(layer_signature(word)) if word in layers() else None
    names: Sequence[str | None] = settings or [None] * len(call.arguments)
    pairs = zip(names, call.arguments, strict=False)
    arguments = tuple(_argument(name, value, change) for name, value in pairs)
    given = tuple(
        x.replace(value=_argument(x.name if settings else None, x.value, change))
        for x in call.settings
    )
    return call.replace(arguments=arguments, settings=given)


def _argument(name: str | None, value: s.Expr, change: Change) -> s.Expr:
    """An argument of a layer, or of a block, whose parameters have other names."""
    if isinstance(value, s.List) and name in ("shape", None):
        return value.replace(items=_with_last(value.items, change))
    return _number(value, change) if name is None or name in SETTINGS else value


def _with_last(values: tuple[s.Expr, ...], change: Change) -> tuple[s.Expr, ...]:
    return (*values[:-1], _number(values[-1], change)) if values else values


def _number(value: s.Expr, change: Change) -> s.Expr:
    if isinstance(value, s.Number) and type(value.value) is int:
        return change(value)
    return value
