"""Timing two things against each other: in turns, so that what else the machine does hits both."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Job = Callable[[], object]


@dataclass(frozen=True)
class Result:
    """Seconds of both, and what the ratio ``theirs / ours`` should be at least."""

    name: str
    ours: float
    theirs: float
    ratio: float
    aim: float | None = None

    @property
    def reached(self) -> bool:
        return self.aim is None or self.ratio >= self.aim


def rivals(name: str, ours: Job, theirs: Job, *, rounds: int, aim: float | None = None) -> Result:
    """The medians of both, and the median of the rounds' ratios."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, yours = (median(column) for column in zip(*pairs, strict=True))
    return Result(name, mine, yours, median(y / m for m, y in pairs), aim)


def seconds(job: Job) -> float:
    began = perf_counter()
    job()
    return perf_counter() - began


def often(job: Job, least: float = 0.05) -> Job:
    """The job, as many times over as take ``least`` seconds: for what is quicker than the clock."""
    times = 1
    while seconds(repeated(job, times)) < least:
        times *= 2
    return repeated(job, times)


def repeated(job: Job, times: int) -> Job:
    def run() -> None:
        for _ in range(times):
            job()

    return run


def process(*arguments: str) -> Job:
    """A whole Python process, from its start to its end."""

    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return run


# --- what is printed -----------------------------------------------------------------------------

HEAD = f"{'':52}{'ours':>11}{'theirs':>11}{'ratio':>9}   aim"


def row(result: Result) -> str:
    times = "".join(f"{spell(s):>11}" for s in (result.ours, result.theirs))
    aim = "" if result.aim is None else f"{result.aim:g}{'' if result.reached else '  missed'}"
    return f"{result.name:52}{times}{result.ratio:9.2f}   {aim}".rstrip()


def spell(duration: float) -> str:
    for unit, factor in (("s ", 1.0), ("ms", 1e3)):
        if duration * factor >= 1:
            return f"{duration * factor:.2f} {unit}"
    return f"{duration * 1e6:.1f} µs"
