"""Layers whose weight is computed from other parameters (torch.nn.utils.parametrizations)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..checks import need_known
from ..dims import Dim, product
from ..layer import Effect, Example, Few, Init, Layer, Refused, Weight, inferred
from ..lowering import CallCode, Lowering, given
from ..types import TensorType


class _Reparametrized(Layer):
    """Base: a layer whose weight ``name`` is replaced by the parameters it is computed from."""

    positional = 1

    layer: Layer
    name: str = "weight"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.layer
        self.__dict__.update(
            category=inner.category,
            arity=inner.arity,
            results=inner.results,
            assumed=inner.assumed,
            assumed_dtype=inner.assumed_dtype,
            channel_axis=inner.channel_axis,
        )

    def originals(self, weight: Weight, x: TensorType) -> dict[str, Weight]:
        """The parameters in the weight's place, by their names under
        ``parametrizations.weight``."""
        raise NotImplementedError

    def infer(self, *inputs: TensorType) -> TensorType | tuple[TensorType, ...]:
        results = inferred(self.layer, *inputs)
        self.weights(*inputs)  # raises Refused if there is no such weight
        return results

    def weights(self, *inputs: TensorType) -> dict[str, Weight]:
        weights = dict(self.layer.weights(*inputs))
        if self.name not in weights or weights[self.name].buffer:
            raise self._no_weight([n for n, w in weights.items() if not w.buffer])
        if self.layer.tensors():
            raise Refused(f"{self.word} takes a layer without tensors", setting="layer")
        originals = self.originals(weights.pop(self.name), *inputs[:1])
        prefix = f"parametrizations.{self.name}"
        return weights | {f"{prefix}.{name}": weight for name, weight in originals.items()}

    def macs(self, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> Dim:
        return self.layer.macs(inputs, outputs)

    def wrapped(self, function: str, inputs: Sequence[TensorType], **settings: Any) -> Lowering:
        """The layer's module in ``function``; ``settings`` are pairs of value and default."""
        weights = self.layer.weights(*inputs).values()
        need_known(self, input=tuple(d for w in weights for d in w.shape))
        inner = self.layer.lower(*inputs)
        assert inner.module is not None, "a layer with weights has a module"
        kwargs = given(name=(self.name, "weight"), **settings)
        made = CallCode(
            f"nn.utils.parametrizations.{function}", (inner.module,), tuple(kwargs.items())
        )
        return Lowering(made, inner.forward, inner.helpers, None, inner.nested)

    def inits(self) -> dict[str, Init]:
        return {self.original(name): init for name, init in self.layer.inits().items()}

    def original(self, weight: str) -> str:
        """The parameter to initialize instead of a weight."""
        return weight

    def caption(self) -> tuple[str, str]:
        title, detail = self.layer.caption()
        return title, ", ".join(filter(None, (detail, self.word.replace("_", " "))))

    def _no_weight(self, names: Sequence[str]) -> Refused:
        inner = self.layer.word
        if not names:
            return Refused(f"{inner} has no weights", setting="layer")
        return Refused(
            f"{inner} has no weight `{self.name}`",
            setting="name" if "name" in self.given() else "layer",
            help=f'say which: `{self.word}(..., name="{names[0]}")`; '
            f"there are {', '.join(f'`{n}`' for n in names)}",
        )

    def effects(self) -> frozenset[Effect]:
        return self.layer.effects()


class SpectralNorm(_Reparametrized):
    """A layer whose weight is divided by its spectral norm, its largest singular value.

    The norm is followed by ``n_power_iterations`` steps of power iteration at every call in
    training; ``dim`` is the weight's axis of outputs (1 for transposed convolutions, else 0).
    ``name`` says which weight, if there are several.

    Miyato and others, 2018, https://arxiv.org/abs/1802.05957;
    https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
    """

    word = "spectral_norm"
    examples = (
        Example("spectral_norm(conv(3x3, 64))", "3x8x8"),
        Example("spectral_norm(linear(10), n_power_iterations=2)", "20"),
        Example("spectral_norm(conv_transpose(4, 8, stride=2, pad=1))", "6x5x5"),
    )

    n_power_iterations: Few = 1
    eps: float = 1e-12
    dim: int | None = None

    def originals(self, weight: Weight, x: TensorType) -> dict[str, Weight]:
        if self.n_power_iterations <= 0:
            raise Refused(
                f"n_power_iterations must be positive, got {self.n_power_iterations}",
                setting="n_power_iterations",
            )
        rank = len(weight.shape)
        dim = _axis(self._dim(), rank)
        if rank == 1:
            return {"original": weight}
        other_sizes = [d for i, d in enumerate(weight.shape) if i != dim]
        return {
            "original": weight,
            "0._u": Weight((weight.shape[dim],), buffer=True),
            "0._v": Weight((product(other_sizes),), buffer=True),
        }

    def _dim(self) -> int:
        if self.dim is not None:
            return self.dim
        return int(self.layer.word == "conv_transpose")

    def lower(self, *inputs: TensorType) -> Lowering:
        return self.wrapped(
            "spectral_norm",
            inputs,
            n_power_iterations=(self.n_power_iterations, 1),
            eps=(self.eps, 1e-12),
            dim=(self.dim, None),
        )

    def original(self, weight: str) -> str:
        return f"parametrizations.{weight}.original" if weight == self.name else weight

    def effects(self) -> frozenset[Effect]:
        return self.layer.effects() | {"training", "state"}


class WeightNorm(_Reparametrized):
    """A layer whose weight is a direction times a magnitude, each a parameter.

    There is a magnitude for each index of the axis ``dim`` of the weight (``none``: one for all).
    ``name`` says which weight, if there are several.

    Salimans and Kingma, 2016, https://arxiv.org/abs/1602.07868;
    https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.weight_norm.html
    """

    word = "weight_norm"
    examples = (
        Example("weight_norm(linear(10))", "20"),
        Example("weight_norm(conv(3, 16, pad=same), dim=none)", "4x9"),
        Example('weight_norm(lstm(6), name="weight_hh_l0")', "5x4"),
    )

    dim: int | None = 0

    def originals(self, weight: Weight, x: TensorType) -> dict[str, Weight]:
        rank = len(weight.shape)
        if self.dim is None or self.dim == -1:
            magnitude: tuple[Dim, ...] = ()
        else:
            dim = _axis(self.dim, rank)
            magnitude = tuple(d if i == dim else 1 for i, d in enumerate(weight.shape))
        return {"original0": Weight(magnitude), "original1": weight}

    def infer(self, *inputs: TensorType) -> TensorType | tuple[TensorType, ...]:
        if self.name in self.layer.inits():
            raise Refused(
                f"weight_norm has no initializer for `{self.name}`",
                setting="layer",
                detail="the weight is a direction times a magnitude: neither is the weight",
                help="leave out `init=`: PyTorch's own initial weight is kept",
            )
        return super().infer(*inputs)

    def lower(self, *inputs: TensorType) -> Lowering:
        return self.wrapped("weight_norm", inputs, dim=(self.dim, 0))


def _axis(dim: int, rank: int) -> int:
    if -rank <= dim < rank:
        return dim % rank
    raise Refused(
        f"dim={dim} is outside the weight's {rank} axes",
        setting="dim",
        detail=f"the axes are 0 to {rank - 1}",
    )
