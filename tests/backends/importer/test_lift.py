"""Layers are found again: in the modules of PyTorch that they make, and in the ops that they run.

Each example of each layer is exported. Then a layer takes the place of every op, and the results
must be the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import pytest
import torch

from netwright.backends.importer.lift_modules import lift_module
from netwright.compiler.layer import Example, Layer
from netwright.compiler.lifting import Lifted
from netwright.compiler.spelling import spell
from netwright.compiler.types import TensorType

from ...compiler.layers.harness import Case, all_layers, example_case, fill_of, make, program, quiet
from .lifting import Running, Substitution, Together, lowers_alike, ops_of

Pair: TypeAlias = tuple[type[Layer], Example]
EXAMPLES: Final = [(layer, example) for layer in all_layers() for example in layer.examples]


def _id(pair: Pair) -> str:
    return f"{pair[1].text} on {pair[1].inputs}"


@dataclass
class Exported:
    """One example in the program of its family."""

    lifted: list[Lifted]
    refused: list[str]
    wanted: list[torch.Tensor]
    made: list[torch.Tensor]


@cache
def family(name: str) -> Mapping[Example, Exported]:
    """All examples of one file of layers, exported together."""
    own = [e for layer, e in EXPORTED if layer.__module__ == name]
    cases = [example_case(example) for example in own]
    members = [Running(_program(case)) for case in cases]
    torch.manual_seed(0)
    inputs = [[make(t, fill_of(layer)) for t in _types((layer, x))] for layer, x in cases]
    model = Together(members).eval()
    with quiet():
        exported = torch.export.export(model, (inputs,), strict=False)
    substitution = Substitution(exported)
    wanted, made = substitution.results([t for tensors in inputs for t in tensors])
    nodes = list(exported.graph.output_node().args[0])
    result = {}
    counts = [spec.num_leaves for spec in exported.call_spec.out_spec.children()]
    for example, count in zip(own, counts, strict=True):
        names = ops_of(nodes[:count])
        lifted = [substitution.lifted[n] for n in reversed(names) if n in substitution.lifted]
        refused = [substitution.refused[n] for n in names if n in substitution.refused]
        result[example] = Exported(lifted, refused, wanted[:count], made[:count])
        del nodes[:count], wanted[:count], made[:count]
    return result


def _types(case: Case) -> list[Any]:
    layer, inputs = case
    return [*inputs, *(getattr(layer, name) for name in layer.tensors())]


def _program(case: Case) -> Any:
    layer, inputs = case
    return program(layer.lower(*inputs), len(_types(case)))


# --- what is known ---------------------------------------------------------------------------

NOT_EXPORTED: Final[Mapping[str, str]] = {
    "gru(32, lengths=a)": "packing reads the lengths",
    "roi_align(a, 7)": "the number of samples depends on the boxes",
    "roi_align(a, 2, spatial_scale=0.25)": "the number of samples depends on the boxes",
}
MODULES_ONLY: Final[Mapping[str, str]] = {
    "embedding_bag": "the op takes bags one after another, and the places where they begin",
    "fractional_maxpool": "the op takes the random numbers",
    "max_unpool": "the op does not have the kernel",
    "weight_norm": "the op is between the weights and the layer",
}
"""Layers with an op that no layer has as it is; their modules are lifted."""
SPELLED: Final[Mapping[str, str]] = {
    "hardtanh(0, 6)": "relu6",
    "prelu(64, init=0.1)": "prelu(64)",  # the weight holds what it began with
    "softmax2d": "softmax(-3)",
    "ge(a)": "ge",
    "add(a)": "add",
    "maximum(a)": "maximum",
    "matmul(a)": "matmul",
    "where": "where",
    "lerp(weight=0.3)": "lerp(weight=0.3)",
    "pairwise_distance(p=1, keepdim=true)": "pairwise_distance(p=1.0, keepdim=true)",
    "cdist(a, p=1)": "cdist(p=1.0)",
    "embed(10, 8, max_norm=1, padding_idx=-1)": "embedding(10, 8, padding_idx=9)",
    "last": "index(slice(None, None, None), -1)",
    "adaptive_avgpool([none, 3])": "adaptive_avgpool(7x3)",
    "adaptive_maxpool(1)": "adaptive_maxpool(1, return_indices=true)",
    'reduce("b c h w -> b c", mean)': "mean([2, 3])",
}
"""Examples whose op is another layer's, or has another spelling with the same meaning."""
SEVERAL_OPS: Final = (
    *("softmin", "softsign", "tanhshrink", "attention", "rearrange", "reduce", "repeat", "istft"),
    *("stft", "layernorm", "rmsnorm", "local_response_norm", "gap", "lp_pool", "alibi", "rotary"),
    *("positions", "relative_buckets", "window_offsets", "gru", "lstm", "rnn", "normalize"),
    *("spectral_norm", "roi_align", "conv", "view_as_real"),
)
"""Layers with examples that run several ops, which are several layers."""
NO_OP: Final = frozenset(
    ["identity", "constant", "param", "zeros", "ones", "window_offsets", "stochastic_depth"]
)
"""Layers with examples that run no op outside of training."""
HELPERS: Final = ("LearnedPositions", "SinusoidalPositions", "StochasticDepth")
"""Modules that the generated file defines."""
RANDOM: Final = frozenset(["rand", "randn", "rand_like", "randn_like", "fractional_maxpool"])


