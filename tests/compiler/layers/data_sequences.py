"""What is particular to attention, positions and recurrent layers: see ``harness``."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from netwright.compiler.dims import Size
from netwright.compiler.types import Dtype, TensorType

from .harness import likely_ranks, tensor_types

MOSTLY = st.sampled_from([True] * 9 + [False])
LENGTHS = st.sampled_from([1, 2, 3, 5, 8])
MASKS: tuple[Dtype, ...] = ("bool",) * 6 + ("float",) * 3 + ("int",)

Types = tuple[TensorType, ...]


@st.composite
def attended(draw: st.DrawFn, layer: Any) -> Types:
    """Queries, keys and values that fit each other and the masks, mostly."""
    mask, keys = layer.mask, layer.key_mask
    n, t, s = draw(LENGTHS), draw(LENGTHS), draw(LENGTHS)
    if mask is not None:
        t, s = mask.shape[-2:] if mask.rank > 1 else (t, s)
        n = mask.shape[0] if mask.rank > 2 else n
    if keys is not None and keys.rank == 2:
        n, s = keys.shape
    width = max(1, layer.heads) * draw(st.sampled_from([1, 2, 3])) + (0 if draw(MOSTLY) else 1)
    count = 1 if (t == s or layer.causal) and draw(st.booleans()) else draw(st.sampled_from([2, 3]))
    widths = [width, draw(st.sampled_from([width, width, 5])), width][:count]
    shapes = [(n, t if i == 0 else s, w) for i, w in enumerate(widths)]
    if not draw(MOSTLY):
        return tuple(draw(st.lists(tensor_types((3, 3, 3, 2, 4)), min_size=1, max_size=3)))
    return tuple(map(TensorType, shapes))


@st.composite
def queries(draw: st.DrawFn, layer: Any) -> Types:
    """[q, k, v] of ``sdpa``."""
    if not draw(MOSTLY):
        return tuple(draw(tensor_types((3, 4, 5))) for _ in range(3))
    heads = draw(st.sampled_from([1, 2, 4]))
    shared = heads if draw(st.booleans()) else draw(st.sampled_from([1, 2]))
    n, t, s, d, e = (draw(LENGTHS) for _ in range(5))
    if layer.mask is not None and layer.mask.rank > 1:
        t, s = layer.mask.shape[-2:]
    sizes: list[tuple[int, ...]] = [(n, heads, t, d), (n, shared, s, d), (n, shared, s, e)]
    if draw(st.booleans()):
        sizes = [(size[0], *size[2:]) for size in sizes]
    return tuple(map(TensorType, sizes))


@st.composite
def with_states(draw: st.DrawFn, layer: Any) -> Types:
    """A sequence or a step, and states that fit, mostly."""
    cell = layer.word.endswith("_cell")
    x = draw(tensor_types((2,) * 9 + (1, 3) if cell else (3,) * 9 + (2, 4)))
    if not cell and layer.lengths is not None and layer.lengths.rank and draw(MOSTLY):
        x = x.with_shape(layer.lengths.shape[0], *x.shape[1:])
    if draw(st.booleans()):
        return (x,)
    width = getattr(layer, "proj", 0) or layer.hidden
    widths = [width, layer.hidden][: layer.states_kept]
    if not draw(MOSTLY):
        widths = widths[:1] * draw(st.sampled_from([1, 2]))
    copies = () if cell else (max(1, layer.layers) * layer.directions,)
    states = (TensorType((*copies, x.shape[0], max(1, w))) for w in widths)
    return (x, *states)


@st.composite
def even(draw: st.DrawFn, layer: Any) -> Types:
    """An even number of features, mostly."""
    x = draw(tensor_types((*likely_ranks(layer), 3, 4)))
    return (x.with_shape(*x.shape[:-1], x.shape[-1] * 2) if draw(MOSTLY) else x,)


INPUTS: dict[str, Any] = {
    "attention": attended,
    "sdpa": queries,
    "rotary": even,
    **dict.fromkeys(("rnn", "lstm", "gru", "rnn_cell", "lstm_cell", "gru_cell"), with_states),
}

COUNTS = st.sampled_from([1, 2, 3, 4] * 4 + [0, -1])
LENGTH_TYPES = st.one_of(tensor_types((1,) * 9 + (2,), LENGTHS, ("int",) * 9 + ("float",)))
RECURRENT = {"lengths": st.one_of(st.none(), LENGTH_TYPES), "hidden": COUNTS}

SETTINGS: dict[str, dict[str, Any]] = {
    "attention": {
        "heads": COUNTS,
        "mask": st.one_of(st.none(), tensor_types((2, 2, 3, 4, 1), LENGTHS, MASKS)),
        "key_mask": st.one_of(st.none(), tensor_types((2, 2, 2, 1), LENGTHS, MASKS)),
    },
    "sdpa": {"mask": st.one_of(st.none(), tensor_types((2, 2, 3, 4), LENGTHS, MASKS))},
    "positions": {"length": st.sampled_from([12, 20, 5, 0])},
    "alibi": {"heads": COUNTS, "steps": LENGTHS},
    "relative_buckets": {
        "queries": LENGTHS,
        "keys": LENGTHS,
        "buckets": st.sampled_from([4, 8, 16, 32]),
        "distance": st.sampled_from([16, 64, 128, 1]),
    },
    "rnn": RECURRENT,
    "gru": RECURRENT,
    "lstm": RECURRENT | {"proj": st.sampled_from([0, 0, 1, 2, 5])},
}

BATCH = "PyTorch reads a missing batch axis as such; netwright's tensors always have one"
OWN = "a function of netwright's own: PyTorch has no opinion on what it must refuse"
BETWEEN = "PyTorch warns that one layer has no place for dropout"
UNCOUNTED = "PyTorch drops the examples that have no length, and says nothing"


def rank_is(*ranks: int) -> Any:
    return lambda _, x, *__: x.rank in ranks


def _causal(layer: Any, *_: TensorType) -> bool:
    return bool(layer.causal)


def _fewer_lengths(layer: Any, x: TensorType, *_: TensorType) -> bool:
    return layer.lengths is not None and layer.lengths.shape[0] != x.shape[0]


def _single_layer(layer: Any, *_: TensorType) -> bool:
    return bool(layer.dropout) and layer.layers == 1


def always(*_: Any) -> bool:
    return True


UNDROPPED = "PyTorch looks at p only where it drops"

REFUSED: dict[str, Any] = {
    **dict.fromkeys(
        ("rnn", "lstm", "gru"),
        ((BATCH, rank_is(2)), (UNCOUNTED, _fewer_lengths), (BETWEEN, _single_layer)),
    ),
    **dict.fromkeys(("rnn_cell", "lstm_cell", "gru_cell"), ((BATCH, rank_is(1)),)),
    "attention": (
        ("causal with a mask, or with more keys than queries, could mean two things", _causal),
        (UNDROPPED, lambda layer, *_: not 0 <= layer.dropout <= 1),
    ),
    "sdpa": (
        (UNDROPPED, lambda layer, *_: not 0 <= layer.dropout <= 1),
        (
            "causal with a mask could mean two things; some kernels take both",
            lambda layer, *_: layer.causal and layer.mask is not None,
        ),
        (
            "of different ranks, PyTorch lines up what may not belong together",
            lambda _, *inputs: len({x.rank for x in inputs}) > 1,
        ),
    ),
    **dict.fromkeys(("positions", "rotary", "relative_buckets", "alibi"), ((OWN, always),)),
}

OPEN: dict[str, Any] = {
    "sdpa": (
        (
            "symbols are taken for one number of heads, not for groups of them",
            lambda _, *inputs: any(isinstance(x.shape[-3], Size) for x in inputs if x.rank == 4),
        ),
    ),
}

INTS = {"rnn": 1, "lstm": 1, "gru": 1}
"""Lengths of sequences are at least 1."""
