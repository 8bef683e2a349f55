"""Activations (torch.nn's non-linear activations): elementwise, and softmax and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from ..checks import need, need_known, spatial
from ..dims import Dim
from ..layer import (
    DROPS,
    NO_EFFECTS,
    Computable,
    Effect,
    Example,
    Foreign,
    Layer,
    Refused,
    Tensor,
    Weight,
    axis,
    divides,
    same,
)
from ..lifting import CannotLift, Lift, Lifted, OpCall
from ..lowering import CallCode, Input, Lowering, function, module
from ..types import Dtype, TensorType
from .operands import need_room

Promotion: TypeAlias = Mapping[Dtype, Dtype]

FLOATS: Promotion = {"float": "float"}
NUMBERS: Promotion = {"float": "float", "int": "int"}
ANY_TO_FLOAT: Promotion = {"float": "float", "int": "float", "bool": "float"}
NUMBERS_TO_FLOAT: Promotion = {"float": "float", "int": "float"}


class Activation(Layer):
    """Base: keeps the shape. The settings have PyTorch's names, so that one lowering serves all."""

    category = "activation"
    elementwise = True
    positional = 1

    lifts: ClassVar[tuple[Lift, ...]] = (Lift(),)
    torch: ClassVar[str]
    """The class in torch.nn."""
    function: ClassVar[str | None] = None
    """The function with the same result, if it is not ``F.<word>``; "" if there is none."""
    dtypes: ClassVar[Promotion] = FLOATS
    """The dtypes that PyTorch takes, each with the dtype of the result."""

    def infer(self, x: TensorType) -> TensorType:
        need(self, x, *self.dtypes)
        self.check(x)
        return x.with_dtype(self.dtypes[x.dtype])

    def check(self, x: TensorType) -> None:
        """Refuses settings that are wrong, or do not fit the input."""

    def lower(self, *_: TensorType) -> Lowering:
        settings = tuple(self.given().items())
        name = f"F.{self.word}" if self.function is None else self.function
        function = CallCode(name, (Input(0),), settings) if name else None
        return Lowering(CallCode(f"nn.{self.torch}", (), settings), function=function)


class ReLU(Activation):
    """Rectified linear unit: ``max(x, 0)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
    """

    word = "relu"
    foreign = (Foreign("ReLU", "inplace"),)
    title = "ReLU"
    torch = "ReLU"
    function = "torch.relu"
    dtypes = NUMBERS
    examples = (Example("relu", "64x8x8"),)


def _up_to_six(call: OpCall) -> Lifted:
    if (call["min_val"], call["max_val"]) != (0, 6):
        raise CannotLift("`relu6` is between 0 and 6")
    return Lifted(ReLU6(), (call["self"],))


class ReLU6(Activation):
    """Rectified linear unit cut off at six: ``min(max(x, 0), 6)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU6.html
    """

    word = "relu6"
    foreign = (Foreign("ReLU6", "inplace"),)
    title = "ReLU6"
    torch = "ReLU6"
    dtypes = NUMBERS
    lifts = (Lift(), Lift("hardtanh", _up_to_six))
    examples = (Example("relu6", "64x8x8"),)


class LeakyReLU(Activation):
    """``x`` where positive, else ``negative_slope * x``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
    """

    word = "leaky_relu"
    foreign = (
        Foreign("LeakyReLU", "negative_slope inplace", renamed={"alpha": "negative_slope"}),
        Foreign("leaky_relu", "negative_slope"),
        Foreign("leakyrelu"),
    )
    title = "LeakyReLU"
    torch = "LeakyReLU"
    examples = (Example("leaky_relu(0.2)", "64x8x8"), Example("leaky_relu", "12"))

    negative_slope: float = 0.01


