"""Words in the names of tensors: what different libraries call the same thing.

These are words of the field, such as ``ln`` and ``LayerNorm`` for a norm. Nothing here is about two
particular layouts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_GROUPS: Final = (
    "q query wq",
    "k key wk",
    "v value wv",
    "o out output wo",
    "qkv wqkv kqv qkvw",
    "gate gating",
    "proj projection project",
    "linear dense fc lin",
    "norm ln layernorm batchnorm bn rmsnorm groupnorm gn",
    "attn attention sa attentions",
    "mlp ffn ff feedforward",
    "embed embedding embeddings emb wte wpe",
    "pos position positional positions wpe",
    "cls class",
    "token tok word tokens words wte",
    "conv convolution",
    "scale gamma lambda scales",
    "se squeeze",
    "vision visual image",
    "dw depthwise",
    "pw pointwise",
    "first before pre input",
    "second after post",
    "down downsample downsampling reduction",
    "shortcut downsample skip residual",
    "head classifier lm cls",
    "pool pooler pooling",
)
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    word: tuple(group.split()[0] for group in _GROUPS if word in group.split())
    for group in _GROUPS
    for word in group.split()
}
"""For each word the first words of its groups, which stand for it."""
_PHRASES: Final = (
    (re.compile(r"query_key_value|in_proj|c_attn"), "qkv"),
    (re.compile(r"gate_up"), "gateup"),
    (re.compile(r"(post|after)_(self_)?(attention|attn)(?![a-z])"), "after"),
    (re.compile(r"(pre|before)_(self_)?(attention|attn)(?![a-z])"), "before"),
    (re.compile(r"feed_forward"), "mlp"),
    (re.compile(r"layer_norm|batch_norm"), "norm"),
    (re.compile(r"layer_scale"), "scale"),
    (re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])"), "_"),
)
EMPTY: Final = frozenset(
    {"layer", "layers", "block", "blocks", "module", "model", "self", "h", "c"}
)
"""Words that say nothing."""


@cache
def words(text: str) -> tuple[str, ...]:
    """The words in a part of a name, each as the first of its group. Numbers are no words."""
    for phrase, short in _PHRASES:
        text = phrase.sub(short, text)
    pieces = re.findall(r"[a-z]+", text.lower())
    meant = [meaning for piece in pieces for meaning in SYNONYMS.get(piece, (piece,))]
    return tuple(word for word in meant if word not in EMPTY)


ORDINALS: Final[Mapping[str, str]] = {"1": "first", "2": "second"}


def ordinal(text: str) -> str:
    """``first`` for ``norm1``, ``second`` for ``ln_2``, "" for others."""
    match = re.search(r"[A-Za-z]_?(\d+)$", text)
    return ORDINALS.get(match[1], "") if match else ""
