"""What a spec may ask for at most, by name. A spec comes from a stranger: what is done with it must
end soon, or with an error that says which bound was passed. Whoever trusts a spec raises one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from ..grammar.parser import MAX_TOKENS
from ..grammar.record import Record, positional
from ..grammar.wording import raises


class Limits(Record):
    """The bounds that may be raised; their names are those of ``--limit``.

    ``steps`` is the work for one net, each some microseconds, ``layers`` how many there are,
    ``depth`` how far blocks and lists are nested, ``items`` and ``characters`` the length of a list
    and a text, ``terms`` how long the expression of a symbolic size is, ``tokens`` how many words
    and signs a text has, ``boxes`` how many boxes a picture has.
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
"""A check goes through all nets of a file: for these together, so many times the steps of one."""
MAX_INT: Final = 2**62
MAX_ELEMENTS: Final = 2**59
MAX_RANK: Final = 64
"""PyTorch's own: it counts the bytes of a tensor, up to eight for an element, in 64 bits, and its
tensors have 64 axes."""
MAX_INPUTS: Final = 1024
"""Of one layer: Python does not compile sums of many more."""

DEFAULTS: Final = Limits()
_IN_FORCE: ContextVar[Limits] = ContextVar("limits")


class UnknownLimit(ValueError):
    """A bound of no such name, or no number for it; the message says what is possible."""


def limits() -> Limits:
    """The bounds of what is compiled at the moment."""
    return _IN_FORCE.get(DEFAULTS)


@contextmanager
def limited(given: Mapping[str, int] | None) -> Iterator[None]:
    """Bounds, some of them raised. Raises UnknownLimit."""
    token = _IN_FORCE.set(raised(given or {}))
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def raised(given: Mapping[str, int]) -> Limits:
    """The bounds with some of them given. Raises UnknownLimit."""
    for name, value in given.items():
        if name not in positional(Limits()):
            raise UnknownLimit(f"no bound is called {name}: {', '.join(positional(Limits()))}")
        if type(value) is not int or value < 1:
            raise UnknownLimit(f"the bound {name} is a number from 1 on, not {value!r}")
    return Limits(**given)


def how_to_raise(name: str) -> str:
    """What the error of a bound says: why it is there, and how to raise it."""
    return raises(name, 2 * getattr(limits(), name))
