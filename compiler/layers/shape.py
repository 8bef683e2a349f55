"""Layers that change shapes: they reorder, add and drop axes, and move elements along them.

Sizes and axes are counted as in PyTorch: the batch is axis 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from ...grammar.wording import counted
from ..dims import Dim, Size, dim_min, equal, floor_div, less, substitute
from ..layer import Category, Example, Foreign, Refused, axis, numel, same
from ..lifting import CannotLift, Lift, Lifted, OpCall
from ..lowering import Code, Input, Lowering, function, given, method
from ..types import Shape, TensorType
from .operands import Axial, plain, reduced_axes


class Reshaping(Axial):
    """Base: moves elements without computing with them."""

    category: ClassVar[Category] = "shape"


def on_input(word: str, *args: Code, **settings: Code) -> Lowering:
    """A method of the input: ``x.permute(0, 2, 1)``."""
    return Lowering(forward=method(Input(0), word, *args, **settings))


def axis_of(word: str, dim: int, x: TensorType) -> int:
    if not x.rank:
        raise Refused(f"{word} needs a tensor with axes")
    return axis(dim, x.rank)


def comma(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _shape_text(shape: Sequence[Dim]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def with_axis(shape: Shape, at: int, size: Dim) -> Shape:
    return (*shape[:at], size, *shape[at + 1 :])


# --- sizes -----------------------------------------------------------------------------------


def _like_other(call: OpCall, layer: type[Reshaping]) -> Lifted:
    """A layer that makes the shape of another tensor."""
    return Lifted(layer(sizes=call.type("other").shape), (call["self"],))


def _ones(x: TensorType) -> tuple[int, ...]:
    """The axes of size 1."""
    return tuple(i for i, size in enumerate(x.shape) if isinstance(size, int) and size == 1)


class Reshape(Reshaping):
    """The same elements in another shape, the batch included: ``x > reshape(-1, 8, 64)``. One size
    may be -1: it follows from the others. ``flatten``, ``unflatten`` and ``rearrange`` are easier
    to read.

    https://docs.pytorch.org/docs/stable/generated/torch.reshape.html
    """

    word = "reshape"
    complexes = True
    foreign = (Foreign("view"),)
    role = "reshape"
    keeps_elements = True
    aliases = ("view",)
    variadic = True
    lifts = (
        Lift("view.default _unsafe_view", sizes="size"),
        Lift("reshape", sizes="shape"),
        Lift("ravel", added={"sizes": (-1,)}),
        Lift("view_as reshape_as", lambda call: _like_other(call, Reshape)),
    )
    examples = (Example("reshape(-1, 8, 8)", "64"), Example("reshape(-1, 2, 3, 8)", "6x8"))

    sizes: tuple[Dim, ...]

    def infer(self, x: TensorType) -> TensorType:
        wrong = next((s for s in self.sizes if less(s, -1) is True), None)
        if wrong is not None:
            raise Refused(f"reshape cannot make a size of {wrong}", setting="sizes")
        if self.sizes.count(-1) > 1:
            raise Refused("reshape can work out only one size: -1 is there twice", setting="sizes")
        total, written = numel(x.shape), numel([s for s in self.sizes if s != -1])
        fits, left = (written == total, 0) if written == 0 else (True, floor_div(total, written))
        if -1 in self.sizes and written == 0:
            raise Refused("-1 beside 0 could be any size", setting="sizes")
        if not (fits and self._fits(total, written, left)):
            raise self._misfit(x, total, written)
        return x.with_shape(*(left if s == -1 else s for s in self.sizes))

    def _fits(self, total: Dim, written: Dim, left: Dim) -> bool:
        """Whether the sizes hold as many elements as the input; ``left`` is the size for -1."""
        elements = written * left if -1 in self.sizes else written
        # A condition on the batch must hold for batches of any size.
        batches: tuple[dict[str, Dim], ...] = ({"N": 1}, {"N": 2})
        possible = (equal(substitute(total, n), substitute(elements, n)) for n in batches)
        return False not in possible and same(total, elements)

    def _misfit(self, x: TensorType, total: Dim, written: Dim) -> Refused:
        shape = _shape_text(self.sizes)
        if -1 in self.sizes:
            reason = f"{x} has {total} elements, which {written} does not divide"
        else:
            reason = f"{x} has {total} elements, {shape} has {written}"
        batch = x.rank > 0 and equal(total, written * x.shape[0]) is True and -1 not in self.sizes
        sizes = ", ".join(map(str, (-1, *self.sizes)))
        return Refused(
            f"{x} cannot become {shape}",
            detail=reason,
            setting="sizes",
            help=f"`reshape({sizes})`: the batch is an axis too" if batch else (),
        )

    def lower(self, _: TensorType) -> Lowering:
        return on_input("reshape", *open_sizes(self.sizes))

    def caption(self) -> tuple[str, str]:
        return "reshape", " × ".join(map(str, self.sizes))


def open_sizes(sizes: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The sizes for PyTorch; if only one is symbolic, PyTorch works it out from -1."""
    symbolic = [i for i, s in enumerate(sizes) if isinstance(s, Size)]
    if len(symbolic) != 1 or -1 in sizes or 0 in sizes:
        return sizes
    return with_axis(sizes, symbolic[0], -1)


