"""Layers that take no input (parameters, constants, ``torch.zeros``), or make a tensor like
another.

Their shapes are written with all axes: one that is meant for the batch too, ``param([1, 1, d])``.
"""

from __future__ import annotations

from math import ceil, isfinite
from typing import Any, ClassVar, Final, Literal, TypeGuard

from ..dims import Dim, Size, ceil_div, less, symbols
from ..formulas import Number, code
from ..layer import (
    Category,
    Computable,
    Effect,
    Example,
    Init,
    Layer,
    Made,
    Reach,
    Refused,
    Weight,
    short,
)
from ..lifting import CannotLift, Lift, Lifted, OpCall, dtype_word, is_infinite
from ..lowering import Code, Device, Input, Lowering, Raw, Self, call, function, given, method
from ..types import Dtype, Shape, TensorType
from .operands import brief, dtype_of, need_float, need_room, promote

_DTYPES: Final[dict[Dtype, Code]] = {
    "float": "torch.float",
    "int": "torch.long",
    "bool": "torch.bool",
}


def _as_dtype(value: Any, dtype: object) -> Any:
    """A number in a dtype of the language, or of PyTorch."""
    if dtype is None:
        return value
    word = str(dtype) if dtype in _KINDS else dtype_word(dtype)
    if isinstance(value, bool | int | float):
        return _KINDS[word](value)
    if word != "int":
        raise CannotLift(f"a size among {word}s has no counterpart")
    return value


_KINDS: Final = {"float": float, "int": int, "bool": bool}


def _like_input(call: OpCall, layer: type[Layer]) -> Lifted:
    """A source with the dtype of the input, of which nothing else is used."""
    dtype = call.type("self").dtype if call["dtype"] is None else dtype_word(call["dtype"])
    return Lifted(layer(shape=_shape(call), dtype=dtype))


def _shape(call: OpCall) -> Dim | Shape:
    sizes = tuple(call["size"])
    return sizes[0] if len(sizes) == 1 else sizes


def _filled(call: OpCall) -> Lifted:
    dtype = call["dtype"]
    if dtype is None and "self" in call:
        dtype = call.type("self").dtype
    value = _as_dtype(call["fill_value"], dtype)
    if is_infinite(value):
        return call.infinite(value, call.made("zeros", shape=_shape(call)))
    return Lifted(Full(shape=_shape(call), value=value))


def _filled_like(call: OpCall) -> dict[str, object] | Lifted:
    value = call["fill_value"]
    if is_infinite(value):
        return call.infinite(value, call.made("zeros_like", call["self"]))
    return {"value": value}


def _range(call: OpCall) -> Lifted:
    start, end, step = call.get("start"), call["end"], call.get("step")
    step = 1 if step is None else step
    from_0 = start is None or (type(start) is int and start == 0 and step == 1)
    limits = {"start": end} if from_0 else {"start": start, "end": end}
    made = Lifted(Arange(**limits, **({} if type(step) is int and step == 1 else {"step": step})))
    natural: Dtype = "float" if any(isinstance(n, float) for n in (start, end, step)) else "int"
    dtype = natural if call["dtype"] is None else dtype_word(call["dtype"])
    if (natural, dtype) == ("float", "int"):
        raise CannotLift("ints between floats have no counterpart")
    return made if dtype == natural else call.cast(dtype, made)


class SourceLayer(Layer):
    """Base: a layer without piped inputs."""

    category: ClassVar[Category] = "source"
    arity: ClassVar[tuple[int, int | None]] = (0, 0)


