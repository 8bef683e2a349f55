"""Linear layers (torch.nn.Linear, Bilinear, Identity)."""

from __future__ import annotations

from collections.abc import Sequence

from ..checks import need, need_known
from ..dims import Dim
from ..layer import Biased, Example, Foreign, Layer, Positive, Refused, Tensor, Weight, numel, same
from ..lowering import Lowering, module
from ..types import TensorType


class Linear(Biased):
    """Fully connected: ``y = x W^T + b`` over the last axis, [..., in] to [..., out].

    ``weight=wte.weight`` ties the weight to another layer's.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    word = "linear"
    foreign = (
        Foreign("InnerProduct", "num_output", renamed={"num_output": "out"}),
        Foreign("Linear", "in_features out_features bias"),
        Foreign("LazyLinear", "out_features bias"),
        Foreign("Dense", "units activation"),
        Foreign("dense fully_connected gemm"),
    )
    role = "linear"
    keeps_axes = True
    aliases = ("fc",)
    category = "linear"
    channel_axis = "last"
    positional = 1
    examples = (
        Example("linear(10)", "784"),
        Example("linear(64, bias=false)", "12x32"),
    )

    out: Positive
    bias: bool = True
    weight: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank < 2:
            raise Refused(
                f"linear needs an axis after the batch, got {x}",
                input=0,
                help="`unsqueeze(1) > linear(...)` makes one feature for each example",
            )
        if self.weight is not None and not (
            self.weight.rank == 2
            and same(self.weight.shape[0], self.out)
            and same(self.weight.shape[1], x.shape[-1])
        ):
            raise Refused(
                f"the tied weight is {self.weight}, linear needs [{self.out}, {x.shape[-1]}]",
                setting="weight",
                notes=("a weight is [out, in]",) if self.weight.rank == 2 else (),
                help=_tied_help(self.weight, self.out, x),
            )
        return x.with_shape(*x.shape[:-1], self.out)

    def weights(self, x: TensorType) -> dict[str, Weight]:
        bias = {"bias": Weight((self.out,))} if self.bias else {}
        return {"weight": Weight((self.out, x.shape[-1]))} | bias

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        return numel(outputs[0].shape) * inputs[0].shape[-1]

    def lower(self, x: TensorType) -> Lowering:
        need_known(self, out=self.out)
        given = {"bias": (self.bias, True)}
        if not isinstance(x.shape[-1], int):
            return module("nn.LazyLinear", self.out, _given=given)
        return module("nn.Linear", x.shape[-1], self.out, _given=given)

    def caption(self) -> tuple[str, str]:
        return f"linear {self.out}", ""


def _tied_help(weight: TensorType, out: Dim, x: TensorType) -> tuple[str, ...]:
    if weight.rank != 2:
        return ("this is the output of a layer; its weight is `label.weight`",)
    if weight.shape[1] == x.shape[-1]:
        return (f"`linear({weight.shape[0]}, ...)` has that many outputs",)
    if weight.shape[0] == out:
        return (f"`linear({weight.shape[1]})` before it brings the input to that width",)
    return ()


class Bilinear(Biased):
    """Bilinear form of two inputs: ``y = a W b + bias``, [..., p] and [..., q] to [..., out].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
    """

    word = "bilinear"
    foreign = (Foreign("Bilinear", "in1_features in2_features out_features bias"),)
    category = "linear"
    channel_axis = "last"
    arity = (2, 2)
    positional = 1
    examples = (
        Example("bilinear(10)", "20", "30"),
        Example("bilinear(10, bias=false)", "7x20", "7x30"),
    )

    out: Positive
    bias: bool = True

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        need(self, a)
        need(self, b, input=1)
        if a.rank < 2 or a.rank != b.rank or not all(map(same, a.shape[:-1], b.shape[:-1])):
            raise Refused(
                f"bilinear needs two inputs that differ only in the last axis, got {a} and {b}"
            )
        return a.with_shape(*a.shape[:-1], self.out)

    def weights(self, a: TensorType, b: TensorType) -> dict[str, Weight]:
        bias = {"bias": Weight((self.out,))} if self.bias else {}
        return {"weight": Weight((self.out, a.shape[-1], b.shape[-1]))} | bias

    def lower(self, a: TensorType, b: TensorType) -> Lowering:
        need_known(self, out=self.out, inputs=(a.shape[-1], b.shape[-1]))
        given = {"bias": (self.bias, True)}
        return module("nn.Bilinear", a.shape[-1], b.shape[-1], self.out, _given=given)

    def caption(self) -> tuple[str, str]:
        return f"bilinear {self.out}", ""


class Identity(Layer):
    """Returns its input, as a module of its own (``id`` makes no module and takes no name).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html
    """

    word = "identity"
    keeps_elements = True
    category = "other"
    elementwise = True
    positional = 0
    examples = (Example("identity", "3x8x8"), Example("identity", "12 int"))

    def infer(self, x: TensorType) -> TensorType:
        return x

    def lower(self, *_: TensorType) -> Lowering:
        return module("nn.Identity")
