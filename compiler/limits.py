"""The limits for a spec, by name. A spec may come from a stranger, so its compilation must end
soon, or with an error that names the limit. A user who trusts a spec can raise a limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from ..grammar.parser import MAX_TOKENS
from ..grammar.record import Record, positional
from ..grammar.wording import raises


class Limits(Record):
    """The limits that can be raised; ``--limit`` uses their names.

    ``steps`` is the work for one net (a step takes some microseconds), ``layers`` the number of
    layers, ``depth`` the nesting of blocks and lists, ``items`` and ``characters`` the length of a
    list and a text, ``terms`` the length of the expression of a symbolic size, ``tokens`` the
    number of words and signs in a text, ``boxes`` the number of boxes in a picture.
    """

    steps: int = 300_000
    layers: int = 100_000
    depth: int = 64
    items: int = 100_000
    characters: int = 100_000
    terms: int = 100
    tokens: int = MAX_TOKENS
    boxes: int = 1_500


NETS_TOGETHER: Final = 2
"""A check looks at all nets of a file; together they may take this many times the steps of one."""
MAX_INT: Final = 2**62
MAX_ELEMENTS: Final = 2**59
MAX_RANK: Final = 64
"""Limits of PyTorch: it counts the bytes of a tensor, up to eight for an element, in 64 bits, and
its tensors have at most 64 axes."""
MAX_INPUTS: Final = 1024
"""The most inputs of one layer: Python cannot compile much longer sums."""

DEFAULTS: Final = Limits()
_IN_FORCE: ContextVar[Limits] = ContextVar("limits")


class UnknownLimit(ValueError):
    """There is no limit with this name, or the number is wrong; the message says what is
    possible."""


def limits() -> Limits:
    """The limits of the compilation that is running."""
    return _IN_FORCE.get(DEFAULTS)


@contextmanager
def limited(given: Mapping[str, int] | None) -> Iterator[None]:
    """Raises some limits inside a ``with``. Raises UnknownLimit."""
    token = _IN_FORCE.set(raised(given or {}))
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def raised(given: Mapping[str, int]) -> Limits:
    """The limits, some of them replaced. Raises UnknownLimit."""
    for name, value in given.items():
        if name not in positional(Limits()):
            raise UnknownLimit(f"no bound is called {name}: {', '.join(positional(Limits()))}")
        if type(value) is not int or value < 1:
            raise UnknownLimit(f"the bound {name} is a number from 1 on, not {value!r}")
    return Limits(**given)


def how_to_raise(name: str) -> str:
    """The help of an error about a limit: why it is there, and how to raise it."""
    return raises(name, 2 * getattr(limits(), name))
