"""Sizes of axes: ints, or exact integer expressions over named symbols.

A ``Size`` is a polynomial with integer coefficients over atoms: symbols (``T``, a positive
integer), floor quotients, minima and maxima. The form is canonical, so equal expressions compare
equal: ``(T + 2) // 2 - 1 == T // 2``. Questions that depend on the symbols' values answer ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from math import gcd, lcm
from typing import Final, Literal, TypeAlias, overload

from ..grammar.record import Record

UNKNOWN: Final = "?"


class Symbol(Record):
    name: str

    def __str__(self) -> str:
        return self.name


class Quotient(Record):
    """``numerator // denominator`` that no rule simplified."""

    numerator: Size
    denominator: Dim

    def __str__(self) -> str:
        return f"{_factor(self.numerator)}//{_factor(self.denominator)}"


class Extreme(Record):
    kind: Literal["min", "max"]
    items: tuple[Dim, ...]

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(map(str, self.items))})"


Atom: TypeAlias = Symbol | Quotient | Extreme
Monomial: TypeAlias = tuple[Atom, ...]  # sorted by text; repeated for powers; () is the constant


class Size:
    """An integer expression over symbols. It is immutable, and never a plain number (an
    ``int``)."""

    __slots__ = ("_hash", "_weight", "terms")

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms
        self._hash: int | None = None
        self._weight: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self.terms)
        return self._hash

    @property
    def weight(self) -> int:
        """The length of the expression."""
        if self._weight is None:
            self._weight = sum(1 + sum(map(_atom_weight, m)) for m, _ in self.terms)
        return self._weight

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and self.terms == other.terms

    def __str__(self) -> str:
        first = next((t for t in self.terms if t[1] > 0), self.terms[0])  # H - 2*(H//2)
        terms = (first, *(t for t in self.terms if t is not first))
        known = [t for t in terms if not any(map(_has_unknown, t[0]))]
        texts = [_term(m, c) for m, c in known] + ["?"] * (len(known) < len(terms))
        return " + ".join(texts).replace("+ -", "- ")

    __repr__ = __str__

    def __add__(self, other: Dim) -> Dim:
        return _sum((self, other))

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return _sum((self, -other))

    def __rsub__(self, other: int) -> Dim:
        return _sum((other, -self))

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            return _scaled(self, other)
        products: dict[Monomial, int] = {}
        for m, a in self.terms:
            for n, b in other.terms:
                key = tuple(sorted(m + n, key=str)) if m and n else m + n
                products[key] = products.get(key, 0) + a * b
        return _size(products)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floor_div(self, other)

    def __rfloordiv__(self, other: int) -> Dim:
        return floor_div(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return self - other * floor_div(self, other)

    def __rmod__(self, other: int) -> Dim:
        return other - self * floor_div(other, self)


Dim: TypeAlias = int | Size


def _scaled(size: Size, number: int) -> Dim:
    if number == 1:
        return size
    return Size(tuple((m, c * number) for m, c in size.terms)) if number else 0


def _atom_weight(atom: Atom) -> int:
    if isinstance(atom, Symbol):
        return 1
    if isinstance(atom, Quotient):
        return _weight(atom.numerator) + _weight(atom.denominator)
    return sum(map(_weight, atom.items))


def _weight(dim: Dim) -> int:
    return dim.weight if isinstance(dim, Size) else 1


def symbol(name: str) -> Size:
    return Size((((Symbol(name),), 1),))


def unknown(what: str) -> Size:
    """A number that nobody has declared. Texts show it as ``?``, and a sum with it as ``64 + ?``.
    The same number has the same words."""
    return symbol(f"{UNKNOWN} {what}")


def unknowns(dim: Dim) -> tuple[str, ...]:
    """The numbers in a size that nobody has declared, in words."""
    names = symbols(dim)
    return tuple(n.removeprefix(f"{UNKNOWN} ") for n in names if n.startswith(f"{UNKNOWN} "))


def known_part(dim: Dim) -> Dim:
    """The sum of the terms without a number that nobody has declared."""
    return _size({m: c for m, c in _terms(dim) if not any(map(_has_unknown, m))})


def _has_unknown(atom: Atom) -> bool:
    return any(name.startswith(f"{UNKNOWN} ") for name in _atom_symbols(atom))


def is_symbol(dim: object) -> bool:
    """Whether the size is one bare symbol."""
    return isinstance(dim, Size) and _single_atom(dim, Symbol) is not None


def floor_div(a: Dim, b: Dim) -> Dim:
    """``a // b``, simplified as far as algebra can.

    Raises ZeroDivisionError for a zero divisor.
    """
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 0:
        raise ZeroDivisionError("division by zero")
    if _leading(b)[1] < 0:
        return floor_div(-a, -b)
    if isinstance(b, Size):
        return _floor_by_size(a, b)
    return a if b == 1 else _floor_by_int(_as_size(a), b)


def _floor_by_size(a: Dim, b: Size) -> Dim:
    """The part that ``b`` divides, plus the quotient of the remainder: ``(T*S + H) // S`` is
    ``T + H // S``."""
    above, below = _reduced(a, b)
    if isinstance(below, int):
        return floor_div(above, below)
    whole, remainder = _divided(above, below)
    part = _below_one(remainder, below)
    if part is not None:
        return whole + part
    if _weight(remainder) > _weight(above):
        whole, remainder = 0, above
    nested = _nested_quotient(remainder) if bounds(below)[0] else None
    if nested is not None:
        numerator, inner = nested
        return whole + floor_div(numerator, inner * below)
    return _sum((whole, Size((((Quotient(_as_size(remainder), below),), 1),))))


def _below_one(a: Dim, b: Dim) -> int | None:
    """``a // b`` if that is 0 or -1 for all values, else None."""
    if a == 0 or (less(a, 0) is False and less(a, b)):
        return 0
    return -1 if less(a, 0) and less(a, -b) is False else None


def _reduced(a: Dim, b: Size) -> tuple[Dim, Dim]:
    """A fraction without the factors that all its terms share. (Symbols are never 0.)"""
    terms = (*_terms(a), *b.terms)
    number = gcd(*(c for _, c in terms))
    shared = [atom for atom in b.terms[0][0] if isinstance(atom, Symbol)]
    for monomial, _ in terms:
        left = list(monomial)
        shared = [atom for atom in shared if _taken(left, atom)]
    if number == 1 and not shared:
        return a, b
    return _over(a, tuple(shared), number), _over(b, tuple(shared), number)


def _taken(left: list[Atom], atom: Atom) -> bool:
    if atom not in left:
        return False
    left.remove(atom)
    return True


def _over(a: Dim, monomial: Monomial, number: int) -> Dim:
    """A size divided by a monomial that divides each of its terms."""
    return _size({_without(m, monomial) or (): c // number for m, c in _terms(a)})


def _without(m: Monomial, factor: Monomial) -> Monomial | None:
    """A monomial divided by another; None if that does not divide it."""
    left = list(m)
    return tuple(left) if all(_taken(left, atom) for atom in factor) else None


def _divided(a: Dim, b: Size) -> tuple[Dim, Dim]:
    """Polynomial division: a quotient, and a remainder without a term that can be divided."""
    lead, number = _leading(b)
    whole: Dim = 0
    remainder = a
    for _ in range(MAX_DIVISION_STEPS):
        step = _next_step(remainder, lead, number)
        if step == 0:
            return whole, remainder
        whole, remainder = whole + step, remainder - step * b
        if _weight(remainder) > MAX_DIVISION_WEIGHT:
            break
    return 0, a


def _next_step(remainder: Dim, lead: Monomial, number: int) -> Dim:
    """The first term that the leading term of a divisor divides, divided by it; 0 if there is
    none."""
    for m, c in sorted(_terms(remainder), key=_rank_of_term):
        left = _without(m, lead)
        if left is not None and c // number:
            return _size({left: c // number})
    return 0


MAX_DIVISION_STEPS: Final = 64
MAX_DIVISION_WEIGHT: Final = 256


def _leading(a: Dim) -> tuple[Monomial, int]:
    return min(_terms(a), key=_rank_of_term)


def _rank_of_term(term: tuple[Monomial, int]) -> tuple[int, list[str]]:
    """A key that sorts higher powers first, then by text: multiplication keeps this order."""
    return -len(term[0]), [str(atom) for atom in term[0]]


def _floor_by_int(a: Size, b: int) -> Dim:
    whole = {m: c // b for m, c in a.terms}
    remainder = _size({m: c % b for m, c in a.terms})
    if isinstance(remainder, int):
        return _sum((_size(whole), remainder // b))
    common = reduce(gcd, (c for m, c in remainder.terms if m), b)
    if common > 1:
        remainder = _as_size(_size({m: c // common for m, c in remainder.terms}))
        return _sum((_size(whole), floor_div(remainder, b // common)))
    nested = _nested_quotient(remainder)
    if nested is not None:
        numerator, inner = nested
        return _sum((_size(whole), floor_div(numerator, inner * b)))
    return _sum((_size(whole), Size((((Quotient(remainder, b),), 1),))))


def _nested_quotient(a: Dim) -> tuple[Dim, Dim] | None:
    """``n // m + c`` as ``(n + c*m, m)``: floor(floor(n/m)/k) is floor(n/(m*k)) for k above 0."""
    constant = dict(_terms(a)).get((), 0)
    inner = _single_atom(a - constant, Quotient)
    if isinstance(inner, Quotient):
        return inner.numerator + inner.denominator * constant, inner.denominator
    return None


def ceil_div(a: Dim, b: int) -> Dim:
    return floor_div(a + (b - 1), b)


def dim_min(*items: Dim) -> Dim:
    return _extreme("min", items)


def dim_max(*items: Dim) -> Dim:
    return _extreme("max", items)


def _extreme(kind: Literal["min", "max"], items: Iterable[Dim]) -> Dim:
    kept: list[Dim] = []
    for item in _flat(kind, items):
        if any(_beats(kind, k, item) for k in kept):
            continue
        kept = [k for k in kept if not _beats(kind, item, k)] + [item]
    if len(kept) == 1:
        return kept[0]
    return Size((((Extreme(kind, tuple(sorted(kept, key=str))),), 1),))


def _flat(kind: Literal["min", "max"], items: Iterable[Dim]) -> Iterator[Dim]:
    """``min(min(a, b), c)`` is ``min(a, b, c)``."""
    for item in items:
        atom = _single_atom(item, Extreme)
        inner = isinstance(atom, Extreme) and atom.kind == kind
        yield from atom.items if isinstance(atom, Extreme) and inner else (item,)


def _beats(kind: Literal["min", "max"], a: Dim, b: Dim) -> bool:
    """Whether ``a`` makes ``b`` superfluous."""
    return less(b, a) is False if kind == "min" else less(a, b) is False


def equal(a: Dim, b: Dim) -> bool | None:
    """Whether two sizes are equal for all (True), no (False) or some (None) symbol values."""
    difference = a - b
    if isinstance(difference, int):
        return difference == 0
    for low, high in _ranges(difference):
        if (low is not None and low > 0) or (high is not None and high < 0):
            return False
    return False if _never_zero(difference) else None


def _never_zero(a: Size) -> bool:
    """Whether a size is never 0, as 2T + 1: the coefficients' common divisor does not divide the
    constant."""
    common = reduce(gcd, (c for m, c in a.terms if m), 0)
    return dict(a.terms).get((), 0) % common != 0


def less(a: Dim, b: Dim) -> bool | None:
    """Whether ``a < b`` for all (True), no (False) or some (None) symbol values."""
    if isinstance(a, int) and isinstance(b, int):
        return a < b
    for low, high in _ranges(b - a):
        if low is not None and low > 0:
            return True
        if high is not None and high <= 0:
            return False
    return None


Range: TypeAlias = tuple[int | None, int | None]
"""The lower and the upper bound, each None if there is none."""


def bounds(a: Dim) -> Range:
    """The bounds of a size, if every symbol is at least 1: the tightest that several methods
    give."""
    return _tightest(_ranges(a))


def _ranges(a: Dim) -> Iterator[Range]:
    """The bounds that each method gives, the quickest method first: term by term; term by term with
    ``1 + s`` for each symbol, which shows that ``S*T - S`` is at least 0; with the fractions around
    each floor quotient, which shows that ``T - 2*(T//2)`` is 0 or 1; and with each item of a
    minimum or maximum, which shows that ``T - min(S, T)`` is at least 0.
    """
    yield _by_terms(a, 1)
    if isinstance(a, Size) and len(a.terms) > 1:
        yield _by_excess(a)
        yield _by_fractions(a)
        yield _by_items(a)


def _tightest(ranges: Iterable[Range]) -> Range:
    lows, highs = zip(*ranges, strict=True)
    return (
        max((low for low in lows if low is not None), default=None),
        min((high for high in highs if high is not None), default=None),
    )


def _by_items(a: Size) -> Range:
    """Bounds with each item in place of the first minimum or maximum that is a term by itself."""
    alone = ((m[0], c) for m, c in a.terms if len(m) == 1 and isinstance(m[0], Extreme))
    atom, coefficient = next(alone, (None, 0))
    if not isinstance(atom, Extreme) or len(atom.items) > MAX_ITEMS or a.weight > MAX_ITEMS_WEIGHT:
        return None, None
    others = a - Size((((atom,), coefficient),))
    lows, highs = zip(*(bounds(others + item * coefficient) for item in atom.items), strict=True)
    # It is at least the least of these; a minimum that counts once is at most each of its items.
    least = (atom.kind == "min") == (coefficient > 0)
    return _pick("min" if least else "max", lows, strict=least), _pick(
        "min" if least else "max", highs, strict=not least
    )


MAX_ITEMS: Final = 4
MAX_ITEMS_WEIGHT: Final = 24


def _by_terms(a: Dim, least: int) -> Range:
    """Bounds term by term, if symbols outside of quotients and extremes are at least ``least``."""
    low: int | None = 0
    high: int | None = 0
    for monomial, coefficient in _terms(a):
        bottom, top = _monomial_bounds(monomial, least)
        ends = (bottom, top) if coefficient > 0 else (top, bottom)
        low = None if low is None or ends[0] is None else low + coefficient * ends[0]
        high = None if high is None or ends[1] is None else high + coefficient * ends[1]
    return low, high


def _by_excess(a: Size) -> Range:
    """Bounds with ``1 + s`` for each symbol, if that does not expand too far."""
    if sum(2 ** len(monomial) for monomial, _ in a.terms) > 64:
        return None, None
    shifted: Dim = 0
    for monomial, coefficient in a.terms:
        factors = (Size((((atom,), 1),)) + isinstance(atom, Symbol) for atom in monomial)
        shifted = shifted + product(factors) * coefficient
    return _by_terms(shifted, 0)


def _by_fractions(a: Size) -> Range:
    """Bounds with ``n // d`` between ``(n - d + 1) / d`` and ``n / d``."""
    quotients = [(m[0], c) for m, c in a.terms if len(m) == 1 and isinstance(m[0], Quotient)]
    exact = [(q, c, q.denominator) for q, c in quotients if isinstance(q, Quotient)]
    whole = [(q, c, d) for q, c, d in exact if isinstance(d, int)]
    scale = lcm(*(d for _, _, d in whole))
    if scale > 2**32:
        return None, None
    low = high = a * scale
    for quotient, c, d in whole:
        gap = abs(c) * (scale // d)
        change = quotient.numerator * (c * scale // d) - Size((((quotient,), c * scale),))
        low, high = low + change - gap * (d - 1) * (c > 0), high + change + gap * (d - 1) * (c < 0)
    for part, numerator, times, most in _multiplied(a):
        moved, loss = (numerator - part) * (times * scale), most * (times * scale)
        low, high = low + moved - loss * (times > 0), high + moved - loss * (times < 0)
    bottom, top = _by_terms(low, 1)[0], _by_terms(high, 1)[1]
    return None if bottom is None else -(-bottom // scale), None if top is None else top // scale


def _multiplied(a: Size) -> Iterator[tuple[Dim, Dim, int, Dim]]:
    """The quotients by sizes that are multiplied by their own divisor, ``S * (T//S)``: the product,
    the numerator, how often it occurs, and by how much it may be below the numerator."""
    quotients = dict.fromkeys(q for m, _ in a.terms for q in m if isinstance(q, Quotient))
    for quotient in quotients:
        divisor = quotient.denominator
        if isinstance(divisor, int) or not bounds(divisor)[0]:
            continue
        once = ((m, c) for m, c in a.terms if m.count(quotient) == 1)
        cofactor = _size({_without(m, (quotient,)) or (): c for m, c in once})
        times, remainder = _divided(cofactor, divisor)
        if isinstance(times, int) and times and remainder == 0:
            yield divisor * Size((((quotient,), 1),)), quotient.numerator, times, divisor - 1


def _monomial_bounds(monomial: Monomial, least: int) -> Range:
    low: int = 1
    high: int | None = 1
    for atom in monomial:
        bottom, top = _atom_bounds(atom, least)
        if bottom is None or bottom < 0:
            return None, None
        low *= bottom
        high = None if high is None or top is None else high * top
    return low, high


def _atom_bounds(atom: Atom, least: int) -> Range:
    if isinstance(atom, Symbol):
        return least, None
    if isinstance(atom, Quotient):
        low, high = _by_terms(atom.numerator, 1)
        if isinstance(atom.denominator, Size):
            return (0 if low is not None and low >= 0 else None), None
        d = atom.denominator
        return (None if low is None else low // d), (None if high is None else high // d)
    lows, highs = zip(*(_by_terms(item, 1) for item in atom.items), strict=True)
    return _pick(atom.kind, lows, strict=atom.kind == "min"), _pick(
        atom.kind, highs, strict=atom.kind == "max"
    )


def _pick(kind: str, ends: tuple[int | None, ...], *, strict: bool) -> int | None:
    numbers = [e for e in ends if e is not None]
    if not numbers or (strict and len(numbers) < len(ends)):
        return None
    return min(numbers) if kind == "min" else max(numbers)


def symbols(*dims: Dim) -> tuple[str, ...]:
    """The names of all symbols, in order of first appearance."""
    names: dict[str, None] = {}
    for dim in dims:
        for monomial, _ in _terms(dim):
            for atom in monomial:
                names.update(dict.fromkeys(_atom_symbols(atom)))
    return tuple(names)


def _atom_symbols(atom: Atom) -> tuple[str, ...]:
    if isinstance(atom, Symbol):
        return (atom.name,)
    if isinstance(atom, Quotient):
        return symbols(atom.numerator, atom.denominator)
    return symbols(*atom.items)


@overload
def substitute(dim: int, values: Mapping[str, Dim]) -> int: ...
@overload
def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim: ...
def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The size with symbols replaced, all at once; names not in ``values`` stay."""
    if isinstance(dim, int) or not values:
        return dim
    if is_symbol(dim):
        return _substitute_atom(dim.terms[0][0][0], values)
    total: Dim = 0
    for monomial, coefficient in dim.terms:
        product: Dim = coefficient
        for atom in monomial:
            product = product * _substitute_atom(atom, values)
        total = total + product
    return total


def _substitute_atom(atom: Atom, values: Mapping[str, Dim]) -> Dim:
    if isinstance(atom, Symbol):
        return values[atom.name] if atom.name in values else symbol(atom.name)
    if isinstance(atom, Quotient):
        return floor_div(substitute(atom.numerator, values), substitute(atom.denominator, values))
    return _extreme(atom.kind, [substitute(item, values) for item in atom.items])


def solved(sizes: Sequence[Dim], wanted: Sequence[Dim]) -> dict[str, Dim] | None:
    """The values of the symbols in ``sizes`` that make them equal to ``wanted``; None if there are
    none. The symbols in ``wanted`` are other ones, and stay as they are."""
    if len(sizes) != len(wanted):
        return None
    apart = {name: symbol(f"={name}") for name in symbols(*wanted)}
    goals = [substitute(size, apart) for size in wanted]
    values: dict[str, Dim] = {}
    # Bare symbols first: then `2*d` is often a number already.
    for a, b in sorted(zip(sizes, goals, strict=True), key=lambda pair: not is_symbol(pair[0])):
        solution = _solution(substitute(a, values), b)
        if solution is None or any(name.startswith("=") for name in solution):
            return None
        values.update(solution)
    together: dict[str, Dim] = {f"={name}": symbol(name) for name in apart}
    solutions = {name: substitute(value, together) for name, value in values.items()}
    return {name: value for name, value in solutions.items() if value != symbol(name)}


def _solution(a: Dim, b: Dim) -> dict[str, Dim] | None:
    """The value of the only symbol of ``a``; {} if both are equal, None if there is no solution."""
    if a == b:
        return {}
    names = symbols(a)
    value = isolated(a - b, names[0]) if len(names) == 1 else None
    return None if value is None else {names[0]: value}


def isolated(size: Dim, name: str) -> Dim | None:
    """The symbol's value that makes a size 0, if the size is linear in the symbol; else None."""
    coefficient = dict(_terms(size)).get((Symbol(name),), 0)
    others = size - coefficient * symbol(name)
    if not coefficient or name in symbols(others):
        return None
    value = floor_div(-others, coefficient)
    return None if value * coefficient != -others or less(value, 1) else value


def product(dims: Iterable[Dim]) -> Dim:
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def _single_atom(a: Dim, kind: type[Atom]) -> Atom | None:
    if isinstance(a, Size) and len(a.terms) == 1:
        monomial, coefficient = a.terms[0]
        if coefficient == 1 and len(monomial) == 1 and isinstance(monomial[0], kind):
            return monomial[0]
    return None


def _terms(a: Dim) -> tuple[tuple[Monomial, int], ...]:
    return a.terms if isinstance(a, Size) else (((), a),)


def _as_size(a: Dim) -> Size:
    return a if isinstance(a, Size) else Size((((), a),))


def _sum(items: Iterable[Dim]) -> Dim:
    totals: dict[Monomial, int] = {}
    for item in items:
        for monomial, coefficient in _terms(item):
            totals[monomial] = totals.get(monomial, 0) + coefficient
    return _size(totals)


def _size(terms: dict[Monomial, int]) -> Dim:
    kept = [(m, c) for m, c in terms.items() if c]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    if len(kept) > 1:  # constants last, higher powers first: 2*T + 1
        if len({len(m) for m, _ in kept}) < len(kept):
            kept.sort(key=lambda term: str(term[0]))
        kept.sort(key=lambda term: -len(term[0]))
    return Size(tuple(kept))


def _term(monomial: Monomial, coefficient: int) -> str:
    if not monomial:
        return str(coefficient)
    text = "*".join(_operand(atom) for atom in monomial)
    if coefficient == 1:
        return text if len(monomial) > 1 else str(monomial[0])
    if coefficient == -1:
        return f"-{text}"
    return f"{coefficient}*{text}"


def _operand(atom: Atom) -> str:
    """An atom inside a product: ``2*(T//2)``, since ``2*T//2`` would be another number."""
    return f"({atom})" if isinstance(atom, Quotient) else str(atom)


def _factor(dim: Dim) -> str:
    if isinstance(dim, int):
        return str(dim)
    (monomial, coefficient), *others = dim.terms
    atom = coefficient == 1 and len(monomial) == 1 and not isinstance(monomial[0], Quotient)
    simple = not others and (atom or not monomial)
    return str(dim) if simple else f"({dim})"
