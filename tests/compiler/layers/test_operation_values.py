"""What operations compute: their code on random tensors, against PyTorch called by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from netwright.compiler.layer import Layer, Refused
from netwright.compiler.layers import layers
from netwright.compiler.types import TensorType

from .harness import DTYPES, TORCH_DTYPES, parse, program
from .test_symbolic import COMMON

Tensors = tuple[torch.Tensor, ...]


def type_of(tensor: torch.Tensor) -> TensorType:
    return TensorType(tuple(tensor.shape), DTYPES[tensor.dtype])


def run(layer: Layer, *piped: torch.Tensor, settings: Tensors = ()) -> Any:
    """The layer's lowering on tensors; the types that it promises are checked."""
    types = tuple(map(type_of, piped))
    code = program(layer.lower(*types), len(piped) + len(settings))
    made = code.run(code.build(), [*piped, *settings])
    promised = layer.infer(*types)
    made_types = tuple(map(type_of, made)) if isinstance(made, tuple | list) else type_of(made)
    assert made_types == promised, code.source
    return made


def number(*shape: int, dtype: str = "float") -> torch.Tensor:
    made = torch.randint(-3, 4, shape) if dtype == "int" else torch.randn(shape)
    return made > 0 if dtype == "bool" else made.to(TORCH_DTYPES[dtype])  # type: ignore[index]


X, Y, Z = number(2, 3, 4), number(2, 3, 4), number(2, 3, 4)
I, J = number(2, 3, 4, dtype="int"), torch.tensor([2, 0, 1, 0])  # noqa: E741
M, P = number(2, 3, 4, dtype="bool"), number(2, 3, 4, dtype="bool")

