"""Joining tensors, and splitting one into a bundle (torch.cat, torch.chunk and the like)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from ..dims import Dim, Size, floor_div, less
from ..layer import Example, Foreign, Refused, axis, same, short, tried
from ..lifting import CannotLift, Lift, OpCall
from ..lowering import Input, Lowering, function
from ..types import TensorType
from .operands import axis_name, conjunction, listed, promote
from .shape import Reshaping, axis_of, comma, on_input, with_axis

MOST_RESULTS: Final = 4096
"""The limit for a bundle: a spec from a stranger must not fill the memory."""


# --- joining ---------------------------------------------------------------------------------


def _stacked(call: OpCall, dim: int) -> dict[str, int]:
    """The axis along which tensors with so many axes are joined; others would be given more."""
    first = call.tensor(call.arguments["tensors"][0])
    if first is None or first.rank <= dim:
        raise CannotLift(f"{call.op} adds axes to tensors with so few")
    return {"dim": dim}


class Concat(Reshaping):
    """Joins tensors along an axis, by default the channels: ``[a, b] > concat``. They agree in all
    other axes.

    https://docs.pytorch.org/docs/stable/generated/torch.cat.html
    """

    word = "concat"
    complexes = True
    foreign = (
        Foreign("cat concat", "dim", added={"dim": "0"}),
        Foreign("concatenate"),
    )
    role = "join"
    keeps_axes = True
    aliases = ("cat",)
    arity = (1, None)
    lifts = (
        Lift("cat concat concatenate"),
        Lift("vstack", lambda call: _stacked(call, 0)),
        Lift("hstack", lambda call: _stacked(call, 1)),
        Lift("dstack", lambda call: _stacked(call, 2)),
    )
    examples = (Example("concat", "3x8x8", "5x8x8"), Example("concat(-1)", "12x8", "12x4"))

    dim: int = 1

    def infer(self, *inputs: TensorType) -> TensorType:
        first, *others = inputs
        if any(other.rank != first.rank for other in others):
            raise Refused(
                "concat needs tensors with as many axes",
                code="E302",
                detail=f"got {listed(t.shape for t in inputs)}",
                help="`flatten` removes axes, `unsqueeze(dim)` adds one",
            )
        at = axis(self.dim, first.rank)
        for other in others:
            self._check(first, other, at, inputs)
        shape = [self._agreed(i, inputs) for i in range(first.rank)]
        shape[at] = sum((t.shape[at] for t in others), first.shape[at])
        return TensorType(tuple(shape), promote(*inputs))

    @staticmethod
    def _agreed(index: int, inputs: Sequence[TensorType]) -> Dim:
        """The size of an axis that all inputs share: a number if one of them has one."""
        sizes = [t.shape[index] for t in inputs]
        return next((s for s in sizes if isinstance(s, int)), sizes[0])

    def _check(
        self, first: TensorType, other: TensorType, at: int, inputs: Sequence[TensorType]
    ) -> None:
        pairs = enumerate(zip(first.shape, other.shape, strict=True))
        wrong = [i for i, (a, b) in pairs if i != at and not same(a, b)]
        if not wrong:
            return
        axes = conjunction([axis_name(i, first.rank) for i in wrong])
        raise Refused(
            f"concat needs tensors that agree in all axes but {at}",
            code="E302",
            detail=f"got {listed(t.shape for t in inputs)}: they differ in {axes}",
            help=self._remedy(inputs, wrong),
        )

    def _remedy(self, inputs: Sequence[TensorType], wrong: list[int]) -> tuple[str, ...]:
        if len(wrong) == 1 and tried(self, *inputs, dim=wrong[0]):
            return (f"`concat(dim={wrong[0]})` joins along the axis in which they differ",)
        return ()

    def lower(self, *inputs: TensorType) -> Lowering:
        return function("torch.cat", [Input(i) for i in range(len(inputs))], dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return "concat", "" if self.dim == 1 else f"dim {self.dim}"


class Stack(Reshaping):
    """Joins tensors of one shape along a new axis: ``[a, b] > stack(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.stack.html
    """

    word = "stack"
    complexes = True
    foreign = (Foreign("stack", "dim"),)
    role = "stack"
    arity = (1, None)
    lifts = (Lift(),)
    examples = (Example("stack(1)", "8", "8"), Example("stack(dim=-1)", "12x8", "12x8"))

    dim: int

    def infer(self, *inputs: TensorType) -> TensorType:
        first = inputs[0]
        for other in inputs[1:]:
            if other.rank != first.rank or not all(map(same, first.shape, other.shape)):
                raise Refused(
                    "stack needs tensors of one shape",
                    code="E302",
                    detail=f"got {listed(t.shape for t in inputs)}",
                )
        at = axis(self.dim, first.rank + 1)
        shape = (*first.shape[:at], len(inputs), *first.shape[at:])
        return TensorType(shape, promote(*inputs))

    def lower(self, *inputs: TensorType) -> Lowering:
        return function("torch.stack", [Input(i) for i in range(len(inputs))], dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return "stack", f"dim {self.dim}"


class Meshgrid(Reshaping):
    """Coordinates from lists of them: ``y, x = [arange(h), arange(w)] > meshgrid`` gives two
    tensors [h, w]. ``indexing=xy`` swaps the first two axes.

    https://docs.pytorch.org/docs/stable/generated/torch.meshgrid.html
    """

    word = "meshgrid"
    arity = (1, None)
    results = "bundle"
    lifts = (Lift(),)
    examples = (Example("meshgrid", "", ""),)

    indexing: Literal["ij", "xy"] = "ij"

    def infer(self, *inputs: TensorType) -> tuple[TensorType, ...]:
        if any(t.rank > 1 for t in inputs):
            raise Refused(
                "meshgrid needs tensors with one axis",
                detail=f"got {listed(t.shape for t in inputs)}",
            )
        if any(t.dtype != inputs[0].dtype for t in inputs):
            raise Refused("meshgrid needs tensors of one dtype", code="E303")
        sizes = [t.shape[0] if t.shape else 1 for t in inputs]
        if self.indexing == "xy" and len(sizes) > 1:
            sizes[:2] = sizes[1::-1]
        return tuple(t.with_shape(*sizes) for t in inputs)

    def lower(self, *inputs: TensorType) -> Lowering:
        tensors = (Input(i) for i in range(len(inputs)))
        return function("torch.meshgrid", *tensors, indexing=self.indexing)


# --- splitting -------------------------------------------------------------------------------


def _check_results(word: str, count: int) -> None:
    if count > MOST_RESULTS:
        raise Refused(f"{word} gives {count} tensors, and the limit is {MOST_RESULTS}")


def _open_axis(word: str, at: int, size: Dim, help: str) -> Refused:
    return Refused(
        f"{word} needs to know the size of axis {at}, which is {size}",
        code="E311",
        setting="dim",
        detail="the number of tensors would depend on the input",
        help=help,
    )


class Splitting(Reshaping):
    """Base: splits a tensor into a bundle, along one axis."""

    results = "bundle"

    dim: int

    def sizes_along(self, size: Dim, at: int) -> list[Dim]:
        """The sizes of the parts."""
        raise NotImplementedError

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        at = axis_of(self.word, self.dim, x)
        parts = self.sizes_along(x.shape[at], at)
        return tuple(x.with_shape(*with_axis(x.shape, at, part)) for part in parts)


class Chunk(Splitting):
    """A number of equal parts along an axis: ``q, k, v = x > chunk(3, dim=-1)``. If the number
    does not divide the size, the last part is smaller (and there may be fewer, as in PyTorch).

    https://docs.pytorch.org/docs/stable/generated/torch.chunk.html
    """

    word = "chunk"
    complexes = True
    keeps_axes = True
    lifts = (Lift("chunk", count="chunks"),)
    examples = (Example("chunk(3, dim=-1)", "12x24"), Example("chunk(2, dim=1)", "5x8"))

    count: int
    dim: int

    def sizes_along(self, size: Dim, at: int) -> list[Dim]:
        if self.count < 1:
            raise Refused(f"chunk cannot make {self.count} parts", setting="count")
        if isinstance(size, Size):
            _check_results("chunk", self.count)
            # Assumed to be a multiple, which is almost always true: sizes stay readable.
            each = floor_div(size, self.count)
            if not same(each * self.count, size):
                raise _open_axis("chunk", at, size, "`split` takes the sizes of the parts")
            return [each] * self.count
        each = -(-size // self.count)
        if each == 0:
            _check_results("chunk", self.count)
            return [0] * self.count
        return _even_parts("chunk", size, each)

    def lower(self, _: TensorType) -> Lowering:
        return on_input("chunk", self.count, dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return f"chunk {self.count}", f"dim {self.dim}"


def _even_parts(word: str, size: int, each: int) -> list[Dim]:
    """Parts of one size; the last one has the remaining size."""
    count = -(-size // each)
    _check_results(word, count)
    return [*[each] * (count - 1), size - each * (count - 1)]


def _between(call: OpCall) -> tuple[Dim, ...]:
    """The sizes of parts that are cut at given places."""
    size = call.type("self").shape[call.arguments["dim"]]
    places = [0, *call["indices"], size]
    return tuple(b - a for a, b in pairwise(places))


def _shares(call: OpCall) -> tuple[Dim, ...]:
    """The sizes of a number of parts; the first ones are larger by 1 if need be."""
    size, count = call.type("self").shape[call.arguments["dim"]], call["sections"]
    if not isinstance(size, int) or not isinstance(count, int):
        raise CannotLift(f"{call.op} of an axis of {size} makes parts of sizes that are not known")
    return tuple(size // count + (i < size % count) for i in range(count))


class Split(Splitting):
    """Parts of given sizes along an axis: ``a, b = x > split([64, 32], dim=1)``; one number is the
    size of each part, and the last part has the remaining size.

    https://docs.pytorch.org/docs/stable/generated/torch.split.html
    """

    word = "split"
    complexes = True
    keeps_axes = True
    lifts = (
        Lift("split.Tensor split.sizes", sizes="split_size"),
        Lift("split_with_sizes", sizes="split_sizes"),
        Lift("tensor_split.indices", lambda call: {"sizes": _between(call)}),
        Lift("tensor_split.sections", lambda call: {"sizes": _shares(call)}),
    )
    examples = (Example("split([16, 8], dim=-1)", "12x24"), Example("split(2, dim=1)", "5x8"))

    sizes: Dim | tuple[Dim, ...]
    dim: int

    def sizes_along(self, size: Dim, at: int) -> list[Dim]:
        if isinstance(self.sizes, tuple):
            return self._given(self.sizes, size, at)
        if less(self.sizes, 0) is True or (self.sizes == 0 and size != 0):
            raise Refused(f"split cannot make parts of size {self.sizes}", setting="sizes")
        if self.sizes == 0 or size == 0:
            return [size]
        if isinstance(self.sizes, int) and isinstance(size, int):
            return _even_parts("split", size, self.sizes)
        count = floor_div(size, self.sizes)
        if isinstance(count, Size) or count * self.sizes != size:
            raise _open_axis("split", at, size, "`chunk(2)` takes the number of parts")
        _check_results("split", count)
        return [self.sizes] * count

    @staticmethod
    def _given(sizes: tuple[Dim, ...], size: Dim, at: int) -> list[Dim]:
        if any(less(s, 0) is True for s in sizes):
            raise Refused("split cannot make a part of negative size", setting="sizes")
        total = sum(sizes, start=0)
        if not sizes or not same(total, size):
            text = " + ".join(map(str, sizes))
            raise Refused(
                f"split needs sizes that add up to axis {at}'s {size}",
                setting="sizes",
                detail=f"{text} is {total}" if len(sizes) > 1 else "",
            )
        return list(sizes)

    def lower(self, _: TensorType) -> Lowering:
        return on_input("split", self.sizes, dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return f"split {comma(self.sizes)}", f"dim {self.dim}"


class Unbind(Reshaping):
    """The slices along an axis, without it: ``a, b, c = x > unbind(1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.unbind.html
    """

    word = "unbind"
    complexes = True
    foreign = (Foreign("unbind", "dim"),)
    results = "bundle"
    lifts = (Lift("unbind.int"),)
    examples = (Example("unbind(1)", "3x8"),)

    dim: int

    def infer(self, x: TensorType) -> tuple[TensorType, ...]:
        at = axis_of("unbind", self.dim, x)
        count = x.shape[at]
        if isinstance(count, Size):
            raise _open_axis("unbind", at, count, "`scan` runs a block along an axis of any size")
        _check_results("unbind", count)
        return (x.with_shape(*x.shape[:at], *x.shape[at + 1 :]),) * count

    def lower(self, _: TensorType) -> Lowering:
        return on_input("unbind", dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return "unbind", f"dim {self.dim}"


class Narrow(Reshaping):
    """``length`` elements of an axis from ``start`` on: ``x > narrow(1, start=2, length=3)``.

    https://docs.pytorch.org/docs/stable/generated/torch.narrow.html
    """

    word = "narrow"
    complexes = True
    keeps_axes = True
    lifts = (Lift("narrow.default"),)
    examples = (Example("narrow(1, start=2, length=3)", "12x8"),)

    dim: int
    start: Dim
    length: Dim

    def infer(self, x: TensorType) -> TensorType:
        at = axis_of("narrow", self.dim, x)
        size = x.shape[at]
        start = self.start + size if less(self.start, 0) is True else self.start
        if short(start, 0) or short(size, start + self.length) or short(self.length, 0):
            raise Refused(
                f"narrow takes {self.length} from {self.start} on, and axis {at} has {size}",
                setting="length",
            )
        return x.with_shape(*with_axis(x.shape, at, self.length))

    def lower(self, _: TensorType) -> Lowering:
        return on_input("narrow", self.dim, self.start, self.length)

    def caption(self) -> tuple[str, str]:
        return "narrow", f"dim {self.dim}: {self.start}, {self.length}"
