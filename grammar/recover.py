"""Parses a broken text statement by statement, bodies before the statements that hold them.

So a mistake spoils only the statement that it is in and hides no other mistake. The names that this
statement defines are known all the same, with unknown values. If the text would parse with one
token changed (see mend.py), that repair decides where statements and bodies end, and there is one
error.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, cast

from . import syntax as s
from .brackets import STATEMENT_WORDS, TooDeepError, balance
from .depth import too_deep
from .diagnostics import MAX_ERRORS, Diagnostic, Fix
from .lalr import MisfitError, Spliced, Token, run
from .layout import CLOSERS, CLOSES, layout
from .mend import BRACKETS, Mend, extent, fix, mended, mends, opener, varied
from .mistakes import PYTHON_STATEMENTS, Failure, explain, misplaced
from .record import Entity, field
from .repair import amend
from .scanner import scan
from .source import Source, Span
from .tree_builder import TreeBuilder

MAX_FIXES: Final = 24
"""The most repairs of one error that are tried."""
NAMING: Final = frozenset({"KIND", "EXTERN", "SHARE"})
"""A statement that begins with one of these defines the name that follows."""
UNMENDED: Final = frozenset({"E114", "E118"})
"""Statements of other languages: no change of one token makes a spec of them."""


def recover(source: Source, builder: TreeBuilder) -> tuple[s.Statement, ...]:
    """The statements that parse. The errors of the others go to the builder's diagnostics."""
    tokens = amend(source, scan(source.text), builder.diagnostics)
    if any(_lacks_name(tokens[i : i + 3]) for i in range(len(tokens))):
        builder.lost.add("")
    given_up = any(t.kind == "ERROR" for t in tokens)
    repairs = [] if given_up else mends(tokens)
    if not repairs:
        return _balanced(source, builder, tokens)
    other = TreeBuilder(source, builder.inner)
    _balanced(source, other, [*map(_copy, tokens)])
    changed = source.span(*extent(tokens, repairs[0]))
    opened = opener(source, tokens, repairs[0])
    error = _nearest(other.diagnostics, changed, repairs[0], opened)
    candidates = () if error.code in UNMENDED else varied(repairs)[:MAX_FIXES]
    fixes = tuple(fix(source, tokens, mend) for mend in candidates)
    builder.diagnostics.append(_with_fixes(error, fixes, changed))
    statements = layout(mended(tokens, repairs[0]))
    return tuple(_Recovery(source, builder, changed).statements(statements))


def _balanced(source: Source, builder: TreeBuilder, tokens: list[Token]) -> tuple[s.Statement, ...]:
    diagnostics = builder.diagnostics
    try:
        tokens, unbalanced = balance(source, tokens)
    except TooDeepError as error:
        diagnostics.append(too_deep(source.span(error.token.start, error.token.end)))
        return ()
    diagnostics.extend(unbalanced)
    return tuple(_Recovery(source, builder).statements(layout(tokens)))


def _with_fixes(error: Diagnostic, fixes: tuple[Fix, ...], changed: Span) -> Diagnostic:
    """A fix that changes another line than the likely one is the last to be tried."""
    own = error.fix
    if own is None or not own.edits or own.edits[0].span.line == changed.line:
        return error.replace(others=fixes)
    return error.replace(fix=None, others=(*fixes, own))


def _copy(token: Token) -> Token:
    return Token(token.kind, token.text, token.start, token.end)


def _nearest(
    diagnostics: list[Diagnostic], changed: Span, mend: Mend, opened: Span | None
) -> Diagnostic:
    """The error for the one token that is wrong: the nearest of these, or a general one. ``opened``
    is the bracket that this token closes, or None."""

    def distance(d: Diagnostic) -> tuple[int, int]:
        assert d.span is not None
        return abs(d.span.line - changed.line), abs(d.span.start - changed.start)

    errors = (d for d in diagnostics if d.severity == "error" and d.span)
    nearest = min(errors, key=distance, default=None)
    farthest = 0 if mend.kind in BRACKETS else 1
    if (
        nearest is None
        or distance(nearest)[0] > farthest
        or _is_of_another_bracket(nearest, opened)
    ):
        return misplaced(changed, mend, opened)
    return nearest


def _is_of_another_bracket(error: Diagnostic, opened: Span | None) -> bool:
    """Whether an error is about an open bracket other than ``opened``."""
    return error.code == "E103" and opened is not None and error.span != opened


def recover_expression(source: Source, builder: TreeBuilder, start: int, end: int) -> s.Expr | None:
    """The expression between two offsets after repairs, or None if it still does not parse."""
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
    """Parses statements. ``changed`` is the place of a repaired token: its statement is broken."""

    source: Source
    builder: TreeBuilder
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
        """Drop the errors of a part of the text that is not a spec at all."""
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
                diagnostic = explain(failure)
                if diagnostic.code == "E138":
                    self._forget(tokens[misfit.index].start, tokens[-1].end)
                self.builder.diagnostics.append(diagnostic)
            return self._broken(skeleton)
        return result

    def _is_changed(self, tokens: list[Token]) -> bool:
        """Whether the repair is in this statement itself, and not in a statement of its bodies
        (these come first and take the repair)."""
        changed = self.changed
        if changed is None or changed.end < tokens[0].start or tokens[-1].end < changed.start:
            return False
        self.changed = None
        return True

    def _broken(self, tokens: list[Token]) -> tuple[s.Statement, ...]:
        """The statements in place of one that does not parse: its names with unknown values."""
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
        """The statement's tokens, with each body parsed already and put in as one token."""
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
    """The tokens of each statement outside of bodies.

    A statement also ends before a line that can only start another one, even if the line above
    ends in an operator.
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
    """Whether a statement has its body by indentation, as in Python."""
    kinds = {t.kind for t in piece}
    head = "KIND" in kinds and not kinds & {"LBRACE", "EQUAL"}
    return piece[-1].kind == "COLON" or head


def _lacks_name(tokens: list[Token]) -> bool:
    """Whether the name is missing: ``share = linear(8)``, ``share linear(8)``, ``block (w) ...``"""
    if tokens[0].kind not in NAMING:
        return False
    kinds = [*(t.kind for t in tokens[1:3]), "", ""]
    return kinds[0] != "NAME" or (tokens[0].kind == "SHARE" and kinds[1] == "LPAR")


def _targets(tokens: list[Token]) -> list[Token]:
    """The names that a broken statement seems to define."""
    first = tokens[0].kind
    if first in NAMING:
        return [] if _lacks_name(tokens) else tokens[1:2]
    kinds = [t.kind for t in tokens]
    end = kinds.index("EQUAL") if "EQUAL" in kinds else 0
    plain = all(kind in ("NAME", "COMMA", "LPAR", "RPAR") for kind in kinds[:end])
    return [t for t in tokens[:end] if t.kind == "NAME"] if plain else []