class Shaped(SourceLayer):
    """Base: the spec writes the whole shape."""

    positional = 1

    shape: Dim | tuple[Dim, ...]

    @property
    def sizes(self) -> Shape:
        return self.shape if isinstance(self.shape, tuple) else (self.shape,)

    def infer(self) -> TensorType:
        wrong = next((s for s in self.sizes if less(s, 0) is True), None)
        if wrong is not None:
            raise Refused(f"{self.word} cannot have the size {wrong}", setting="shape")
        return TensorType(self.sizes, self.made())

    @property
    def written(self) -> tuple[Code, ...]:
        """The sizes as arguments of PyTorch; an empty shape for a tensor without axes."""
        return self.sizes or ((),)

    def made(self) -> Dtype:
        """The dtype of the result."""
        return "float"

    def need_no_batch(self, kept: str) -> None:
        """Refuses what is kept in the module if it is as large as the batch."""
        if "N" in symbols(*self.sizes):
            raise Refused(
                f"{kept} cannot be as large as the batch",
                setting="shape",
                help="1 in its place broadcasts over the batch",
            )

    def need_sizes(self, kept: str) -> None:
        """Refuses what is kept in the module if an input tells its size."""
        open_size = next((s for s in self.sizes if isinstance(s, Size)), None)
        if open_size is not None:
            raise Refused(
                f"{kept} is made before {open_size} is known",
                code="E401",
                setting="shape",
                help="give the input's shape: `input(3x224x224)`, or `--input 3x224x224`",
            )

    def caption(self) -> tuple[str, str]:
        return self.shown, " × ".join(map(str, self.sizes))


# --- parameters and constants ----------------------------------------------------------------


