"""One code over ``i`` for codes whose numbers grow evenly from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from ...compiler.lowering import Code, Infix, Raw
from ...grammar.record import alike
from .method_statements import rebuild
from .printing import quote


def index(first: int) -> str:
    return f"i + {first}" if first else "i"


def formatted(stem: str, first: int) -> str:
    """``f"layer{i + 1}"``."""
    plain = quote(stem.replace("{", "{{").replace("}", "}}"))
    return f"f{plain[:-1]}{{{index(first)}}}{plain[-1]}"


def progression(codes: Sequence[Code]) -> Code | None:
    """One code over ``i`` for codes that are equal or differ in numbers that grow evenly; None if
    they differ otherwise."""
    if not all(steps_evenly(codes[0], codes[1], c, i) for i, c in enumerate(codes[1:], 1)):
        return None
    row, step = _literals(codes[0])[1], _literals(codes[1])[1]
    terms = iter([_term(a, b) for a, b in zip(row, step, strict=True)])
    return rebuild(codes[0], lambda _, __: next(terms))


def steps_evenly(first: Code, second: Code, last: Code, number: int) -> bool:
    """Whether each number of ``last`` is ``number`` times as far from that of ``first`` as that of
    ``second`` is, and all else is equal."""
    (shape, row), (other, step), (third, at) = map(_literals, (first, second, last))
    if not shape == other == third:
        return False
    return all(
        (alike(a, b) and alike(b, c))
        or (type(a) is type(b) is type(c) is int and c == a + number * (b - a))
        for a, b, c in zip(row, step, at, strict=True)
    )


def _literals(code: Code) -> tuple[str, list[Code]]:
    row: list[Code] = []

    def leaf(part: Code, _: str) -> Code:
        row.append(part)
        return Raw("?")

    return repr(rebuild(code, leaf)), row


def _term(first: Code, second: Code) -> Code:
    """``64``, or ``64 + 32 * i``."""
    if alike(first, second):
        return first
    step = second - first
    grown = Infix("*", step, Raw("i")) if step != 1 else Raw("i")
    return Infix("+", first, grown) if first else grown
