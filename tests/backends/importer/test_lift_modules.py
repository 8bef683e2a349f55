"""Modules as people construct them, and the layers that make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
import torch
from torch import nn

from netwright.backends.importer.lift_modules import lift_module
from netwright.compiler.dims import symbol
from netwright.compiler.lifting import CannotLift
from netwright.compiler.spelling import spell

from ...compiler.layers.harness import tensor_type

IMAGE: Final = "6x8x8"
STEPS: Final = "6x8"

LIFTED: Final[Sequence[tuple[str, nn.Module, str]]] = (
    ("linear(4)", nn.Linear(8, 4), STEPS),
    ("linear(4, bias=false)", nn.Linear(8, 4, bias=False), STEPS),
    ("conv(3x3, 4)", nn.Conv2d(6, 4, 3), IMAGE),
    ("conv(3, 4, pad=same)", nn.Conv1d(6, 4, 3, padding="same"), STEPS),
    (
        "conv(1x3, 6, stride=[1, 2], pad=[0, 1], groups=6, pad_mode=reflect)",
        nn.Conv2d(6, 6, (1, 3), (1, 2), (0, 1), groups=6, padding_mode="reflect"),
        IMAGE,
    ),
    ("conv_transpose(2x2, 4, stride=2)", nn.ConvTranspose2d(6, 4, 2, 2), IMAGE),
    ("batchnorm", nn.BatchNorm2d(6), IMAGE),
    ("batchnorm(momentum=none)", nn.BatchNorm2d(6, momentum=None), IMAGE),
    ("batchnorm(track_running_stats=false)", nn.BatchNorm1d(6, track_running_stats=False), STEPS),
    ("layernorm(eps=1e-06)", nn.LayerNorm(8, 1e-6), STEPS),
    ("layernorm(dim=[1, 2])", nn.LayerNorm((6, 8)), STEPS),
    ("layernorm(elementwise_affine=false)", nn.LayerNorm(8, elementwise_affine=False), STEPS),
    ("groupnorm(3)", nn.GroupNorm(3, 6), IMAGE),
    ("relu", nn.ReLU(inplace=True), IMAGE),
    ("relu6", nn.ReLU6(), IMAGE),
    ("hardtanh(0, 6)", nn.Hardtanh(0, 6), IMAGE),
    ("gelu", nn.GELU(), IMAGE),
    ("gelu(approximate=tanh)", nn.GELU("tanh"), IMAGE),
    ("prelu(6)", nn.PReLU(6), IMAGE),
    ("leaky_relu(0.2)", nn.LeakyReLU(0.2, inplace=True), IMAGE),
    ("softmax(-1)", nn.Softmax(dim=-1), STEPS),
    ("dropout(0.1)", nn.Dropout(0.1), STEPS),
    ("feature_dropout", nn.Dropout2d(), IMAGE),
    ("maxpool(2)", nn.MaxPool2d(2, 2), IMAGE),
    ("maxpool(3, stride=2, pad=1)", nn.MaxPool2d((3, 3), 2, (1, 1)), IMAGE),
    ("avgpool(2, ceil_mode=true)", nn.AvgPool2d(2, ceil_mode=True), IMAGE),
    ("adaptive_avgpool(1)", nn.AdaptiveAvgPool2d((1, 1)), IMAGE),
    ("adaptive_avgpool([none, 3])", nn.AdaptiveAvgPool2d((None, 3)), IMAGE),
    ("pad([1, 2, 1, 2])", nn.ZeroPad2d((1, 2, 1, 2)), IMAGE),
    ("pad(2, mode=reflect)", nn.ReflectionPad2d(2), IMAGE),
    ("pad(1, value=0.5)", nn.ConstantPad2d(1, 0.5), IMAGE),
    ("upsample(2)", nn.Upsample(scale_factor=2), IMAGE),
    ("upsample(size=4x5)", nn.Upsample(size=(4, 5)), IMAGE),
    ("upsample(2, mode=bilinear, align_corners=true)", nn.UpsamplingBilinear2d(None, 2), IMAGE),
    ("pixel_shuffle(2)", nn.PixelShuffle(2), "8x4x4"),
    ("flatten", nn.Flatten(), IMAGE),
    ("flatten(0)", nn.Flatten(0), IMAGE),
    ("unflatten(1, [2, 3])", nn.Unflatten(1, (2, 3)), IMAGE),
    ("identity", nn.Identity(), IMAGE),
    ("embedding(10, 4, padding_idx=0)", nn.Embedding(10, 4, padding_idx=0), "6 int"),
    ("lstm(5, layers=2, bidirectional=true)", nn.LSTM(8, 5, 2, True, True, 0, True), STEPS),
    ("lstm(5, proj=3)", nn.LSTM(8, 5, batch_first=True, proj_size=3), STEPS),
    ("rnn(5, activation=relu)", nn.RNN(8, 5, nonlinearity="relu", batch_first=True), STEPS),
    ("gru_cell(5)", nn.GRUCell(8, 5), "8"),
    ("attention(2, dropout=0.1)", nn.MultiheadAttention(8, 2, 0.1, batch_first=True), STEPS),
    ("weight_norm(linear(4))", nn.utils.parametrizations.weight_norm(nn.Linear(8, 4)), STEPS),
    (
        "spectral_norm(conv(3x3, 4), eps=1e-06)",
        nn.utils.parametrizations.spectral_norm(nn.Conv2d(6, 4, 3), eps=1e-6),
        IMAGE,
    ),
)
REFUSED: Final[Sequence[tuple[str, nn.Module, str]]] = (
    ("LSTM has the batch second", nn.LSTM(8, 5), STEPS),
    ("MultiheadAttention has the batch second", nn.MultiheadAttention(8, 2), STEPS),
    ("bias_k", nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True), STEPS),
    ("add_zero_attn", nn.MultiheadAttention(8, 2, add_zero_attn=True, batch_first=True), STEPS),
    ("recompute_scale_factor", nn.Upsample(None, 2, recompute_scale_factor=True), IMAGE),
    ("computes something else", nn.CrossMapLRN2d(3), IMAGE),
    ("does not say its dim", nn.Softmax(), STEPS),
    ("normalized_shape", nn.LayerNorm(6), STEPS),
)


CLOSED: Final = (
    *("conv(3, 4, pad=same)", "batchnorm(track_running_stats=false)", "layernorm(dim=[1, 2])"),
)
"""Layers that need to know the axis after the batch."""


class Doubled(nn.Linear):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(x)


@pytest.mark.parametrize(("text", "module", "given"), LIFTED, ids=[text for text, *_ in LIFTED])
def test_a_module_is_the_layer_that_makes_it(text: str, module: nn.Module, given: str) -> None:
    layer = lift_module(module, tensor_type(given))
    assert layer is not None
    assert spell(layer) == text


@pytest.mark.parametrize(("why", "module", "given"), REFUSED, ids=[why for why, *_ in REFUSED])
def test_a_module_without_a_counterpart_says_why(why: str, module: nn.Module, given: str) -> None:
    with pytest.raises(CannotLift, match=why):
        lift_module(module, tensor_type(given))


def test_other_modules_are_no_layers() -> None:
    """A subclass may compute something else; a container has a forward of its own."""
    for module in (Doubled(8, 4), nn.Sequential(nn.ReLU()), nn.TransformerEncoderLayer(8, 2)):
        assert lift_module(module, tensor_type(STEPS)) is None


@pytest.mark.parametrize(("text", "module", "given"), LIFTED, ids=[text for text, *_ in LIFTED])
def test_open_sizes_change_no_layer(text: str, module: nn.Module, given: str) -> None:
    """The batch is open, and the axes between it and the last of an image or a sequence."""
    x = tensor_type(given)
    image = given == IMAGE
    middle = x.shape[1:2] if image else tuple(map(symbol, "T" * (x.rank > 2)))
    last = tuple(map(symbol, "HW")) if image else x.shape[2:] if x.rank > 2 else x.shape[1:]
    if text not in CLOSED:
        layer = lift_module(module, x.with_shape(symbol("N"), *middle, *last))
        assert layer is not None
        assert spell(layer) == text
