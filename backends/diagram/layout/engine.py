"""Runs the layout program. It is installed with netwright, so that pictures are the same
everywhere."""

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

from ..errors import DiagramError, NoLayout, NoPlace
from ..progress import say

PROGRAM: Final = "graphviz-pure"
SECONDS: Final = 60
KEPT: Final = 64
"""The number of layouts that are kept in memory."""
KEPT_LENGTH: Final = 50_000
"""The longest text whose layout is kept, in letters: all of them together take some megabytes."""
TICK: Final = 0.2
"""Seconds between reports of progress."""
SIMPLER: Final = (
    "open less (`--depth 1`, `--fold NAME`), or put layers into blocks: equal blocks are drawn once"
)


def program() -> str:
    """The path of graphviz-pure: beside this Python, or on the path. Raises NoLayout."""
    places = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    for place in places:
        path = shutil.which(PROGRAM, path=str(place))
        if path:
            return path
    path = shutil.which(PROGRAM)
    if path is None:
        raise NoLayout(
            f"drawing needs {PROGRAM}, which is not installed", help=f"`pip install {PROGRAM}`"
        )
    return path


def lay_out(dot: str, format: str, *arguments: str, program: str | None = None) -> bytes:
    """The output of the program for a DOT text. Raises NoPlace if it fails, DiagramError if
    it takes too long."""
    command = (program or globals()["program"](), "-q", f"-T{format}", *arguments)
    return (remembered if len(dot) <= KEPT_LENGTH else _output)(command, dot)


def _output(command: tuple[str, ...], dot: str) -> bytes:
    status, out = _run(command, dot.encode(errors="replace"))
    if status != 0 or not out:
        # The program's own message is long, and in terms that the user has not seen.
        raise NoPlace(
            "the layout program finds no place for everything in this picture", help=SIMPLER
        )
    return out


# A picture is measured several times before it is done, its insets most often.
remembered = lru_cache(maxsize=KEPT)(_output)


def _run(command: Sequence[str], dot: bytes) -> tuple[int, bytes]:
    """The exit status and the output. The program is killed if this is interrupted."""
    until = monotonic() + SECONDS
    with TemporaryFile() as text:  # a pipe would have to be filled between the ticks
        text.write(dot)
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
    """Width and height of a laid-out DOT text, in points."""
    left, bottom, right, top = map(float, json.loads(lay_out(dot, "json"))["bb"].split(","))
    return right - left, top - bottom
