"""What is particular to operations on tensors (arithmetic, shapes, indices): see ``harness``."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from hypothesis import strategies as st

from netwright.compiler.dims import Size
from netwright.compiler.layer import Layer, Refused
from netwright.compiler.layers.operands import reduced_axes
from netwright.compiler.types import Dtype, TensorType

from .harness import FLOATS, MOSTLY_FLOAT, SIZES, tensor_types

Types = tuple[TensorType, ...]

MOSTLY = st.sampled_from([True] * 9 + [False])
AXES = st.sampled_from([0, 1, 1, 1, 2, 2, -1, -1, -2, 3, -4])
ALL_DTYPES: tuple[Dtype, ...] = ("float", "float", "int", "bool")
NUMBERS = st.sampled_from([0, 1, 2, -1, 0.5, 2.0, -1.5, float("inf")])


# --- inputs that fit each other --------------------------------------------------------------


@st.composite
def related(draw: st.DrawFn, base: TensorType, dtypes: Any = ALL_DTYPES) -> TensorType:
    """A type that broadcasts with another, mostly: axes shrunk to 1, leading ones left out."""
    shape = [draw(st.sampled_from([d, d, d, 1])) for d in base.shape]
    shape = shape[draw(st.sampled_from([0, 0, 0, 1, 2])) :]
    if shape and not draw(MOSTLY):
        shape[draw(st.integers(0, len(shape) - 1))] = draw(SIZES)
    if not draw(MOSTLY):
        shape.insert(0, draw(SIZES))
    return TensorType(tuple(shape), draw(st.sampled_from(dtypes)))


@st.composite
def operands(draw: st.DrawFn, layer: Any) -> Types:
    """As many as the layer needs beside its settings, mostly."""
    given = [getattr(layer, name) for name in layer.tensors()]
    numbers = [n for n in ("other", "a", "b") if isinstance(getattr(layer, n, None), int | float)]
    wanted = {"where": 3}.get(layer.word, 2) - len(given) - len(numbers)
    most = layer.arity[1]
    if layer.word == "lerp" and isinstance(layer.weight, TensorType):
        wanted += 1
    if not draw(MOSTLY) or (most is None and draw(st.booleans())):
        wanted += 1
    dtypes: tuple[Dtype, ...] = ALL_DTYPES
    if layer.word == "where":
        dtypes = ("bool", "bool", "bool", "float")
    if layer.word == "lerp":
        dtypes = MOSTLY_FLOAT
    base = (
        max(given, key=lambda t: t.rank)
        if given
        else draw(tensor_types((1, 2, 3, 4), dtypes=dtypes))
    )
    first = draw(related(base, dtypes)) if given else base
    count = max(1, wanted if most is None else min(wanted, most))
    return (first, *(draw(related(base)) for _ in range(count - 1)))


@st.composite
def products(draw: st.DrawFn, layer: Any) -> Types:
    """Two tensors that can be multiplied as matrices, mostly."""
    n, k, m = draw(st.tuples(SIZES, SIZES, SIZES))
    batch = draw(st.lists(SIZES, max_size=2)) if layer.word == "matmul" else [draw(SIZES)]
    a = TensorType((*batch, n, k), draw(st.sampled_from(MOSTLY_FLOAT)))
    if isinstance(layer.other, TensorType):
        rows = layer.other.shape[-min(2, layer.other.rank) :][0] if layer.other.rank else 1
        return (a.with_shape(*a.shape[:-1], rows if draw(MOSTLY) else k),)
    b = TensorType((*batch, k, m), a.dtype if draw(MOSTLY) else "int")
    if layer.word == "matmul":
        b = b.with_shape(*(draw(st.sampled_from([d, d, d, 1])) for d in batch), k, m)
        a = a.with_shape(*a.shape[draw(st.integers(0, a.rank - 1)) :])
        b = b.with_shape(*b.shape[draw(st.integers(0, len(batch))) :])
        if draw(st.integers(0, 5)) == 0:
            b = b.with_shape(k)
    if not draw(MOSTLY):
        b = draw(tensor_types())
    return (a, b) if not layer.reversed or not draw(MOSTLY) else (b, a)


@st.composite
def rows(draw: st.DrawFn, layer: Any) -> Types:
    """Two tensors with rows of one length, mostly."""
    a = layer.other if isinstance(layer.other, TensorType) else draw(tensor_types((2, 3)))
    b = a.with_shape(*a.shape[:-2], draw(SIZES), a.shape[-1]) if a.rank > 1 else a
    if not draw(MOSTLY):
        b = draw(tensor_types((1, 2, 3)))
    return (b,) if a is layer.other and draw(MOSTLY) else (a, b)


@st.composite
def joined(draw: st.DrawFn, layer: Any) -> Types:
    """Tensors of one shape; for ``concat`` they may differ along its axis."""
    first = draw(tensor_types((1, 2, 3, 4), dtypes=ALL_DTYPES))
    found = [first]
    for _ in range(draw(st.integers(0, 2))):
        shape = list(first.shape)
        if layer.word == "concat" and -len(shape) <= layer.dim < len(shape):
            shape[layer.dim] = draw(SIZES)
        if not draw(MOSTLY):
            shape[draw(st.integers(0, len(shape) - 1))] = draw(SIZES)
        found.append(TensorType(tuple(shape), draw(st.sampled_from(ALL_DTYPES))))
    return tuple(found)


@st.composite
def vectors(draw: st.DrawFn, layer: Layer) -> Types:
    """Tensors with one axis, of one dtype, mostly."""
    dtype: Dtype = draw(st.sampled_from(ALL_DTYPES))
    least = 1 if layer.word == "meshgrid" or layer.tensors() else 2
    most = 3 if layer.word == "meshgrid" else least
    found = draw(st.lists(tensor_types((1,), dtypes=(dtype,)), min_size=least, max_size=most))
    return (*found, draw(tensor_types((2,)))) if not draw(MOSTLY) else tuple(found)


@st.composite
def indexed(draw: st.DrawFn, layer: Any) -> Types:
    """A tensor into which an index of as many axes fits, mostly."""
    x = draw(tensor_types((1, 2, 3), dtypes=ALL_DTYPES))
    if draw(MOSTLY):
        grown = [d + draw(st.sampled_from([0, 0, 1, 2])) for d in layer.index.shape]
        x = x.with_shape(*grown)
    src = getattr(layer, "src", None)
    if isinstance(src, TensorType) and draw(MOSTLY):
        x = x.with_dtype(src.dtype)
    return (x,)


@st.composite
def reshaped(draw: st.DrawFn, layer: Any) -> Types:
    """As many elements as the sizes ask for, mostly."""
    x = draw(tensor_types((1, 2, 3, 4)))
    sizes = [s for s in layer.sizes if s > 0]
    if draw(MOSTLY):
        x = x.with_shape(*draw(st.permutations([*sizes, *[draw(SIZES)] * (-1 in layer.sizes)])))
    return (x,)


@st.composite
def expandable(draw: st.DrawFn, layer: Any) -> Types:
    if not draw(MOSTLY):
        return (draw(tensor_types()),)
    old = [draw(SIZES) if s == -1 else draw(st.sampled_from([1, s])) for s in layer.sizes]
    return (TensorType(tuple(map(abs, old[draw(st.sampled_from([0, 0, 1])) :]))),)


@st.composite
def split_axis(draw: st.DrawFn, layer: Any) -> Types:
    x = draw(tensor_types((1, 2, 3), dtypes=ALL_DTYPES))
    if isinstance(layer.sizes, tuple) and -x.rank <= layer.dim < x.rank and draw(MOSTLY):
        shape = list(x.shape)
        shape[layer.dim] = max(1, sum(layer.sizes))
        x = x.with_shape(*shape)
    return (x,)


@st.composite
def patterned(draw: st.DrawFn, layer: Any) -> Types:
    """Axes as the pattern has them, mostly; even ones, so that they can be split."""
    left = layer.pattern.split("->")[0]
    groups = re.findall(r"\([^)]*\)|[^\s()]+", left)
    if not draw(MOSTLY):
        return (draw(tensor_types((2, 3, 4), dtypes=ALL_DTYPES)),)
    even = st.sampled_from([2, 4, 6, 6, 12, 3])
    shape = [1 if g in ("1", "()") else draw(even) for g in groups if g != "..."]
    for _ in range(draw(st.integers(0, 2)) if "..." in groups else 0):
        shape.insert(groups.index("..."), draw(SIZES))
    return (TensorType(tuple(shape), draw(st.sampled_from(ALL_DTYPES))),)


@st.composite
def permuted(draw: st.DrawFn, layer: Any) -> Types:
    rank = len(layer.dims) if draw(MOSTLY) else 2
    return (draw(tensor_types((rank or 1,), dtypes=ALL_DTYPES)),)


def any_input(*ranks: int) -> st.SearchStrategy[Types]:
    return st.tuples(tensor_types(ranks or (1, 2, 3, 4), dtypes=ALL_DTYPES))


# --- settings --------------------------------------------------------------------------------

ITEMS = st.one_of(
    st.sampled_from([0, 1, -1, 2, -2, 5, ..., None, None]),
    st.sampled_from([slice(None)] * 3 + [slice(1, None), slice(None, -1), slice(-2, None)]),
    st.builds(
        slice,
        st.sampled_from([None, 0, 1, 2, -1, -3, 9]),
        st.sampled_from([None, 0, 1, 2, -1, -3, 9]),
        st.sampled_from([None, 1, 2, 3, 0, -1]),
    ),
    st.sampled_from([(0,), (0, -1), (1, 0, 0)]),
    st.builds(
        TensorType,
        st.sampled_from([(), (3,), (3,), (1,), (2, 3), (4,)]),
        st.sampled_from(["int"] * 9 + ["bool", "float"]),
    ),
)

WEIGHTS = st.one_of(FLOATS, FLOATS, tensor_types((1, 2, 3)), st.none())
INDEX_TYPES = tensor_types((1, 2, 3), st.sampled_from([1, 2, 3, 4]), ("int",) * 9 + ("float",))
OFFSETS = st.sampled_from([0, 0, 1, -1, 2, -3])
SHIFTS = st.one_of(OFFSETS, st.tuples(OFFSETS, OFFSETS))
DIMS = st.one_of(AXES, st.lists(AXES, min_size=1, max_size=2, unique=True).map(tuple))
PAIR = {
    "other": st.one_of(st.none(), st.none(), NUMBERS, tensor_types((1, 2, 3), dtypes=ALL_DTYPES))
}
PATTERNS = [
    "b i d, b j d -> b i j",
    "bid,bjd->bij",
    "b i, b i -> b",
    "b i j -> b j i",
    "b i i -> b i",
    "...d,...d->...",
    "... i, ... j -> ... i j",
    "bij,bjk,bkl->bil",
    "bij->b",
    "ij,jk",
    "i,i",
    "ba,b",
    "b time c, c out -> b time out",
    "b...->...",
    "i j, k -> k",
    "b i, b i -> b i",
]

BINARY = ["add", "sub", "mul", "div", "floordiv", "mod", "pow", "gt", "ge", "lt", "le", "eq", "ne"]
PAIRS = ["maximum", "minimum", "atan2", "logaddexp", "logical_and", "logical_or", "logical_xor"]
REDUCTIONS = ["mean", "sum", "amax", "amin", "any", "all", "logsumexp", "std", "var", "norm"]
ONE_AXIS = ["prod", "argmax", "argmin", "max", "min", "median"]
ALONG = ["cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "sort", "argsort", "normalize"]

GRIDS = [TensorType(s) for s in ((2, 3, 4, 2), (2, 3, 4, 3), (2, 3, 4, 5, 3), (1, 2, 2, 2))]
SIZES_OF_INDEX = st.sampled_from([1, 2, 3])

SETTINGS: dict[str, dict[str, Any]] = {
    **dict.fromkeys((*BINARY, *PAIRS), PAIR),
    **{word: {"dim": st.one_of(DIMS, st.none())} for word in REDUCTIONS},
    **{word: {"dim": st.one_of(AXES, AXES, AXES, st.none())} for word in ONE_AXIS},
    **{word: {"dim": AXES} for word in (*ALONG, "mode", "kthvalue", "topk")},
    "clamp": {"min": NUMBERS, "max": NUMBERS},
    "where": {
        n: st.one_of(st.none(), NUMBERS, tensor_types((1, 2, 3), dtypes=ALL_DTYPES)) for n in "ab"
    },
    "lerp": {
        "end": tensor_types((1, 2, 3)),
        "*": lambda _: st.fixed_dictionaries({"weight": WEIGHTS}),
    },
    "masked_fill": {
        "mask": tensor_types((1, 2, 3), dtypes=("bool",) * 9 + ("float",)),
        "value": NUMBERS,
    },
    "full_like": {"value": NUMBERS},
    "outer": {"other": st.one_of(st.none(), tensor_types((1, 1, 2)))},
    "cdist": {"other": st.one_of(st.none(), tensor_types((2, 3)))},
    "matmul": {"other": st.one_of(st.none(), tensor_types((1, 2, 3)))},
    "bmm": {"other": st.one_of(st.none(), tensor_types((3,)))},
    "einsum": {"pattern": st.sampled_from(PATTERNS)},
    "index": {"items": st.lists(ITEMS, min_size=1, max_size=4).map(tuple)},
    "permute": {"dims": st.integers(1, 4).flatmap(lambda r: st.permutations(range(r))).map(tuple)},
    "gather": {"index": INDEX_TYPES, "dim": AXES},
    "scatter": {
        "index": INDEX_TYPES,
        "dim": AXES,
        "src": st.one_of(FLOATS, tensor_types((2, 3), st.sampled_from([3, 4, 5]))),
    },
    "scatter_add": {
        "index": INDEX_TYPES,
        "dim": AXES,
        "src": tensor_types((1, 2, 3), st.sampled_from([3, 4, 5])),
    },
    "scatter_reduce": {
        "index": INDEX_TYPES,
        "dim": AXES,
        "src": tensor_types((1, 2, 3), st.sampled_from([3, 4, 5])),
    },
    "index_add": {
        "index": tensor_types((1, 1, 1, 2), SIZES_OF_INDEX, ("int", "int", "int", "float")),
        "dim": AXES,
        "alpha": st.sampled_from([1, 1, 2, 0.5]),
    },
    "index_select": {
        "index": tensor_types((1, 1, 1, 2), dtypes=("int", "int", "int", "float")),
        "dim": AXES,
    },
    "grid_sample": {"grid": st.one_of([st.sampled_from(GRIDS)] * 6 + [tensor_types()])},
    "roi_align": {
        "boxes": st.one_of([st.just(TensorType((2, 3, 4)))] * 6 + [tensor_types((3,))]),
        "size": st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4))),
        "spatial_scale": st.sampled_from([1.0, 0.5]),
        "sampling_ratio": st.sampled_from([-1, 1, 2, 0]),
    },
    "searchsorted": {"sorted_sequence": tensor_types((1, 2, 3), dtypes=("float",) * 4 + ("int",))},
    "bucketize": {"boundaries": tensor_types((1, 1, 1, 2), dtypes=("float",) * 4 + ("int",))},
    "flip": {"dims": st.lists(AXES, min_size=1, max_size=2).map(tuple)},
    "roll": {"shifts": SHIFTS, "dims": DIMS},
    "transpose": {"dim0": AXES, "dim1": AXES},
    "diagonal": {"dim1": AXES, "dim2": AXES, "offset": OFFSETS},
    "diag_embed": {"dim1": AXES, "dim2": AXES, "offset": OFFSETS},
    "movedim": {"source": DIMS, "destination": DIMS},
    "constant": {
        "values": st.recursive(
            st.sampled_from([0, 1, 2.5, True]),
            lambda inner: st.integers(1, 3).flatmap(
                lambda n: st.one_of(inner.map(lambda v: (v,) * n), st.tuples(*[inner] * n))
            ),
            max_leaves=6,
        )
    },
    "arange": {
        "start": st.sampled_from([0, 1, 5, -3, 0.5, 7]),
        "end": st.sampled_from([0, 1, 5, 12, -3, 2.5]),
        "step": st.sampled_from([1, 2, 3, -1, 0.5, 0]),
    },
    "linspace": {"steps": st.sampled_from([0, 1, 5, -1])},
    "full": {"value": st.one_of(NUMBERS, st.booleans())},
    "rearrange": {
        "pattern": st.sampled_from(
            [
                "b (h d) -> b h d",
                "b c d -> b d c",
                "b c (h w) -> b h (w c)",
                "a b c -> (c a) b",
                "... (h d) -> ... h d",
                "b 1 c -> b c",
                "b c -> b c 1",
                "b c d e -> b (d e) c",
                "(b h) c -> b (h c)",
                "b c d",
                "b c -> b",
                "b (h d -> b",
            ]
        ),
        "axes": st.sampled_from([(), (("h", 2),), (("h", 3),), (("d", 2),), (("z", 2),)]),
    },
    "reduce": {
        "pattern": st.sampled_from(
            [
                "b c d -> b d",
                "b (c 2) -> b c",
                "b c (h p) (w q) -> b c h w",
                "... d -> ...",
                "... d -> d",
                "b c d -> (b d)",
                "b c d -> 1 c 1",
                "b c -> c b",
            ]
        ),
        "axes": st.sampled_from([(), (), (("p", 2), ("q", 2)), (("p", 3), ("w", 2))]),
    },
    "repeat": {
        "pattern": st.sampled_from(
            [
                "b c -> b t c",
                "b c -> b (c 2)",
                "b c -> (t b) c",
                "... -> t ...",
                "b c d -> b c 3 d",
                "b c -> b c 1",
                "b c -> b",
            ]
        ),
        "axes": st.sampled_from([(("t", 2),), (("t", 1),), ()]),
    },
}


@st.composite
def added(draw: st.DrawFn, layer: Any) -> tuple[TensorType]:
    """As many slices as the index has, mostly."""
    shape = list(layer.src.shape)
    if layer.index.rank == 1 and -len(shape) <= layer.dim < len(shape):
        shape[layer.dim] = 4
    return (draw(st.sampled_from([layer.src.with_shape(*shape)] * 4 + [layer.src])),)


@st.composite
def searched(draw: st.DrawFn, layer: Any) -> tuple[TensorType]:
    """Rows that go with the sorted ones, mostly."""
    row = getattr(layer, layer.tensors()[0])
    fitting = row.with_shape(*row.shape[:-1], 6) if row.rank > 1 else row.with_shape(2, 3)
    return (draw(st.sampled_from([fitting] * 6 + [row.with_dtype("int"), row.with_shape(4)])),)


@st.composite
def with_grid(draw: st.DrawFn, layer: Any) -> tuple[TensorType]:
    rank = draw(st.sampled_from([layer.grid.rank] * 6 + [3, 4, 5]))
    return (TensorType((layer.grid.shape[0], *[draw(SIZES)] * (rank - 1))),)


@st.composite
def with_boxes(draw: st.DrawFn, layer: Any) -> tuple[TensorType]:
    batch = draw(st.sampled_from([layer.boxes.shape[0]] * 9 + [5]))
    return (TensorType((batch, 3, draw(SIZES), draw(SIZES))),)


INPUTS: dict[str, Any] = {
    **dict.fromkeys((*BINARY, *PAIRS, "where", "lerp", "masked_fill"), operands),
    "matmul": products,
    "cdist": rows,
    "outer": vectors,
    "bmm": products,
    "concat": joined,
    "stack": joined,
    "meshgrid": vectors,
    "gather": indexed,
    "scatter": indexed,
    "scatter_add": indexed,
    "scatter_reduce": indexed,
    "index_add": added,
    "searchsorted": searched,
    "bucketize": searched,
    "grid_sample": with_grid,
    "affine_grid": st.tuples(
        st.sampled_from([TensorType(s) for s in ((2, 2, 3), (2, 3, 4), (2, 3), (2, 3, 3))])
    ),
    "roi_align": with_boxes,
    "reshape": reshaped,
    "expand": expandable,
    "split": split_axis,
    "permute": permuted,
    "index": any_input(2, 3, 4),
    "squeeze": st.tuples(tensor_types((1, 2, 3), st.sampled_from([1, 1, 2]))),
    **dict.fromkeys(("rearrange", "reduce", "repeat"), patterned),
    "einsum": st.lists(
        tensor_types((1, 2, 2, 3, 3), st.sampled_from([2, 2, 2, 3, 1])), min_size=1, max_size=3
    ).map(tuple),
}


# --- what is not compared --------------------------------------------------------------------


def _zero_division(layer: Any, *inputs: TensorType) -> bool:
    """The harness' ints are zeros, and PyTorch divides them."""
    try:
        operands = layer.operands(*inputs)
        return bool(layer.infer(*inputs).dtype == "int") and isinstance(operands[1], TensorType)
    except Exception:
        return False


