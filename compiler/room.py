"""Room for a compilation: a deep stack, and no garbage collection while it runs."""

from __future__ import annotations

import gc
import sys
from _thread import allocate_lock  # `threading` is much more, and slow to load
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RECURSION_LIMIT: Final = 20_000

_lock: Final = allocate_lock()
_inside = 0
_before = 0, False


@contextmanager
def room() -> Iterator[None]:
    """Room for nested blocks, and no garbage collection: what a compilation makes stays until its
    end, so looking for garbage meanwhile costs a quarter of its time and finds none.

    Both belong to the whole process: of several compilations in threads the last one out leaves
    them as the first one found them.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _before
    with _lock:
        if not _inside:
            _before = sys.getrecursionlimit(), gc.isenabled()
            sys.setrecursionlimit(max(_before[0], RECURSION_LIMIT))
            gc.disable()
        _inside += 1


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if not _inside:
            limit, collecting = _before
            sys.setrecursionlimit(limit)
            if collecting:
                gc.enable()
