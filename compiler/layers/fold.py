"""Folding and flattening (torch.nn.Unfold, Fold, Flatten, Unflatten)."""

from __future__ import annotations

from ..checks import all_known, at_least, need, times
from ..dims import Dim
from ..layer import (
    Border,
    Example,
    Foreign,
    Layer,
    Refused,
    Sizes,
    Target,
    Window,
    axis,
    collapse,
    divides,
    expand,
    numel,
    same,
    short,
)
from ..lifting import Lift
from ..lowering import Code, Input, Lowering, function, method, module
from ..types import TensorType


class _Sliding(Layer):
    """Base: sliding blocks of an image, and the keywords that unfold and fold share."""

    category = "shape"

    kernel: Window
    dilation: Window = 1
    pad: Border = 0
    stride: Window = 1

    def check(self, x: TensorType) -> None:
        need(self, x)

    def blocks(self, sizes: tuple[Dim, ...]) -> Dim:
        """The number of blocks in an image of these sizes."""
        counts: list[Dim] = []
        names = ("kernel", "dilation", "pad", "stride")
        settings = [expand(getattr(self, name), 2, name) for name in names]
        for size, kernel, dilation, pad, stride in zip(sizes, *settings, strict=True):
            counts.append((size + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1)
            if short(counts[-1], 1):
                raise Refused(
                    f"the kernel is larger than the image: {times(self.kernel)} on {times(sizes)}",
                    setting="kernel",
                    input=0,
                )
        return numel(counts)

    def sliding(self) -> dict[str, Code]:
        """The keywords of the windows, without PyTorch's defaults."""
        keywords: dict[str, Code] = {"kernel_size": collapse(expand(self.kernel, 2, "kernel"))}
        for name, keyword, default in (
            ("dilation", "dilation", 1),
            ("pad", "padding", 0),
            ("stride", "stride", 1),
        ):
            value = collapse(expand(getattr(self, name), 2, name))
            if value != default:
                keywords[keyword] = value
        return keywords

    def caption(self) -> tuple[str, str]:
        second = f"stride {times(self.stride)}" if self.stride != 1 else ""
        return f"{self.shown} {times(self.kernel)}", second


class Unfold(_Sliding):
    """Cuts an image into sliding blocks, a column for each: [N, C, H, W] to [N, C*kh*kw, L].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
    """

    word = "unfold"
    foreign = (Foreign("Unfold", "kernel_size dilation padding stride"),)
    assumed = ("N", "C", "H", "W")
    positional = 1
    lifts = (Lift("im2col", kernel="kernel_size", pad="padding"),)
    examples = (
        Example("unfold(3, pad=1)", "3x8x8"),
        Example("unfold(2x3, stride=2, dilation=2)", "3x9x10"),
    )

    kernel: Window
    dilation: Window = 1
    pad: Border = 0
    stride: Window = 1

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        if x.rank != 4:
            raise Refused(f"unfold needs [N, C, H, W], got {x}", input=0)
        patch = numel(expand(self.kernel, 2, "kernel"))
        return x.with_shape(x.shape[0], x.shape[1] * patch, self.blocks(x.shape[2:]))

    def lower(self, *_: TensorType) -> Lowering:
        settings = self.sliding()
        if not all_known(*settings.values()):
            return function("F.unfold", Input(0), **settings)
        return module("nn.Unfold", **settings)


class Fold(_Sliding):
    """Adds sliding blocks to an image: [N, C*kh*kw, L] to [N, C, *size], the adjoint of unfold.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html
    """

    word = "fold"
    foreign = (Foreign("Fold", "output_size kernel_size dilation padding stride"),)
    assumed = ("N", "C", "T")
    lifts = (Lift("col2im", size="output_size", kernel="kernel_size", pad="padding"),)
    examples = (
        Example("fold(8x8, 3, pad=1)", "27x64"),
        Example("fold([9, 10], 2x3, stride=2, dilation=2)", "18x12"),
    )

    size: Target
    kernel: Window
    dilation: Window = 1
    pad: Border = 0
    stride: Window = 1

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        if x.rank != 3:
            raise Refused(f"fold needs [N, C*kh*kw, L], got {x}", input=0)
        size = expand(self.size, 2, "size")
        patch = numel(expand(self.kernel, 2, "kernel"))
        if not divides(patch, x.shape[1]):
            raise Refused(
                f"fold needs channels in multiples of the kernel's {patch}, got {x.shape[1]}",
                input=0,
            )
        blocks = self.blocks(size)
        if not same(x.shape[2], blocks):
            raise Refused(
                f"an image of {times(size)} has {blocks} blocks, got {x.shape[2]}",
                setting="size",
                input=0,
            )
        return x.with_shape(x.shape[0], x.shape[1] // patch, *size)

    def lower(self, *_: TensorType) -> Lowering:
        settings: dict[str, Code] = {"output_size": expand(self.size, 2, "size")} | self.sliding()
        if not all_known(*settings.values()):
            return function("F.fold", Input(0), **settings)
        return module("nn.Fold", **settings)

    def caption(self) -> tuple[str, str]:
        return f"fold {times(self.kernel)}", f"to {times(self.size)}"


class Flatten(Layer):
    """Joins the axes ``start`` to ``end`` into one: [N, C, H, W] to [N, C*H*W].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html
    """

    word = "flatten"
    complexes = True
    foreign = (
        Foreign("Flatten", "start_dim end_dim"),
        Foreign("flatten", "start_dim end_dim", added={"start": "0"}),
    )
    role = "flatten"
    keeps_elements = True
    category = "shape"
    assumed = ("N", "C", "H", "W")
    lifts = (Lift("flatten.using_ints", start="start_dim", end="end_dim"),)
    examples = (
        Example("flatten", "64x7x7"),
        Example("flatten(2)", "64x7x7"),
        Example("flatten(1, 2)", "12x4x8"),
        Example("flatten", "10"),
        Example("flatten(start=-2)", "3x4x5 int"),
    )

    start: int = 1
    end: int = -1

    def infer(self, x: TensorType) -> TensorType:
        start = axis(self.start, x.rank, setting="start")
        end = axis(self.end, x.rank, setting="end")
        if start > end:
            raise Refused(
                f"flatten goes from an axis to a later one, not from {self.start} to {self.end}",
                setting="start",
                detail=str(x),
            )
        joined = numel(x.shape[start : end + 1])
        return x.with_shape(*x.shape[:start], joined, *x.shape[end + 1 :])

    def lower(self, *_: TensorType) -> Lowering:
        given = {"start_dim": (self.start, 1), "end_dim": (self.end, -1)}
        return module("nn.Flatten", _given=given)


class Unflatten(Layer):
    """Splits axis ``dim`` into ``sizes``: ``unflatten(1, [64, 7, 7])``, [N, 3136] to [N, 64, 7, 7].

    One size may be -1: it follows from the others.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
    """

    word = "unflatten"
    complexes = True
    keeps_elements = True
    foreign = (Foreign("Unflatten", "dim unflattened_size"),)
    category = "shape"
    lifts = (Lift("unflatten.int"),)
    examples = (
        Example("unflatten(1, 64x7x7)", "3136"),
        Example("unflatten(-1, [4, -1])", "12x8"),
        Example("unflatten(2, [2, 2, 3])", "5x12 int"),
    )

    dim: int
    sizes: Sizes

    def infer(self, x: TensorType) -> TensorType:
        at = axis(self.dim, x.rank)
        sizes = self.filled(x.shape[at])
        if not same(numel(sizes), x.shape[at]):
            raise Refused(
                f"{times(self.listed())} is {numel(sizes)}, axis {self.dim} has {x.shape[at]}",
                setting="sizes",
                input=0,
            )
        return x.with_shape(*x.shape[:at], *sizes, *x.shape[at + 1 :])

    def listed(self) -> tuple[Dim, ...]:
        return self.sizes if isinstance(self.sizes, tuple) else (self.sizes,)

    def filled(self, size: Dim) -> tuple[Dim, ...]:
        """The sizes, with a number in place of -1."""
        sizes = self.listed()
        if not sizes or sum(s == -1 for s in sizes) > 1:
            raise Refused("unflatten takes sizes, at most one of them -1", setting="sizes")
        if -1 not in sizes:
            at_least(1, sizes=sizes)
            return sizes
        at_least(1, sizes=tuple(s for s in sizes if s != -1))
        others = numel([s for s in sizes if s != -1])
        return tuple(size // others if s == -1 else s for s in sizes)

    def lower(self, *_: TensorType) -> Lowering:
        sizes = self.listed()
        if not all_known(sizes):
            return Lowering(forward=method(Input(0), "unflatten", self.dim, sizes))
        return module("nn.Unflatten", self.dim, sizes)

    def caption(self) -> tuple[str, str]:
        return "unflatten", times(self.listed())