class Param(Computable, Shaped):
    """A weight of its own, named by its label: ``param([1, 1, d]) as cls``. It starts as zeros, or
    as ``init=normal(std=0.02)`` says. With ``weight=head.bias`` it is another name of a layer's
    weight.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    word = "param"
    examples = (Example("param([1, 1, 64])"), Example("param(64, init=ones)"))

    shape: Dim | tuple[Dim, ...]
    init: Init | None = None
    weight: TensorType | None = None

    def infer(self) -> TensorType:
        self.need_no_batch("a parameter")
        if self.weight is not None:
            raise Refused(
                "`weight` of param is the weight of a layer, and this is another tensor",
                setting="weight",
                help="the tensor itself can take the place of the param",
            )
        return super().infer()

    def all_weights(self) -> dict[str, Weight]:
        return {"": Weight(self.sizes)}

    def weight_of(self, setting: str) -> str:
        return ""

    def inits(self) -> dict[str, Init]:
        return {} if self.init is None else {"": self.init}

    def lower(self) -> Lowering:
        self.need_sizes("a parameter")
        make = "torch.zeros" if self.init is None else "torch.empty"
        return Lowering(call("nn.Parameter", call(make, *self.written)), Self())


class Constant(SourceLayer):
    """Given numbers: ``constant([0.229, 0.224, 0.225])``, nested for more axes. They are kept as a
    buffer; ``persistent=true`` saves them in checkpoints, under the label.

    https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
    """

    word = "constant"
    positional = 1
    examples = (
        Example("constant([0.229, 0.224, 0.225])"),
        Example("constant([[1, 2], [3, 4]], persistent=true)"),
    )

    values: float | bool | tuple[Any, ...]
    persistent: bool = False

    def infer(self) -> TensorType:
        numbers: list[Number] = []
        shape = _nested_shape(self.values, numbers)
        return TensorType(shape, promote(*numbers) if numbers else "float")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        numbers: list[Number] = []
        _nested_shape(self.values, numbers)
        whole = [n for n in numbers if isinstance(n, int)]
        all_whole = made.dtype == "int" and whole and len(whole) == len(numbers)
        return (min(whole), max(whole)) if all_whole else None

    def weights(self) -> dict[str, Weight]:
        if not self.persistent:
            return {}
        made = self.infer()
        return {"": Weight(made.shape, buffer=True, dtype=made.dtype)}

    def lower(self) -> Lowering:
        tensor = call("torch.tensor", _as_lists(self.values))
        return Lowering(call("nn.Buffer", tensor, persistent=self.persistent), Self())

    def caption(self) -> tuple[str, str]:
        if not isinstance(self.values, tuple):
            return f"{self.values}", ""
        return "constant", " × ".join(map(str, self.infer().shape))


def _nested_shape(values: Any, numbers: list[Number]) -> tuple[int, ...]:
    """The shape of nested lists; their numbers are added to ``numbers``."""
    if not isinstance(values, tuple):
        if not isinstance(values, int | float):
            raise Refused(
                "constant holds only numbers", setting="values", detail=f"this is {values}"
            )
        numbers.append(values)
        return ()
    shapes = [_nested_shape(v, numbers) for v in values]
    if any(shape != shapes[0] for shape in shapes):
        raise Refused("constant needs lists of one length", setting="values")
    return (len(values), *(shapes[0] if shapes else ()))


def _as_lists(values: Any) -> Code:
    return [_as_lists(v) for v in values] if isinstance(values, tuple) else values


# --- of a shape ------------------------------------------------------------------------------


class Filled(Shaped):
    """Base: filled with one number, a float unless ``dtype`` says otherwise. With ``persistent`` it
    is a buffer, which checkpoints have under the label."""

    lifts: ClassVar[tuple[Lift, ...]] = (Lift(shape="size"),)

    shape: Dim | tuple[Dim, ...]
    dtype: Literal["float", "int", "bool"] = "float"
    persistent: bool = False

    def made(self) -> Dtype:
        return self.dtype

    def infer(self) -> TensorType:
        if self.persistent:
            self.need_no_batch("a buffer")
        return super().infer()

    def weights(self) -> dict[str, Weight]:
        kept = Weight(self.sizes, buffer=True, dtype=self.dtype)
        return {"": kept} if self.persistent else {}

    def lower(self) -> Lowering:
        make, settings = f"torch.{self.word}", _dtype(self.dtype)
        if not self.persistent:
            return function(make, *self.written, **settings, device=Device())
        self.need_sizes("a buffer")
        return Lowering(call("nn.Buffer", call(make, *self.written, **settings)), Self())


def _dtype(dtype: Dtype) -> dict[str, Code]:
    return {} if dtype == "float" else {"dtype": Raw(_DTYPES[dtype])}


class Zeros(Filled):
    """Zeros: ``zeros([1, 4, d])``, ``zeros(3x4, dtype=int)``. ``persistent=true`` makes a buffer
    of them, which checkpoints have under the label.

    https://docs.pytorch.org/docs/stable/generated/torch.zeros.html
    """

    word = "zeros"
    role = "zeros"
    examples = (
        Example("zeros([1, 4, 8])"),
        Example("zeros(4, dtype=int)"),
        Example("zeros(8, persistent=true)"),
    )


class Ones(Filled):
    """Ones: ``ones([1, 4, d])``, ``ones(T, dtype=bool)``. ``persistent=true`` makes a buffer of
    them, which checkpoints have under the label.

    https://docs.pytorch.org/docs/stable/generated/torch.ones.html
    """

    word = "ones"
    lifts = (Lift(shape="size"), Lift("new_ones", lambda call: _like_input(call, Ones)))
    examples = (
        Example("ones([1, 4, 8])"),
        Example("ones(3x4, dtype=bool)"),
        Example("ones(4, persistent=true)"),
    )


class Full(Shaped):
    """One number everywhere: ``full([1, 4], 0.5)``; an int gives ints.

    https://docs.pytorch.org/docs/stable/generated/torch.full.html
    """

    word = "full"
    positional = 2
    lifts = (
        Lift("full", _filled),
        Lift("new_full", _filled),
        Lift("scalar_tensor", lambda call: {"shape": (), "value": call["s"]}),
    )
    examples = (Example("full([1, 4], 0.5)"), Example("full(4, 7)"))

    shape: Dim | tuple[Dim, ...]
    value: Number | bool

    def made(self) -> Dtype:
        return dtype_of(self.value)

    def lower(self) -> Lowering:
        return function("torch.full", self.sizes, code(self.value), device=Device())


class Rand(Shaped):
    """Random numbers between 0 and 1: ``rand([1, 4, d])``, new ones at every call.

    https://docs.pytorch.org/docs/stable/generated/torch.rand.html
    """

    word = "rand"
    lifts: ClassVar[tuple[Lift, ...]] = (Lift("{}.default", shape="size"),)
    examples = (Example("rand([1, 4, 8])"),)

    def lower(self) -> Lowering:
        return function(f"torch.{self.word}", *self.written, device=Device())

    def effects(self) -> frozenset[Effect]:
        return frozenset({"random"})


class Randn(Rand):
    """Random numbers of the normal distribution: ``randn([1, 4, d])``, new ones at every call.

    https://docs.pytorch.org/docs/stable/generated/torch.randn.html
    """

    word = "randn"
    examples = (Example("randn([1, 4, 8])"),)


# --- rows of numbers -------------------------------------------------------------------------


class Eye(SourceLayer):
    """The unit matrix: ``eye(4)``; ``eye(4, 6)`` has 4 rows and 6 columns.

    https://docs.pytorch.org/docs/stable/generated/torch.eye.html
    """

    word = "eye"
    lifts = (Lift(rows="n", columns="m"),)
    examples = (Example("eye(4)"), Example("eye(4, 6)"))

    rows: Dim
    columns: Dim | None = None
    dtype: Literal["float", "int", "bool"] = "float"

    def infer(self) -> TensorType:
        columns = self.rows if self.columns is None else self.columns
        if less(self.rows, 0) is True or less(columns, 0) is True:
            raise Refused(f"eye cannot have {self.rows} rows and {columns} columns", setting="rows")
        return TensorType((self.rows, columns), self.dtype)

    def lower(self) -> Lowering:
        sizes = (self.rows,) if self.columns is None else (self.rows, self.columns)
        return function("torch.eye", *sizes, **_dtype(self.dtype), device=Device())

    def caption(self) -> tuple[str, str]:
        return f"eye {self.rows}", ""


class Arange(SourceLayer):
    """Numbers in steps: ``arange(T)`` is 0 to T - 1, ``arange(2, 8)`` 2 to 7,
    ``arange(0, 1, step=0.1)``. Ints unless a float is among them.

    https://docs.pytorch.org/docs/stable/generated/torch.arange.html
    """

    word = "arange"
    lifts = (Lift(read=_range),)
    examples = (Example("arange(12)"), Example("arange(2, 12, step=3)"))

    start: float | Size = 0
    end: float | Size | None = None
    step: float = 1

    @property
    def limits(self) -> tuple[float | Size, float | Size]:
        """The start and the end; as in PyTorch, a single number is the end."""
        return (0, self.start) if self.end is None else (self.start, self.end)

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return self.part(0, made.shape[0])

    def part(self, at: Dim, count: Dim, every: int = 1) -> Reach | None:
        """The reach of ``count`` of its numbers, from place ``at`` on."""
        start, step = self.limits[0], self.step
        if not _whole(start) or not isinstance(step, int):
            return None
        first = start + at * step
        last = first + (count - 1) * (every * step)
        return (first, last) if step > 0 else (last, first)

    def infer(self) -> TensorType:
        start, end = self.limits
        first, last = (start, end) if self.step > 0 else (end, start)
        if self.step == 0:
            raise Refused("arange cannot go in steps of 0", setting="step")
        if _whole(first) and _whole(last) and isinstance(self.step, int):
            way: Dim = last - first
            backwards, count = short(way, 0), ceil_div(way, abs(self.step))
        else:
            backwards, count = self._count_floats(first, last)
        if backwards:
            raise Refused(
                f"arange cannot go from {start} to {end} in steps of {self.step}",
                setting="end",
                help="a step of -1 counts down" if self.step == 1 else (),
            )
        return TensorType((count,), promote(start, end, self.step))

    def _count_floats(self, first: float | Size, last: float | Size) -> tuple[bool, int]:
        if isinstance(first, Size) or isinstance(last, Size):
            raise Refused(
                "arange of floats needs numbers as its ends, not a symbolic size", code="E311"
            )
        if not (isfinite(first) and isfinite(last) and isfinite(self.step)):
            raise Refused("arange needs finite numbers")
        return last < first, ceil((last - first) / abs(self.step))

    def lower(self) -> Lowering:
        start, end = self.limits
        numbers = (end,) if start == 0 and self.step == 1 else (start, end)
        step = given(step=(self.step, 1))
        return function("torch.arange", *numbers, **step, device=Device())

    def caption(self) -> tuple[str, str]:
        start, end = self.limits
        return "arange", f"{start} … {end}"


def _whole(number: float | Size) -> TypeGuard[Dim]:
    return isinstance(number, int | Size)


class Linspace(SourceLayer):
    """Numbers at equal distances, both ends included: ``linspace(0, 1, steps=11)``.

    https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
    """

    word = "linspace"
    lifts = (Lift("linspace.default"),)
    examples = (Example("linspace(0, 1, steps=11)"),)

    start: float
    end: float
    steps: Dim

    def infer(self) -> TensorType:
        if less(self.steps, 0) is True:
            raise Refused(f"linspace cannot have {self.steps} steps", setting="steps")
        return TensorType((self.steps,))

    def lower(self) -> Lowering:
        return function("torch.linspace", self.start, self.end, self.steps, device=Device())

    def caption(self) -> tuple[str, str]:
        return "linspace", f"{brief(self.start)} … {brief(self.end)}"


# --- like another tensor ---------------------------------------------------------------------


class Like(Layer):
    """Base: makes a tensor of the input's shape and dtype."""

    category: ClassVar[Category] = "source"
    elementwise = True
    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)

    def infer(self, x: TensorType) -> TensorType:
        return x

    def lower(self, _: TensorType) -> Lowering:
        return function(f"torch.{self.word}", Input(0))


