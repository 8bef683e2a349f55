"""Text to tokens: every character lands in one, also those that no valid text has."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from .lalr import Token, grammar

IGNORED: Final = frozenset({"SPACE", "COMMENT"})

# What looks like a terminal but is none, tried after all of them. Mistakes are explained later:
# here they only become one token each.
STRAYS: Final = (
    ("BROKEN_STRING", r"[\"'][^\n]*"),
    ("QUOTED", r"[“”„‟«»‘’‚‛][^\n“”„‟«»‘’‚‛]*[“”„‟«»‘’‚‛]?"),
    ("BROKEN_NUMBER", r"\.?[0-9][\w.×]*"),
    ("FOREIGN", r"\|>|=>|<-|&&|\|\||:=|\+\+|--|[-+*/%@&|^]=|[^\w\s]"),
    ("OTHER", r"(?s:.)"),
)


@cache
def _pattern() -> re.Pattern[str]:
    terminals = (*grammar().terminals, *STRAYS)
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in terminals))


def scan(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of a stretch of text, spaces and comments left out."""
    keywords = grammar().keywords
    tokens: list[Token] = []
    for match in _pattern().finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup or ""
        if kind in IGNORED:
            continue
        word = match.group()
        if kind == "NAME":
            kind = keywords.get(word, kind)
        tokens.append(Token(kind, word, match.start(), match.end()))
    return tokens
