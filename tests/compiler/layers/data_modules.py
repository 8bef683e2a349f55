"""What is particular to the module-like layers: see ``harness``."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import strategies as st

from netwright.compiler.layer import Layer
from netwright.compiler.types import TensorType

from .harness import SIZES, SMALL, likely_ranks, parse, tensor_types

MOSTLY = st.sampled_from([True] * 9 + [False])
POSITIVE = st.sampled_from([1, 2, 3, 4, 6, 8, 12] * 4 + [0, -2])

Types = tuple[TensorType, ...]


# --- inputs ----------------------------------------------------------------------------------


@st.composite
def channels_in_groups(draw: st.DrawFn, layer: Any) -> Types:
    """Channels are mostly a multiple of what the layer divides them by."""
    (x,) = draw(st.tuples(tensor_types(likely_ranks(layer))))
    divisor = getattr(layer, "groups", 1)
    if hasattr(layer, "factor"):
        divisor = layer.factor**2
    if layer.word == "fold":
        kernel = layer.kernel if isinstance(layer.kernel, tuple) else (layer.kernel,) * 2
        divisor = prod(kernel)
    if x.rank > 1 and draw(MOSTLY):
        shape = (x.shape[0], max(1, divisor) * draw(st.sampled_from([1, 2, 3])), *x.shape[2:])
        x = x.with_shape(*shape)
    return (x,)


@st.composite
def folded(draw: st.DrawFn, layer: Any) -> Types:
    """The right number of blocks, mostly."""
    (x,) = draw(channels_in_groups(layer))
    names = ("size", "kernel", "dilation", "pad", "stride")
    settings = [getattr(layer, n) for n in names]
    pairs = [s if isinstance(s, tuple) else (s, s) for s in settings]
    if x.rank == 3 and all(len(p) == 2 for p in pairs) and 0 not in pairs[4]:
        counts = [
            (size + 2 * p - d * (k - 1) - 1) // s + 1
            for size, k, d, p, s in zip(*pairs, strict=True)
        ]
        x = x.with_shape(*x.shape[:2], max(1, prod(counts) + draw(st.sampled_from([0] * 9 + [1]))))
    return (x,)


@st.composite
def alike(draw: st.DrawFn, layer: Layer) -> Types:
    """Two tensors of one shape, mostly."""
    a = draw(tensor_types(likely_ranks(layer)))
    b = draw(tensor_types(likely_ranks(layer))) if not draw(MOSTLY) else a
    if layer.word == "max_unpool" and draw(MOSTLY):
        b = b.with_dtype("int")
    if layer.word == "bilinear" and draw(MOSTLY):
        b = b.with_shape(*b.shape[:-1], draw(SIZES))
    if layer.word in ("cosine_similarity", "pairwise_distance") and draw(MOSTLY):
        shrunk = [draw(st.sampled_from([d, d, 1])) for d in b.shape]
        b = b.with_shape(*shrunk[draw(st.sampled_from([0, 0, 1])) :])
    return a, b


@st.composite
def splittable(draw: st.DrawFn, layer: Any) -> Types:
    """The axis holds the product of the sizes, mostly."""
    x = draw(tensor_types(dtypes=("float", "int")))
    sizes = layer.sizes if isinstance(layer.sizes, tuple) else (layer.sizes,)
    if -x.rank <= layer.dim < x.rank and draw(MOSTLY):
        shape = list(x.shape)
        shape[layer.dim] = max(1, abs(prod(sizes)) * draw(st.sampled_from([1, 1, 2])))
        x = x.with_shape(*shape)
    return (x,)


@st.composite
def scored(draw: st.DrawFn, layer: Any) -> Types:
    """Indices of the weights' shape, mostly."""
    (x,) = draw(st.tuples(tensor_types((2, 2, 2, 1, 3), dtypes=("int",) * 9 + ("float", "bool"))))
    if layer.per_sample_weights is not None and draw(MOSTLY):
        x = x.with_shape(*layer.per_sample_weights.shape)
    return (x,)


