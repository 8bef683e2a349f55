"""What one process tries, within its bounds, and how a text that fails is made small."""

from __future__ import annotations

import resource
from collections import Counter
from time import monotonic
from typing import Final, TypeAlias

from .texts import TOKEN, text
from .trial import Failure, trial

BATCH: Final = {"bytes": 200, "tokens": 100, "mutations": 60, "programs": 20}
"""Texts at a time: some seconds' worth."""
ADDRESSES: Final = 4 << 30
"""Bytes that a worker may ask for."""
SECONDS_TO_REDUCE: Final = 20

Found: TypeAlias = tuple[str, str, str, str]
"""Of a failure: kind, the text's name, its message, the text."""


def batch(kind: str, first: int, seed: int, until: float) -> tuple[Counter[str], list[Found]]:
    counts: Counter[str] = Counter()
    found: list[Found] = []
    for i in range(first, first + BATCH[kind]):
        if monotonic() > until:
            break
        made, name = text(kind, f"{seed}:{i}"), f"{kind}-{seed}-{i}"
        try:
            counts[trial(made, name, drawn=kind == "programs" or i % 5 == 0)] += 1
        except Failure as failure:
            counts[failure.kind] += 1
            small = reduced(made, name, failure.kind) if failure.kind != "memory" else made
            found.append((failure.kind, name, str(failure), small))
    return counts, found


def fails(made: str, name: str, kind: str) -> bool:
    try:
        trial(made, name)
    except Failure as failure:
        return failure.kind == kind
    return False


def reduced(made: str, name: str, kind: str) -> str:
    """Without lines and tokens that the failure does not need."""
    until = monotonic() + SECONDS_TO_REDUCE
    for split in (lambda t: t.splitlines(keepends=True), TOKEN.findall):
        pieces = split(made)
        size = max(1, len(pieces) // 2)
        while pieces and monotonic() < until:
            at, changed = 0, False
            while at < len(pieces) and monotonic() < until:
                fewer = [*pieces[:at], *pieces[at + size :]]
                if fails("".join(fewer), name, kind):
                    pieces, changed = fewer, True
                else:
                    at += size
            if size == 1 and not changed:
                break
            size = size if changed and size == 1 else max(1, size // 2)
        made = "".join(pieces)
    return made


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
