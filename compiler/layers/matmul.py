"""Products of matrices, and sums of products in general (torch.matmul, torch.einsum)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import ClassVar, Final

from ..dims import Dim, product
from ..layer import Category, Example, Foreign, Layer, Refused, Tensor, broadcast, numel, same
from ..lifting import Lift
from ..lowering import Infix, Input, Lowering, function, given
from ..types import Dtype, TensorType
from .operands import conjunction, listed, need_float, promote

# --- matrices --------------------------------------------------------------------------------


class Product(Layer):
    """Base: a product of two tensors, both piped or the second given as ``other``."""

    category: ClassVar[Category] = "math"
    arity: ClassVar[tuple[int, int | None]] = (1, 2)
    positional = 1

    other: float | Tensor | None = None
    reversed: bool = False

    def operands(self, *inputs: TensorType) -> tuple[TensorType, TensorType]:
        """The two tensors, in order. Raises Refused if there are not two."""
        operands = inputs if self.other is None else (*inputs, self.other)
        tensors = tuple(t for t in operands if isinstance(t, TensorType))
        if len(tensors) != 2 or len(operands) != 2:
            number = self.other is not None and not isinstance(self.other, TensorType)
            raise Refused(
                f"{self.word} needs two tensors",
                help="`*` scales by a number" if number else f"`[a, b] > {self.word}` or `a @ b`",
            )
        a, b = tensors
        return (b, a) if self.reversed else (a, b)

    def check(self, a: TensorType, b: TensorType) -> None:
        if a.dtype != b.dtype or a.dtype == "bool":
            raise Refused(
                f"{self.word} needs two tensors of floats, or of ints",
                code="E303",
                detail=f"got {a.dtype}s and {b.dtype}s",
                help="`cast(float)`",
            )
        if not (a.rank and b.rank):
            raise Refused(f"{self.word} needs tensors with axes", detail="`*` takes any")

    def check_inner(self, a: TensorType, b: TensorType) -> None:
        """Refuses operands that differ in the axis to sum over."""
        columns, rows = a.shape[-1], b.shape[-min(b.rank, 2)]
        if same(columns, rows):
            return
        transposed = b.rank > 1 and b.shape[-1] == columns
        raise Refused(
            f"{self.word} needs as many columns on the left as rows on the right",
            code="E302",
            detail=f"got {listed([a.shape, b.shape])}: {columns} columns and {rows} rows",
            help="`b > transpose(-2, -1)` swaps the second's" if transposed else (),
        )

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        a, b = self.operands(*inputs)
        # PyTorch's counter ignores products with a vector on the right, and with a vector of one
        # element on the left of a batch.
        if b.rank == 1 or (a.shape == (1,) and b.rank > 2):
            return 0
        return numel(outputs[0].shape) * a.shape[-1]

    def caption(self) -> tuple[str, str]:
        return self.shown, ""


class Matmul(Product):
    """The matrix product of the last two axes, the others broadcast: ``a @ b``,
    ``[a, b] > matmul``, ``a > matmul(b)``.

    https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
    """

    word = "matmul"
    complexes = True
    foreign = (
        Foreign("matmul", ""),
        Foreign("mm"),
    )
    role = "product"
    lifts = (Lift("matmul mm mv dot vdot"),)
    examples = (
        Example("matmul", "12x8", "8x4"),
        Example("matmul(a)", "2x12x8", a="2x8x12"),
    )

    def infer(self, *inputs: TensorType) -> TensorType:
        a, b = self.operands(*inputs)
        self.check(a, b)
        self.check_inner(a, b)
        batch = broadcast(a.shape[:-2], b.shape[:-2])
        if batch is None:
            raise Refused(
                "matmul needs leading axes that match",
                code="E302",
                detail=f"got {listed([a.shape, b.shape])}: all but the last two must match",
            )
        rows, columns = a.shape[-2:-1], b.shape[-1:] if b.rank > 1 else ()
        return TensorType((*batch, *rows, *columns), a.dtype)

    def lower(self, *inputs: TensorType) -> Lowering:
        self.operands(*inputs)
        order = (1, 0) if self.reversed else (0, 1)
        return Lowering(forward=Infix("@", *map(Input, order)))

    def caption(self) -> tuple[str, str]:
        return "@", ""


class Bmm(Product):
    """The matrix product of each pair in two batches: [B, n, k] and [B, k, m] to [B, n, m].

    https://docs.pytorch.org/docs/stable/generated/torch.bmm.html
    """

    word = "bmm"
    complexes = True
    foreign = (Foreign("bmm", ""),)
    role = "product"
    lifts = (Lift("bmm.default"),)
    examples = (Example("bmm", "12x8", "8x4"),)

    def infer(self, *inputs: TensorType) -> TensorType:
        a, b = self.operands(*inputs)
        self.check(a, b)
        if a.rank != 3 or b.rank != 3 or not same(a.shape[0], b.shape[0]):
            raise Refused(
                "bmm needs two tensors [B, n, k] and [B, k, m]",
                code="E302",
                detail=f"got {listed([a.shape, b.shape])}",
                help="`@` takes any number of axes",
            )
        self.check_inner(a, b)
        return TensorType((a.shape[0], a.shape[1], b.shape[2]), a.dtype)

    def lower(self, *inputs: TensorType) -> Lowering:
        self.operands(*inputs)
        order = (1, 0) if self.reversed else (0, 1)
        return function("torch.bmm", *map(Input, order))


class Outer(Product):
    """The products of each element of one vector with each of another: [n] and [m] to [n, m].

    https://docs.pytorch.org/docs/stable/generated/torch.outer.html
    """

    word = "outer"
    keeps_axes = False
    lifts = (Lift(),)
    examples = (Example("outer", "", ""),)

    def infer(self, *inputs: TensorType) -> TensorType:
        a, b = self.operands(*inputs)
        if a.rank != 1 or b.rank != 1:
            raise Refused(
                "outer needs two tensors with one axis",
                detail=f"got {listed([a.shape, b.shape])}",
                help='`einsum("b i, b j -> b i j")` takes batches of them',
            )
        return TensorType((*a.shape, *b.shape), promote(a, b))

    def macs(self, *_: Sequence[TensorType]) -> Dim:
        return 0

    def lower(self, *inputs: TensorType) -> Lowering:
        self.operands(*inputs)
        order = (1, 0) if self.reversed else (0, 1)
        return function("torch.outer", *map(Input, order))


class Cdist(Product):
    """The p-distances of each row of one tensor to each of another: [..., n, d] and [..., m, d] to
    [..., n, m].

    https://docs.pytorch.org/docs/stable/generated/torch.cdist.html
    """

    word = "cdist"
    keeps_axes = False
    lifts = (Lift(idle="compute_mode"),)
    examples = (Example("cdist", "12x8", "5x8"), Example("cdist(a, p=1)", "12x8", a="5x8"))

    other: float | Tensor | None = None
    p: float = 2.0
    reversed: bool = False

    def infer(self, *inputs: TensorType) -> TensorType:
        a, b = self.operands(*inputs)
        for x in (a, b):
            need_float("cdist", x, None)
        if self.p < 0:
            raise Refused(f"cdist needs a p of at least 0, got {self.p}", setting="p")
        batch = broadcast(a.shape[:-2], b.shape[:-2])
        if a.rank < 2 or b.rank < 2 or batch is None or not same(a.shape[-1], b.shape[-1]):
            raise Refused(
                "cdist needs rows of one length, [..., n, d] and [..., m, d]",
                code="E302",
                detail=f"got {listed([a.shape, b.shape])}",
            )
        return TensorType((*batch, a.shape[-2], b.shape[-2]))

    def macs(self, *_: Sequence[TensorType]) -> Dim:
        return 0  # PyTorch's counter ignores distances

    def lower(self, *inputs: TensorType) -> Lowering:
        self.operands(*inputs)
        order = (1, 0) if self.reversed else (0, 1)
        return function("torch.cdist", *map(Input, order), **given(p=(self.p, 2.0)))


# --- einsum ----------------------------------------------------------------------------------

ELLIPSIS: Final = "..."
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Einsum(Layer):
    """A sum of products, by the names of axes: ``[q, k] > einsum("b i d, b j d -> b i j")`` or
    PyTorch's compact ``"bid,bjd->bij"``. Names that are missing on the right are summed over.

    If blanks separate the names, these can be words; ``...`` stands for any axes.

    https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """

    word = "einsum"
    complexes = True
    keeps_axes = False
    category = "math"
    arity = (1, None)
    lifts = (Lift("einsum.default", pattern="equation", idle="path"),)
    examples = (
        Example('einsum("b i d, b j d -> b i j")', "12x8", "10x8"),
        Example('einsum("bhid,bhdj->bhij")', "2x12x8", "2x8x12"),
        Example('einsum("batch time depth -> batch depth")', "12x8"),
    )

    pattern: str

    def infer(self, *inputs: TensorType) -> TensorType:
        return _Einsum(self.pattern, inputs).result()

    def macs(self, inputs: Sequence[TensorType], _: Sequence[TensorType]) -> Dim:
        einsum = _Einsum(self.pattern, inputs)
        einsum.result()
        return einsum.macs

    def lower(self, *inputs: TensorType) -> Lowering:
        terms, output = parse_einsum(self.pattern)
        pattern = _torch_pattern(terms, output)
        return function("torch.einsum", pattern, *(Input(i) for i in range(len(inputs))))

    def caption(self) -> tuple[str, str]:
        return "einsum", self.pattern.replace("->", "→")


def _bad_pattern(pattern: str, reason: str, help: str | tuple[()] = ()) -> Refused:
    return Refused(f'einsum("{pattern}"): {reason}', setting="pattern", help=help)


def parse_einsum(pattern: str) -> tuple[list[list[str]], list[str] | None]:
    """The names of each operand's axes, and of the result's, None if the pattern has no arrow."""
    left, *right = pattern.split("->")
    texts = left.split(",") + right
    if len(right) > 1:
        raise _bad_pattern(pattern, "it has two arrows")
    words = any(len(t.split()) > 1 or "_" in t for t in texts)
    terms = [_names(pattern, text, words=words) for text in texts]
    if not right:
        if words and any(len(n) > 1 for t in terms for n in t if n != ELLIPSIS):
            raise _bad_pattern(pattern, "without `->` it does not say which names stay")
        return terms, None
    return terms[:-1], terms[-1]


def _names(pattern: str, text: str, *, words: bool) -> list[str]:
    parts = text.replace(ELLIPSIS, f" {ELLIPSIS} ").split()
    if not words:
        parts = [n for p in parts for n in ([p] if p == ELLIPSIS else p)]
    for name in parts:
        if name != ELLIPSIS and not (name.isidentifier() if words else name in LETTERS):
            raise _bad_pattern(
                pattern,
                f"`{name}` is not a name for an axis",
                "`rearrange` splits and joins axes" if set(name) & set("()1") else (),
            )
    if parts.count(ELLIPSIS) > 1:
        raise _bad_pattern(pattern, "one tensor has two `...`")
    return parts


def _torch_pattern(terms: list[list[str]], output: list[str] | None) -> str:
    """PyTorch's form of a pattern, with a letter for each name."""
    letters: dict[str, str] = {ELLIPSIS: ELLIPSIS}
    names = dict.fromkeys(n for t in terms for n in t if n != ELLIPSIS)
    for name in sorted(names, key=len):
        taken = letters.values()
        choices = (*(c for c in name if c in LETTERS), *LETTERS)
        letters[name] = next(c for c in choices if c not in taken)
    texts = ["".join(letters[n] for n in term) for term in terms]
    arrow = "" if output is None else "->" + "".join(letters[n] for n in output)
    return ",".join(texts) + arrow


