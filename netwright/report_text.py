"""Findings for people at a terminal: the lines of the spec, underlined, with the texts beside::

error[E302]: add needs tensors of one shape
  --> unet.net:9:20
   |
 7 |   d2 = x > down > conv(3x3, 64)
   |                   ------------- [N, 64, 62, 62]
 9 |   d1 = [d2, e1] > add > relu
   |                   ^^^ got [N, 64, 62, 62] and [N, 64, 64, 64]
   = help: `conv(3x3, 64, pad=1)` keeps the size
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .grammar.diagnostics import Diagnostic, Edit, Fix
from .grammar.printable import printable
from .grammar.record import Record
from .grammar.source import Source, Span
from .grammar.wording import counted
from .terminal import TAB, Role, Terminal, char_width, lay_out

MOST_LINES = 4
"""If a span has more lines, only the first and the last one are shown."""
MOST_WORDS = 1000
"""The most characters of a message, which may quote a name of any length."""


def report(diagnostics: Sequence[Diagnostic], files: Sequence[str], terminal: Terminal) -> str:
    """All findings and the closing line."""
    texts = [*(render(d, terminal) for d in diagnostics), closing(diagnostics, files)]
    return "\n\n".join(texts) + "\n"


def closing(diagnostics: Iterable[Diagnostic], files: Sequence[str]) -> str:
    """``Found 2 errors in unet.net (1 warning)``."""
    severities = [d.severity for d in diagnostics]
    errors, warnings = severities.count("error"), severities.count("warning")
    place = printable(files[0]) if len(files) == 1 else f"{len(files)} files"
    if errors:
        rest = f" ({counted(warnings, 'warning')})" if warnings else ""
        return f"Found {counted(errors, 'error')} in {place}{rest}"
    if warnings:
        return f"Found {counted(warnings, 'warning')} in {place}"
    return f"No errors in {place}"


def render(diagnostic: Diagnostic, terminal: Terminal) -> str:
    """One finding, without a line end."""
    return _Renderer(diagnostic, terminal).text()


class _Mark(Record):
    """An underlined part of a line: characters ``start`` to ``end`` (0-based)."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


class _Underline(Record):
    """A mark in columns of the shown line."""

    start: int
    end: int
    text: str
    primary: bool


