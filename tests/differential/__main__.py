"""Many random programs through the compiler and the evaluator.

    python -m tests.differential --count 100000 --seed 1 --seconds 3600 --log run.jsonl

The log is one line of JSON for each batch and each find; with the same seed and log, a run goes on
where the last one stopped. The last line printed counts the programs by outcome; the exit status is
1 if some program differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .compare import Program, Trial, Verdict
from .programs import program
from .reduce import reduced

BATCH = 200
FINDS = ("differs", "looser")


@dataclass
class Report:
    """How far a run is: the next program, counts by outcome, and finds by seed."""

    next: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    finds: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, log: Path | None, seed: int) -> Report:
        report = cls()
        if log is not None and log.exists():
            lines = map(json.loads, log.read_text().splitlines())
            for line in (x for x in lines if x["seed"] == seed):
                if "counts" in line:
                    report = cls(line["next"], Counter(line["counts"]), report.finds)
                else:
                    report.finds[line["program"]] = line["what"]
        return report


def judge(number: int, seed: int) -> tuple[Program, Verdict]:
    made = program(f"{seed}:{number}")
    return made, Trial(made).verdict()


def batch(first: int, count: int, seed: int) -> tuple[Counter[str], list[tuple[int, Verdict, str]]]:
    """The outcomes of some programs, and the finds among them, made small."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    finds = []
    for number in range(first, first + count):
        made, verdict = judge(number, seed)
        counts[outcome(verdict)] += 1
        if verdict.kind in FINDS:
            finds.append((number, verdict, reduced(made, verdict, tries=400).text))
    return counts, finds


def outcome(verdict: Verdict) -> str:
    return f"{verdict.kind} ({verdict.what})" if verdict.what else verdict.kind


def batches(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last, BATCH):
        yield start, min(BATCH, last - start)


def run(options: argparse.Namespace) -> Report:
    report = Report.read(options.log, options.seed)
    end = time.monotonic() + options.seconds
    todo = list(batches(report.next, options.count))
    with ProcessPoolExecutor(options.jobs) as pool:
        for at in range(0, len(todo), options.jobs):
            if time.monotonic() > end:
                break
            now = todo[at : at + options.jobs]
            for counts, finds in pool.map(
                batch, *zip(*now, strict=True), [options.seed] * len(now)
            ):
                report.counts += counts
                for number, verdict, text in finds:
                    found(options, report, number, verdict, text)
            report.next = sum(now[-1])
            write(options, {"next": report.next, "counts": dict(report.counts)})
            print(f"{report.next:,} programs, {len(report.finds)} finds", file=sys.stderr)
    return report


def found(
    options: argparse.Namespace, report: Report, number: int, verdict: Verdict, text: str
) -> None:
    report.finds[number] = outcome(verdict)
    print(f"\n# program {number} {outcome(verdict)}: {verdict.detail[:300]}\n{text}", flush=True)
    what = {"what": outcome(verdict), "detail": verdict.detail, "text": text}
    write(options, {"program": number, **what})


def write(options: argparse.Namespace, line: dict[str, Any]) -> None:
    if options.log is not None:
        with options.log.open("a") as log:
            log.write(json.dumps({"seed": options.seed, **line}) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.differential",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=1000, help="programs in all")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other programs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--log", type=Path, help="where to keep what was done, and go on from")
    parser.add_argument("--show", type=int, help="print this program and its outcome, no more")
    options = parser.parse_args()
    if options.show is not None:
        made, verdict = judge(options.show, options.seed)
        print(f"{made.text}\n{outcome(verdict)}: {verdict.detail}")
        return 0
    report = run(options)
    counts = ", ".join(f"{what} {count:,}" for what, count in report.counts.most_common())
    print(f"{report.next:,} programs: {counts}")
    return 1 if report.finds else 0


if __name__ == "__main__":
    sys.exit(main())
