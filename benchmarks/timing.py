"""Timing two things against each other: in turns, so that what else the machine does hits both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final, Literal

Job = Callable[[], object]

LEAST: Final = 0.02
"""Seconds that one measurement takes at least."""

COMPILED: Final = TemporaryDirectory(prefix="netwright-bench-")


@dataclass(frozen=True)
class Result:
    """What both took, and what the ratio ``theirs / ours`` should be at least. The unit is
    seconds, megabytes, or nothing for things that are counted."""

    name: str
    ours: float
    theirs: float
    ratio: float
    aim: float | None = None
    unit: Literal["s", "MB", ""] = "s"

    @property
    def reached(self) -> bool:
        return self.aim is None or round(self.ratio, 2) >= self.aim


def rivals(name: str, ours: Job, theirs: Job, *, rounds: int, aim: float | None = None) -> Result:
    """The medians of both, and the median of the rounds' ratios. The first round, which fills
    caches, does not count; what is quicker than the clock is done several times over."""
    times = max(1, round(LEAST / max(seconds(ours), seconds(theirs))))
    pairs = [(seconds(ours, times), seconds(theirs, times)) for _ in range(rounds)]
    mine, yours = (median(column) for column in zip(*pairs, strict=True))
    return Result(name, mine, yours, median(y / m for m, y in pairs), aim)


def seconds(job: Job, times: int = 1) -> float:
    began = perf_counter()
    for _ in range(times):
        job()
    return (perf_counter() - began) / times


def process(*arguments: str, folder: Path | None = None) -> Job:
    """A whole Python process, from its start to its end, with compiled modules at hand; what lies
    in the folder that it runs in is imported from there."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": COMPILED.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *arguments]

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=folder)

    return run


# --- what is printed -----------------------------------------------------------------------------

HEAD = f"{'':52}{'ours':>11}{'theirs':>11}{'ratio':>9}   aim"


def row(result: Result) -> str:
    spelled = spell if result.unit == "s" else f"{{:.0f}} {result.unit}".format
    times = "".join(f"{spelled(n):>11}" for n in (result.ours, result.theirs))
    aim = "" if result.aim is None else f"{result.aim:g}{'' if result.reached else '  missed'}"
    return f"{result.name:52}{times}{result.ratio:9.2f}   {aim}".rstrip()


def spell(duration: float) -> str:
    for unit, factor in (("s ", 1.0), ("ms", 1e3)):
        if duration * factor >= 1:
            return f"{duration * factor:.2f} {unit}"
    return f"{duration * 1e6:.1f} µs"
