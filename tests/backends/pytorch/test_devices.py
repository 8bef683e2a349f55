"""What a net makes without an input is on the device of its inputs, wherever the text makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

import netwright as nw
from netwright.backends.pytorch import to_module
from netwright.compiler.ir import Graph

from ...conftest import GOLDEN
from .devices import only_on
from .reference import example_inputs

SOURCES = {
    "block": "block s: () { arange(4) * 2 }\nnet A: x[4] { x + s() }",
    "int_first": "block s: () { arange(4) * 2 }\nnet A: t[4] int, x[4] { x + s() + t }",
    "group": "net A: x[4] { x + (arange(4) + ones(4)) as g }",
    "list": "net A: x[4] { x + ([arange(4), zeros(4)] as g > add) }",
    "nested": """
        block s: () { eye(4) }
        block r: () { (s() + linspace(0, 1, steps=4)) as g }
        block q: () { r() * 2 }
        net A: x[4] { x @ q() }
    """,
    "for": """
        block s(n): () { arange(4) * n }
        net A: x[4] { for i in range(5) { x = x + s(i) }
          x }
    """,
    "for_inside": """
        block s(n): () { full([4], n) }
        block r: () { y = zeros(4)
          for i in range(5) { y = y + s(i) }
          y }
        net A: x[4] { x + r() }
    """,
    "share": """
        block s: () { arange(4) * 2 }
        share m = id + s()
        block inner: x { x > m > linear(4) }
        net A: x[4] { share own = linear(4) > id + s()
          x > m > inner > own > own }
    """,
    "family": """
        block s(n): () { arange(4) * n }
        net A: x[4] { for i in range(3) { share m[i] = linear(4) + s(i) }
          x > m[0] > m[2] > m[0] }
    """,
    "several": """
        block s: () { a = arange(4)
          [a, a * 2, eye(4)] }
        net A: x[4] { a, b, c = s()
          (x + a * b) @ c }
    """,
    "weights": """
        block s: () { arange(4) * (param([4]) as w) }
        block r: () { s() + (param([4]) as w) + arange(4) }
        net A: x[4] { x + r() }
    """,
    "constants": """
        block s: () { constant([1.0, 2, 3, 4]) + ones(4) }
        net A: x[4] { x + s() }
    """,
    "open_size": """
        block s(n): () { arange(n) * 2 }
        net A: x[T, 4] { x + s(T)[:, none] }
    """,
    "named_device": """
        block s(device): () { arange(device) * 2 }
        net A: x[device, 4] { x + s(device)[:, none] }
    """,
    "argument": """
        block s(n): () { arange(4) * n }
        block add(y): x { x + y }
        net A: x[4] { x > add(s(2)) * 2 > add(s(3) + 1) * 5 }
    """,
    "copies": """
        block s: () { arange(4) * 2 }
        block r: x { x + s() > linear(4) }
        net A: x[4] { x > r * 2 > r * 6 > (id + s()) * 5 as layers }
    """,
    "computed_weight": """
        block s: () { eye(4) }
        net A: x[4] { x > linear(4, weight=s()) > linear(4, bias=false, weight=s()) * 4 }
    """,
    "shared_weight": """
        share l = linear(4)
        block s: () { arange(4) + l.weight[0] }
        net A: x[4] { x > l > id + s() }
    """,
    "scan": """
        block s: () { arange(4) * 2 }
        block cell: x, h[4] { (x > linear(4)) + (h > linear(4)) + s() > tanh }
        net A: x[T, 4] { x > scan(cell) }
    """,
    "random": "block s: () { rand(4) + randn(4) }\nnet A: x[4] { x + s() }",
    "functions": """
        block s: () { alibi(4, 5) + relative_buckets(5, 5) }
        block r: () { window_offsets(1, 5) }
        net A: x[4, 5, 5] { x + s() + r() }
    """,
    "attention": """
        block s: () { ones([1, 5, 4]) > attention(2, causal=true) }
        net A: x[5, 4] { x + s() }
    """,
    "net": "net b: () { arange(4) }\nnet A: x[4] { x + b() }",
    "no_inputs": "block s: () { arange(4) + (param([4]) as w) }\nnet A: () { s() + ones(4) }",
    "no_parameters": "block s: () { arange(4) }\nnet A: () { s() + constant([1, 2, 3, 4]) }",
    "a_buffer": """
        block s: () { zeros(4, persistent=true) as z }
        net A: () { s() + ones(4) }
    """,
}
"""Texts that make tensors without an input in a class of its own."""


def graph_of(text: str) -> Graph:
    return nw.loads(text, net="A").ir


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("kind", SOURCES)
def test_source_blocks(kind: str, device: str) -> None:
    graph = graph_of(SOURCES[kind])
    inputs = example_inputs(graph)
    expected = to_module(graph)(*inputs)
    module = to_module(graph, device=device)
    with only_on(device):
        result = module(*[t.to(device) for t in inputs])
    assert result.device.type == device
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype)


def test_the_device_is_handed_on() -> None:
    text = nw.loads(SOURCES["nested"]).to_source()
    assert "return x @ self.q1(device=x.device)" in text
    assert "def forward(self, device: torch.device | None = None) -> Tensor:" in text
    assert "return self.r1(device=device) * 2" in text


IMPORTED = [
    path
    for folder in ("importer", "onnx")
    for path in sorted((GOLDEN / folder).glob("*.net"))
    if "extern " not in path.read_text("utf-8")
]


@pytest.mark.parametrize("path", IMPORTED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_imported_models(path: Path) -> None:
    graph = nw.load(path).ir
    inputs = [tensor.to("meta") for tensor in example_inputs(graph)]
    module = to_module(graph, device="meta")
    with only_on("meta"):
        module(*inputs)
