"""Reductions over axes, and layers that work along an axis and keep it: cumulative sums, sorting.

``dim`` counts as in PyTorch (0 is the batch) and is always required; ``dim=none`` means all axes,
the batch included."""

from __future__ import annotations

from typing import ClassVar, Final

from ..dims import Dim
from ..layer import Category, Example, Foreign, Made, Reach, Refused, axis, numel, short
from ..lifting import CannotLift, Lift, OpCall
from ..lowering import Code, Input, Lowering, call, function, given, method
from ..types import Dtype, Shape, TensorType
from .operands import Axial, brief, need_float, promote, reduced_axes, refuse_bool

_TORCH: Final = "https://docs.pytorch.org/docs/stable/generated/torch"


def reduced(shape: Shape, axes: tuple[int, ...], *, keepdim: bool) -> Shape:
    """The shape without the axes, or with 1 in their place."""
    if keepdim:
        return tuple(1 if i in axes else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axes)


def _over(dim: object) -> str:
    """The second line of a caption."""
    return "over all" if dim is None else f"dim {_listed(dim)}"


def _listed(dim: object) -> str:
    return ", ".join(map(str, dim)) if isinstance(dim, tuple) else str(dim)


def _axes_of(call: OpCall) -> dict[str, object]:
    """The axes that an op reduces; None for all."""
    dim = call.get("dim")
    return {"dim": dim if isinstance(dim, int) or dim else None}


def _correction(call: OpCall) -> dict[str, object]:
    """What the divisor lacks. ``unbiased`` is an older form."""
    correction = call.get("correction")
    plain = int(call["unbiased"]) if "unbiased" in call else 1
    return {"correction": plain if correction is None else correction}


def _spread_of(call: OpCall) -> dict[str, object]:
    return _axes_of(call) | _correction(call)


def _vector_norm(call: OpCall) -> dict[str, object]:
    order, dim = call["ord"], call.arguments["dim"]
    if order is not None and (dim is None or len(dim) != 1):
        raise CannotLift("a norm of matrices has no counterpart")
    return _axes_of(call) | {"p": 2.0 if order is None else order}


# --- reductions ------------------------------------------------------------------------------


class Reduction(Axial):
    """Base: reduces one axis, several (``dim=[2, 3]``), or all (``dim=none``)."""

    category: ClassVar[Category] = "math"
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(read=_axes_of),)

    dim: int | tuple[int, ...] | None
    keepdim: bool = False

    def dtype(self, x: TensorType) -> Dtype:
        """The result's dtype. Raises Refused for dtypes that PyTorch refuses."""
        return x.dtype

    def infer(self, x: TensorType) -> TensorType:
        dtype = self.dtype(x)
        axes = reduced_axes(self.dim, x.rank)
        return TensorType(reduced(x.shape, axes, keepdim=self.keepdim), dtype)

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=method(Input(0), self.word, **self.arguments()))

    def arguments(self) -> dict[str, Code]:
        dim = {} if self.dim is None and not self.keepdim else {"dim": self.dim}
        return dim | given(keepdim=(self.keepdim, False))

    def caption(self) -> tuple[str, str]:
        return self.shown, _over(self.dim)


class OfFloats(Reduction):
    """Base: a reduction of floats."""

    def dtype(self, x: TensorType) -> Dtype:
        need_float(self.word, x)
        return x.dtype


class Counted(Reduction):
    """Base: a reduction in which bools count as 0 and 1."""

    def dtype(self, x: TensorType) -> Dtype:
        return promote(x, 1)


class Asked(Reduction):
    """Base: a question about the elements."""

    def dtype(self, _: TensorType) -> Dtype:
        return "bool"


class Mean(OfFloats):
    """The mean: ``x > mean(1)``, ``mean([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.mean.html
    """

    word = "mean"
    complexes = True
    foreign = (Foreign("mean", "dim"),)
    lifts = (Lift("mean.default mean.dim", _axes_of),)
    examples = (Example("mean(1)", "12x8"), Example("mean([2, 3])", "3x8x8"))

    def dtype(self, x: TensorType) -> Dtype:
        return x.dtype if x.dtype == "complex" else super().dtype(x)


