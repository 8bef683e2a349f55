"""Texts to try: bytes, tokens, damaged specs, programs that are right. A seed gives one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from netwright.compiler.layers import layers
from netwright.spec_files import shipped
from tests.differential.programs import program

TOKEN: Final = re.compile(r'"[^"\n]*"|\w+|[^\S\n]+|\n|[^\w\s]')
EXTREMES: Final = [
    "0",
    "-1",
    "1.5",
    "1e308",
    "none",
    "true",
    "[]",
    '""',
    "id",
    "T",
    "T*S - 1",
    "[1, [2, [3]]]",
    "99999999999",
    "2**61",
    "2**62",
    "99999",
    "range(99999)",
    "[1] * 99999",
    '"{x}"',
    "x.shape",
    "(for i in range(3) { relu })",
    "min(T, 3)",
    "max(S, T)",
    "T // 3",
    "T % 2",
    "relu",
    "linear",
    "linear(8)",
    "len",
    "gru(8)",
    "scan",
    "param([3])",
    "...",
    "::2",
    "-T",
]
WORDS: Final = [
    *"()[]{},:=.->+*/%@;!&|^~?$\\\"'#\n",
    " ",
    "**",
    "//",
    "==",
    "->",
    "...",
    "## ",
    "\t",
    '"""',
    "if",
    "else",
    "for",
    "in",
    "not",
    "and",
    "or",
    "as",
    "net",
    "block",
    "import",
    "from",
    "default",
    "share",
    "require",
    "input",
    "int",
    "x",
    "y",
    "3",
    "3x3",
    "1e5",
    "“",
    "\0",
    "\u200b",
    "\u202e",
    "\x1b",
    "\ud800",
    "\ufffe",
    "é",
    "한",
    "e\u0301",
    "\r\n",
    "f(",
    "{i",
    "}",
    "as _",
    " * 3",
    "[:, -1]",
    ".weight",
    "range(3)",
    "concat",
    "add",
    "layer.0",
]


def bytes_(random: Random) -> str:
    """Any bytes, as UTF-8 or not; and any characters."""
    size = random.choice([1, 5, 40, 400])
    if random.random() < 0.5:
        return random.randbytes(size).decode("utf-8", random.choice(["replace", "surrogateescape"]))
    ranges = [(0, 0x7F), (0x80, 0xFFFF), (0x10000, 0x10FFFF), (0x20, 0x7E)]
    return "".join(chr(random.randint(*random.choice(ranges))) for _ in range(size))


def tokens(random: Random) -> str:
    """Words of the language in any order."""
    words = [*WORDS, *EXTREMES, *layers()]
    glue = random.choice(["", " ", " ", " > "])
    said = glue.join(random.choice(words) for _ in range(random.choice([3, 10, 40, 150])))
    return said if random.random() < 0.5 else f"net n: x[T, 8] {{ {said} }}"


def mutated(random: Random) -> str:
    """A spec with some tokens changed."""
    text = random.choice(_specs()) if random.random() < 0.6 else written(random)
    found = TOKEN.findall(text)
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        found = _edited(found, random)
    return "".join(found)


def written(random: Random) -> str:
    """A program that is right."""
    return program(f"fuzz:{random.random()}").text


def _edited(found: list[str], random: Random) -> list[str]:
    at = random.randrange(len(found) + 1)
    end = min(len(found), at + random.choice([0, 1, 1, 1, 3, 9]))
    other = TOKEN.findall(random.choice(_specs()))
    start = random.randrange(len(other))
    changed: Sequence[str] = random.choice(
        [
            [],
            [],
            [random.choice(WORDS)],
            [random.choice(EXTREMES)],
            [random.choice(list(layers()))],
            other[start : start + random.choice([1, 1, 4, 12])],
            found[at:end] * 2,
            found[at:end][::-1],
        ]
    )
    return [*found[:at], *changed, *found[end:]]


@cache
def _specs() -> list[str]:
    """What ships, and the mistakes that the tests know."""
    errors = (Path(__file__).parents[1] / "errors").glob("*.net")
    texts = [p.read_text("utf-8") for p in (*shipped().values(), *sorted(errors))]
    lines = [line for text in texts for line in text.split("\n") if len(line) > 30]
    return [*texts, *(line for line in lines if line.startswith("net "))]


KINDS: Final[dict[str, Callable[[Random], str]]] = {
    "bytes": bytes_,
    "tokens": tokens,
    "mutations": mutated,
    "programs": written,
}


def text(kind: str, seed: str) -> str:
    return KINDS[kind](Random(f"{kind}:{seed}"))
