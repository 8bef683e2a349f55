"""``# netwright: ignore W501``: a comment that silences warnings on its line.

It names the codes. A comment gets a warning of its own if it names no code, an unknown code, or a
code that no warning on its line has: otherwise it would stay when its reason is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic
from ..grammar.record import Entity, field
from ..grammar.scanner import comments
from ..grammar.source import Source, Span
from .lints import lints
from .lints._subjects import walk

CODE = "W514"
_COMMENT: Final = r"#[ \t]*netwright[ \t]*:[ \t]*(\w*)(.*)"
_CODE: Final = r"[ \t,]*([A-Za-z]\d+)\b"


class Ignores(Entity):
    """The comments in the texts of findings, and those that silenced a finding."""

    served: set[tuple[Source, int, str]] = field(default_factory=set)
    codes: dict[Source, dict[int, list[Span]]] = field(default_factory=dict)
    """By text and line, the codes that comments name."""

    def kept(self, findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The findings that no comment on their line silences."""
        return tuple(f for f in findings if not self._is_silenced(f))

    def _is_silenced(self, finding: Diagnostic) -> bool:
        span = finding.span
        if finding.severity == "error" or span is None:
            return False
        lines = {span.line, span.source.position(max(span.start, span.end - 1))[0]}
        codes = [(line, c) for line in lines for c in self.of(span.source).get(line, ())]
        for line, code in codes:
            if code.text == finding.code:
                self.served.add((span.source, line, code.text))
                return True
        return False

    def of(self, source: Source) -> dict[int, list[Span]]:
        """The codes that the comments of a text name, by line."""
        if source not in self.codes:
            self.codes[source] = {}
            for comment in _ignores(source):
                self.codes[source].setdefault(comment.line, []).extend(_codes(comment))
        return self.codes[source]

    def idle(self, tree: syntax.File) -> Iterator[Diagnostic]:
        """Warnings for comments that silence nothing, after all nets were checked. In a block that
        no net uses, only warnings that need no elaboration are known."""
        help = "leave it out, or move it to the line of the warning"
        source, unchecked = tree.span.source, _unused_blocks(tree)
        for line, codes in self.of(source).items():
            for code in codes:
                served = (source, line, code.text) in self.served
                checked = code.text in of_text() or not any(_holds(b, code) for b in unchecked)
                if code.text in known_codes() and checked and not served:
                    yield _warning(f"this line has no {code.text}", code, help)


def wrong(source: Source) -> Iterator[Diagnostic]:
    """Warnings for comments that name no code of a warning."""
    for comment in _directives(source):
        codes = list(_codes(comment))
        if _verb(comment) != "ignore" or not codes:
            help = "`# netwright: ignore W501` silences W501 on its line"
            yield _warning("this comment silences nothing", comment, help)
            continue
        help = "`netwright explain` lists the codes; errors cannot be silenced"
        unknown = (code for code in codes if code.text not in known_codes())
        yield from (_warning(f"there is no warning {c.text}", c, help) for c in unknown)


def _unused_blocks(tree: syntax.File) -> list[Span]:
    """The blocks of a file that none of its nets uses, as far as names tell."""
    own = {s.name: s for s in tree.statements if isinstance(s, syntax.Block)}
    used = {s.name for s in own.values() if s.kind == "net"}
    waiting = [s for s in tree.statements if not isinstance(s, syntax.Block) or s.kind == "net"]
    while waiting:
        names = {n.id for n in walk([waiting.pop()]) if isinstance(n, syntax.Name)}
        waiting += [own[name] for name in names - used if name in own]
        used |= names
    return [s.span for s in own.values() if s.name not in used]


def _holds(block: Span, code: Span) -> bool:
    return block.line <= code.line <= block.source.position(block.end)[0]


@cache
def of_text() -> frozenset[str]:
    """The codes of warnings that need only the text."""
    return frozenset({*(lint.CODE for lint in lints() if hasattr(lint, "in_file")), "W510"})


@cache
def known_codes() -> frozenset[str]:
    """The codes of warnings. W510 is the parser's."""
    return frozenset({*(lint.CODE for lint in lints()), "W510", CODE})


def _warning(message: str, span: Span, help: str) -> Diagnostic:
    return Diagnostic(CODE, message, span, help=(help,), severity="warning")


def _directives(source: Source) -> Iterator[Span]:
    if "netwright" not in source.text:
        return
    for start, end in comments(source.text):
        if re.match(_COMMENT, source.text[start:end]):
            yield Span(source, start, end)


def _ignores(source: Source) -> Sequence[Span]:
    return [span for span in _directives(source) if _verb(span) == "ignore"]


def _verb(comment: Span) -> str:
    match = re.match(_COMMENT, comment.text)
    return match[1] if match else ""


def _codes(comment: Span) -> Iterator[Span]:
    """The codes at the start of ``W501, W504 since ...``; the text after them is the reason."""
    match = re.match(_COMMENT, comment.text)
    at = match.start(2) if match else len(comment.text)
    while code := re.match(_CODE, comment.text[at:]):
        start, end = (comment.start + at + place for place in code.span(1))
        yield Span(comment.source, start, end)
        at += code.end()
