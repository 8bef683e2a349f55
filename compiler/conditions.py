"""When two sizes are equal, in the words of people: ``H must be even``, not ``H is 2*(H//2)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import lcm

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
    """``H and W`` are to be ``even``."""

    subjects: tuple[str, ...]
    what: str

    def must(self) -> str:
        return f"{listing(self.subjects)} must be {self.what}"

    def holds(self) -> str:
        return f"{listing(self.subjects)} {'is' if len(self.subjects) == 1 else 'are'} {self.what}"


def equality(a: Dim, b: Dim) -> Condition:
    """What has to be so for two sizes to be equal."""
    difference = a - b
    if isinstance(difference, Size):
        known = _divisible(difference) or _ordered(difference)
        if known is not None:
            return known
    return Condition((str(a),), f"equal to `{b}`")


# --- multiples -------------------------------------------------------------------------------


class _Rest(Record):
    """``quotient`` is ``(n - rest) / d``: the rest, under a name of its own."""

    quotient: Quotient
    name: str
    numerator: Size
    divisor: int


def _divisible(difference: Size) -> Condition | None:
    """From ``n - d * (n//d)``, the rest of a division, which has to be some number."""
    rests = list(_rests(difference))
    if not rests or any(isinstance(a, Extreme) for a in _atoms(difference)):
        return None
    exact = _with_rests(difference, rests)
    if substitute(exact, dict.fromkeys((r.name for r in rests), 0)) == 0:
        return _multiples(rests) if _one_sided(difference) else None
    return _of_one_rest(exact, rests[0]) if len(rests) == 1 else None


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


def _multiples(rests: list[_Rest]) -> Condition | None:
    """All divisions without a rest; a multiple of 4 is one of 2 too."""
    wanted: dict[str, int] = {}
    for rest in rests:
        whole, offset = _offset(rest.numerator)
        if offset % rest.divisor:
            return _rest_of(rest.numerator, 0, rest.divisor) if len(rests) == 1 else None
        wanted[str(whole)] = lcm(wanted.get(str(whole), 1), rest.divisor)
    divisors = set(wanted.values())
    if len(divisors) == 1:
        return Condition(tuple(wanted), _multiple(*divisors, plural=len(wanted) > 1))
    (first, divisor), *others = wanted.items()
    more = (f"`{subject}` {_multiple(d)}" for subject, d in others)
    return Condition((first,), f"{_multiple(divisor)} and {' and '.join(more)}")


def _of_one_rest(exact: Dim, rest: _Rest) -> Condition | None:
    """``s * (rest - c)`` is zero where the rest is c."""
    at_zero = substitute(exact, {rest.name: 0})
    slope = substitute(exact, {rest.name: 1}) - at_zero
    if rest.name in symbols(slope) or equal(slope, 0) is not False:
        return None
    value = -at_zero // slope
    if not isinstance(value, int) or value * slope != -at_zero or not 0 <= value < rest.divisor:
        return None
    return _rest_of(rest.numerator, value, rest.divisor)


def _rest_of(numerator: Size, value: int, divisor: int) -> Condition:
    """``numerator % divisor == value``, of the numerator without its constant."""
    whole, offset = _offset(numerator)
    over = (value - offset) % divisor
    if over == 0:
        return Condition((str(whole),), _multiple(divisor))
    if divisor == 2:
        return Condition((str(whole),), "odd")
    return Condition((str(whole),), f"a multiple of {divisor} plus {over}")


def _offset(numerator: Size) -> tuple[Dim, int]:
    constant = dict(numerator.terms).get((), 0)
    return numerator - constant, constant


def _multiple(divisor: int, *, plural: bool = False) -> str:
    if divisor == 2:
        return "even"
    return f"multiples of {divisor}" if plural else f"a multiple of {divisor}"


# --- order -----------------------------------------------------------------------------------


def _ordered(difference: Size) -> Condition | None:
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
            return Condition((str(item),), f"{word} {listing(others)}")
    return None


def _atoms(size: Size) -> Iterator[Atom]:
    return (atom for monomial, _ in size.terms for atom in monomial)


def _rounded(size: Size) -> bool:
    return any(isinstance(atom, Quotient | Extreme) for atom in _atoms(size))
