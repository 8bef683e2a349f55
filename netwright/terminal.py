"""Text on a terminal: colours, widths, and characters that must not reach it as they are."""

from __future__ import annotations

import os
from typing import Literal, Self, TextIO, TypeAlias

from .grammar.printable import printable
from .grammar.record import Record

Role: TypeAlias = Literal["error", "warning", "note", "help", "place", "gutter", "title", "faint"]

_CODES: dict[Role, str] = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "help": "1;32",
    "place": "34",
    "gutter": "1;34",
    "title": "1",
    "faint": "2",
}
TAB = 4
DEFAULT_WIDTH = 100


class Terminal(Record):
    """Where text is printed: whether it shows colours, and how many columns it has."""

    colour: bool = False
    width: int = DEFAULT_WIDTH

    @classmethod
    def of(cls, stream: TextIO) -> Self:
        return cls(_takes_colour(stream), _columns(stream))

    def paint(self, text: str, *roles: Role) -> str:
        if not self.colour or not text or not roles:
            return text
        return f"\x1b[{';'.join(_CODES[r] for r in roles)}m{text}\x1b[0m"


def takes_progress(stream: TextIO) -> bool:
    """Whether a line can be overwritten: it is a terminal, and it shows colours."""
    return is_terminal(stream) and _takes_colour(stream)


def _takes_colour(stream: TextIO) -> bool:
    """Whether to use colours: by https://no-color.org, https://force-color.org, else on
    terminals."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal. A closed one is not."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _columns(stream: TextIO) -> int:
    if not is_terminal(stream):
        return DEFAULT_WIDTH
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns)
    except OSError:
        return DEFAULT_WIDTH


def char_width(char: str) -> int:
    """The columns of a character: two for a wide one, none for a combining one."""
    if char.isascii():
        return 1
    import unicodedata

    if char == "\u200d" or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def text_width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(char_width, text))


def lay_out(text: str) -> tuple[str, list[int]]:
    """The text as it is printed, with tabs expanded, and the column where each character starts;
    the last column is that of the end."""
    shown: list[str] = []
    columns: list[int] = []
    column = 0
    for char in printable(text):
        piece = " " * (TAB - column % TAB) if char == "\t" else char
        columns.append(column)
        shown.append(piece)
        column += text_width(piece)
    return "".join(shown), [*columns, column]