INPUTS: dict[str, Any] = {
    "conv": channels_in_groups,
    "conv_transpose": channels_in_groups,
    "groupnorm": channels_in_groups,
    "channel_shuffle": channels_in_groups,
    "pixel_shuffle": channels_in_groups,
    "fold": folded,
    "max_unpool": alike,
    "bilinear": alike,
    "cosine_similarity": alike,
    "pairwise_distance": alike,
    "unflatten": splittable,
    "embedding_bag": scored,
}

# --- settings --------------------------------------------------------------------------------

PADS = st.sampled_from([0, 1, 2] * 6 + [3, -1])
PAIRS = st.sampled_from([2, 4, 6, 2, 4, 6, 3, 8]).flatmap(lambda n: st.tuples(*[PADS] * n))
RATIOS = st.sampled_from([0.5, 0.7, 0.3, 0.25] * 3 + [1.0, 0.0])
SCALES = st.sampled_from([1.0, 2.0, 0.5, 1.5, 0.7, 2, 3, 0.9] * 2 + [0.1, 0.0, -1.0])
GROUPS = st.sampled_from([1, 2, 3] * 6 + [4, 0, -1])


def one_of_two(first: str, a: Any, second: str, b: Any, neither: dict[str, Any]) -> Any:
    """Exactly one of two settings, mostly; each for all axes or for each."""

    def both(rank: int) -> st.SearchStrategy[dict[str, Any]]:
        one = st.one_of(a, st.tuples(*[a] * rank)).map(lambda v: neither | {first: v})
        two = st.one_of(b, st.tuples(*[b] * rank)).map(lambda v: neither | {second: v})
        wrong = st.tuples(a, b).map(lambda v: {first: v[0], second: v[1]})
        return st.one_of([one, two] * 4 + [wrong, st.just(neither)])

    return both


INNER = st.sampled_from(
    [
        parse(text)
        for text in (
            "linear(3)",
            "linear(4, bias=false)",
            "conv(2, 3, pad=1)",
            "conv(3x3, 4, groups=2)",
            "conv_transpose(2, 3, stride=2)",
            "bn",
            "layernorm",
            "prelu",
            "bilinear(3)",
            "embedding(9, 4)",
            "lstm(3, bidirectional=true)",
            "relu",
        )
    ]
)
NAMES = st.sampled_from(["weight"] * 8 + ["bias", "weight_hh_l0", "weight_ih_l0_reverse"])

SETTINGS: dict[str, dict[str, Any]] = {
    "fractional_maxpool": {
        "*": one_of_two("size", SMALL, "ratio", RATIOS, {"size": None, "ratio": None})
    },
    "upsample": {"*": one_of_two("size", SMALL, "scale", SCALES, {"size": None, "scale": None})},
    "conv": {"out": POSITIVE, "groups": GROUPS},
    "conv_transpose": {"out": POSITIVE, "groups": GROUPS},
    "groupnorm": {"groups": GROUPS},
    "channel_shuffle": {"groups": GROUPS},
    "linear": {"out": POSITIVE},
    "bilinear": {"out": POSITIVE},
    "embedding": {"count": POSITIVE, "dim": POSITIVE},
    "embedding_bag": {
        "count": POSITIVE,
        "dim": POSITIVE,
        "per_sample_weights": tensor_types((2, 2, 2, 2, 3)) | st.none(),
    },
    "pad": {"sizes": PAIRS | PAIRS | PADS},
    "unflatten": {
        "dim": st.sampled_from([1, 1, -1, 2, 0, 5]),
        "sizes": st.lists(SMALL, min_size=1, max_size=3).map(tuple),
    },
    "spectral_norm": {"layer": INNER, "name": NAMES},
    "weight_norm": {"layer": INNER, "name": NAMES},
    "stochastic_depth": {"p": st.sampled_from([0.0, 0.1, 0.5, 1.0, -0.5, 2.0])},
}


