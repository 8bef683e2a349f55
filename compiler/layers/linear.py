"""Linear layers (torch.nn.Linear, Bilinear, Identity)."""

from __future__ import annotations

from collections.abc import Sequence

from ..checks import need, need_known
from ..dims import Dim
from ..layer import (
    Biased,
    Computable,
    Example,
    Foreign,
    Layer,
    Positive,
    Refused,
    Tensor,
    Weight,
    computes,
    numel,
    same,
)
from ..lifting import CannotLift, Lift, Lifted, OpCall
from ..lowering import CallCode, Input, Lowering, call, module
from ..types import TensorType


def _filters(call: OpCall) -> dict[str, object]:
    weight = call.type("weight")
    if weight.rank != 2:
        raise CannotLift(f"{call.op} with one filter, {weight}, drops the last axis")
    return {"out": weight.shape[0]}


def _linear_of_product(call: OpCall) -> Lifted:
    """A product with a matrix and the sum with a vector, as ``linear`` with the matrix turned."""
    bias = call.type("self")
    if bias.rank != 1 or call["alpha"] != 1 or call["beta"] != 1:
        raise CannotLift(f"{call.op} of these shapes is no `linear`")
    width, out = call.type("mat2").shape
    weight = call.made("transpose", call["mat2"], dim0=0, dim1=1)
    layer = Linear(out=out, weight=TensorType((out, width)), bias=bias)
    return Lifted(layer, (call["mat1"],), {"weight": weight, "bias": call["self"]})


class Linear(Computable, Biased):
    """Fully connected: ``y = x W^T + b`` over the last axis, [..., in] to [..., out].

    ``weight=`` and ``bias=`` take tensors; ``weight=wte.weight`` ties the weight to another
    layer's.

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
    lifts = (
        Lift("linear", _filters),
        Lift("addmm", _linear_of_product),
    )
    examples = (
        Example("linear(10)", "784"),
        Example("linear(64, bias=false)", "12x32"),
    )

    out: Positive
    bias: bool | Tensor = True
    weight: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank < 2:
            raise Refused(
                f"linear needs an axis after the batch, got {x}",
                input=0,
                help="`unsqueeze(1) > linear(...)` makes one feature for each example",
            )
        return x.with_shape(*x.shape[:-1], self.out)

    def all_weights(self, x: TensorType) -> dict[str, Weight]:
        bias = {"bias": Weight((self.out,))} if self.bias is not False else {}
        return {"weight": Weight((self.out, x.shape[-1]))} | bias

    def weight_axes(self) -> str:
        return "[out, in]"

    def misfit_help(self, weight: TensorType, x: TensorType) -> tuple[str, ...]:
        if weight.rank != 2:
            return ()
        if weight.shape[1] == x.shape[-1]:
            return (f"`linear({weight.shape[0]}, ...)` has that many outputs",)
        if weight.shape[0] == self.out:
            return (f"`linear({weight.shape[1]})` before it brings the input to that width",)
        return ()

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        return numel(outputs[0].shape) * inputs[0].shape[-1]

    def lower(self, x: TensorType) -> Lowering:
        if not self.computed:
            return Lowering(self.module(x))
        if self.weights(x):
            need_known(self, input=x.shape[-1])
        function = call("F.linear", Input(0), *self.weight_codes(x))
        without = ("weight",) if self.weight is not None else ()
        return computes(function, self.module(x) if self.weights(x) else None, without)

    def module(self, x: TensorType) -> CallCode | None:
        need_known(self, out=self.out)
        given = {"bias": (self.bias is True, True)}
        if not isinstance(x.shape[-1], int):
            return module("nn.LazyLinear", self.out, _given=given).module
        return module("nn.Linear", x.shape[-1], self.out, _given=given).module

    def caption(self) -> tuple[str, str]:
        return f"linear {self.out}", ""


class Bilinear(Computable, Biased):
    """Bilinear form of two inputs: ``y = a W b + bias``, [..., p] and [..., q] to [..., out].

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
    """

    word = "bilinear"
    foreign = (Foreign("Bilinear", "in1_features in2_features out_features bias"),)
    category = "linear"
    channel_axis = "last"
    arity = (2, 2)
    positional = 1
    lifts = (Lift("bilinear", lambda call: {"out": call.type("weight").shape[0]}),)
    examples = (
        Example("bilinear(10)", "20", "30"),
        Example("bilinear(10, bias=false)", "7x20", "7x30"),
    )

    out: Positive
    bias: bool | Tensor = True
    weight: Tensor | None = None

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        need(self, a)
        need(self, b, input=1)
        if a.rank < 2 or a.rank != b.rank or not all(map(same, a.shape[:-1], b.shape[:-1])):
            raise Refused(
                f"bilinear needs two inputs that differ only in the last axis, got {a} and {b}"
            )
        return a.with_shape(*a.shape[:-1], self.out)

    def all_weights(self, a: TensorType, b: TensorType) -> dict[str, Weight]:
        bias = {"bias": Weight((self.out,))} if self.bias is not False else {}
        return {"weight": Weight((self.out, a.shape[-1], b.shape[-1]))} | bias

    def weight_axes(self) -> str:
        return "[out, first, second]"

    def lower(self, a: TensorType, b: TensorType) -> Lowering:
        if not self.computed:
            return Lowering(self.module(a, b))
        function = call("F.bilinear", Input(0), Input(1), *self.weight_codes(a, b))
        without = ("weight",) if self.weight is not None else ()
        return computes(function, self.module(a, b) if self.weights(a, b) else None, without)

    def module(self, a: TensorType, b: TensorType) -> CallCode | None:
        need_known(self, out=self.out, inputs=(a.shape[-1], b.shape[-1]))
        given = {"bias": (self.bias is True, True)}
        return module("nn.Bilinear", a.shape[-1], b.shape[-1], self.out, _given=given).module

    def caption(self) -> tuple[str, str]:
        return f"bilinear {self.out}", ""


class Identity(Layer):
    """Returns its input, as a module of its own (``id`` makes no module and takes no name).

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html
    """

    word = "identity"
    complexes = True
    keeps_elements = True
    category = "other"
    elementwise = True
    positional = 0
    lifts = (Lift("contiguous clone alias lift_fresh_copy resolve_conj resolve_neg"),)
    examples = (Example("identity", "3x8x8"), Example("identity", "12 int"))

    def infer(self, x: TensorType) -> TensorType:
        return x

    def lower(self, *_: TensorType) -> Lowering:
        return module("nn.Identity")
