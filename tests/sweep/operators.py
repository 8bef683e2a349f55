"""Texts of operators and of the layers that move elements, on tensors with open sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

FILL: Final = 0
SIZES: Final = (
    "1",
    "2",
    "3",
    "4",
    "6",
    "-1",
    "-2",
    "0",
    "A",
    "B",
    "A // 2",
    "A + 1",
    "A - 1",
    "2 * A",
    "A * B",
    "x.shape[1]",
    "x.shape[-1]",
    "y.shape[1]",
    "x.d",
    "2**40",
    "A % 2",
    "min(A, B)",
    "max(A, 3)",
)
"""What stands for S; D is an axis, K a small number, P a slice."""
AXES: Final = ("0", "1", "2", "3", "-1", "-2", "-3", "4", "A")
SMALL: Final = ("1", "2", "3", "4", "-1", "0", "A", "7")
SLICES: Final = (
    ":",
    "1:",
    ":-1",
    "::2",
    "S:",
    ":S",
    "S:S",
    "S",
    "S::2",
    ":S:3",
    "none",
    "...",
    "-1",
    "[0, 1]",
    "i",
    "K",
    "arange(S)",
    "constant([0, 1])",
    "-S:",
    ":-S",
    "[S, 0]",
)
PORTS: Final = (
    "A",
    "B",
    "A, B",
    "A, 4",
    "4, A",
    "A, A",
    "3, A, B",
    "A, B, 6",
    "A, 4, B",
    "2, A, A",
    "8, 6",
    "A, B, A, B",
    "1, A",
    "A, 1",
    "4, 1, B",
    "",
)
OTHERS: Final = ("", "", "A", "B", "1", "A, B", "B, A", "A, 1", "4", "1, A, 1", "A, A")
PHRASES: Final = tuple(
    line.replace(" ; ", "\n")
    for line in (Path(__file__).parent / "phrases.txt").read_text("utf-8").splitlines()
)


def operators(random: Random, count: int) -> Iterator[str]:
    """Phrases with something in each place, sometimes two in a row."""
    for _ in range(count):
        phrase = random.choice(PHRASES)
        if random.random() < 0.3:
            first = random.choice([p for p in PHRASES if "\n" not in p])
            phrase = f"x = {first}\n{phrase}"
        yield _net(random, _filled(random, phrase))


def _filled(random: Random, phrase: str) -> str:
    for slot, texts in (("P", SLICES), ("S", SIZES), ("D", AXES), ("K", SMALL)):
        while (at := _place(phrase, slot)) >= 0:
            phrase = phrase[:at] + random.choice(texts) + phrase[at + 1 :]
    return phrase


def _place(phrase: str, slot: str) -> int:
    """Where the slot stands alone: a letter that is part of no word."""
    for at, letter in enumerate(phrase):
        around = phrase[max(at - 1, 0) : at] + phrase[at + 1 : at + 2]
        if letter == slot and not any(c.isalnum() or c == "_" for c in around):
            return at
    return -1


def _net(random: Random, phrase: str) -> str:
    dtype = random.choice(["", "", "", "", " int", " bool", " complex"])
    ports = [f"x[{random.choice(PORTS)}]{dtype}"]
    ports += [f"y[{random.choice(OTHERS)}]"] if _place(phrase, "y") >= 0 else []
    ports += [f"i[{random.choice(['', 'A', '3', 'A, B'])}] int"] if _place(phrase, "i") >= 0 else []
    return f"net n: {', '.join(ports)} {{ {phrase} }}"
