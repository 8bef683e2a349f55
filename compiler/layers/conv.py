"""Convolutions (torch.nn.Conv1d, Conv2d, Conv3d and their transposes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..checks import Windowed, need, need_known, spatial, times
from ..dims import Dim, equal, less
from ..layer import (
    Biased,
    Border,
    Computable,
    Example,
    Foreign,
    Positive,
    Refused,
    Tensor,
    Weight,
    Window,
    collapse,
    computes,
    divides,
    expand,
    numel,
    short,
    tried,
)
from ..lifting import Lift, OpCall
from ..lowering import CallCode, Code, Input, Lowering, call, given, module
from ..types import TensorType
from .padding import check_reach


class _Convolution(Computable, Biased, Windowed):
    """Base of convolutions and their transposes. Each declares all settings in its own order."""

    category = "conv"
    channel_axis = "second"

    kernel: Window
    out: Positive
    stride: Window = 1
    pad: Border | Literal["same", "valid"] = 0
    dilation: Window = 1
    groups: Positive = 1
    bias: bool | Tensor = True
    weight: Tensor | None = None

    def expanded(self, x: TensorType, *names: str) -> list[tuple[Dim, ...]]:
        """The settings with one size for each spatial axis of the input."""
        return [expand(getattr(self, name), x.rank - 2, name) for name in names]

    def collapsed(self, x: TensorType, name: str) -> Dim | tuple[Dim, ...]:
        """A setting in the form that PyTorch code has: one size if all are equal."""
        (value,) = self.expanded(x, name)
        need_known(self, **{name: value})
        return collapse(value)

    def check(self, x: TensorType) -> None:
        need(self, x)
        spatial(self, x)
        self.check_order(x)
        for count, what in ((x.shape[1], "channels of the input"), (self.out, "filters")):
            if not divides(self.groups, count):
                raise Refused(
                    f"groups={self.groups} does not divide the {count} {what}",
                    setting="groups",
                    help=self.groups_help(x),
                )

    def check_order(self, x: TensorType) -> None:
        """Refuses ``conv(64, 3)``, which means 64 filters of 3x3: nobody wants 3 filters of 64x64
        with stride 1."""
        kernel, out = self.kernel, self.out
        swapped = isinstance(kernel, int) and kernel >= 16 and out in (1, 3, 5, 7)
        if swapped and x.rank == 4 and self.stride in (1, 2):
            meant = f"`{self.word}({kernel}x{kernel}, {out})` says that you mean it"
            written = tried(self, x, kernel=(kernel, kernel))
            raise Refused(
                f"a {kernel}x{kernel} kernel for {out} {'filter' if out == 1 else 'filters'}?",
                setting="kernel",
                notes=("the kernel comes first, then the filters",),
                help=(
                    f"`{self.word}({out}x{out}, {kernel})` has {kernel} filters",
                    *((meant,) if written else ()),
                ),
                fix={"kernel": f"{out}x{out}", "out": str(kernel)},
            )

    def groups_help(self, x: TensorType) -> str:
        if isinstance(self.groups, int) and isinstance(self.out, int):
            most = min(self.groups, self.out, 1 << 12)
            common = [g for g in range(2, most + 1) if _divides(g, self.out, x.shape[1])]
            if common and tried(self, x, groups=common[-1]):
                return f"`groups={common[-1]}` divides both"
        return f"both must be multiples of {self.groups}: channels in and filters out"

    def constructor(self, x: TensorType, name: str) -> tuple[str, tuple[Dim, ...]]:
        """The module's class and first arguments; a lazy class if the input's channels are open."""
        rank, channels = x.rank - 2, x.shape[1]
        need_known(self, out=self.out, groups=self.groups)
        if isinstance(channels, int):
            return f"nn.{name}{rank}d", (channels, self.out)
        return f"nn.Lazy{name}{rank}d", (self.out,)

    def lower(self, x: TensorType) -> Lowering:
        if not self.computed:
            return Lowering(self.module(x))
        if self.weights(x):
            need_known(self, channels=x.shape[1])
        without = ("weight",) if self.weight is not None else ()
        return computes(self.function(x), self.module(x) if self.weights(x) else None, without)

    def module(self, x: TensorType) -> CallCode | None:
        """The constructor of the module; it has no bias if that is computed."""
        raise NotImplementedError(self.word)

    def function(self, x: TensorType) -> Code:
        """The call of the function, with computed weights."""
        raise NotImplementedError(self.word)

    def caption(self) -> tuple[str, str]:
        extras = {"stride": self.stride, "dilation": self.dilation, "groups": self.groups}
        second = ", ".join(f"{k} {times(v)}" for k, v in extras.items() if v != 1)
        return f"{self.shown} {times(self.kernel)}, {self.out}", second


class Conv(_Convolution):
    """Convolution: slides ``out`` filters over an input, [N, C, ...] to [N, out, ...].

    The rank follows the input: [N, C, T], [N, C, H, W] or [N, C, D, H, W]. ``kernel`` is one size
    for all axes (``3``) or one for each (``3x3``). Each axis becomes
    ``(size + 2*pad - dilation*(kernel - 1) - 1) // stride + 1``. ``pad=same`` keeps sizes (stride
    1 only), ``pad=valid`` is 0; ``pad_mode`` says how the border is filled. ``groups=x.c``
    makes a depthwise convolution.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
    """

    word = "conv"
    foreign = (
        Foreign(
            "Conv#d", "in_channels out_channels kernel_size stride padding dilation groups bias"
        ),
        Foreign("LazyConv#d", "out_channels kernel_size stride padding"),
        Foreign("Conv#D Convolution#D", "filters kernel_size strides padding"),
        Foreign("convolution"),
    )
    role = "conv"
    lifts = (Lift("conv#d", lambda call: _filters(call, 0), pad="padding"),)
    examples = (
        Example("conv(3x3, 64)", "3x32x32"),
        Example("conv(7x7, 64, stride=2, pad=3, bias=false)", "3x224x224"),
        Example("conv(3x3, 32, groups=32, pad=same)", "32x16x16"),
        Example("conv(3, 16, dilation=2, pad=2, pad_mode=circular)", "8x50"),
        Example("conv(1x3x3, 4, pad=[0, 1, 1])", "2x8x9x10"),
    )

    kernel: Window
    out: Positive
    stride: Window = 1
    pad: Border | Literal["same", "valid"] = 0
    dilation: Window = 1
    groups: Positive = 1
    bias: bool | Tensor = True
    pad_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"
    weight: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        if self.pad == "same":
            self.check_same(x)
        spatial_sizes = [self.slide(x, i) for i in range(x.rank - 2)]
        if self.pad_mode != "zeros":
            check_reach(self, x, self.padding(x), self.pad_mode)
        return x.with_shape(x.shape[0], self.out, *spatial_sizes)

    def check_same(self, x: TensorType) -> None:
        (stride,) = self.expanded(x, "stride")
        if any(s != 1 for s in stride):
            raise Refused(
                "`pad=same` needs stride 1",
                setting="pad",
                detail=f"the stride is {times(self.stride)}",
                help=self.strided_help(x),
            )

    def strided_help(self, x: TensorType) -> tuple[str, ...]:
        """The `pad` that gives the size of `same` in other frameworks, if there is one."""
        kernel, stride, dilation = self.expanded(x, "kernel", "stride", "dilation")
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        wanted = [(size - 1) // s + 1 for size, s in zip(x.shape[2:], stride, strict=True)]
        for pads in ([t // 2 for t in totals], [(t + 1) // 2 for t in totals]):
            pad = collapse(tuple(pads))
            results = tried(self, x, pad=pad)
            if results is not None and all(map(_is_equal, results[0].shape[2:], wanted)):
                return (f"`pad={_written(pad)}` gives ceil(size / stride)",)
        return ()

    def padding(self, x: TensorType) -> tuple[tuple[Dim, Dim], ...]:
        """How much padding each spatial axis gets before and after."""
        if self.pad == "same":
            kernel, dilation = self.expanded(x, "kernel", "dilation")
            totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
            return tuple((t // 2, t - t // 2) for t in totals)
        pad = (0,) * (x.rank - 2) if self.pad == "valid" else self.expanded(x, "pad")[0]
        return tuple((p, p) for p in pad)

    def slide(self, x: TensorType, axis: int) -> Dim:
        kernel, stride, dilation = (
            s[axis] for s in self.expanded(x, "kernel", "stride", "dilation")
        )
        before, after = self.padding(x)[axis]
        padded = x.shape[axis + 2] + before + after
        span = dilation * (kernel - 1) + 1
        if short(padded, span):
            raise Refused(
                f"the kernel is larger than the input: {span} against {padded}",
                setting="kernel",
                input=0,
                notes=self.size_notes(x),
                help=self.size_help(x),
            )
        return (padded - span) // stride + 1

    def size_notes(self, x: TensorType) -> tuple[str, ...]:
        parts = [f"kernel {times(self.kernel)}"]
        parts += [f"dilation {times(self.dilation)}"] if self.dilation != 1 else []
        return (f"{' with '.join(parts)} on {x}, pad {times(self.pad)}",)

    def size_help(self, x: TensorType) -> tuple[str, ...]:
        kernel, out = self.kernel, self.out
        larger = isinstance(kernel, int) and isinstance(out, int) and kernel > out
        if larger and tried(self, x, kernel=out, out=kernel):
            size = "x".join([str(out)] * (x.rank - 2))
            return (f"the kernel comes first, then the filters: `conv({size}, {kernel})`?",)
        same = tried(self, x, pad="same")
        return ("`pad=same` keeps the size",) if same and same[0].shape[2:] == x.shape[2:] else ()

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        (kernel,) = self.expanded(x, "kernel")
        bias = {"bias": Weight((self.out,))} if self.bias is not False else {}
        return {"weight": Weight((self.out, x.shape[1] // self.groups, *kernel))} | bias

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        (kernel,) = self.expanded(inputs[0], "kernel")
        channels = inputs[0].shape[1] // self.groups
        return numel(outputs[0].shape) * channels * numel(kernel)

    def weight_axes(self) -> str:
        return "[out, in / groups, ...kernel]"

    def keywords(self, x: TensorType) -> dict[str, tuple[Code, Code]]:
        """The settings that module and function share, each with PyTorch's default."""
        pad = self.pad if isinstance(self.pad, str) else self.collapsed(x, "pad")
        return {
            "stride": (self.collapsed(x, "stride"), 1),
            "padding": (pad, 0),
            "dilation": (self.collapsed(x, "dilation"), 1),
            "groups": (self.groups, 1),
        }

    def module(self, x: TensorType) -> CallCode | None:
        name, args = self.constructor(x, "Conv")
        more = {"bias": (self.bias is True, True), "padding_mode": (self.pad_mode, "zeros")}
        settings = self.keywords(x) | more
        kernel = self.collapsed(x, "kernel")
        return module(name, *args, kernel_size=kernel, _given=settings).module

    def function(self, x: TensorType) -> Code:
        value: Code = Input(0)
        settings = self.keywords(x)
        if self.pad_mode != "zeros":
            pads = tuple(p for pair in reversed(self.padding(x)) for p in pair)
            value = call("F.pad", value, pads, mode=self.pad_mode)
            del settings["padding"]
        name = f"F.conv{x.rank - 2}d"
        return call(name, value, *self.weight_codes(x), **given(**settings))


