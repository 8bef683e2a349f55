"""Conditions for two sizes to be equal, in words: ``H must be even``, not ``H is 2*(H//2)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import lcm
from typing import Final

from ..grammar.record import Record
from ..grammar.wording import listing
from .dims import (
    Atom,
    Dim,
    Extreme,
    Quotient,
    Size,
    bounds,
    equal,
    product,
    substitute,
    symbol,
    symbols,
)


class Condition(Record):
    """``H and W`` must be ``multiples of 4``; ``multiple`` is 4 then, and 0 for other
    conditions."""

    subjects: tuple[str, ...]
    what: str
    multiple: int = 0

    def must(self) -> str:
        return f"{listing(self.subjects)} must be {self._what}"

    def holds(self) -> str:
        return f"{listing(self.subjects)} {'is' if len(self.subjects) == 1 else 'are'} {self._what}"

    def required(self) -> str:
        """The condition in the language, ``H % 4 == 0``; empty if it is not about a multiple."""
        plain = self.multiple and all(name.isidentifier() for name in self.subjects)
        tests = (f"{name} % {self.multiple} == 0" for name in self.subjects)
        return " and ".join(tests) if plain else ""

    @property
    def _what(self) -> str:
        return self.what.replace("a multiple", "multiples") if len(self.subjects) > 1 else self.what


def together(conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions, with those of one kind joined: ``H and W must be even``."""
    kinds: dict[tuple[str, int], dict[str, None]] = {}
    for condition in conditions:
        kind = kinds.setdefault((condition.what, condition.multiple), {})
        kind.update(dict.fromkeys(condition.subjects))
    return [Condition(tuple(names), *kind) for kind, names in kinds.items()]


def equality(a: Dim, b: Dim) -> list[Condition]:
    """The conditions for two sizes to be equal."""
    difference = a - b
    if isinstance(difference, Size):
        conditions = _divisible(difference) or _ordered(difference) or _by_period(difference)
        if conditions:
            return conditions
    return [Condition((str(a),), f"equal to `{b}`")]


# --- multiples -------------------------------------------------------------------------------


class _Remainder(Record):
    """A remainder under a name of its own: ``quotient`` is ``(n - remainder) / d``."""

    quotient: Quotient
    name: str
    numerator: Size
    divisor: int


def _divisible(difference: Size) -> list[Condition]:
    """Conditions from ``n - d * (n//d)``, the remainder of a division, which has to be some
    number."""
    remainders = list(_remainders(difference))
    if not remainders or any(isinstance(a, Extreme) for a in _atoms(difference)):
        return []
    exact = _with_remainders(difference, remainders)
    if substitute(exact, dict.fromkeys((r.name for r in remainders), 0)) == 0:
        return _multiples(remainders) if _one_sided(difference) else []
    return _of_one_remainder(exact, remainders[0]) if len(remainders) == 1 else []


def _remainders(difference: Size) -> Iterator[_Remainder]:
    """The remainder of each quotient; none at all if one quotient is not of a plain size by a
    number."""
    quotients = dict.fromkeys(a for a in _atoms(difference) if isinstance(a, Quotient))
    plain = (isinstance(q.denominator, int) and not _rounded(q.numerator) for q in quotients)
    if all(plain):
        for i, quotient in enumerate(quotients):
            if isinstance(quotient.denominator, int):
                yield _Remainder(
                    quotient, f"remainder {i}", quotient.numerator, quotient.denominator
                )


