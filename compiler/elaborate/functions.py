"""Functions and operators on numbers, sizes, strings and lists."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from ...grammar.diagnostics import Diagnostic
from ...grammar.source import Span
from ..dims import Dim, Size, dim_max, dim_min, equal, less
from ..formulas import FUNCTIONS as OPEN_FUNCTIONS
from ..formulas import Formula, Number, is_open
from ..limits import MAX_ELEMENTS, MAX_INT, MAX_RANK, how_to_raise, limits
from ..values import Data, describe, is_number
from .open_floats import LARGEST_EXPONENT, Undefined, formula

T = TypeVar("T")


class Undecided(Exception):
    """The answer depends on the value of a symbolic size."""


class Bad(Exception):
    """The values do not allow an operation; the message says why."""

    code = "E215"
    help: tuple[str, ...] = ()

    def diagnostic(self, span: Span) -> Diagnostic:
        return Diagnostic(self.code, str(self), span, help=self.help)


class Unbounded(Bad):
    """A value would be larger than a limit allows; ``bound`` is the name of the limit."""

    code = "E214"

    def __init__(self, message: str, bound: str = "") -> None:
        super().__init__(message)
        self.help = (how_to_raise(bound),) if bound else ()


def compare(symbol: str, a: Data, b: Data) -> bool:
    """The result of a comparison. Raises Undecided if symbolic sizes leave it open."""
    if symbol in ("==", "!="):
        return _equal(a, b) == (symbol == "==")
    if isinstance(a, bool) or isinstance(b, bool):
        raise Bad(f"`{symbol}` compares numbers; comparisons do not chain: `a < b and b < c`")
    if is_open(a) or is_open(b):
        return _ordered(symbol, a, b)
    try:
        return bool(_ORDER[symbol](a, b))
    except TypeError:
        raise Bad(f"`{symbol}` compares numbers") from None


_ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _equal(a: Data, b: Data) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, Formula) or isinstance(b, Formula):
        if is_number(a) and is_number(b):
            raise Undecided
        return False
    if isinstance(a, Size) or isinstance(b, Size):
        a, b = _whole(a), _whole(b)
        if not isinstance(a, int | Size) or not isinstance(b, int | Size):
            return False
        answer = equal(a, b)
        if answer is None:
            raise Undecided
        return answer
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _whole(value: Data) -> Data:
    """``4.0`` as 4: sizes are whole, and may be compared with floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _ordered(symbol: str, a: Data, b: Data) -> bool:
    if not is_number(a) or not is_number(b):
        raise Bad(f"`{symbol}` compares numbers")
    if isinstance(a, Formula) or isinstance(b, Formula):
        raise Undecided
    first, second = (a, b) if symbol in ("<", ">=") else (b, a)
    # A whole size is below 2.5 if it is below 3, and above 2.5 if it is above 2.
    first = math.floor(first) if isinstance(first, float) else first
    second = math.ceil(second) if isinstance(second, float) else second
    answer = less(first, second)
    if answer is None:
        raise Undecided
    return answer == (symbol in ("<", ">"))


def truth(value: Data) -> bool:
    """Whether a value is true, as in Python. Raises Undecided for a size that may be 0."""
    if isinstance(value, Formula):
        raise Undecided
    if isinstance(value, Size):
        return not _equal(value, 0)
    return bool(value)


def contains(item: Data, collection: Data) -> bool:
    if isinstance(collection, list):
        return any(_equal(item, member) for member in collection)
    if isinstance(collection, str) and isinstance(item, str):
        return item in collection
    raise Bad("`in` searches a list")


def arithmetic(symbol: str, a: Data, b: Data) -> Data:
    """``a symbol b`` as in Python, bounded. Raises Bad."""
    if isinstance(a, list) or isinstance(b, list):
        return _lists(symbol, a, b)
    if isinstance(a, str) and isinstance(b, str) and symbol == "+":
        return bounded(a + b)
    if not is_number(a) or not is_number(b):
        raise Bad(f"`{symbol}` needs numbers")
    if symbol == "@":
        raise Bad("`@` multiplies tensors")
    if _is_open_float(symbol, a, b):
        return bounded(_open_float(symbol, a, b))
    assert not isinstance(a, Formula) and not isinstance(b, Formula)
    if symbol == "**":
        return bounded(_power(a, b))
    try:
        result: Number = _ARITHMETIC[symbol](a, b)
    except ZeroDivisionError:
        raise Bad("division by zero") from None
    except OverflowError:
        raise Bad("the result is not a finite number") from None
    return bounded(result)


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def _is_open_float(symbol: str, a: Number, b: Number) -> bool:
    """Whether the result is a float that depends on an open size."""
    if not is_open(a) and not is_open(b):
        return False
    if not isinstance(a, int | Size) or not isinstance(b, int | Size):
        return True
    return symbol == "/" or (symbol == "**" and isinstance(b, int) and b < 0)