class Expand(Reshaping):
    """Repeats axes of size 1 without copying, the batch included: ``x > expand(-1, 12, -1)``. -1
    keeps a size; more sizes than axes add axes in front.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html
    """

    word = "expand"
    complexes = True
    keeps_axes = True
    keeps_elements = True
    aliases = ("broadcast_to",)
    variadic = True
    lifts = (
        Lift("expand", sizes="size", idle="implicit"),
        Lift("broadcast_to", sizes="size"),
        Lift("expand_as", lambda call: _like_other(call, Expand)),
    )
    examples = (Example("expand(-1, 12, -1)", "1x8"),)

    sizes: tuple[Dim, ...]

    def infer(self, x: TensorType) -> TensorType:
        new = len(self.sizes) - x.rank
        if new < 0:
            raise Refused(
                f"expand names {counted(len(self.sizes), 'size')}, and the input has {x.rank} axes",
                setting="sizes",
                help="the batch is an axis too; -1 keeps a size",
            )
        return x.with_shape(*self._expanded((None,) * new + x.shape))

    def _expanded(self, old: tuple[Dim | None, ...]) -> Iterator[Dim]:
        for i, (size, wanted) in enumerate(zip(old, self.sizes, strict=True)):
            if wanted == -1 and size is not None:
                yield size
            elif less(wanted, 0) is True:
                raise Refused(f"axis {i} is new and needs a size, got {wanted}", setting="sizes")
            elif size is None or size == 1 or same(size, wanted):
                yield wanted
            else:
                raise Refused(
                    f"expand repeats axes of size 1, and axis {i} has {size}",
                    setting="sizes",
                    help="`tile` repeats axes of any size",
                )

    def lower(self, x: TensorType) -> Lowering:
        old = (None,) * (len(self.sizes) - x.rank) + x.shape
        sizes = (
            -1 if wanted == size else wanted for size, wanted in zip(old, self.sizes, strict=True)
        )
        return on_input("expand", *sizes)

    def caption(self) -> tuple[str, str]:
        return "expand", " × ".join("·" if s == -1 else str(s) for s in self.sizes)


