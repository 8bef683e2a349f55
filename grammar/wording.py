"""Phrases that messages share: numbers of things, lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LISTED: Final = 12
"""The most names that a message lists."""


def counted(number: int, noun: str, several: str = "") -> str:
    """``no inputs``, ``1 input``, ``2 inputs``. ``several`` is the plural, if it is not with
    ``s``."""
    amount = f"{number:,}" if number else "no"
    return f"{amount} {noun if number == 1 else several or f'{noun}s'}"


def amount(number: object, noun: str) -> str:
    """``1 row``, ``30522 rows``, ``T rows``: on a box of a picture, where numbers are short."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clip(text: str) -> str:
    """The text, shortened for a message."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def raises(bound: str, value: int) -> str:
    """The help for a bound: why there is one, and how to raise it."""
    return (
        "bounds keep a spec from a stranger safe to check; "
        f"`--limit {bound}={value}` raises this one"
    )


def listing(names: Sequence[str]) -> str:
    """The names in quotes: kernel, out and stride."""
    quoted = [f"`{name}`" for name in names[:LISTED]]
    if len(names) > LISTED:
        return f"{', '.join(quoted)}..."
    return _joined(quoted, "and") or "nothing"


def first_line(error: BaseException, otherwise: str = "") -> str:
    """The first line of an exception's text; what stands for it, or its class, if it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else otherwise or type(error).__name__


def either(words: Sequence[str]) -> str:
    """``linear, bilinear or lerp``."""
    return _joined(words, "or")


def _joined(words: Sequence[str], last: str) -> str:
    *others, end = words or ("",)
    return f"{', '.join(others)} {last} {end}" if others else end
