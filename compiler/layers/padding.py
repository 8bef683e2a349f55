"""Padding (torch.nn.ConstantPad2d, ReflectionPad2d, ReplicationPad2d, CircularPad2d)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..checks import SPATIAL_AXES, all_known, need
from ..dims import Dim, dim_min
from ..layer import Example, Foreign, Layer, Refused, Sizes, short
from ..lifting import Lift, OpCall
from ..lowering import Code, Input, Lowering, function, means, module
from ..types import TensorType

_MODULES = {"reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "CircularPad"}


def check_reach(layer: Layer, x: TensorType, sides: Sequence[tuple[Dim, Dim]], mode: str) -> None:
    """Refuses a border that needs more elements than the input has. ``sides`` are (before, after)
    of the last axes, in order."""
    if mode not in ("reflect", "circular"):
        return
    for i, pair in enumerate(sides, x.rank - len(sides)):
        size = x.shape[i]
        for pad in pair:
            if short(size, pad + 1 if mode == "reflect" else pad):
                limit = size - 1 if mode == "reflect" else size
                raise Refused(
                    f"{mode} takes at most {limit} from an axis of {size}, not {pad}",
                    setting="sizes" if "sizes" in layer.settings else "pad",
                    input=0,
                )


def _sides(call: OpCall) -> dict[str, object]:
    """The sizes, as one if all axes after the channels have the same on all sides."""
    sizes, spatial = tuple(call["pad"]), call.type("self").rank - 2
    same = spatial > 0 and len(sizes) == 2 * spatial and all(s is sizes[0] for s in sizes)
    value = call["value"]
    return {"sizes": sizes[0] if same else sizes, "value": 0 if value is None else value}


class Pad(Layer):
    """Adds a border: [N, C, H, W] to [N, C, top + H + bottom, left + W + right].

    ``sizes`` go from the last axis backwards, a pair for each: ``pad([left, right])``,
    ``pad([left, right, top, bottom])``, with ``front, back`` six; one number is all sides of
    the axes after the channels. Negative sizes crop. ``mode`` is what the border holds:
    ``constant`` (``value``), ``reflect``, ``replicate`` or ``circular``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
    """

    word = "pad"
    foreign = (
        Foreign(
            "ReflectionPad#d", "padding", added={"mode": "reflect"}, renamed={"padding": "sizes"}
        ),
        Foreign(
            "ReplicationPad#d", "padding", added={"mode": "replicate"}, renamed={"padding": "sizes"}
        ),
        Foreign(
            "CircularPad#d", "padding", added={"mode": "circular"}, renamed={"padding": "sizes"}
        ),
        Foreign("ConstantPad#d", "padding value", renamed={"padding": "sizes"}),
        Foreign("ZeroPad#d ZeroPadding#D", "padding", renamed={"padding": "sizes"}),
        Foreign("pad", "sizes mode value"),
        Foreign("zero_pad"),
    )
    keeps_axes = True
    category = "shape"
    positional = 1
    lifts = (Lift("pad", _sides), Lift("constant_pad_nd", _sides))
    examples = (
        Example("pad(1)", "3x8x8"),
        Example("pad([1, 0])", "4x10"),
        Example("pad([0, 1, 0, 1], value=-1.5)", "3x7x7"),
        Example("pad([1, 2, 3, 4], mode=reflect)", "3x7x7"),
        Example("pad([0, 0, 1, 0])", "12x32"),
    )

    sizes: Sizes
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant"
    value: float = 0

    @property
    def assumed(self) -> tuple[str, ...]:  # type: ignore[override]
        if not isinstance(self.sizes, tuple):
            return ()
        return SPATIAL_AXES.get(len(self.sizes) // 2, ())

    def infer(self, x: TensorType) -> TensorType:
        sides = self.sides(x)
        if self.value != 0 and self.mode != "constant":
            raise Refused(f"mode={self.mode} takes no value", setting="value")
        if self.mode != "constant":
            self.check_mode(x, sides)
        shape = list(x.shape)
        for i, (before, after) in enumerate(sides, x.rank - len(sides)):
            left = shape[i] + dim_min(before, 0) + dim_min(after, 0)
            shape[i] = shape[i] + before + after
            if short(left, 0):
                raise Refused(f"pad takes more from axis {i} of {x} than it has", setting="sizes")
            if short(shape[i], 1):
                raise Refused(f"pad leaves nothing of axis {i} of {x}", setting="sizes", input=0)
        return x.with_shape(*shape)

    def sides(self, x: TensorType) -> list[tuple[Dim, Dim]]:
        """(before, after) of the padded axes, in the axes' order."""
        if not isinstance(self.sizes, tuple):
            if x.rank < 3:
                raise Refused(
                    f"pad({self.sizes}) pads the axes after the channels, {x} has none",
                    input=0,
                    help=f"`pad([{self.sizes}, {self.sizes}])` pads the last axis",
                )
            return [(self.sizes, self.sizes)] * (x.rank - 2)
        if len(self.sizes) % 2 or len(self.sizes) > 2 * x.rank:
            raise Refused(
                f"pad takes two sizes for each axis, got {len(self.sizes)} for {x}",
                setting="sizes",
                help="`pad([left, right, top, bottom])`",
            )
        pairs = zip(self.sizes[::2], self.sizes[1::2], strict=True)
        return list(pairs)[::-1]

    def check_mode(self, x: TensorType, sides: Sequence[tuple[Dim, Dim]]) -> None:
        if self.mode != "circular":
            need(self, x, "float", "int")
        if not 1 <= len(sides) <= 3 or x.rank - len(sides) not in (1, 2):
            raise Refused(
                f"mode={self.mode} pads all axes after the channels and no others, "
                f"not {len(sides)} axes of {x}",
                setting="sizes",
                input=0,
            )
        check_reach(self, x, sides, self.mode)

    def lower(self, x: TensorType) -> Lowering:
        sides = self.sides(x)
        amount: Code = tuple(p for pair in reversed(sides) for p in pair)
        if len(set(amount)) == 1 and len(sides) <= 3:
            amount = amount[0]
        if not all_known(amount) or not 1 <= len(sides) <= 3:
            return self.lower_function(sides)
        if self.mode != "constant":
            return module(f"nn.{_MODULES[self.mode]}{len(sides)}d", amount)
        if means(self.value, 0):
            return module(f"nn.ZeroPad{len(sides)}d", amount)
        return module(f"nn.ConstantPad{len(sides)}d", amount, self.value)

    def lower_function(self, sides: Sequence[tuple[Dim, Dim]]) -> Lowering:
        """The form for sizes that are known only at run time, and for ranks without a module."""
        amount = tuple(p for pair in reversed(sides) for p in pair)
        given = {"mode": (self.mode, "constant"), "value": (self.value, 0)}
        kwargs = {k: v for k, (v, default) in given.items() if v != default}
        return function("F.pad", Input(0), amount, **kwargs)

    def caption(self) -> tuple[str, str]:
        return "pad", "" if self.mode == "constant" else self.mode
