"""PyTorch's constructors, without importing it: the names of positional arguments, and defaults.

With them ``nn.Conv2d(64, 64, stride=2)`` and ``nn.Conv2d(64, 64)`` become one class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

_CONV: Final = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "bias": True,
    "padding_mode": "zeros",
}
_TRANSPOSE: Final = {
    "stride": 1,
    "padding": 0,
    "output_padding": 0,
    "groups": 1,
    "bias": True,
    "dilation": 1,
    "padding_mode": "zeros",
}
_NORM: Final = {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True}
_RECURRENT: Final = {
    "num_layers": 1,
    "bias": True,
    "batch_first": False,
    "dropout": 0.0,
    "bidirectional": False,
}

_SIGNATURES: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, Any]]]] = {
    "nn.Conv_": (("in_channels", "out_channels", "kernel_size"), _CONV),
    "nn.LazyConv_": (("out_channels", "kernel_size"), _CONV),
    "nn.ConvTranspose_": (("in_channels", "out_channels", "kernel_size"), _TRANSPOSE),
    "nn.LazyConvTranspose_": (("out_channels", "kernel_size"), _TRANSPOSE),
    "nn.Linear": (("in_features", "out_features"), {"bias": True}),
    "nn.LazyLinear": (("out_features",), {"bias": True}),
    "nn.Bilinear": (("in1_features", "in2_features", "out_features"), {"bias": True}),
    "nn.BatchNorm_": (("num_features",), _NORM),
    "nn.LazyBatchNorm_": ((), _NORM),
    "nn.InstanceNorm_": (
        ("num_features",),
        _NORM | {"affine": False, "track_running_stats": False},
    ),
    "nn.GroupNorm": (("num_groups", "num_channels"), {"eps": 1e-5, "affine": True}),
    "nn.LayerNorm": (
        ("normalized_shape",),
        {"eps": 1e-5, "elementwise_affine": True, "bias": True},
    ),
    "nn.RMSNorm": (("normalized_shape",), {"eps": None, "elementwise_affine": True}),
    "nn.MaxPool_": (("kernel_size",), {"padding": 0, "dilation": 1, "ceil_mode": False}),
    "nn.AvgPool_": (
        ("kernel_size",),
        {"padding": 0, "ceil_mode": False, "count_include_pad": True},
    ),
    "nn.AdaptiveAvgPool_": (("output_size",), {}),
    "nn.AdaptiveMaxPool_": (("output_size",), {}),
    "nn.Dropout": (("p",), {"p": 0.5}),
    "nn.Dropout_": (("p",), {"p": 0.5}),
    "nn.Embedding": (("num_embeddings", "embedding_dim"), {"padding_idx": None}),
    "nn.LSTM": (("input_size", "hidden_size"), _RECURRENT),
    "nn.GRU": (("input_size", "hidden_size"), _RECURRENT),
    "nn.RNN": (("input_size", "hidden_size"), {"nonlinearity": "tanh"} | _RECURRENT),
    "nn.MultiheadAttention": (
        ("embed_dim", "num_heads"),
        {"dropout": 0.0, "bias": True, "batch_first": False},
    ),
    "nn.LeakyReLU": (("negative_slope",), {"negative_slope": 0.01}),
    "nn.ELU": (("alpha",), {"alpha": 1.0}),
    "nn.PReLU": (("num_parameters",), {"num_parameters": 1}),
    "nn.GELU": (("approximate",), {"approximate": "none"}),
    "nn.Flatten": (("start_dim", "end_dim"), {"start_dim": 1, "end_dim": -1}),
    "nn.PixelShuffle": (("upscale_factor",), {}),
    "torch.zeros": (("size",), {}),
    "range": (("depth",), {}),
}


@cache
def _signature(function: str) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    return _SIGNATURES.get(re.sub(r"[123]d$", "_", function), ((), {}))


def positional(function: object) -> tuple[str, ...]:
    """The names of a constructor's positional arguments; none if the table lacks it."""
    if isinstance(function, str):
        return _signature(function)[0]
    return tuple(getattr(function, "parameter_names", ()))


def defaults(function: object) -> Mapping[str, Any]:
    """The defaults of a constructor's arguments in its order; none if the table lacks it."""
    if isinstance(function, str):
        return _signature(function)[1]
    values: Mapping[str, Any] = getattr(function, "defaults", {})
    return values