CASES: list[tuple[str, Tensors, dict[str, torch.Tensor], Callable[[], Any]]] = [
    ("add", (X, Y, Z), {}, lambda: X + Y + Z),
    ("add(2)", (X,), {}, lambda: X + 2),
    ("add(a)", (X, Y), {"a": Z}, lambda: X + Y + Z),
    ("sub", (X, Y), {}, lambda: X - Y),
    ("sub(a)", (X,), {"a": Y}, lambda: X - Y),
    ("sub(2, reversed=true)", (X,), {}, lambda: 2 - X),
    ("sub(a, reversed=true)", (X,), {"a": Y}, lambda: Y - X),
    ("div(2)", (I,), {}, lambda: I / 2),
    ("div(1, reversed=true)", (X,), {}, lambda: 1 / X),
    ("floordiv(2)", (I,), {}, lambda: I // 2),
    ("mod(3)", (I,), {}, lambda: I % 3),
    ("pow(2)", (X,), {}, lambda: X**2),
    ("pow(2, reversed=true)", (X,), {}, lambda: 2**X),
    ("ge(a)", (X,), {"a": Y}, lambda: X >= Y),
    ("lt(0)", (X,), {}, lambda: X < 0),
    ("neg", (X,), {}, lambda: -X),
    ("square", (X,), {}, lambda: X * X),
    ("clamp(-1, 0.5)", (X,), {}, lambda: X.clamp(-1, 0.5)),
    ("clamp(max=0)", (I,), {}, lambda: I.clamp(max=0)),
    ("maximum", (X, Y, Z), {}, lambda: torch.maximum(torch.maximum(X, Y), Z)),
    ("minimum(a)", (X,), {"a": Y}, lambda: torch.minimum(X, Y)),
    ("atan2", (X, Y), {}, lambda: torch.atan2(X, Y)),
    ("logical_and", (M, P), {}, lambda: M & P),
    ("logical_or(a)", (M,), {"a": I}, lambda: torch.logical_or(M, I)),
    ("logical_not", (M,), {}, lambda: ~M),
    ("lerp(weight=0.3)", (X, Y), {}, lambda: X + 0.3 * (Y - X)),
    ("lerp(a, b)", (X,), {"a": Y, "b": Z}, lambda: torch.lerp(X, Y, Z)),
    ("lerp(weight=a)", (X, Y), {"a": Z}, lambda: torch.lerp(X, Y, Z)),
    ("where(a, 0.5)", (M,), {"a": X}, lambda: torch.where(M, X, 0.5)),
    ("where(0.5, a)", (M,), {"a": X}, lambda: torch.where(M, 0.5, X)),
    ("where(a, b)", (M,), {"a": X, "b": I}, lambda: torch.where(M, X, I)),
    ("where", (M, X, Y), {}, lambda: torch.where(M, X, Y)),
    ("masked_fill(a, -1e9)", (X,), {"a": M}, lambda: X.masked_fill(M, -1e9)),
    ("cast(int)", (X,), {}, lambda: X.long()),
    ("cast(bool)", (I,), {}, lambda: I != 0),
    ("mean([1, 2])", (X,), {}, lambda: X.mean((1, 2))),
    ("sum(none)", (M,), {}, lambda: M.sum()),
    ("std(1, correction=0)", (X,), {}, lambda: X.std(1, correction=0)),
    ("norm(1)", (X,), {}, lambda: X.square().sum(1).sqrt()),
    ("norm([1, 2], p=1)", (X,), {}, lambda: X.abs().sum((1, 2))),
    ("logsumexp(none)", (X,), {}, lambda: X.exp().sum().log()),
    ("max(1)", (X,), {}, lambda: tuple(X.max(1))),
    ("topk(2, -1, largest=false)", (X,), {}, lambda: tuple(X.topk(2, -1, largest=False))),
    ("normalize(-1)", (X,), {}, lambda: X / X.norm(dim=-1, keepdim=True)),
    ("concat(dim=2)", (X, I), {}, lambda: torch.cat([X, I], 2)),
    ("meshgrid", (J, J[:2]), {}, lambda: torch.meshgrid(J, J[:2], indexing="ij")),
    ("gather(a, 2)", (X,), {"a": J.expand(2, 3, 4)}, lambda: X.gather(2, J.expand(2, 3, 4))),
    ("index_select(a, 1)", (X,), {"a": J}, lambda: X[:, J]),
    (
        "scatter(a, 2, src=b)",
        (X,),
        {"a": J.expand(2, 3, 4)[:, :2], "b": Y},
        lambda: X.scatter(2, J.expand(2, 3, 4)[:, :2], Y),
    ),
    ("last", (X,), {}, lambda: X[:, -1]),
    ("matmul(a)", (X,), {"a": Y.mT}, lambda: X @ Y.mT),
    ("matmul(a, reversed=true)", (X.mT,), {"a": Y}, lambda: Y @ X.mT),
    ("bmm", (X, Y.mT), {}, lambda: torch.bmm(X, Y.mT)),
    ('einsum("batch i depth, batch j depth -> batch i j")', (X, Y), {}, lambda: X @ Y.mT),
    ('rearrange("k b i d -> b i (k d)")', (X, Y), {}, lambda: torch.cat([X, Y], -1)),
    ("constant([[1, 2], [3, 4.5]])", (), {}, lambda: torch.tensor([[1, 2], [3, 4.5]])),
    ("arange(2, 12, step=3)", (), {}, lambda: torch.arange(2, 12, 3)),
    ("arange(5, 0, step=-2)", (), {}, lambda: torch.arange(5, 0, -2)),
    ("arange(0, 1, step=0.25)", (), {}, lambda: torch.arange(0, 1, 0.25)),
    ("full([2, 3], 7)", (), {}, lambda: torch.full((2, 3), 7)),
    ("eye(2, 3, dtype=int)", (), {}, lambda: torch.eye(2, 3, dtype=torch.long)),
]


@pytest.mark.parametrize("case", CASES, ids=[c[0] for c in CASES])
def test_value(case: tuple[str, Tensors, dict[str, torch.Tensor], Callable[[], Any]]) -> None:
    text, piped, named, expected = case
    layer = parse(text, {name: type_of(t) for name, t in named.items()})
    in_order = tuple(
        next(t for t in named.values() if type_of(t) == getattr(layer, name))
        if len({type_of(t) for t in named.values()}) == len(named)
        else named["ab"[i]]
        for i, name in enumerate(layer.tensors())
    )
    torch.testing.assert_close(run(layer, *piped, settings=in_order), expected())


# --- indices ---------------------------------------------------------------------------------

BOUNDS = st.sampled_from([None, 0, 1, 2, -1, -2, -3, 5])
ITEMS = st.one_of(
    st.sampled_from([0, 1, -1, None, None, ..., slice(None)]),
    st.builds(slice, BOUNDS, BOUNDS, st.sampled_from([None, 1, 2, 3])),
    st.sampled_from([(), (3,), (3,), (1,), (2, 3)]).map(lambda s: torch.randint(0, 2, s)),
    st.sampled_from([(0, 1), (1, 1, 0)]),
)


@settings(COMMON, max_examples=120)
@given(st.lists(ITEMS, min_size=1, max_size=5))
def test_index(items: list[Any]) -> None:
    """As PyTorch's, with ints, slices, None, `...`, lists and tensors in any order."""
    x = torch.randn(3, 4, 2, 5)
    if items.count(...) > 1:
        return
    tensors = tuple(i for i in items if isinstance(i, torch.Tensor))
    bound = layers()["index"](
        items=tuple(type_of(i) if isinstance(i, torch.Tensor) else i for i in items)
    )
    theirs = tuple(list(i) if isinstance(i, tuple) else i for i in items)
    try:
        expected = x[theirs]
    except IndexError:
        with pytest.raises(Refused):
            bound.infer(type_of(x))
        return
    assert torch.equal(run(bound, x, settings=tensors), expected)


# --- einsum ----------------------------------------------------------------------------------


@st.composite
def einsums(draw: st.DrawFn) -> tuple[str, list[torch.Tensor]]:
    """A compact pattern and tensors; sizes agree mostly."""
    sizes = {c: draw(st.sampled_from([1, 2, 3])) for c in "abcde"}
    terms, tensors = [], []
    dots = draw(st.integers(0, 3)) == 0
    for _ in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from("abcde"), min_size=0, max_size=3))
        shape = [draw(st.sampled_from([sizes[n]] * 12 + [1, 2])) for n in names]
        if dots and draw(st.booleans()):
            at = draw(st.integers(0, len(names)))
            hidden = draw(st.sampled_from([[], [2], [3, 2], [1, 2]]))
            names, shape = [*names[:at], "...", *names[at:]], shape[:at] + hidden + shape[at:]
        terms.append("".join(names))
        tensors.append(number(*shape, dtype=draw(st.sampled_from(["float"] * 9 + ["int", "bool"]))))
    used = sorted({c for t in terms for c in t if c != "."})
    output = draw(st.lists(st.sampled_from(used or ["a"]), unique=True, max_size=3)) if used else []
    if dots and draw(st.booleans()):
        output.insert(draw(st.integers(0, len(output))), "...")
    arrow = "->" + "".join(output) if draw(st.integers(0, 4)) else ""
    return ",".join(terms) + arrow, tensors


