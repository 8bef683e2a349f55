"""Calls of PyTorch and Keras that are written as several layers here, or as none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from .foreign_names import bare_name

Named = Mapping[str, str]
Call = Callable[[Sequence[str], Named], str | None]
_QUOTES: Final = "\"'"
_AXES: Final = "0123456789, -"


def rewritten(name: str, given: Sequence[str], named: Named) -> str | None:
    """What to write for a call, from the texts of its arguments, or None if that is not certain."""
    make = CALLS.get(bare_name(name))
    return make(given, named) if make is not None else None


def activation(text: str) -> str:
    """``"relu"``, ``nn.ReLU()`` and ``"softmax"`` as a layer."""
    word = re.sub(r"\(\)$", "", bare_name(text.strip(_QUOTES))).lower()
    return f"{word}(dim=-1)" if word in ("softmax", "log_softmax") else word


def _activation(given: Sequence[str], named: Named) -> str | None:
    texts = [*given, *named.values()]
    return activation(texts[0]) if len(texts) == 1 else None


def _inner(given: Sequence[str], named: Named) -> str | None:
    """``TimeDistributed(Dense(10))``: a layer over the last axis takes sequences without it."""
    over_last = given and re.match(r"(Dense|linear|nn\.Linear|Activation|Dropout)\b", given[0])
    return given[0] if over_last and len(given) == 1 and not named else None


def _both_ways(given: Sequence[str], named: Named) -> str | None:
    """``Bidirectional(LSTM(64))``, whose argument is already translated."""
    layer = re.fullmatch(r"((?:lstm|gru|rnn)\([^()]*)\)( > last)?", given[0] if given else "")
    if layer is None or len(given) > 1 or named:
        return None
    return f"{layer[1]}, bidirectional=true){layer[2] or ''}"


def _recurrent(word: str) -> Call:
    """Keras' ``LSTM(64)``, which returns the last step. (PyTorch's takes two sizes.)"""

    def written(given: Sequence[str], named: Named) -> str | None:
        settings = dict(named)
        units = settings.pop("units", given[0] if len(given) == 1 else None)
        whole = settings.pop("return_sequences", "false").lower() == "true"
        if units is None or settings or len(given) > 1:
            return None
        return f"{word}({units}){'' if whole else ' > last'}"

    return written


def _with_batch(word: str, batch: str) -> Call:
    """Keras leaves the batch axis out of ``Reshape([2, 4])`` and ``Permute([2, 1])``."""

    def written(given: Sequence[str], named: Named) -> str | None:
        inner = given[0].strip("[]") if len(given) == 1 and not named else ""
        return f"{word}({batch}, {inner})" if inner and not set(inner) - set(_AXES) else None

    return written


def _always(text: str) -> Call:
    return lambda given, named: None if given or named else text


def _searched(given: Sequence[str], named: Named) -> str | None:
    """``torch.searchsorted(edges, x)``, which takes the sorted numbers first."""
    if len(given) != 2 or set(named) - {"right"}:
        return None
    right = f", right={named['right'].lower()}" if "right" in named else ""
    return f"({given[1]} > searchsorted({given[0]}{right}))"


_ENCODER: Final = ("d_model", "nhead", "dim_feedforward", "dropout", "activation")


def _encoder_layer(given: Sequence[str], named: Named) -> str | None:
    """``nn.TransformerEncoderLayer(512, 8)`` as the layers that it consists of."""
    defaults = {"dim_feedforward": "2048", "dropout": "0.1", "activation": "relu"}
    settings = {**defaults, **dict(zip(_ENCODER, given, strict=False)), **named}
    first = settings.pop("norm_first", "false").lower() == "true"
    settings.pop("batch_first", None)
    if len(given) > len(_ENCODER) or set(settings) != set(_ENCODER):
        return None
    p, act = settings["dropout"], activation(settings["activation"])
    heads, hidden, d = settings["nhead"], settings["dim_feedforward"], settings["d_model"]
    attends = f"attention({heads}, dropout={p}) > dropout({p})"
    feeds = f"linear({hidden}) > {act} > dropout({p}) > linear({d}) > dropout({p})"
    if first:
        return f"(id + (layernorm > {attends}) > id + (layernorm > {feeds}))"
    return f"(id + ({attends}) > layernorm > id + ({feeds}) > layernorm)"


def _encoder(given: Sequence[str], named: Named) -> str | None:
    """``nn.TransformerEncoder(layer, 6)``: copies of a layer that is already translated."""
    texts = [*given, *(named[n] for n in ("encoder_layer", "num_layers") if n in named)]
    good = len(texts) == 2 and not set(named) - {"encoder_layer", "num_layers"}
    return f"{texts[0]} * {texts[1]}" if good and texts[0].startswith("(") else None


def _decoder_layer(given: Sequence[str], named: Named) -> str | None:
    """``[x, memory] > nn.TransformerDecoderLayer(512, 8)``."""
    settings = {**dict(zip(_ENCODER, given, strict=False)), **named}
    settings.pop("batch_first", None)
    if len(given) > 4 or not {"d_model", "nhead"} <= set(settings) <= set(_ENCODER[:4]):
        return None
    names = {"dim_feedforward": "hidden", "dropout": "p"}
    optional = "".join(
        f", {ours}={settings[name]}" for name, ours in names.items() if name in settings
    )
    return f"decoder_layer({settings['d_model']}, {settings['nhead']}{optional})"


def _kernelled(word: str, axes: str, positions: Sequence[str], wanted: int) -> Call:
    """Keras' ``SeparableConv2D(64, 3, padding="same")`` as a call of a block in ``BLOCKS``."""

    def written(given: Sequence[str], named: Named) -> str | None:
        settings = {**dict(zip(positions, given, strict=False)), **named}
        after = f" > {activation(settings.pop('activation'))}" if "activation" in settings else ""
        main = [settings.pop(name, None) for name in positions[:wanted]]
        if len(given) > len(positions) or None in main or set(settings) - {"strides", "padding"}:
            return None
        kernel, *out = reversed([text or "" for text in main])
        kernel = "x".join([kernel] * int(axes)) if kernel.isdigit() else kernel
        options = [f"stride={settings['strides']}"] if "strides" in settings else []
        if "padding" in settings:
            options.append(f'pad="{settings["padding"].strip(_QUOTES).lower()}"')
        return f"{word}({', '.join([kernel, *out, *options])}){after}"

    return written


