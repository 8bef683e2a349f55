"""Prints ``lowering.Code`` as Python, with few parentheses and with the spacing of ruff."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ...compiler.dims import Dim, Extreme, Quotient, Size, Symbol
from ...compiler.lowering import (
    Attr,
    CallCode,
    Code,
    Helper,
    Infix,
    Input,
    Prefix,
    Raw,
    Self,
    Subscript,
)
from ...grammar.record import Entity, Exact, Record, field

LOOSEST, NOT, COMPARISON, UNARY, POWER, ATOM = 0, 3, 4, 11, 12, 13

_INFIX = {
    "or": 1,
    "and": 2,
    "in": 4,
    "not in": 4,
    "is": 4,
    "is not": 4,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "==": 4,
    "!=": 4,
    "|": 5,
    "^": 6,
    "&": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "//": 10,
    "%": 10,
    "@": 10,
    "**": POWER,
}

_AST_INFIX = {
    ast.BitOr: 5,
    ast.BitXor: 6,
    ast.BitAnd: 7,
    ast.LShift: 8,
    ast.RShift: 8,
    ast.Add: 9,
    ast.Sub: 9,
    ast.Mult: 10,
    ast.Div: 10,
    ast.FloorDiv: 10,
    ast.Mod: 10,
    ast.MatMult: 10,
    ast.Pow: POWER,
}

_ATOM = re.compile(r"[A-Za-z_][\w.]*(\[\w+\])?")
_SIMPLE_POWER = re.compile(r"-?[\d.]+(e-?\d+)?|[A-Za-z_][\w.]*")
_SIMPLE_SLICE = re.compile(r"[-~]*\w+")


class Generator(Exact):
    """``element for target in iterable``: the only argument of a call, or the content of a list."""

    element: Code
    target: str
    iterable: Code


class Starred(Exact):
    """``*value`` among arguments or items."""

    value: Code


class Late(Entity):
    """The name of a class, chosen after the code that mentions it, with the class's parameters."""

    text: str = ""
    parameter_names: tuple[str, ...] = ()
    defaults: Mapping[str, Code] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Late({id(self)})"


def print_code(
    code: Code, inputs: Sequence[str], self_name: str, sizes: Mapping[str, str] | None = None
) -> str:
    """The Python text of a code; ``sizes`` maps symbols to expressions (``x.shape[1]``)."""
    return _Printer(inputs, self_name, sizes or {}).at(code, LOOSEST)


def quote(text: str) -> str:
    """A string literal that evaluates to the text, in double quotes if they need no escapes."""
    body = repr("'" + text)[2:-1] if '"' not in text else repr('"' + text)[2:-1]
    if '"' not in text:
        return f'"{body}"'
    return f"'{body}'" if "'" not in text else _quote_both(text)


def _quote_both(text: str) -> str:
    body = repr("'\"" + text)[4:-1].replace("\\'", "'")
    if text.count('"') > text.count("'"):
        return "'" + body.replace("'", "\\'") + "'"
    return '"' + body.replace('"', '\\"') + '"'


def dim_code(dim: Dim, sizes: Mapping[str, Code]) -> Code:
    """A size as code. ``sizes`` gives the code of each symbol."""
    if isinstance(dim, int):
        return dim
    result: Code | None = None
    for monomial, coefficient in dim.terms:
        operator = "-" if coefficient < 0 and result is not None else "+"
        factor = abs(coefficient) if result is not None else coefficient
        term = _term_code([_atom_code(atom, sizes) for atom in monomial], factor)
        result = term if result is None else Infix(operator, result, term)
    return result


def _term_code(factors: list[Code], coefficient: int) -> Code:
    if not factors:
        return coefficient
    head: Code = factors[0] if coefficient == 1 else Infix("*", coefficient, factors[0])
    if coefficient == -1:
        head = Prefix("-", factors[0])
    for factor in factors[1:]:
        head = Infix("*", head, factor)
    return head


def _atom_code(atom: Symbol | Quotient | Extreme, sizes: Mapping[str, Code]) -> Code:
    if isinstance(atom, Symbol):
        return sizes[atom.name]
    if isinstance(atom, Quotient):
        return Infix("//", dim_code(atom.numerator, sizes), dim_code(atom.denominator, sizes))
    return CallCode(atom.kind, tuple(dim_code(item, sizes) for item in atom.items))


@lru_cache(maxsize=4096)
def _text_level(text: str) -> int:
    """How tightly a text binds."""
    if _ATOM.fullmatch(text):
        return ATOM
    node = ast.parse(text, mode="eval").body
    match node:
        case ast.BinOp():
            return _AST_INFIX[type(node.op)]
        case ast.UnaryOp():
            return NOT if isinstance(node.op, ast.Not) else UNARY
        case ast.Compare():
            return COMPARISON
        case ast.BoolOp():
            return 1 if isinstance(node.op, ast.Or) else 2
        case ast.IfExp() | ast.Lambda() | ast.NamedExpr() | ast.Starred():
            return LOOSEST
    return ATOM


