"""Normalization (torch.nn.BatchNorm2d, LayerNorm, GroupNorm, InstanceNorm2d, RMSNorm...)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from ..checks import all_known, need, need_known, spatial
from ..dims import Dim, equal
from ..layer import (
    NO_EFFECTS,
    Biased,
    Effect,
    Epsilon,
    Example,
    Foreign,
    Init,
    Layer,
    Positive,
    Range,
    Refused,
    Weight,
    Weighted,
    axis,
    divides,
    numel,
    short,
)
from ..lowering import CallCode, Code, Input, Lowering, Self, function, given, method, module
from ..types import TensorType

Neighbours: TypeAlias = Annotated[
    int, Range(1, 2**16, "that many channels are put around the input")
]


def _divisors(count: Dim) -> str:
    """The help that lists the numbers that divide the channels."""
    if not isinstance(count, int) or count > 1 << 16:
        return ""
    divisors = [str(n) for n in range(1, count + 1) if count % n == 0]
    return f"these numbers divide {count}: {', '.join(divisors[:12])}"


def _affine(shape: tuple[Dim, ...], *, bias: bool = True) -> dict[str, Weight]:
    return {"weight": Weight(shape)} | ({"bias": Weight(shape)} if bias else {})


RUNNING: Final[frozenset[Effect]] = frozenset({"training", "state"})
"""Training uses the statistics of the batch, and keeps them."""


class _ChannelNorm(Biased):
    """Base of batch and instance norm: statistics for each channel, which may be kept as
    buffers."""

    category = "norm"
    elementwise = True
    channel_axis = "second"
    positional = 0
    assumed = ("N", "C", "H", "W")

    torch: ClassVar[str]

    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    def weights(self, x: TensorType) -> dict[str, Weight]:
        channels = (x.shape[1],)
        weights = _affine(channels) if self.affine else {}
        if self.track_running_stats:
            weights |= {
                "running_mean": Weight(channels, buffer=True),
                "running_var": Weight(channels, buffer=True),
                "num_batches_tracked": Weight((), buffer=True, dtype="int"),
            }
        return weights

    def inits(self) -> dict[str, Init]:
        return super().inits() if self.affine else {}

    def lower(self, x: TensorType) -> Lowering:
        rank = max(x.rank - 2, 1)
        kwargs = self.keywords("eps", "momentum", "affine", "track_running_stats")
        if isinstance(x.shape[1], int):
            return module(f"nn.{self.torch}{rank}d", x.shape[1], **kwargs)
        # LazyInstanceNorm has other defaults than InstanceNorm, so its flags are written.
        flags = {"affine": self.affine, "track_running_stats": self.track_running_stats}
        written = {k: v for k, v in flags.items() if not v or self.torch == "InstanceNorm"}
        return module(f"nn.Lazy{self.torch}{rank}d", **(kwargs | written))

    def keywords(self, *names: str) -> dict[str, Code]:
        settings = self.given()
        return {name: settings[name] for name in names if name in settings}

    def effects(self) -> frozenset[Effect]:
        return RUNNING if self.track_running_stats else NO_EFFECTS


class BatchNorm(_ChannelNorm):
    """Normalizes each channel over the batch and all axes after it: [N, C], [N, C, ...].

    In training by the batch's mean and variance, afterwards by their running averages
    (``momentum=none``: plain averages). ``affine`` learns a scale and a shift for each channel.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
    """

    word = "batchnorm"
    foreign = (
        Foreign("BatchNormalization", "axis", added={"eps": "1e-3", "momentum": "0.01"}),
        Foreign("BatchNorm#d SyncBatchNorm", "num_features eps momentum affine"),
        Foreign("batch_norm batch_normalization sync_batch_norm"),
    )
    title = "BatchNorm"
    abbreviation = "BN"
    aliases = ("bn",)
    torch = "BatchNorm"
    examples = (
        Example("bn", "64x8x8"),
        Example("batchnorm", "128"),
        Example("bn(eps=0.001, momentum=0.01)", "8x4x6x6"),
        Example("bn(affine=false)", "16x50"),
    )

    eps: Epsilon = 1e-5
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if not 2 <= x.rank <= 5:
            raise Refused(f"batchnorm needs [N, C] or [N, C, ...] up to rank 5, got {x}", input=0)
        return x


class InstanceNorm(_ChannelNorm):
    """Normalizes each channel of each example over the axes after it, [N, C, ...].

    ``affine`` and ``track_running_stats`` are off by default, as in PyTorch.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
    """

    word = "instancenorm"
    foreign = (
        Foreign("LazyInstanceNorm#d", "eps momentum affine", added={"affine": "true"}),
        Foreign("InstanceNorm#d", "num_features eps momentum affine"),
        Foreign("instance_norm"),
    )
    title = "InstanceNorm"
    abbreviation = "IN"
    torch = "InstanceNorm"
    examples = (
        Example("instancenorm", "64x8x8"),
        Example("instancenorm(affine=true)", "16x50"),
        Example("instancenorm(track_running_stats=true)", "4x5x6x7"),
    )

    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = False
    track_running_stats: bool = False

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        spatial(self, x)
        if short(numel(x.shape[2:]), 2):
            raise Refused(
                f"instancenorm needs more than one element for each channel, got {x}",
                input=0,
                help="`groupnorm(groups)` or `layernorm(dim=1)` normalize over channels",
            )
        return x

    def lower(self, x: TensorType) -> Lowering:
        if isinstance(x.shape[1], int) or self.affine or self.track_running_stats:
            return super().lower(x)
        # The lazy class without weights never learns its channels and warns at every call.
        return function("F.instance_norm", Input(0), **self.keywords("eps"))


class GroupNorm(Biased):
    """Normalizes each example over ``groups`` groups of channels, [N, C, ...].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
    """

    word = "groupnorm"
    foreign = (
        Foreign("GroupNormalization", "groups axis", added={"eps": "1e-3"}),
        Foreign("GroupNorm", "num_groups num_channels eps"),
        Foreign("group_norm", "num_groups"),
        Foreign("group_normalization"),
    )
    title = "GroupNorm"
    abbreviation = "GN"
    aliases = ("gn",)
    category = "norm"
    elementwise = True
    channel_axis = "second"
    positional = 1
    assumed = ("N", "C", "H", "W")
    examples = (
        Example("groupnorm(32)", "64x8x8"),
        Example("gn(1, affine=false)", "12x50"),
        Example("gn(4, eps=1e-6)", "12"),
    )

    groups: Positive
    eps: float = 1e-5
    affine: bool = True

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank < 2:
            raise Refused(f"groupnorm needs [N, C] or [N, C, ...], got {x}", input=0)
        if not divides(self.groups, x.shape[1]):
            raise Refused(
                f"groups={self.groups} does not divide the {x.shape[1]} channels",
                setting="groups",
                input=0,
                help=_divisors(x.shape[1]),
            )
        if equal(x.shape[0] * (x.shape[1] // self.groups) * numel(x.shape[2:]), 1):
            raise Refused(f"groupnorm needs more than one value in a group: {x}", input=0)
        return x

    def weights(self, x: TensorType) -> dict[str, Weight]:
        return _affine((x.shape[1],)) if self.affine else {}

    def inits(self) -> dict[str, Init]:
        return super().inits() if self.affine else {}

    def lower(self, x: TensorType) -> Lowering:
        if not self.affine and not all_known(self.groups, x.shape[1]):
            eps = given(eps=(self.eps, 1e-5))
            return function("F.group_norm", Input(0), self.groups, **eps)
        need_known(self, groups=self.groups, channels=x.shape[1])
        settings = {"eps": (self.eps, 1e-5), "affine": (self.affine, True)}
        return module("nn.GroupNorm", self.groups, x.shape[1], _given=settings)

    def caption(self) -> tuple[str, str]:
        return self.shown, f"{self.groups} groups"


# --- over the last axes --------------------------------------------------------------------------


class _TrailingNorm(Weighted):
    """Base of layer and RMS norm: over the last axis, several last axes, or one other axis, which
    is moved to the end and back."""

    category = "norm"
    elementwise = True
    positional = 0
    assumed = ("N", "T", "D")

    torch: ClassVar[tuple[str, str]]
    """The names of the module and the function."""

    dim: int | tuple[int, ...] = -1
    elementwise_affine: bool = True

    @property
    def channel_axis(self) -> Literal["last"] | None:  # type: ignore[override]
        return "last" if self.dim == -1 else None

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if 0 in self.axes(x):
            raise Refused(f"{self.word} over the batch would mix the examples", setting="dim")
        return x

    def axes(self, x: TensorType) -> tuple[int, ...]:
        dims = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        if not dims:
            raise Refused(f"{self.word} needs an axis", setting="dim")
        axes = tuple(axis(d, x.rank) for d in dims)
        if len(axes) > 1 and not _last(axes, x.rank):
            last = list(range(x.rank - len(axes), x.rank))
            raise Refused(
                f"{self.word} over several axes takes the last ones, in order",
                setting="dim",
                detail=f"the last {len(axes)} of {x} are {last}",
                help=f"`{self.word}(dim={last})`",
            )
        return axes

    def trailing(self, x: TensorType) -> bool:
        return _last(self.axes(x), x.rank)

    def shape(self, x: TensorType) -> tuple[Dim, ...]:
        return tuple(x.shape[a] for a in self.axes(x))

    def weights(self, x: TensorType) -> dict[str, Weight]:
        bias: bool = getattr(self, "bias", False)
        return _affine(self.shape(x), bias=bias) if self.elementwise_affine else {}

    def inits(self) -> dict[str, Init]:
        return super().inits() if self.elementwise_affine else {}

    def lower(self, x: TensorType) -> Lowering:
        """``self.norm(x)``; for another axis ``self.norm(x.permute(...)).permute(...)``."""
        shape = self.shape(x)
        if self.elementwise_affine:
            need_known(self, size=shape)
        if self.trailing(x):
            return self.lower_trailing(shape, Input(0))
        there, back = _to_last(x.rank, self.axes(x)[0])
        lowered = self.lower_trailing(shape, method(Input(0), "permute", *there))
        return Lowering(lowered.module, method(lowered.forward, "permute", *back))

    def lower_trailing(self, shape: tuple[Dim, ...], value: Code) -> Lowering:
        settings = self.given()
        names = ("eps", "elementwise_affine", "bias")
        kwargs = {name: settings[name] for name in names if name in settings}
        if not all_known(shape):
            eps = {"eps": kwargs["eps"]} if "eps" in kwargs else {}
            return function(f"F.{self.torch[1]}", value, shape, **eps)
        size = shape[0] if len(shape) == 1 else shape
        built = module(f"nn.{self.torch[0]}", size, **kwargs).module
        return Lowering(built, None if value == Input(0) else CallCode(Self(), (value,)))


def _last(axes: tuple[int, ...], rank: int) -> bool:
    return axes == tuple(range(rank - len(axes), rank))


def _to_last(rank: int, at: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The permutation that moves an axis to the end, and the one that moves it back."""
    there = (*(i for i in range(rank) if i != at), at)
    return there, tuple(there.index(i) for i in range(rank))


