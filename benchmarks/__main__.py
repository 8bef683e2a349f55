"""Print how fast netwright is: each row is measured in turns with what it is compared with."""

from __future__ import annotations

from argparse import ArgumentParser

from . import checking, drawing, formatting, importing, running, scanning
from .timing import HEAD, Result, row

ROOMS = {
    "checking": checking,
    "formatting": formatting,
    "running": running,
    "scanning": scanning,
    "importing": importing,
    "drawing": drawing,
}


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "rooms", nargs="*", metavar="ROOM", help=f"{', '.join(ROOMS)} (default: all)"
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(HEAD)
    for name in options.rooms or ROOMS:
        for result in ROOMS[name].run(options.rounds):
            print(row(result) if isinstance(result, Result) else result, flush=True)


main()