class _Einsum:
    """One evaluation in PyTorch's order: the operands from left to right, two at a time. A pair
    with an axis to sum over is a batched matrix product."""

    def __init__(self, pattern: str, inputs: Sequence[TensorType]) -> None:
        self.pattern = pattern
        self.inputs = inputs
        self.macs: Dim = 0
        self.sizes: dict[str, Dim] = {}
        terms, output = parse_einsum(pattern)
        if len(terms) != len(inputs):
            raise _bad_pattern(
                pattern, f"it has {len(terms)} operands, and {len(inputs)} tensors are given"
            )
        if len({n for t in terms for n in t}) > len(LETTERS):
            raise _bad_pattern(pattern, f"it has more than {len(LETTERS)} names")
        both = zip(inputs, terms, strict=True)
        hidden = max((x.rank - len(t) + 1 for x, t in both if ELLIPSIS in t), default=0)
        self.operands = [
            self._operand(i, term, x, hidden)
            for i, (term, x) in enumerate(zip(terms, inputs, strict=True))
        ]
        self.output = self._output(terms, output, hidden)

    def _operand(self, number: int, term: list[str], x: TensorType, hidden: int) -> dict[str, Dim]:
        """The sizes of an operand's axes by name."""
        covered = x.rank - len(term) + 1 if ELLIPSIS in term else 0
        if (x.rank != len(term) and ELLIPSIS not in term) or covered < 0:
            raise Refused(
                f'einsum("{self.pattern}"): it has {len(term)} names for {x.rank} axes',
                setting="pattern",
                input=number,
                detail=f"tensor {number + 1} is {x}",
            )
        names = _spread(term, covered, hidden)
        axes: dict[str, Dim] = {}
        for name, size in zip(names, x.shape, strict=True):
            if name in axes and not same(axes[name], size):
                raise self._clash(name, axes[name], size)
            axes.setdefault(name, size)
        for name, size in axes.items():
            earlier = self.sizes.get(name, 1)
            if earlier == 1:
                self.sizes[name] = size
            elif size != 1 and not same(earlier, size):
                raise self._clash(name, earlier, size)
            elif isinstance(size, int) and size != 1:
                self.sizes[name] = size
        return axes

    def _clash(self, name: str, a: Dim, b: Dim) -> Refused:
        shown = "an axis of `...`" if name[0].isdigit() else f"`{name}`"
        return Refused(
            f'einsum("{self.pattern}"): {shown} is {a} and {b}',
            code="E302",
            setting="pattern",
            detail=f"the tensors are {conjunction([str(t) for t in self.inputs])}",
        )

    def _output(self, terms: list[list[str]], output: list[str] | None, hidden: int) -> list[str]:
        if output is None:
            counts = Counter(n for t in terms for n in t if n != ELLIPSIS)
            once = sorted(n for n, count in counts.items() if count == 1)
            output = [ELLIPSIS, *once] if any(ELLIPSIS in t for t in terms) else once
        for name in output:
            if output.count(name) > 1:
                raise _bad_pattern(self.pattern, f"`{name}` is in the result twice")
            if name != ELLIPSIS and name not in self.sizes:
                raise _bad_pattern(self.pattern, f"`{name}` is in no operand")
        covered = hidden if any(ELLIPSIS in t for t in terms) else 0
        return _spread(output, covered, covered)

    def result(self) -> TensorType:
        axes = [self._nontrivial(a) for a in self.operands]
        dtypes = [t.dtype for t in self.inputs]
        dtype: Dtype = dtypes[0]
        current = axes[0]
        for i, other in enumerate(axes[1:], 1):
            later = set().union(*axes[i + 1 :], self.output)
            current, dtype = self._pair(current, dtype, other, dtypes[i], later)
        if len(axes) == 1 and self.operands[0].keys() - set(self.output):
            dtype = _higher(dtype, "int")
        return TensorType(tuple(self.sizes[n] for n in self.output), dtype)

    @staticmethod
    def _nontrivial(axes: dict[str, Dim]) -> dict[str, Dim]:
        return {n: d for n, d in axes.items() if d != 1}

    def _pair(
        self, a: dict[str, Dim], a_dtype: Dtype, b: dict[str, Dim], b_dtype: Dtype, later: set[str]
    ) -> tuple[dict[str, Dim], Dtype]:
        summed = [n for n in a if n in b and n not in later]
        sides = []
        for own, dtype, other in ((a, a_dtype, b), (b, b_dtype, a)):
            alone = {n for n in own if n not in other and n not in later}
            kept = {n: d for n, d in own.items() if n not in alone}
            sides.append((kept, _higher(dtype, "int") if alone else dtype))
        (a, a_dtype), (b, b_dtype) = sides
        if summed and (a_dtype != b_dtype or a_dtype == "bool"):
            raise Refused(
                "einsum multiplies floats with floats, or ints with ints",
                code="E303",
                detail=f"got {a_dtype}s and {b_dtype}s",
                help="`cast(float)`",
            )
        if summed:
            self.macs = self.macs + product((a | b).values())
        joined = {n: d for n, d in (a | b).items() if n not in summed}
        return joined, _higher(a_dtype, b_dtype)


def _higher(*dtypes: Dtype) -> Dtype:
    return promote(*(TensorType((), d) for d in dtypes))


def _spread(names: Iterable[str], covered: int, hidden: int) -> list[str]:
    """The names with `...` written out, aligned from the right: "0", "1"."""
    spread = [str(i) for i in range(hidden - covered, hidden)]
    return reduce(lambda all, name: all + (spread if name == ELLIPSIS else [name]), names, [])
