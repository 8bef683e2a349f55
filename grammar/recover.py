"""A broken text, statement by statement: each is parsed by itself, bodies before their owners.

So a mistake costs the statement that it stands in, and hides no other. What that statement defines
is there all the same, as something unknown. Where one token is wrong and the text would parse with
another (see mend.py), that settles where the statements and bodies are, and there is one error.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, cast

from . import syntax as s
from .brackets import STATEMENT_WORDS, TooDeepError, balance
from .build import Builder
from .depth import too_deep
from .diagnostics import MAX_ERRORS, Diagnostic
from .lalr import MisfitError, Spliced, Token, run
from .layout import CLOSERS, CLOSES, layout
from .mend import BRACKETS, Mend, extent, fix, mended, mends, opener, varied
from .mistakes import PYTHON_STATEMENTS, Failure, explain, misplaced
from .record import Entity, field
from .repair import amend
from .scanner import scan
from .source import Source, Span

MAX_FIXES: Final = 24
"""So many repairs of one error are worth a trial."""
NAMING: Final = frozenset({"KIND", "SHARE"})
"""What begins a statement that gives the name behind it."""
UNMENDED: Final = frozenset({"E114", "E118"})
"""Statements of other languages: no single token makes them one of a spec."""


def recover(source: Source, builder: Builder) -> tuple[s.Statement, ...]:
    """The statements that are sound; the builder's diagnostics say what the others lack."""
    tokens = amend(source, scan(source.text), builder.diagnostics)
    if any(_lacks_name(tokens[i : i + 3]) for i in range(len(tokens))):
        builder.lost.add("")
    given_up = any(t.kind == "ERROR" for t in tokens)
    likely = [] if given_up else mends(tokens)
    if not likely:
        return _balanced(source, builder, tokens)
    other = Builder(source, builder.inner)
    _balanced(source, other, [*map(_copy, tokens)])
    changed = source.span(*extent(tokens, likely[0]))
    opened = opener(source, tokens, likely[0])
    said = _nearest(other.diagnostics, changed, likely[0], opened)
    known = () if said.code in UNMENDED else varied(likely)[:MAX_FIXES]
    fixes = tuple(fix(source, tokens, mend) for mend in known)
    builder.diagnostics.append(said.replace(others=fixes))
    statements = layout(mended(tokens, likely[0]))
    return tuple(_Recovery(source, builder, changed).statements(statements))


def _balanced(source: Source, builder: Builder, tokens: list[Token]) -> tuple[s.Statement, ...]:
    diagnostics = builder.diagnostics
    try:
        tokens, unbalanced = balance(source, tokens)
    except TooDeepError as error:
        diagnostics.append(too_deep(source.span(error.token.start, error.token.end)))
        return ()
    diagnostics.extend(unbalanced)
    return tuple(_Recovery(source, builder).statements(layout(tokens)))


def _copy(token: Token) -> Token:
    return Token(token.kind, token.text, token.start, token.end)


def _nearest(found: list[Diagnostic], changed: Span, mend: Mend, opened: Span | None) -> Diagnostic:
    """What is said of the one token that is wrong; ``opened`` is a bracket that it closes."""

    def distance(d: Diagnostic) -> tuple[int, int]:
        assert d.span is not None
        return abs(d.span.line - changed.line), abs(d.span.start - changed.start)

    said = min((d for d in found if d.severity == "error" and d.span), key=distance, default=None)
    farthest = 0 if mend.kind in BRACKETS else 1
    if said is None or distance(said)[0] > farthest or _is_of_another(said, opened):
        return misplaced(changed, mend, opened)
    return said


def _is_of_another(said: Diagnostic, opened: Span | None) -> bool:
    """Whether another bracket is said to be open."""
    return said.code == "E103" and opened is not None and said.span != opened


def recover_expression(source: Source, builder: Builder, start: int, end: int) -> s.Expr | None:
    """The expression between two offsets that does not parse, where a repair helps."""
    count = len(builder.diagnostics)
    tokens = amend(source, scan(source.text, start, end), builder.diagnostics)
    try:
        tokens, unbalanced = balance(source, tokens)
    except TooDeepError as error:
        builder.diagnostics.append(too_deep(source.span(error.token.start, error.token.end)))
        return None
    builder.diagnostics.extend(unbalanced)
    tokens = layout(tokens, bracketed=True)
    try:
        return cast(s.Expr, run(tokens, "expression", builder.actions))
    except MisfitError as misfit:
        if len(builder.diagnostics) == count:
            failure = Failure(source, tokens, misfit.index, "expression")
            builder.diagnostics.append(explain(failure))
        return None