class Sum(Counted):
    """The sum: ``x > sum(1)``, ``sum([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.sum.html
    """

    word = "sum"
    complexes = True
    foreign = (Foreign("sum", "dim"),)
    examples = (Example("sum(1)", "12x8"), Example("sum([2, 3])", "3x8x8"))


class Amax(Reduction):
    """The largest element; over several axes too, without indices: ``x > amax(1)``,
    ``amax([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.amax.html
    """

    word = "amax"
    foreign = (Foreign("amax", "dim"),)
    examples = (Example("amax(1)", "12x8"), Example("amax([2, 3])", "3x8x8"))


class Amin(Reduction):
    """The smallest element; over several axes too, without indices: ``x > amin(1)``,
    ``amin([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.amin.html
    """

    word = "amin"
    foreign = (Foreign("amin", "dim"),)
    examples = (Example("amin(1)", "12x8"), Example("amin([2, 3])", "3x8x8"))


class Any(Asked):
    """Whether any element is true (or not 0): ``x > any(1)``, ``any([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.any.html
    """

    word = "any"
    examples = (Example("any(1)", "12x8"), Example("any([2, 3])", "3x8x8"))


class All(Asked):
    """Whether all elements are true (or not 0): ``x > all(1)``, ``all([2, 3], keepdim=true)``.

    https://docs.pytorch.org/docs/stable/generated/torch.all.html
    """

    word = "all"
    examples = (Example("all(1)", "12x8"), Example("all([2, 3])", "3x8x8"))


class Logsumexp(Reduction):
    """``log(sum(exp(x)))`` without overflow: ``x > logsumexp(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html
    """

    word = "logsumexp"
    examples = (Example("logsumexp(1)", "12x8"),)

    def dtype(self, _: TensorType) -> Dtype:
        return "float"

    def lower(self, x: TensorType) -> Lowering:
        every = tuple(range(x.rank)) if self.dim is None else self.dim
        return Lowering(forward=method(Input(0), "logsumexp", **self.arguments() | {"dim": every}))


class CountNonzero(Reduction):
    """How many elements are not 0 (or true): ``x > count_nonzero(1)``, ints.

    https://docs.pytorch.org/docs/stable/generated/torch.count_nonzero.html
    """

    word = "count_nonzero"
    examples = (Example("count_nonzero(1)", "12x8"),)

    def dtype(self, _: TensorType) -> Dtype:
        if self.keepdim:
            raise Refused("count_nonzero cannot keep an axis", setting="keepdim")
        return "int"


class Spread(OfFloats):
    """Base of the deviations; ``correction=0`` divides by the count, 1 by one less."""

    lifts: ClassVar[tuple[Lift, ...]] = (Lift(read=_spread_of),)

    correction: int = 1

    def infer(self, x: TensorType) -> TensorType:
        count = numel([x.shape[a] for a in reduced_axes(self.dim, x.rank)] if x.rank else ())
        if short(count, self.correction + 1):
            raise Refused(
                f"{self.word} of {count} elements with correction={self.correction} divides by 0",
                setting="dim",
                input=0,
                help="`correction=0` divides by the count",
            )
        return super().infer(x)

    def arguments(self) -> dict[str, Code]:
        return super().arguments() | given(correction=(self.correction, 1))


class Std(Spread):
    """The standard deviation: ``x > std(1)``; ``correction=0`` divides by the count, 1 by one less.

    https://docs.pytorch.org/docs/stable/generated/torch.std.html
    """

    word = "std"
    foreign = (Foreign("std", "dim"),)
    examples = (Example("std(1)", "12x8"), Example("std(-1, correction=0)", "12x8"))

    dim: int | tuple[int, ...] | None
    keepdim: bool = False