class Tile(Reshaping):
    """Repeats the whole tensor along each axis, the batch included: ``x > tile(1, 2, 1)``. Fewer
    counts than axes are for the last axes.

    https://docs.pytorch.org/docs/stable/generated/torch.tile.html
    """

    word = "tile"
    complexes = True
    keeps_axes = True
    keeps_elements = True
    variadic = True
    lifts = (Lift("tile", counts="dims"), Lift("repeat", counts="repeats"))
    examples = (Example("tile(1, 2, 1)", "3x8"),)

    counts: tuple[Dim, ...]

    def infer(self, x: TensorType) -> TensorType:
        wrong = next((c for c in self.counts if less(c, 0) is True), None)
        if not self.counts:
            raise Refused("tile needs a count", setting="counts")
        if wrong is not None:
            raise Refused(f"tile cannot repeat {wrong} times", setting="counts")
        rank = max(x.rank, len(self.counts))
        shape = (1,) * (rank - x.rank) + x.shape
        counts = (1,) * (rank - len(self.counts)) + self.counts
        return x.with_shape(*(d * c for d, c in zip(shape, counts, strict=True)))

    def lower(self, _: TensorType) -> Lowering:
        return on_input("tile", *self.counts)

    def caption(self) -> tuple[str, str]:
        return "tile", " × ".join(map(str, self.counts))


def _repeated(call: OpCall) -> Lifted:
    """Without an axis, all elements are one axis."""
    x, dim = call["self"], call["dim"]
    if dim is None:
        x, dim = Lifted(Reshape(sizes=(-1,)), (x,)), 0
    return Lifted(RepeatInterleave(count=call["repeats"], dim=dim), (x,))


class RepeatInterleave(Reshaping):
    """Repeats each element in place along an axis: ``x > repeat_interleave(4, dim=1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.repeat_interleave.html
    """

    word = "repeat_interleave"
    complexes = True
    keeps_axes = True
    keeps_elements = True
    lifts = (Lift("repeat_interleave.self_int", _repeated),)
    examples = (Example("repeat_interleave(4, dim=1)", "2x8"),)

    count: Dim
    dim: int

    def infer(self, x: TensorType) -> TensorType:
        if less(self.count, 0) is True:
            raise Refused(f"repeat_interleave cannot repeat {self.count} times", setting="count")
        at = axis_of("repeat_interleave", self.dim, x)
        return x.with_shape(*with_axis(x.shape, at, x.shape[at] * self.count))

    def lower(self, _: TensorType) -> Lowering:
        return on_input("repeat_interleave", self.count, dim=self.dim)

    def caption(self) -> tuple[str, str]:
        return f"repeat ×{self.count}", f"dim {self.dim}"


class Squeeze(Reshaping):
    """Drops an axis of size 1: ``x > squeeze(1)``, ``squeeze([2, 3])``. As in PyTorch, an axis of
    another size stays.

    https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html
    """

    word = "squeeze"
    complexes = True
    keeps_elements = True
    foreign = (Foreign("squeeze", "dim"),)
    lifts = (
        Lift("squeeze.dim squeeze.dims"),
        Lift("squeeze.default", lambda call: {"dim": _ones(call.type("self"))}),
    )
    examples = (Example("squeeze(1)", "1x8"), Example("squeeze([2, 3])", "8x1x1"))

    dim: int | tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        axes = reduced_axes(self.dim, x.rank) if x.rank else ()
        open_axis = next((i for i in axes if isinstance(x.shape[i], Size)), None)
        if open_axis is not None:
            raise Refused(
                f"squeeze needs an axis of size 1, and axis {open_axis} has {x.shape[open_axis]}",
                code="E311",
                setting="dim",
                detail="the rank of the result would depend on the input",
                help=f"`[{':, ' * open_axis}0]` takes the first element, `mean(dim={open_axis})` "
                "reduces all",
            )
        return x.with_shape(*(d for i, d in enumerate(x.shape) if d != 1 or i not in axes))

    def lower(self, _: TensorType) -> Lowering:
        return on_input("squeeze", plain(self.dim))

    def caption(self) -> tuple[str, str]:
        return "squeeze", f"dim {comma(self.dim)}"


