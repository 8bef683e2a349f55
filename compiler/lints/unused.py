"""Names that nothing reads: the network runs without their values.

These are assignments, one name of several, values that are replaced before they are read, inputs,
parameters, the blocks and shares of a body, and imports. A leading underscore says that a name is
unused on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..elaborate.trees import place_in_import
from ._subjects import FileText, walk

CODE = "W501"
_RUNS_ON = "code that no output needs does not run"


def in_file(text: FileText) -> Iterator[Diagnostic]:
    for node in text.nodes:
        if isinstance(node, syntax.Block) and not isinstance(node, syntax.Extern):
            yield from _of_block(node)


def in_checked_file(text: FileText) -> Iterator[Diagnostic]:
    """Unused imports. A file with only blocks may import names for the files that import it."""
    statements = text.tree.statements
    blocks = [s for s in statements if isinstance(s, syntax.Block)]
    if blocks and all(b.kind != "net" for b in blocks):
        return
    imports = [(s, names) for s in statements for names in _imported(s)]
    read = _names_in(text.nodes) if imports else set()
    for statement, (name, *others) in imports:
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


def _names_in(nodes: Iterable[syntax.SyntaxNode]) -> set[str]:
    return {n.id for n in nodes if isinstance(n, syntax.Name)}


def _of_block(block: syntax.Block) -> Iterator[Diagnostic]:
    read_by = [_names_in(walk([statement])) for statement in block.body]
    read = _names_in(walk(_head(block))).union(*read_by)
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
        yield from _replaced(block.body, read_by, read)


def _head(block: syntax.Block) -> list[syntax.SyntaxNode]:
    return [*block.parameters, *(block.inputs or ()), *(block.outputs or ())]


def unread_in(block: syntax.Block) -> Iterator[tuple[str, Span]]:
    """The names that a block defines and never reads. An extern gives all to its class."""
    if isinstance(block, syntax.Extern):
        return iter(())
    read = _names_in(walk([block]))
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
    start = node.span.start + node.span.text.find(node.name)
    return Span(node.span.source, start, start + len(node.name))


def _defined(body: Iterable[syntax.Statement]) -> Iterator[tuple[str, Span]]:
    """The names that a body defines."""
    for statement in body:
        match statement:
            case syntax.Assign():
                yield from ((n.id, n.span) for n in syntax.all_names(statement.target))
            case syntax.Share() | syntax.Block():
                yield statement.name, statement.name_span
            case syntax.ExpressionStatement(value=syntax.For(body=inner)):
                yield from _defined(inner)


def _replaced(
    body: Sequence[syntax.Statement], read_by: Sequence[set[str]], read: set[str]
) -> Iterator[Diagnostic]:
    """Values that are replaced, in the same body, before anything reads them. ``read_by`` are the
    names that each statement reads."""
    waiting: dict[str, Span] = {}
    for statement, names in zip(body, read_by, strict=True):
        for name in names & waiting.keys():
            del waiting[name]
        if not isinstance(statement, syntax.Assign):
            continue
        for target in syntax.all_names(statement.target):
            if target.id in waiting and target.id in read and not target.id.startswith("_"):
                yield Diagnostic(
                    CODE,
                    f"nothing uses this `{target.id}`",
                    waiting[target.id],
                    severity="warning",
                    detail=f"replaced in line {target.span.line}",
                    notes=(_RUNS_ON,),
                    help=("should the new value use it?",),
                )
            waiting[target.id] = target.span
