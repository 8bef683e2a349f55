"""What a terminal makes of text: colours, widths, characters that must not reach it raw."""

from __future__ import annotations

import os
import unicodedata
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
    """Where text goes: whether it takes colours, and how many columns it has."""

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
    """Whether a line may be written over: on a terminal, where colours are welcome too."""
    return is_terminal(stream) and _takes_colour(stream)


def _takes_colour(stream: TextIO) -> bool:
    """https://no-color.org and https://force-color.org, then what the stream is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody reads it as it comes."""
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
    """Columns of one character: two for wide ones, none for those that combine."""
    if char.isascii():
        return 1
    if char == "\u200d" or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def text_width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(char_width, text))


def lay_out(text: str) -> tuple[str, list[int]]:
    """The text as shown, tabs expanded, and the column at which each character starts; one
    column more for the end."""
    shown: list[str] = []
    columns: list[int] = []
    column = 0
    for char in printable(text):
        piece = " " * (TAB - column % TAB) if char == "\t" else char
        columns.append(column)
        shown.append(piece)
        column += text_width(piece)
    return "".join(shown), [*columns, column]
