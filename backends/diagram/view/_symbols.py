"""One text for several copies: a name takes the place of numbers that differ, and a table lists the
numbers.

``Symbols`` holds the columns of one table. ``conv 1×1, 64`` and ``conv 1×1, 128`` become
``conv 1×1, width`` if the ``width`` of the copies is 64 and 128, and ``conv 1×1, 2·width`` if it is
32 and 64.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..picture import Text, TextRun, text
from ..style import UNSAID, value

Column = tuple[str, ...]

_NUMBER: Final = re.compile(r"(?:(?<![\w)])[-−])?\d+(?:\.\d+)?(?:×\d+)*")
MOST_TIMES: Final = 16


class Symbols:
    """The columns of a table by name, in the order in which captions use them."""

    def __init__(self, copies: int) -> None:
        self.copies = copies
        self.columns: dict[str, Column] = {}
        self._hidden: set[str] = set()

    def offer(
        self, name: str, values: Sequence[object], *, shown: bool = True, always: bool = False
    ) -> None:
        """Add a column that captions may name: an argument of the block. Without ``shown`` it is in
        the table only if a caption names it; with ``always`` even if all values are equal."""
        column = tuple(map(value, values))
        if (len(set(column)) > 1 or always) and self.columns.get(name) != column:
            name = _unused(name, self.columns)
            self.columns[name] = column
            if not shown:
                self._hidden.add(name)

    def shown(self) -> dict[str, Column]:
        return {name: c for name, c in self.columns.items() if name not in self._hidden}

    def line(self, lines: Sequence[str], hint: str = "", *, title: bool = False) -> Text:
        """One line for all copies. The first word of a ``title`` is the layer's, which names no
        number."""
        if len(set(lines)) == 1:
            return text(lines[0])
        frames = {_NUMBER.sub("#", line) for line in lines}
        if len(frames) == 1:
            return self._fill(lines, hint, title=title)
        return self._by_segment(lines)

    def count(self, counts: Sequence[int]) -> Text:
        """The badge ``×3``, or ``×n``; empty for one copy."""
        if len(set(counts)) > 1:
            return text(
                TextRun("×", "badge"), TextRun(self.name([str(c) for c in counts], "n"), "badge")
            )
        return text(TextRun(f"×{counts[0]}", "badge")) if counts[0] > 1 else ()

    def name(self, tokens: Sequence[str], hint: str) -> str:
        """The name of the column with these values, or of one they are a multiple or part of; a new
        column if there is none."""
        column = tuple(tokens)
        for reads in (_as_it_is, _as_square, _as_multiple, _as_part):
            for name, other in self.columns.items():
                reading = reads(column, name, other)
                if reading:
                    self._hidden.discard(name)
                    return reading
        fresh = _unused(hint or "c", self.columns)
        self.columns[fresh] = column
        return fresh

    def _fill(self, lines: Sequence[str], hint: str, *, title: bool = False) -> Text:
        """The common words of the lines, with a symbol for each number that differs."""
        words = _NUMBER.split(lines[0])
        numbers = [_NUMBER.findall(line) for line in lines]
        parts: list[str | TextRun] = [words[0]]
        for k, word in enumerate(words[1:]):
            tokens = [own_numbers[k] for own_numbers in numbers]
            if len(set(tokens)) == 1:
                parts.append(tokens[0])
            else:
                label = words[k].replace(",", " ").split()
                word_before = "" if k == 0 and title else (label[-1] if label else "")
                parts.append(TextRun(self.name(tokens, hint or word_before), "symbol"))
            parts.append(word)
        return _unstutter(text(*parts))

    def _by_segment(self, lines: Sequence[str]) -> Text:
        """One line for lists of settings with commas, if some copies leave some settings out."""
        split = [{_key(s): s for s in line.split(", ") if s} for line in lines]
        keys = dict.fromkeys(key for segments in split for key in segments)
        parts: list[str | Text] = []
        for key in keys:
            unsaid = f"{key} {UNSAID.get(key, '–')}"
            segment = [segments.get(key, unsaid) for segments in split]
            parts += [", ", self._setting(key, segment)]
        return text(*parts[1:])

    def _setting(self, key: str, segments: list[str]) -> Text:
        if len({_NUMBER.sub("#", s) for s in segments}) == 1:
            return self.line(segments, key)
        tokens = [s.removeprefix(key).strip() or "true" for s in segments]
        if set(tokens) == {"true", "–"}:
            tokens = [t.replace("–", "false") for t in tokens]
        return text(TextRun(self.name(tokens, key), "symbol"))


def _key(segment: str) -> str:
    return _NUMBER.sub("", segment).strip()


def _unstutter(line: Text) -> Text:
    """The line without repeated words: ``out 8, stride`` for ``out 8, stride stride``."""
    runs: list[TextRun] = []
    for run in line:
        before = runs[-1].text.rstrip() if runs else ""
        if run.look == "symbol" and re.search(rf"(?<!\S){re.escape(run.text)}$", before):
            runs[-1] = replace(runs[-1], text=before.removesuffix(run.text))
        runs.append(run)
    return text(*runs)


def _as_it_is(column: Column, name: str, named: Column) -> str:
    return name if column == named else ""


def _as_square(column: Column, name: str, named: Column) -> str:
    """``k×k`` for 3×3, 5×5."""
    pairs = zip(column, named, strict=True)
    return f"{name}×{name}" if all(c == f"{k}×{k}" for c, k in pairs) else ""


def _as_multiple(column: Column, name: str, named: Column) -> str:
    """``4·width`` for 256, 512."""
    factor = _ratio(column, named)
    return f"{factor}·{name}" if factor else ""


def _as_part(column: Column, name: str, named: Column) -> str:
    """``width/4`` for 16, 32."""
    factor = _ratio(named, column)
    return f"{name}/{factor}" if factor else ""


def _ratio(column: Column, named: Column) -> int:
    """The small whole number by which all values of ``named`` are multiplied; 0 if there is
    none."""
    pairs = list(zip(column, named, strict=True))
    if not all(c.isdigit() and k.isdigit() and int(k) for c, k in pairs):
        return 0
    ratios = {divmod(int(c), int(k)) for c, k in pairs}
    factor, remainder = min(ratios)
    return factor if len(ratios) == 1 and not remainder and 1 < factor <= MOST_TIMES else 0


def _unused(hint: str, taken: Iterable[str]) -> str:
    names = set(taken)
    stem = hint if hint.isidentifier() else "c"
    return next(n for n in (stem, *(f"{stem}{i}" for i in range(2, 99))) if n not in names)
