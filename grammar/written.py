"""What an author wrote that the syntax tree leaves out: comments, blank lines, the ends of lines
and how literals are spelt."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from .document import HARD, Document, Note
from .record import Record
from .scanner import comments
from .source import Span

BLANK: Final = " \t\r\ufeff"
KINDS: Final = frozenset({"COMMENT", "DOC"})
_NEVER: Final = 1 << 62
_BLANK_LINE: Final = re.compile(rf"\n[{BLANK}]*\n")


class Comment(Record):
    """A comment; ``own_line`` if nothing else is before it on its line."""

    start: int
    end: int
    text: str
    own_line: bool


def remarks(text: str) -> list[Comment]:
    """The comments of a text, lines of documentation among them. Between the signs and a letter
    there is a space."""
    if "#" not in text:
        return []
    return [_comment(text, start, end) for start, end in comments(text, KINDS)]


def _comment(text: str, start: int, end: int) -> Comment:
    line = text.rfind("\n", 0, start) + 1
    spaced = re.sub(r"^(#+)(?=\w)", r"\1 ", text[start:end].rstrip())
    return Comment(start, end, spaced, not text[line:start].strip(BLANK))


class Written:
    """The text of a tree. Its comments are taken one after the other, as the tree is printed. The
    empty text is that of a tree that nobody wrote."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._comments = remarks(text)
        self._taken = 0
        self._next = self._start()

    def without_comments(self) -> Written:
        """The same text for parts that have no comments; those before them are not taken."""
        bare = Written("")
        bare.text = self.text
        return bare

    def _start(self) -> int:
        more = self._taken < len(self._comments)
        return self._comments[self._taken].start if more else _NEVER

    def take(self, end: int) -> list[Comment]:
        """The comments before an offset that are not taken yet."""
        if self._next >= end:
            return []
        first = self._taken
        while self._next < end:
            self._taken += 1
            self._next = self._start()
        return self._comments[first : self._taken]

    def comes(self, end: int) -> bool:
        """Whether there is a comment before an offset that is not taken yet."""
        return self._next < end

    def has_comments(self, span: Span) -> bool:
        """Whether there are comments in a part of the text."""
        first = bisect_left(self._comments, span.start, key=lambda comment: comment.start)
        return first < len(self._comments) and self._comments[first].start < span.end

    def opens(self, first: int) -> bool:
        """Whether a line ends before the first thing in a bracket or body, or must: it is at the
        start of its own, or comments are before it."""
        before = first - 1 if self.text else -1
        while before >= 0 and self.text[before] in BLANK:
            before -= 1
        return self.comes(first) or (before >= 0 and self.text[before] == "\n")

    def ends_line(self, start: int, end: int) -> bool:
        """Whether a line ends between two offsets."""
        return self.text.find("\n", start, end) >= 0

    def gap(
        self, start: int, end: int, flat: Document, *, keep: bool = True, blank: bool = False
    ) -> Document:
        """The place between two parts of the text: its comments, and the end of the line if there
        is one, else ``flat``. Without ``keep`` only comments end a line; with ``blank`` empty lines
        are kept, as one."""
        if self.comes(end):
            return self._lines(start, end, blank=blank)
        if keep and self.ends_line(start, end):
            return self._line_end(start, end, blank=blank)
        return flat

    def head(self, end: int) -> Document:
        """The comments at the start of a file, each with its line end."""
        lines = self._lines(None, end, blank=True)
        return lines[1:] if lines[0] is HARD else lines

    def before(self, end: int) -> Document:
        """The comments inside of a statement, in lines before it."""
        return tuple((comment.text, HARD) for comment in self.take(end))

    def tail(self, start: int, end: int, *, blank: bool = False) -> Document:
        """The comments between the last part of a bracket or body and its end."""
        return self._lines(start, end, blank=blank)[:-1] if self.comes(end) else ()

    def opening(self, end: int) -> Document:
        """The comments after an opening bracket, and the end of the line."""
        return self._lines(None, end, blank=True)

    def _lines(self, start: int | None, end: int, *, blank: bool) -> tuple[Document, ...]:
        """Comments, the first at the end of its line if it was there, and a line end."""
        parts: list[Document] = []
        for comment in self.take(end):
            if not parts and not comment.own_line:
                parts.append(Note(comment.text))
            else:
                parts += (self._line_end(start, comment.start, blank=blank), comment.text)
            start = comment.end
        return (*parts, self._line_end(start, end, blank=blank))

    def _line_end(self, start: int | None, end: int, *, blank: bool) -> Document:
        keeps_blank = blank and start is not None and self._is_blank(start, end)
        return (HARD, HARD) if keeps_blank else HARD

    def _is_blank(self, start: int, end: int) -> bool:
        return _BLANK_LINE.search(self.text, start, end) is not None

    def spelling(self, span: Span) -> str:
        """The text of a node, or "" if nobody wrote it."""
        return self.text[span.start : span.end]
