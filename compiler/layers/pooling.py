"""Pooling (torch.nn.MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, LPPool2d, FractionalMaxPool2d...)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Final, TypeAlias

from ..checks import (
    SPATIAL_AXES,
    Windowed,
    all_known,
    need,
    need_known,
    scaled,
    spatial,
    times,
)
from ..dims import Dim, Size, dim_min
from ..layer import (
    Border,
    Effect,
    Example,
    Foreign,
    Layer,
    Made,
    Range,
    Refused,
    Sizes,
    Target,
    Window,
    collapse,
    expand,
    same,
    short,
    tried,
)
from ..lifting import Lift, OpCall
from ..lowering import CallCode, Code, Input, Lowering, Self, call, function, method, module
from ..types import Dtype, TensorType

Targets: TypeAlias = Annotated[int | Size | tuple[Dim | None, ...], Range(1)]
"""The sizes of a result; ``none`` keeps an axis as it is."""


def pooled(size: Dim, kernel: Dim, stride: Dim, pad: Dim, dilation: Dim, *, ceil: bool) -> Dim:
    """How many windows fit. With ``ceil`` the last window may reach over the end, but must start
    inside the input or its left padding."""
    room = size + 2 * pad - dilation * (kernel - 1) - 1
    if not ceil:
        return room // stride + 1
    return dim_min((room + stride - 1) // stride + 1, (size + pad + stride - 1) // stride)


def _windows(call: OpCall) -> dict[str, Dim | tuple[Dim, ...] | None]:
    """The kernel, and the stride if it is another size."""
    kernel, stride = (collapse(tuple(call[name])) for name in ("kernel_size", "stride"))
    return {"kernel": kernel, "stride": None if stride in ((), kernel) else stride}


class _Pool(Windowed):
    """Base: pools by sliding windows."""

    category = "pool"
    channel_axis = "second"

    torch: ClassVar[str]
    function: ClassVar[str]
    dtypes: ClassVar[tuple[Dtype, ...]] = ("float",)

    kernel: Window
    stride: Window | None = None

    def infer(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        return self.windows(x)

    def windows(self, x: TensorType) -> TensorType:
        need(self, x, *self.dtypes)
        rank = spatial(self, x)
        return x.with_shape(*x.shape[:2], *(self.slide(x, i) for i in range(rank)))

    def expanded(self, x: TensorType, name: str, default: Sizes = 1) -> tuple[Dim, ...]:
        value = getattr(self, name, default)
        if name == "stride" and value is None:
            value = self.kernel
        return expand(value, x.rank - 2, name)

    def slide(self, x: TensorType, axis: int) -> Dim:
        size = x.shape[axis + 2]
        kernel = self.expanded(x, "kernel")[axis]
        stride = self.expanded(x, "stride")[axis]
        pad = self.expanded(x, "pad", 0)[axis]
        dilation = self.expanded(x, "dilation")[axis]
        span = dilation * (kernel - 1) + 1
        if short(kernel // 2, pad):
            raise Refused(
                f"pad must be from 0 to half the kernel, got {pad} for a kernel of {kernel}",
                setting="pad",
                help=self.pad_help(x),
            )
        ceil: bool = getattr(self, "ceil_mode", False)
        count = pooled(size, kernel, stride, pad, dilation, ceil=ceil)
        if short(count, 1):
            raise self.too_large(x, span, size + 2 * pad)
        return count

    def pad_help(self, x: TensorType) -> str:
        more = f"`pad([...]) > {self.word}` pads more"
        most = collapse(tuple(k // 2 for k in self.expanded(x, "kernel")))
        text = f"[{', '.join(map(str, most))}]" if isinstance(most, tuple) else str(most)
        return f"at most `pad={text}` here; {more}" if tried(self, x, pad=most) else more

    def too_large(self, x: TensorType, span: Dim, size: Dim) -> Refused:
        return Refused(
            f"the window is larger than the input: {span} against {size}",
            setting="kernel",
            input=0,
            notes=(f"kernel {times(self.kernel)} on {x}",),
        )

    def settings_for(self, x: TensorType) -> dict[str, Code]:
        """The keywords, without PyTorch's defaults."""
        kernel, stride = self.expanded(x, "kernel"), self.expanded(x, "stride")
        keywords: dict[str, Code] = {"kernel_size": collapse(kernel)}
        if stride != kernel:
            keywords["stride"] = collapse(stride)
        return keywords

    def lower(self, x: TensorType) -> Lowering:
        rank, settings = x.rank - 2, self.settings_for(x)
        if all_known(*settings.values()):
            return module(f"nn.{self.torch}{rank}d", **settings)
        return function(f"F.{self.function}{rank}d", Input(0), **settings)

    def caption(self) -> tuple[str, str]:
        stride = self.kernel if self.stride is None else self.stride
        return f"{self.shown} {times(self.kernel)}", f"stride {times(stride)}"


