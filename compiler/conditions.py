"""When two sizes are equal, in the words of people: ``H must be even``, not ``H is 2*(H//2)``."""

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
    """``H and W`` are to be ``multiples of 4``. ``multiple`` is that number, where it is one."""

    subjects: tuple[str, ...]
    what: str
    multiple: int = 0

    def must(self) -> str:
        return f"{listing(self.subjects)} must be {self._what}"

    def holds(self) -> str:
        return f"{listing(self.subjects)} {'is' if len(self.subjects) == 1 else 'are'} {self._what}"

    def required(self) -> str:
        """As the language says it, ``H % 4 == 0``; empty where it is no multiple of a symbol."""
        plain = self.multiple and all(name.isidentifier() for name in self.subjects)
        tests = (f"{name} % {self.multiple} == 0" for name in self.subjects)
        return " and ".join(tests) if plain else ""

    @property
    def _what(self) -> str:
        return self.what.replace("a multiple", "multiples") if len(self.subjects) > 1 else self.what


def together(conditions: Iterable[Condition]) -> list[Condition]:
    """Those of one kind as one: ``H and W must be even``."""
    kinds: dict[tuple[str, int], dict[str, None]] = {}
    for condition in conditions:
        kind = kinds.setdefault((condition.what, condition.multiple), {})
        kind.update(dict.fromkeys(condition.subjects))
    return [Condition(tuple(names), *kind) for kind, names in kinds.items()]


def equality(a: Dim, b: Dim) -> list[Condition]:
    """What has to be so for two sizes to be equal."""
    difference = a - b
    if isinstance(difference, Size):
        known = _divisible(difference) or _ordered(difference) or _by_period(difference)
        if known:
            return known
    return [Condition((str(a),), f"equal to `{b}`")]


# --- multiples -------------------------------------------------------------------------------


class _Rest(Record):
    """``quotient`` is ``(n - rest) / d``: the rest, under a name of its own."""

    quotient: Quotient
    name: str
    numerator: Size
    divisor: int


def _divisible(difference: Size) -> list[Condition]:
    """From ``n - d * (n//d)``, the rest of a division, which has to be some number."""
    rests = list(_rests(difference))
    if not rests or any(isinstance(a, Extreme) for a in _atoms(difference)):
        return []
    exact = _with_rests(difference, rests)
    if substitute(exact, dict.fromkeys((r.name for r in rests), 0)) == 0:
        return _multiples(rests) if _one_sided(difference) else []
    return _of_one_rest(exact, rests[0]) if len(rests) == 1 else []


def _rests(difference: Size) -> Iterator[_Rest]:
    """For each quotient; none at all where one is not a quotient of a plain size by a number."""
    found = dict.fromkeys(a for a in _atoms(difference) if isinstance(a, Quotient))
    plain = (isinstance(q.denominator, int) and not _rounded(q.numerator) for q in found)
    if all(plain):
        for i, quotient in enumerate(found):
            if isinstance(quotient.denominator, int):
                yield _Rest(quotient, f"rest {i}", quotient.numerator, quotient.denominator)