class Unsqueeze(Reshaping):
    """Adds an axis of size 1 before an axis: ``x > unsqueeze(1)``; -1 adds it at the end.

    https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html
    """

    word = "unsqueeze"
    complexes = True
    keeps_elements = True
    foreign = (Foreign("unsqueeze", "dim"),)
    lifts = (Lift(),)
    examples = (Example("unsqueeze(1)", "8"), Example("unsqueeze(-1)", "8"))

    dim: int

    def infer(self, x: TensorType) -> TensorType:
        at = axis(self.dim, x.rank + 1)
        return x.with_shape(*x.shape[:at], 1, *x.shape[at:])

    def lower(self, _: TensorType) -> Lowering:
        return on_input("unsqueeze", self.dim)

    def caption(self) -> tuple[str, str]:
        return "unsqueeze", f"dim {self.dim}"


# --- the order of axes -----------------------------------------------------------------------


class Permute(Reshaping):
    """Reorders all axes, the batch included: ``x > permute(0, 2, 1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.permute.html
    """

    word = "permute"
    complexes = True
    role = "turn"
    keeps_elements = True
    variadic = True
    lifts = (Lift(),)
    examples = (Example("permute(0, 2, 1)", "12x8"), Example("permute(0, 2, 3, 1)", "3x8x8"))

    dims: tuple[int, ...]

    def least_rank(self) -> int:
        return len(self.dims)

    def infer(self, x: TensorType) -> TensorType:
        if len(self.dims) != x.rank:
            count = counted(len(self.dims), "axis", "axes")
            raise Refused(
                f"permute names {count}, and the input has {x.rank}",
                setting="dims",
                detail=f"the input is {x}",
                help=self._with_batch(x.rank),
            )
        axes = tuple(axis(d, x.rank, setting="dims") for d in self.dims)
        if len(set(axes)) < x.rank:
            raise Refused("permute names an axis twice", setting="dims")
        return x.with_shape(*(x.shape[i] for i in axes))

    def _with_batch(self, rank: int) -> str | tuple[()]:
        if len(self.dims) != rank - 1 or sorted(self.dims) != list(range(rank - 1)):
            return ()
        return f"the batch is an axis too: `permute(0, {', '.join(str(d + 1) for d in self.dims)})`"

    def lower(self, _: TensorType) -> Lowering:
        return on_input("permute", *self.dims)

    def caption(self) -> tuple[str, str]:
        return "permute", comma(self.dims)

    def axis_order(self, rank: int) -> tuple[int, ...]:
        return tuple(d % rank for d in self.dims)


def _turned(call: OpCall) -> Lifted:
    """A tensor with its axes in the opposite order."""
    rank = call.type("self").rank
    if rank < 2:
        return call.unchanged()
    if rank == 2:
        return call.made("transpose", call["self"], dim0=0, dim1=1)
    return call.made("permute", call["self"], dims=tuple(reversed(range(rank))))


class Transpose(Reshaping):
    """Swaps two axes: ``x > transpose(1, 2)``.

    https://docs.pytorch.org/docs/stable/generated/torch.transpose.html
    """

    word = "transpose"
    complexes = True
    foreign = (Foreign("transpose", "dim0 dim1"),)
    role = "turn"
    keeps_elements = True
    aliases = ("swapaxes",)
    lifts = (
        Lift("transpose.int swapdims"),
        Lift("swapaxes", dim0="axis0", dim1="axis1"),
        Lift("t numpy_T", _turned),
        Lift("mT", added={"dim0": -2, "dim1": -1}),
    )
    examples = (Example("transpose(1, 2)", "12x8"),)

    dim0: int
    dim1: int

    def infer(self, x: TensorType) -> TensorType:
        rank = max(x.rank, 1)
        a, b = axis(self.dim0, rank, setting="dim0"), axis(self.dim1, rank, setting="dim1")
        swapped = {a: b, b: a}
        return x.with_shape(*(x.shape[swapped.get(i, i)] for i in range(x.rank)))

    def lower(self, _: TensorType) -> Lowering:
        return on_input("transpose", self.dim0, self.dim1)

    def caption(self) -> tuple[str, str]:
        return "transpose", f"{self.dim0}, {self.dim1}"

    def axis_order(self, rank: int) -> tuple[int, ...]:
        a, b = self.dim0 % rank, self.dim1 % rank
        return tuple({a: b, b: a}.get(i, i) for i in range(rank))


