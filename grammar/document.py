"""A small document printer: text with places where a line may end.

A line ends only where it has to: a ``Group`` stays on one line if it fits, up to the next place
where a line may end; else a line ends at each of its own places. A ``Link`` decides for itself
alone, so that a row of links fills its lines. The functions loop and do not recurse, so a document
has any length, and they look ahead for no more than a line.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from .record import Record


class LineEnd(Record):
    """A place where a line may end. If it does not, the text ``flat`` is printed there; if that is
    None, it always ends."""

    flat: str | None


class Note(Record):
    """A comment at the end of a line. It has no width, and a line end follows."""

    text: str


class IfBroken(Record):
    """Text that is printed only if the group around it is not on one line."""

    text: str


class Nest(Record):
    """Lines that start inside are indented."""

    body: Document


class Align(Record):
    """Lines that start inside begin in the column where the body begins, or ``by`` after it."""

    body: Document
    by: int = 0


class Based(Record):
    """Lines that start inside are indented as the line where the body begins."""

    body: Document


class Group(Record):
    body: Document


class Link(Record):
    """A part of a row. The line ends before it, at ``gap``, if it does not fit up to its end or to
    the first line end that is certain."""

    gap: Document
    body: Document


class Bracket(Record):
    """Items between brackets: on one line if they fit, else in rows behind the opener if each item
    fits there, else in lines of their own."""

    rows: Document
    hung: Document
    items: tuple[Document, ...]


Document: TypeAlias = (
    str
    | LineEnd
    | Note
    | IfBroken
    | Nest
    | Align
    | Based
    | Group
    | Link
    | Bracket
    | tuple["Document", ...]
)
Item: TypeAlias = tuple[int, bool, Document]
"""The indentation, whether the text is on one line, and the document."""

SPACE: Final = LineEnd(" ")
SOFT: Final = LineEnd("")
HARD: Final = LineEnd(None)
STEP: Final = 2


def render(document: Document, width: int) -> str:
    return _Page(width).text(document)


class _Page:
    """The lines so far. A line's indentation is written when the line has text."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []
        self.notes: dict[int, str] = {}
        self.line: list[str] = []
        self.indent = self.column = 0
        self.waiting: list[Item] = []

    def text(self, document: Document) -> str:
        waiting = self.waiting
        waiting.append((0, False, document))
        while waiting:
            indent, flat, item = waiting.pop()
            kind = item.__class__
            if kind is str:
                self.line.append(item)  # type: ignore[arg-type]
                self.column += len(item)  # type: ignore[arg-type]
            elif kind is tuple:
                waiting += [(indent, flat, part) for part in reversed(item)]  # type: ignore[arg-type]
            else:
                self._place(indent, flat, item)
        self._end_line(0)
        return "".join(f"{line}\n" for line in self._with_notes())

    def _place(self, indent: int, flat: bool, item: Document) -> None:
        match item:
            case LineEnd(text):
                self._end(indent, text if flat or text is None else None)
            case Note(text):
                self.notes[len(self.lines)] = text
            case IfBroken(text):
                self.waiting.append((indent, flat, "" if flat else text))
            case Nest(body):
                self.waiting.append((indent + STEP, flat, body))
            case Align(body, by):
                self.waiting.append((self.column + by, flat, body))
            case Based(body):
                self.waiting.append((self.indent, flat, body))
            case Group(body):
                self.waiting.append((indent, flat or self._fits(body, whole=True), body))
            case Link(gap, body):
                self._link(indent, flat, gap, body)
            case Bracket():
                self._bracket(indent, flat, item)

    def _end(self, indent: int, flat: str | None) -> None:
        if flat is None:
            self._end_line(indent)
        else:
            self.line.append(flat)
            self.column += len(flat)

    def _end_line(self, indent: int) -> None:
        text = "".join(self.line).rstrip(" ")
        self.lines.append(" " * self.indent + text if text else "")
        self.line.clear()
        self.indent = self.column = indent

    def _link(self, indent: int, flat: bool, gap: Document, body: Document) -> None:
        fits = flat or self._fits((gap, body), whole=False)
        self.waiting += [(indent, flat, body), (indent, fits, gap)]

    def _bracket(self, indent: int, flat: bool, item: Bracket) -> None:
        flat = flat or self._fits(item.rows, whole=True)
        space = self.width - self.column - 1
        rows = flat or all(_widest_fits(part, space) for part in item.items)
        self.waiting.append((indent, flat, item.rows if rows else item.hung))

    def _fits(self, document: Document, *, whole: bool) -> bool:
        """Whether a document fits on the line, with the text after it up to the next possible end.
        A line end inside that is certain ends the search: then ``whole`` documents do not fit."""
        space = self.width - self.column
        waiting = [document]
        while waiting:
            item = waiting.pop()
            kind = item.__class__
            if kind is str:
                space -= len(item)  # type: ignore[arg-type]
                if space < 0:
                    return False
            elif kind is tuple:
                waiting += reversed(item)  # type: ignore[arg-type]
            elif kind is Link:
                waiting += (item.body, item.gap)  # type: ignore[union-attr]
            elif kind is Bracket:
                waiting.append(item.rows)  # type: ignore[union-attr]
            elif kind is LineEnd and item.flat is not None:  # type: ignore[union-attr]
                waiting.append(item.flat)  # type: ignore[union-attr]
            elif kind is LineEnd or kind is Note:
                return not whole
            elif kind is not IfBroken:
                waiting.append(item.body)  # type: ignore[union-attr]
        return self._rest_fits(space)

    def _rest_fits(self, space: int) -> bool:
        """Whether the text that follows fits, up to the first place where a line may end."""
        rest = len(self.waiting)
        waiting: list[Document] = []
        while True:
            if not waiting:
                if not rest:
                    return True
                rest -= 1
                waiting.append(self.waiting[rest][2])
            item = waiting.pop()
            if isinstance(item, str):
                space -= len(item)
                if space < 0:
                    return False
            elif isinstance(item, tuple):
                waiting += reversed(item)
            elif isinstance(item, Bracket):
                waiting.append(item.rows)
            elif isinstance(item, Link | LineEnd | Note):
                return True
            elif not isinstance(item, IfBroken):
                waiting.append(item.body)

    def _with_notes(self) -> list[str]:
        """The lines with the comments at their ends. Those of lines below one another with one
        indentation are aligned if they fit."""
        lines = self.lines
        run: list[int] = []
        for number in sorted(self.notes):
            if run and (number > run[-1] + 1 or _indent(lines[number]) != _indent(lines[run[-1]])):
                self._align(run)
                run = []
            run.append(number)
        self._align(run)
        return lines

    def _align(self, run: list[int]) -> None:
        column = max((len(self.lines[n]) for n in run), default=0)
        fits = all(column + 2 + len(self.notes[n]) <= self.width for n in run)
        for n in run:
            line = self.lines[n].ljust(column) if fits else self.lines[n]
            self.lines[n] = f"{line}  {self.notes[n]}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _widest_fits(document: Document, space: int) -> bool:
    """Whether no line of a document is too wide, if its lines end only where they have to."""
    left = space
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            left -= len(item)
            if left < 0:
                return False
        elif isinstance(item, tuple):
            waiting += reversed(item)
        elif isinstance(item, Link):
            waiting += (item.body, item.gap)
        elif isinstance(item, Bracket):
            waiting.append(item.rows)
        elif isinstance(item, LineEnd):
            left = space if item.flat is None else left - len(item.flat)
        elif isinstance(item, Note):
            left = space
        elif not isinstance(item, IfBroken):
            waiting.append(item.body)
    return True