class _Renderer:
    def __init__(self, diagnostic: Diagnostic, terminal: Terminal) -> None:
        self.diagnostic = diagnostic
        self.terminal = terminal
        self.role: Role = diagnostic.severity
        self.places = _places(diagnostic)
        self.fixed = _fixed_line(diagnostic.fix)
        numbers = [m.line for marks in self.places.values() for m in marks]
        self.digits = len(str(max([*numbers, self.fixed[0] if self.fixed else 0])))

    def text(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        yield self.header()
        for i, (source, marks) in enumerate(self.places.items()):
            yield self.place(source, marks, "-->" if i == 0 else ":::")
            yield self.gutter()
            yield from self.excerpts(source, marks)
        yield from self.remarks()
        if self.fixed:
            yield from self.repaired(*self.fixed)

    def header(self) -> str:
        d, paint = self.diagnostic, self.terminal.paint
        headline = paint(f": {_words(d.message)}", "title")
        return paint(f"{d.severity}[{d.code}]", self.role) + headline

    def place(self, source: Source, marks: Sequence[_Mark], arrow: str) -> str:
        first = next((m for m in marks if m.primary), marks[0])
        arrow = self.terminal.paint(f"{' ' * self.digits} {arrow}", "gutter")
        return f"{arrow} {printable(source.name)}:{first.line}:{first.start + 1}"

    def gutter(self, number: int | None = None, sign: str = "|") -> str:
        shown = "" if number is None else str(number)
        return self.terminal.paint(f" {shown:>{self.digits}} {sign}", "gutter")

    def excerpts(self, source: Source, marks: Sequence[_Mark]) -> Iterator[str]:
        limit = max(20, self.terminal.width - self.digits - 6)
        for number in sorted({m.line for m in marks}):
            text = source.line(number)
            for group in _groups(text, [m for m in marks if m.line == number], limit):
                yield from self.excerpt(number, text, group, limit)

    def excerpt(self, number: int, text: str, marks: Sequence[_Mark], limit: int) -> Iterator[str]:
        shown, underlines = _shown(text, marks, limit)
        yield f"{self.gutter(number)} {shown}".rstrip()
        for row in self.underlined(underlines):
            yield f"{self.gutter()} {row}"

    def underlined(self, underlines: Sequence[_Underline]) -> Iterator[str]:
        """The row of underlines, and rows below it for texts that have no room beside it."""
        beside = _beside(underlines)
        cells: dict[int, tuple[str, Role]] = {}
        for u in sorted(underlines, key=lambda u: u.primary):
            sign: tuple[str, Role] = ("^", self.role) if u.primary else ("-", "place")
            cells |= dict.fromkeys(range(u.start, u.end), sign)
        yield self.row(cells, beside)
        # The last one in this order is printed first; at one place the texts keep their order.
        hanging = [u for u in reversed(underlines) if u.text and u is not beside]
        hanging.sort(key=lambda u: (u.start, u.primary))
        if hanging:
            yield self.row(self.bars(hanging))
        while hanging:
            last = hanging.pop()
            left = [u for u in hanging if u.start < last.start]
            yield self.row(self.bars(left), last, at=last.start)

    def bars(self, underlines: Iterable[_Underline]) -> dict[int, tuple[str, Role]]:
        return {u.start: ("|", self.role if u.primary else "place") for u in underlines}

    def row(
        self, cells: dict[int, tuple[str, Role]], text: _Underline | None = None, at: int = 0
    ) -> str:
        """The signs at their columns, then the text at a column, or a blank after the last sign."""
        row, column = "", 0
        for start, end in _runs(cells):
            sign, role = cells[start]
            row += " " * (start - column) + self.terminal.paint(sign * (end - start), role)
            column = end
        if text is None:
            return row
        role = self.role if text.primary else "place"
        return row + " " * max(1 if row else 0, at - column) + self.words(text.text, role, at)

    def words(self, text: str, role: Role, column: int) -> str:
        first, *rest = _words(text).split("\n")
        margin = f"\n{self.gutter()} {' ' * column}"
        return margin.join(self.terminal.paint(line, role) for line in (first, *rest))

    def remarks(self) -> Iterator[str]:
        d = self.diagnostic
        for note in d.notes:
            yield self.remark("note", note)
        for help in _helps(d, shown=self.fixed is not None):
            yield self.remark("help", help)

    def remark(self, kind: Role, text: str) -> str:
        margin = f"\n{' ' * (self.digits + 5 + len(kind) + 2)}"
        words = margin.join(_words(text).split("\n"))
        return f"{self.gutter(sign='=')} {self.terminal.paint(kind, kind)}: {words}"

    def repaired(self, number: int, text: str, added: Sequence[tuple[int, int]]) -> Iterator[str]:
        """The line after the fix, with its new parts underlined."""
        limit = max(20, self.terminal.width - self.digits - 6)
        marks = [_Mark(number, start, end, "", primary=False) for start, end in added]
        yield self.gutter()
        for group in _groups(text, marks, limit):
            shown, underlines = _shown(text, group, limit)
            yield f"{self.gutter(number)} {shown}".rstrip()
            cells: dict[int, tuple[str, Role]] = {}
            for mark, u in zip(group, underlines, strict=True):
                if mark.end > mark.start:  # else text was removed here
                    cells |= dict.fromkeys(range(u.start, u.end), ("+", "help"))
            if cells:
                yield f"{self.gutter()} {self.row(cells)}"


def _words(text: str) -> str:
    return printable(text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…")


def _places(d: Diagnostic) -> dict[Source, list[_Mark]]:
    """The marks of each source, that of the finding's own place first."""
    marks_by_source: dict[Source, list[_Mark]] = {}
    if d.span:
        marks_by_source.setdefault(d.span.source, []).extend(_marks(d.span, d.detail, primary=True))
    for label in d.labels:
        marks = _marks(label.span, label.text, primary=False)
        marks_by_source.setdefault(label.span.source, []).extend(marks)
    return marks_by_source


def _marks(span: Span, text: str, *, primary: bool) -> Iterator[_Mark]:
    """A mark for each line of the span. The text is at the last one."""
    source = span.source
    first, start = source.position(span.start)
    last, final = source.position(max(span.start, span.end - 1))
    lines = range(first, last + 1)
    for line in lines if len(lines) <= MOST_LINES else (first, last):
        content = source.line(line)
        left = start - 1 if line == first else len(content) - len(content.lstrip())
        right = final if line == last else len(content.rstrip())
        words = text if line == last else ""
        if line in (first, last) or right > left:
            yield _Mark(line, left, max(right, left + 1), words, primary)


def _groups(text: str, marks: Sequence[_Mark], limit: int) -> Iterator[list[_Mark]]:
    """The marks in groups that can be shown together. A line longer than the terminal is shown in
    parts."""
    if _after(text, 0, limit) == len(text):
        yield list(marks)
        return
    group: list[_Mark] = []
    for mark in sorted(marks, key=lambda m: m.start):
        if group and max(mark.end, group[-1].end) > _after(text, group[0].start, limit):
            yield group
            group = []
        group.append(mark)
    yield group


def _shown(text: str, marks: Sequence[_Mark], limit: int) -> tuple[str, list[_Underline]]:
    """The part of a line around its marks, as it is printed, and the marks in its columns."""
    start, stop = _window(text, marks, limit)
    body, columns = lay_out(text[start:stop])
    before, after = "…" if start > 0 else "", "…" if stop < len(text) else ""

    def column(index: int) -> int:
        inside = min(max(index, start), stop) - start
        return len(before) + columns[inside] + (1 if index > len(text) else 0)

    def underline(mark: _Mark) -> _Underline:
        left = column(mark.start)
        return _Underline(left, max(left + 1, column(mark.end)), mark.text, mark.primary)

    return before + body.rstrip() + after, [underline(m) for m in marks]


def _window(text: str, marks: Sequence[_Mark], limit: int) -> tuple[int, int]:
    """The part of a line that is shown: its marks, and as much around them as there is room for."""
    if _after(text, 0, limit) == len(text):
        return 0, len(text)
    low, high = min(m.start for m in marks), max(m.end for m in marks)
    marked = sum(map(_cells, text[low : min(high, low + limit)]))
    room = max(limit - marked, limit // 4)
    start = min(_before(text, low, room // 2), _before(text, len(text), limit))
    return start, _after(text, start, limit)


def _after(text: str, start: int, limit: int) -> int:
    """The end of the characters from ``start`` on that fit into ``limit`` columns."""
    for i in range(start, len(text)):
        limit -= _cells(text[i])
        if limit < 0:
            return i
    return len(text)


def _before(text: str, end: int, limit: int) -> int:
    """The start of the characters before ``end`` that fit into ``limit`` columns."""
    for i in range(min(end, len(text)) - 1, -1, -1):
        limit -= _cells(text[i])
        if limit < 0:
            return i + 1
    return 0


def _cells(char: str) -> int:
    """The most columns of a character. A combining one counts too, so that a part of a line
    ends."""
    return TAB if char == "\t" else max(1, char_width(char))


def _beside(underlines: Sequence[_Underline]) -> _Underline | None:
    """The underline whose text is on the same row: the last one, if no other ends after it."""
    last = max(underlines, key=lambda u: (u.start, u.primary))
    clear = all(u.end <= last.end for u in underlines)
    return last if last.text and clear else None


def _runs(cells: dict[int, tuple[str, Role]]) -> Iterator[tuple[int, int]]:
    """The starts and ends of runs of equal cells that are side by side."""
    start: int | None = None
    before: int | None = None
    for column in sorted(cells):
        if start is not None and before is not None:
            if column == before + 1 and cells[column] == cells[start]:
                before = column
                continue
            yield start, before + 1
        start = before = column
    if start is not None and before is not None:
        yield start, before + 1


def _helps(d: Diagnostic, shown: bool) -> tuple[str, ...]:
    """The helps. The title of the fix is one of them, unless the repaired line is shown and there
    are other helps."""
    if d.fix is None or d.fix.title in d.help or (shown and d.help):
        return d.help
    return (*d.help, d.fix.title)


def _fixed_line(fix: Fix | None) -> tuple[int, str, list[tuple[int, int]]] | None:
    """The number and text of the line that a fix repairs, and the ranges that are new (empty if
    text is only removed). None for a fix of several lines: its title describes it."""
    if fix is None or not fix.edits:
        return None
    source = fix.edits[0].span.source
    lines = {source.position(o)[0] for e in fix.edits for o in (e.span.start, e.span.end)}
    if len(lines) != 1 or any("\n" in e.text or e.span.source is not source for e in fix.edits):
        return None
    (number,) = lines
    return number, *_apply(source.line(number), source.line_starts[number - 1], fix.edits)


def _apply(line: str, offset: int, edits: Sequence[Edit]) -> tuple[str, list[tuple[int, int]]]:
    text, done = "", 0
    added: list[tuple[int, int]] = []
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        start, end = edit.span.start - offset, edit.span.end - offset
        text += line[done:start]
        kept = _common(line[start:end], edit.text)
        added.append((len(text) + kept, len(text) + len(edit.text)))
        text += edit.text
        done = end
    return text + line[done:], added


def _common(a: str, b: str) -> int:
    """The length of the common beginning."""
    return next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