class Movedim(Reshaping):
    """Moves an axis, or several, to other places: ``x > movedim(1, -1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.movedim.html
    """

    word = "movedim"
    complexes = True
    role = "turn"
    keeps_elements = True
    aliases = ("moveaxis",)
    lifts = (Lift("movedim moveaxis"),)
    examples = (Example("movedim(1, -1)", "3x8x8"), Example("movedim([1, 2], [2, 1])", "3x8"))

    source: int | tuple[int, ...]
    destination: int | tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        sources, targets = self._axes("source", x.rank), self._axes("destination", x.rank)
        if isinstance(self.source, int) != isinstance(self.destination, int) or (
            len(sources) != len(targets)
        ):
            raise Refused("movedim needs a destination for each source", setting="destination")
        return x.with_shape(*(x.shape[i] for i in self.axis_order(x.rank)))

    def axis_order(self, rank: int) -> tuple[int, ...]:
        sources, targets = self._axes("source", rank), self._axes("destination", rank)
        place = dict(zip(targets, sources, strict=True))
        others = iter(i for i in range(rank) if i not in sources)
        return tuple(place[i] if i in place else next(others) for i in range(rank))

    def _axes(self, name: str, rank: int) -> tuple[int, ...]:
        value = getattr(self, name)
        dims = value if isinstance(value, tuple) else (value,)
        axes = tuple(axis(d, max(rank, 1), setting=name) for d in dims)
        if len(set(axes)) < len(axes):
            raise Refused(f"{name} names an axis twice", setting=name)
        return axes if rank else ()

    def lower(self, _: TensorType) -> Lowering:
        return on_input("movedim", self.source, self.destination)

    def caption(self) -> tuple[str, str]:
        return "movedim", f"{comma(self.source)} → {comma(self.destination)}"


class Flip(Reshaping):
    """Reverses along axes: ``x > flip(-1)``, ``flip(2, 3)``.

    https://docs.pytorch.org/docs/stable/generated/torch.flip.html
    """

    word = "flip"
    complexes = True
    keeps_axes = True
    keeps_elements = True
    variadic = True
    lifts = (Lift(),)
    examples = (Example("flip(-1)", "3x8x8"), Example("flip(2, 3)", "3x8x8"))

    dims: tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        axes = tuple(axis(d, max(x.rank, 1), setting="dims") for d in self.dims)
        if not axes:
            raise Refused("flip needs an axis", setting="dims")
        if len(set(axes)) < len(axes):
            raise Refused("flip names an axis twice", setting="dims")
        return x

    def lower(self, _: TensorType) -> Lowering:
        return on_input("flip", *self.dims)

    def caption(self) -> tuple[str, str]:
        return "flip", f"dim {comma(self.dims)}"


def _rolled(call: OpCall) -> dict[str, object]:
    if not call.arguments["dims"]:
        raise CannotLift("roll needs axes: without them, PyTorch rolls all elements as one axis")
    return {}


class Roll(Reshaping):
    """Shifts along axes; elements that leave at one end enter at the other: ``x > roll(1, 1)``,
    ``roll([3, 3], [1, 2])``.

    https://docs.pytorch.org/docs/stable/generated/torch.roll.html
    """

    word = "roll"
    complexes = True
    keeps_axes = True
    keeps_elements = True
    lifts = (Lift(read=_rolled),)
    examples = (Example("roll(1, 1)", "12x8"), Example("roll([-3, -3], [1, 2])", "7x7x8"))

    shifts: Dim | tuple[Dim, ...]
    dims: int | tuple[int, ...]

    def infer(self, x: TensorType) -> TensorType:
        shifts = self.shifts if isinstance(self.shifts, tuple) else (self.shifts,)
        dims = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        if not shifts or len(shifts) != len(dims):
            raise Refused("roll needs a shift for each axis", setting="shifts")
        for dim in dims:
            axis(dim, x.rank, setting="dims")
        return x

    def lower(self, _: TensorType) -> Lowering:
        return on_input("roll", self.shifts, self.dims)

    def caption(self) -> tuple[str, str]:
        return f"roll {comma(self.shifts)}", f"dim {comma(self.dims)}"