def _open_float(operation: str, *operands: Number) -> Formula:
    try:
        return formula(operation, *operands)
    except Undefined as undefined:
        raise Bad(str(undefined)) from None


def _lists(symbol: str, a: Data, b: Data) -> list[Data]:
    if symbol == "+" and isinstance(a, list) and isinstance(b, list):
        return bounded(a + b)
    number, items = (a, b) if isinstance(b, list) else (b, a)
    if symbol == "*" and type(number) is int and isinstance(items, list):
        _check_items(number * len(items))
        return items * number
    raise Bad(f"`{symbol}` does not work on a list here")


def _power(a: float | Size, b: float | Size) -> float | Size:
    if isinstance(b, Size):
        raise Bad("an exponent cannot depend on an open size")
    if isinstance(a, Size):
        if not isinstance(b, int) or b > LARGEST_EXPONENT:
            raise Bad(f"an exponent is at most {LARGEST_EXPONENT} where a size is open")
        power: Dim = 1
        for _ in range(b):
            power = bounded(power * a)
        return power
    if isinstance(a, int) and isinstance(b, int) and abs(a) > 1 and b * math.log2(abs(a)) > 62:
        raise _too_large()
    try:
        result: float = a**b
    except (OverflowError, ZeroDivisionError) as error:
        raise Bad(str(error)) from None
    if isinstance(result, complex):
        raise Bad("a negative number has no real root")
    return result


def bounded(value: T) -> T:
    """The value, if it is within the limits. Raises Bad."""
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise _too_large()
    elif isinstance(value, list):
        _check_items(extent(value))
    elif isinstance(value, str) and len(value) > limits().characters:
        bound = f"a text has at most {limits().characters:,} characters"
        raise Unbounded(bound, "characters")
    elif isinstance(value, float) and not math.isfinite(value):
        raise Bad("the result is not a finite number")
    elif isinstance(value, Formula) and value.weight > limits().terms:
        raise Unbounded("the expression of an open size grows too large", "terms")
    elif isinstance(value, Size) and not is_modest(value):
        raise Unbounded("the expression of a symbolic size grows too large", "terms")
    return value


def _check_items(number: int) -> None:
    if number > limits().items:
        raise Unbounded(f"a list has at most {limits().items:,} items", "items")


def _too_large() -> Unbounded:
    return Unbounded("a number is at most 2**62: PyTorch's numbers have 64 bits")


def extent(value: Data, depth: int = 0) -> int:
    """The number of items of a list and of the lists inside it."""
    if not isinstance(value, list):
        return len(value) if isinstance(value, str) else 0
    kinds = set(map(type, value))
    if list not in kinds and str not in kinds:
        return len(value)
    if list in kinds and depth >= limits().depth:
        raise Unbounded(f"lists are nested at most {limits().depth} deep", "depth")
    return len(value) + sum([extent(v, depth + 1) for v in value])


def beyond(shape: Sequence[Dim]) -> Unbounded | None:
    """The error for a tensor's shape that exceeds a limit; None if it does not."""
    if len(shape) > MAX_RANK:
        return Unbounded(f"a tensor has {len(shape):,} axes, and PyTorch takes at most {MAX_RANK}")
    sizes = [d for d in shape if isinstance(d, Size)]
    numbers = [d for d in shape if isinstance(d, int)]
    if math.prod(numbers) * math.prod(map(_largest_in, sizes)) > MAX_ELEMENTS:
        return Unbounded("a tensor has more than 2**59 elements: PyTorch's numbers have 64 bits")
    if not all(map(is_modest, sizes)):
        large = Unbounded("the expression of a symbolic size grows too large", "terms")
        give = "give the input's size, with `input(3x224x224)` or `--input 3x224x224`"
        large.help = (give, *large.help)
        return large
    return None


