"""Shipped specs with one token deleted, inserted or replaced, and what a check says of them.

    python -m tests.damage --seeds 1 2 3 --count 600 --worst 20

Counted are the damaged texts that have an error: of the others the damage left a spec.

- *hit*: an error stands within one line of the damage.
- *extra*: an error beyond the one that is the damage's. The shipped specs have no errors, so each
  error goes when the damage is undone; one of those within a line of the damage is the damage's, if
  there is any, and all others are extra.
- *fix*: the first fix that is offered. It is applied, and the text is checked again.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import NamedTuple

from netwright.compiler.pipeline import check_source
from netwright.grammar.diagnostics import Diagnostic, Fix
from netwright.grammar.lalr import Token
from netwright.grammar.scanner import scan
from netwright.grammar.source import Source
from netwright.spec_files import shipped

KINDS = ("delete", "insert", "replace")
NO_TOKENS = {"NEWLINE", "DOC"}


class Damage(NamedTuple):
    spec: Path
    kind: str
    start: int
    end: int
    text: str

    @property
    def line(self) -> int:
        return self.whole[: self.start].count("\n") + 1

    @property
    def whole(self) -> str:
        return self.spec.read_text("utf-8")

    def source(self) -> Source:
        whole = self.whole
        return Source(str(self.spec), whole[: self.start] + self.text + whole[self.end :])

    def __str__(self) -> str:
        whole = self.whole
        line = whole.split("\n")[self.line - 1].strip()
        what = f"{whole[self.start : self.end]!r} -> {self.text!r}"
        return f"{self.spec.stem}:{self.line}: {self.kind} {what} in: {line}"


class Outcome(NamedTuple):
    damage: Damage
    errors: tuple[Diagnostic, ...]
    hit: bool
    extra: int
    fix: Fix | None
    left: tuple[Diagnostic, ...]
    """What is found after the first fix."""
    seconds: float

    @property
    def mended(self) -> bool:
        return self.fix is not None and not any(d.severity == "error" for d in self.left)

    @property
    def silent(self) -> bool:
        return self.fix is not None and not self.left


class Figures(NamedTuple):
    damaged: int
    counted: int
    hits: int
    extras: int
    offered: int
    mended: int
    silent: int
    slowest: float

    def __str__(self) -> str:
        return (
            f"{self.damaged} damaged, {self.counted} with errors: "
            f"an error within one line {100 * self.hits / self.counted:.1f} %, "
            f"extra errors {self.extras / self.counted:.2f} each, "
            f"fix offered {self.offered}, leaves no error {self.mended} "
            f"({100 * self.mended / max(1, self.offered):.0f} %), no finding {self.silent}, "
            f"slowest check {self.slowest:.2f} s"
        )


def specs() -> list[Path]:
    return [path for name, path in shipped().items() if "." not in name]


def tokens(spec: Path) -> list[Token]:
    return [t for t in scan(spec.read_text("utf-8")) if t.kind not in NO_TOKENS]


def damages(seed: int, count: int) -> Iterator[Damage]:
    """Each spec is as likely as any other, and each of its tokens; words to put in are drawn from
    all specs, as often as they stand there."""
    random = Random(seed)
    known = {spec: tokens(spec) for spec in specs()}
    words = [t.text for found in known.values() for t in found]
    for number in range(count):
        spec = random.choice(list(known))
        token = random.choice(known[spec])
        kind = KINDS[number % 3]
        if kind == "delete":
            yield Damage(spec, kind, token.start, token.end, "")
        elif kind == "insert":
            yield Damage(spec, kind, token.start, token.start, f"{random.choice(words)} ")
        else:
            other = random.choice([w for w in words if w != token.text])
            yield Damage(spec, kind, token.start, token.end, other)


def errors_in(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(d for d in findings if d.severity == "error")


def repaired(source: Source, fix: Fix) -> Source:
    text = source.text
    for edit in sorted(fix.edits, key=lambda e: (e.span.start, e.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return Source(source.name, text)


def near(found: Diagnostic, source: Source, line: int) -> bool:
    """Whether it begins within a line of the damage."""
    if found.span is None or found.span.source is not source:
        return False
    return abs(source.position(found.span.start)[0] - line) <= 1


def outcome(damage: Damage) -> Outcome | None:
    """None where the damaged text is a spec all the same."""
    source = damage.source()
    before = process_time()
    errors = errors_in(check_source(source).diagnostics)
    seconds = process_time() - before
    if not errors:
        return None
    hit = any(near(d, source, damage.line) for d in errors)
    fix = next((d.fix for d in errors if d.fix is not None and d.fix.edits), None)
    left = check_source(repaired(source, fix)).diagnostics if fix else ()
    return Outcome(damage, errors, hit, len(errors) - hit, fix, left, seconds)


def outcomes(seed: int, count: int) -> list[Outcome]:
    return [found for d in damages(seed, count) if (found := outcome(d)) is not None]


def figures(found: Sequence[Outcome], damaged: int) -> Figures:
    return Figures(
        damaged,
        len(found),
        sum(o.hit for o in found),
        sum(o.extra for o in found),
        sum(o.fix is not None for o in found),
        sum(o.mended for o in found),
        sum(o.silent for o in found),
        max(o.seconds for o in found),
    )


def told(found: Outcome) -> str:
    lines = [str(found.damage)]
    for d in found.errors:
        at = f"{d.span.line}:{d.span.column}" if d.span else "?"
        fix = f"   [{d.fix.title}]" if d.fix else ""
        lines.append(f"    {at} {d.code} {d.message}{fix}")
    return "\n".join(lines)


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.damage", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--worst", type=int, default=0, help="list so many of each kind")
    options = parser.parse_args()
    everything: list[Outcome] = []
    for seed in options.seeds:
        found = outcomes(seed, options.count)
        everything += found
        print(f"seed {seed}: {figures(found, options.count)}", flush=True)
    print(f"all: {figures(everything, options.count * len(options.seeds))}")
    kinds = {
        "NOT WITHIN A LINE": [o for o in everything if not o.hit],
        "EXTRA ERRORS": sorted((o for o in everything if o.extra), key=lambda o: -o.extra),
        "FIX DOES NOT MEND": [o for o in everything if o.fix and not o.mended],
        "NO FIX": [o for o in everything if not o.fix],
        "SLOW": sorted(everything, key=lambda o: -o.seconds),
    }
    for title, cases in kinds.items():
        if options.worst:
            print(f"\n=== {title}: {len(cases)}")
        for case in cases[: options.worst]:
            print(told(case))


if __name__ == "__main__":
    main()