class MaxPool(_Pool):
    """The largest element in each window, [N, C, ...].

    The stride is the kernel's size by default. Each axis becomes
    ``(size + 2*pad - dilation*(kernel - 1) - 1) // stride + 1``, rounded up with ``ceil_mode``.
    ``return_indices`` gives the places of the maxima as a side result, for ``max_unpool``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
    """

    word = "maxpool"
    aliases = ("pool",)
    foreign = (
        Foreign("MaxPool#d max_pool#d", "kernel_size stride padding"),
        Foreign("MaxPooling#D", "pool_size strides padding"),
        Foreign("max_pool max_pooling"),
    )
    results = "side"
    torch = "MaxPool"
    function = "max_pool"
    dtypes = ("float", "int")
    lifts = (
        Lift("max_pool#d", _windows, pad="padding"),
        Lift(
            "max_pool#d_with_indices",
            _windows,
            added={"return_indices": True},
            pad="padding",
        ),
    )
    examples = (
        Example("maxpool(2)", "64x32x32"),
        Example("pool(2,2)", "64x33x33"),
        Example("maxpool(3x3, stride=2, pad=1)", "64x112x112"),
        Example("maxpool(3, 2, ceil_mode=true)", "8x7x8"),
        Example("maxpool(2, return_indices=true)", "8x50"),
        Example("maxpool(2x3x3, dilation=2)", "4x8x8x8"),
    )

    kernel: Window
    stride: Window | None = None
    pad: Border = 0
    dilation: Window = 1
    ceil_mode: bool = False
    return_indices: bool = False

    def infer(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        if x.rank == 3 and not self.return_indices:
            need(self, x)  # PyTorch pools ints of sequences only with return_indices
        result = self.windows(x)
        return (result, result.with_dtype("int")) if self.return_indices else result

    def settings_for(self, x: TensorType) -> dict[str, Code]:
        given = {
            "padding": (collapse(self.expanded(x, "pad")), 0),
            "dilation": (collapse(self.expanded(x, "dilation")), 1),
            "return_indices": (self.return_indices, False),
            "ceil_mode": (self.ceil_mode, False),
        }
        differing = {k: value for k, (value, default) in given.items() if value != default}
        return super().settings_for(x) | differing


class _MeanPool(_Pool):
    """Base: pools by avg_pool1d and the like; avg_pool3d needs an input as large as the kernel."""

    def slide(self, x: TensorType, axis: int) -> Dim:
        kernel, size = self.expanded(x, "kernel")[axis], x.shape[axis + 2]
        if x.rank == 5 and short(size, kernel):
            raise self.too_large(x, kernel, size)
        return super().slide(x, axis)


class AvgPool(_MeanPool):
    """The mean of each window, [N, C, ...].

    ``count_include_pad`` counts the padding's zeros; ``divisor_override`` divides by another
    number (not for [N, C, T]). Sizes as for ``maxpool``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
    """

    word = "avgpool"
    foreign = (
        Foreign("AvgPool#d avg_pool#d", "kernel_size stride padding"),
        Foreign("AveragePooling#D", "pool_size strides padding"),
        Foreign("avg_pool average_pooling average_pool"),
    )
    torch = "AvgPool"
    function = "avg_pool"
    lifts = (Lift("avg_pool#d", _windows, pad="padding"),)
    examples = (
        Example("avgpool(2)", "64x32x32"),
        Example("avgpool(3, stride=1, pad=1, count_include_pad=false)", "8x7x8"),
        Example("avgpool(3, 2, ceil_mode=true)", "8x50"),
        Example("avgpool(2x2, divisor_override=3)", "8x7x8"),
    )

    kernel: Window
    stride: Window | None = None
    pad: Border = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def infer(self, x: TensorType) -> TensorType:
        result = self.windows(x)
        if self.divisor_override is not None and x.rank == 3:
            raise Refused("avgpool over one axis takes no divisor", setting="divisor_override")
        if self.divisor_override == 0:
            raise Refused("the divisor must not be 0", setting="divisor_override")
        return result

    def settings_for(self, x: TensorType) -> dict[str, Code]:
        given = {
            "padding": (collapse(self.expanded(x, "pad")), 0),
            "ceil_mode": (self.ceil_mode, False),
            "count_include_pad": (self.count_include_pad, True),
            "divisor_override": (self.divisor_override, None),
        }
        differing = {k: value for k, (value, default) in given.items() if value != default}
        return super().settings_for(x) | differing


class LPPool(_MeanPool):
    """The ``norm``-norm of each window, ``sum(x ** norm) ** (1 / norm)``: 1 is sum pooling.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
    """

    word = "lp_pool"
    foreign = (
        Foreign("LPPool#d", "norm_type kernel_size stride"),
        Foreign("lppool"),
    )
    torch = "LPPool"
    function = "lp_pool"
    examples = (
        Example("lp_pool(2, 3x3)", "8x7x8"),
        Example("lp_pool(1, 2, stride=1, ceil_mode=true)", "8x50"),
    )

    norm: float
    kernel: Window
    stride: Window | None = None
    ceil_mode: bool = False

    def infer(self, x: TensorType) -> TensorType:
        if self.norm == 0:
            raise Refused("lp_pool cannot have the norm 0", setting="norm")
        return self.windows(x)

    def settings_for(self, x: TensorType) -> dict[str, Code]:
        ceil = {"ceil_mode": True} if self.ceil_mode else {}
        return {"norm_type": self.norm} | super().settings_for(x) | ceil

    def caption(self) -> tuple[str, str]:
        return f"L{self.norm:g} pool {times(self.kernel)}", super().caption()[1]


# --- to a given size -----------------------------------------------------------------------------


class _Adaptive(Layer):
    """Base: pools inputs of any size to a given size."""

    category = "pool"
    channel_axis = "second"
    positional = 1

    torch: ClassVar[str]
    function: ClassVar[str]

    size: Targets

    @property
    def assumed(self) -> tuple[str, ...]:  # type: ignore[override]
        rank = len(self.size) if isinstance(self.size, tuple) else 0
        return SPATIAL_AXES.get(rank, ())

    def targets(self, x: TensorType) -> tuple[Dim | None, ...]:
        if not isinstance(self.size, tuple):
            return (self.size,) * (x.rank - 2)
        if len(self.size) != x.rank - 2:
            raise Refused(
                f"size has {len(self.size)} sizes, and {x} has {x.rank - 2} spatial axes",
                setting="size",
                input=0,
            )
        return self.size

    def shape(self, x: TensorType) -> TensorType:
        need(self, x)
        spatial(self, x)
        targets = self.targets(x)
        kept = zip(targets, x.shape[2:], strict=True)
        return x.with_shape(*x.shape[:2], *(old if new is None else new for new, old in kept))

    def lower(self, x: TensorType) -> Lowering:
        rank, targets = x.rank - 2, self.targets(x)
        size: Code = targets[0] if len(set(targets)) == 1 else targets
        if size is None:  # PyTorch takes none only in a tuple, and not for one axis
            size = targets if rank > 1 else x.shape[2]
        if all_known(size):
            return module(f"nn.{self.torch}{rank}d", size, **self.extras())
        return function(f"F.{self.function}{rank}d", Input(0), size, **self.extras())

    def extras(self) -> dict[str, Code]:
        return {}

    def caption(self) -> tuple[str, str]:
        return self.shown, f"to {times(self.size)}"


class AdaptiveAvgPool(_Adaptive):
    """The means of equal parts, as many as ``size`` says: [N, C, ...] to [N, C, *size].

    ``adaptive_avgpool(7)``, ``adaptive_avgpool(7x5)``; ``none`` keeps an axis. ``gap`` pools to
    size 1 and drops the axes.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    word = "adaptive_avgpool"
    foreign = (
        Foreign("AdaptiveAvgPool#d adaptive_avg_pool#d", "output_size"),
        Foreign("adaptive_avg_pool adaptive_average_pooling"),
    )
    torch = "AdaptiveAvgPool"
    function = "adaptive_avg_pool"
    lifts = (Lift("adaptive_avg_pool#d", size="output_size"),)
    examples = (
        Example("adaptive_avgpool(1)", "64x8x8"),
        Example("adaptive_avgpool(7x7)", "512x10x12"),
        Example("adaptive_avgpool([none, 3])", "8x7x7"),
        Example("adaptive_avgpool(4)", "8x50"),
    )

    size: Targets

    def infer(self, x: TensorType) -> TensorType:
        return self.shape(x)


class AdaptiveMaxPool(_Adaptive):
    """The maxima of equal parts, as many as ``size`` says: [N, C, ...] to [N, C, *size].

    ``return_indices`` gives the places of the maxima as a side result.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
    """

    word = "adaptive_maxpool"
    foreign = (
        Foreign("AdaptiveMaxPool#d adaptive_max_pool#d", "output_size"),
        Foreign("adaptive_max_pool adaptive_max_pooling"),
    )
    results = "side"
    torch = "AdaptiveMaxPool"
    function = "adaptive_max_pool"
    lifts = (Lift("adaptive_max_pool#d", added={"return_indices": True}, size="output_size"),)
    examples = (
        Example("adaptive_maxpool(1)", "64x8x8"),
        Example("adaptive_maxpool(5x7, return_indices=true)", "8x10x9"),
    )

    size: Targets
    return_indices: bool = False

    def infer(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        result = self.shape(x)
        return (result, result.with_dtype("int")) if self.return_indices else result

    def extras(self) -> dict[str, Code]:
        return {"return_indices": True} if self.return_indices else {}


class GlobalAvgPool(Layer):
    """Global average pool and flatten: the mean of each channel, [N, C, ...] to [N, C].

    The same as ``adaptive_avgpool(1) > flatten``, bit for bit.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
    """

    word = "gap"
    foreign = (Foreign("global_average_pooling global_avg_pool globalavgpool global_average_pool"),)
    role = "gap"
    category = "pool"
    channel_axis = "second"
    positional = 0
    assumed = ("N", "C", "H", "W")
    examples = (Example("gap", "512x7x7"), Example("gap", "64x100"), Example("gap", "8x3x4x5"))

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        spatial(self, x)
        return x.with_shape(*x.shape[:2])

    def lower(self, x: TensorType) -> Lowering:
        pooled = call(f"F.adaptive_avg_pool{x.rank - 2}d", Input(0), 1)
        return Lowering(forward=method(pooled, "flatten", 1))

    def caption(self) -> tuple[str, str]:
        return "global avgpool", ""


# --- unpooling and random windows ----------------------------------------------------------------


class MaxUnpool(Windowed):
    """Reverses a max pool: ``[y, indices] > max_unpool(2)`` puts each element back in its place.

    ``indices`` are those that ``maxpool(..., return_indices=true)`` gives. Each axis becomes
    ``(size - 1)*stride - 2*pad + kernel``, or ``size``, since several sizes fit: it must be
    the size of the tensor that was pooled.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
    """

    word = "max_unpool"
    category = "pool"
    channel_axis = "second"
    arity = (2, 2)
    examples = (
        Example("max_unpool(2)", "8x4x4", "8x4x4 int"),
        Example("max_unpool(3x3, stride=2, size=[8, 9])", "8x4x4", "8x4x4 int"),
        Example("max_unpool(2)", "8x10", "8x10 int"),
    )

    kernel: Window
    stride: Window | None = None
    pad: Border = 0
    size: Target | None = None

    def infer(self, x: TensorType, indices: TensorType) -> TensorType:
        need(self, x)
        need(self, indices, "int", input=1)
        rank = spatial(self, x)
        if x.rank != indices.rank or not all(map(same, x.shape, indices.shape)):
            raise Refused(
                f"the indices have another shape than the input: {indices} and {x}", input=1
            )
        return x.with_shape(*x.shape[:2], *(self.spread(x, i) for i in range(rank)))

    def suit(self, made: Sequence[Made | None], x: TensorType, indices: TensorType) -> None:
        """Refuses another size than that of the pooled tensor, whose places the indices count."""
        source = made[1]
        if source is None or source.index != 1 or not isinstance(source.layer, _GIVE_PLACES):
            return
        sizes, wanted = self.infer(x, indices).shape[2:], source.inputs[0].shape[2:]
        if not all(map(same, sizes, wanted)):
            fits = all_known(*wanted) and tried(self, x, indices, size=wanted)
            raise Refused(
                f"the indices are places in {times(wanted)}, and the result is {times(sizes)}",
                setting="kernel" if self.size is None else "size",
                input=1,
                help=f"`size=[{', '.join(map(str, wanted))}]`" if fits else (),
            )

    def spread(self, x: TensorType, axis: int) -> Dim:
        rank = x.rank - 2
        kernel = expand(self.kernel, rank, "kernel")[axis]
        stride = self.strides(rank)[axis]
        pad = expand(self.pad, rank, "pad")[axis]
        size = (x.shape[axis + 2] - 1) * stride - 2 * pad + kernel
        if self.size is None:
            if short(size, 1):
                raise Refused(f"an axis would have {size} elements", setting="pad", input=0)
            return size
        wanted = expand(self.size, rank, "size")[axis]
        if short(wanted, size - stride + 1) or short(size + stride - 1, wanted):
            raise Refused(
                f"size {wanted} does not fit: it can be {size - stride + 1} to {size + stride - 1}",
                setting="size",
                input=0,
            )
        return wanted

    def strides(self, rank: int) -> tuple[Dim, ...]:
        return expand(self.kernel if self.stride is None else self.stride, rank, "stride")

    def lower(self, x: TensorType, indices: TensorType) -> Lowering:
        rank = x.rank - 2
        kernel, stride = expand(self.kernel, rank, "kernel"), self.strides(rank)
        pad = expand(self.pad, rank, "pad")
        need_known(self, kernel=kernel, stride=stride, pad=pad)
        given = {
            "stride": (collapse(stride), collapse(kernel)),
            "padding": (collapse(pad), 0),
        }
        lowered = module(f"nn.MaxUnpool{rank}d", collapse(kernel), _given=given)
        if self.size is None:
            return lowered
        size = expand(self.size, rank, "size")
        return Lowering(
            lowered.module, CallCode(Self(), (Input(0), Input(1)), (("output_size", size),))
        )

    def caption(self) -> tuple[str, str]:
        return f"max_unpool {times(self.kernel)}", ""


class FractionalMaxPool(Windowed):
    """Max pooling by windows at random places, to a ``size`` or by a ``ratio`` below 1.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
    """

    word = "fractional_maxpool"
    foreign = (
        Foreign("FractionalMaxPool2d FractionalMaxPool3d", "kernel_size output_size output_ratio"),
        Foreign("fractional_max_pool"),
    )
    category = "pool"
    channel_axis = "second"
    results = "side"
    positional = 1
    spatial_settings = ("kernel", "size", "ratio")
    examples = (
        Example("fractional_maxpool(2, ratio=0.7)", "8x16x16"),
        Example("fractional_maxpool(3x2, size=6x7)", "8x16x16"),
        Example("fractional_maxpool(2, size=3, return_indices=true)", "4x8x8x8"),
    )

    kernel: Window
    size: Target | None = None
    ratio: float | tuple[float, ...] | None = None
    return_indices: bool = False

    def infer(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        need(self, x)
        rank = spatial(self, x, 2, 3)
        if (self.size is None) == (self.ratio is None):
            raise Refused("fractional_maxpool takes a size or a ratio", help="`ratio=0.7`")
        made = x.with_shape(*x.shape[:2], *(self.target(x, i) for i in range(rank)))
        kernel = expand(self.kernel, rank, "kernel")
        for size, target, window in zip(x.shape[2:], made.shape[2:], kernel, strict=True):
            needed = target + window - (1 if rank == 2 else 0)  # PyTorch asks for one more in 3d
            if short(size, needed):
                raise Refused(
                    f"{target} windows of {window} need {needed} elements, not {size}",
                    setting="kernel",
                    input=0,
                )
        return (made, made.with_dtype("int")) if self.return_indices else made

    def target(self, x: TensorType, axis: int) -> Dim:
        rank = x.rank - 2
        if self.size is not None:
            return expand(self.size, rank, "size")[axis]
        ratio = self.ratio if isinstance(self.ratio, tuple) else (self.ratio,) * rank
        if len(ratio) != rank or not all(r is not None and 0 < r < 1 for r in ratio):
            raise Refused(
                f"ratio is a number between 0 and 1, one for all axes or one for each of {rank}",
                setting="ratio",
            )
        size = scaled(x.shape[axis + 2], ratio[axis] or 0)
        if size is None:
            raise Refused(
                f"ratio={self.ratio} of {x} is not an exact size",
                code="E311",
                input=0,
                setting="ratio",
            )
        if short(size, 1):
            raise Refused(f"ratio={self.ratio} of {x} leaves nothing", input=0, setting="ratio")
        return size

    def lower(self, x: TensorType) -> Lowering:
        rank = x.rank - 2
        kernel = expand(self.kernel, rank, "kernel")
        need_known(self, kernel=kernel)
        given: dict[str, tuple[Code, Code]] = {"output_ratio": (self.ratio, None)}
        if self.size is not None:
            size = expand(self.size, rank, "size")
            need_known(self, size=size)
            given["output_size"] = (collapse(size), None)
        given["return_indices"] = (self.return_indices, False)
        return module(f"nn.FractionalMaxPool{rank}d", collapse(kernel), _given=given)

    def caption(self) -> tuple[str, str]:
        target = f"to {times(self.size)}" if self.ratio is None else f"ratio {times(self.ratio)}"
        return f"fractional_maxpool {times(self.kernel)}", target

    def effects(self) -> frozenset[Effect]:
        return frozenset({"random"})


_GIVE_PLACES: Final = (MaxPool, AdaptiveMaxPool, FractionalMaxPool)
