"""A broken text, statement by statement: each is parsed by itself, bodies before their owners.

So a mistake costs the statement that it stands in, and hides no other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, cast

from . import syntax as s
from .brackets import STATEMENT_WORDS, TooDeepError, balance
from .build import Builder
from .lalr import MisfitError, Spliced, Token, run
from .layout import CLOSERS, CLOSES, layout
from .mistakes import PYTHON_STATEMENTS, Failure, explain, too_deep
from .record import Entity, field
from .repair import amend
from .scanner import scan
from .source import Source

MAX_ERRORS: Final = 100


def recover(source: Source, builder: Builder) -> tuple[s.Statement, ...]:
    """The statements that are sound; the builder's diagnostics say what the others lack."""
    diagnostics = builder.diagnostics
    tokens = amend(source, scan(source.text), diagnostics)
    try:
        tokens, unbalanced = balance(source, tokens)
    except TooDeepError as error:
        diagnostics.append(too_deep(source, error.token))
        return ()
    diagnostics.extend(unbalanced)
    return tuple(_Recovery(source, builder).statements(layout(tokens)))


def recover_expression(source: Source, builder: Builder, start: int, end: int) -> s.Expr | None:
    """The expression between two offsets, if it is sound."""
    tokens = layout(scan(source.text, start, end), bracketed=True)
    try:
        return cast(s.Expr, run(tokens, "expression", builder.actions))
    except MisfitError:
        pass
    count = len(builder.diagnostics)
    tokens = amend(source, scan(source.text, start, end), builder.diagnostics)
    try:
        tokens, unbalanced = balance(source, tokens)
    except TooDeepError as error:
        builder.diagnostics.append(too_deep(source, error.token))
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
    source: Source
    builder: Builder
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
        if any(t.kind == "ERROR" for t in skeleton):
            return ()
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
            return ()
        return result

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
