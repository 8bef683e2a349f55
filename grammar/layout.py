"""Decides where statements end and which words are ordinary names.

A statement ends at the end of its line, unless a bracket is open, the line ends in an operator or a
comma, or the next line starts with an operator (but not with ``-``, ``[`` or ``(``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .lalr import Token
from .scanner import reserved

CLOSES: Final = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSERS: Final = frozenset(CLOSES.values())
LEADING: Final = frozenset({"OPERATOR", "EQUAL", "ARROW", "AS", "IF", "ELSE", "IN"})
TRAILING: Final = LEADING | {"MINUS", "NOT", "NOT_IN", "COMMA"}
DOCUMENTED: Final = frozenset({"KIND", "EXTERN"})
BEFORE_NAMES: Final = frozenset({"DOT", "AS"})


def layout(tokens: Iterable[Token], *, bracketed: bool = False) -> list[Token]:
    """The tokens that the parser gets.

    A NEWLINE is kept only between two statements, a DOC only before the block, net or extern that
    it documents. A keyword after ``.`` or ``as``, or before the ``=`` of a setting, is a name, and
    ``not in`` is one token. ``bracketed`` tokens are read as if they were in brackets.
    """
    names = reserved()
    result: list[Token] = []
    brackets = ["LPAR"] if bracketed else []
    last = "NEWLINE"
    line_end: Token | None = None
    documentation: list[Token] = []
    for token in tokens:
        kind = token.kind
        if kind == "NEWLINE":
            if is_blank(token):
                documentation.clear()
            line_end = token
            continue
        if kind == "DOC":
            if line_end or last == "NEWLINE":
                documentation.append(token)
            continue
        if kind in names and last in BEFORE_NAMES:
            token.kind = kind = "NAME"
        if line_end:
            if (not brackets or brackets[-1] == "LBRACE") and ends_statement(last, kind):
                result.append(line_end)
            line_end = None
        if documentation:
            if kind in DOCUMENTED:
                result.extend(documentation)
            documentation.clear()
        if kind in CLOSES:
            brackets.append(kind)
        elif kind in CLOSERS:
            if brackets:
                brackets.pop()
        elif kind == "EQUAL" and last in names and brackets and brackets[-1] == "LPAR":
            result[-1].kind = "NAME"
        elif kind == "IN" and last == "NOT":
            token = Token("NOT_IN", "not in", result.pop().start, token.end)
            kind = "NOT_IN"
        result.append(token)
        last = kind
    return result


def ends_statement(before: str, after: str) -> bool:
    """Whether the end of a line between tokens of these kinds ends the statement."""
    return (
        before not in TRAILING
        and before not in {"LBRACE", "NEWLINE"}
        and after not in LEADING
        and after != "RBRACE"
    )


def is_blank(line_end: Token) -> bool:
    """Whether an empty line follows."""
    return line_end.text.count("\n") > 1
