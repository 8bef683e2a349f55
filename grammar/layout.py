"""Where statements end, and which keywords are ordinary names.

A statement ends at the line's end unless a bracket is open, the line ends in an operator or a
comma, or the next line starts with an operator (never with ``-``, ``[`` or ``(``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .lalr import Token, grammar

CLOSES: Final = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSERS: Final = frozenset(CLOSES.values())
LEADING: Final = frozenset({"OPERATOR", "EQUAL", "ARROW", "AS", "IF", "ELSE", "IN"})
TRAILING: Final = LEADING | {"MINUS", "NOT", "NOT_IN", "COMMA"}
BEFORE_NAMES: Final = frozenset({"DOT", "AS"})


def layout(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that the parser gets: a NEWLINE stands between two statements only."""
    keywords = {*grammar().keywords.values(), "KIND", "CONSTANT"}
    result: list[Token] = []
    brackets: list[str] = []
    last = "NEWLINE"
    line_end: Token | None = None
    documentation: list[Token] = []
    for token in tokens:
        kind = token.kind
        if kind == "NEWLINE":
            line_end = token
            if token.text.count("\n") > 1:
                documentation.clear()
            continue
        if kind == "DOC":
            if line_end or last == "NEWLINE":
                documentation.append(token)
            continue
        if kind in keywords and last in BEFORE_NAMES:
            token.kind = kind = "NAME"
        if line_end:
            if not (brackets and brackets[-1] != "LBRACE") and _ends(last, kind):
                result.append(line_end)
            line_end = None
        if kind == "KIND":
            result.extend(documentation)
        documentation.clear()
        if kind in CLOSES:
            brackets.append(kind)
        elif kind in CLOSERS and brackets:
            brackets.pop()
        elif kind == "EQUAL" and last in keywords and brackets and brackets[-1] == "LPAR":
            result[-1].kind = "NAME"
        elif kind == "IN" and last == "NOT":
            token = Token("NOT_IN", "not in", result.pop().start, token.end)
            kind = "NOT_IN"
        result.append(token)
        last = kind
    return result


def _ends(before: str, after: str) -> bool:
    return (
        before not in TRAILING
        and before not in {"LBRACE", "NEWLINE"}
        and after not in LEADING
        and after != "RBRACE"
    )
