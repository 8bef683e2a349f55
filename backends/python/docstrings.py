"""Docstrings: the documentation of a block, without what its class does not have."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Collection, Iterator
from typing import Final

from .wrapping import INDENT, WIDTH

SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def first_sentence(documentation: str) -> str:
    """The first sentence, without a full stop; "" if there is no documentation."""
    paragraph = re.split(r"\n\s*\n", inspect.cleandoc(documentation))[0]
    return SENTENCE_END.split(" ".join(paragraph.split()))[0].rstrip(".")


def without_names(documentation: str, absent: Collection[str]) -> str:
    """The text without the parts that mention an ``absent`` name in backticks.

    A parenthesis with such a name is removed. A sentence ends before the clause that has one.
    """
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(documentation))
    kept = (p if not _names(p, absent) else " ".join(_sentences(p, absent)) for p in paragraphs)
    return "\n\n".join(filter(None, kept))


def _sentences(paragraph: str, absent: Collection[str]) -> Iterator[str]:
    text = re.sub(
        r"\s*\([^()]*\)",
        lambda match: "" if _names(match[0], absent) else match[0],
        " ".join(paragraph.split()),
    )
    for sentence in SENTENCE_END.split(text):
        remaining = _clauses(sentence, absent)
        if remaining:
            yield remaining


def _clauses(sentence: str, absent: Collection[str]) -> str:
    """The clauses before the first that has an absent name: ``VGG``, if there is no norm, of
    ``VGG; `norm` may be `bn```."""
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
    """The lines of an indented docstring for any text, wrapped and escaped; none if it is empty."""
    margin = INDENT * indent
    cleaned = "".join(c if c.isprintable() or c == "\n" else "?" for c in inspect.cleandoc(text))
    escaped = re.sub(r'"(?="|$)|^"', r"\"", cleaned.strip().replace("\\", "\\\\"))
    if not escaped:
        return []
    width = WIDTH - len(margin)
    if len(escaped) + 6 <= width and "\n" not in escaped:
        return [f'{margin}"""{escaped}"""']
    # Here the closing quotes get a line of their own, so the first line has to leave less room.
    first, *others = _filled(escaped, width - 3 if "\n" in escaped else width - 7)
    return [f"{margin}{row}".rstrip() for row in (f'"""{first}', *others, '"""')]


def _filled(text: str, width: int) -> list[str]:
    """The lines of a text. If one is too long, all paragraphs are wrapped again."""
    if all(len(line) <= width for line in text.splitlines()):
        return text.splitlines()
    rows: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        # A word that is too long stays whole: it might be cut within an escaped quote.
        rows += ["", *textwrap.wrap(paragraph, width, break_long_words=False)]
    return rows[1:]
