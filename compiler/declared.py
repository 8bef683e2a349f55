"""Conditions on symbolic sizes: those that layers need, and those that the spec declares (``require
T >= 4``)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import lcm
from typing import Final, TypeAlias

from ..grammar.diagnostics import Diagnostic
from ..grammar.record import Record
from ..grammar.source import Span
from .dims import Dim, Size, equal, less, substitute, symbol, symbols

CODE: Final = "W520"
DENSE: Final = 256
TRIED: Final = 2**40
"""If algebra cannot decide a condition, it is tried with numbers: ``DENSE`` in a row, then doubled
ones up to ``TRIED``."""


class Declared(Record):
    """The values that a symbol can have: the multiples of a number, within limits."""

    least: int = 1
    most: int | None = None
    multiple: int = 1

    def joined(self, other: Declared) -> Declared:
        """The values that both allow."""
        mosts = [m for m in (self.most, other.most) if m is not None]
        return Declared(
            max(self.least, other.least),
            min(mosts, default=None),
            lcm(self.multiple, other.multiple),
        )

    @property
    def first(self) -> int:
        return -(-self.least // self.multiple) * self.multiple

    def nearest(self, value: int, shift: int) -> int:
        """A value that is allowed: this one, rounded down to a multiple, or if it is outside of the
        limits, the nearest one, moved by a number of steps."""
        value = value if value >= self.first else self.first + shift * self.multiple
        if self.most is not None and value > self.most:
            value = self.most - shift * self.multiple
        return max(value // self.multiple * self.multiple, self.first)

    def general(self, name: str) -> Dim:
        """The symbol's value in terms of a symbol that can have any value."""
        return (symbol(name) - 1) * self.multiple + self.first

    def tried(self) -> list[int]:
        """Values to try, in order."""
        most = TRIED if self.most is None else self.most
        values = list(range(self.first, most + 1, self.multiple)[:DENSE])
        while values and values[-1] * 2 <= most:
            values.append(values[-1] * 2)
        last = most // self.multiple * self.multiple
        return values if not values or values[-1] == last else [*values, last]


Declarations: TypeAlias = Mapping[str, Declared]
Least: TypeAlias = tuple[Dim, Dim, Span]
"""The first is assumed to be at least the second, at a place."""

ANY: Final = Declared()


def declaration(operator: str, left: Dim, right: Dim) -> tuple[str, Declared] | None:
    """The symbol that a condition is about, and the values it allows: ``T >= 4``, ``T <= 512``,
    ``T % 4 == 0``. None for other conditions."""
    if operator in ("<", "<="):
        left, right, operator = right, left, operator.replace("<", ">")
    names = symbols(left, right)
    if len(names) != 1 or operator not in (">", ">=", "=="):
        return None
    name, difference = names[0], left - right - (operator == ">")
    values = _multiple(name, difference) if operator == "==" else _limit(name, difference)
    return None if values is None else (name, values)


def _limit(name: str, difference: Dim) -> Declared | None:
    """The limit in ``T - 4`` or ``4 - T``, which must be at least 0."""
    below, above = difference - symbol(name), difference + symbol(name)
    if isinstance(below, int):
        return Declared(least=max(1, -below))
    return Declared(most=above) if isinstance(above, int) and above > 0 else None


def _multiple(name: str, difference: Dim) -> Declared | None:
    """The divisor in ``T - 4*(T//4)``, which must be 0."""
    whole = symbol(name)
    terms = difference.terms if isinstance(difference, Size) else ()
    for count in {abs(c) for _, c in terms if abs(c) > 1}:
        if difference in (whole % count, -(whole % count)):
            return Declared(multiple=count)
    return None


def surely_equal(a: Dim, b: Dim, declared: Declarations) -> bool:
    """Whether two sizes are equal for all values that the spec declares."""
    values = {name: values.general(name) for name, values in declared.items()}
    return equal(substitute(a, values), substitute(b, values)) is True


def unmet(
    conditions: Iterable[Least], declared: Declarations, equal_: Iterable[Least] = ()
) -> Iterator[Diagnostic]:
    """A warning for each symbol, at the place with the strictest condition, and for each condition
    on several symbols. ``equal_`` are sizes that must be equal, which has a warning of its own:
    values for which they are not need no second one."""
    zero = [a - b for a, b, _ in equal_]
    limits: dict[tuple[str, bool], tuple[int, Span]] = {}
    reported: set[tuple[Span, tuple[str, ...]]] = set()
    for size, least, span in dict.fromkeys(conditions):
        if _surely(size, least, declared, zero):
            continue
        limit = _limit_of(size, least, declared)
        if limit is not None:
            name, is_least, value = limit
            strictest = limits.get((name, is_least))
            if strictest is None or (value > strictest[0]) == is_least:
                limits[name, is_least] = value, span
        elif (place := (span, symbols(size, least))) not in reported:
            reported.add(place)
            yield _warning(f"{size} is at least {least}", span, ())
    for (name, is_least), (value, span) in limits.items():
        help = f"`require {name} {'>=' if is_least else '<='} {value}` declares it"
        yield _warning(f"{name} is at {'least' if is_least else 'most'} {value}", span, (help,))


def _warning(condition: str, span: Span, help: Sequence[str]) -> Diagnostic:
    number = "`--input` with the real size decides it"
    return Diagnostic(
        CODE,
        f"this runs only if {condition}",
        span,
        severity="warning",
        help=(*help, number),
    )


def _surely(size: Dim, least: Dim, declared: Declarations, zero: Sequence[Dim]) -> bool:
    """Whether a size is large enough for all values that the spec declares."""
    values = {name: values.general(name) for name, values in declared.items()}
    if less(substitute(size, values), substitute(least, values)) is False:
        return True
    names = symbols(size, least)
    if len(names) != 1:
        return False
    holds, own = _test(size - least, names[0]), [d for d in zero if symbols(d) == names]
    tried = declared.get(names[0], ANY).tried()
    return all(holds(n) for n in tried if not any(_differs(d, names[0], n) for d in own))


def _differs(difference: Dim, name: str, value: int) -> bool:
    """Whether a difference is a number other than 0; a division by 0 is not a number."""
    try:
        return substitute(difference, {name: value}) != 0
    except ZeroDivisionError:
        return False


def _test(room: Dim, name: str) -> Callable[[int], bool]:
    """A function that says whether there is room for a value of the symbol."""

    def holds(value: int) -> bool:
        try:
            return less(substitute(room, {name: value}), 0) is False
        except ZeroDivisionError:
            return False

    return holds


def _limit_of(size: Dim, least: Dim, declared: Declarations) -> tuple[str, bool, int] | None:
    """A condition as a symbol and its least (True) or largest (False) value; None for other
    conditions."""
    names = symbols(size, least)
    if len(names) != 1:
        return None
    holds, values = _test(size - least, names[0]), declared.get(names[0], ANY).tried()
    answers = list(map(holds, values))
    changes = [i for i in range(1, len(answers)) if answers[i] != answers[i - 1]]
    if len(changes) != 1:
        return None
    before, after = values[changes[0] - 1], values[changes[0]]
    edge = bisect_left(range(after), True, before, key=lambda v: holds(v) != answers[0])
    return names[0], not answers[0], edge if not answers[0] else edge - 1