class ZerosLike(Like):
    """Zeros of the input's shape and dtype: ``x > zeros_like``.

    https://docs.pytorch.org/docs/stable/generated/torch.zeros_like.html
    """

    word = "zeros_like"
    complexes = True
    examples = (Example("zeros_like", "3x8"),)


class NewZeros(Like):
    """Zeros of another shape, of the input's dtype: ``x > new_zeros([1, 4, d])``.

    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.new_zeros.html
    """

    word = "new_zeros"
    role = "zeros"
    elementwise = False
    lifts = (Lift(shape="size"),)
    examples = (Example("new_zeros([1, 4, 8])", "5"), Example("new_zeros(3x4)", "2 int"))

    shape: Dim | tuple[Dim, ...]

    def infer(self, x: TensorType) -> TensorType:
        return TensorType(Zeros(shape=self.shape).infer().shape, x.dtype)

    def lower(self, _: TensorType) -> Lowering:
        sizes = self.shape if isinstance(self.shape, tuple) else (self.shape,)
        return Lowering(forward=method(Input(0), "new_zeros", *(sizes or ((),))))


class OnesLike(Like):
    """Ones of the input's shape and dtype: ``x > ones_like``.

    https://docs.pytorch.org/docs/stable/generated/torch.ones_like.html
    """

    word = "ones_like"
    complexes = True
    examples = (Example("ones_like", "3x8"),)


