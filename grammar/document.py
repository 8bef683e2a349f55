"""A small document printer: text with places where a line may end.

A ``Group`` stays on one line if it fits, up to the next place where a line may end. Else a line
ends at each of its own places. The functions loop and do not recurse, so a document has any length.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from .record import Record


class LineEnd(Record):
    """A place where a line may end. If it does not, the text ``flat`` is printed there."""

    flat: str | None


class Nest(Record):
    """Lines that start inside are indented."""

    body: Document


class Group(Record):
    body: Document


Document: TypeAlias = str | LineEnd | Nest | Group | tuple["Document", ...]
Item: TypeAlias = tuple[int, bool, Document]

SPACE: Final = LineEnd(" ")
SOFT: Final = LineEnd("")
HARD: Final = LineEnd(None)


def render(document: Document, width: int, step: int = 2) -> str:
    parts: list[str] = []
    column = 0
    waiting: list[Item] = [(0, True, document)]
    while waiting:
        indent, broken, item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            column += len(item)
        elif isinstance(item, tuple):
            waiting += [(indent, broken, part) for part in reversed(item)]
        elif isinstance(item, Nest):
            waiting.append((indent + step, broken, item.body))
        elif isinstance(item, Group):
            flat = _fits(item.body, waiting, width - column)
            waiting.append((indent, not flat, item.body))
        elif broken or item.flat is None:
            empty = waiting and isinstance(waiting[-1][2], LineEnd)
            parts.append("\n" if empty else "\n" + " " * indent)
            column = indent
        else:
            parts.append(item.flat)
            column += len(item.flat)
    return "".join(parts) + "\n"


def _fits(document: Document, after: list[Item], space: int) -> bool:
    """Whether a document fits on the line, with the text after it up to the next possible end."""
    waiting = [(False, document)]
    rest = len(after)
    while space >= 0:
        if not waiting:
            if not rest:
                return True
            rest -= 1
            waiting.append((True, after[rest][2]))
        may_end, item = waiting.pop()
        if isinstance(item, str):
            space -= len(item)
        elif isinstance(item, tuple):
            waiting += [(may_end, part) for part in reversed(item)]
        elif isinstance(item, Nest | Group):
            waiting.append((may_end, item.body))
        elif may_end or item.flat is None:
            return True
        else:
            space -= len(item.flat)
    return False
