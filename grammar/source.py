"""A text with a name, and places in it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from .record import Entity, Record


class Source(Entity):
    """The text of a file, a string or a shipped spec. Two sources are never equal."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"<Source {self.name}>"

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        lengths = (len(line) + 1 for line in self.text.split("\n")[:-1])
        return [*accumulate(lengths, initial=0)]

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column (in characters) of an offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)


class Span(Record):
    """The half-open range of offsets [start, end) in a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """1-based line of the first character."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """1-based column of the first character."""
        return self.source.position(self.start)[1]

    def overlaps(self, other: Span) -> bool:
        return self.source is other.source and self.start < other.end and other.start < self.end

    def to(self, other: Span) -> Span:
        """The span from this one's start to the other's end."""
        return Span(self.source, self.start, max(self.end, other.end))
