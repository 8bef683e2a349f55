"""Floats that depend on open sizes. Each has a value for all sizes that the spec allows."""

from __future__ import annotations

from math import isfinite, log2
from typing import Final, Literal, TypeAlias

from ..dims import Size, bounds
from ..formulas import Formula, Number, is_open
from ..layer import short

Sign: TypeAlias = Literal["positive", "not negative", "unknown"]
LARGEST_EXPONENT: Final = 8
LARGEST_DEGREE: Final = 16
SIZE_BITS: Final = 62
"""A product of 16 sizes of at most 62 bits is a finite float."""


class Undefined(Exception):
    """A formula has no value for some sizes."""


def formula(operation: str, *operands: Number) -> Formula:
    """The formula. Raises Undefined if it has no value for some sizes. If a condition on a size
    decides that, the condition is noted (see ``layer.Open``)."""
    _check(operation, operands)
    made = Formula(operation, operands)
    if _degree(made) > LARGEST_DEGREE:
        raise Undefined(f"{made} can be too large or too small for a float")
    return made


def _check(operation: str, operands: tuple[Number, ...]) -> None:
    first, *others = operands
    if operation in ("/", "//", "%"):
        _check_divisor(others[0])
    elif operation == "log":
        _need(first, 1, "is the argument of `log`")
        if any(map(is_open, others)):
            raise Undefined("the base of `log` cannot depend on an open size")
    elif operation == "sqrt":
        _need(first, 0, "is the argument of `sqrt`")
    elif operation == "**":
        _check_power(first, others[0])


def _check_divisor(divisor: Number) -> None:
    if isinstance(divisor, Size | Formula):
        _need(divisor, 1, "is the divisor")
    elif divisor == 0:
        raise Undefined("division by zero")


def _check_power(base: Number, exponent: Number) -> None:
    if isinstance(exponent, Size | Formula):
        raise Undefined("an exponent cannot depend on an open size")
    if not abs(exponent) <= LARGEST_EXPONENT:
        raise Undefined(f"an exponent is at most {LARGEST_EXPONENT} where a size is open")
    if exponent < 0:
        _need(base, 1, "has a negative exponent")
    elif exponent != int(exponent):
        _need(base, 0, "has a fraction as exponent")


def _degree(value: Number) -> float:
    """A bound of the size of a number and of its inverse: how many sizes are multiplied."""
    if isinstance(value, Size):
        return max(len(monomial) for monomial, _ in value.terms)
    if not isinstance(value, Formula):
        return abs(log2(abs(value))) / SIZE_BITS if value and isfinite(value) else 0
    degrees = [_degree(part) for part in value.operands]
    if value.operation == "**":
        exponent = value.operands[1]
        return degrees[0] * abs(exponent) if isinstance(exponent, int | float) else 0
    return sum(degrees) if value.operation in ("*", "/", "//") else max(degrees)


def _need(value: Number, least: Literal[0, 1], use: str) -> None:
    """Checks that a number is positive (``least`` is 1) or not negative. If a size decides that,
    the condition is noted."""
    sign = _sign(value)
    if sign == "positive" or (sign == "not negative" and least == 0):
        return
    wanted = "above 0" if least else "at least 0"
    if not isinstance(value, Size):
        raise Undefined(f"{value} {use} and must be {wanted} for all sizes")
    if short(value, least):
        raise Undefined(f"{value} {use} and must be {wanted}")


def _sign(value: Number) -> Sign:
    if isinstance(value, Formula):
        return _sign_of_formula(value.operation, *map(_sign, value.operands))
    low = bounds(value)[0] if isinstance(value, Size) else value
    if low is None or not low >= 0:
        return "unknown"
    return "positive" if low > 0 else "not negative"


def _sign_of_formula(operation: str, first: Sign, second: Sign = "positive") -> Sign:
    """The sign of a formula by those of its operands. An open divisor, and the base of a negative
    exponent, are positive already."""
    if operation == "%":
        return "not negative" if second == "positive" else "unknown"
    if operation in ("**", "sqrt", "float"):
        return first
    if operation in ("-", "negative", "log") or "unknown" in (first, second):
        return "unknown"
    both = first == second == "positive"
    if operation == "+":
        return "not negative" if first == second == "not negative" else "positive"
    return "positive" if both and operation != "//" else "not negative"
