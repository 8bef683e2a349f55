"""Formatting texts, against what it may take, and long texts against short ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import netwright as nw
from netwright.spec_files import shipped

from .timing import Job, Result, process, rivals, seconds

LINES: Final = 1_000
LIMIT: Final = 0.2
"""Seconds for a text of 1,000 lines."""


def run(rounds: int) -> Iterator[Result]:
    text = lines(LINES).replace("  ", " ")  # so that it has to be printed and compared
    yield beside_limit(
        f"format {LINES:,} lines (theirs: the limit)", formatting(text), rounds, aim=1
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "long.net"
        path.write_text(text)
        command = process("-m", "netwright", "fmt", "--diff", str(path))
        yield beside_limit(f"format {LINES:,} lines, whole process", command, rounds)
    yield rivals(
        f"format {10 * LINES:,} lines against {LINES:,} lines ten times",
        formatting(lines(10 * LINES)),
        formatting(*[lines(LINES)] * 10),
        rounds=rounds,
        aim=0.5,
    )


def beside_limit(name: str, job: Job, rounds: int, aim: float | None = None) -> Result:
    job()
    taken = median(seconds(job) for _ in range(rounds))
    return Result(name, taken, LIMIT, LIMIT / taken, aim)


def lines(count: int) -> str:
    """So many lines of shipped specs, and those up to the end of their statement."""
    texts = [path.read_text("utf-8") for path in shipped().values()]
    whole = "\n".join(texts * (1 + count // sum(text.count("\n") for text in texts)))
    start = sum(map(len, whole.splitlines(keepends=True)[:count]))
    return whole[: whole.index("\n}\n", start) + 3]


def formatting(*texts: str) -> Job:
    def run() -> None:
        for text in texts:
            nw.format_text(text)

    return run