class _Printer(Record):
    inputs: Sequence[str]
    self_name: str
    sizes: Mapping[str, str]

    def at(self, code: Code, level: int) -> str:
        """The text, in parentheses if it binds looser than ``level``."""
        text, own = self.show(code)
        return f"({text})" if own < level else text

    def show(self, code: Code) -> tuple[str, int]:
        """The text and how tightly it binds."""
        match code:
            case None | bool() | str() | int() | float():
                return _literal(code)
            case Raw(text):
                return text, _text_level(text)
            case Input(index):
                return self.inputs[index], _text_level(self.inputs[index])
            case Self():
                return self.self_name, _text_level(self.self_name)
            case Size():
                return self.show(dim_code(code, {k: Raw(v) for k, v in self.sizes.items()}))
            case Infix():
                return self.infix(code)
            case Prefix(operator, operand):
                return self.prefix(operator, operand)
            case Starred(value):
                return f"*{self.at(value, 5)}", LOOSEST
            case Generator(element, target, iterable):
                text = f"{self.at(element, LOOSEST)} for {target} in {self.at(iterable, 1)}"
                return text, LOOSEST
        return self.bracketed(code), ATOM

    def bracketed(self, code: Code) -> str:
        match code:
            case CallCode(function, args, kwargs):
                name = function if isinstance(function, str) else self.primary(function)
                named = [f"{k}={self.at(v, LOOSEST)}" for k, v in kwargs]
                return f"{name}({', '.join([*self.items(args), *named])})"
            case Attr(value, name):
                return f"{self.primary(value)}.{name}"
            case Subscript(value, items):
                return f"{self.primary(value)}[{', '.join(map(self.index, items))}]"
            case tuple():
                comma = "," if len(code) == 1 else ""
                return f"({', '.join(self.items(code))}{comma})"
            case list():
                return f"[{', '.join(self.items(code))}]"
            case dict():
                pairs = (f"{quote(k)}: {self.at(v, LOOSEST)}" for k, v in code.items())
                return f"{{{', '.join(pairs)}}}"
            case Helper(name, _) | Late(name):
                return name
        if code is Ellipsis:
            return "..."
        raise TypeError(f"this is not code: {code!r}")

    def items(self, codes: Sequence[Code]) -> list[str]:
        return [self.at(code, LOOSEST) for code in codes]

    def primary(self, code: Code) -> str:
        """The text before a dot or a bracket; a number needs parentheses there."""
        text = self.at(code, ATOM)
        return f"({text})" if text[0].isdigit() else text

    def prefix(self, operator: str, operand: Code) -> tuple[str, int]:
        if operator == "not":
            return f"not {self.at(operand, NOT)}", NOT
        power = isinstance(operand, Infix) and operand.operator == "**"
        return f"{operator}{self.at(operand, ATOM if power else UNARY)}", UNARY

    def infix(self, code: Infix) -> tuple[str, int]:
        level = _INFIX[code.operator]
        if code.operator == "**":
            left, right = self.at(code.left, ATOM), self.at(code.right, UNARY)
            hug = _SIMPLE_POWER.fullmatch(left) and _SIMPLE_POWER.fullmatch(right)
            return (f"{left}**{right}" if hug else f"{left} ** {right}"), level
        left = self.at(code.left, level + 1 if level == COMPARISON else level)
        return f"{left} {code.operator} {self.at(code.right, level + 1)}", level

    def index(self, item: Code) -> str:
        if not isinstance(item, slice):
            return self.at(item, LOOSEST)
        start, stop, step = (
            None if part is None else self.at(part, LOOSEST)
            for part in (item.start, item.stop, item.step)
        )
        parts = [p for p in (start, stop, step) if p is not None]
        space = "" if all(_SIMPLE_SLICE.fullmatch(p) for p in parts) else " "
        text = f"{start}{space}:" if start is not None else ":"
        text += f"{space}{stop}" if stop is not None else ""
        if step is None:
            return text
        return f"{text}{space if stop is not None else ''}:{space}{step}"


def _literal(value: bool | str | int | float | None) -> tuple[str, int]:
    if isinstance(value, str):
        return quote(value), ATOM
    if isinstance(value, bool) or value is None:
        return str(value), ATOM
    if isinstance(value, float):
        return _float(value), UNARY if math.copysign(1, value) < 0 and math.isfinite(
            value
        ) else ATOM
    return str(int(value)), UNARY if value < 0 else ATOM


def _float(value: float) -> str:
    if not math.isfinite(value):
        return f'float("{value}")'
    return re.sub(r"e([-+])0*(\d)", lambda m: f"e{m[1].strip('+')}{m[2]}", repr(float(value)))