class Var(Spread):
    """The variance: ``x > var(1)``; ``correction=0`` divides by the count, 1 by one less.

    https://docs.pytorch.org/docs/stable/generated/torch.var.html
    """

    word = "var"
    foreign = (Foreign("var", "dim"),)
    examples = (Example("var(1)", "12x8"), Example("var(-1, correction=0)", "12x8"))

    dim: int | tuple[int, ...] | None
    keepdim: bool = False


class Norm(OfFloats):
    """The p-norm: ``x > norm(1)``, ``norm([1, 2], p=1)``; ``p=2`` is the Euclidean one.

    https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
    """

    word = "norm"
    lifts = (
        Lift("linalg_vector_norm", _axes_of, p="ord"),
        Lift("norm.Scalar norm.ScalarOpt_dim", _axes_of),
        Lift("linalg_norm.default", _vector_norm),
    )
    examples = (Example("norm(1)", "12x8"), Example("norm(-1, p=1, keepdim=true)", "12x8"))

    dim: int | tuple[int, ...] | None
    keepdim: bool = False
    p: float = 2.0

    def lower(self, _: TensorType) -> Lowering:
        order = () if self.p == 2 else (self.p,)
        return function("torch.linalg.vector_norm", Input(0), *order, **self.arguments())

    def caption(self) -> tuple[str, str]:
        return f"norm {brief(self.p)}", _over(self.dim)


class OneAxis(Reduction):
    """Base: reduces one axis, or all; PyTorch has no form for several."""

    dim: int | None


class Prod(OneAxis):
    """The product: ``x > prod(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.prod.html
    """

    word = "prod"
    examples = (Example("prod(1)", "12x8"),)

    def dtype(self, x: TensorType) -> Dtype:
        if self.dim is None and self.keepdim:
            raise Refused("prod over all axes cannot keep them", setting="keepdim")
        return promote(x, 1)


def _possible_places(how: Made, dim: int | None) -> Reach | None:
    """The reach of a place on an axis, or among all elements. Each of them may occur, and none
    must."""
    x = how.inputs[0]
    size = numel(x.shape) if dim is None or not x.rank else x.shape[axis(dim, x.rank)]
    return None if how.sure else (0, size - 1)


class Arg(OneAxis):
    """Base: the place of an element."""

    def dtype(self, x: TensorType) -> Dtype:
        refuse_bool(self.word, x, help="`cast(int)`")
        return "int"

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return _possible_places(how, self.dim)


class Argmax(Arg):
    """Where the largest element stands: ``x > argmax(1)``, ints.

    https://docs.pytorch.org/docs/stable/generated/torch.argmax.html
    """

    word = "argmax"
    foreign = (Foreign("argmax", "dim"),)
    examples = (Example("argmax(1)", "12x8"),)


class Argmin(Arg):
    """Where the smallest element stands: ``x > argmin(1)``, ints.

    https://docs.pytorch.org/docs/stable/generated/torch.argmin.html
    """

    word = "argmin"
    foreign = (Foreign("argmin", "dim"),)
    examples = (Example("argmin(1)", "12x8"),)


# --- elements with their indices -------------------------------------------------------------


class Indexed(Axial):
    """Base: selects elements along one axis; their indices there are a side result."""

    category: ClassVar[Category] = "math"
    results = "side"

    dim: int | None

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return _possible_places(how, self.dim) if how.index else None


class Selection(Indexed):
    """Base: selects one element. Over all axes (``dim=none``) there is no index."""

    takes_bools: ClassVar[bool] = False
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("{}.default {}.dim", _axes_of),)

    dim: int | None
    keepdim: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        if not self.takes_bools:
            refuse_bool(self.word, x)
        if self.dim is None:
            if self.keepdim:
                raise Refused(f"{self.word} over all axes cannot keep them", setting="keepdim")
            return (x.with_shape(),)
        at = axis(self.dim, max(x.rank, 1))
        result = x.with_shape(*reduced(x.shape, (at,), keepdim=self.keepdim))
        return result, result.with_dtype("int")

    def lower(self, _: TensorType) -> Lowering:
        settings = given(dim=(self.dim, None), keepdim=(self.keepdim, False))
        return Lowering(forward=method(Input(0), self.word, **settings))

    def caption(self) -> tuple[str, str]:
        return self.shown, _over(self.dim)


