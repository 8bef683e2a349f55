"""One text for several copies: where their numbers differ, a name stands, and a table has the rest.

``Symbols`` knows the columns of one table. ``conv 1×1, 64`` and ``conv 1×1, 128`` read
``conv 1×1, width`` if the copies' ``width`` is 64 and 128, ``conv 1×1, 2·width`` if it is half
that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..picture import Run, Text, text
from ..style import value

Column = tuple[str, ...]

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?(?:×\d+)*")
MOST_TIMES: Final = 16
_UNSAID: Final = {"stride": "1", "dilation": "1", "groups": "1"}
"""What a setting is where a caption leaves it out."""


class Symbols:
    """The columns by name, in the order in which the drawing needs them."""

    def __init__(self, copies: int) -> None:
        self.copies = copies
        self.columns: dict[str, Column] = {}
        self._hidden: set[str] = set()

    def offer(
        self, name: str, values: Sequence[object], *, shown: bool = True, always: bool = False
    ) -> None:
        """A column that captions may refer to: an argument of the block. Without ``shown`` it
        is in the table only if a caption does; ``always`` even if all values are equal."""
        column = tuple(map(value, values))
        if (len(set(column)) > 1 or always) and name not in self.columns:
            self.columns[name] = column
            if not shown:
                self._hidden.add(name)

    def shown(self) -> dict[str, Column]:
        return {name: c for name, c in self.columns.items() if name not in self._hidden}

    def line(self, lines: Sequence[str], hint: str = "", *, title: bool = False) -> Text:
        """One line for all copies. A ``title`` begins with a layer's word: that names no number."""
        if len(set(lines)) == 1:
            return text(lines[0])
        frames = {_NUMBER.sub("#", said) for said in lines}
        if len(frames) == 1:
            return self._fill(lines, hint, title=title)
        return self._by_segment(lines)

    def count(self, counts: Sequence[int]) -> Text:
        """``×3``, or ``×n``; nothing for one copy."""
        if len(set(counts)) > 1:
            return text(Run("×", "badge"), Run(self.name([str(c) for c in counts], "n"), "badge"))
        return text(Run(f"×{counts[0]}", "badge")) if counts[0] > 1 else ()

    def name(self, tokens: Sequence[str], hint: str) -> str:
        """The column, or multiple of one, that holds these; a new one if there is none."""
        column = tuple(tokens)
        for reads in (_as_it_is, _as_square, _as_multiple, _as_part):
            for name, known in self.columns.items():
                said = reads(column, name, known)
                if said:
                    self._hidden.discard(name)
                    return said
        fresh = _unused(hint or "c", self.columns)
        self.columns[fresh] = column
        return fresh

    def _fill(self, lines: Sequence[str], hint: str, *, title: bool = False) -> Text:
        """The common words, with a symbol for each number that differs."""
        words = _NUMBER.split(lines[0])
        numbers = [_NUMBER.findall(said) for said in lines]
        parts: list[str | Run] = [words[0]]
        for k, word in enumerate(words[1:]):
            tokens = [found[k] for found in numbers]
            if len(set(tokens)) == 1:
                parts.append(tokens[0])
            else:
                label = words[k].replace(",", " ").split()
                known = "" if k == 0 and title else (label[-1] if label else "")
                parts.append(Run(self.name(tokens, hint or known), "symbol"))
            parts.append(word)
        return _unstutter(text(*parts))

    def _by_segment(self, lines: Sequence[str]) -> Text:
        """Lines of comma-separated settings, of which some copies leave some out."""
        split = [{_key(s): s for s in said.split(", ") if s} for said in lines]
        keys = dict.fromkeys(key for segments in split for key in segments)
        parts: list[str | Text] = []
        for key in keys:
            unsaid = f"{key} {_UNSAID.get(key, '–')}"
            segment = [segments.get(key, unsaid) for segments in split]
            parts += [", ", self._setting(key, segment)]
        return text(*parts[1:])

    def _setting(self, key: str, segments: list[str]) -> Text:
        if len({_NUMBER.sub("#", s) for s in segments}) == 1:
            return self.line(segments, key)
        tokens = [s.removeprefix(key).strip() or "true" for s in segments]
        if set(tokens) == {"true", "–"}:
            tokens = [t.replace("–", "false") for t in tokens]
        return text(Run(self.name(tokens, key), "symbol"))


def _key(segment: str) -> str:
    return _NUMBER.sub("", segment).strip()


def _unstutter(line: Text) -> Text:
    """``out 8, stride stride`` is ``out 8, stride``."""
    runs: list[Run] = []
    for run in line:
        before = runs[-1].text.rstrip() if runs else ""
        if run.look == "symbol" and re.search(rf"(?<!\S){re.escape(run.text)}$", before):
            runs[-1] = replace(runs[-1], text=before.removesuffix(run.text))
        runs.append(run)
    return text(*runs)


def _as_it_is(column: Column, name: str, known: Column) -> str:
    return name if column == known else ""


def _as_square(column: Column, name: str, known: Column) -> str:
    """``k×k`` for 3×3, 5×5."""
    pairs = zip(column, known, strict=True)
    return f"{name}×{name}" if all(c == f"{k}×{k}" for c, k in pairs) else ""


def _as_multiple(column: Column, name: str, known: Column) -> str:
    """``4·width`` for 256, 512."""
    factor = _ratio(column, known)
    return f"{factor}·{name}" if factor else ""


def _as_part(column: Column, name: str, known: Column) -> str:
    """``width/4`` for 16, 32."""
    factor = _ratio(known, column)
    return f"{name}/{factor}" if factor else ""


def _ratio(column: Column, known: Column) -> int:
    """The small whole number that all of one are of the other; 0 if there is none."""
    pairs = list(zip(column, known, strict=True))
    if not all(c.isdigit() and k.isdigit() and int(k) for c, k in pairs):
        return 0
    ratios = {divmod(int(c), int(k)) for c, k in pairs}
    factor, rest = min(ratios)
    return factor if len(ratios) == 1 and not rest and 1 < factor <= MOST_TIMES else 0


def _unused(hint: str, taken: Iterable[str]) -> str:
    names = set(taken)
    stem = hint if hint.isidentifier() else "c"
    return next(n for n in (stem, *(f"{stem}{i}" for i in range(2, 99))) if n not in names)
