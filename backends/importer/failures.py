"""Where the code of a model failed."""

from __future__ import annotations

import linecache
import sys
from traceback import walk_tb
from types import FrameType

_OURS = "netwright"
_LIBRARIES = sys.stdlib_module_names | {"torch"}


def place(error: BaseException) -> str:
    """The last line of the model's own code that ran: none of PyTorch, Python or netwright. If
    there is none, the last line outside of netwright; empty if there is none either."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"in {error.filename}, line {error.lineno}: {(error.text or '').strip()}"
    frames = [(f, at) for f, at in walk_tb(error.__traceback__) if _package(f) != _OURS]
    own = [(f, at) for f, at in frames if _package(f) not in _LIBRARIES]
    if not frames:
        return ""
    frame, number = (own or frames)[-1]
    return line(frame.f_code.co_filename, number)


def line(file: str, number: int) -> str:
    """A line of a source, with its place."""
    return f"in {file}, line {number}: {linecache.getline(file, number).strip()}"


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