def _largest_in(size: Size) -> int:
    """The largest number in the expression of an open size."""
    return max([abs(c) for _, c in size.terms])


def is_modest(size: Size) -> bool:
    return size.weight <= limits().terms and _largest_in(size) <= MAX_INT


# --- builtins ---------------------------------------------------------------------------------


def _make_divisible(value: float, divisor: int = 8, minimum: int | None = None) -> int:
    """torchvision's rounding of channels: the nearest multiple, at most 10% below."""
    least = divisor if minimum is None else minimum
    rounded = max(least, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _range(*ends: int) -> list[int]:
    items = range(*ends)
    _check_items(len(items))
    return list(items)


def _extreme(plain: Callable[..., Any], symbolic: Callable[..., Dim]) -> Callable[..., Any]:
    def choose(*values: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
        if not any(isinstance(i, Size) for i in items):
            return plain(items)
        if not all(isinstance(i, int | Size) for i in items):
            raise Bad("a symbolic size can be compared only with whole numbers")
        return symbolic(*items)

    return choose


def _sum(items: list[Any], start: Any = 0) -> Any:
    """The sum of numbers, or of lists that follow a list: ``sum(lists, [])``."""
    if all(item.__class__ in (int, float) for item in (start, *items)):
        return sum(items, start)
    if isinstance(start, list) and all(isinstance(item, list) for item in items):
        joined = [start, *items]
        _check_items(sum(map(len, joined)))
        return [item for each in joined for item in each]
    if any(isinstance(item, list) for item in items):
        raise Bad("a sum of lists begins with a list: `sum(lists, [])`")
    total: Any = start
    for item in items:
        total = arithmetic("+", total, item)
    return total


def _rounding(plain: Callable[..., Any]) -> Callable[..., Any]:
    """``floor`` and the like do not change a symbolic size: it is whole. So is a quotient of sizes
    that is whole for all of them: ``ceil(4 * T / 2)``."""

    def rounded(value: Any, *digits: int) -> Any:
        if isinstance(value, Formula) and not digits:
            value = _whole_quotient(value)
        return value if isinstance(value, Size) else plain(value, *digits)

    return rounded


def _whole_quotient(value: Formula) -> Number:
    """The size that a quotient of sizes is. Any other formula is returned as it is."""
    a, *divisors = value.operands
    b = divisors[0] if value.operation == "/" else None
    if not isinstance(a, int | Size) or not isinstance(b, int | Size):
        return value
    whole: Dim = a // b
    return whole if whole * b == a else value


def _abs(value: Any) -> Any:
    if not isinstance(value, Size):
        return abs(value)
    return dim_max(value, -value)


# A text may call them with any values; a wrong one is a TypeError, which `call_function` reports.
FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "len": len,
    "range": _range,
    "min": _extreme(min, dim_min),
    "max": _extreme(max, dim_max),
    "sum": _sum,
    "abs": _abs,
    "round": _rounding(round),
    "floor": _rounding(math.floor),
    "ceil": _rounding(math.ceil),
    "sqrt": math.sqrt,
    "log": math.log,
    "int": _rounding(int),
    "float": float,
    "zip": lambda *lists: [list(items) for items in zip(*lists, strict=False)],
    "enumerate": lambda items, start=0: [list(p) for p in enumerate(items, start)],
    "reversed": lambda items: list(reversed(items)),
    "make_divisible": _make_divisible,
}


def _function(name: str, arguments: Sequence[Data]) -> Callable[..., Any]:
    most = 2 if name == "log" else 1
    open_float = any(map(is_open, arguments)) and all(map(is_number, arguments))
    if name in OPEN_FUNCTIONS and open_float and len(arguments) <= most:
        return partial(_open_float, name)
    return FUNCTIONS[name]


def call_function(name: str, arguments: list[Data], settings: dict[str, Data]) -> Data:
    """The result of a builtin function. Raises Bad with the reason."""
    try:
        result: Data = _function(name, arguments)(*arguments, **settings)
        return bounded(result)
    except TypeError:
        if any(isinstance(value, Formula) for value in arguments):
            raise Bad(f"`{name}` takes no float that depends on an open size") from None
        given = ", ".join(map(describe, [*arguments, *settings.values()])) or "nothing"
        raise Bad(f"`{name}` does not work on {given}") from None
    except (ValueError, ArithmeticError, AttributeError) as error:
        raise Bad(f"`{name}`: {error}") from None
