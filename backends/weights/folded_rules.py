"""Shorter rules: those that differ in their numbers only become one, with a placeholder.

``h.0.w -> layers.0.w`` and ``h.1.w -> layers.1.w`` become ``h.{i}.w -> layers.{i}.w``. A pattern is
used only if it does what its rules did, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from .mappings import Mapping, Rule, bind
from .name_patterns import NamePattern, Placeholder

Column: TypeAlias = tuple[int, ...]


def folded_mapping(mapping: Mapping, names: Sequence[str]) -> Mapping:
    """The mapping with as few rules as it needs for these names."""
    groups: dict[object, list[Rule]] = {}
    for rule in mapping.rules:
        groups.setdefault(_shape(rule), []).append(rule)
    rules: list[Rule] = []
    for group in groups.values():
        folded = _folded(group) if len(group) > 1 else None
        rules += group if folded is None else [folded]
    short = Mapping(tuple(rules))
    return short if _outcome(short, names) == _outcome(mapping, names) else mapping


def _outcome(mapping: Mapping, names: Sequence[str]) -> set[object]:
    return {(move.old, move.new, move.rule.steps) for move in bind(mapping, names)}


def _texts(rule: Rule) -> list[str]:
    return [pattern.texts[0] for pattern in (*rule.old, *rule.new)]


def _shape(rule: Rule) -> object:
    """What is equal for rules that could be one: all but the numbers in the names."""
    if any(pattern.parts for pattern in (*rule.old, *rule.new)):
        return rule
    blank = tuple(re.sub(r"\d+", "#", text) for text in _texts(rule))
    return (blank, len(rule.old), rule.steps, rule.axis, rule.sizes)


def _folded(rules: Sequence[Rule]) -> Rule | None:
    """One rule for all of these, or None if no simple placeholders do."""
    count = len(rules[0].old)
    texts = [_texts(rule) for rule in rules]
    columns = [
        [tuple(map(int, column)) for column in zip(*numbers, strict=True)]
        for side in zip(*texts, strict=True)
        for numbers in [[re.findall(r"\d+", text) for text in side]]
    ]
    letters = _letters(columns[0])
    patterns = [_pattern(text, own, letters) for text, own in zip(texts[0], columns, strict=True)]
    whole = [pattern for pattern in patterns if pattern is not None]
    if len(whole) < len(patterns) or len({pattern.names for pattern in whole}) > 1:
        return None
    first = rules[0]
    return Rule(tuple(whole[:count]), tuple(whole[count:]), first.steps, first.axis, first.sizes)


def _letters(columns: Sequence[Column]) -> dict[Column, str]:
    """A letter for each column of numbers that varies."""
    varying = dict.fromkeys(column for column in columns if len(set(column)) > 1)
    return dict(zip(varying, "ijklmn", strict=False))


def _pattern(
    text: str, columns: Sequence[Column], letters: dict[Column, str]
) -> NamePattern | None:
    """The pattern of a name whose numbers are these columns, or None."""
    texts, parts, end = [""], list[Placeholder](), 0
    for match, column in zip(re.finditer(r"\d+", text), columns, strict=True):
        texts[-1] += text[end : match.start()]
        end = match.end()
        if len(set(column)) == 1:
            texts[-1] += match[0]
            continue
        part = next((p for c, x in letters.items() if (p := _part(x, c, column))), None)
        if part is None:
            return None
        parts.append(part)
        texts.append("")
    texts[-1] += text[end:]
    return NamePattern(tuple(texts), tuple(parts))


def _part(letter: str, base: Column, column: Column) -> Placeholder | None:
    """The placeholder for a column that is ``factor * base + offset``, or None."""
    k = next(k for k in range(1, len(base)) if base[k] != base[0])
    factor, remainder = divmod(column[k] - column[0], base[k] - base[0])
    offset = column[0] - factor * base[0]
    fits = all(c == factor * b + offset for b, c in zip(base, column, strict=True))
    return Placeholder(letter, factor, offset) if fits and not remainder and factor > 0 else None
