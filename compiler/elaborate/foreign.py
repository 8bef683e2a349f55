"""What users of PyTorch (and of other frameworks) type first, and what it is called here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ..layer import Layer

RENAMED: Final = {
    "view": "reshape", "cat": "concat", "dense": "linear", "fully_connected": "linear",
    "convolution": "conv", "max_pool": "maxpool", "avg_pool": "avgpool",
    "max_pooling": "maxpool", "average_pooling": "avgpool", "batch_norm": "batchnorm",
    "batch_normalization": "batchnorm", "layer_norm": "layernorm",
    "layer_normalization": "layernorm", "group_norm": "groupnorm",
    "instance_norm": "instancenorm", "rms_norm": "rmsnorm",
    "adaptive_avg_pool": "adaptive_avgpool", "adaptive_max_pool": "adaptive_maxpool",
    "global_average_pooling": "gap", "global_avg_pool": "gap", "convtranspose": "conv_transpose",
    "deconv": "conv_transpose", "multihead_attention": "attention",
    "multi_head_attention": "attention", "scaled_dot_product_attention": "sdpa", "swish": "silu",
    "leakyrelu": "leaky_relu", "logsoftmax": "log_softmax", "prelu": "prelu", "relu": "relu",
    "identity": "identity", "concatenate": "concat", "mm": "matmul", "interpolate": "upsample",
    "zero_pad": "pad", "softmax": "softmax", "embedding_bag": "embedding_bag", "unet": "unet",
}  # fmt: skip

SETTINGS: Final = {
    "padding": "pad", "kernel_size": "kernel", "out_channels": "out", "out_features": "out",
    "filters": "out", "units": "out", "strides": "stride", "rate": "p", "dropout_p": "p",
    "num_heads": "heads", "n_heads": "heads", "nhead": "heads", "hidden_size": "hidden",
    "num_layers": "layers", "padding_mode": "pad_mode", "output_padding": "output_pad",
    "start_dim": "start", "end_dim": "end", "output_size": "size", "output_ratio": "ratio",
    "upscale_factor": "factor", "downscale_factor": "factor", "unflattened_size": "sizes",
    "lower": "low", "upper": "high", "num_embeddings": "count", "embedding_dim": "dim",
    "is_causal": "causal",
    "attn_mask": "mask", "axis": "dim", "keepdims": "keepdim", "dilation_rate": "dilation",
    "scale_factor": "scale", "num_groups": "groups", "epsilon": "eps", "kernel_initializer": "init",
}  # fmt: skip

INFERRED: Final = frozenset(
    {"in_channels", "in_features", "input_size", "input_shape", "embed_dim", "num_features",
     "normalized_shape", "input_dim", "in_dim", "num_channels"}
)  # fmt: skip
_PREFIX: Final = re.compile(r"^(torch\.nn\.functional|torch\.nn|nn|F|torch|tf\.keras\.layers|"
                            r"keras\.layers|layers|jnp|tf|keras)\.")  # fmt: skip


def native(name: str, known: Iterable[str]) -> str | None:
    """What ``nn.BatchNorm2d``, ``Conv2d`` or ``max_pool2d`` is called here."""
    bare = _PREFIX.sub("", name)
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()
    known = set(known)
    for candidate in (snake, snake.replace("_", ""), bare.lower()):
        for word in (candidate, re.sub(r"_?[123]d$", "", candidate)):
            renamed = RENAMED.get(word, word)
            if renamed in known:
                return renamed
    return None


_KEYWORDS: Final = {
    "True": "true", "False": "false", "None": "none", "null": "none", "self": None,
}  # fmt: skip


def explain_name(name: str, known: set[str]) -> tuple[str | None, str, str | None]:
    """For an unknown name: (message, help, replacement), each may be empty or None."""
    if name in ("True", "False", "None", "null"):
        word = _KEYWORDS[name]
        return f"`{name}` is written `{word}` here", "", word
    if name == "self":
        return "there is no `self` here", "a body's names are its parameters and inputs", None
    if name in ("Sequential", "nn.Sequential"):
        return f"`{name}` is the pipe here", "`f > g > h`; `(f > g > h) as features`", None
    if name in ("ModuleList", "nn.ModuleList"):
        return f"`{name}` is a labelled repeat or `for` here", "`block(64) * 3 as layer`", None
    word = native(name, known)
    if word is not None:
        return f"`{name}` is called `{word}` here", "", word
    return None, "", None


def explain_setting(layer: type[Layer], name: str, names: list[str]) -> tuple[str | None, str]:
    """For an unknown setting: (replacement, help)."""
    replacement = SETTINGS.get(name)
    if replacement in names:
        return replacement, f"it is called `{replacement}` here"
    if name in INFERRED:
        return None, "leave it out: what follows from the input is inferred"
    if name in ("activation", "act"):
        return None, f"pipe on: `{layer.word}(...) > relu`"
    if name in ("device", "dtype"):
        return None, "devices and float types are chosen in PyTorch: `net.to_torch(device=...)`"
    if name == "inplace":
        return None, "leave it out: the compiler decides what runs in place"
    if name == "batch_first":
        return None, "leave it out: the batch always comes first"
    return None, ""
