"""``rearrange``, ``reduce`` and ``repeat``: against einops itself, and how they read in PyTorch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.backends.python.printing import print_code
from netwright.compiler.dims import symbol
from netwright.compiler.layer import Refused
from netwright.compiler.layers import layers
from netwright.compiler.types import TensorType

from .harness import parse
from .test_operation_values import number, run, type_of
from .test_symbolic import COMMON

einops = pytest.importorskip("einops")

REDUCTIONS = ("mean", "max", "min", "sum", "prod", "any", "all")


# --- random patterns -------------------------------------------------------------------------


@st.composite
def grouped(draw: st.DrawFn, names: list[str], *, left: bool) -> list[list[str]]:
    """The names as axes: some alone, some joined, with axes of 1 between them."""
    groups: list[list[str]] = []
    for name in names:
        joined = groups and draw(st.integers(0, 2)) == 0
        if joined and not (left and "..." in (name, *groups[-1])):
            groups[-1].append(name)
        else:
            groups.append([name])
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        groups.insert(draw(st.integers(0, len(groups))), [])
    return groups


def written(groups: list[list[str]]) -> str:
    return " ".join(
        f"({' '.join(g)})" if len(g) != 1 else g[0] for g in groups
    )  # () is an axis of 1


Case = tuple[str, str, str, dict[str, int], torch.Tensor]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An operation, its pattern, sizes, and a tensor that fits, mostly."""
    word = draw(st.sampled_from(["rearrange", "reduce", "repeat"]))
    names = [f"{c}{c}" if draw(st.booleans()) else c for c in "abcdef"[: draw(st.integers(1, 5))]]
    sizes = {n: draw(st.sampled_from([1, 2, 3])) for n in names}
    left = [n for n in names if word != "repeat" or draw(st.integers(0, 3))] or names[:1]
    if draw(st.integers(0, 3)) == 0:
        left.insert(draw(st.integers(0, len(left))), "...")
    right = left if word != "repeat" else left + [n for n in names if n not in left]
    right = draw(st.permutations(right))
    if word == "reduce":
        right = [n for n in right if draw(st.integers(0, 2))]
    before, after = draw(grouped(left, left=True)), draw(grouped(list(right), left=False))
    if draw(st.integers(0, 12)) == 0:  # a mistake: a name too many or too few
        side = draw(st.sampled_from([before, after]))
        side.insert(0, [draw(st.sampled_from(["a", "z", "...", "2"]))])
    hidden = draw(st.sampled_from([[], [2], [3, 2]]))
    shape: list[int] = []
    for group in before:
        if group == ["..."]:
            shape += hidden
            continue
        size = 1
        for name in group:
            size *= sizes.get(name, 2)
        shape.append(draw(st.sampled_from([size] * 20 + [5])))
    given = {
        n: sizes[n]
        for g in before
        for n in (g[1:] if len(g) > 1 and draw(st.integers(0, 9)) else g if len(g) == 1 else [])
        if n in sizes and (len(g) > 1 or not draw(st.integers(0, 4)))
    }
    given |= {n: sizes[n] for g in after for n in g if n in sizes and n not in left}
    dtype = draw(st.sampled_from(["float"] * 6 + ["int", "bool"]))
    by = draw(st.sampled_from(REDUCTIONS))
    return word, f"{written(before)} -> {written(after)}", by, given, number(*shape, dtype=dtype)


def check(case: Case) -> None:
    word, pattern, by, sizes, x = case
    extra: dict[str, Any] = {"reduction": by} if word == "reduce" else {}
    layer = layers()[word](pattern=pattern, axes=tuple(sizes.items()), **extra)
    try:
        expected = getattr(einops, word)(x, pattern, *extra.values(), **sizes)
    except (einops.EinopsError, NotImplementedError, RuntimeError):
        with pytest.raises(Refused):
            layer.infer(type_of(x))
        return
    torch.testing.assert_close(run(layer, x), expected)


@settings(COMMON, max_examples=250)
@given(cases())
def test_like_einops(case: Case) -> None:
    check(case)


@pytest.mark.slow
@settings(COMMON, max_examples=5000)
@given(cases())
def test_like_einops_long(case: Case) -> None:
    check(case)