def check_einsum(case: tuple[str, list[torch.Tensor]]) -> None:
    pattern, tensors = case
    layer = layers()["einsum"](pattern=pattern)
    types = tuple(map(type_of, tensors))
    try:
        with FlopCounterMode(display=False) as counter:
            expected = torch.einsum(pattern, *tensors)
    except (RuntimeError, ValueError, NotImplementedError):
        with pytest.raises(Refused):
            layer.infer(*types)
        return
    torch.testing.assert_close(run(layer, *tensors), expected)
    assert layer.macs(types, (type_of(expected),)) == counter.get_total_flops() // 2


@settings(COMMON, max_examples=120)
@given(einsums())
def test_einsum(case: tuple[str, list[torch.Tensor]]) -> None:
    check_einsum(case)


@pytest.mark.slow
@settings(COMMON, max_examples=5000)
@given(einsums())
def test_einsum_long(case: tuple[str, list[torch.Tensor]]) -> None:
    check_einsum(case)


@pytest.mark.parametrize("number", [2.0**63 - 1024, 1e19, -(2.0**63), -9.3e18, 1e30, 1e400])
@pytest.mark.parametrize(
    ("word", "settings", "in_torch"),
    [
        ("full_like", {"value": 0.0}, lambda x, value: torch.full_like(x, value)),
        ("threshold", {"threshold": 0.5, "value": 0.0}, torch.nn.functional.threshold),
        ("threshold", {"value": 0.5, "threshold": 0.0}, torch.nn.functional.threshold),
        ("hardtanh", {"min_val": -1e18, "max_val": 0.0}, torch.nn.functional.hardtanh),
        ("hardtanh", {"max_val": 1e18, "min_val": 0.0}, torch.nn.functional.hardtanh),
        ("masked_fill", {"mask": M, "value": 0.0}, torch.Tensor.masked_fill),
    ],
)
def test_ints_take_the_numbers_that_pytorch_takes(
    word: str, settings: dict[str, Any], in_torch: Callable[..., torch.Tensor], number: float
) -> None:
    """The last setting becomes the number."""
    x = torch.ones(2, 3, 4, dtype=torch.long)
    given = settings | {[*settings][-1]: number}
    typed = {k: type_of(v) if isinstance(v, torch.Tensor) else v for k, v in given.items()}

    def taken(
        run: Callable[[], object], refusal: type[Exception] | tuple[type[Exception], ...]
    ) -> bool:
        try:
            run()
        except refusal:
            return False
        return True

    expected = taken(lambda: in_torch(x, **given), (RuntimeError, ValueError))
    assert taken(lambda: layers()[word](**typed).infer(type_of(x)), Refused) is expected
