"""Which of some words a mistyped word was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

ALIKE = 0.7
"""How alike two words must be, between 0 and 1: ``linaer`` and ``linear`` are."""


def closest(word: str, words: Iterable[str]) -> str | None:
    """The nearest of these words, or None if none is near. A short word must be nearer."""
    return next(iter(nearest(word, words, 1)), None)


def nearest(word: str, words: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` of these words, the nearest first. A word that differs only in case is the
    only one."""
    from difflib import get_close_matches

    lower = word.lower()
    near = {k.lower(): k for k in sorted(words, reverse=True) if abs(len(k) - len(word)) < 5}
    if lower in near:
        return [near[lower]]
    if not 2 < len(word) < 40:
        return []
    begun = [k for k in near if len(k) > 3 and (lower.startswith(k) or k.startswith(lower))]
    alike = ALIKE if len(word) > 3 else 0.8
    close = get_close_matches(lower, list(near)[:500], n=count, cutoff=alike)
    return [near[k] for k in (close or sorted(begun, key=len)[:count])]