class PReLU(Computable, Activation):
    """Leaky ReLU with a learned slope: one for all, or one for each channel (``prelu(x.c)``).

    ``init`` is the slope at the start. ``weight=`` takes the slopes as a tensor.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.PReLU.html
    """

    word = "prelu"
    title = "PReLU"
    torch = "PReLU"
    function = ""
    lifts = (Lift(read=lambda call: {"num_parameters": call.type("weight").shape[0]}),)
    examples = (Example("prelu", "64x8x8"), Example("prelu(64, init=0.1)", "64x8x8"))

    num_parameters: Dim = 1
    init: float = 0.25
    weight: Tensor | None = None

    def check(self, x: TensorType) -> None:
        if self.weight is not None and self.init != 0.25:
            raise Refused("`init` has no effect on a computed weight", setting="init")
        channels = x.shape[1] if x.rank > 1 else 1
        if self.num_parameters != 1 and not same(self.num_parameters, channels):
            raise Refused(
                f"prelu has {self.num_parameters} slopes, and the input has {channels} channels",
                setting="num_parameters",
                input=0,
                help=(f"`prelu({channels})` has one for each channel", "`prelu` has one for all"),
            )

    def all_weights(self, *_: TensorType) -> dict[str, Weight]:
        return {"weight": Weight((self.num_parameters,))}

    def lower(self, *_: TensorType) -> Lowering:
        if self.weight is not None:
            return function("F.prelu", Input(0), Input(1))
        need_known(self, num_parameters=self.num_parameters)
        return super().lower()


class RReLU(Activation):
    """Leaky ReLU with a random slope between ``low`` and ``high`` in training, their mean after.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.RReLU.html
    """

    word = "rrelu"
    torch = "RReLU"
    positional = 2
    lifts = (Lift(low="lower", high="upper", idle="training"),)
    examples = (Example("rrelu", "64x8x8"), Example("rrelu(0.1, 0.3)", "12"))

    low: float = 1 / 8
    high: float = 1 / 3

    def check(self, x: TensorType) -> None:
        if self.low > self.high:
            raise Refused(
                f"low must not be above high, got {self.low} and {self.high}",
                setting="low" if "low" in self.given() else "high",
            )

    def lower(self, *_: TensorType) -> Lowering:
        return module("nn.RReLU", _given={"lower": (self.low, 1 / 8), "upper": (self.high, 1 / 3)})

    def effects(self) -> frozenset[Effect]:
        return DROPS if self.low < self.high else NO_EFFECTS


class ELU(Activation):
    """``x`` where positive, else ``alpha * (exp(x) - 1)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.ELU.html
    """

    word = "elu"
    foreign = (Foreign("elu", "alpha"),)
    title = "ELU"
    torch = "ELU"
    examples = (Example("elu", "64x8x8"), Example("elu(alpha=0.5)", "12"))

    alpha: float = 1.0


class SELU(Activation):
    """Scaled ELU with the constants that keep mean 0 and variance 1 (self-normalizing networks).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html
    """

    word = "selu"
    title = "SELU"
    torch = "SELU"
    examples = (Example("selu", "64x8x8"),)


class CELU(Activation):
    """Continuously differentiable ELU: ``max(0, x) + min(0, alpha * (exp(x / alpha) - 1))``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.CELU.html
    """

    word = "celu"
    title = "CELU"
    torch = "CELU"
    examples = (Example("celu", "64x8x8"), Example("celu(alpha=2.0)", "12"))

    alpha: float = 1.0

    def check(self, x: TensorType) -> None:
        if self.alpha == 0:
            raise Refused("celu divides by alpha, which is 0", setting="alpha")


def _approximation(call: OpCall) -> dict[str, object]:
    approximate = call["approximate"]
    return {"approximate": None if approximate == "none" else approximate}


class GELU(Activation):
    """Gaussian error linear unit: ``x * Phi(x)``; ``approximate=tanh`` as in GPT-2.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html
    """

    word = "gelu"
    title = "GELU"
    torch = "GELU"
    lifts = (Lift(read=_approximation),)
    examples = (Example("gelu", "12x64"), Example("gelu(approximate=tanh)", "12x64"))

    approximate: Literal["tanh"] | None = None


