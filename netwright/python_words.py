"""Helps for callers from Python: an option of the commands becomes a keyword of the functions.

The messages of the compiler and the backends name ``--input 3x32x32``. Who calls ``load`` needs
``inputs="3x32x32"``.
"""

from __future__ import annotations

import re
import shlex
from ast import literal_eval
from collections.abc import Iterator, Sequence
from typing import Final

from .grammar.diagnostics import Diagnostic, Fix

KEYWORDS: Final = {
    "--input": "inputs",
    "--net": "net",
    "-I": "search",
    "--import-path": "search",
    "--depth": "depth",
    "--expand": "expand",
    "--fold": "fold",
    "--view": "view",
    "--color-by": "color_by",
    "--limit": "limits",
    "-p": "",
}
SEVERAL: Final = frozenset({"search", "expand", "fold"})
NAMED: Final = frozenset({"limits"})
"""Keywords that take a dict: ``--limit layers=10`` is ``limits={"layers": 10}``."""


def finding_in_python(finding: Diagnostic) -> Diagnostic:
    """A finding whose texts name keywords of Python."""
    fix = finding.fix and Fix(in_python(finding.fix.title), finding.fix.edits)
    return finding.replace(
        detail=in_python(finding.detail),
        notes=tuple(map(in_python, finding.notes)),
        help=tuple(map(in_python, finding.help)),
        fix=fix,
    )


def in_python(text: str) -> str:
    """The text, with keywords in place of the options in backticks."""
    return re.sub(r"`([^`]*)`", _quoted, text)


def _quoted(match: re.Match[str]) -> str:
    try:
        words = shlex.split(match[1])
    except ValueError:  # a quote that does not end
        return match[0]
    start = next((i for i, word in enumerate(words) if word in KEYWORDS), None)
    if start is None or start > 1:
        return match[0]
    keywords = ", ".join(_keywords(words[start:]))
    return f'`load("{words[0]}", {keywords})`' if start else f"`{keywords}`"


def _keywords(words: Sequence[str]) -> Iterator[str]:
    values_by_keyword: dict[str, list[str]] = {}
    keyword = ""
    for word in words:
        if word in KEYWORDS:
            keyword = KEYWORDS[word]
            values_by_keyword.setdefault(keyword, [])
        else:
            values_by_keyword[keyword].append(word)
    for keyword, values in values_by_keyword.items():
        if keyword:
            yield f"{keyword}={_value(keyword, values)}"
        else:
            yield from (_parameter(value) for value in values)


def _value(keyword: str, values: list[str]) -> str:
    if not values:
        return ""
    if keyword in SEVERAL:
        return f"[{', '.join(map(_literal, values))}]"
    pairs = [value.partition("=")[::2] for value in values if "=" in value]
    spell = _literal if keyword == "inputs" else _number_or_text
    if keyword in NAMED or pairs:
        return f"{{{', '.join(f'{_literal(name)}: {spell(value)}' for name, value in pairs)}}}"
    return spell(values[0])


def _parameter(text: str) -> str:
    name, _, value = text.partition("=")
    return f"{name}={value if value == '...' else _number_or_text(value)}"


def _number_or_text(text: str) -> str:
    """The value as Python code: numbers and lists are the same in Python, others become strings."""
    try:
        literal_eval(text)
    except (ValueError, SyntaxError):
        return _literal(text)
    return text


def _literal(text: str) -> str:
    return f'"{text}"' if '"' not in text else repr(text)
