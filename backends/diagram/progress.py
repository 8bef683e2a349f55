"""Reports what a long drawing is doing, to a caller that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[str], object]
"""Called several times a second while the drawing lasts."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def say(doing: str) -> None:
    """Tell the listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(doing)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Sets the listener of ``say`` inside a ``with``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
