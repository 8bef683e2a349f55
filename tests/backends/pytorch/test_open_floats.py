"""Floats of open sizes: at each size the module computes what Python computes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

import netwright as nw
from netwright.backends.diagram import render
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source

SIZES = (1, 2, 3, 7, 50)

FLOATS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "x * T ** -0.5": lambda x, t: x * t**-0.5,
    "x / sqrt(T)": lambda x, t: x / math.sqrt(t),
    "x * (1 / T)": lambda x, t: x * (1 / t),
    "x * float(T)": lambda x, t: x * float(t),
    "x * (T / 2)": lambda x, t: x * (t / 2),
    "x * T ** -1": lambda x, t: x * t**-1,
    "x - 0.5 * (T + 1)": lambda x, t: x - 0.5 * (t + 1),
    "2 / (T + 1) - x": lambda x, t: 2 / (t + 1) - x,
    "x * (1 - (2 - T / 3))": lambda x, t: x * (1 - (2 - t / 3)),
    "x * (3 / (2 / (T + 1.5)))": lambda x, t: x * (3 / (2 / (t + 1.5))),
    "x * (0.3 * T % 1)": lambda x, t: x * (0.3 * t % 1),
    "x * (T // 0.7)": lambda x, t: x * (t // 0.7),
    "x * -sqrt(T) ** 2": lambda x, t: x * -(math.sqrt(t) ** 2),
    "x ** (1 / T)": lambda x, t: x ** (1 / t),
    "sqrt(T) ** x": lambda x, t: math.sqrt(t) ** x,
    "x * sum([T, 0.5])": lambda x, t: x * (t + 0.5),
    "x * x.shape[1] ** -0.5": lambda x, t: x * t**-0.5,
    "x > id * T ** -0.5": lambda x, t: x * t**-0.5,
    "x > clamp(-1 / T, 1 / T)": lambda x, t: x.clamp(-1 / t, 1 / t),
    "x > masked_fill(x >= 1 / T, T * 0.5)": lambda x, t: x.masked_fill(x >= 1 / t, t * 0.5),
    "x >= 0.5 > where(x, T / 2)": lambda x, t: torch.where(x >= 0.5, x, t / 2),
    "x + full([8], T / 2)": lambda x, t: x + torch.full((8,), t / 2),
    "x * (x > full_like(T / 2))": lambda x, t: x * torch.full_like(x, t / 2),
    "(x > gt(0) > cast(int)) * (1 / T)": lambda x, t: (x > 0).long() * (1 / t),
    "x * (T / -2)": lambda x, t: x * (t / -2),
    "(x > gt(0) > cast(int)) * (4 * T / 2)": lambda x, t: (x > 0).long() * (4 * t / 2),
    "(x > gt(0) > cast(int)) - T / 1": lambda x, t: (x > 0).long() - t / 1,
    "(x > gt(0) > cast(int)) ** (T / T)": lambda x, t: (x > 0).long() ** (t / t),
    "(x > cast(int)) >= T * T / T": lambda x, t: x.long() >= t * t / t,
    "x > cast(int) > clamp(max=T / 1)": lambda x, t: x.long().clamp(max=t / 1),
    "x >= 0.5 > where(x > cast(int), T / T)": lambda x, t: torch.where(x >= 0.5, x.long(), t / t),
    "(x > cast(int)) + full([8], T * T / T)": lambda x, t: x.long() + torch.full((8,), t * t / t),
    "(x > cast(int)) * int(4 * T / 2)": lambda x, t: x.long() * int(4 * t / 2),
}
UNEXPORTED: dict[str, Callable[[Tensor, int], Tensor]] = {
    "x * (-(T / 7)) ** 2": lambda x, t: x * (-(t / 7)) ** 2,
    "x * log(T)": lambda x, t: x * math.log(t),
    "x + log(T + 1, 2)": lambda x, t: x + math.log(t + 1, 2),
    "[x, x, x] > sdpa(scale=1 / sqrt(T))": lambda x, t: F.scaled_dot_product_attention(
        x, x, x, scale=1 / math.sqrt(t)
    ),
}
"""PyTorch's exporter has no logarithm of an open size, no power of a number below 0, and no open
scale of attention."""


def made(body: str, shape: str = "T, 8") -> Any:
    return nw.loads(f"net n: x[{shape}] {{ {body} }}")


def same(found: Tensor, expected: Tensor) -> bool:
    """Whether two tensors are equal bit for bit; NaN is equal to NaN."""
    return found.dtype == expected.dtype and torch.equal(
        found.nan_to_num(nan=7.5), expected.nan_to_num(nan=7.5)
    )


@pytest.mark.parametrize("body", [*FLOATS, *UNEXPORTED])
def test_computes_what_python_computes(body: str) -> None:
    expected, net = (FLOATS | UNEXPORTED)[body], made(body)
    names: dict[str, Any] = {}
    exec(net.to_source(), names)
    modules = (net.to_torch(), names["N"]())
    for size in SIZES:
        x = torch.randn(2, size, 8)
        closed = made(body.replace("T", str(size)), f"{size}, 8").to_torch()
        for module in (*modules, closed):
            assert same(module(x), expected(x, size)), size


@pytest.mark.parametrize("body", FLOATS)
def test_exports_with_a_dynamic_size(body: str) -> None:
    sizes = {"x": {1: torch.export.Dim("T", min=2, max=64)}}
    module = made(body).to_torch()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(module, (torch.randn(2, 5, 8),), dynamic_shapes=sizes)
    x = torch.randn(2, 9, 8)
    assert same(program.module()(x), FLOATS[body](x, 9))


def test_blocks_scale_by_their_own_sizes() -> None:
    """Equal calls share a graph, whatever their sizes are called."""
    text = """
    block scaled(k): x[S, d] { x * k + S ** -0.5 }
    net n: a[T, 8], b[U, 8] {
      y = a > scaled(1 / T) > scaled(2.0 / T)
      z = b > scaled(1 / U)
      [y > mean(1), z > mean(1)] > add
    }"""
    module = nw.loads(text).to_torch()
    a, b = torch.randn(2, 5, 8), torch.randn(2, 3, 8)
    y = (a * (1 / 5) + 5**-0.5) * (2 / 5) + 5**-0.5
    z = b * (1 / 3) + 3**-0.5
    assert torch.equal(module(a, b), y.mean(1) + z.mean(1))


def test_a_share_scales_by_the_size_of_each_call() -> None:
    text = """
    net n: a[T, 8], b[U, 8] {
      block unit: x[S, d] { x > linear(8) * S ** -0.5 }
      share enc = unit
      [a > enc > mean(1), b > enc > mean(1)] > add
    }"""
    module = nw.loads(text).to_torch()
    a, b = torch.randn(2, 5, 8), torch.randn(2, 3, 8)
    linear: Any = module.get_submodule("enc.linear1")
    expected = (linear(a) * 5**-0.5).mean(1) + (linear(b) * 3**-0.5).mean(1)
    assert torch.equal(module(a, b), expected)


def test_a_condition_on_the_size_is_declared_by_require() -> None:
    text = "net n: x[T, 8] {{ {} x * (1 / (T - 1)) + log(T - 1) }}"
    codes = [
        [d.code for d in load_source(Source("n.net", text.format(promise))).diagnostics]
        for promise in ("", "require T >= 2\n")
    ]
    assert codes == [["W520"], []]


@pytest.mark.parametrize("view", ["docs", "debug"])
def test_pictures_show_the_formula(view: str) -> None:
    text = "net n: x[T, 8] { x > linear(8) > id * T ** -0.5 > id / (2 * sqrt(T + 1)) }"
    graph = load_source(Source("n.net", text)).graph
    assert graph is not None
    picture = render(graph, "dot", view=view).decode()
    assert "× T**-0.5" in picture
    assert "÷ 2*sqrt(T + 1)" in picture
