"""Sizes of inputs that a model leaves open, and how a block says a size that follows from them.

``torch.export`` names such sizes ``s77`` or ``s53``. A spec names them ``H=224`` in the net's
input; blocks, which do not see these names, take them from shapes of tensors, as ``x.h // 2``.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ...compiler.dims import Dim, Size, floor_div, substitute, symbol
from ...compiler.types import TensorType
from .trace import Trace
from .types import CannotImport

if TYPE_CHECKING:
    from sympy import Expr

Row: TypeAlias = tuple[Dim, ...]

AXES: Final[Mapping[int, str]] = {2: "T", 3: "TT", 4: "CHW", 5: "CTHW"}
"""The usual names of the axes after the batch, by rank."""
IMAGE: Final = 4
"""The rank from which an axis has channels."""
OTHERS: Final = "SLKMPQ"
"""Names for sizes whose usual name is that of another size."""
LARGEST_FACTOR: Final = 64


@dataclass
class OpenSizes:
    """The open sizes of a trace: what export's ``symbols`` mean, the sizes that the net has names
    for but the batch, and their ``defaults``.

    A size that the model divides into equal parts is a multiple of another symbol: so the product
    of the parts is the size itself.
    """

    symbols: dict[str, Dim] = field(default_factory=dict)
    named: dict[str, Dim] = field(default_factory=dict)
    defaults: dict[str, int] = field(default_factory=dict)

    parts: dict[str, Dim] = field(default_factory=dict)
    """What such other symbols are."""

    def by_name(self, size: Size) -> Dim:
        """A size by the net's names."""
        return substitute(size, self.parts)


def sizes_left_open(traced: Trace) -> OpenSizes:
    """The open sizes of a trace's inputs: the batch is N, others have their usual names."""
    sizes = OpenSizes()
    taken = {"N", *traced.root.words}
    for value in traced.root.inputs:
        shape = traced.nodes[value].meta["val"].shape
        words = _words(shape)
        for axis, size in enumerate(shape):
            if not is_open(size) or str(size.node.expr) in sizes.symbols:
                continue
            if not size.node.expr.is_Symbol:
                raise CannotImport(f"the input {value} has a size that follows from another one")
            if axis == 0:
                sizes.symbols[str(size.node.expr)] = symbol("N")
                continue
            name = _free(words[axis], taken)
            taken.add(name)
            number = _divisor(traced, size.node)
            part = f"{name}/{number}" if number > 1 else name
            sizes.parts[part] = floor_div(symbol(name), number)
            sizes.symbols[str(size.node.expr)] = sizes.named[name] = symbol(part) * number
            sizes.defaults[name] = int(size.node.hint)
    return sizes


def is_open(size: Any) -> bool:
    """Whether a size of export has no fixed value."""
    return not isinstance(size, int) and not size.node.expr.is_Integer


def _words(shape: Sequence[Any]) -> str:
    """A letter for each axis of an input."""
    words = letters(len(shape))
    if len(shape) >= IMAGE and is_open(shape[1]) and not is_open(shape[-1]):
        return f"N{words[2:]}C"  # channels come last
    return words


def letters(rank: int) -> str:
    """The usual names of the axes of a tensor."""
    return f"N{AXES.get(rank, 'T' * rank)}"


def _free(word: str, taken: Iterable[str]) -> str:
    names: tuple[str, ...] = (word, *OTHERS, *(f"{word}{i}" for i in range(2, 99)))
    return next(name for name in names if name not in taken)


# --- what export knows ------------------------------------------------------------------------


def _divisor(traced: Trace, size: Any) -> int:
    """The number that divides a size, if the model needs one."""
    from sympy import Eq

    guards = [g.expr for g in _guards(traced) if g.expr.func is Eq and size.expr in g.expr.atoms()]
    known = {s: v for s, v in size.shape_env.backed_var_to_val.items() if s != size.expr}
    return lcm(
        *(k for k in _quotients(guards, size.expr) if _must_divide(k, guards, size, known)), 1
    )


def _quotients(guards: Sequence[Expr], size: Expr) -> list[int]:
    """The numbers by which conditions divide a size."""
    from torch.utils._sympy.functions import FloorDiv, Mod, PythonMod

    divisions = {d for guard in guards for d in guard.atoms(FloorDiv, Mod, PythonMod)}
    return sorted({int(d.args[1]) for d in divisions if d.args[0] == size and d.args[1].is_Integer})


def _must_divide(divisor: int, guards: Sequence[Expr], size: Any, known: Mapping[Any, int]) -> bool:
    """Whether no size between two multiples of a number meets all conditions."""
    start = int(size.hint)
    return all(
        any(guard.subs({**known, size.expr: start + more}) == False for guard in guards)  # noqa: E712
        for more in range(1, divisor)
    )


