"""Names that nothing reads: the network runs without their values.

These are assignments, one name of several, values that are replaced before they are read, inputs,
parameters, the blocks and shares of a body, and imports. A leading underscore says that a name is
unused on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..elaborate.trees import place_in_import

CODE = "W501"
_RUNS_ON = "code that no output needs does not run"


def in_file(tree: syntax.File) -> Iterator[Diagnostic]:
    return _in_blocks(tree.statements)


def in_checked_file(tree: syntax.File) -> Iterator[Diagnostic]:
    """Unused imports. A file with only blocks may import names for the files that import it."""
    blocks = [s for s in tree.statements if isinstance(s, syntax.Block)]
    if blocks and all(b.kind == "block" for b in blocks):
        return
    read = {n.id for n in walk(tree.statements) if isinstance(n, syntax.Name)}
    for statement in tree.statements:
        for name, *others in _imported(statement):
            if _is_unused(name, read) and read.isdisjoint(others):
                span = place_in_import(name, statement.span)
                yield Diagnostic(
                    CODE,
                    f"nothing uses the import `{name}`",
                    span,
                    help=("leave it out",),
                    severity="warning",
                )


def _imported(statement: syntax.Statement) -> Iterator[tuple[str, ...]]:
    """The names that an import defines, each first of a tuple with other ways to write it."""
    match statement:
        case syntax.Import(alias=str() as alias):
            yield (alias,)
        case syntax.Import():
            yield statement.module, *statement.module.split(".")
        case syntax.FromImport():
            yield from ((alias or name,) for name, alias in statement.names)


def _in_blocks(statements: Iterable[syntax.SyntaxNode]) -> Iterator[Diagnostic]:
    for node in _blocks(statements):
        yield from _of_block(node)


def _blocks(nodes: Iterable[syntax.SyntaxNode]) -> Iterator[syntax.Block]:
    """All blocks, those in bodies after the one around them."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Block):
            yield node
        waiting += syntax.children(node)[::-1]


def _of_block(block: syntax.Block) -> Iterator[Diagnostic]:
    read = {n.id for n in walk(_reads(block)) if isinstance(n, syntax.Name)}
    for port in block.inputs or ():
        if _is_unused(port.name, read):
            yield _unused(port.name, _name_of(port), f"the input `{port.name}`")
    for parameter in block.parameters:
        if _is_unused(parameter.name, read):
            yield _unused(parameter.name, _name_of(parameter), f"the parameter `{parameter.name}`")
    for name, span in _defined(block.body):
        if _is_unused(name, read):
            yield _unused(name, span, f"`{name}`")
    if block.inputs is not None:
        yield from _replaced(block.body, read)


def unread_in(block: syntax.Block) -> Iterator[tuple[str, Span]]:
    """The names that a block defines and never reads."""
    read = {n.id for n in walk(_reads(block)) if isinstance(n, syntax.Name)}
    ports = ((p.name, _name_of(p)) for p in block.inputs or ())
    parameters = ((p.name, _name_of(p)) for p in block.parameters)
    defined = (*ports, *parameters, *_defined(block.body))
    return ((name, span) for name, span in defined if _is_unused(name, read))


def _is_unused(name: str, read: set[str]) -> bool:
    return name not in read and not name.startswith("_")


def _unused(name: str, span: Span, what: str) -> Diagnostic:
    help = "use it, leave it out, or call it `_`"
    if what != f"`{name}`":
        help = f"use it, leave it out, or call it `_{name}`"
    return Diagnostic(
        CODE, f"nothing uses {what}", span, severity="warning", notes=(_RUNS_ON,), help=(help,)
    )


def _name_of(node: syntax.DeclaredPort | syntax.Parameter) -> Span:
    return Span(node.span.source, node.span.start, node.span.start + len(node.name))


def _defined(body: Iterable[syntax.Statement]) -> Iterator[tuple[str, Span]]:
    """The names that a body defines."""
    for statement in body:
        match statement:
            case syntax.Assign():
                yield from ((n.id, n.span) for n in _names(statement.target))
            case syntax.Share() | syntax.Block():
                yield statement.name, statement.name_span
            case syntax.ExpressionStatement(value=syntax.For(body=inner)):
                yield from _defined(inner)


def _names(pattern: syntax.SyntaxNode) -> Iterator[syntax.Name]:
    if isinstance(pattern, syntax.Name):
        yield pattern
    for child in syntax.children(pattern):
        yield from _names(child)


def _replaced(body: Iterable[syntax.Statement], read: set[str]) -> Iterator[Diagnostic]:
    """Values that are replaced, in the same body, before anything reads them."""
    waiting: dict[str, Span] = {}
    for statement in body:
        for node in walk([statement]):
            if isinstance(node, syntax.Name):
                waiting.pop(node.id, None)
        if not isinstance(statement, syntax.Assign):
            continue
        for name in _names(statement.target):
            if name.id in waiting and name.id in read and not name.id.startswith("_"):
                yield Diagnostic(
                    CODE,
                    f"nothing uses this `{name.id}`",
                    waiting[name.id],
                    severity="warning",
                    detail=f"replaced in line {name.span.line}",
                    notes=(_RUNS_ON,),
                    help=("should the new value use it?",),
                )
            waiting[name.id] = name.span


def _reads(node: syntax.SyntaxNode) -> list[syntax.SyntaxNode]:
    """The parts of a node that are evaluated: all but the names that it defines."""
    defined = getattr(node, "target", None) or getattr(node, "pattern", None)
    parts = syntax.children(node)
    return parts if defined is None else [part for part in parts if part is not defined]


def walk(nodes: Iterable[syntax.SyntaxNode]) -> Iterator[syntax.SyntaxNode]:
    """The nodes and everything inside them that is read."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _reads(node)
