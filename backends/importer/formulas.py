"""Formulas for constants: short expressions of the language that give the very numbers.

Each function of ``_WAYS`` proposes expressions for a tensor, from a few of its numbers. One is
taken only if it is compiled, run, and equal to the tensor in all bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from ...compiler.pipeline import load_source
from ...grammar import syntax as s
from ...grammar.parser import parse_expression
from ...grammar.source import Source
from ..pytorch import to_class
from . import tree

if TYPE_CHECKING:
    from torch import Tensor


def formula(tensor: Tensor) -> s.Expr | None:
    """An expression that is equal to a tensor; None if none is known."""
    if tensor.numel() == 0 or not tensor.shape or tensor.is_complex():
        return None
    tensor = tensor.detach()
    even = next((text for text in _even(tensor) if _is(text, tensor)), None)
    if even is not None:
        return _parsed(even)
    core = tensor.squeeze()
    for way in _WAYS if core.dim() else ():
        for text in way(core):
            if _is(text, core):
                whole = _with_axes(text, tensor.shape)
                return _parsed(whole) if _is(whole, tensor) else None
    return None


def imports(nodes: Iterable[s.SyntaxNode]) -> list[s.Statement]:
    """The import of the shipped blocks that some statements call."""
    names = {name.id for node in nodes for name in s.all_names(node)}
    used = tuple((block, None) for block in tree.BLOCKS if block in names)
    return [s.FromImport(tree.LIBRARY, used, span=tree.NOWHERE)] if used else []


def _parsed(text: str) -> s.Expr:
    expression, _ = parse_expression(Source("a formula", text))
    assert expression is not None, text
    return expression


def _is(text: str, tensor: Tensor) -> bool:
    """Whether an expression gives a tensor, with its dtype and all bits."""
    import torch

    value = _value(text)
    if value is None or value.dtype != tensor.dtype or value.shape != tensor.shape:
        return False
    return torch.equal(value, tensor) and torch.equal(value.signbit(), tensor.signbit())


@lru_cache(maxsize=64)
def _value(text: str) -> Tensor | None:
    """What an expression gives; None if it has errors."""
    import torch

    blocks = [block for block in tree.BLOCKS if f"{block}(" in text]
    lines = [f"from {tree.LIBRARY} import {block}\n" for block in blocks]
    graph = load_source(Source("a formula", f"{''.join(lines)}net n: () {{ {text} }}")).graph
    if graph is None:
        return None
    with torch.no_grad():
        value: Tensor = to_class(graph, {})()()
    return value


def _with_axes(text: str, shape: Sequence[int]) -> str:
    """An expression with axes of size 1 where a shape has them."""
    items = ["none" if size == 1 else ":" for size in shape]
    while items and items[-1] == ":":
        items.pop()
    if not items:
        return text
    body = text if text.endswith(")") and not _is_compound(text) else f"({text})"
    return f"{body}[{', '.join(items)}]"


def _is_compound(text: str) -> bool:
    """Whether an expression is more than one call."""
    return not isinstance(_parsed(text), s.Call)


# --- the same number, and numbers in steps ----------------------------------------------------


def _even(tensor: Tensor) -> Iterator[str]:
    """One number everywhere."""
    value = tensor.flatten()[0].item()
    if isinstance(value, float) and not math.isfinite(value):
        return
    if not bool((tensor == value).all()):
        return
    shape = list(tensor.shape)
    dtype = {bool: ", dtype=bool", int: ", dtype=int"}.get(type(value), "")
    words = {0: "zeros", 1: "ones"}
    if value in words:
        yield f"{words[int(value)]}({shape}{dtype})"
    else:
        yield f"full({shape}, {value})"


def _steps(tensor: Tensor) -> Iterator[str]:
    """Whole numbers that grow by a step along each axis, and their absolute values."""
    if tensor.dim() not in (1, 2) or not _is_whole(tensor):
        return
    cast = " > cast(float)" if tensor.is_floating_point() else ""
    for text in _range(tensor) if tensor.dim() == 1 else _plane(tensor):
        yield f"{text}{cast}"


def _is_whole(tensor: Tensor) -> bool:
    """Whether a tensor has whole numbers."""
    if tensor.is_floating_point():
        return bool((tensor == tensor.round()).all()) and bool(tensor.isfinite().all())
    return not tensor.is_complex() and tensor.element_size() > 1


def _range(row: Tensor) -> Iterator[str]:
    first, second = int(row[0]), int(row[1])
    if first != second:
        yield _arange(first, second - first, len(row))


def _arange(first: int, step: int, count: int) -> str:
    end = first + step * count
    if step != 1:
        return f"arange({first}, {end}, step={step})"
    return f"arange({first}, {end})" if first else f"arange({end})"


def _spaced(row: Tensor) -> Iterator[str]:
    """Floats at equal distances."""
    if row.dim() == 1 and len(row) > 3 and row.is_floating_point() and bool(row.isfinite().all()):
        yield f"linspace({_short(row[0])}, {_short(row[-1])}, steps={len(row)})"


def _short(number: Tensor) -> str:
    """The shortest decimal that is a float of this precision."""
    texts = (f"{number.item():.{digits}g}" for digits in range(1, 18))
    return next(text for text in texts if number.new_tensor(float(text)) == number)


def _plane(table: Tensor) -> Iterator[str]:
    """Sums of a number for the row and one for the column."""
    (n, m), first = table.shape, int(table[0, 0])
    down, right = int(table[1, 0]) - first, int(table[0, 1]) - first
    if not down and right:
        yield f"{_arange(first, right, m)} > expand({n}, {m})"
    if down and not right:
        yield f"{_arange(first, down, n)}[:, none] > expand({n}, {m})"
    if down and right:
        rows = _term(n, down, first if down == 1 else 0, "[:, none]")
        columns = _term(m, right, first if right == 1 != down else 0, "")
        rest = 0 if 1 in (down, right) else first
        terms = [rows, columns] if down > 0 or right < 0 else [columns, rows]
        text = " ".join([*terms, f"+ {rest}" if rest > 0 else f"- {-rest}" if rest else ""]).strip()
        yield text.removeprefix("+ ") if text.startswith("+") else f"0 {text}"
    if first == 0 and down == right == 1:
        yield f"arange({n})[:, none] - arange({m}) > abs"


def _term(count: int, step: int, first: int, axes: str) -> str:
    """``- 2 * arange(8)[:, none]``."""
    times = f"{abs(step)} * " if abs(step) > 1 else ""
    return f"{'+' if step > 0 else '-'} {times}{_arange(first, 1, count)}{axes}"


# --- masks ------------------------------------------------------------------------------------


def _truths(mask: Tensor) -> Iterator[str]:
    """What is true before or after a place in each row, which moves by one from row to row."""
    if str(mask.dtype) != "torch.bool" or mask.dim() not in (1, 2):
        return
    if mask.dim() == 1:
        yield f"arange({len(mask)}) {'<' if mask[0] else '>='} {_count(mask)}"
        return
    n, m = mask.shape
    place = next((i for i, row in enumerate(mask) if _count(row) < m), 0)
    far = _count(mask[place]) - place
    first = bool(mask[place, 0])
    if far == 1:
        yield f"arange({n})[:, none] {'>=' if first else '<'} arange({m})"
    start = far - 1 if first else far
    rows, columns = _arange(max(start, 0), 1, n), _arange(max(-start, 0), 1, m)
    yield f"{rows}[:, none] {'>=' if first else '<='} {columns}"


def _count(row: Tensor) -> int:
    """How many values at the start of a row are equal."""
    return int((row == row[0]).int().cumprod(0).sum())


def _chosen(mask: Tensor) -> Iterator[str]:
    """One of two numbers, of which one may be minus infinity."""
    if not mask.is_floating_point() or mask.dim() != 2 or bool(mask.isnan().any()):
        return
    first, last = float(mask.min()), float(mask.max())
    if not bool(((mask == first) | (mask == last)).all()):
        return
    for text in _truths(mask == last):
        choice = f"where({_number(last)}, {_number(first)})"
        yield f"({text}) > {'cast(float)' if (first, last) == (0.0, 1.0) else choice}"


def _number(number: float) -> str:
    return str(number) if math.isfinite(number) else "zeros([]) > log"


# --- windows ----------------------------------------------------------------------------------


def _offsets(table: Tensor) -> Iterator[str]:
    """The offsets between the places of a window (Swin)."""
    places = math.isqrt(table.numel())
    if places**2 != table.numel() or table.shape not in ((places, places), (places**2,)):
        return
    if str(table.dtype) != "torch.int64":
        return
    most, flat = int(table.max()), ", flat=true" if table.dim() == 1 else ""
    for sizes in _sizes(places):
        if most == math.prod(2 * size - 1 for size in sizes) - 1:
            yield f"window_offsets({', '.join(map(str, sizes))}{flat})"


def _class_offsets(table: Tensor) -> Iterator[str]:
    """The same with a class token in front of them (BEiT)."""
    if str(table.dtype) != "torch.int64" or table.dim() != 2 or len(set(table.shape)) > 1:
        return
    for h, w in (sizes for sizes in _sizes(len(table) - 1) if len(sizes) == 2):
        if int(table[0, 0]) == (2 * h - 1) * (2 * w - 1) + 2:
            yield f"class_offsets({h}, {w})"


def _distances(table: Tensor) -> Iterator[str]:
    """The offsets whatever their signs (LeViT)."""
    if str(table.dtype) != "torch.int64" or table.dim() != 2:
        return
    rows, side = math.isqrt(table.shape[0]), math.isqrt(table.shape[1])
    steps = [k for k in range(1, side + 1) if -(-side // k) == rows]
    if table[0].tolist() == list(range(side**2)):
        for step in steps:
            yield f"distances({side}{f', {step}' if step > 1 else ''})"


def _shifts(mask: Tensor) -> Iterator[str]:
    """The masks of windows that are moved by half of their size (Swin)."""
    if not mask.is_floating_point() or mask.dim() != 3 or mask.shape[1] != mask.shape[2]:
        return
    count, places = mask.shape[:2]
    hidden = int((mask == -100.0).sum())
    for size, parts in product(_sizes(places), _factors(count)):
        shift = [side // 2 if n > 1 else 0 for side, n in zip(size, parts, strict=False)]
        if len(size) == len(parts) and hidden == _hidden(size, shift, parts):
            if len(size) == 3:
                yield f"shift_mask_3d({list(size)}, {shift}, {list(parts)})"
            elif size[0] == size[1]:
                h, w = (side * n for side, n in zip(size, parts, strict=True))
                yield f"shift_mask({size[0]}, {shift}, {h}, {w})"


def _hidden(size: Sequence[int], shift: Sequence[int], parts: Sequence[int]) -> int:
    """How many pairs of places in one window are hidden from each other."""
    seen = 1
    for side, moved, count in zip(size, shift, parts, strict=True):
        seen *= (count - 1) * side**2 + moved**2 + (side - moved) ** 2
    return int(math.prod(parts) * math.prod(size) ** 2 - seen)


def _sizes(places: int) -> Iterator[tuple[int, ...]]:
    """Windows with so many places, of two or three axes; square ones first."""
    pairs = [pair for pair in _factors(places) if len(pair) == 2 and min(pair) > 1]
    yield from sorted(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    yield from (sizes for sizes in _factors(places) if len(sizes) == 3 and min(sizes) > 1)


def _factors(number: int) -> Iterator[tuple[int, ...]]:
    """Two numbers, and three, whose product is a number."""
    divisors = [n for n in range(1, number + 1) if number % n == 0]
    for a in divisors:
        yield a, number // a
    for a, b in product(divisors, divisors):
        if number % (a * b) == 0:
            yield a, b, number // (a * b)


_WAYS: Final[Sequence[Callable[[Tensor], Iterator[str]]]] = (
    *(_steps, _spaced, _truths, _chosen, _offsets, _class_offsets, _distances, _shifts),
)
