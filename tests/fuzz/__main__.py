"""Try texts for as long as is asked, and keep those that fail, made as small as is quickly done::

    python -m tests.fuzz --seconds 3600 --seed 1

The last line counts the texts and what became of them. The status is 1 where something failed."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Final

from .texts import KINDS
from .worker import BATCH, Found, batch, bounded

SHARE: Final = ("bytes", "tokens", "tokens", *["mutations"] * 8, *["programs"] * 5)
"""Batches of each kind, in turn."""
BATCHES: Final = 32
"""So many a worker does before another takes its place."""


def run(options: argparse.Namespace) -> Counter[str]:
    until, counts, number = monotonic() + options.seconds, Counter[str](), 0
    while monotonic() < until:
        with ProcessPoolExecutor(options.workers, get_context("spawn"), bounded) as pool:
            jobs: list[tuple[str, int]] = []
            for _ in range(BATCHES * options.workers):
                jobs.append((SHARE[number % len(SHARE)], number * max(BATCH.values())))
                number += 1
            done = {pool.submit(batch, *job, options.seed, until): job for job in jobs}
            for future in as_completed(done):
                some, found = _result(future, done[future])
                counts += some
                for failure in found:
                    keep(options.keep, failure)
    return counts


def _result(
    future: Future[tuple[Counter[str], list[Found]]], job: tuple[str, int]
) -> tuple[Counter[str], list[Found]]:
    try:
        return future.result()
    except BrokenProcessPool:
        return Counter(crash=1), [("crash", f"{job}", "a worker died", "")]


def keep(folder: Path, failure: Found) -> None:
    kind, name, message, small = failure
    print(f"--- {kind} {name}: {message.strip().splitlines()[-1]}\n{small!a}", flush=True)
    if not small:
        return
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256(small.encode(errors="replace")).hexdigest()[:8]
    path = folder / f"{kind}-{digest}.net"
    path.write_text(small, encoding="utf-8", errors="surrogatepass")
    path.with_suffix(".txt").write_text(f"{name}\n{message}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    counts = run(parser.parse_args())
    bad = {kind: counts.pop(kind, 0) for kind in ("traceback", "hang", "memory", "false", "crash")}
    said = ", ".join(f"{n:,} {kind}" for kind, n in sorted(counts.items()))
    failures = ", ".join(f"{n} {kind}" for kind, n in bad.items())
    print(f"{sum(counts.values()) + sum(bad.values()):,} texts: {said}; {failures}")
    return 1 if any(bad.values()) else 0


if __name__ == "__main__":
    assert set(SHARE) == set(KINDS) == set(BATCH)
    sys.exit(main())
