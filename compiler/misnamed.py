"""Names that nothing gives, where a declaration beside them has a name that nothing uses.

If the unknown name is the more common one in the file, the declaration is at fault, and the error
stands there: `block f(keepp): x { ... keep ... keep ... }`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ..grammar.source import Span
from .lints.unused import unread_in, walk

_UNKNOWN: Final = re.compile(r"`(\w+)` is not known here")


def at_declarations(findings: Iterable[Diagnostic], tree: syntax.File) -> Iterator[Diagnostic]:
    """The findings; unknown names at the declaration that is likely theirs."""
    words: Counter[str] | None = None
    for finding in findings:
        match = _UNKNOWN.fullmatch(finding.message) if finding.code == "E201" else None
        if match is None or finding.span is None or finding.span.source is not tree.span.source:
            yield finding
            continue
        words = words or Counter(re.findall(r"\w+", tree.span.source.text))
        place = _declaration(match[1], finding.span, tree, words)
        yield finding if place is None else _moved(finding, match[1], place)


def _declaration(
    name: str, use: Span, tree: syntax.File, words: Counter[str]
) -> tuple[str, Span] | None:
    """The one name that nothing reads, in the innermost block around a use that has any."""
    around = [b for b in _blocks(tree.statements) if b.span.start <= use.start < b.span.end]
    for block in reversed(around):
        idle = list(unread_in(block))
        if idle:
            return idle[0] if len(idle) == 1 and words[idle[0][0]] < words[name] else None
    read = {n.id for n in walk(tree.statements) if isinstance(n, syntax.Name)}
    blocks = (s for s in tree.statements if isinstance(s, syntax.Block) and s.kind == "block")
    idle = [(b.name, b.name_span) for b in blocks if b.name not in read]
    return idle[0] if len(idle) == 1 and words[idle[0][0]] < words[name] else None


def _blocks(nodes: Iterable[syntax.Node]) -> Iterator[syntax.Block]:
    """All blocks, an outer one before those inside."""
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
        message=f"`{name}` is not known, and nothing uses `{idle}`", span=span,
        detail=f"is this `{name}`?", labels=(use, *finding.labels), help=(title, *finding.help),
        fix=fix,
        others=tuple(f for f in (finding.fix, *finding.others) if f is not None),
    )  # fmt: skip
