"""What takes long, on one line of a terminal that goes away again."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Self, TextIO

from ..terminal import takes_progress

PATIENCE = 1.0
"""Seconds after which it is long."""
CLEAR = "\r\x1b[K"


class Progress:
    """Shows what it is told, with the time since it was made; at its end nothing is left."""

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
