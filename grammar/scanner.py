"""Text to tokens: every character lands in one, also those that no sound text has."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Final
from unicodedata import normalize

from .lalr import Token, grammar

IGNORED: Final = frozenset({"SPACE", "COMMENT"})
SPELT: Final = frozenset({"NAME", "BRACKET"})
"""Of these the text says which kind they are."""

# What looks like a terminal and is none, or would fall into several. Here mistakes only become
# one token each; repair.py explains them.
BEFORE: Final = (
    ("DOCSTRING", r"\"{3}(?s:.*?)(?:\"{3}|\Z)|'{3}(?s:.*?)(?:'{3}|\Z)"),
    ("FOREIGN_COMMENT", r"/\*(?s:.*?)(?:\*/|\Z)"),
    ("FOREIGN", r"=>|:=|[=!]=="),
    ("AUGMENTED", r"(?:\*\*|//|[-+*/%@])=(?!=)"),
)
AFTER: Final = (
    ("BROKEN_STRING", r"[\"'][^\n]*"),
    ("SMART_STRING", r"[“”„«‘‚][^\n“”„«»‘’‚\"]*[“”»‘’\"]"),
    ("BROKEN_NUMBER", r"\.?[0-9][\w.×]*"),
    ("SYMBOL", r"\|>|&&|\|\||[^\w\s]"),
    ("OTHER", r"(?s:.)"),
)
# Names to the eye of this language, words of another to their writer.
FOREIGN_WORDS: Final = {
    "True": "FOREIGN_CONSTANT",
    "False": "FOREIGN_CONSTANT",
    "None": "FOREIGN_CONSTANT",
    "return": "RETURN",
}


@cache
def words() -> dict[str, str]:
    """Words that are no names, and their kinds."""
    return {**grammar().keywords, **FOREIGN_WORDS}


@cache
def reserved() -> frozenset[str]:
    """The kinds of tokens that look like a name."""
    return frozenset({*words().values(), "KIND", "CONSTANT"})


@cache
def _brackets() -> dict[str, str]:
    """The signs that nothing else starts with, and their kinds."""
    spelling = {f"\\{sign}": sign for sign in "()[]{}"} | {",": ","}
    return {spelling[pattern]: n for n, pattern in grammar().terminals if pattern in spelling}


@cache
def _pattern() -> re.Pattern[str]:
    """One match for each token, with the blanks before it; the quickest to tell come first."""
    terminals = (("BRACKET", r"[()\[\]{},]"), *BEFORE, *grammar().terminals, *AFTER)
    return re.compile(
        r"[ \t]*(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in terminals) + ")"
    )


def _identifier(word: str) -> tuple[str, str]:
    """A name in the letters of any script, in the form in which Python compares names (NFKC):
    https://docs.python.org/3/reference/lexical_analysis.html#identifiers"""
    if not word.isidentifier():
        return "BROKEN_NAME", word
    return "NAME", normalize("NFKC", word)


class TooManyError(Exception):
    """More tokens than are read; holds the place of the first that is too many."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def scan(text: str, start: int = 0, end: int | None = None, most: int = sys.maxsize) -> list[Token]:
    """The tokens of a stretch of text, spaces and comments left out. Raises TooManyError."""
    known = words() | _brackets()
    tokens: list[Token] = []
    for match in _pattern().finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup or ""
        if kind in IGNORED:
            continue
        word, last = match[kind], match.end()
        start = last - len(word)
        if kind == "NAME" and not word.isascii():
            kind, word = _identifier(word)
        if kind in SPELT:
            kind = known.get(word, kind)
        tokens.append(Token(kind, word, start, last))
        if len(tokens) > most:
            raise TooManyError(start)
    return tokens


def comments(text: str) -> list[tuple[int, int]]:
    """Where the comments of a text start and end."""
    found = (m for m in _pattern().finditer(text) if m.lastgroup == "COMMENT")
    return [(match.start("COMMENT"), match.end("COMMENT")) for match in found]