class Max(Selection):
    """The largest element and, as a side result, its index: ``x > max(1)``, ``y, i = x > max(1)``.

    ``maximum`` is elementwise, ``amax`` over several axes.

    https://docs.pytorch.org/docs/stable/generated/torch.max.html
    """

    word = "max"
    takes_bools = True
    examples = (Example("max(1)", "12x8"), Example("max(none)", "12x8"))


class Min(Selection):
    """The smallest element and, as a side result, its index: ``x > min(1)``, ``y, i = x > min(1)``.

    ``minimum`` is elementwise, ``amin`` over several axes.

    https://docs.pytorch.org/docs/stable/generated/torch.min.html
    """

    word = "min"
    takes_bools = True
    examples = (Example("min(1)", "12x8"),)


class Median(Selection):
    """The median (of an even count the lower) and, as a side result, its index: ``x > median(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.median.html
    """

    word = "median"
    examples = (Example("median(1)", "12x8"),)


class Mode(Selection):
    """The most frequent element and, as a side result, its index: ``x > mode(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.mode.html
    """

    word = "mode"
    takes_bools = True
    lifts = (Lift(),)
    examples = (Example("mode(1)", "12x8"),)

    dim: int


def _check_count(word: str, k: Dim, size: Dim, least: int) -> None:
    if short(k, least) or short(size, k):
        raise Refused(f"{word} cannot take {k} elements of an axis of {size}", setting="k")


class Kthvalue(Selection):
    """The k-th smallest element and, as a side result, its index: ``x > kthvalue(2, 1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.kthvalue.html
    """

    word = "kthvalue"
    lifts = (Lift(),)
    examples = (Example("kthvalue(2, 1)", "12x8"),)

    k: Dim
    dim: int
    keepdim: bool = False

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        results = super().infer(x)
        _check_count("kthvalue", self.k, x.shape[self.dim] if x.shape else 1, 1)
        return results

    def lower(self, _: TensorType) -> Lowering:
        settings = given(keepdim=(self.keepdim, False))
        return Lowering(forward=method(Input(0), "kthvalue", self.k, dim=self.dim, **settings))


class Topk(Indexed):
    """The k largest elements in order and, as a side result, their indices: ``x > topk(5, -1)``;
    ``largest=false`` for the smallest.

    https://docs.pytorch.org/docs/stable/generated/torch.topk.html
    """

    word = "topk"
    lifts = (Lift(),)
    examples = (Example("topk(5, -1)", "12x8"), Example("topk(2, dim=1, largest=false)", "12x8"))

    k: Dim
    dim: int
    largest: bool = True
    sorted: bool = True

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        refuse_bool("topk", x)
        at = axis(self.dim, max(x.rank, 1))
        _check_count("topk", self.k, x.shape[at] if x.shape else 1, 0)
        # A tensor without axes stays without.
        result = x.with_shape(*(self.k if i == at else d for i, d in enumerate(x.shape)))
        return result, result.with_dtype("int")

    def lower(self, _: TensorType) -> Lowering:
        settings = given(largest=(self.largest, True), sorted=(self.sorted, True))
        return Lowering(forward=method(Input(0), "topk", self.k, dim=self.dim, **settings))

    def caption(self) -> tuple[str, str]:
        return f"top {self.k}", _over(self.dim)


# --- along an axis that stays ----------------------------------------------------------------


class Along(Axial):
    """Base: works along one axis, and keeps the shape."""

    category: ClassVar[Category] = "math"
    elementwise = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    dim: int

    def infer(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        axis(self.dim, max(x.rank, 1))
        return x.with_dtype(promote(x, 1))

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=method(Input(0), self.word, dim=self.dim))

    def caption(self) -> tuple[str, str]:
        return self.shown, _over(self.dim)


