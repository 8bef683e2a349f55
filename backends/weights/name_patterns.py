"""Patterns of names: ``layers.{i}.{rest}``.

A placeholder of one letter stands for a number, with a factor and an offset if wanted
(``{i+1}``, ``{2*i}``); a longer one stands for any text, dots included. A brace of the name itself
is written twice. Nothing in a pattern is executed.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, TypeAlias

from ...grammar.record import Record
from .problems import RulesError

Values: TypeAlias = dict[str, int | str]
PIECE: Final = re.compile(
    r"(?P<text>[^{}]+|\{\{|\}\})|\{(?:(\d{1,6})\*)?([A-Za-z_]\w{0,30})([+-]\d{1,6})?\}"
)
"""A text, a brace that is written twice, or a placeholder."""
MOST: Final = 8
"""The most placeholders of a pattern; of those for any text two, since their search is slow."""


class Placeholder(Record):
    """A placeholder: ``factor * name + offset`` if the name stands for a number."""

    name: str
    factor: int = 1
    offset: int = 0

    @property
    def is_number(self) -> bool:
        return len(self.name) == 1

    def value(self, text: str) -> int | str | None:
        """The value of the placeholder for which it is written as ``text``, or None."""
        if not self.is_number:
            return text
        number, remainder = divmod(int(text) - self.offset, self.factor)
        return number if number >= 0 and not remainder else None

    def text(self, values: Values) -> str | None:
        value = values[self.name]
        if isinstance(value, str):
            return value
        number = value * self.factor + self.offset
        return str(number) if number >= 0 else None


class NamePattern(Record):
    """``texts`` are the texts before, between and after the placeholders ``parts``."""

    texts: tuple[str, ...]
    parts: tuple[Placeholder, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(part.name for part in self.parts)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        pieces = [re.escape(self.texts[0])]
        for part, text in zip(self.parts, self.texts[1:], strict=True):
            pieces += [r"(\d{1,9})" if part.is_number else "(.+)", re.escape(text)]
        return re.compile("".join(pieces))

    def match(self, name: str) -> Values | None:
        """The values of the placeholders for which the pattern is this name, or None."""
        if not self.parts:
            return {} if name == self.texts[0] else None
        match = self._regex.fullmatch(name) if len(name) < 1000 else None
        values: Values = {}
        for part, text in zip(self.parts, match.groups() if match else (), strict=bool(match)):
            value = part.value(text)
            if value is None or values.setdefault(part.name, value) != value:
                return None
        return values if match else None

    def fill(self, values: Values) -> str | None:
        """The name for these values, or None if a number would be negative."""
        texts = [part.text(values) for part in self.parts]
        if None in texts:
            return None
        pairs = zip(texts, self.texts[1:], strict=True)
        return self.texts[0] + "".join(f"{value}{text}" for value, text in pairs)


def pattern(text: str) -> NamePattern:
    """The pattern of a text. Raises RulesError."""
    texts = [""]
    parts: list[Placeholder] = []
    end = 0
    while end < len(text):
        match = PIECE.match(text, end)
        if match is None:
            raise RulesError(f"`{text}` is not a pattern", _PLACEHOLDERS)
        plain, *placeholder = match.groups()
        if plain is None:
            parts.append(_part(text, *placeholder))
            texts.append("")
        else:
            texts[-1] += plain[0] if plain in ("{{", "}}") else plain
        end = match.end()
    if len(parts) > MOST or sum(not part.is_number for part in parts) > 2:
        raise RulesError(f"`{text}` has too many placeholders: up to 8, and two for any text")
    return NamePattern(tuple(texts), tuple(parts))


_PLACEHOLDERS: Final = (
    "placeholders are {i}, {i+1}, {2*i}, {rest}; a brace of the name is written twice: {{, }}"
)


def _part(text: str, factor: str | None, name: str, offset: str | None) -> Placeholder:
    part = Placeholder(name, int(factor or 1), int(offset or 0))
    if not part.factor or not (part.is_number or (factor is None and offset is None)):
        raise RulesError(f"`{text}` is not a pattern", "a name for a number has one letter: {i+1}")
    return part


def exact(name: str) -> NamePattern:
    """The pattern of this name alone, whatever signs it has."""
    return NamePattern((name,), ())


def text_of(pattern: NamePattern) -> str:
    """The text of a pattern, as a file of rules has it."""
    first, *texts = (text.replace("{", "{{").replace("}", "}}") for text in pattern.texts)
    pieces = [first]
    for part, text in zip(pattern.parts, texts, strict=True):
        factor = f"{part.factor}*" if part.factor != 1 else ""
        offset = f"{part.offset:+}" if part.offset else ""
        pieces += [f"{{{factor}{part.name}{offset}}}", text]
    return "".join(pieces)
