"""Runs the layout program: the one installed with netwright, which draws the same everywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from .errors import DiagramError, MissingExtra

PROGRAM: Final = "graphviz-pure"
SECONDS: Final = 60


def program() -> str:
    """The path of graphviz-pure: beside this Python, or on the path. Raises MissingExtra."""
    places = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent)
    for place in places:
        found = shutil.which(PROGRAM, path=str(place))
        if found:
            return found
    found = shutil.which(PROGRAM)
    if found is None:
        raise MissingExtra(
            f"drawing needs {PROGRAM}, which is not installed", help=f"`pip install {PROGRAM}`"
        )
    return found


def lay_out(dot: str, format: str, *arguments: str, program: str | None = None) -> bytes:
    """What the program makes of a DOT text. Raises DiagramError if it fails or takes too long."""
    command = [program or globals()["program"](), "-q", f"-T{format}", *arguments]
    try:
        done = subprocess.run(
            command, input=dot.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DiagramError(
            f"the layout took longer than {SECONDS} seconds", help="fold more: `depth=1`"
        ) from None
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode(errors="replace").strip()
        raise DiagramError(f"the layout failed: {said or done.returncode}")
    return done.stdout
