"""Breaks long statements into lines as ``ruff format`` does, so that files need no formatter.

It works on the text of one statement. A value with two or more operators of one kind, or a chain of
three or more calls of methods, gets parentheses and is broken before each of them. Else the last
bracket is broken: its content goes on a line of its own if it fits there (never in a list or
tuple), or else each item goes on a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

WIDTH: Final = 100
INDENT: Final = "    "

_STRING = re.compile(r"""\"\"\"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


_VALUE = re.compile(r"return |[^=()\"']+ = ")
_OPERATORS: Final = ((" + ", " - "), (" * ", " / ", " // ", " % ", " @ "))
"""Kinds of operators, the loosest first."""


def wrap(text: str, indent: int) -> list[str]:
    """The lines of a statement, indented. A ``def`` is broken at its parameters."""
    margin = INDENT * indent
    head = _VALUE.match(text)
    if head and len(margin) + len(text) > WIDTH:
        value = text[head.end() :]
        parts = _parts(value)
        if len(parts) > 2:
            lines = _broken(value, parts, margin + INDENT)
            return [margin + head[0] + "(", *lines, margin + ")"]
    return list(_lines(text, margin))


def _parts(value: str) -> list[str]:
    """The operands of the loosest operators, each with the operator before it; or the calls of a
    chain of methods."""
    if any(_find(value, word) for word in (" if ", " for ", " and ", " or ", " in ", ", ")):
        return [value]
    for words in _OPERATORS:
        places = sorted(place for word in words for place in _find(value, word))
        if places:
            return [part.strip() for part in _cut(value, places)]
    return _cut(value, [place for place in _find(value, ".") if value[place - 1] in ")]"])


def _cut(value: str, places: list[int]) -> list[str]:
    return [value[a:b] for a, b in zip([0, *places], [*places, len(value)], strict=True)]


def _broken(value: str, parts: list[str], margin: str) -> Iterator[str]:
    for line in [value] if len(margin) + len(value) <= WIDTH else parts:
        yield from _lines(line, margin)


def _lines(text: str, margin: str) -> Iterator[str]:
    pair = None if len(margin) + len(text) <= WIDTH else _bracket(text, len(margin))
    if pair is None:
        yield margin + text
        return
    start, end = pair
    yield margin + text[: start + 1]
    yield from _inside(text[start + 1 : end], margin + INDENT, literal=_is_literal(text, start))
    yield from _lines(text[end:], margin)


def _inside(body: str, margin: str, *, literal: bool) -> Iterator[str]:
    if not literal and len(margin) + len(body) <= WIDTH:
        yield margin + body
        return
    loop = _find(body, " for ")
    if loop:
        yield from _lines(body[: loop[0]], margin)
        yield from _lines(body[loop[0] + 1 :], margin)
        return
    items = _split(body)
    comma = "," if len(items) > 1 or body.endswith(",") or not _bracket(body, 0) else ""
    for item in items:
        yield from _lines(item + comma, margin)


def _bracket(text: str, margin: int) -> tuple[int, int] | None:
    """The brackets to break, or None: the last ones that are not empty and begin within the line's
    width; in a ``def`` the first ones."""
    pairs = [(a, b) for a, b in _pairs(text) if b > a + 1]
    if text.startswith("def "):
        return pairs[0]
    fitting = [(a, b) for a, b in pairs if margin + a < WIDTH] or pairs
    return fitting[-1] if fitting else None


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """The outermost brackets."""
    depth, start = 0, 0
    for i, c in _code(text):
        if c in "([{":
            start = i if depth == 0 else start
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                yield start, i


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The characters outside strings."""
    i = 0
    while i < len(text):
        string = _STRING.match(text, i)
        if string:
            i = string.end()
            continue
        yield i, text[i]
        i += 1


def _is_literal(text: str, start: int) -> bool:
    """Whether a bracket begins a list or tuple, and no call or subscript."""
    return not re.search(r"[\w)\]]$", text[:start]) or text[:start].endswith("return")


def _find(text: str, word: str) -> list[int]:
    """The places of a word outside all brackets and strings."""
    places, depth = [], 0
    for i, c in _code(text):
        depth += (c in _CLOSING) - (c in ")]}")
        if depth == 0 and text.startswith(word, i):
            places.append(i)
    return places


def _split(body: str) -> list[str]:
    """The items between the outermost commas."""
    ends = [*_find(body, ","), len(body)]
    starts = [0, *(e + 1 for e in ends)]
    items = (body[a:b].strip() for a, b in zip(starts, ends, strict=False))
    return [item for item in items if item]
