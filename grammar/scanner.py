"""Text to tokens. Every character becomes part of one, even if no correct text has it."""

from __future__ import annotations

import re
import sys
from collections.abc import Container
from functools import cache
from typing import Final
from unicodedata import normalize

from .lalr import Token, grammar

IGNORED: Final = frozenset({"SPACE", "COMMENT"})
SPELT: Final = frozenset({"NAME", "BRACKET"})
"""Tokens whose kind depends on their text."""

# Text that looks like a terminal and is none, or would become several tokens. Here each mistake
# only becomes one token; repair.py explains it.
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
# Names by our grammar that their writers meant as keywords of Python.
FOREIGN_WORDS: Final = {
    "True": "FOREIGN_CONSTANT",
    "False": "FOREIGN_CONSTANT",
    "None": "FOREIGN_CONSTANT",
    "return": "RETURN",
}


@cache
def words() -> dict[str, str]:
    """Words that are not names, and their kinds."""
    return {**grammar().keywords, **FOREIGN_WORDS}


@cache
def reserved() -> frozenset[str]:
    """The kinds of tokens that look like a name."""
    return frozenset({*words().values(), "KIND", "CONSTANT", "EXTERN"})


@cache
def _brackets() -> dict[str, str]:
    """The signs that start no other token, and their kinds."""
    spelling = {f"\\{sign}": sign for sign in "()[]{}"} | {",": ","}
    return {spelling[pattern]: n for n, pattern in grammar().terminals if pattern in spelling}


@cache
def _pattern() -> re.Pattern[str]:
    """A pattern whose matches are the tokens, each with the blanks before it. The alternatives that
    are quickest to decide come first."""
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
    """The text has too many tokens; ``start`` is the offset of the first one beyond the bound."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


def scan(text: str, start: int = 0, end: int | None = None, most: int = sys.maxsize) -> list[Token]:
    """The tokens of a part of the text, without spaces and comments. Raises TooManyError."""
    kinds = words() | _brackets()
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
            kind = kinds.get(word, kind)
        tokens.append(Token(kind, word, start, last))
        if kind == "LPAR":
            _find_extern(tokens)
        if len(tokens) > most:
            raise TooManyError(start)
    return tokens


def _find_extern(tokens: list[Token]) -> None:
    """Makes ``extern`` before ``name(`` a keyword. Everywhere else it is a name."""
    if len(tokens) < 3 or tokens[-2].kind not in ("NAME", "KIND"):
        return
    if tokens[-3].kind == "NAME" and tokens[-3].text == "extern":
        tokens[-3].kind = "EXTERN"


def comments(text: str, kinds: Container[str] = frozenset({"COMMENT"})) -> list[tuple[int, int]]:
    """The offsets where each comment of a text starts and ends. ``DOC`` is the kind of lines with
    ``##``."""
    matches = (m for m in _pattern().finditer(text) if m.lastgroup in kinds)
    return [match.span(match.lastgroup or "") for match in matches]
