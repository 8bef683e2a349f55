"""Unknown names, if a declaration near them has a name that nothing uses.

If the unknown name is more common in the file than the declared one, the declaration is wrong, and
the error moves there: `block f(keepp): x { ... keep ... keep ... }`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ..grammar.source import Span
from .lints._subjects import walk
from .lints.unused import unread_in


def at_declarations(findings: Iterable[Diagnostic], tree: syntax.File) -> Iterator[Diagnostic]:
    """The findings; an error about an unknown name moves to the declaration that was probably
    meant."""
    declarations: _Declarations | None = None
    for finding in findings:
        name, span = finding.unknown, finding.span
        if not name or span is None or span.source is not tree.span.source:
            yield finding
            continue
        declarations = declarations or _Declarations(tree)
        place = declarations.meant(name, span)
        yield finding if place is None else _moved(finding, name, place)


class _Declarations:
    """The names of a file that nothing reads; each block is searched once."""

    def __init__(self, tree: syntax.File) -> None:
        self.tree = tree
        self.words = Counter(_names(tree.statements))
        self.blocks = [*_blocks(tree.statements)]
        self.idle: dict[Span, list[tuple[str, Span]]] = {}

    def meant(self, name: str, use: Span) -> tuple[str, Span] | None:
        """The only unread name of the innermost block around a use that has unread names; None if
        there are several, or if it is not less common than the unknown name."""
        around = [b for b in self.blocks if b.span.start <= use.start < b.span.end]
        inside = (idle for block in reversed(around) if (idle := self._idle_in(block)))
        idle = next(inside, self.idle_blocks)
        less_common = len(idle) == 1 and self.words[idle[0][0]] < self.words[name]
        return idle[0] if less_common else None

    def _idle_in(self, block: syntax.Block) -> list[tuple[str, Span]]:
        if block.span not in self.idle:
            self.idle[block.span] = list(unread_in(block))
        return self.idle[block.span]

    @cached_property
    def idle_blocks(self) -> list[tuple[str, Span]]:
        statements = self.tree.statements
        read = {n.id for n in walk(statements) if isinstance(n, syntax.Name)}
        blocks = (s for s in statements if isinstance(s, syntax.Block) and _serves_others(s))
        return [(b.name, b.name_span) for b in blocks if b.name not in read]


def _serves_others(block: syntax.Block) -> bool:
    """Whether it is there to be used: no net that is checked by itself."""
    return block.kind != "net" or any(p.default is None for p in block.parameters)


def _names(nodes: Iterable[syntax.SyntaxNode]) -> Iterator[str]:
    """The names that are read or given, as often as they stand there; labels are none."""
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        waiting += syntax.children(node)
        if isinstance(node, syntax.Name):
            yield node.id
        elif isinstance(node, syntax.Block | syntax.Share | syntax.Parameter | syntax.DeclaredPort):
            yield node.name


def _blocks(nodes: Iterable[syntax.SyntaxNode]) -> Iterator[syntax.Block]:
    """All blocks, each before the blocks inside it."""
    for node in nodes:
        if isinstance(node, syntax.Block):
            yield node
        yield from _blocks(syntax.children(node))


def _moved(finding: Diagnostic, name: str, place: tuple[str, Span]) -> Diagnostic:
    idle, span = place
    assert finding.span is not None
    title = f"call it `{name}`"
    fix = Fix(title, (Edit(span, name),))
    use = Label(finding.span, "not known here")
    return finding.replace(
        message=f"`{name}` is not known, and nothing uses `{idle}`",
        span=span,
        detail=f"is this `{name}`?",
        labels=(use, *finding.labels),
        help=(title, *finding.help),
        fix=fix,
        others=tuple(f for f in (finding.fix, *finding.others) if f is not None),
    )
