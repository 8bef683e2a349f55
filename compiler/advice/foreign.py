"""Names and calls of PyTorch, Keras and other frameworks, and what to write here instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from ..layer import Foreign, Layer, hints
from ..layers import layers
from .foreign_calls import activation
from .foreign_names import INSTEAD, OPPOSITE, OUT_OF_SCOPE, bare_name

SETTINGS: Final = {
    "padding": "pad",
    "kernel_size": "kernel",
    "out_channels": "out",
    "out_features": "out",
    "filters": "out",
    "units": "out",
    "strides": "stride",
    "rate": "p",
    "dropout_p": "p",
    "num_heads": "heads",
    "n_heads": "heads",
    "nhead": "heads",
    "hidden_size": "hidden",
    "num_layers": "layers",
    "padding_mode": "pad_mode",
    "output_padding": "output_pad",
    "start_dim": "start",
    "end_dim": "end",
    "output_size": "size",
    "output_ratio": "ratio",
    "upscale_factor": "factor",
    "downscale_factor": "factor",
    "unflattened_size": "sizes",
    "norm_type": "norm",
    "pool_size": "kernel",
    "lower": "low",
    "upper": "high",
    "num_embeddings": "count",
    "embedding_dim": "dim",
    "is_causal": "causal",
    "attn_mask": "mask",
    "axis": "dim",
    "keepdims": "keepdim",
    "dilation_rate": "dilation",
    "scale_factor": "scale",
    "num_groups": "groups",
    "epsilon": "eps",
    "kernel_initializer": "init",
    "use_bias": "bias",
}

INFERRED: Final = frozenset(
    {
        "in_channels",
        "in_features",
        "input_size",
        "input_shape",
        "embed_dim",
        "num_features",
        "normalized_shape",
        "input_dim",
        "in_dim",
        "num_channels",
        "in1_features",
        "in2_features",
    }
)
LEFT_OUT: Final = frozenset({"inplace", "batch_first", "device", "dtype"})
"""Settings that a spec leaves out."""

SUPERFLUOUS: Final = {
    "inplace": "leave it out: the compiler decides what runs in place",
    "batch_first": "leave it out: the batch always comes first",
    "return_sequences": "leave it out: the layer returns all steps, and `> last` takes the last "
    "one",
    "return_complex": "leave it out: the result is always complex",
    "onesided": "leave it out: the frequencies that mirror others are never returned",
    "side": "`right=true` is `side=right`",
}


@cache
def foreign_names() -> dict[str, Foreign]:
    """The names of layers in other frameworks, each with its word here."""
    named: dict[str, Foreign] = {}
    for layer in dict.fromkeys(layers().values()):
        for foreign in layer.__dict__.get("foreign", ()):
            with_word = foreign if foreign.word else foreign.replace(word=layer.word)
            named |= dict.fromkeys(foreign.spelled(), with_word)
    return named


def native(name: str, words: Iterable[str]) -> str | None:
    """The word here for ``nn.BatchNorm2d``, ``Conv2d`` or ``max_pool2d``, or None if there is none
    among ``words``."""
    bare = bare_name(name)
    words = set(words)
    if bare in (named := foreign_names()) and not bare.islower():
        return named[bare].word
    if bare in INSTEAD or bare in OUT_OF_SCOPE:
        return None
    plain = re.sub(r"[123][dD](?=$|[A-Z])", "", bare.removeprefix("Lazy"))
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    for candidate in (bare.lower(), snake, snake.replace("_", ""), plain.lower()):
        for word in (candidate, re.sub(r"_?[123]d$", "", candidate)):
            renamed = named[word].word if word in named else word
            if renamed in words:
                return renamed
    return None


def translated(
    name: str, layer: type[Layer], word: str, given: Sequence[str], named: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """A call in the language, ``conv(3x3, 64)`` for ``nn.Conv2d(3, 64, 3)``, and why it has fewer
    arguments. ``given`` are the texts of its arguments without names.

    None if the translation is not certain.
    """
    bare = bare_name(name)
    foreign = foreign_names().get(bare, Foreign(bare))
    positions = tuple(hints(layer))[: layer.positional]
    if foreign.positions is not None:
        positions = tuple(foreign.positions.split())
    renamed = {**SETTINGS, **foreign.renamed}
    if bare.islower() or len(given) > len(positions):  # functions take tensors
        return None
    after = why = ""
    settings: dict[str, str] = {}
    for theirs, text in (*zip(positions, given, strict=False), *named):
        ours = renamed.get(theirs, theirs)
        if (bare, theirs) in OPPOSITE:
            text = f"1 - {text}"
        if theirs == "axis" and text in ("-1", "3"):
            why = CHANNELS_LAST
            if layer.category == "norm" and layer.word != "layernorm":
                continue
        if theirs == "normalized_shape" and "," in text:
            return "", _SEVERAL_AXES
        if theirs == "activation":
            after = f" > {activation(text)}"
        elif ours in hints(layer) and (theirs in renamed or theirs not in INFERRED):
            settings[ours] = text
        elif theirs in INFERRED:
            why = "sizes that follow from the input are inferred"
        elif theirs not in LEFT_OUT:
            return None
    settings = {**foreign.added, **settings}
    if settings.get("pad", "").strip(_QUOTES) == "same" and settings.get("stride", "1") != "1":
        why = _same_with_strides(layer, settings)
    axes = re.search(r"([123])[dD](Transpose)?$", bare)
    kernel = settings.get("kernel", "")
    if axes and kernel.isdigit() and layer.category == "conv":
        settings["kernel"] = "x".join([kernel] * int(axes[1]))
    by_name = {SETTINGS.get(name, name) for name, _ in named}
    return _spelt(layer, word, settings, by_name) + after, why


_SEVERAL_AXES: Final = (
    "`layernorm` normalizes over one axis, `groupnorm(1)` over all axes after the batch, with a "
    "scale for each channel"
)
CHANNELS_LAST: Final = (
    "Keras puts the channels last, here they are axis 1; the features of vectors and sequences are "
    "last here too"
)


def _same_with_strides(layer: type[Layer], settings: dict[str, str]) -> str:
    """Replaces Keras' `same`, which gives ceil(size / stride) and pads by the size of the input.
    Writes the padding that gives the same size, and returns how it differs."""
    kernel, stride = settings.get("kernel", ""), settings["stride"]
    del settings["pad"]
    if "output_pad" in hints(layer):
        return _same_transposed(settings, kernel, stride)
    if kernel == stride and "ceil_mode" in hints(layer):
        settings["ceil_mode"] = "true"
        return "the last window may reach over the end, as in Keras"
    if not kernel.isdigit() or int(kernel) % 2 == 0:
        return "`pad=same` needs stride 1: give the padding as a number, `pad=1`"
    settings["pad"] = str(int(kernel) // 2)
    return (
        f"`pad={settings['pad']}` gives the same size; Keras pads even sizes only at the end, as "
        "`pad([0, 1, 0, 1])` does before a 3x3 kernel of stride 2"
    )


def _same_transposed(settings: dict[str, str], kernel: str, stride: str) -> str:
    """Replaces `same` of a transposed convolution, which gives size * stride."""
    if not kernel.isdigit() or not stride.isdigit():
        return "`same` gives size * stride: `pad` takes away, `output_pad` adds at the end"
    pad = max(0, int(kernel) - int(stride) + 1) // 2
    added = int(stride) + 2 * pad - int(kernel)
    settings |= {name: str(n) for name, n in (("pad", pad), ("output_pad", added)) if n}
    if not added or not pad:
        return ""
    return "this gives size * stride, as in Keras, but Keras crops the other end"


def applied(
    name: str, layer: type[Layer], word: str, given: Sequence[str], named: Sequence[tuple[str, str]]
) -> str | None:
    """The layer for a call of a function, ``maxpool(2)`` for ``F.max_pool2d(x, 2)``. ``given`` are
    the arguments after the tensors. None if the translation is not certain."""
    bare = bare_name(name)
    foreign = foreign_names().get(bare, Foreign(bare))
    positions = (foreign.positions or "").split()
    if len(given) > len(positions):
        return None
    settings, renamed = dict(foreign.added), {**SETTINGS, **foreign.renamed}
    for theirs, text in (*zip(positions, given, strict=False), *named):
        ours = renamed.get(theirs, theirs)
        if ours in hints(layer):
            settings[ours] = text
        elif theirs not in LEFT_OUT | {"training", "return_complex"}:
            return None
    by_name = {renamed.get(theirs, theirs) for theirs, _ in named}
    return _spelt(layer, word, settings, by_name)


def _spelt(layer: type[Layer], word: str, settings: dict[str, str], by_name: set[str]) -> str:
    """The text of a call: required settings by position, the others as they were given."""
    parts = []
    for setting in list(hints(layer))[: layer.positional]:
        optional = setting in by_name and not layer.settings[setting].required
        if setting not in settings or optional:
            break
        parts.append(settings.pop(setting))
    parts += [f"{setting}={text}" for setting, text in settings.items()]
    return f"{word}({', '.join(parts)})" if parts else word


_QUOTES: Final = "\"'"
_KEYWORDS: Final = {
    "True": "true",
    "False": "false",
    "None": "none",
    "null": "none",
    "self": None,
}


_NO_SELF: Final = (
    "write a layer where it is used: `x > conv(3x3, 64)`; `share` uses one layer in several places"
)
_LOSS: Final = re.compile(r"loss$|cross_?entropy$")
_NO_LOSS: Final = "a spec describes the network; training stays in PyTorch"


def is_sequential(name: str) -> bool:
    return bare_name(name) in ("Sequential", "sequential")


def explain_name(name: str, words: set[str]) -> tuple[str | None, str, str | None]:
    """The message, help and replacement for an unknown name; each may be empty or None."""
    if name in ("True", "False", "None", "null"):
        word = _KEYWORDS[name]
        return f"`{name}` is written `{word}` here", "", word
    if name == "self":
        return "there is no `self` here", _NO_SELF, None
    if is_sequential(name):
        return f"`{name}` is the pipe here", "`f > g > h`; `(f > g > h) as features`", None
    bare = bare_name(name)
    if bare in INSTEAD:
        return f"there is no `{name}` here", INSTEAD[bare], None
    if bare in OUT_OF_SCOPE:
        return f"`{name}` is not part of a spec", OUT_OF_SCOPE[bare], None
    if _LOSS.search(name.lower()):
        return f"there are no losses: `{name}` is not a layer", _NO_LOSS, None
    if name in ("ModuleList", "nn.ModuleList"):
        return f"`{name}` is a labelled repeat or `for` here", "`block(64) * 3 as layer`", None
    word = native(name, words)
    if word is not None:
        return f"`{name}` is called `{word}` here", "", word
    return None, "", None


def _activation(value: str) -> str:
    """The layer that a setting of Keras names, or ``relu`` if there is no such layer."""
    word = activation(value)
    return word if word.partition("(")[0] in layers() else "relu"


def explain_setting(
    layer: type[Layer], name: str, names: list[str], value: str = ""
) -> tuple[str | None, str]:
    """The replacement and the help for an unknown setting."""
    renamed = {theirs: ours for f in layer.foreign for theirs, ours in f.renamed.items()}
    replacement = renamed.get(name, SETTINGS.get(name))
    if replacement in names:
        return replacement, f"it is called `{replacement}` here"
    if name == "bias_init" and "init" in names:
        return None, "it has no bias: `init` is for its weight"
    if name in INFERRED:
        return None, "leave it out: it is inferred from the input"
    if name in ("norm", "normalization"):
        return None, f"continue the pipe: `{layer.word}(...) > bn`"
    if name in ("activation", "act"):
        return None, f"continue the pipe: `{layer.word}(...) > {_activation(value)}`"
    if name in ("device", "dtype"):
        return None, "devices and float types are chosen in PyTorch: `net.to_torch(device=...)`"
    if name in ("key_padding_mask", "src_key_padding_mask", "memory_key_padding_mask"):
        meaning = "true means *keep* here and *leave out* in PyTorch: give the opposite"
        return None, f"it is called `key_mask` here, and {meaning}, `m > logical_not`"
    return None, SUPERFLUOUS.get(name, "")
