"""Mends brackets that do not match: each is reported once, and the statements around are kept.

The place where a bracket was meant to close is guessed from the starts of lines. A text that parses
has no line end at these places, so this runs on broken texts only.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from .depth import MAX_NESTING
from .diagnostics import Diagnostic, Edit, Fix, Label
from .lalr import Token
from .layout import CLOSERS, CLOSES, ends_statement
from .record import Entity, field
from .source import Source, Span

SPELLING: Final = {
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
}
STATEMENT_WORDS: Final = frozenset(
    {"KIND", "EXTERN", "IMPORT", "FROM", "DEFAULT", "SHARE", "REQUIRE"}
)
# After these a value or a name must come, so a line or a `{` that follows belongs to them.
WANTING: Final = frozenset({*CLOSES, "COMMA", "EQUAL", "OPERATOR"})


class TooDeepError(Exception):
    """Brackets are nested too deep; ``token`` is the first one beyond the bound."""

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.token = token


class _Open(Entity):
    """An open bracket, the column where its statement starts, and whether it holds a ``for``."""

    token: Token
    column: int
    loops: bool = False


class _Balancer(Entity):
    source: Source
    by_indentation: bool
    stack: list[_Open] = field(default_factory=list)
    result: list[Token] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    forgiven: Counter[str] = field(default_factory=Counter)
    column: int = 0
    last: Token | None = None

    # --- reading tokens --------------------------------------------------------------------

    def line(self, before: Token, token: Token, after: Token | None) -> None:
        """Take in a token that starts a line, between its neighbours."""
        column = self._column(token)
        if self._in_body():
            ends = ends_statement(before.kind, token.kind) or before.kind == "LBRACE"
            if self.by_indentation and (ends or token.kind == "RBRACE"):
                self._close_bodies(token, column)
            if ends:
                self.column = column
        elif _starts_statement(token, after) or self._breaks(before, token, column):
            self._close_to_body()
            self.column = column

    def open(self, token: Token) -> None:
        if token.kind == "LBRACE" and self._misses_closer():
            self._close_to_body()
        self.stack.append(_Open(token, self.column))
        if len(self.stack) > MAX_NESTING:
            raise TooDeepError(token)

    def close(self, token: Token) -> Token | None:
        """Take in a closing bracket. Returns the token to continue with, or None to leave it
        out."""
        wanted = [CLOSES[o.token.kind] for o in self.stack]
        reachable = wanted if token.kind == "RBRACE" else wanted[self._body_start() :]
        if token.kind in reachable:
            self._close_above(token)
            self.stack.pop()
            return token
        if self.forgiven[token.kind]:
            self.forgiven[token.kind] -= 1
            return None
        if reachable and reachable[-1] != "RBRACE" and token.kind != "RBRACE":
            return self._confused(token, self.stack.pop())
        self._report_stray(token)
        return None

    def end(self) -> None:
        self._close_last(len(self.stack))

    # --- closing ---------------------------------------------------------------------------

    def _column(self, token: Token) -> int:
        return self.source.position(token.start)[1]

    def _in_body(self) -> bool:
        return not self.stack or self.stack[-1].token.kind == "LBRACE"

    def _misses_closer(self) -> bool:
        """Whether a body begins while a ``(`` or ``[`` is open that holds no ``for``."""
        wanting = self.last is None or self.last.kind in WANTING
        return not wanting and not self._in_body() and not self.stack[-1].loops

    def _body_start(self) -> int:
        """The number of open brackets up to the innermost body, which is the last of them."""
        bodies = [i for i, o in enumerate(self.stack) if o.token.kind == "LBRACE"]
        return bodies[-1] + 1 if bodies else 0

    def _breaks(self, before: Token, token: Token, column: int) -> bool:
        """Whether the next statement starts here: a value follows a value and is not indented
        more than the statement."""
        return (
            column <= self.column
            and before.kind not in WANTING
            and token.kind not in CLOSERS
            and token.kind != "COMMA"
            and ends_statement(before.kind, token.kind)
        )

    def _close_to_body(self) -> None:
        self._close_last(len(self.stack) - self._body_start())

    def _close_above(self, token: Token) -> None:
        """Close the brackets that are open between a closing bracket and its partner."""
        partner = max(i for i, o in enumerate(self.stack) if CLOSES[o.token.kind] == token.kind)
        self._close_last(len(self.stack) - partner - 1)

    def _close_bodies(self, token: Token, column: int) -> None:
        """Close the bodies that this line cannot be in: it is indented no more than their
        owners."""
        least = column + (token.kind == "RBRACE")
        count = 0
        for item in reversed(self.stack):
            if item.token.kind != "LBRACE" or item.column < least:
                break
            count += 1
        self._close_last(count)

    def _close_last(self, count: int) -> None:
        """Report the last open brackets and close them with tokens that have no text."""
        if not count:
            return
        missing = [o.token for o in self.stack[-count:]]
        end = self._before_pipe(missing) or len(self.result)
        piped = end < len(self.result)
        while self.result[end - 1].kind in ("NEWLINE", "DOC"):
            end -= 1
        at = self.result[end - 1].end
        self._report_unclosed(missing, at if piped else None)
        del self.stack[-count:]
        kinds = [CLOSES[t.kind] for t in reversed(missing)]
        self.result[end:end] = [Token(kind, "", at, at) for kind in kinds]
        self.forgiven.update(kinds)

    def _before_pipe(self, missing: list[Token]) -> int | None:
        """The index where a ``(`` was meant to close before a pipe, or None. In ``conv(3x3, 64 >
        relu`` it is the one after ``64``, since a number cannot be piped."""
        if len(missing) > 1 or missing[0].kind != "LPAR":
            return None
        start = next(i for i in range(len(self.result) - 1, -1, -1) if self.result[i] is missing[0])
        depth = 0
        for index in range(start + 1, len(self.result)):
            token = self.result[index]
            depth += (token.kind in CLOSES) - (token.kind in CLOSERS)
            piped = token.text == ">" and self.result[index - 1].kind in ("NUMBER", "DIMS")
            if piped and not depth:
                return index
        return None

    # --- reporting -------------------------------------------------------------------------

    def _span(self, token: Token) -> Span:
        return Span(self.source, token.start, token.end)

    def _report_unclosed(self, openers: list[Token], at: int | None) -> None:
        *outer, inner = openers
        closers = "".join(SPELLING[CLOSES[t.kind]] for t in reversed(openers))
        before = self.last or inner
        offset = before.end if at is None else at
        end = Span(self.source, offset, offset)
        where = f"at the end of line {end.line}" if at is None else "before the pipe"
        body = inner.kind == "LBRACE"
        text = "\n" + closers if body else closers
        self.diagnostics.append(
            Diagnostic(
                "E103",
                f"this `{inner.text}` is never closed",
                self._span(inner),
                "opened here",
                labels=tuple(
                    Label(self._span(t), f"this `{t.text}` is not closed either") for t in outer
                ),
                fix=Fix(f"close with `{closers}` {where}", (Edit(end, text),)),
            )
        )

    def _report_stray(self, token: Token) -> None:
        self.diagnostics.append(
            Diagnostic(
                "E104",
                f"this `{token.text}` closes nothing",
                self._span(token),
                "no bracket is open here",
                fix=Fix("remove it", (Edit(self._span(token), ""),)),
            )
        )

    def _confused(self, token: Token, opener: _Open) -> Token:
        kind = CLOSES[opener.token.kind]
        self.diagnostics.append(
            Diagnostic(
                "E104",
                f"`{opener.token.text}` is closed by `{token.text}`",
                self._span(token),
                f"expected `{SPELLING[kind]}`",
                labels=(Label(self._span(opener.token), "opened here"),),
                fix=Fix(f"write `{SPELLING[kind]}`", (Edit(self._span(token), SPELLING[kind]),)),
            )
        )
        return Token(kind, SPELLING[kind], token.start, token.end)


def _starts_statement(token: Token, after: Token | None) -> bool:
    return token.kind in STATEMENT_WORDS and not (after and after.kind == "EQUAL")


def balance(source: Source, tokens: list[Token]) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens with every bracket closed, and a diagnostic for each that was not."""
    plain = _balance(source, tokens, by_indentation=False)
    if not any(d.span and d.span.text == "{" for d in plain.diagnostics):
        return plain.result, plain.diagnostics
    indented = _balance(source, tokens, by_indentation=True)
    return indented.result, indented.diagnostics


def _balance(source: Source, tokens: list[Token], *, by_indentation: bool) -> _Balancer:
    b = _Balancer(source, by_indentation)
    for index, token in enumerate(tokens):
        kept: Token | None = token
        if token.kind in ("NEWLINE", "DOC"):
            b.result.append(token)
            continue
        if index == 0 or tokens[index - 1].kind in ("NEWLINE", "DOC"):
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if b.last:
                b.line(b.last, token, after)
            else:
                b.column = source.position(token.start)[1]
        if token.kind in CLOSES:
            b.open(token)
        elif token.kind in CLOSERS:
            kept = b.close(token)
        elif token.kind == "FOR" and b.stack:
            b.stack[-1].loops = True
        if kept:
            b.result.append(kept)
            b.last = kept
    b.end()
    return b