def _with_remainders(difference: Size, remainders: Iterable[_Remainder]) -> Dim:
    """A multiple of the difference, without quotients."""
    by_quotient = {remainder.quotient: remainder for remainder in remainders}
    scales = [product(_divisor(by_quotient, a) for a in m) for m, _ in difference.terms]
    scale = lcm(*(s for s in scales if isinstance(s, int)))
    total: Dim = 0
    for (monomial, coefficient), own in zip(difference.terms, scales, strict=True):
        factors = (_numerator(by_quotient, atom) for atom in monomial)
        total = total + product(factors) * coefficient * (scale // own)
    return total


def _divisor(remainders: dict[Quotient, _Remainder], atom: Atom) -> int:
    return remainders[atom].divisor if isinstance(atom, Quotient) else 1


def _numerator(remainders: dict[Quotient, _Remainder], atom: Atom) -> Dim:
    if isinstance(atom, Quotient):
        return remainders[atom].numerator - symbol(remainders[atom].name)
    return Size((((atom,), 1),))


def _one_sided(difference: Size) -> bool:
    """Whether rounding changes the difference only in one direction, so that it is 0 only if
    nothing is rounded."""
    signs = {c > 0 for m, c in difference.terms if any(isinstance(a, Quotient) for a in m)}
    return len(signs) == 1 and all(
        (bounds(a.numerator)[0] or 0) > 0 for a in _atoms(difference) if isinstance(a, Quotient)
    )


def _multiples(remainders: list[_Remainder]) -> list[Condition]:
    """Every size is a multiple of its divisors; a multiple of 4 is a multiple of 2 too."""
    wanted: dict[str, int] = {}
    for remainder in remainders:
        whole, offset = _offset(remainder.numerator)
        if offset % remainder.divisor:
            return (
                _remainder_of(remainder.numerator, 0, remainder.divisor)
                if len(remainders) == 1
                else []
            )
        wanted[str(whole)] = lcm(wanted.get(str(whole), 1), remainder.divisor)
    return together(_multiple(whole, divisor) for whole, divisor in wanted.items())


def _of_one_remainder(exact: Dim, remainder: _Remainder) -> list[Condition]:
    """``s * (remainder - c)`` is 0 if the remainder is c."""
    at_zero = substitute(exact, {remainder.name: 0})
    slope = substitute(exact, {remainder.name: 1}) - at_zero
    if remainder.name in symbols(slope) or equal(slope, 0) is not False:
        return []
    value = -at_zero // slope
    if (
        not isinstance(value, int)
        or value * slope != -at_zero
        or not 0 <= value < remainder.divisor
    ):
        return []
    return _remainder_of(remainder.numerator, value, remainder.divisor)


def _remainder_of(numerator: Size, value: int, divisor: int) -> list[Condition]:
    """``numerator % divisor == value``, said of the numerator without its constant."""
    whole, offset = _offset(numerator)
    return [_with_remainder(str(whole), (value - offset) % divisor, divisor)]


def _with_remainder(name: str, remainder: int, divisor: int) -> Condition:
    if remainder == 0:
        return _multiple(name, divisor)
    if divisor == 2:
        return Condition((name,), "odd")
    return Condition((name,), f"a multiple of {divisor} plus {remainder}")


def _offset(numerator: Size) -> tuple[Dim, int]:
    constant = dict(numerator.terms).get((), 0)
    return numerator - constant, constant


def _multiple(name: str, divisor: int) -> Condition:
    what = "even" if divisor == 2 else f"a multiple of {divisor}"
    return Condition((name,), what, divisor)


# --- one symbol, tried -----------------------------------------------------------------------

MAX_PERIOD: Final = 64


def _by_period(difference: Size) -> list[Condition]:
    """Conditions on one symbol and its quotients by numbers: the remainders for which the
    difference is 0."""
    names = symbols(difference)
    quotients = [a for a in _atoms(difference) if isinstance(a, Quotient)]
    divisors = [q.denominator for q in quotients if isinstance(q.denominator, int)]
    period = lcm(*divisors)
    linear = all(_is_linear(part) for part in (difference, *(q.numerator for q in quotients)))
    flat = len(divisors) == len(quotients) and not any(_rounded(q.numerator) for q in quotients)
    if len(names) != 1 or not linear or not flat or not 1 < period <= MAX_PERIOD:
        return []
    remainders = [
        _zero_at(difference, names[0], remainder or period, period) for remainder in range(period)
    ]
    if None in remainders:
        return []
    good = [remainder for remainder, zero in enumerate(remainders) if zero]
    return _evenly(names[0], good, period) or _one_more(names[0], good, period)


def _is_linear(size: Size) -> bool:
    """Whether a size is linear in its symbol and its quotients, without minima and maxima."""
    return all(len(m) < 2 and not isinstance(a, Extreme) for m, _ in size.terms for a in (*m, None))


def _zero_at(difference: Size, name: str, start: int, period: int) -> bool | None:
    """Whether a difference is 0 at ``start`` and at every period after it; None if only at some. On
    these values it is linear."""
    first, second = (substitute(difference, {name: start + i * period}) for i in (0, 1))
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    slope = second - first
    if slope == 0:
        return first == 0
    return None if first % slope == 0 and -first // slope >= 0 else False


def _evenly(name: str, good: list[int], period: int) -> list[Condition]:
    """Remainders that are those of a smaller divisor: 0 and 2 of 4 are the even numbers."""
    count = len(good)
    if (
        not 0 < count < period
        or period % count
        or good != list(range(good[0], period, period // count))
    ):
        return []
    return [_with_remainder(name, good[0], period // count)]


def _one_more(name: str, good: list[int], period: int) -> list[Condition]:
    return [Condition((name,), f"a multiple of {period}, or 1 more")] if good == [0, 1] else []


# --- order -----------------------------------------------------------------------------------


def _ordered(difference: Size) -> list[Condition]:
    """``min(S, T) - T`` is 0 if T is at most S."""
    extremes = [m[0] for m, c in difference.terms if len(m) == 1 and abs(c) == 1]
    for atom in extremes:
        if not isinstance(atom, Extreme):
            continue
        itself = Size((((atom,), 1),))
        item = next((i for i in atom.items if itself - i in (difference, -difference)), None)
        if item is not None:
            others = [str(other) for other in atom.items if other != item]
            word = "at most" if atom.kind == "min" else "at least"
            return [Condition((str(item),), f"{word} {listing(others)}")]
    return []


def _atoms(size: Size) -> Iterator[Atom]:
    return (atom for monomial, _ in size.terms for atom in monomial)


def _rounded(size: Size) -> bool:
    return any(isinstance(atom, Quotient | Extreme) for atom in _atoms(size))