def _guards(traced: Trace) -> Sequence[Any]:
    """What export had to know about open sizes."""
    environment = _environment(traced)
    return environment.guards if environment else ()


def _environment(traced: Trace) -> Any:
    """What export knows about open sizes; None if no size is open."""
    shapes = [traced.nodes[value].meta["val"].shape for value in traced.root.inputs]
    opened = (size.node.shape_env for shape in shapes for size in shape if is_open(size))
    return next(opened, None)


# --- sizes in blocks --------------------------------------------------------------------------


def formula(sizes: Row, known: Iterable[tuple[str, Row]]) -> str | None:
    """The text of a size by others, as ``x.h * x.w``; None if none of a few forms fits. A row has
    what a size is in each of several runs, which have the text in common."""
    return next((text for text, row in _forms(list(known), sizes) if row == sizes), None)


def axes(word: str, type_: TensorType) -> Iterator[tuple[str, Dim]]:
    """The texts of a tensor's open axes after the batch: ``x.h``."""
    usual: Mapping[int, Sequence[str]] = {3: ("t", "d"), 4: ("c", "h", "w"), 5: ("c",)}
    names = usual.get(type_.rank, ())
    for axis, dim in enumerate(type_.shape[1:], 1):
        if not isinstance(dim, Size):
            continue
        name = names[axis - 1] if axis <= len(names) else "d" if axis + 1 == type_.rank else ""
        yield f"{word}.{name}" if name else f"{word}.shape[{axis}]", dim


def _forms(known: Sequence[tuple[str, Row]], sizes: Row) -> Iterator[tuple[str, Row]]:
    """Expressions over known sizes with their values, simple ones first."""
    pairs = [
        (f"{a} * {b}", tuple(map(operator.mul, p, q))) for (a, p), (b, q) in combinations(known, 2)
    ]
    yield from (*known, *pairs)
    for text, row in (*known, *pairs):
        first = sizes[0] - row[0]
        if isinstance(first, int) and first:
            yield f"{text} {'-' if first < 0 else '+'} {abs(first)}", tuple(d + first for d in row)
        for factor in range(2, LARGEST_FACTOR):
            yield f"{text} * {factor}", tuple(d * factor for d in row)
            yield f"{text} // {factor}", tuple(floor_div(d, factor) for d in row)
            above = tuple(floor_div(d + factor - 1, factor) for d in row)
            yield f"({text} + {factor - 1}) // {factor}", above


# --- conditions -------------------------------------------------------------------------------


def conditions(traced: Trace, sizes: OpenSizes) -> list[str]:
    """What the model's own code asks of open sizes: ``H >= 32``. (What layers ask of them, the
    language checks.) Raises CannotImport for other questions than the language has."""
    guards = filter(_is_of_model, _guards(traced)) if sizes.defaults else ()
    return list(dict.fromkeys(c for guard in guards for c in _conditions(guard, traced, sizes)))


def _is_of_model(guard: Any) -> bool:
    """Whether code outside of PyTorch asked for something."""
    import torch

    file = getattr(guard.sloc.framework_loc, "filename", "")
    return bool(file) and Path(torch.__file__).parent not in Path(file).parents


def _conditions(guard: Any, traced: Trace, sizes: OpenSizes) -> Iterator[str]:
    from sympy import Eq
    from torch.utils._sympy.functions import Mod, PythonMod

    asked = guard.expr
    words = {name: text for name, text in _export_names(sizes) if name in map(str, asked.atoms())}
    if not words:
        return
    remainder = asked.lhs if asked.func is Eq and isinstance(asked.lhs, Mod | PythonMod) else None
    if remainder is not None and remainder.args[0].is_Symbol and len(words) == 1:
        yield f"{words[str(remainder.args[0])]} % {remainder.args[1]} == {asked.rhs}"
    elif len(words) > 1 or asked.func is Eq or asked.has(Mod, PythonMod):
        raise CannotImport(f"the model asks if {asked}, in {guard.sloc}")
    else:
        ((name, word),) = words.items()
        ranges = _environment(traced).var_to_range
        yield from _bounds(word, next(r for s, r in ranges.items() if str(s) == name))


def _export_names(sizes: OpenSizes) -> Iterator[tuple[str, str]]:
    """The names that export has for the net's sizes, each with ours."""
    for name, size in sizes.symbols.items():
        yield from ((name, word) for word, named in sizes.named.items() if named == size)


def _bounds(name: str, values: Any) -> Iterator[str]:
    """A size's range. Two is the least that export knows for any size."""
    if values.lower > 2:
        yield f"{name} >= {values.lower}"
    if values.upper.is_Integer:
        yield f"{name} <= {values.upper}"
