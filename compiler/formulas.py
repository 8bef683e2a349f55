"""Floats that are computed from open sizes when the module runs: ``T ** -0.5``, ``sqrt(T)``.

A ``Formula`` is one operation of Python, with its operands. It is not simplified: the module
computes what Python computes. ``elaborate.open_floats`` makes formulas that have a value for all
sizes.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ..grammar.record import Exact
from .dims import Dim, Size, is_symbol, substitute, symbols
from .lowering import Code, Infix, Prefix, call


class Formula(Exact):
    """``operation`` is an operator or a function."""

    operation: str
    operands: tuple[Number, ...]

    def __str__(self) -> str:
        if self.operation == "negative":
            return f"-{_operand(self.operands[0], _LEVELS['negative'])}"
        if self.operation not in _LEVELS:
            return f"{self.operation}({', '.join(map(_text, self.operands))})"
        sign, level = self.operation, _LEVELS[self.operation]
        power = sign == "**"
        left = _operand(self.operands[0], level + power)
        right = _operand(self.operands[1], level + (not power), last=power)
        return f"{left} {sign} {right}" if level == 1 else f"{left}{sign}{right}"

    __repr__ = __str__

    def __neg__(self) -> Number:
        return self.operands[0] if self.operation == "negative" else Formula("negative", (self,))

    @property
    def symbols(self) -> tuple[str, ...]:
        names = (n for part in self.operands for n in symbols_of(part))
        return tuple(dict.fromkeys(names))

    @property
    def weight(self) -> int:
        """The length of the expression."""
        return 1 + sum(getattr(part, "weight", 1) for part in self.operands)


Number: TypeAlias = float | Size | Formula
FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "float": float,
}
_OPERATORS: Final[Mapping[str, Callable[..., float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "negative": operator.neg,
}
_LEVELS: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "negative": 3, "**": 4}
_CODES: Final = {"sqrt": "torch.sym_sqrt", "log": "math.log", "float": "torch.sym_float"}
"""Functions of PyTorch that ``torch.export`` takes with an open size; it has none for ``log``."""


def is_open(value: object) -> bool:
    """Whether a number depends on an open size."""
    return isinstance(value, Size | Formula)


def symbols_of(value: object) -> tuple[str, ...]:
    if isinstance(value, Formula):
        return value.symbols
    return symbols(value) if isinstance(value, Size) else ()


def in_sizes(value: Number, sizes: Mapping[str, Dim]) -> Number:
    """The number with other sizes for the symbols. It is a float if all of them are known."""
    if isinstance(value, Size):
        return substitute(value, sizes)
    if not isinstance(value, Formula):
        return value
    operands = tuple(in_sizes(part, sizes) for part in value.operands)
    if any(map(is_open, operands)):
        return Formula(value.operation, operands)
    try:
        return {**_OPERATORS, **FUNCTIONS}[value.operation](*operands)
    except (ValueError, ArithmeticError):  # a size that the spec's conditions exclude
        return math.nan


def code(value: Any) -> Code:
    """A setting as code, if it is a formula; other settings are code already."""
    if not isinstance(value, Formula):
        return value
    operands = tuple(map(code, value.operands))
    if value.operation == "negative":
        return Prefix("-", *operands)
    if value.operation in _CODES:
        return call(_CODES[value.operation], *operands)
    return Infix(value.operation, *operands)


# --- texts -----------------------------------------------------------------------------------


def _operand(value: Number, level: int, *, last: bool = False) -> str:
    """The text of an operand, in parentheses if it binds looser than ``level``."""
    own = _level(value)
    return _text(value) if own >= level or (last and own == _SIGNED) else f"({_text(value)})"


_ATOM: Final = 5
_SIGNED: Final = 0.5
"""A number with a sign needs parentheses, unless it is an exponent."""


def _level(value: Number) -> float:
    if isinstance(value, Formula):
        return _LEVELS.get(value.operation, _ATOM)
    if isinstance(value, Size):
        return _ATOM if is_symbol(value) else 1 + (len(value.terms) == 1 and value.terms[0][1] > 0)
    return _ATOM if value >= 0 else _SIGNED


def _text(value: Number) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
