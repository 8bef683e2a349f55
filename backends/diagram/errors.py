"""The errors of drawing."""

from __future__ import annotations

from ...compiler.limits import DEFAULTS, limits
from ...grammar.wording import raises


class DiagramError(Exception):
    """A picture cannot be drawn; ``help`` says what to do."""

    code = "E410"

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(f"{message}\n{help}" if help else message)
        self.message = message
        self.help = help


class NoBlock(DiagramError):
    """``expand`` or ``fold`` has a name that belongs to nothing, or to something that never
    opens."""


class TooLarge(DiagramError):
    """The picture has more boxes than a page or the layout program can hold."""

    code = "E411"


def most_boxes(usual: int) -> int:
    """The largest number of boxes in a picture: ``usual``, which the view chooses, or the limit
    that the caller sets."""
    allowed = limits().boxes
    return usual if allowed == DEFAULTS.boxes else allowed


def too_many_boxes(message: str, most: int, help: str) -> TooLarge:
    """The error with the limit ``most`` in its help, and how to raise it."""
    return TooLarge(message, help=f"{help}; {raises('boxes', 2 * most)}")


class NoPlace(DiagramError):
    """The layout program finds no place for everything."""


class NoLayout(DiagramError):
    """The layout program is not installed."""

    code = "E412"


class NoEffect(UserWarning):
    """A name in ``expand`` or ``fold`` changes nothing: the block is open, or closed, already."""
