"""Runs the layout program: the one installed with netwright, which draws the same everywhere."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from time import monotonic
from typing import Final

from ..errors import DiagramError, NoLayout
from ..progress import say

PROGRAM: Final = "graphviz-pure"
SECONDS: Final = 60
KEPT: Final = 64
"""Layouts that are remembered."""
KEPT_LENGTH: Final = 50_000
"""Letters of a text whose layout is: what is remembered stays within some megabytes."""
TICK: Final = 0.2
"""Seconds between signs of life."""
SIMPLER: Final = (
    "open less (`--depth 1`, `--fold NAME`), or put layers into blocks: what is alike is drawn once"
)


def program() -> str:
    """The path of graphviz-pure: beside this Python, or on the path. Raises NoLayout."""
    places = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    for place in places:
        found = shutil.which(PROGRAM, path=str(place))
        if found:
            return found
    found = shutil.which(PROGRAM)
    if found is None:
        raise NoLayout(
            f"drawing needs {PROGRAM}, which is not installed", help=f"`pip install {PROGRAM}`"
        )
    return found


def lay_out(dot: str, format: str, *arguments: str, program: str | None = None) -> bytes:
    """What the program makes of a DOT text. Raises DiagramError if it fails or takes too long."""
    command = (program or globals()["program"](), "-q", f"-T{format}", *arguments)
    return (remembered if len(dot) <= KEPT_LENGTH else _made)(command, dot)


def _made(command: tuple[str, ...], dot: str) -> bytes:
    status, out = _run(command, dot.encode(errors="replace"))
    if status != 0 or not out:
        # What the program complains of are its own terms, and pages of them.
        raise DiagramError(
            "the layout program finds no place for everything in this picture", help=SIMPLER
        )
    return out


# One picture is measured several times on its way, its insets most of all.
remembered = lru_cache(maxsize=KEPT)(_made)


def _run(command: Sequence[str], given: bytes) -> tuple[int, bytes]:
    """Exit status and what it wrote. It does not outlive an interruption."""
    until = monotonic() + SECONDS
    with TemporaryFile() as text:  # a pipe would have to be fed between the ticks
        text.write(given)
        text.seek(0)
        with Popen(command, stdin=text, stdout=PIPE, stderr=DEVNULL) as process:
            try:
                return _wait(process, until)
            except BaseException:
                process.kill()
                raise


def _wait(process: Popen[bytes], until: float) -> tuple[int, bytes]:
    while monotonic() < until:
        say("laying out the diagram")
        with suppress(TimeoutExpired):
            out, _ = process.communicate(timeout=TICK)
            return process.returncode, out
    raise DiagramError(f"the layout took longer than {SECONDS} seconds", help=SIMPLER)


def extent(dot: str) -> tuple[float, float]:
    """Width and height of what is laid out, in points."""
    left, bottom, right, top = map(float, json.loads(lay_out(dot, "json"))["bb"].split(","))
    return right - left, top - bottom