class SiLU(Activation):
    """Sigmoid linear unit, or swish: ``x * sigmoid(x)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
    """

    word = "silu"
    foreign = (
        Foreign("SiLU", "inplace"),
        Foreign("swish"),
    )
    title = "SiLU"
    aliases = ("swish",)
    torch = "SiLU"
    examples = (Example("silu", "64x8x8"),)


class Mish(Activation):
    """``x * tanh(softplus(x))``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Mish.html
    """

    word = "mish"
    torch = "Mish"
    examples = (Example("mish", "64x8x8"),)


class Sigmoid(Activation):
    """``1 / (1 + exp(-x))``, between 0 and 1.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
    """

    word = "sigmoid"
    torch = "Sigmoid"
    function = "torch.sigmoid"
    dtypes = ANY_TO_FLOAT
    lifts = (Lift("sigmoid special_expit"),)
    examples = (Example("sigmoid", "12"), Example("sigmoid", "12 int"))


class Tanh(Activation):
    """Hyperbolic tangent, between -1 and 1.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
    """

    word = "tanh"
    torch = "Tanh"
    function = "torch.tanh"
    dtypes = ANY_TO_FLOAT
    examples = (Example("tanh", "12"),)


class Softplus(Activation):
    """``log(1 + exp(beta * x)) / beta``, a smooth ReLU; linear above ``threshold``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html
    """

    word = "softplus"
    torch = "Softplus"
    examples = (Example("softplus", "12"), Example("softplus(beta=2, threshold=10)", "12"))

    beta: float = 1.0
    threshold: float = 20.0


class Softsign(Activation):
    """``x / (1 + |x|)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html
    """

    word = "softsign"
    torch = "Softsign"
    dtypes = NUMBERS_TO_FLOAT
    lifts = ()
    examples = (Example("softsign", "12"),)


class Softshrink(Activation):
    """Moves ``x`` towards 0 by ``lambd``, and to 0 where it is nearer than that.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
    """

    word = "softshrink"
    torch = "Softshrink"
    examples = (Example("softshrink", "12"), Example("softshrink(0.1)", "12"))

    lambd: float = 0.5

    def check(self, x: TensorType) -> None:
        if self.lambd < 0:
            raise Refused(f"lambd must not be negative, got {self.lambd}", setting="lambd")


class Hardshrink(Activation):
    """``x`` where ``|x| > lambd``, else 0.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
    """

    word = "hardshrink"
    torch = "Hardshrink"
    examples = (Example("hardshrink", "12"), Example("hardshrink(0.1)", "12"))

    lambd: float = 0.5


class Hardtanh(Activation):
    """``x`` cut off below ``min_val`` and above ``max_val``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
    """

    word = "hardtanh"
    torch = "Hardtanh"
    positional = 2
    dtypes = NUMBERS
    examples = (Example("hardtanh", "12"), Example("hardtanh(0, 6)", "12"))

    min_val: float = -1.0
    max_val: float = 1.0

    def check(self, x: TensorType) -> None:
        if not self.min_val < self.max_val:
            raise Refused(
                f"min_val must be below max_val, got {self.min_val} and {self.max_val}",
                setting="min_val" if "min_val" in self.given() else "max_val",
            )
        for name in ("min_val", "max_val"):
            need_room(x, getattr(self, name), name)


class Hardsigmoid(Activation):
    """``relu6(x + 3) / 6``, a piecewise linear sigmoid.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
    """

    word = "hardsigmoid"
    foreign = (Foreign("hsigmoid"),)
    torch = "Hardsigmoid"
    examples = (Example("hardsigmoid", "64x8x8"),)


class Hardswish(Activation):
    """``x * relu6(x + 3) / 6``, a piecewise linear swish (MobileNetV3).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
    """

    word = "hardswish"
    foreign = (
        Foreign("Hardswish", "inplace"),
        Foreign("hswish"),
    )
    title = "Hardswish"
    torch = "Hardswish"
    examples = (Example("hardswish", "64x8x8"),)


class Tanhshrink(Activation):
    """``x - tanh(x)``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
    """

    word = "tanhshrink"
    torch = "Tanhshrink"
    dtypes = NUMBERS_TO_FLOAT
    lifts = ()
    examples = (Example("tanhshrink", "12"),)


