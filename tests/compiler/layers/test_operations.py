"""Operations on tensors: what they say when they refuse, symbolic sizes, code, captions."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from netwright.backends.python.printing import print_code
from netwright.compiler.dims import Dim, dim_min, symbol
from netwright.compiler.layer import Layer, Open, Refused
from netwright.compiler.layers import layers
from netwright.compiler.types import Dtype, TensorType

from .harness import all_layers, parse

N, S, T = symbol("N"), symbol("S"), symbol("T")


def of(*shape: Any, dtype: Dtype = "float") -> TensorType:
    return TensorType(shape, dtype)


def refusal(layer: Layer, *inputs: TensorType) -> Refused:
    with pytest.raises(Refused) as caught:
        layer.infer(*inputs)
    return caught.value


# --- refusals --------------------------------------------------------------------------------

IMAGE = of(N, 64, 64, 64)
REFUSALS = [
    (
        "add",
        (of(N, 64, 62, 62), IMAGE),
        "E302",
        "add needs tensors of one shape",
        "got [N, 64, 62, 62] and [N, 64, 64, 64]: they differ in height and width",
        "",
    ),
    (
        "add",
        (of(N, 32, 64, 64), IMAGE),
        "E302",
        "add needs tensors of one shape",
        "got [N, 32, 64, 64] and [N, 64, 64, 64]: they differ in channels",
        "`conv(1x1, 32)` on the second gives it that many channels",
    ),
    (
        "mul",
        (of(N, 12, 32), of(N, 12, 48)),
        "E302",
        "mul needs tensors of one shape",
        "got [N, 12, 32] and [N, 12, 48]: they differ in the last axis",
        "`linear(32)` on the second gives it the size of the first",
    ),
    (
        "mul",
        (IMAGE, of(N, 64)),
        "E304",
        "",
        "",
        "",
    ),
    (
        "mul",
        (of(2, 64, 8, 8), of(2, 64)),
        "E302",
        "mul needs tensors of one shape",
        "got [2, 64, 8, 8] and [2, 64]: axes are matched from the right, and 8 and 64 meet in "
        "axis -1",
        "`[:, :, none, none]` on [2, 64] adds the missing axes",
    ),
    (
        "sub",
        (of(N, 8, dtype="bool"), of(N, 8)),
        "E303",
        "`-` is not defined for bools",
        "",
        "`logical_xor` tells where two masks differ",
    ),
    (
        "add",
        (of(N, 8),),
        "E301",
        "add needs a second tensor or a number",
        "",
        "`[a, b] > add` or `a + b`",
    ),
    (
        "pow(-1)",
        (of(N, 8, dtype="int"),),
        "E303",
        "ints to the power of -1 are not ints",
        "",
        "a float exponent gives floats: `-1.0`",
    ),
    (
        "maximum(0)",
        (of(N, 8),),
        "E301",
        "maximum needs a tensor",
        "",
        "`clamp(min=0)`",
    ),
    (
        "mean(1)",
        (of(N, 8, dtype="int"),),
        "E303",
        "mean needs floats, got ints",
        "",
        "`cast(float)`",
    ),
    (
        "mean(3)",
        (of(N, 8),),
        "E301",
        "dim=3 is outside the input's 2 axes",
        "the axes are 0 to 1, or -2 to -1",
        "",
    ),
    (
        "sum([1, -1])",
        (of(N, 8),),
        "E301",
        "dim names axis 1 twice",
        "",
        "",
    ),
    (
        "topk(9, -1)",
        (of(N, 8),),
        "E301",
        "topk cannot take 9 elements of an axis of 8",
        "",
        "",
    ),
    (
        "reshape(8, 8)",
        (of(N, 64),),
        "E301",
        "[N, 64] cannot become [8, 8]",
        "[N, 64] has 64*N elements, [8, 8] has 64",
        "`reshape(-1, 8, 8)`: the batch is an axis too",
    ),
    (
        "reshape(-1, 10)",
        (of(N, 64),),
        "E301",
        "[N, 64] cannot become [-1, 10]",
        "[N, 64] has 64*N elements, which 10 does not divide",
        "",
    ),
    (
        "permute(1, 0)",
        (of(N, 12, 8),),
        "E301",
        "permute names 2 axes, and the input has 3",
        "the input is [N, 12, 8]",
        "the batch is an axis too: `permute(0, 2, 1)`",
    ),
    (
        "concat",
        (of(N, 8, 32, 32), of(N, 8, 30, 30)),
        "E302",
        "concat needs tensors that agree in all axes but 1",
        "got [N, 8, 32, 32] and [N, 8, 30, 30]: they differ in height and width",
        "",
    ),
    (
        "concat",
        (of(N, 12, 8), of(N, 12, 4)),
        "E302",
        "concat needs tensors that agree in all axes but 1",
        "got [N, 12, 8] and [N, 12, 4]: they differ in the last axis",
        "`concat(dim=2)` joins along the axis in which they differ",
    ),
    (
        "split([3, 4], dim=1)",
        (of(N, 8),),
        "E301",
        "split needs sizes that add up to axis 1's 8",
        "3 + 4 is 7",
        "",
    ),
    (
        "unbind(1)",
        (of(N, T),),
        "E311",
        "unbind needs to know the size of axis 1, which is T",
        "the number of tensors would depend on the input",
        "`scan` runs a block along an axis of any size",
    ),
    (
        "unbind(1)",
        (of(N, 5000),),
        "E301",
        "unbind gives 5000 tensors, and the limit is 4096",
        "",
        "",
    ),
    (
        "squeeze(1)",
        (of(N, T),),
        "E311",
        "squeeze needs an axis of size 1, and axis 1 has T",
        "the rank of the result would depend on the input",
        "`[:, 0]` takes the first element, `mean(dim=1)` reduces all",
    ),
    (
        "where(1.0, 0.0)",
        (of(N, 8),),
        "E303",
        "where needs a bool condition, got floats",
        "",
        "`x > gt(0) > where(a, b)`",
    ),
    (
        "one_hot(8)",
        (of(N, 8),),
        "E303",
        "one_hot needs ints, got floats",
        "",
        "`cast(int)` makes them ints",
    ),
    (
        "matmul",
        (of(N, 12, 8), of(N, 12, 8)),
        "E302",
        "matmul needs as many columns on the left as rows on the right",
        "got [N, 12, 8] and [N, 12, 8]: 8 columns and 12 rows",
        "`b > transpose(-2, -1)` swaps the second's",
    ),
    (
        "matmul(2)",
        (of(N, 12, 8),),
        "E301",
        "matmul needs two tensors",
        "",
        "`*` scales by a number",
    ),
    (
        'einsum("b i d, b j d -> b i j")',
        (of(N, 12, 8), of(N, 12, 9)),
        "E302",
        'einsum("b i d, b j d -> b i j"): `d` is 8 and 9',
        "the tensors are [N, 12, 8] and [N, 12, 9]",
        "",
    ),
    (
        'einsum("b i d -> b (i d)")',
        (of(N, 12, 8),),
        "E301",
        'einsum("b i d -> b (i d)"): `(i` is not a name for an axis',
        "",
        "`rearrange` splits and joins axes",
    ),
    (
        "param([N, 8])",
        (),
        "E301",
        "a parameter cannot be as large as the batch",
        "",
        "1 in its place broadcasts over the batch",
    ),
    (
        "arange(5, 2)",
        (),
        "E301",
        "arange cannot go from 5 to 2 in steps of 1",
        "",
        "a step of -1 counts down",
    ),
    (
        "constant([[1, 2], [3]])",
        (),
        "E301",
        "constant needs lists of one length",
        "",
        "",
    ),
]


@pytest.mark.parametrize("case", REFUSALS, ids=[f"{c[0]} on {c[1]}" for c in REFUSALS])
def test_refusal(case: tuple[str, tuple[TensorType, ...], str, str, str, str]) -> None:
    text, inputs, code, message, detail, help = case
    layer = parse(text, {})
    if code == "E304":  # symbols leave it open: the elaborator asks whether N is 8
        with Open() as noted:
            layer.infer(*inputs)
        assert noted.equal == [(64, N)]
        return
    if text == "param([N, 8])":
        layer = layers()["param"](shape=(N, 8))
    found = refusal(layer, *inputs)
    shown = (found.code, found.message, found.detail, *(found.help or ("",)))
    assert shown == (code, message, detail, help)


def test_index_out_of_range() -> None:
    found = refusal(layers()["index"](items=(slice(None), 12)), of(N, 12))
    assert found.message == "index 12 is outside an axis of 12"
    assert found.detail == "an index goes from 0 to 11, or from -1 to -12"
    assert refusal(layers()["index"](items=(0, 0, 0)), of(N, 12)).message == "3 indices for 2 axes"
    masks = refusal(layers()["index"](items=(of(N, dtype="bool"),)), of(N, 12))
    assert masks.help == ("`masked_fill` and `where` keep the shape",)


# --- symbolic sizes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "length"),
    [
        (slice(None, -1), T - 1),
        (slice(1, None), T - 1),
        (slice(1, -1), T - 2),
        (slice(None, None, 2), (T + 1) // 2),
        (slice(1, None, 2), T // 2),
        (slice(None, 10), dim_min(T, 10)),
        (slice(-10, None), dim_min(T, 10)),
        (slice(None, S), S),
        (slice(S, None), T - S),
        (slice(-T, None), T),
        (slice(None, T - 1), T - 1),
        (slice(T // 2, None), T - T // 2),
        (slice(None, T + 5), T),
    ],
    ids=str,
)
def test_slice_lengths(item: slice, length: Dim) -> None:
    assert layers()["index"](items=(slice(None), item)).infer(of(N, T)) == of(N, length)


def test_a_table_of_positions_is_cut_to_the_length() -> None:
    table = layers()["index"](items=(slice(None), slice(None, T))).infer(of(1, 1024, 8))
    assert str(table) == "[1, T, 8]"


@pytest.mark.parametrize(
    ("text", "inputs", "result"),
    [
        ("reshape(-1, 8)", (of(N, T, 8),), "[N*T, 8]"),
        ("concat", (of(N, S, 8), of(N, T, 8)), "[N, S + T, 8]"),
        ("tile(1, 2)", (of(N, T),), "[N, 2*T]"),
        ("matmul", (of(N, S, 8), of(N, 8, T)), "[N, S, T]"),
        ("chunk(2, dim=1)", (of(N, 2 * T),), "[N, T] [N, T]"),
        ("diag_embed(1)", (of(N, T),), "[N, T + 1, T + 1]"),
        ("last", (of(N, T, 8),), "[N, 8]"),
        ("one_hot(10)", (of(N, T, dtype="int"),), "[N, T, 10] int"),
    ],
)
def test_symbolic_results(text: str, inputs: tuple[TensorType, ...], result: str) -> None:
    found = parse(text).infer(*inputs)
    assert " ".join(map(str, found if isinstance(found, tuple) else (found,))) == result


# --- code ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inputs", "code"),
    [
        ("add", (of(N, 8),) * 3, "x + y + z"),
        ("sub(1, reversed=true)", (of(N, 8),), "1 - x"),
        ("logical_and", (of(N, 8, dtype="bool"),) * 2, "x & y"),
        ("logical_and", (of(N, 8), of(N, 8, dtype="bool")), "torch.logical_and(x, y)"),
        ("cast(float)", (of(N, 8),), "x"),
        ("cast(int)", (of(N, 8),), "x.long()"),
        ("mean([2, 3], keepdim=true)", (of(N, 3, 8, 8),), "x.mean(dim=(2, 3), keepdim=True)"),
        ("sum(none)", (of(N, 8),), "x.sum()"),
        ("norm(1)", (of(N, 8),), "torch.linalg.vector_norm(x, dim=1)"),
        ("concat", (of(N, 8),) * 2, "torch.cat([x, y], dim=1)"),
        ("expand(-1, 12, -1)", (of(N, 1, 8),), "x.expand(-1, 12, -1)"),
        (
            'einsum("b i d, b j d -> b i j")',
            (of(N, 3, 8),) * 2,
            'torch.einsum("bid,bjd->bij", x, y)',
        ),
        ('einsum("batch time depth -> batch depth")', (of(N, 3, 8),), 'torch.einsum("btd->bd", x)'),
        ("last", (of(N, 3, 8),), "x[:, -1]"),
        ("masked_fill(a, -inf)", (of(N, 8),), 'x.masked_fill(y, float("-inf"))'),
        ("arange(4)", (), "torch.arange(4, device=None)"),
        ("zeros(3x4, dtype=int)", (), "torch.zeros(3, 4, dtype=torch.long, device=None)"),
    ],
)
def test_code(text: str, inputs: tuple[TensorType, ...], code: str) -> None:
    if "inf" in text:
        layer: Layer = layers()["masked_fill"](mask=of(N, 8, dtype="bool"), value=float("-inf"))
    else:
        layer = parse(text)
    assert print_code(layer.lower(*inputs).forward, ["x", "y", "z"], "self.m") == code


def test_sizes_in_code() -> None:
    """A lone symbolic size is left to PyTorch; others are read off the input."""
    sizes = {"N": "x.shape[0]", "T": "x.shape[1]"}
    for asked, code in (
        ((N, 8, 8), "x.reshape(-1, 8, 8)"),
        ((N, 8, 8 * T), "x.reshape(x.shape[0], 8, 8 * x.shape[1])"),
    ):
        layer = layers()["reshape"](sizes=asked)
        assert print_code(layer.lower(of(N, T, 64)).forward, ["x"], "self.m", sizes) == code


def test_parameters_and_buffers() -> None:
    param = parse("param([1, 1, 8])")
    assert print_code(param.lower().module, [], "self.cls") == "nn.Parameter(torch.zeros(1, 1, 8))"
    kept, passing = parse("constant([1, 2], persistent=true)"), parse("constant([0.5])")
    assert list(kept.weights()) == [""]
    assert kept.weights()[""].buffer
    assert passing.weights() == {}
    assert print_code(passing.lower().module, [], "self.c") == (
        "nn.Buffer(torch.tensor([0.5]), persistent=False)"
    )
    filled = parse("zeros([1, 8], dtype=int, persistent=true)")
    assert filled.weights()[""].buffer
    assert print_code(filled.lower().module, [], "self.z") == (
        "nn.Buffer(torch.zeros(1, 8, dtype=torch.long))"
    )


# --- looks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("add", ("+", "")),
        ("mul(0.5)", ("× 0.5", "")),
        ("sub(1, reversed=true)", ("1 −", "")),
        ("pow(2)", ("x ** 2", "")),
        ("clamp(min=0)", ("clamp", "[0, ∞]")),
        ("mean([2, 3])", ("mean", "dim 2, 3")),
        ("sum(none)", ("sum", "over all")),
        ("concat", ("concat", "")),
        ("reduce('b c h w -> b c', mean)", ("reduce mean", "b c h w → b c")),
        ("param([1, 1, 8])", ("param", "1 × 1 × 8")),
    ],
)
def test_caption(text: str, caption: tuple[str, str]) -> None:
    assert parse(text).caption() == caption


def test_index_caption() -> None:
    items = (slice(None), 0, ..., None, slice(None, None, 2), of(N, dtype="int"), (1, 0))
    layer = layers()["index"](items=items)
    assert layer.caption() == ("[:, 0, ..., none, ::2, index, [1, 0]]", "")
    assert hash(layer) == hash(layer.replace())
    assert layer.tensors() == ("items[5]",)


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("permute(0, 2, 1)", ("N", "T", "D")),
        ("mean([2, 3])", ("N", "C", "H", "W")),
        ("mean(1)", ("N", "D")),
        ("last", ("N", "T", "D")),
        ('rearrange("b c h w -> b (h w) c")', ("N", "C", "H", "W")),
        ('rearrange("(")', ("N", "D")),
    ],
)
def test_assumed_axes(text: str, axes: tuple[str, ...]) -> None:
    """What a layer of a one-liner without an input takes its input to be."""
    assert parse(text).assumed == axes


def test_layers_can_be_pickled() -> None:
    """Those of a table too: they are names of their modules."""
    for layer in all_layers():
        assert pickle.loads(pickle.dumps(layer)) is layer
