"""Linear layers (torch.nn.Linear and its kin)."""

from __future__ import annotations

from collections.abc import Sequence

from ..dims import Dim
from ..layer import Example, Refused, Tensor, Weight, Weighted, numel, same
from ..lowering import Lowering, module
from ..types import TensorType


class Linear(Weighted):
    """Fully connected: ``y = x W^T + b`` over the last axis, [..., in] to [..., out].

    ``weight=wte.weight`` ties the weight to another layer's.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    word = "linear"
    aliases = ("fc",)
    category = "linear"
    examples = (
        Example("linear(10)", "784"),
        Example("linear(64, bias=false)", "12x32"),
    )

    out: Dim
    bias: bool = True
    weight: Tensor | None = None

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "float":
            raise Refused(f"linear needs floats, got {x.dtype}", code="E303", input=0)
        if x.rank < 2:
            raise Refused("linear needs at least one axis after the batch", input=0)
        if self.weight is not None and not (
            self.weight.rank == 2
            and same(self.weight.shape[0], self.out)
            and same(self.weight.shape[1], x.shape[-1])
        ):
            raise Refused(
                f"the tied weight is {self.weight}, linear needs [{self.out}, {x.shape[-1]}]",
                setting="weight",
            )
        return x.with_shape(*x.shape[:-1], self.out)

    def weights(self, x: TensorType) -> dict[str, Weight]:
        bias = {"bias": Weight((self.out,))} if self.bias else {}
        return {"weight": Weight((self.out, x.shape[-1]))} | bias

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        return numel(outputs[0].shape) * inputs[0].shape[-1]

    def lower(self, x: TensorType) -> Lowering:
        given = {"bias": (self.bias, True)}
        if not isinstance(x.shape[-1], int):
            return module("nn.LazyLinear", self.out, _given=given)
        return module("nn.Linear", x.shape[-1], self.out, _given=given)

    def caption(self) -> tuple[str, str]:
        return f"linear {self.out}", ""


