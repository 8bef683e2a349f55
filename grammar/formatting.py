"""A text in our style. It has the syntax and the comments that it had, or there is none."""

from __future__ import annotations

from typing import Any

from . import syntax as s
from .diagnostics import Diagnostic
from .layout import layout
from .parser import parse
from .printer import print_file
from .record import positional
from .scanner import scan
from .source import Source
from .written import remarks


class NotTheSame(Exception):
    """The printed text does not have the syntax or the comments of the text: a mistake of ours."""


def format_source(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text in our style, or None and what is wrong with it: it does not parse, or its lines
    suggest another syntax than it has, which would be hidden. Raises NotTheSame."""
    file, diagnostics = parse(source)
    if diagnostics:
        return None, diagnostics
    text = print_file(file, source.text)
    if text != source.text:
        _compare(file, source, Source(source.name, text))
    return text, ()


def _compare(file: s.File, before: Source, after: Source) -> None:
    if [c.text for c in remarks(before.text)] != [c.text for c in remarks(after.text)]:
        raise NotTheSame("the formatted text has other comments")
    if _tokens(before) == _tokens(after):
        return  # and so the same syntax, in half of the time
    again, diagnostics = parse(after)
    if diagnostics or not same_syntax(file, again):
        raise NotTheSame("the formatted text has another syntax")


def _tokens(source: Source) -> list[tuple[str, str]]:
    tokens = layout(scan(source.text))
    return [(token.kind, "" if token.kind == "NEWLINE" else token.text) for token in tokens]


def same_syntax(one: s.SyntaxNode, other: s.SyntaxNode) -> bool:
    """Whether two trees differ in their places only. A loop, so a chain has any length."""
    waiting: list[tuple[Any, Any]] = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        kind = a.__class__
        if kind is not b.__class__:
            return False
        if kind is tuple:
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif isinstance(a, s.SyntaxNode):
            waiting += [(getattr(a, name), getattr(b, name)) for name in positional(a)]
        elif a != b or (kind is float and repr(a) != repr(b)):
            return False
    return True
