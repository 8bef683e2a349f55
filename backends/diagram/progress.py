"""What a drawing that takes long is doing, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[str], object]
"""Is told again and again, several times a second, as long as it lasts."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def say(doing: str) -> None:
    listener = _listener.get()
    if listener is not None:
        listener(doing)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Within, ``say`` tells the listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
