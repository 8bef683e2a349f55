"""Whole processes here and in another checkout: ``python -m benchmarks.versions CHECKOUT``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from .timing import HEAD, process, rivals, row

HERE: Final = Path(__file__).parent.parent
PROCESSES: Final = {
    **{f"check {spec}": ("-m", "netwright", "check", spec) for spec in ("resnet", "t5", "vit")},
    "import netwright": ("-c", "import netwright"),
}


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    print(HEAD)
    for name, arguments in PROCESSES.items():
        ours, theirs = (process(*arguments, folder=f) for f in (HERE, options.checkout))
        print(row(rivals(name, ours, theirs, rounds=options.rounds, aim=1)), flush=True)


if __name__ == "__main__":
    main()