class Cumsum(Along):
    """The sum of all elements so far: ``x > cumsum(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.cumsum.html
    """

    word = "cumsum"
    foreign = (Foreign("cumsum", "dim"),)
    mixes_along_dim = True
    examples = (Example("cumsum(1)", "12x8"),)


class Cumprod(Along):
    """The product of all elements so far: ``x > cumprod(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.cumprod.html
    """

    word = "cumprod"
    mixes_along_dim = True
    examples = (Example("cumprod(1)", "12x8"),)


class Logcumsumexp(Along):
    """``log(cumsum(exp(x)))`` without overflow: ``x > logcumsumexp(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.logcumsumexp.html
    """

    word = "logcumsumexp"
    mixes_along_dim = True
    examples = (Example("logcumsumexp(1)", "12x8"),)

    def infer(self, x: TensorType) -> TensorType:
        need_float("logcumsumexp", x)
        axis(self.dim, max(x.rank, 1))
        return x


class Running(Along):
    """Base: the largest or smallest element so far and, as a side result, its index."""

    results = "side"
    elementwise = False

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        axis(self.dim, max(x.rank, 1))
        return x, x.with_dtype("int")


class Cummax(Running):
    """The largest element so far and, as a side result, its index: ``x > cummax(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.cummax.html
    """

    word = "cummax"
    mixes_along_dim = True
    examples = (Example("cummax(1)", "12x8"),)


class Cummin(Running):
    """The smallest element so far and, as a side result, its index: ``x > cummin(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.cummin.html
    """

    word = "cummin"
    mixes_along_dim = True
    examples = (Example("cummin(1)", "12x8"),)


def _places(made: TensorType, dim: int) -> Reach | None:
    """The reach of the indices of a whole axis."""
    return (0, made.shape[axis(dim, made.rank)] - 1) if made.rank else None


class Sort(Running):
    """The elements in ascending order and, as a side result, their indices: ``x > sort(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.sort.html
    """

    word = "sort"
    mixes_along_dim = True
    lifts = (Lift("sort.default sort.stable"),)
    examples = (Example("sort(-1, descending=true)", "12x8"),)

    dim: int
    descending: bool = False
    stable: bool = False

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return _places(made, self.dim) if how.index else how.taken

    def lower(self, _: TensorType) -> Lowering:
        settings = given(descending=(self.descending, False), stable=(self.stable, False))
        return Lowering(forward=method(Input(0), "sort", dim=self.dim, **settings))


class Argsort(Along):
    """The indices that sort the elements: ``x > argsort(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.argsort.html
    """

    word = "argsort"
    mixes_along_dim = True
    examples = (Example("argsort(-1, descending=true)", "12x8"),)

    dim: int
    descending: bool = False

    def infer(self, x: TensorType) -> TensorType:
        axis(self.dim, max(x.rank, 1))
        return x.with_dtype("int")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return _places(made, self.dim)

    def lower(self, _: TensorType) -> Lowering:
        settings = given(descending=(self.descending, False))
        return Lowering(forward=method(Input(0), "argsort", dim=self.dim, **settings))


class Normalize(Along):
    """Divides by the p-norm along an axis: ``x > normalize(1)``; ``p=2`` gives unit vectors.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
    """

    word = "normalize"
    foreign = (Foreign("normalize", "p dim", added={"dim": "1"}),)
    mixes_along_dim = True
    lifts = ()
    examples = (Example("normalize(-1)", "12x8"), Example("normalize(1, p=1)", "12x8"))

    dim: int
    p: float = 2.0
    eps: float = 1e-12

    def infer(self, x: TensorType) -> TensorType:
        need_float("normalize", x)
        axis(self.dim, max(x.rank, 1))
        return x

    def lower(self, _: TensorType) -> Lowering:
        settings = given(p=(self.p, 2.0), dim=(self.dim, 1), eps=(self.eps, 1e-12))
        return Lowering(forward=call("F.normalize", Input(0), **settings))