class _Recovery(Entity):
    """``changed`` is where a token was repaired: the statement around it is broken."""

    source: Source
    builder: Builder
    changed: Span | None = field(default=None)
    errors: int = field(default=0)

    def statements(self, tokens: list[Token]) -> Spliced:
        result = Spliced()
        pieces = deque(_cut(self.source, tokens))
        while pieces:
            piece = pieces.popleft()
            body_end = None
            while _lacks_braces(piece) and pieces and self._column(pieces[0]) > self._column(piece):
                body_end = pieces.popleft()[-1].end
            if body_end is not None and piece[0].text in PYTHON_STATEMENTS:
                self._forget(piece[-1].end, body_end)
            result.extend(self.statement(piece, body_end))
        return result

    def _forget(self, start: int, end: int) -> None:
        """What was said about a stretch of text that is no spec at all."""
        diagnostics = self.builder.diagnostics
        diagnostics[:] = [d for d in diagnostics if not d.span or not start < d.span.start < end]

    def _column(self, piece: list[Token]) -> int:
        return self.source.position(piece[0].start)[1]

    def statement(self, tokens: list[Token], body_end: int | None) -> tuple[Any, ...]:
        skeleton = self._skeleton(tokens)
        if any(t.kind == "ERROR" for t in skeleton) or self._is_changed(tokens):
            return self._broken(skeleton)
        try:
            result: tuple[Any, ...] = run(skeleton, "file", self.builder.actions)
        except MisfitError as misfit:
            closed_by_guess = any(t.kind in CLOSERS and not t.text for t in skeleton)
            if not closed_by_guess and self.errors < MAX_ERRORS:
                self.errors += 1
                failure = Failure(self.source, skeleton, misfit.index, body_end=body_end)
                found = explain(failure)
                if found.code == "E138":
                    self._forget(tokens[misfit.index].start, tokens[-1].end)
                self.builder.diagnostics.append(found)
            return self._broken(skeleton)
        return result

    def _is_changed(self, tokens: list[Token]) -> bool:
        """Whether the repair lies in this statement, and in none of those in its bodies."""
        changed = self.changed
        if changed is None or changed.end < tokens[0].start or tokens[-1].end < changed.start:
            return False
        self.changed = None
        return True

    def _broken(self, tokens: list[Token]) -> tuple[s.Statement, ...]:
        """What stands for a statement that does not parse: its names, without what they are."""
        self.builder.lost |= {t.text for t in tokens if t.kind == "NAME" or t.text == "*"}
        tokens = [t for t in tokens if t.kind != "DOC"]
        if not tokens:
            return ()
        span = Span(self.source, tokens[0].start, tokens[-1].end)
        value = s.Broken(span=span)
        names = [t for t in _targets(tokens) if t.text]
        first = tokens[0].kind
        if names:
            given = [s.Name(t.text, span=Span(self.source, t.start, t.end)) for t in names]
            return tuple(s.Assign(name, value, span=span) for name in given)
        if first in STATEMENT_WORDS:
            return ()
        return (s.ExpressionStatement(value, span=span),)

    def _skeleton(self, tokens: list[Token]) -> list[Token]:
        """A statement with each body parsed apart, standing in it as one token."""
        result: list[Token] = []
        opened: list[int] = []
        for index, token in enumerate(tokens):
            if token.kind == "LBRACE":
                opened.append(index)
                if len(opened) == 1:
                    result.append(token)
            elif token.kind == "RBRACE" and opened:
                start = opened.pop() + 1
                if not opened:
                    body = self.statements(tokens[start:index])
                    result += [Token("_statements", "{", token.start, token.start, body), token]
            elif not opened:
                result.append(token)
        return result


def _cut(source: Source, tokens: list[Token]) -> Iterator[list[Token]]:
    """At the ends of the statements that stand in no body.

    Also before a line that can only start a statement, though the one above ends in an operator.
    """
    depth = start = 0
    for index, token in enumerate(tokens):
        depth += (token.kind in CLOSES) - (token.kind in CLOSERS)
        if depth:
            continue
        ends = token.kind == "NEWLINE"
        if ends or (index > start and _begins(source, tokens, index)):
            if index > start:
                yield tokens[start:index]
            start = index + ends
    if start < len(tokens):
        yield tokens[start:]


def _begins(source: Source, tokens: list[Token], index: int) -> bool:
    token = tokens[index]
    following = tokens[index + 1].kind if index + 1 < len(tokens) else ""
    begins = token.kind in STATEMENT_WORDS or (token.kind == "NAME" and following == "EQUAL")
    line, column = source.position(token.start)
    documented = tokens[index - 1].kind == "DOC"
    return begins and not documented and not source.line(line)[: column - 1].strip()


def _lacks_braces(piece: list[Token]) -> bool:
    """As in Python: the lines that are farther in are meant to be the body."""
    kinds = {t.kind for t in piece}
    head = "KIND" in kinds and not kinds & {"LBRACE", "EQUAL"}
    return piece[-1].kind == "COLON" or head


def _lacks_name(tokens: list[Token]) -> bool:
    """``share = linear(8)``, ``share linear(8)``, ``block (w): x { ... }``."""
    if tokens[0].kind not in NAMING:
        return False
    kinds = [*(t.kind for t in tokens[1:3]), "", ""]
    return kinds[0] != "NAME" or (tokens[0].kind == "SHARE" and kinds[1] == "LPAR")


def _targets(tokens: list[Token]) -> list[Token]:
    """The names that a statement seems to give."""
    first = tokens[0].kind
    if first in NAMING:
        return [] if _lacks_name(tokens) else tokens[1:2]
    kinds = [t.kind for t in tokens]
    end = kinds.index("EQUAL") if "EQUAL" in kinds else 0
    plain = all(kind in ("NAME", "COMMA", "LPAR", "RPAR") for kind in kinds[:end])
    return [t for t in tokens[:end] if t.kind == "NAME"] if plain else []