class ConvTranspose(_Convolution):
    """Transposed convolution, the upsampling one: [N, C, ...] to [N, out, ...].

    Each axis becomes ``(size - 1)*stride - 2*pad + dilation*(kernel - 1) + output_pad + 1``, so
    ``conv_transpose(2x2, c, stride=2)`` doubles it. ``output_pad`` adds to one side, to choose
    among the sizes that a strided ``conv`` would map to this one.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
    """

    word = "conv_transpose"
    foreign = (
        Foreign(
            "Deconvolution", "filters kernel_size strides padding", renamed={"num_output": "out"}
        ),
        Foreign(
            "ConvTranspose#d",
            "in_channels out_channels kernel_size stride padding output_padding groups bias",
        ),
        Foreign("Conv#DTranspose Convolution#DTranspose", "filters kernel_size strides padding"),
        Foreign("LazyConvTranspose#d", "out_channels kernel_size stride padding output_padding"),
        Foreign("convtranspose deconv convolution_transpose"),
    )
    lifts = (
        Lift(
            "conv_transpose#d",
            lambda call: _filters(call, 1),
            pad="padding",
            output_pad="output_padding",
        ),
    )
    examples = (
        Example("conv_transpose(2x2, 32, stride=2)", "64x16x16"),
        Example("conv_transpose(3x3, 8, stride=2, pad=1, output_pad=1, bias=false)", "16x7x7"),
        Example("conv_transpose(4, 6, stride=2, pad=1, groups=2)", "4x10"),
        Example("conv_transpose(3x3x3, 2, dilation=2)", "4x5x6x7"),
    )

    kernel: Window
    out: Positive
    stride: Window = 1
    pad: Border = 0
    dilation: Window = 1
    groups: Positive = 1
    bias: bool | Tensor = True
    output_pad: Border = 0
    weight: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        return x.with_shape(x.shape[0], self.out, *(self.spread(x, i) for i in range(x.rank - 2)))

    def spread(self, x: TensorType, axis: int) -> Dim:
        names = ("kernel", "stride", "pad", "dilation", "output_pad")
        kernel, stride, pad, dilation, extra = (s[axis] for s in self.expanded(x, *names))
        if less(extra, stride) is False and less(extra, dilation) is False:
            raise Refused(
                "output_pad must be smaller than the stride or the dilation",
                setting="output_pad",
                detail=f"{extra} against stride {stride}, dilation {dilation}",
            )
        size = (x.shape[axis + 2] - 1) * stride - 2 * pad + dilation * (kernel - 1) + extra + 1
        if short(size, 1):
            raise Refused(
                f"nothing is left of the output: an axis would have {size} elements",
                setting="pad",
                input=0,
                help="make `pad` smaller: a transposed convolution takes it off the output",
            )
        return size

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        (kernel,) = self.expanded(x, "kernel")
        bias = {"bias": Weight((self.out,))} if self.bias is not False else {}
        return {"weight": Weight((x.shape[1], self.out // self.groups, *kernel))} | bias

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        (kernel,) = self.expanded(inputs[0], "kernel")
        return numel(inputs[0].shape) * (self.out // self.groups) * numel(kernel)

    def weight_axes(self) -> str:
        return "[in, out / groups, ...kernel]"

    def keywords(self, x: TensorType, **bias: tuple[Code, Code]) -> dict[str, tuple[Code, Code]]:
        """The settings in PyTorch's order, each with its default."""
        return {
            "stride": (self.collapsed(x, "stride"), 1),
            "padding": (self.collapsed(x, "pad"), 0),
            "output_padding": (self.collapsed(x, "output_pad"), 0),
            "groups": (self.groups, 1),
            **bias,
            "dilation": (self.collapsed(x, "dilation"), 1),
        }

    def module(self, x: TensorType) -> CallCode | None:
        name, args = self.constructor(x, "ConvTranspose")
        settings = self.keywords(x, bias=(self.bias is True, True))
        kernel = self.collapsed(x, "kernel")
        return module(name, *args, kernel_size=kernel, _given=settings).module

    def function(self, x: TensorType) -> Code:
        settings = given(**self.keywords(x))
        name = f"F.conv_transpose{x.rank - 2}d"
        return call(name, Input(0), *self.weight_codes(x), **settings)


def _filters(call: OpCall, axis: int) -> dict[str, Dim | tuple[Dim, ...]]:
    """The settings that the weight shows: its ``axis`` counts the filters of one group."""
    weight = call.type("weight").shape
    return {"out": weight[axis] * (call.arguments["groups"] if axis else 1), "kernel": weight[2:]}


def _written(value: Dim | tuple[Dim, ...]) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def _is_equal(a: Dim, b: Dim) -> bool:
    return equal(a, b) is True


def _divides(divisor: int, *counts: Dim) -> bool:
    return all(equal(c % divisor, 0) is True for c in counts)
