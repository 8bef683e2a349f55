"""Names in a block that nothing in its file defines, found in the syntax tree.

A block that no net uses, and an arm that no condition takes, are not elaborated. Without this, a
misspelt word in them would be found only by the first user of the block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ..grammar import syntax
from .elaborate.functions import FUNCTIONS
from .elaborate.names import OWN_WORDS
from .inits import INITS
from .layer import hints, options
from .layers import layers

DTYPES: Final = frozenset({"int", "float", "bool", "complex"})
"""Bare words of ``cast`` and ``input``."""


def known_in(tree: syntax.File) -> set[str]:
    """The names that every body of a file sees: the file's own names and the language's words."""
    own = {name for statement in tree.statements for name in _top(statement)}
    return {*own, *layers(), *FUNCTIONS, *OWN_WORDS, "N"}


def _top(statement: syntax.Statement) -> Iterator[str]:
    match statement:
        case syntax.Block() | syntax.Share():
            yield statement.name
        case syntax.Assign():
            yield from (n.id for n in syntax.all_names(statement.target))
        case syntax.Import():
            yield statement.alias or statement.module.rpartition(".")[2]
            yield statement.module.partition(".")[0]
        case syntax.FromImport():
            yield from (alias or name for name, alias in statement.names)


def unknown_names(block: syntax.Block, visible: Collection[str]) -> Iterator[syntax.Name]:
    """The names in a block that are neither ``visible`` nor defined in the block."""
    own = set(_defined(block))
    unknown = [n for n in _read(block) if n.id not in visible and n.id not in own]
    starts = tuple(_starts_of_labels(block)) if unknown else ()
    unknown = [n for n in unknown if not n.id.startswith(starts)]
    return iter(sorted(unknown, key=lambda name: name.span.start))


def _starts_of_labels(node: syntax.SyntaxNode) -> Iterator[str]:
    """What the names of computed labels begin with: ``"layer{i}"`` may be ``layer1``."""
    match node:
        case syntax.Labelled(label=syntax.LabelName(name=syntax.Text(parts=(first, _, *_)))):
            yield first if isinstance(first, str) else ""
    for child in syntax.children(node):
        yield from _starts_of_labels(child)


def _defined(node: syntax.SyntaxNode) -> Iterator[str]:
    """Every name that is defined somewhere inside, whichever part of the block sees it."""
    waiting: list[syntax.SyntaxNode] = [node]
    while waiting:
        node = waiting.pop()
        outputs = (node.outputs or ()) if isinstance(node, syntax.Block) else ()
        waiting += [child for child in syntax.children(node) if child not in outputs]
        match node:
            case syntax.Block() | syntax.Share() | syntax.Parameter():
                yield node.name
            case syntax.DeclaredPort():
                yield node.name
                yield from (n.id for e in node.shape or () for n in syntax.all_names(e))
            case syntax.Assign():
                yield from (n.id for n in syntax.all_names(node.target))
            case syntax.For() | syntax.Clause():
                yield from (n.id for n in syntax.all_names(node.pattern))
            case syntax.Labelled(label=syntax.LabelName(name=str() as name)):
                yield name
            case syntax.Labelled(
                label=syntax.LabelName(name=syntax.Text(parts=(str() as path, *_)))
            ):
                yield path.partition(".")[0]


def _read(node: syntax.SyntaxNode) -> Iterator[syntax.Name]:
    """The names that are read, without options of settings (``pad=same``)."""
    waiting: list[syntax.SyntaxNode] = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Name):
            yield node
            continue
        inside = syntax.children(node)
        if isinstance(node, syntax.Default) or _is_initialiser(node):
            continue
        if isinstance(node, syntax.Call):
            inside = [child for child in inside if not _is_option(child, node)]
        waiting += inside


def _is_initialiser(node: syntax.SyntaxNode) -> bool:
    return isinstance(node, syntax.Call) and _word(node) in INITS


def _is_option(argument: syntax.SyntaxNode, call: syntax.Call) -> bool:
    value = argument.value if isinstance(argument, syntax.Setting) else argument
    if not isinstance(value, syntax.Name) or value is call.function:
        return False
    layer = layers().get(_word(call))
    words = {o for hint in hints(layer).values() for o in options(hint)} if layer else set()
    return value.id in {*words, *INITS, *DTYPES}


def _word(call: syntax.Call) -> str:
    return call.function.id if isinstance(call.function, syntax.Name) else ""