# --- documented differences ------------------------------------------------------------------

BATCH = "PyTorch reads a missing batch axis as such; netwright's tensors always have one"
ACCIDENT = "PyTorch happens to have a kernel for it, on the CPU or for these settings only"
NOTHING = "a window without elements, or a border of a negative size, which PyTorch does not check"


def rank_is(*ranks: int) -> Any:
    return lambda _, x, *__: x.rank in ranks


def not_floats(_: Layer, *inputs: TensorType) -> bool:
    return any(x.dtype != "float" for x in inputs)


def over_batch(layer: Any, x: TensorType) -> bool:
    dims = layer.dim if isinstance(layer.dim, tuple) else (layer.dim,)
    return any(d in (0, -x.rank) for d in dims)


def below(least: int, *names: str) -> Any:
    """A setting has a size below ``least``."""

    def when(layer: Any, *_: TensorType) -> bool:
        settings = [getattr(layer, n) for n in names]
        sizes = [s for v in settings for s in (v if isinstance(v, tuple) else (v,))]
        return any(isinstance(s, int) and s < least for s in sizes)

    return when


REFUSED: dict[str, Any] = {
    "param": (("a computed weight", lambda layer: layer.weight is not None),),
    "prelu": (
        (
            "an initial value and a computed weight",
            lambda layer, *_: layer.weight is not None and layer.init != 0.25,
        ),
    ),
    **dict.fromkeys(
        ("embedding", "embedding_bag"),
        (
            (
                "changing a computed weight in place, or sparse gradients of it",
                lambda layer, *_: (
                    layer.weight is not None and (layer.sparse or layer.max_norm is not None)
                ),
            ),
        ),
    ),
    "linear": ((BATCH, rank_is(1)),),
    "bilinear": ((BATCH, rank_is(1)),),
    "layernorm": ((BATCH, over_batch),),
    "rmsnorm": ((BATCH, over_batch),),
    "softmax2d": ((BATCH, rank_is(3)),),
    "pixel_shuffle": ((BATCH, rank_is(3)),),
    "pixel_unshuffle": ((BATCH, rank_is(3)),),
    "instancenorm": ((BATCH, rank_is(2)),),
    "unfold": ((BATCH, rank_is(3)), (ACCIDENT, not_floats)),
    "fold": ((BATCH, rank_is(2)), (ACCIDENT, not_floats)),
    "cosine_similarity": ((ACCIDENT, not_floats),),
    "pairwise_distance": ((ACCIDENT, not_floats),),
    "dropout": ((ACCIDENT, not_floats),),
    "alpha_dropout": ((ACCIDENT, not_floats),),
    "feature_dropout": ((ACCIDENT, not_floats),),
    "feature_alpha_dropout": ((ACCIDENT, not_floats), (ACCIDENT, rank_is(1))),
    "stochastic_depth": ((ACCIDENT, not_floats),),
    "local_response_norm": ((ACCIDENT, not_floats),),
    "avgpool": ((ACCIDENT, not_floats),),
    "lp_pool": ((ACCIDENT, not_floats),),
    "conv": ((NOTHING, below(0, "pad")),),
    "fractional_maxpool": ((NOTHING, below(1, "kernel")),),
    "max_unpool": (
        (NOTHING, below(1, "kernel", "stride")),
        (NOTHING, below(0, "pad")),
    ),
    "pad": (
        (
            "nn.ReflectionPad2d and its like have no value to refuse; F.pad refuses it",
            lambda layer, _: layer.mode != "constant" and layer.value != 0,
        ),
    ),
    "upsample": (
        (
            "nn.Upsample takes a factor of 0 for none",
            lambda layer, _: layer.scale == 0 and layer.size is not None,
        ),
    ),
}

EXCEPTIONS: dict[str, Any] = {
    "batchnorm": (
        (
            "one value for each channel fails in training only: the batch will be larger",
            lambda _, x: x.rank > 1 and prod(x.shape) == x.shape[1],
        ),
    ),
}