# --- triangles and diagonals -----------------------------------------------------------------


class Triangle(Reshaping):
    """Base: one triangle of the last two axes, zeros elsewhere."""

    elementwise = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    diagonal: int = 0

    def infer(self, x: TensorType) -> TensorType:
        if x.rank < 2:
            raise Refused(f"{self.word} needs two axes, got {x}", input=0)
        return x

    def lower(self, _: TensorType) -> Lowering:
        return on_input(self.word, **given(diagonal=(self.diagonal, 0)))


class Tril(Triangle):
    """The lower triangle of the last two axes, zeros above: ``x > tril``.

    https://docs.pytorch.org/docs/stable/generated/torch.tril.html
    """

    word = "tril"
    examples = (Example("tril", "8x8"), Example("tril(-1)", "8x8"))


class Triu(Triangle):
    """The upper triangle of the last two axes, zeros below: ``x > triu``.

    https://docs.pytorch.org/docs/stable/generated/torch.triu.html
    """

    word = "triu"
    examples = (Example("triu(1)", "8x8"),)


class Diagonal(Reshaping):
    """The diagonal of two axes as the last one: ``x > diagonal(1, 2)``.

    https://docs.pytorch.org/docs/stable/generated/torch.diagonal.html
    """

    word = "diagonal"
    lifts = (Lift(),)
    examples = (Example("diagonal(1, 2)", "8x8"), Example("diagonal(-2, -1, offset=1)", "8x8"))

    dim1: int
    dim2: int
    offset: int = 0

    def infer(self, x: TensorType) -> TensorType:
        a, b = (axis(getattr(self, s), x.rank, setting=s) for s in ("dim1", "dim2"))
        if a == b:
            raise Refused("diagonal needs two axes", setting="dim2")
        rows, columns = x.shape[a], x.shape[b]
        if self.offset > 0:
            length = dim_min(rows, columns - self.offset)
        else:
            length = dim_min(rows + self.offset, columns)
        if isinstance(length, int):
            length = max(length, 0)
        return x.with_shape(*(d for i, d in enumerate(x.shape) if i not in (a, b)), length)

    def lower(self, _: TensorType) -> Lowering:
        settings = given(offset=(self.offset, 0))
        return on_input("diagonal", **settings, dim1=self.dim1, dim2=self.dim2)


class DiagEmbed(Reshaping):
    """The last axis as the diagonal of a matrix, zeros elsewhere: ``x > diag_embed``.

    https://docs.pytorch.org/docs/stable/generated/torch.diag_embed.html
    """

    word = "diag_embed"
    positional = 1
    lifts = (Lift(),)
    examples = (Example("diag_embed", "8"), Example("diag_embed(1)", "3x8"))

    offset: int = 0
    dim1: int = -2
    dim2: int = -1

    def infer(self, x: TensorType) -> TensorType:
        if not x.rank:
            raise Refused("diag_embed needs a tensor with axes")
        rank = x.rank + 1
        places = [axis(getattr(self, s), rank, setting=s) for s in ("dim1", "dim2")]
        if places[0] == places[1]:
            raise Refused("diag_embed needs two axes", setting="dim2")
        shape = list(x.shape[:-1])
        for place in sorted(places):
            shape.insert(place, x.shape[-1] + abs(self.offset))
        return x.with_shape(*shape)

    def lower(self, _: TensorType) -> Lowering:
        settings = given(offset=(self.offset, 0), dim1=(self.dim1, -2), dim2=(self.dim2, -1))
        return function("torch.diag_embed", Input(0), **settings)