def _heads(given: Sequence[str], named: Named) -> str | None:
    """Keras' ``MultiHeadAttention(8, 64)``; the second number is the size of a head."""
    settings = {**dict(zip(("num_heads", "key_dim"), given, strict=False)), **named}
    heads = settings.pop("num_heads", None)
    if heads is None or set(settings) - {"key_dim", "dropout"} or len(given) > 2:
        return None
    dropout = f", dropout={settings['dropout']}" if "dropout" in settings else ""
    return f"attention({heads}{dropout})"


_CONV: Final = ("filters", "kernel_size", "strides", "padding")
BLOCKS: Final = {
    "separable": "block separable(k, out, stride=1, pad=0): x {\n"
    "  x > conv(k, x.c, stride=stride, pad=pad, groups=x.c, bias=false) > conv(1, out)\n}\n",
    "depthwise": "block depthwise(k, stride=1, pad=0): x {\n"
    "  x > conv(k, x.c, stride=stride, pad=pad, groups=x.c)\n}\n",
    "decoder_layer": "block decoder_layer(d, heads, hidden=2048, p=0.1): x, memory {\n"
    "  y = x + (x > attention(heads, dropout=p) > dropout(p)) > layernorm\n"
    "  z = y + ([y, memory] > attention(heads, dropout=p) > dropout(p)) > layernorm\n"
    "  z + (z > linear(hidden) > relu > dropout(p) > linear(d) > dropout(p)) > layernorm\n}\n",
}
"""The blocks that translations call: the fix adds the block to the file."""

WHY: Final = {
    "MultiHeadAttention": "the size of a head is inferred: all heads together have as many "
    "features as the input",
}
"""Why a translation leaves out an argument."""

CALLS: Final[dict[str, Call]] = {
    "TransformerDecoderLayer": _decoder_layer,
    "MultiHeadAttention": _heads,
    **{
        f"Separable{word}{n}D": _kernelled("separable", n, _CONV, 2)
        for word in ("Conv", "Convolution")
        for n in "12"
    },
    **{f"DepthwiseConv{n}D": _kernelled("depthwise", n, _CONV[1:], 1) for n in "12"},
    "searchsorted": _searched,
    "Activation": _activation,
    "TimeDistributed": _inner,
    "Bidirectional": _both_ways,
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "SimpleRNN": _recurrent("rnn"),
    "Reshape": _with_batch("reshape", "-1"),
    "Permute": _with_batch("permute", "0"),
    "list": lambda given, named: given[0] if len(given) == 1 and not named else None,
    "tuple": lambda given, named: given[0] if len(given) == 1 and not named else None,
    "TransformerEncoderLayer": _encoder_layer,
    "TransformerEncoder": _encoder,
    **{
        f"GlobalMax{pool}{n}D": _always("adaptive_maxpool(1) > flatten")
        for pool in ("Pool", "Pooling")
        for n in "123"
    },
}
