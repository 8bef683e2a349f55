"""What graphs become: source code, live modules, diagrams, tables."""

from __future__ import annotations


class MissingExtra(ImportError):
    """An optional package is not installed; the message says how to get it."""

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(f'{name} is not installed: pip install "netwright[{extra}]"')
