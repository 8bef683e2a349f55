"""Functions and operators on numbers, sizes, strings and lists."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

from ..dims import Dim, Size, dim_max, dim_min, equal, less
from .context import MAX_INT, MAX_LIST


class Undecided(Exception):
    """The answer depends on the value of a symbolic size."""


class Bad(Exception):
    """An operation that its values do not allow; the message says why."""


def compare(symbol: str, a: Any, b: Any) -> bool:
    """Raises Undecided where symbolic sizes leave it open."""
    if symbol in ("==", "!="):
        return _equal(a, b) == (symbol == "==")
    if isinstance(a, Size) or isinstance(b, Size):
        return _ordered(symbol, a, b)
    try:
        return bool(_ORDER[symbol](a, b))
    except TypeError:
        raise Bad(f"`{symbol}` compares numbers") from None


_ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Size) or isinstance(b, Size):
        if not isinstance(a, int | Size) or not isinstance(b, int | Size):
            return False
        answer = equal(a, b)
        if answer is None:
            raise Undecided
        return answer
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _ordered(symbol: str, a: Any, b: Any) -> bool:
    if not isinstance(a, int | Size) or not isinstance(b, int | Size):
        raise Bad(f"`{symbol}` compares whole sizes")
    first, second = (a, b) if symbol in ("<", ">=") else (b, a)
    answer = less(first, second)
    if answer is None:
        raise Undecided
    return answer == (symbol in ("<", ">"))


def contains(item: Any, collection: Any) -> bool:
    if isinstance(collection, list):
        return any(_equal(item, member) for member in collection)
    if isinstance(collection, str) and isinstance(item, str):
        return item in collection
    raise Bad("`in` looks into a list")


def arithmetic(symbol: str, a: Any, b: Any) -> Any:
    """``a symbol b`` as in Python, bounded. Raises Bad."""
    if isinstance(a, list) or isinstance(b, list):
        return _lists(symbol, a, b)
    if isinstance(a, str) and isinstance(b, str) and symbol == "+":
        return bounded(a + b)
    if not all(isinstance(v, int | float | Size) and not isinstance(v, bool) for v in (a, b)):
        raise Bad(f"`{symbol}` needs numbers")
    if symbol == "@":
        raise Bad("`@` multiplies tensors")
    if symbol == "**":
        return bounded(_power(a, b))
    if symbol == "/":
        return _divide(a, b)
    try:
        return bounded(_ARITHMETIC[symbol](a, b))
    except ZeroDivisionError:
        raise Bad("division by zero") from None
    except (TypeError, AttributeError):
        raise Bad("a symbolic size takes part in whole arithmetic only") from None


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
    "//": operator.floordiv, "%": operator.mod,
}  # fmt: skip


def _lists(symbol: str, a: Any, b: Any) -> list[Any]:
    if symbol == "+" and isinstance(a, list) and isinstance(b, list):
        return list(bounded(a + b))
    number, items = (a, b) if isinstance(b, list) else (b, a)
    if symbol == "*" and isinstance(number, int) and not isinstance(number, bool):
        if number * len(items) > MAX_LIST:
            raise Bad(f"lists are bounded at {MAX_LIST:,} items")
        return list(items) * number
    raise Bad(f"`{symbol}` does not work on a list here")


def _power(a: Any, b: Any) -> Any:
    if isinstance(b, Size):
        raise Bad("a symbolic size is no exponent")
    if isinstance(a, Size):
        if not isinstance(b, int) or not 0 <= b <= 8:
            raise Bad("a symbolic size takes the exponents 0 to 8")
        return math.prod([a] * b)
    if isinstance(a, int) and isinstance(b, int) and abs(a) > 1 and b * math.log2(abs(a)) > 62:
        raise Bad("numbers are bounded at 2**62")
    try:
        result = a**b
    except (OverflowError, ZeroDivisionError) as error:
        raise Bad(str(error)) from None
    if isinstance(result, complex):
        raise Bad("a root of a negative number")
    return result


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, Size) or isinstance(b, Size):
        quotient = a // b if b != 0 else None
        if quotient is None or quotient * b != a:
            raise Bad(f"{a} / {b} is no whole number for all sizes: `//` rounds down")
        return quotient
    try:
        return a / b
    except ZeroDivisionError:
        raise Bad("division by zero") from None


def bounded(value: Any) -> Any:
    """The value, unless it is beyond the bounds of a spec."""
    if isinstance(value, int) and abs(value) > MAX_INT:
        raise Bad("numbers are bounded at 2**62")
    if isinstance(value, list | str) and len(value) > MAX_LIST:
        raise Bad(f"lists are bounded at {MAX_LIST:,} items")
    if isinstance(value, float) and not math.isfinite(value):
        raise Bad("the result is no finite number")
    return value


# --- builtins ---------------------------------------------------------------------------------


def _make_divisible(value: float, divisor: int = 8, minimum: int | None = None) -> int:
    """torchvision's rounding of channels: the nearest multiple, at most 10% below."""
    least = divisor if minimum is None else minimum
    rounded = max(least, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*limits: int) -> list[int]:
    items = range(*limits)
    if len(items) > MAX_LIST:
        raise Bad(f"lists are bounded at {MAX_LIST:,} items")
    return list(items)


def _extreme(plain: Callable[..., Any], symbolic: Callable[..., Dim]) -> Callable[..., Any]:
    def choose(*values: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
        return symbolic(*items) if any(isinstance(i, Size) for i in items) else plain(items)

    return choose


def _sum(items: list[Any]) -> Any:
    total: Any = 0
    for item in items:
        total = arithmetic("+", total, item)
    return total


def _round(value: float, digits: int | None = None) -> float:
    return round(value, digits)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "len": len,
    "range": _range,
    "min": _extreme(min, dim_min),
    "max": _extreme(max, dim_max),
    "sum": _sum,
    "abs": abs,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "log": math.log,
    "int": int,
    "float": float,
    "zip": lambda *lists: [list(items) for items in zip(*lists, strict=False)],
    "enumerate": lambda items, start=0: [list(p) for p in enumerate(items, start)],
    "reversed": lambda items: list(reversed(items)),
    "make_divisible": _make_divisible,
}


def call_function(name: str, arguments: list[Any], settings: dict[str, Any]) -> Any:
    """A builtin's value. Raises Bad with the reason."""
    try:
        return bounded(FUNCTIONS[name](*arguments, **settings))
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Bad(f"{name}: {error}") from None
