"""``python -m netwright``, and the command ``netwright``: a process of its own."""

import atexit
import gc
import sys


def run() -> int:
    """Most commands end before there is much garbage: to look for it takes longer than it helps."""
    gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)  # the memory goes with the process: no last look for garbage
    from .cli import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
