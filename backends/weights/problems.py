"""The errors of checkpoints and of weights that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...grammar.printable import printable
from ...grammar.wording import listing

AGAIN: Final = "it may be downloaded in part: get it again"
"""The help for a file that is damaged."""

LONGEST: Final = 200
"""The most signs of a name that are shown."""


class WeightsError(ValueError):
    """Weights cannot be used; ``help`` says what to do. Texts of the checkpoint are made safe to
    print."""

    def __init__(self, message: str, help: str = "") -> None:
        self.message = printable(message)
        self.help = printable(help)
        super().__init__(f"{self.message}\n{self.help}" if help else self.message)


class CheckpointError(WeightsError):
    """A file is not a checkpoint, is damaged, or holds more than tensors."""


class SeveralEntries(CheckpointError):
    """A file holds several state dicts, and it is not said which one is meant."""

    def __init__(self, path: str, entries: Sequence[str]) -> None:
        self.entries = tuple(entries)
        super().__init__(f"{path} holds several state dicts: {_listed(entries)}", self.choice())

    def choice(self, text: str = "entry={!r}") -> str:
        """The help that chooses one, as Python or another interface writes it."""
        return f"say which one: `{text.format(self.entries[0])}`"


def no_entry(path: str, entry: str, entries: Sequence[str]) -> CheckpointError:
    """The error for an entry that a file does not have."""
    has = f"it has {_listed(entries)}" if entries else "it is one state dict"
    return CheckpointError(f"{path} has no state dict `{shown_name(entry)}`", has)


def _listed(entries: Sequence[str]) -> str:
    return listing([shown_name(entry) for entry in entries])


class RulesError(WeightsError):
    """A file of rules is wrong, or a rule does not suit the tensors."""


def shown_name(name: str) -> str:
    """A name in a checkpoint on one line, and not too long."""
    line = name.replace("\n", "\N{SYMBOL FOR LINE FEED}")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


class WeightsWarning(UserWarning):
    """What was done with a checkpoint besides loading it, and what did not fit."""