OVER_CHANNELS: Final = frozenset(e.text for _, e in EXAMPLES if "norm(dim=1" in e.text)
"""Layers that move the channels to the end before they call their module."""
SAME_MODULE: Final = frozenset(["embed(10, 8, max_norm=1, padding_idx=-1)"])
"""Examples whose module keeps a setting in another form."""
EXPORTED: Final = [pair for pair in EXAMPLES if pair[1].text not in NOT_EXPORTED]


def _makes_module(example: Example) -> bool:
    layer, inputs = example_case(example)
    made = layer.lower(*inputs).module
    return made is not None and made.function not in ("nn.Parameter", "nn.Buffer", *HELPERS)


MADE: Final = [pair for pair in EXAMPLES if _makes_module(pair[1])]


# --- the tests -------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "example"), EXPORTED, ids=map(_id, EXPORTED))
def test_layers_take_the_place_of_ops(layer: type[Layer], example: Example) -> None:
    exported = family(layer.__module__)[example]
    assert bool(exported.refused) == (layer.word in MODULES_ONLY), exported.refused
    for wanted, made in zip(exported.wanted, exported.made, strict=True):
        assert made.shape == wanted.shape
        if layer.word not in RANDOM:
            torch.testing.assert_close(made, wanted, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize(("layer", "example"), EXPORTED, ids=map(_id, EXPORTED))
def test_the_op_of_an_example_is_its_layer(layer: type[Layer], example: Example) -> None:
    exported = family(layer.__module__)[example]
    if len(exported.lifted) != 1 or exported.refused:
        several = exported.lifted or exported.refused
        assert layer.word in ((*SEVERAL_OPS, *MODULES_ONLY) if several else NO_OP)
        return
    (lifted,) = exported.lifted
    bound, inputs = example_case(example)
    if not lowers_alike(lifted.layer, bound, inputs):
        assert spell(lifted.layer) == SPELLED[example.text]


@pytest.mark.parametrize("example", [example for _, example in MADE], ids=map(_id, MADE))
def test_the_module_of_an_example_is_its_layer(example: Example) -> None:
    """What a module is given in a call, such as a mask, is no part of it."""
    case = bound, inputs = example_case(example)
    if example.text in OVER_CHANNELS:
        inputs = (TensorType((*inputs[0].shape[::2], inputs[0].shape[1])),)
    lifted = lift_module(_program(case).build(), *inputs)
    assert lifted is not None
    assert lifted.word == bound.word
    if example.text not in SAME_MODULE:
        assert lifted.lower(*inputs).module == bound.lower(*case[1]).module