class LayerNorm(_TrailingNorm, Biased):
    """Normalizes each vector along the last axis: mean 0, variance 1, then a learned scale and
    shift.

    ``dim=1`` is over the channels of [N, C, H, W] (ConvNeXt's LayerNorm2d), ``dim=[1, 2, 3]``
    over all of an example.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
    """

    word = "layernorm"
    foreign = (
        Foreign("LayerNormalization", "axis", added={"eps": "1e-3"}),
        Foreign("LayerNorm", "normalized_shape eps"),
        Foreign("layer_norm layer_normalization"),
    )
    title = "LayerNorm"
    abbreviation = "LN"
    aliases = ("ln",)
    torch = ("LayerNorm", "layer_norm")
    examples = (
        Example("layernorm", "12x64"),
        Example("ln(eps=1e-6, bias=false)", "12x64"),
        Example("layernorm(dim=1)", "64x8x8"),
        Example("layernorm(dim=[1, 2, 3])", "3x8x8"),
        Example("layernorm(dim=1, elementwise_affine=false)", "16x50"),
    )

    dim: int | tuple[int, ...] = -1
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True
    init: Init | None = None
    bias_init: Init | None = None


class RMSNorm(_TrailingNorm):
    """Divides each vector along the last axis by its root mean square, then a learned scale.

    ``eps=none`` is the smallest number of the dtype. ``dim`` as in ``layernorm``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
    """

    word = "rmsnorm"
    foreign = (
        Foreign("RMSNormalization", "axis", added={"eps": "1e-6"}),
        Foreign("RMSNorm", "normalized_shape eps"),
        Foreign("rms_norm rms_normalization"),
    )
    title = "RMSNorm"
    torch = ("RMSNorm", "rms_norm")
    examples = (
        Example("rmsnorm", "12x64"),
        Example("rmsnorm(eps=1e-6)", "12x64"),
        Example("rmsnorm(dim=1)", "64x8x8"),
    )

    dim: int | tuple[int, ...] = -1
    eps: float | None = None
    elementwise_affine: bool = True


class LocalResponseNorm(Layer):
    """Divides by a power of the mean square over ``size`` neighbouring channels (AlexNet).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
    """

    word = "local_response_norm"
    aliases = ("lrn",)
    foreign = (Foreign("CrossMapLRN2d", "size alpha beta k", word="lrn"),)
    category = "norm"
    elementwise = True
    channel_axis = "second"
    positional = 1
    assumed = ("N", "C", "H", "W")
    examples = (
        Example("lrn(5)", "64x8x8"),
        Example("local_response_norm(4, alpha=0.001, k=2)", "6x10"),
    )

    size: Neighbours
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank < 3:
            raise Refused(f"local_response_norm needs [N, C, ...], got {x}", input=0)
        return x

    def lower(self, *_: TensorType) -> Lowering:
        settings = {k: v for k, v in self.given().items() if k != "size"}
        return module("nn.LocalResponseNorm", self.size, **settings)
