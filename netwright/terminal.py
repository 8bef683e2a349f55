"""What a terminal makes of text: colours, widths, characters that must not reach it raw."""

from __future__ import annotations

import os
import unicodedata
from typing import Literal, Self, TextIO, TypeAlias

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
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # what moves the cursor, turns the line, or shows nothing
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


def printable(text: str) -> str:
    """The text with control characters replaced by their pictures, so that a spec from a
    stranger cannot drive the terminal. Line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    code = ord(char)
    if code < 0x20 and char not in "\n\t":
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if char in "\n\t\u200d" or unicodedata.category(char) not in _HIDDEN:
        return char
    return "\N{REPLACEMENT CHARACTER}"


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
