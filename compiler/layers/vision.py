"""Resampling and rearranging images (torch.nn.Upsample, PixelShuffle, ChannelShuffle...)."""

from __future__ import annotations

from typing import Literal

from ...grammar.wording import amount
from ..checks import SPATIAL_AXES, all_known, need, need_known, scaled, spatial, times
from ..dims import Dim
from ..layer import (
    Example,
    Foreign,
    Layer,
    Positive,
    Refused,
    Target,
    collapse,
    divides,
    expand,
    short,
)
from ..lifting import Lift, OpCall
from ..lowering import Code, Input, Lowering, function, module
from ..types import TensorType

_RANKS = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""The modes that need one number of spatial axes; the other modes take any."""


def _resized(call: OpCall) -> dict[str, object]:
    """The sizes or the scale. An op that aligns no corners says false."""
    scales = call["scale_factors"] or ()
    whole = tuple(int(scale) if scale.is_integer() else scale for scale in scales)
    scale = whole[0] if len(set(whole)) == 1 else whole or None
    return {
        "size": call["output_size"],
        "scale": scale,
        "align_corners": call.get("align_corners") or None,
    }


class Upsample(Layer):
    """Resizes the axes after the channels, [N, C, ...]: ``upsample(2)``, ``upsample(size=[h, w])``.

    ``scale`` is one factor, or one for each axis; results are rounded down. ``mode`` is
    ``nearest``, ``nearest_exact``, ``area``, ``linear`` ([N, C, T]), ``bilinear`` or ``bicubic``
    ([N, C, H, W]), or ``trilinear``; ``align_corners`` is for those named ...linear and bicubic.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
    """

    word = "upsample"
    foreign = (
        Foreign("UpsamplingNearest2d", "size scale_factor", added={"mode": "nearest"}),
        Foreign(
            "UpsamplingBilinear2d",
            "size scale_factor",
            added={"mode": "bilinear", "align_corners": "true"},
        ),
        Foreign("Upsample interpolate", "size scale_factor mode align_corners"),
        Foreign("UpSampling#D", "scale_factor", renamed={"size": "scale", "interpolation": "mode"}),
    )
    category = "shape"
    channel_axis = "second"
    positional = 1
    lifts = (
        Lift("upsample_nearest#d.vec", _resized, added={"mode": "nearest"}),
        Lift("_upsample_nearest_exact#d.vec", _resized, added={"mode": "nearest_exact"}),
        Lift("upsample_linear1d.vec", _resized, added={"mode": "linear"}),
        Lift("upsample_bilinear2d.vec", _resized, added={"mode": "bilinear"}),
        Lift("upsample_bicubic2d.vec", _resized, added={"mode": "bicubic"}),
        Lift("upsample_trilinear3d.vec", _resized, added={"mode": "trilinear"}),
    )
    examples = (
        Example("upsample(2)", "8x7x9"),
        Example("upsample(2, mode=bilinear, align_corners=true)", "8x7x9"),
        Example("upsample(size=[14, 20], mode=bicubic)", "8x7x9"),
        Example("upsample(scale=[1.5, 0.5], mode=nearest_exact)", "8x7x9"),
        Example("upsample(2, mode=linear)", "8x50"),
    )

    scale: float | tuple[float, ...] | None = None
    size: Target | None = None
    mode: Literal[
        "nearest", "nearest_exact", "area", "linear", "bilinear", "bicubic", "trilinear"
    ] = "nearest"
    align_corners: bool | None = None

    @property
    def assumed(self) -> tuple[str, ...]:  # type: ignore[override]
        for value in (self.scale, self.size):
            if isinstance(value, tuple):
                return SPATIAL_AXES.get(len(value), ())
        return SPATIAL_AXES.get(_RANKS.get(self.mode, 0), ())

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        rank = spatial(self, x)
        if (self.scale is None) == (self.size is None):
            raise Refused(
                "upsample takes a scale or a size",
                help=("`upsample(2)`", "`upsample(size=[h, w])`"),
            )
        self.check_mode(x, rank)
        return x.with_shape(*x.shape[:2], *(self.target(x, i) for i in range(rank)))

    def check_mode(self, x: TensorType, rank: int) -> None:
        if _RANKS.get(self.mode, rank) != rank:
            fitting = [m for m, r in _RANKS.items() if r == rank]
            raise Refused(
                f"mode={self.mode} is for [{', '.join(SPATIAL_AXES[_RANKS[self.mode]])}], got {x}",
                setting="mode",
                input=0,
                help=" or ".join(f"`mode={m}`" for m in fitting),
            )
        if self.align_corners is not None and self.mode not in _RANKS:
            raise Refused(f"mode={self.mode} takes no align_corners", setting="align_corners")

    def target(self, x: TensorType, axis: int) -> Dim:
        rank = x.rank - 2
        if self.size is not None:
            return expand(self.size, rank, "size")[axis]
        scales = self.scale if isinstance(self.scale, tuple) else (self.scale or 0,) * rank
        if len(scales) != rank:
            raise Refused(
                f"scale has {len(scales)} factors, and the input has {rank} spatial axes",
                setting="scale",
            )
        size = scaled(x.shape[axis + 2], scales[axis])
        if size is None:
            raise Refused(
                f"{scales[axis]} times {x.shape[axis + 2]} is not an exact size",
                code="E311",
                setting="scale",
                input=0,
                help="`upsample(size=[h, w])`, or give the input's shape",
            )
        if short(size, 1):
            raise Refused(
                f"scale={times(self.scale)} of {x} leaves nothing", setting="scale", input=0
            )
        return size

    def lower(self, x: TensorType) -> Lowering:
        size: Code = None
        if self.size is not None:
            sizes = expand(self.size, x.rank - 2, "size")
            size = collapse(sizes)
        given = {
            "size": (size, None),
            "scale_factor": (self.scale, None),
            "mode": (self.mode.replace("_", "-"), "nearest"),
            "align_corners": (self.align_corners, None),
        }
        if size is None or all_known(size):
            return module("nn.Upsample", _given=given)
        differing = {k: value for k, (value, default) in given.items() if value != default}
        return function("F.interpolate", Input(0), **differing)

    def caption(self) -> tuple[str, str]:
        target = f"×{times(self.scale)}" if self.size is None else f"to {times(self.size)}"
        return f"upsample {target}", "" if self.mode == "nearest" else self.mode


class PixelShuffle(Layer):
    """Moves channels to places: [N, C*r*r, H, W] to [N, C, H*r, W*r] (sub-pixel convolution).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
    """

    word = "pixel_shuffle"
    category = "shape"
    channel_axis = "second"
    positional = 1
    assumed = ("N", "C", "H", "W")
    lifts = (Lift(factor="upscale_factor"),)
    examples = (Example("pixel_shuffle(2)", "64x8x8"), Example("pixel_shuffle(3)", "9x4x5"))

    factor: Positive

    def infer(self, x: TensorType) -> TensorType:
        channels, height, width = _image(self, x)
        square = self.factor * self.factor
        if not divides(square, channels):
            raise Refused(
                f"pixel_shuffle({self.factor}) needs channels in multiples of {square}, "
                f"got {channels}",
                input=0,
            )
        sizes = (channels // square, height * self.factor, width * self.factor)
        return x.with_shape(*x.shape[:-3], *sizes)

    def lower(self, *_: TensorType) -> Lowering:
        if not all_known(self.factor):
            return function("F.pixel_shuffle", Input(0), self.factor)
        return module("nn.PixelShuffle", self.factor)

    def caption(self) -> tuple[str, str]:
        return f"pixel_shuffle {self.factor}", ""


class PixelUnshuffle(Layer):
    """Moves places to channels: [N, C, H*r, W*r] to [N, C*r*r, H, W], undoing pixel_shuffle.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
    """

    word = "pixel_unshuffle"
    category = "shape"
    channel_axis = "second"
    positional = 1
    assumed = ("N", "C", "H", "W")
    lifts = (Lift(factor="downscale_factor"),)
    examples = (Example("pixel_unshuffle(2)", "3x8x6"),)

    factor: Positive

    def infer(self, x: TensorType) -> TensorType:
        channels, height, width = _image(self, x)
        for size, name in ((height, "height"), (width, "width")):
            if not divides(self.factor, size):
                raise Refused(
                    f"pixel_unshuffle({self.factor}) needs a {name} in multiples of "
                    f"{self.factor}, got {size}",
                    input=0,
                )
        sizes = (
            channels * self.factor * self.factor,
            height // self.factor,
            width // self.factor,
        )
        return x.with_shape(*x.shape[:-3], *sizes)

    def lower(self, *_: TensorType) -> Lowering:
        if not all_known(self.factor):
            return function("F.pixel_unshuffle", Input(0), self.factor)
        return module("nn.PixelUnshuffle", self.factor)

    def caption(self) -> tuple[str, str]:
        return f"pixel_unshuffle {self.factor}", ""


def _image(layer: Layer, x: TensorType) -> tuple[Dim, Dim, Dim]:
    if x.rank < 4:
        raise Refused(f"{layer.word} needs [N, C, H, W], got {x}", input=0)
    return x.shape[-3], x.shape[-2], x.shape[-1]


class ChannelShuffle(Layer):
    """Interleaves ``groups`` groups of channels, [N, C, ...] (ShuffleNet).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
    """

    word = "channel_shuffle"
    category = "shape"
    channel_axis = "second"
    positional = 1
    elementwise = True
    assumed = ("N", "C", "H", "W")
    lifts = (Lift(),)
    examples = (Example("channel_shuffle(2)", "64x8x8"), Example("channel_shuffle(3)", "6x50"))

    groups: Positive

    def infer(self, x: TensorType) -> TensorType:
        if x.rank < 3:
            raise Refused(f"channel_shuffle needs [N, C, ...], got {x}", input=0)
        if not divides(self.groups, x.shape[1]):
            raise Refused(
                f"groups={self.groups} does not divide the {x.shape[1]} channels",
                setting="groups",
                input=0,
            )
        return x

    def lower(self, *_: TensorType) -> Lowering:
        need_known(self, groups=self.groups)
        return module("nn.ChannelShuffle", self.groups)

    def caption(self) -> tuple[str, str]:
        return "channel_shuffle", amount(self.groups, "group")
