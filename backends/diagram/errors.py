"""What may keep a picture from being drawn, said with what to do."""

from __future__ import annotations


class DiagramError(Exception):
    """No picture; ``help`` says what to do."""

    code = "E410"

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(f"{message}\n{help}" if help else message)
        self.message = message
        self.help = help


class NoBlock(DiagramError):
    """A name to open or to shut that nothing has, or what never opens."""


class TooLarge(DiagramError):
    """More boxes than any page or layout takes."""

    code = "E411"


class NoLayout(DiagramError):
    """The program that lays diagrams out is not installed."""

    code = "E412"


class NoEffect(UserWarning):
    """A block that is asked to open or to shut is so already."""