class RandLike(Like):
    """Random numbers between 0 and 1 of the input's shape: ``x > rand_like``.

    https://docs.pytorch.org/docs/stable/generated/torch.rand_like.html
    """

    word = "rand_like"
    examples = (Example("rand_like", "3x8"),)

    def infer(self, x: TensorType) -> TensorType:
        need_float(self.word, x)
        return x

    def effects(self) -> frozenset[Effect]:
        return frozenset({"random"})


class RandnLike(RandLike):
    """Random numbers of the normal distribution, of the input's shape: ``x > randn_like``.

    https://docs.pytorch.org/docs/stable/generated/torch.randn_like.html
    """

    word = "randn_like"
    examples = (Example("randn_like", "3x8"),)


class FullLike(Like):
    """One number everywhere, of the input's shape and dtype: ``x > full_like(0.5)``.

    https://docs.pytorch.org/docs/stable/generated/torch.full_like.html
    """

    word = "full_like"
    lifts = (Lift(read=_filled_like),)
    examples = (Example("full_like(0.5)", "3x8"),)

    value: Number

    def infer(self, x: TensorType) -> TensorType:
        need_room(x, self.value, "value")
        return x

    def lower(self, _: TensorType) -> Lowering:
        return function("torch.full_like", Input(0), code(self.value))
