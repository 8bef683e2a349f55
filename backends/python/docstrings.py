"""Docstrings: what the spec says of a block, as far as its class has what that speaks of."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Collection, Iterator

from .wrapping import INDENT, WIDTH


def spoken_of(documentation: str, absent: Collection[str]) -> str:
    """The text without what it says of names in backticks that are ``absent``: parentheses fall
    away, and of a sentence all from the clause on that has such a name."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(documentation))
    kept = (p if not _names(p, absent) else " ".join(_sentences(p, absent)) for p in paragraphs)
    return "\n\n".join(filter(None, kept))


def _sentences(paragraph: str, absent: Collection[str]) -> Iterator[str]:
    text = re.sub(
        r"\s*\([^()]*\)",
        lambda found: "" if _names(found[0], absent) else found[0],
        " ".join(paragraph.split()),
    )
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", text):
        said = _clauses(sentence, absent)
        if said:
            yield said


def _clauses(sentence: str, absent: Collection[str]) -> str:
    """``VGG`` of ``VGG; `norm` may be `bn``` where there is no norm."""
    end = "." if sentence.endswith(".") else ""
    kept = ""
    for mark, clause in re.findall(r"(^|[;:] )(.+?)(?=[;:] |$)", sentence):
        if _names(clause, absent):
            return kept + end if kept else ""
        kept += mark + clause
    return sentence


def _names(text: str, absent: Collection[str]) -> bool:
    return not set(re.findall(r"`(\w+)", text)).isdisjoint(absent)


def docstring(text: str, indent: int) -> list[str]:
    """A docstring that holds any text, wrapped and safe, at an indentation; none for no text."""
    margin = INDENT * indent
    cleaned = "".join(c if c.isprintable() or c == "\n" else "?" for c in inspect.cleandoc(text))
    escaped = re.sub(r'"(?="|$)|^"', r"\"", cleaned.strip().replace("\\", "\\\\"))
    if not escaped:
        return []
    width = WIDTH - len(margin)
    if len(escaped) + 6 <= width and "\n" not in escaped:
        return [f'{margin}"""{escaped}"""']
    # One line alone would get its closing quotes behind it, so it is made two.
    first, *others = _filled(escaped, width - 3 if "\n" in escaped else width - 7)
    return [f"{margin}{row}".rstrip() for row in (f'"""{first}', *others, '"""')]


def _filled(text: str, width: int) -> list[str]:
    """The lines of a text; where one is too long, its paragraphs are filled anew."""
    if all(len(line) <= width for line in text.splitlines()):
        return text.splitlines()
    rows: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        # A word that is too long stays whole: it might be cut within an escaped quote.
        rows += ["", *textwrap.wrap(paragraph, width, break_long_words=False)]
    return rows[1:]
