"""``python -m netwright``, and the command ``netwright``: a process of its own."""

import atexit
import gc
import sys


def run() -> int:
    """Most commands are done before there is as much to collect as their modules and one graph:
    looking for garbage all the while would find none."""
    gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)  # what is left goes with the process: nobody need look through it
    from .cli import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