# --- how it reads ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape", "code"),
    [
        ('rearrange("b c h w -> b (h w) c")', (2, 3, 4, 5), "x.flatten(2).transpose(1, 2)"),
        (
            'rearrange("b t (h d) -> b h t d", h=2)',
            (2, 3, 4),
            "x.unflatten(2, (2, -1)).transpose(1, 2)",
        ),
        ('rearrange("b h t d -> b t (h d)")', (2, 3, 4, 5), "x.transpose(1, 2).flatten(2)"),
        ('rearrange("b c d -> b c d")', (2, 3, 4), "x"),
        ('rearrange("b c -> b c 1 1")', (2, 3), "x[:, :, None, None]"),
        ('rearrange("b 1 c -> b c")', (2, 1, 3), "x.squeeze(1)"),
        (
            'rearrange("b c (h p) (w q) -> b (h w) (p q c)", p=2, q=2)',
            (2, 3, 4, 4),
            "x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).permute(0, 2, 4, 3, 5, 1)"
            ".flatten(3).flatten(1, 2)",
        ),
        ('rearrange("b (h w) c -> b c (h w)", h=2)', (2, 4, 3), "x.transpose(1, 2)"),
        ('reduce("b c h w -> b c", mean)', (2, 3, 4, 5), "x.mean(dim=(2, 3))"),
        (
            'reduce("b c (h p) (w q) -> b c h w", max, p=2, q=2)',
            (2, 3, 4, 4),
            "x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).amax(dim=(3, 5))",
        ),
        ('repeat("b d -> b t d", t=4)', (2, 3), "x.unsqueeze(1).expand(-1, 4, -1)"),
        (
            'repeat("b c h w -> b c (h 2) (w 2)")',
            (2, 3, 4, 5),
            "x[:, :, :, None, :, None].expand(-1, -1, -1, 2, -1, 2).flatten(4).flatten(2, 3)",
        ),
    ],
)
def test_code(text: str, shape: tuple[int, ...], code: str) -> None:
    lowering = _parsed(text).lower(TensorType(shape))
    assert print_code(lowering.forward, ["x"], "self.m") == code


def _parsed(text: str) -> Any:
    """The harness' parser knows no open settings: gather them here."""
    head, *tail = text[:-1].split(", ")
    given = dict(t.split("=") for t in tail if "=" in t)
    plain = ", ".join([head, *(t for t in tail if "=" not in t)])
    layer = parse(plain + ")")
    return layer.replace(axes=tuple((k, int(v)) for k, v in given.items()))


def test_symbolic_sizes() -> None:
    n, t = symbol("N"), symbol("T")
    split = layers()["rearrange"](pattern="b (t p) d -> b t (p d)", axes=(("p", 4),))
    assert str(split.infer(TensorType((n, t, 8)))) == "[N, T//4, 32]"
    heads = layers()["rearrange"](pattern="b t (h d) -> b h t d", axes=(("h", 4),))
    assert str(heads.infer(TensorType((n, t, 8 * t)))) == "[N, 4, T, 2*T]"
    widen = layers()["repeat"](pattern="b d -> b t d", axes=(("t", t),))
    x = TensorType((n, 8))
    assert str(widen.infer(x)) == "[N, T, 8]"
    code = print_code(widen.lower(x).forward, ["x"], "self.m", {"T": "y.shape[1]"})
    assert code == "x.unsqueeze(1).expand(-1, y.shape[1], -1)"


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "pattern", "shape", "message"),
    [
        ("rearrange", "b c", (2, 3), '"b c": it has no `->`'),
        ("rearrange", "b (c d -> b c d", (2, 3), '"b (c d -> b c d": `(` has no `)`'),
        (
            "rearrange",
            "b ((c d)) -> b c d",
            (2, 3),
            '"b ((c d)) -> b c d": parentheses cannot be inside parentheses',
        ),
        ("rearrange", "b c-d -> b", (2, 3), '"b c-d -> b": `c-d` is not a name for an axis'),
        ("rearrange", "b b -> b", (2, 3), '"b b -> b": `b` is on one side twice'),
        ("rearrange", "b c -> b", (2, 3), '"b c -> b": `c` is only on the left'),
        ("rearrange", "b -> b c", (2,), '"b -> b c": `c` is only on the right'),
        (
            "rearrange",
            "b (h d) -> b h d",
            (2, 6),
            '"b (h d) -> b h d": the sizes of `h` and `d` are not known',
        ),
        (
            "rearrange",
            "c h w -> h w c",
            (2, 3, 4, 5),
            'rearrange "c h w -> h w c" is for 3 axes, and the input has 4',
        ),
        (
            "reduce",
            "b (c 4) -> b c",
            (2, 6),
            'reduce "b (c 4) -> b c": axis 1 of size 6 is not `(c 4)`',
        ),
        ("repeat", "b -> b t", (2,), '"b -> b t": the size of `t` is not known'),
    ],
)
def test_refusals(word: str, pattern: str, shape: tuple[int, ...], message: str) -> None:
    extra: dict[str, Any] = {"reduction": "mean"} if word == "reduce" else {}
    with pytest.raises(Refused) as refusal:
        layers()[word](pattern=pattern, **extra).infer(TensorType(shape))
    assert refusal.value.message == message
    assert refusal.value.setting == "pattern"


def test_the_batch_counts() -> None:
    with pytest.raises(Refused) as refusal:
        layers()["rearrange"](pattern="c h w -> h w c").infer(TensorType((2, 3, 4, 5)))
    assert refusal.value.help == ('the batch counts: "b c h w -> b h w c"',)
