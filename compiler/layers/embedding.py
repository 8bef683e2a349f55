"""Embeddings (torch.nn.Embedding, EmbeddingBag)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...grammar.wording import amount
from ..checks import need_known, outside
from ..dims import less
from ..layer import (
    NO_EFFECTS,
    Computable,
    Effect,
    Example,
    Foreign,
    Init,
    Made,
    Positive,
    Refused,
    Tensor,
    Weight,
    same,
)
from ..lifting import Lift, OpCall
from ..lowering import CallCode, Code, Input, Lowering, Self, call, module
from ..types import TensorType


def _table_settings(call: OpCall) -> dict[str, object]:
    """The sizes of the table; an op without a row for padding says -1."""
    count, dim = call.type("weight").shape
    row = call["padding_idx"]
    return {"count": count, "dim": dim, "padding_idx": None if row == -1 else row}


class _Table(Computable):
    """A table of ``count`` vectors of ``dim`` numbers, looked up by index."""

    category = "embedding"
    assumed = ("N", "T")
    assumed_dtype = "int"

    count: Positive
    dim: Positive
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False
    weight: Tensor | None = None
    init: Init | None = None

    def check(self, x: TensorType) -> None:
        if x.dtype != "int":
            raise Refused(
                f"{self.word} looks up indices and needs ints, got {x}",
                code="E303",
                input=0,
                help="declare the input as `int`: `tokens[T] int`",
            )
        index = self.padding_idx
        if index is not None and (less(index, -self.count) or less(index, self.count) is False):
            raise Refused(
                f"padding_idx={index} is not a row of a table of {self.count}",
                setting="padding_idx",
            )
        if self.weight is not None and (self.max_norm is not None or self.sparse):
            setting = "sparse" if self.sparse else "max_norm"
            raise Refused(
                f"{setting} does not go with a computed weight",
                setting=setting,
                notes=("it is for a weight that the layer holds",),
            )

    def suit(self, made: Sequence[Made | None], x: TensorType) -> None:
        """Refuses indices that are known to have no row: ``arange(T) > embed(1024, d)``."""
        reach = outside(made[0], x, self.count)
        if reach is not None:
            raise Refused(
                f"the indices are {reach[0]} to {reach[1]}, the table has {self.count} rows",
                setting="count",
                input=0,
                help="indices start at 0"
                if less(reach[0], 0)
                else f"a table for them has {reach[1] + 1} rows",
            )

    def all_weights(self, *_: TensorType) -> dict[str, Weight]:
        return {"weight": Weight((self.count, self.dim))}

    def weight_axes(self) -> str:
        return "[count, dim]"

    def inits(self) -> dict[str, Init]:
        return {} if self.init is None else {"weight": self.init}

    def settings_for(self) -> dict[str, Code]:
        """The settings that are not PyTorch's defaults; they have the same names there."""
        names = ("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse")
        settings = self.given()
        return {name: settings[name] for name in names if name in settings}

    def build(self, name: str, function: str, **more: Code) -> Lowering:
        """The module, or the function if the weight is computed."""
        if self.weight is not None:
            (weight,) = self.weight_codes(TensorType(()))
            return Lowering(forward=call(function, Input(0), weight, **self.settings_for(), **more))
        need_known(self, count=self.count, dim=self.dim)
        built = module(name, self.count, self.dim, **self.settings_for())
        if not more:
            return built
        return Lowering(built.module, CallCode(Self(), (Input(0),), tuple(more.items())))

    def caption(self) -> tuple[str, str]:
        return f"{self.shown} {self.dim}", amount(self.count, "row")

    def effects(self) -> frozenset[Effect]:
        """With ``max_norm`` a call scales down the rows that it looks up, if they are too long."""
        return NO_EFFECTS if self.max_norm is None else frozenset({"state"})


class Embedding(_Table):
    """Looks up a learned vector for each index: ints [N, ...] to [N, ..., dim].

    ``padding_idx`` is the row that stays zero; ``max_norm`` limits the vectors' norms.
    ``weight=`` takes a tensor; ``weight=lm_head.weight`` ties the table to another layer's weight.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
    """

    word = "embedding"
    aliases = ("embed",)
    foreign = (
        Foreign(
            "Embedding",
            "num_embeddings embedding_dim padding_idx",
            renamed={"input_dim": "count", "output_dim": "dim"},
        ),
    )
    lifts = (Lift("embedding", _table_settings),)
    examples = (
        Example("embedding(1000, 64)", "12 int"),
        Example("embed(100, 8, padding_idx=0)", "3x4 int"),
        Example("embed(10, 8, max_norm=1, padding_idx=-1)", "int"),
    )

    count: Positive
    dim: Positive
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False
    weight: Tensor | None = None
    init: Init | None = None

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        return TensorType((*x.shape, self.dim))

    def lower(self, *_: TensorType) -> Lowering:
        return self.build("nn.Embedding", "F.embedding")


class EmbeddingBag(_Table):
    """Looks up a vector for each index of a bag and combines them: ints [N, T] to [N, dim].

    ``mode`` is ``mean``, ``sum`` or ``max``; with ``sum``, ``per_sample_weights`` (floats [N, T])
    multiplies each vector first.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
    """

    word = "embedding_bag"
    examples = (
        Example("embedding_bag(1000, 64)", "12 int"),
        Example("embedding_bag(100, 8, mode=max)", "5 int"),
        Example("embedding_bag(100, 8, mode=sum, per_sample_weights=a)", "5 int", a="5"),
    )

    count: Positive
    dim: Positive
    mode: Literal["mean", "sum", "max"] = "mean"
    per_sample_weights: Tensor | None = None
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False
    weight: Tensor | None = None
    init: Init | None = None

    def infer(self, x: TensorType) -> TensorType:
        self.check(x)
        if x.rank != 2:
            raise Refused(f"embedding_bag needs [N, T] int, got {x}", input=0)
        if self.mode == "max" and (self.sparse or self.scale_grad_by_freq):
            setting = "sparse" if self.sparse else "scale_grad_by_freq"
            raise Refused(f"mode=max does not go with {setting}", setting=setting)
        scores = self.per_sample_weights
        if scores is not None:
            self.check_scores(x, scores)
        return TensorType((x.shape[0], self.dim))

    def check_scores(self, x: TensorType, scores: TensorType) -> None:
        if self.mode != "sum":
            raise Refused(
                "only a sum can be weighted",
                setting="per_sample_weights",
                help="`embedding_bag(..., mode=sum)`",
            )
        if scores.dtype != "float" or scores.rank != 2 or not all(map(same, scores.shape, x.shape)):
            raise Refused(
                f"per_sample_weights are floats of the indices' shape: {scores} for {x}",
                setting="per_sample_weights",
            )

    def lower(self, *_: TensorType) -> Lowering:
        scores = {} if self.per_sample_weights is None else {"per_sample_weights": Input(1)}
        return self.build("nn.EmbeddingBag", "F.embedding_bag", **scores)
