"""Dropout (torch.nn.Dropout and the like, torchvision's StochasticDepth)."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..checks import need, spatial
from ..layer import Effect, Example, Foreign, Layer, Probability, Refused, dropping
from ..lifting import Lift, OpCall
from ..lowering import CallCode, Helper, Lowering, module
from ..types import TensorType


def _probability(call: OpCall) -> dict[str, object]:
    call.check_training(call["train"] and call["p"])
    return {"p": call["p"]}


class _Dropping(Layer):
    """Base: drops something with probability ``p`` in training, and nothing afterwards."""

    category = "activation"
    elementwise = True
    positional = 1

    lifts: ClassVar[tuple[Lift, ...]] = (Lift("{}", _probability),)
    torch: ClassVar[str]

    p: Probability = 0.5

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        return x

    def lower(self, x: TensorType) -> Lowering:
        return module(f"nn.{self.torch}", self.p)

    def caption(self) -> tuple[str, str]:
        return f"{self.shown} {self.p:g}", ""

    def effects(self) -> frozenset[Effect]:
        return dropping(self.p)


class Dropout(_Dropping):
    """Zeroes single elements with probability ``p`` in training and scales up the others.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
    """

    word = "dropout"
    foreign = (
        Foreign("Dropout", "p inplace"),
        Foreign("dropout", "p"),
    )
    role = "drop"
    torch = "Dropout"
    examples = (Example("dropout", "128"), Example("dropout(0.1)", "12x64"))


class FeatureDropout(_Dropping):
    """Zeroes whole channels of [N, C, ...] with probability ``p`` in training.

    The rank follows the input: PyTorch's Dropout1d, Dropout2d or Dropout3d.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html
    """

    word = "feature_dropout"
    foreign = (Foreign("SpatialDropout#D", "rate"),)
    channel_axis = "second"
    aliases = ("dropout1d", "dropout2d", "dropout3d")
    assumed = ("N", "C", "H", "W")
    examples = (
        Example("feature_dropout(0.2)", "64x8x8"),
        Example("dropout1d", "64x100"),
        Example("dropout3d(p=0.1)", "8x4x8x8"),
    )

    def infer(self, x: TensorType) -> TensorType:
        spatial(self, x)
        return super().infer(x)

    def lower(self, x: TensorType) -> Lowering:
        return module(f"nn.Dropout{spatial(self, x)}d", self.p)


class AlphaDropout(_Dropping):
    """Dropout that keeps mean and variance, for ``selu`` networks.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html
    """

    word = "alpha_dropout"
    foreign = (Foreign("alpha_dropout", "p"),)
    torch = "AlphaDropout"
    examples = (Example("alpha_dropout(0.1)", "128"),)


class FeatureAlphaDropout(_Dropping):
    """Alpha dropout of whole channels of [N, C, ...], for ``selu`` networks.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html
    """

    word = "feature_alpha_dropout"
    channel_axis = "second"
    torch = "FeatureAlphaDropout"
    assumed = ("N", "C", "H", "W")
    examples = (Example("feature_alpha_dropout(0.1)", "64x8x8"),)

    def infer(self, x: TensorType) -> TensorType:
        if x.rank < 2:
            raise Refused(f"feature_alpha_dropout needs [N, C, ...], got {x}", input=0)
        return super().infer(x)


STOCHASTIC_DEPTH = Helper(
    "StochasticDepth",
    '''class StochasticDepth(nn.Module):
    """Drops whole examples (mode "row") or the whole batch ("batch") in training."""

    def __init__(self, p: float, mode: str = "row") -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        rows = x.shape[0] if self.mode == "row" else 1
        keep = 1 - self.p
        noise = x.new_empty([rows] + [1] * (x.ndim - 1)).bernoulli_(keep)
        return x * (noise / keep if keep > 0 else noise)

    def extra_repr(self) -> str:
        return f"p={self.p}, mode={self.mode}"
''',
)


class StochasticDepth(_Dropping):
    """Drops whole examples with probability ``p`` in training: the branch of a residual block.

    ``mode=batch`` drops all examples or none. As in torchvision.ops.

    https://docs.pytorch.org/vision/stable/generated/torchvision.ops.stochastic_depth.html
    """

    word = "stochastic_depth"
    lifts = ()
    examples = (
        Example("stochastic_depth(0.2)", "64x8x8"),
        Example("stochastic_depth(0.1, mode=batch)", "12x64"),
    )

    p: Probability
    mode: Literal["row", "batch"] = "row"

    def lower(self, x: TensorType) -> Lowering:
        given = {"mode": (self.mode, "row")}
        built = module("StochasticDepth", self.p, _given=given).module
        assert isinstance(built, CallCode)
        return Lowering(built, helpers=(STOCHASTIC_DEPTH,))
