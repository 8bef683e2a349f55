"""Elements by index: slices (``x[:, 0]``), ``last``, gathering and scattering."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import Any, ClassVar, Final, Literal, TypeAlias

from ..checks import need, outside
from ..dims import Dim, Size, bounds, ceil_div, dim_max, dim_min, less
from ..layer import (
    Example,
    Foreign,
    Layer,
    Made,
    Reach,
    Refused,
    Tensor,
    axis,
    broadcast,
    numel,
    same,
    short,
)
from ..lifting import CannotLift, Lift, Lifted, OpCall, items_at
from ..lowering import Attr, CallCode, Code, Input, Lowering, Subscript, call, given, method
from ..types import Dtype, Shape, TensorType
from .operands import axis_name, conjunction, listed, refuse_bool, setting_code
from .shape import Reshaping, on_input, with_axis
from .sources import Arange

Item: TypeAlias = int | Size | slice | EllipsisType | TensorType | tuple[int, ...] | None


def _at(call: OpCall, item: Item) -> Lifted:
    return Lifted(Index(items=items_at(call["dim"], item)), (call["self"],))


def _in_windows(call: OpCall) -> Lifted:
    """The parts of an axis, each in an axis of its own at the end: an index of places."""
    x = call.type("self")
    dim, size, step = axis(call["dimension"], x.rank), call["size"], call["step"]
    count = (x.shape[dim] - size) // step + 1
    starts = call.made("arange", start=count)
    starts = call.made("mul", starts, other=step) if step != 1 else starts
    column = call.made("index", starts, items=(slice(None), None))
    places = call.made("add", column, call.made("arange", start=size))
    index = Index(items=items_at(dim, TensorType((count, size), "int")))
    (name,) = index.tensors()
    parts = Lifted(index, (call["self"],), {name: places})
    return (
        call.made("movedim", parts, source=dim + 1, destination=-1) if dim < x.rank - 1 else parts
    )


def _along(call: OpCall) -> dict[str, object]:
    index, x = call.type("indices"), call.type("self")
    if call.arguments["dim"] is None or index.rank != x.rank:
        raise CannotLift(f"{call.op} of other shapes has no counterpart")
    sizes = zip(index.shape, x.shape, strict=True)
    dim = axis(call.arguments["dim"], x.rank)
    if any(a != b for i, (a, b) in enumerate(sizes) if i != dim):
        raise CannotLift(f"{call.op} of shapes that broadcast has no counterpart")
    return {}


def _sliced(call: OpCall) -> Lifted:
    start, end, step = call["start"], call["end"], call["step"]
    start = None if isinstance(start, int) and start == 0 else start
    end = None if isinstance(end, int) and end >= _OPEN_END else end
    step = None if isinstance(step, int) and step == 1 else step
    if start is end is step is None:
        return call.unchanged()
    return _at(call, slice(start, end, step))


_OPEN_END: Final = 2**62
"""PyTorch writes a slice to the end with a number above this."""


def _gathered(call: OpCall) -> Lifted:
    """An index with tensors."""
    indices = call["indices"]
    types = [None if index is None else call.tensor(index) for index in indices]
    if any(type is not None and type.dtype == "bool" for type in types):
        raise CannotLift("an index of bools takes a number of elements that is not known")
    items = tuple(slice(None) if type is None else type for type in types)
    layer = Index(items=items)
    given = [index for index in indices if index is not None]
    return Lifted(layer, (call["self"],), dict(zip(layer.tensors(), given, strict=True)))


class Index(Reshaping):
    """A slice, written as in PyTorch, the batch included: ``x[:, 0]``, ``f[..., ::2]``,
    ``x[:, none]``, ``x[:, index]`` with an int tensor, ``x[:, [2, 1, 0]]``.

    On axes of symbolic size, bounds that are symbols are taken to lie within the axis.

    https://docs.pytorch.org/docs/stable/tensor_view.html
    """

    word = "index"
    complexes = True
    role = "index"
    keeps_axes = True
    variadic = True
    lifts = (
        Lift("select.int", lambda call: _at(call, call["index"])),
        Lift("slice.Tensor", _sliced),
        Lift("index.Tensor", _gathered),
        Lift("unfold", _in_windows),
    )
    examples = (Example("index(0)", "12x8"),)

    items: tuple[Item, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A layer's tensors are found under the names that `tensors()` returns.
        self.__dict__.update({name: self.items[at] for at, name in self._tensors().items()})

    def _tensors(self) -> dict[int, str]:
        return {i: f"items[{i}]" for i, t in enumerate(self.items) if isinstance(t, TensorType)}

    def tensors(self) -> tuple[str, ...]:
        """``items[1]`` for each item that is a tensor, in order."""
        return tuple(self._tensors().values())

    def least_rank(self) -> int:
        return sum(item is not None and item is not ... for item in self.items)

    def infer(self, x: TensorType) -> TensorType:
        named = sum(item is not None and item is not ... for item in self.items)
        if not self.items:
            raise Refused("an index needs an item", setting="items")
        if named > x.rank:
            raise Refused(
                f"{named} indices for {x.rank} axes", setting="items", detail=f"the input is {x}"
            )
        if sum(item is ... for item in self.items) > 1:
            raise Refused("an index can have only one `...`", setting="items")
        return x.with_shape(*_IndexedShape(x.shape, x.rank - named).through(self.items))

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        sources = iter(made[1:])
        named = sum(item is not None and item is not ... for item in self.items)
        at = 0
        for item in self.items:
            if isinstance(item, TensorType):
                _check_reach(next(sources), item, x.shape[at], "items")
            at += 0 if item is None else x.rank - named if item is ... else 1

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        """The reach of a part of ``arange``: ``arange(S)[T:]``, ``arange(S)[none, :T]``."""
        row = how.source.layer if how.source is not None else None
        parts = [item for item in self.items if item is not None]
        if not isinstance(row, Arange) or len(parts) != 1 or not isinstance(parts[0], slice):
            return None
        start = _start(how.inputs[0].shape[0], parts[0].start)
        return row.part(start, numel(made.shape), parts[0].step or 1)

    def lower(self, _: TensorType) -> Lowering:
        tensors = iter(range(1, len(self.items) + 1))
        items: list[Code] = []
        for item in self.items:
            listed = list(item) if isinstance(item, tuple) else item
            items.append(Input(next(tensors)) if isinstance(item, TensorType) else listed)
        return Lowering(forward=Subscript(Input(0), tuple(items)))

    def caption(self) -> tuple[str, str]:
        return f"[{', '.join(map(_text, self.items))}]", ""


class _IndexedShape:
    """The shape of an indexed tensor, worked out as PyTorch does: first ints, slices and None, one
    after another; then all tensors at once."""

    def __init__(self, shape: Shape, skipped: int) -> None:
        self.shape = list(shape)
        self.skipped = skipped  # how many axes `...` stands for
        self.at = 0
        self.tensors: dict[int, TensorType] = {}

    def through(self, items: Sequence[Item]) -> Sequence[Dim]:
        for item in items:
            self.step(item)
        return self.gathered() if self.tensors else self.shape

    def step(self, item: Item) -> None:
        if item is None:
            self.shape.insert(self.at, 1)
        elif isinstance(item, EllipsisType):
            self.at += self.skipped - 1
        elif isinstance(item, slice):
            self.shape[self.at] = _slice_length(self.shape[self.at], item)
        elif isinstance(item, tuple):
            for number in _decisive(item, self.shape[self.at]):
                _check_bounds(number, self.shape[self.at])
            self.tensors[self.at] = TensorType((len(item),), "int")
        elif isinstance(item, TensorType) and item.rank:
            _check_tensor(item)
            self.tensors[self.at] = item
        else:
            self.select(item)
            return
        self.at += 1

    def select(self, item: int | Size | TensorType) -> None:
        size = self.shape.pop(self.at)
        if isinstance(item, TensorType):
            _check_tensor(item)
        else:
            _check_bounds(item, size)

    def gathered(self) -> Sequence[Dim]:
        """The shape with the axes of the tensors: in their place if the tensors are beside each
        other, else first."""
        shape = broadcast(*(t.shape for t in self.tensors.values()))
        if shape is None:
            raise Refused(
                "the tensors of an index need one shape",
                code="E302",
                setting="items",
                detail=f"got {listed(t.shape for t in self.tensors.values())}",
            )
        first, last = min(self.tensors), max(self.tensors)
        kept = [d for i, d in enumerate(self.shape) if i not in self.tensors]
        at = first if last - first + 1 == len(self.tensors) else 0
        return [*kept[:at], *shape, *kept[at:]]


def _decisive(numbers: Sequence[Dim], size: Dim) -> Sequence[Dim]:
    """The numbers of a list that decide whether all of them lie within an axis. For an open size
    only the least and the largest, since comparing with it takes long."""
    if isinstance(size, int):
        return numbers
    whole = [number for number in numbers if isinstance(number, int)]
    ends = {min(whole), max(whole)} if whole else set()
    return [n for n in dict.fromkeys(numbers) if not isinstance(n, int) or n in ends]


def _check_bounds(number: Dim, size: Dim, setting: str = "items") -> None:
    if short(size, number + 1) or short(number, -size):
        raise Refused(
            f"index {number} is outside an axis of {size}",
            setting=setting,
            detail=f"an index goes from 0 to {size - 1}, or from -1 to {-size}",
        )


def _check_reach(made: Made | None, index: TensorType, size: Dim, setting: str) -> None:
    """Refuses an index whose ints are known to lie outside of an axis."""
    for number in (made.reach(index) if made is not None else None) or ():
        _check_bounds(number, size, setting)


def _check_from_0(made: Made | None, index: TensorType, size: Dim, word: str) -> None:
    """Likewise for an index that counts only from the front."""
    reach = outside(made, index, size)
    if reach is not None:
        raise Refused(
            f"{word} takes indices from 0 to {size - 1}, got {reach[0]} to {reach[1]}",
            setting="count" if word == "one_hot" else "index",
        )


def _check_tensor(index: TensorType) -> None:
    if index.dtype == "bool":
        raise Refused(
            "the number of elements that a bool index takes is not known before it runs",
            code="E303",
            setting="items",
            help="`masked_fill` and `where` keep the shape",
        )
    if index.dtype != "int":
        raise Refused(
            f"an index needs ints, got {index.dtype}s",
            code="E303",
            setting="items",
            help="declare an input as `i[3] int`; `cast(int)` converts a tensor",
        )


def _slice_length(size: Dim, item: slice) -> Dim:
    step = 1 if item.step is None else item.step
    if not isinstance(step, int) or step < 1:
        raise Refused(
            f"a slice cannot have the step {step}",
            setting="items",
            detail="a step is a number from 1 on",
            help="`flip` reverses" if less(step, 0) is True else (),
        )
    if item.stop is None and isinstance(item.start, int) and item.start < 0:
        return ceil_div(dim_min(-item.start, size), step)
    length = _stop(size, item.stop) - _start(size, item.start)
    _, most = bounds(length)
    return 0 if most is not None and most <= 0 else ceil_div(length, step)


def _start(size: Dim, bound: Dim | None) -> Dim:
    if bound is None:
        return 0
    if isinstance(bound, int) and bound < 0:
        return dim_max(size + bound, 0)
    return _within(size, _from_front(size, bound))


def _stop(size: Dim, bound: Dim | None) -> Dim:
    if bound is None:
        return size
    if isinstance(bound, int) and bound >= 0:
        return dim_min(bound, size)
    return _within(size, _from_front(size, bound))


def _from_front(size: Dim, bound: Dim) -> Dim:
    return size + bound if less(bound, 0) is True else bound


def _within(size: Dim, bound: Dim) -> Dim:
    """A bound on an axis; if symbols leave it open, it is assumed to lie within the axis."""
    if short(bound, 0):
        return 0
    return size if short(size, bound) else bound


def _text(item: Item) -> str:
    if isinstance(item, slice):
        start, stop, step = (
            "" if p is None else str(p) for p in (item.start, item.stop, item.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    if isinstance(item, TensorType):
        return "index"
    if isinstance(item, tuple):
        return f"[{', '.join(map(str, item))}]"
    if item is None:
        return "none"
    return "..." if item is ... else str(item)


class Last(Reshaping):
    """The last element of axis 1, ``[:, -1]``: [N, T, D] to [N, D].

    https://docs.pytorch.org/docs/stable/tensor_view.html
    """

    word = "last"
    complexes = True
    channel_axis = "last"
    examples = (Example("last", "12x8"),)

    def least_rank(self) -> int:
        return 3

    def infer(self, x: TensorType) -> TensorType:
        if x.rank < 2:
            raise Refused(f"last needs an axis after the batch, got {x}", input=0)
        return x.with_shape(x.shape[0], *x.shape[2:])

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=Subscript(Input(0), (slice(None), -1)))

    def caption(self) -> tuple[str, str]:
        return "last", "[:, -1]"


# --- elements by index -----------------------------------------------------------------------


def need_index(word: str, index: TensorType) -> None:
    if index.dtype != "int":
        raise Refused(
            f"{word} needs an int index, got {index.dtype}s",
            code="E303",
            setting="index",
            help="declare an input as `i[3] int`; `cast(int)` converts a tensor",
        )


class Gather(Reshaping):
    """The elements at ``index`` along an axis: ``x > gather(index, 1)``. The index has as many axes
    as the input and gives the result's shape.

    https://docs.pytorch.org/docs/stable/generated/torch.gather.html
    """

    word = "gather"
    keeps_axes = True
    lifts = (Lift(idle="sparse_grad"), Lift("take_along_dim", _along, index="indices"))
    examples = (Example("gather(a, 1)", "12x8", a="5x8 int"),)

    index: Tensor
    dim: int

    def infer(self, x: TensorType) -> TensorType:
        need_index("gather", self.index)
        at = axis(self.dim, max(x.rank, 1))
        _check_index("gather", self.index, x, at)
        return x.with_shape(*self.index.shape)

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        if x.rank:
            _check_from_0(made[1], self.index, x.shape[axis(self.dim, x.rank)], self.word)

    def lower(self, _: TensorType) -> Lowering:
        return on_input("gather", self.dim, Input(1))

    def caption(self) -> tuple[str, str]:
        return "gather", f"dim {self.dim}"


def _check_index(word: str, index: TensorType, x: TensorType, at: int | None) -> None:
    """Refuses an index with another rank, or with a larger axis other than ``at``."""
    if 0 in index.shape:
        return
    if max(index.rank, 1) != max(x.rank, 1):
        raise Refused(
            f"{word} needs an index with as many axes as the input",
            code="E302",
            setting="index",
            detail=f"got {listed([x.shape, index.shape])}",
        )
    sizes = zip(x.shape, index.shape, strict=False)
    large = [i for i, (a, b) in enumerate(sizes) if i != at and short(a, b)]
    if large:
        axes = conjunction([axis_name(i, x.rank) for i in large])
        raise Refused(
            f"{word} needs an index that is no larger than the input in {axes}",
            code="E302",
            setting="index",
            detail=f"got {listed([x.shape, index.shape])}",
        )


class IndexSelect(Reshaping):
    """The slices at ``index``, one axis of ints, along an axis: ``x > index_select(index, 1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.index_select.html
    """

    word = "index_select"
    keeps_axes = True
    lifts = (Lift(),)
    examples = (Example("index_select(a, 1)", "12x8", a="int"),)

    index: Tensor
    dim: int

    def infer(self, x: TensorType) -> TensorType:
        need_index("index_select", self.index)
        at = axis(self.dim, max(x.rank, 1))
        count = self.index.shape[0] if self.index.shape else 1
        if self.index.rank > 1 or (not x.rank and count != 1):
            raise Refused(
                f"index_select needs an index with one axis, got {self.index}",
                setting="index",
                help="`x[:, index]` takes any",
            )
        return x.with_shape(*with_axis(x.shape, at, count)) if x.rank else x

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        if x.rank:
            _check_from_0(made[1], self.index, x.shape[axis(self.dim, x.rank)], self.word)

    def lower(self, _: TensorType) -> Lowering:
        return on_input("index_select", self.dim, Input(1))

    def caption(self) -> tuple[str, str]:
        return "index_select", f"dim {self.dim}"


class Scatter(Reshaping):
    """The input with ``src``, a tensor or a number, written at ``index`` along an axis:
    ``x > scatter(index, 1, src=y)``.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter.html
    """

    word = "scatter"
    keeps_axes = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("scatter.src"), Lift("scatter.value", src="value"))
    examples: ClassVar[tuple[Example, ...]] = (
        Example("scatter(a, 1, src=1.0)", "12x8", a="5x8 int"),
        Example("scatter(a, 1, src=b)", "12x8", a="5x8 int", b="5x8"),
    )

    index: Tensor
    dim: int
    src: float | Tensor

    def infer(self, x: TensorType) -> TensorType:
        need_index(self.word, self.index)
        at = axis(self.dim, max(x.rank, 1))
        _check_index(self.word, self.index, x, at)
        if isinstance(self.src, TensorType):
            if self.src.dtype != x.dtype:
                raise Refused(
                    f"{self.word} writes {self.src.dtype}s into {x.dtype}s",
                    code="E303",
                    setting="src",
                    help=f"`cast({x.dtype})`",
                )
            _check_index(self.word, self.index, self.src, None)
        return x

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        if x.rank:
            _check_from_0(made[1], self.index, x.shape[axis(self.dim, x.rank)], self.word)

    def lower(self, _: TensorType) -> Lowering:
        return on_input(self.word, self.dim, Input(1), setting_code(self, "src", 1))

    def caption(self) -> tuple[str, str]:
        return self.shown, f"dim {self.dim}"


class ScatterAdd(Scatter):
    """The input with ``src`` added at ``index`` along an axis:
    ``x > scatter_add(index, 1, src=y)``.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_add.html
    """

    word = "scatter_add"
    keeps_axes = True
    lifts = (Lift(),)
    examples = (Example("scatter_add(a, 1, src=b)", "12x8", a="5x8 int", b="5x8"),)

    index: Tensor
    dim: int
    src: Tensor


class ScatterReduce(Scatter):
    """The input with the elements of ``src`` joined at ``index`` along an axis, by their ``sum``,
    ``prod``, ``mean``, ``amax`` or ``amin``: ``x > scatter_reduce(index, 1, src=y, reduce=amax)``.
    ``include_self=false`` leaves out the input's own elements there.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce.html
    """

    word = "scatter_reduce"
    lifts = (Lift("scatter_reduce.two"),)
    examples = (
        Example("scatter_reduce(a, 1, src=b, reduce=amax)", "12x8", a="5x8 int", b="5x8"),
        Example(
            "scatter_reduce(a, 1, src=b, reduce=mean, include_self=false)",
            "12x8",
            a="5x8 int",
            b="5x8",
        ),
    )

    index: Tensor
    dim: int
    src: Tensor
    reduce: Literal["sum", "prod", "mean", "amax", "amin"]
    include_self: bool = True

    def infer(self, x: TensorType) -> TensorType:
        refuse_bool(self.word, x)
        return super().infer(x)

    def lower(self, _: TensorType) -> Lowering:
        own = given(include_self=(self.include_self, True))
        args = (self.dim, Input(1), Input(2), self.reduce)
        return Lowering(forward=method(Input(0), "scatter_reduce", *args, **own))

    def caption(self) -> tuple[str, str]:
        return self.shown, f"{self.reduce}, dim {self.dim}"


class IndexAdd(Reshaping):
    """The input with ``alpha`` times the slices of ``src`` added at ``index`` along an axis:
    ``x > index_add(index, 1, src=y)``. The index has one axis, without a batch.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_add.html
    """

    word = "index_add"
    foreign = (Foreign("index_add", "dim index src"),)
    keeps_axes = True
    lifts = (Lift(src="source"),)
    examples = (Example("index_add(a, 0, src=b)", "12x8", a="int", b="12x8"),)

    index: Tensor
    dim: int
    src: Tensor
    alpha: float = 1

    def infer(self, x: TensorType) -> TensorType:
        need_index(self.word, self.index)
        if self.src.dtype != x.dtype:
            raise Refused(
                f"index_add adds {self.src.dtype}s to {x.dtype}s",
                code="E303",
                setting="src",
                help=f"`cast({x.dtype})`",
            )
        if x.dtype == "int" and isinstance(self.alpha, float):
            raise Refused(f"alpha={self.alpha} is not for {x.dtype}s", code="E303", setting="alpha")
        at = axis(self.dim, max(x.rank, 1))
        count = self.index.shape[0] if self.index.rank else 1
        wanted = with_axis(x.shape, at, count) if x.rank else ()
        src = self.src.shape
        if self.index.rank != 1 or not x.rank:
            raise Refused(
                f"index_add needs an index with one axis, got {self.index}",
                setting="index",
                help="`scatter_add` takes any",
            )
        if len(src) != len(wanted) or not all(map(same, src, wanted)):
            raise Refused(
                f"index_add needs {TensorType(wanted)} for {count} slices, got {self.src}",
                code="E302",
                setting="src",
            )
        return x

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        _check_from_0(made[1], self.index, x.shape[axis(self.dim, x.rank)], self.word)

    def lower(self, _: TensorType) -> Lowering:
        alpha = given(alpha=(self.alpha, 1))
        args = (self.dim, Input(1), Input(2))
        return Lowering(forward=method(Input(0), "index_add", *args, **alpha))

    def caption(self) -> tuple[str, str]:
        return self.shown, f"dim {self.dim}"


class _Searching(Reshaping):
    """Base: the place of each value in sorted numbers, as ints. ``right``: the place after equal
    numbers, and not before them."""

    keeps_axes = True

    def lower_to(self, name: str, *inputs: int, right: bool) -> Lowering:
        # PyTorch warns about tensors that are not contiguous.
        args = [CallCode(Attr(Input(i), "contiguous")) for i in inputs]
        return Lowering(forward=call(name, *args, **given(right=(right, False))))

    def caption(self) -> tuple[str, str]:
        return self.shown, ""


class SearchSorted(_Searching):
    """The places where values would be inserted into sorted numbers: ``x > searchsorted(edges)``.
    The numbers have one axis, or the axes of the values up to the last. The last axis must be
    sorted. ``right=true``: after equal numbers, and not before them.

    https://docs.pytorch.org/docs/stable/generated/torch.searchsorted.html
    """

    word = "searchsorted"
    positional = 1
    lifts = (Lift("searchsorted.Tensor"),)
    examples = (
        Example("searchsorted(a)", "5", a="8"),
        Example("searchsorted(a, right=true)", "3x5", a="3x8"),
    )

    sorted_sequence: Tensor
    right: bool = False

    def infer(self, x: TensorType) -> TensorType:
        row = self.sorted_sequence
        check_ordered(self, x, row, "sorted_sequence")
        if row.rank == 1:
            return x.with_dtype("int")
        if row.rank != x.rank or not all(map(same, row.shape[:-1], x.shape[:-1])):
            raise Refused(
                "searchsorted needs one sorted row, or one for each row of the input",
                code="E302",
                setting="sorted_sequence",
                detail=f"got {listed([x.shape, row.shape])}",
            )
        return x.with_dtype("int")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return None if how.sure else (0, self.sorted_sequence.shape[-1])

    def lower(self, _: TensorType) -> Lowering:
        return self.lower_to("torch.searchsorted", 1, 0, right=self.right)


class Bucketize(_Searching):
    """The bucket of each value between sorted ``boundaries``: ``x > bucketize(edges)``, ints from 0
    to the number of boundaries. ``right=true``: a value that is a boundary is in the bucket after
    it.

    https://docs.pytorch.org/docs/stable/generated/torch.bucketize.html
    """

    word = "bucketize"
    foreign = (Foreign("bucketize", "boundaries"),)
    positional = 1
    lifts = (Lift("bucketize.Tensor"),)
    examples = (Example("bucketize(a)", "3x5", a=""),)

    boundaries: Tensor
    right: bool = False

    def infer(self, x: TensorType) -> TensorType:
        check_ordered(self, x, self.boundaries, "boundaries")
        if self.boundaries.rank != 1:
            raise Refused(
                f"bucketize needs boundaries with one axis, got {self.boundaries}",
                setting="boundaries",
                help="`searchsorted` takes a row of boundaries for each row",
            )
        return x.with_dtype("int")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return None if how.sure else (0, self.boundaries.shape[0])

    def lower(self, _: TensorType) -> Lowering:
        return self.lower_to("torch.bucketize", 0, 1, right=self.right)


def check_ordered(layer: Layer, x: TensorType, row: TensorType, setting: str) -> None:
    """Refuses values and sorted numbers that cannot be compared."""
    need(layer, x, "float", "int")
    if row.dtype == "bool":
        raise Refused(f"{layer.word} needs numbers, got {row}", code="E303", setting=setting)
    if not row.rank:
        raise Refused(f"{layer.word} needs an axis of sorted numbers, got {row}", setting=setting)


class OneHot(Reshaping):
    """Ints as vectors of ``count`` numbers with a 1 at their place: [...] int to [..., count] int;
    ``cast(float)`` makes them floats to compute with.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
    """

    word = "one_hot"
    foreign = (Foreign("one_hot", "count"),)
    role = "one_hot"
    lifts = (Lift(count="num_classes"),)
    examples = (Example("one_hot(10)", "12 int"),)
    assumed_dtype: ClassVar[Dtype] = "int"

    count: Dim

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "int":
            raise Refused(
                f"one_hot needs ints, got {x.dtype}s",
                code="E303",
                input=0,
                help="`cast(int)` makes them ints",
            )
        if short(self.count, 1):
            raise Refused(f"one_hot needs at least one class, got {self.count}", setting="count")
        return x.with_shape(*x.shape, self.count)

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        _check_from_0(made[0], x, self.count, "one_hot")

    def lower(self, _: TensorType) -> Lowering:
        return Lowering(forward=call("F.one_hot", Input(0), self.count))

    def caption(self) -> tuple[str, str]:
        return f"one-hot {self.count}", ""