def _empty_dim(layer: Any, *_: TensorType) -> bool:
    return bool(layer.dim == ())


EXCEPTIONS: dict[str, Any] = {
    "floordiv": (("the harness' ints are zeros", _zero_division),),
    "mod": (("the harness' ints are zeros", _zero_division),),
    "one_hot": (("PyTorch works the count out of the values", lambda layer, *_: layer.count < 1),),
}


def _divides_by_nothing(layer: Any, x: TensorType) -> bool:
    try:
        axes = reduced_axes(layer.dim, x.rank) if x.rank else ()
    except Refused:
        return False
    return bool(prod(int(str(x.shape[a])) for a in axes) <= layer.correction)


EMPTY = ("an empty `dim` reduces all, or nothing", _empty_dim)
SPREAD = ("PyTorch warns, and gives NaN", _divides_by_nothing)

REFUSED: dict[str, Any] = {
    **dict.fromkeys(REDUCTIONS, (EMPTY,)),
    **dict.fromkeys(("std", "var"), (EMPTY, SPREAD)),
    "affine_grid": (
        (
            "PyTorch warns about one place with corners to align",
            lambda layer, *_: layer.align_corners and 1 in layer.size,
        ),
    ),
    "index": (
        ("PyTorch lets `...` stand twice", lambda layer, *_: layer.items.count(...) > 1),
        (
            "bool indices have results of unknown size",
            lambda layer, *_: any(
                isinstance(i, TensorType) and i.dtype == "bool" for i in layer.items
            ),
        ),
    ),
}


def _expands_symbols(layer: Any, x: TensorType) -> bool:
    old = x.shape[::-1]
    wanted = layer.sizes[::-1]
    return any(
        isinstance(a, Size) and b != -1 and a != b for a, b in zip(old, wanted, strict=False)
    )


OPEN: dict[str, Any] = {
    "expand": (("a symbol is taken not to be 1", _expands_symbols),),
    "chunk": (
        (
            "a symbol is taken to be a multiple",
            lambda layer, x: isinstance(x.shape[layer.dim], Size),
        ),
    ),
}