def _with_rests(difference: Size, rests: Iterable[_Rest]) -> Dim:
    """A multiple of the difference, without quotients."""
    by_quotient = {rest.quotient: rest for rest in rests}
    scales = [product(_divisor(by_quotient, a) for a in m) for m, _ in difference.terms]
    scale = lcm(*(s for s in scales if isinstance(s, int)))
    total: Dim = 0
    for (monomial, coefficient), own in zip(difference.terms, scales, strict=True):
        factors = (_numerator(by_quotient, atom) for atom in monomial)
        total = total + product(factors) * coefficient * (scale // own)
    return total


def _divisor(rests: dict[Quotient, _Rest], atom: Atom) -> int:
    return rests[atom].divisor if isinstance(atom, Quotient) else 1


def _numerator(rests: dict[Quotient, _Rest], atom: Atom) -> Dim:
    if isinstance(atom, Quotient):
        return rests[atom].numerator - symbol(rests[atom].name)
    return Size((((atom,), 1),))


def _one_sided(difference: Size) -> bool:
    """Whether rounding moves the difference one way only, so that nothing may be rounded."""
    signs = {c > 0 for m, c in difference.terms if any(isinstance(a, Quotient) for a in m)}
    return len(signs) == 1 and all(
        (bounds(a.numerator)[0] or 0) > 0 for a in _atoms(difference) if isinstance(a, Quotient)
    )


def _multiples(rests: list[_Rest]) -> list[Condition]:
    """All divisions without a rest; a multiple of 4 is one of 2 too."""
    wanted: dict[str, int] = {}
    for rest in rests:
        whole, offset = _offset(rest.numerator)
        if offset % rest.divisor:
            return _rest_of(rest.numerator, 0, rest.divisor) if len(rests) == 1 else []
        wanted[str(whole)] = lcm(wanted.get(str(whole), 1), rest.divisor)
    return together(_multiple(whole, divisor) for whole, divisor in wanted.items())


def _of_one_rest(exact: Dim, rest: _Rest) -> list[Condition]:
    """``s * (rest - c)`` is zero where the rest is c."""
    at_zero = substitute(exact, {rest.name: 0})
    slope = substitute(exact, {rest.name: 1}) - at_zero
    if rest.name in symbols(slope) or equal(slope, 0) is not False:
        return []
    value = -at_zero // slope
    if not isinstance(value, int) or value * slope != -at_zero or not 0 <= value < rest.divisor:
        return []
    return _rest_of(rest.numerator, value, rest.divisor)


def _rest_of(numerator: Size, value: int, divisor: int) -> list[Condition]:
    """``numerator % divisor == value``, of the numerator without its constant."""
    whole, offset = _offset(numerator)
    return [_with_rest(str(whole), (value - offset) % divisor, divisor)]


def _with_rest(name: str, rest: int, divisor: int) -> Condition:
    if rest == 0:
        return _multiple(name, divisor)
    if divisor == 2:
        return Condition((name,), "odd")
    return Condition((name,), f"a multiple of {divisor} plus {rest}")


def _offset(numerator: Size) -> tuple[Dim, int]:
    constant = dict(numerator.terms).get((), 0)
    return numerator - constant, constant


def _multiple(name: str, divisor: int) -> Condition:
    what = "even" if divisor == 2 else f"a multiple of {divisor}"
    return Condition((name,), what, divisor)


# --- one symbol, tried -----------------------------------------------------------------------

MAX_PERIOD: Final = 64


def _by_period(difference: Size) -> list[Condition]:
    """Of one symbol and its quotients by numbers: which of its rests make the difference zero."""
    names = symbols(difference)
    quotients = [a for a in _atoms(difference) if isinstance(a, Quotient)]
    divisors = [q.denominator for q in quotients if isinstance(q.denominator, int)]
    period = lcm(*divisors)
    linear = all(_is_linear(part) for part in (difference, *(q.numerator for q in quotients)))
    flat = len(divisors) == len(quotients) and not any(_rounded(q.numerator) for q in quotients)
    if len(names) != 1 or not linear or not flat or not 1 < period <= MAX_PERIOD:
        return []
    rests = [_zero_at(difference, names[0], rest or period, period) for rest in range(period)]
    if None in rests:
        return []
    good = [rest for rest, zero in enumerate(rests) if zero]
    return _evenly(names[0], good, period) or _one_more(names[0], good, period)


def _is_linear(size: Size) -> bool:
    """In its symbol and its quotients, without minima and maxima."""
    return all(len(m) < 2 and not isinstance(a, Extreme) for m, _ in size.terms for a in (*m, None))


def _zero_at(difference: Size, name: str, start: int, period: int) -> bool | None:
    """Whether a difference is zero at ``start`` and at every period after; None where it is at
    some only. On these values it is linear."""
    first, second = (substitute(difference, {name: start + i * period}) for i in (0, 1))
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    slope = second - first
    if slope == 0:
        return first == 0
    return None if first % slope == 0 and -first // slope >= 0 else False


def _evenly(name: str, good: list[int], period: int) -> list[Condition]:
    """Rests that are those of a smaller divisor: 0, 2 of 4 are the even numbers."""
    count = len(good)
    if (
        not 0 < count < period
        or period % count
        or good != list(range(good[0], period, period // count))
    ):
        return []
    return [_with_rest(name, good[0], period // count)]


def _one_more(name: str, good: list[int], period: int) -> list[Condition]:
    return [Condition((name,), f"a multiple of {period}, or 1 more")] if good == [0, 1] else []


# --- order -----------------------------------------------------------------------------------


def _ordered(difference: Size) -> list[Condition]:
    """``min(S, T) - T`` is zero where T is at most S."""
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
