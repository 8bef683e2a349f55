"""Normalization (torch.nn.BatchNorm2d, LayerNorm, GroupNorm, InstanceNorm2d, RMSNorm...)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from ...grammar.wording import amount
from ..checks import all_known, need, need_known, spatial
from ..dims import Dim, equal
from ..layer import (
    NO_EFFECTS,
    Biased,
    Computable,
    Effect,
    Epsilon,
    Example,
    Foreign,
    Layer,
    Positive,
    Range,
    Refused,
    Tensor,
    Weight,
    Weighted,
    axis,
    computes,
    divides,
    numel,
    short,
)
from ..lifting import CannotLift, Lift, OpCall
from ..lowering import (
    CallCode,
    Code,
    Helper,
    Input,
    Lowering,
    Self,
    call,
    given,
    method,
    module,
)
from ..types import TensorType

Neighbours: TypeAlias = Annotated[
    int, Range(1, 2**16, "that many channels are put around the input")
]


WITH: Final = Helper(
    "with_weights",
    '''
def with_weights(norm: nn.Module, x: Tensor, **weights: Tensor) -> Tensor:
    """Applies a norm with computed weights; it keeps its running statistics."""
    normalized: Tensor = torch.func.functional_call(norm, weights, x)
    return normalized
''',
)


def _divisors(count: Dim) -> str:
    """The help that lists the numbers that divide the channels."""
    if not isinstance(count, int) or count > 1 << 16:
        return ""
    divisors = [str(n) for n in range(1, count + 1) if count % n == 0]
    return f"these numbers divide {count}: {', '.join(divisors[:12])}"


RUNNING: Final[frozenset[Effect]] = frozenset({"training", "state"})
"""Training uses the statistics of the batch, and keeps them."""


def _scales(call: OpCall, setting: str) -> dict[str, object]:
    """Whether a layer has a scale and a shift. It has both or none of its own, so one of them alone
    is a tensor that is given to it."""
    given = [name for name in ("weight", "bias") if call.get(name) is not None]
    alone = {name: call.type(name) for name in given} if len(given) == 1 else {}
    return {setting: len(given) == 2, **alone}


def _channel_settings(call: OpCall, training: str) -> dict[str, object]:
    """The settings of batch and instance norm."""
    tracks, trains = call["running_mean"] is not None, call[training]
    if not tracks and not trains:
        raise CannotLift(f"{call.op} has no statistics to normalize by")
    call.check_training(tracks and trains)
    momentum = {"momentum": call["momentum"]} if tracks else {}
    return {"track_running_stats": tracks, **momentum, **_scales(call, "affine")}


def _trailing_settings(call: OpCall) -> dict[str, object]:
    """The settings of layer and RMS norm. A layer norm may have a scale without a shift."""
    settings = _scales(call, "elementwise_affine")
    if call["weight"] is not None:
        bias = {"bias": call["bias"] is not None} if "bias" in call else {}
        settings = {"elementwise_affine": True, **bias}
    count, rank = len(call["normalized_shape"]), call.type("input").rank
    return settings | {"dim": -1 if count == 1 else tuple(range(rank - count, rank))}


class _Scaled(Computable, Weighted):
    """Base: a normalization with a scale and a shift, which may be tensors.

    ``learns`` are the weights that the settings ask for; a tensor takes the place of one of them,
    or comes to them."""

    weight: Tensor | None = None

    def learns(self) -> tuple[str, ...]:
        raise NotImplementedError(self.word)

    def scales(self, shape: tuple[Dim, ...]) -> dict[str, Weight]:
        """Scale and shift, of the module or computed."""
        names = (*self.learns(), *self.computed)
        return {name: Weight(shape) for name in ("weight", "bias") if name in names}

    def initialised(self) -> tuple[str, ...]:
        return self.learns()

    def scaled(self, name: str, *args: Code, x: TensorType, **settings: Code) -> CallCode:
        """The function, with scale and shift as keywords."""
        codes = zip(("weight", "bias"), self.weight_codes(x), strict=False)
        scales = {key: code for key, code in codes if code is not None}
        return call(name, *args, **scales, **settings)

    def taken_off(self) -> tuple[str, ...]:
        """The weights that the module would have and that are computed."""
        return tuple(name for name in self.computed if name in self.learns())


class _ChannelNorm(_Scaled, Biased):
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
    weight: Tensor | None = None
    bias: Tensor | None = None

    def learns(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.affine else ()

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        channels = (x.shape[1],)
        weights = self.scales(channels)
        if self.track_running_stats:
            weights |= {
                "running_mean": Weight(channels, buffer=True),
                "running_var": Weight(channels, buffer=True),
                "num_batches_tracked": Weight((), buffer=True, dtype="int"),
            }
        return weights

    def lower(self, x: TensorType) -> Lowering:
        if not self.computed:
            return Lowering(self.module(x))
        if not self.weights(x):
            return Lowering(forward=self.stateless(x))
        need_known(self, channels=x.shape[1])
        bare = set(self.taken_off()) == {"weight", "bias"}
        module = self.module(x, **({"affine": False} if bare else {}))
        without = () if bare else self.taken_off()
        if not self.track_running_stats:
            return computes(self.stateless(x), module, without)
        tensors = dict(zip(("weight", "bias"), self.weight_codes(x), strict=False))
        computed = {name: tensors[name] for name in self.computed}
        lowered = computes(call(WITH.name, Self(), Input(0), **computed), module, without)
        return lowered.replace(helpers=(*lowered.helpers, WITH))

    def stateless(self, x: TensorType) -> CallCode:
        """The call without running statistics."""
        raise NotImplementedError(self.word)

    def module(self, x: TensorType, **changes: Code) -> CallCode | None:
        rank = max(x.rank - 2, 1)
        kwargs = self.keywords("eps", "momentum", "affine", "track_running_stats") | changes
        if isinstance(x.shape[1], int):
            return module(f"nn.{self.torch}{rank}d", x.shape[1], **kwargs).module
        # LazyInstanceNorm has other defaults than InstanceNorm, so its flags are written.
        flags = {"affine": self.affine, "track_running_stats": self.track_running_stats}
        written = {k: v for k, v in flags.items() if not v or self.torch == "InstanceNorm"}
        return module(f"nn.Lazy{self.torch}{rank}d", **(kwargs | written)).module

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
    lifts = (Lift("batch_norm", lambda call: _channel_settings(call, "training")),)
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
    weight: Tensor | None = None
    bias: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if not 2 <= x.rank <= 5:
            raise Refused(f"batchnorm needs [N, C] or [N, C, ...] up to rank 5, got {x}", input=0)
        return x

    def stateless(self, x: TensorType) -> CallCode:
        settings = {"training": True} | self.keywords("eps")
        return self.scaled("F.batch_norm", Input(0), None, None, x=x, **settings)


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
    lifts = (Lift("instance_norm", lambda call: _channel_settings(call, "use_input_stats")),)
    examples = (
        Example("instancenorm", "64x8x8"),
        Example("instancenorm(affine=true)", "16x50"),
        Example("instancenorm(track_running_stats=true)", "4x5x6x7"),
    )

    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = False
    track_running_stats: bool = False
    weight: Tensor | None = None
    bias: Tensor | None = None

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
        return Lowering(forward=self.stateless(x))

    def stateless(self, x: TensorType) -> CallCode:
        return self.scaled("F.instance_norm", Input(0), x=x, **self.keywords("eps"))


class GroupNorm(_Scaled, Biased):
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
    lifts = (Lift("group_norm", lambda call: _scales(call, "affine"), groups="num_groups"),)
    examples = (
        Example("groupnorm(32)", "64x8x8"),
        Example("gn(1, affine=false)", "12x50"),
        Example("gn(4, eps=1e-6)", "12"),
    )

    groups: Positive
    eps: float = 1e-5
    affine: bool = True
    weight: Tensor | None = None
    bias: Tensor | None = None

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

    def learns(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.affine else ()

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        return self.scales((x.shape[1],))

    def lower(self, x: TensorType) -> Lowering:
        eps = given(eps=(self.eps, 1e-5))
        normalized = self.scaled("F.group_norm", Input(0), self.groups, x=x, **eps)
        if self.computed:
            module = self.module(x) if self.weights(x) else None
            return computes(normalized, module, self.taken_off())
        if not self.affine and not all_known(self.groups, x.shape[1]):
            return Lowering(forward=normalized)
        return Lowering(self.module(x))

    def module(self, x: TensorType) -> CallCode | None:
        need_known(self, groups=self.groups, channels=x.shape[1])
        settings = {"eps": (self.eps, 1e-5), "affine": (self.affine, True)}
        return module("nn.GroupNorm", self.groups, x.shape[1], _given=settings).module

    def caption(self) -> tuple[str, str]:
        return self.shown, amount(self.groups, "group")


# --- over the last axes --------------------------------------------------------------------------


class _TrailingNorm(_Scaled):
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
    weight: Tensor | None = None

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

    def learns(self) -> tuple[str, ...]:
        bias = getattr(self, "bias", False) is not False
        return ("weight", *(("bias",) if bias else ())) if self.elementwise_affine else ()

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        return self.scales(self.shape(x))

    def lower(self, x: TensorType) -> Lowering:
        """``self.norm(x)``; for another axis ``self.norm(x.permute(...)).permute(...)``."""
        if self.weights(x):
            need_known(self, size=self.shape(x))
        if self.trailing(x):
            return self.lower_trailing(x, Input(0))
        there, back = _to_last(x.rank, self.axes(x)[0])
        lowered = self.lower_trailing(x, method(Input(0), "permute", *there))
        return lowered.replace(forward=method(lowered.forward, "permute", *back))

    def lower_trailing(self, x: TensorType, value: Code) -> Lowering:
        shape = self.shape(x)
        settings = self.given()
        if self.computed or not all_known(shape):
            eps = {"eps": settings["eps"]} if "eps" in settings else {}
            normalized = self.scaled(f"F.{self.torch[1]}", value, shape, x=x, **eps)
            module = self.module(shape) if self.weights(x) else None
            return computes(normalized, module, [n for n in self.taken_off() if n == "weight"])
        return Lowering(
            self.module(shape), None if value == Input(0) else CallCode(Self(), (value,))
        )

    def module(self, shape: tuple[Dim, ...]) -> CallCode | None:
        settings = self.given()
        names = ("eps", "elementwise_affine", "bias")
        kwargs = {name: settings[name] for name in names if name in settings}
        if isinstance(kwargs.get("bias"), TensorType):
            kwargs["bias"] = False
        size = shape[0] if len(shape) == 1 else shape
        return module(f"nn.{self.torch[0]}", size, **kwargs).module


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
    lifts = (Lift("layer_norm", _trailing_settings),)
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
    bias: bool | Tensor = True
    weight: Tensor | None = None


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
    lifts = (Lift("rms_norm", _trailing_settings),)
    examples = (
        Example("rmsnorm", "12x64"),
        Example("rmsnorm(eps=1e-6)", "12x64"),
        Example("rmsnorm(dim=1)", "64x8x8"),
    )

    dim: int | tuple[int, ...] = -1
    eps: float | None = None
    elementwise_affine: bool = True
    weight: Tensor | None = None


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