class Threshold(Activation):
    """``x`` where it is above ``threshold``, else ``value``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Threshold.html
    """

    word = "threshold"
    torch = "Threshold"
    positional = 2
    dtypes = NUMBERS
    examples = (Example("threshold(0.1, 20)", "12"),)

    threshold: float
    value: float

    def check(self, x: TensorType) -> None:
        for name in ("threshold", "value"):
            need_room(x, getattr(self, name), name)


class LogSigmoid(Activation):
    """``log(sigmoid(x))``, stable for large negative ``x``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
    """

    word = "logsigmoid"
    torch = "LogSigmoid"
    lifts = (Lift("log_sigmoid"),)
    examples = (Example("logsigmoid", "12"),)


# --- over an axis --------------------------------------------------------------------------------


class _Normalizing(Activation):
    """Base of softmax and the like: over axis ``dim``, which must be given."""

    dim: int

    def check(self, x: TensorType) -> None:
        axis(self.dim, x.rank)


class Softmax(_Normalizing):
    """``exp(x) / sum(exp(x))`` over axis ``dim``: positive, with sum 1.

    ``dim=1`` is over channels, ``dim=-1`` over the last axis.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html
    """

    word = "softmax"
    foreign = (Foreign("softmax", "dim"),)
    role = "softmax"
    mixes_along_dim = True
    torch = "Softmax"
    lifts = (Lift("softmax.int"),)
    examples = (Example("softmax(dim=1)", "10"), Example("softmax(-1)", "8x12x12"))


class LogSoftmax(_Normalizing):
    """``log(softmax(x))`` over axis ``dim``, computed stably.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
    """

    word = "log_softmax"
    foreign = (
        Foreign("log_softmax", "dim"),
        Foreign("logsoftmax"),
    )
    mixes_along_dim = True
    torch = "LogSoftmax"
    lifts = (Lift("log_softmax.int"),)
    examples = (Example("log_softmax(dim=1)", "10"), Example("log_softmax(-1)", "12x10"))


class Softmin(_Normalizing):
    """``softmax(-x)`` over axis ``dim``: the smallest gets the most.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmin.html
    """

    word = "softmin"
    foreign = (Foreign("softmin", "dim"),)
    mixes_along_dim = True
    torch = "Softmin"
    lifts = ()
    examples = (Example("softmin(dim=1)", "10"),)


class Softmax2d(Activation):
    """Softmax over the channels at each place of an image, [N, C, H, W].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
    """

    word = "softmax2d"
    role = "softmax"
    channel_axis = "second"
    torch = "Softmax2d"
    function = ""
    assumed = ("N", "C", "H", "W")
    lifts = ()
    examples = (Example("softmax2d", "21x8x8"),)

    def check(self, x: TensorType) -> None:
        spatial(self, x, 2, 2)


class GLU(Layer):
    """Gated linear unit: the first half of axis ``dim`` times the sigmoid of the second half.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.GLU.html
    """

    word = "glu"
    foreign = (Foreign("glu", "dim"),)
    title = "GLU"
    mixes_along_dim = True
    category = "activation"
    positional = 1
    lifts = (Lift(),)
    examples = (Example("glu", "12x64"), Example("glu(dim=1)", "8x7x7"))

    dim: int = -1

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        at = axis(self.dim, x.rank)
        if not divides(2, x.shape[at]):
            raise Refused(
                f"glu halves axis {self.dim}, and that has {x.shape[at]} elements",
                setting="dim" if "dim" in self.given() else None,
                input=0,
                detail=str(x),
                help="the layer before it must give twice the features of the result",
            )
        return x.with_shape(*x.shape[:at], x.shape[at] // 2, *x.shape[at + 1 :])

    def lower(self, *_: TensorType) -> Lowering:
        settings = tuple(self.given().items())
        return Lowering(
            CallCode("nn.GLU", (), settings), function=CallCode("F.glu", (Input(0),), settings)
        )
