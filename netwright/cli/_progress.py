"""Progress of work that takes long, on a line of the terminal that is cleared at the end."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Self, TextIO

from ..terminal import takes_progress

PATIENCE = 1.0
"""Seconds before anything is shown."""
CLEAR = "\r\x1b[K"


class Progress:
    """Shows what is being done and how long it has taken. The line is cleared at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if takes_progress(stream) else None
        self._began = monotonic()
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def show(self, doing: str) -> None:
        passed = monotonic() - self._began
        line = f"{doing}, {passed:.0f} s (Ctrl-C stops it)"
        if passed >= PATIENCE and line != self._shown:
            self._write(CLEAR + line)
            self._shown = line

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._shown:
            self._write(CLEAR)

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
