"""The whole sweep::

python -m tests.sweep --random 20000 --operators 20000 --seed 1
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from ..compiler.layers.harness import all_layers
from .sweep import random_operators, random_uses, whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=1000, help="uses with several changes")
    parser.add_argument("--operators", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="words, joined by commas")
    options = parser.parse_args()
    words = options.only.split(",")
    layers = [layer for layer in all_layers() if not options.only or layer.word in words]
    tally: Counter[str] = Counter()
    for layer in layers:
        print(layer.word, int(time.process_time()), file=sys.stderr, flush=True)
        for finding in whole(layer, tally):
            print(finding, flush=True)
    random = Random(options.seed)
    for finding in random_uses(random, layers, options.random, tally):
        print(finding, flush=True)
    for finding in random_operators(random, options.operators, tally):
        print(finding, flush=True)
    print(dict(tally))


if __name__ == "__main__":
    main()
