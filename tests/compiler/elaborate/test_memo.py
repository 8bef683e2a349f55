"""Equal instances are elaborated once, and only equal ones.

The property behind every case: with and without the memory of instances the flat graph is the same.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netwright as nw
from netwright.compiler.elaborate.state import Memos
from netwright.compiler.ir import CallOp, Graph
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source

from .tools import Flat, compilation, flatten, graph, headline


class _Forgetful(dict[Any, Any]):
    """A memory that keeps nothing."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


def forgetting(text: str, monkeypatch: pytest.MonkeyPatch) -> Flat:
    plain = Memos.__init__

    def forgetful(self: Memos, common: dict[object, Any]) -> None:
        plain(self, common)
        self.instances = _Forgetful()

    with monkeypatch.context() as patched:
        patched.setattr(Memos, "__init__", forgetful)
        return flatten(graph(text))


def assert_same(text: str, monkeypatch: pytest.MonkeyPatch) -> Flat:
    remembered = flatten(graph(text))
    without = forgetting(text, monkeypatch)
    assert remembered.rows == without.rows
    assert remembered.results == without.results
    assert sorted(remembered.ties) == sorted(without.ties)
    return remembered


def blocks(made: Graph) -> list[Graph]:
    """The distinct graphs of blocks, in order."""
    found: dict[int, Graph] = {}
    for node in made.nodes:
        if isinstance(node.op, CallOp):
            found.setdefault(id(node.op.graph), node.op.graph)
            found.update((id(g), g) for g in blocks(node.op.graph))
    return [g for g in found.values() if g.kind == "block"]


ONCE = [
    ("block b(w) = linear(w) > relu\nlinear(8) > b(8) > b(8) > b(8)", 1),
    ("block b(w) = linear(w) > relu\nlinear(8) > b(8) > b(w=8) > b(4 * 2)", 1),
    ("block b(w) = linear(w) > relu\nlinear(8) > b(8) > b(9)", 2),
    ("block b(w) = linear(w) > relu\nlinear(8) > b(8) > linear(9) > b(8)", 2),
    ("block b(w) = linear(w) > relu\nlinear(8) > b(8) * 50", 1),
    ("block b(w) = linear(w)\nblock c(w) = b(w) > b(w)\nlinear(8) > c(8) > c(8) > b(8)", 2),
    ("block b(f) = f(8) > relu\nlinear(8) > b(linear) > b(linear)", 1),
    ("block b(f) = f > relu\nlinear(8) > b(linear(8)) > b(linear(8))", 1),
    ("block b(f) = f > relu\nlinear(8) > b(linear(8) > bn) > b(linear(8) > bn)", 1),
    ("block b(f) = f > relu\nlinear(8) > b(linear(8) > bn) > b(bn > linear(8))", 2),
    ("block b(f) = f > relu\nlinear(8) > b(linear(8)) > b(linear(8, bias=false))", 2),
    (
        "block b: a, c { a + c }\n"
        "net n: x[S, 8], y[T, 8] { u = [x, x] > b\n v = [y, y] > b\n [u, v] }",
        1,
    ),
    ("block b: x[T, d] { x > linear(d) }\nnet n: p[S, 8], q[R, 8] { [p > b, q > b] }", 1),
    ("block b: x[T, d] { x > linear(d) }\nnet n: p[S, 8], q[R, 9] { [p > b, q > b] }", 2),
    ("block b(m): x { x + m }\nnet n: x[8], y[8] { x > b(x > relu) > b(y) }", 1),
]


@pytest.mark.parametrize(("text", "count"), ONCE)
def test_equal_instances_are_one_graph(
    text: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(blocks(graph(text))) == count
    assert_same(text, monkeypatch)


OTHER_RESULTS = [
    (
        "block b: x, m { y = x > linear(8)\n [y, m * 2 + y] }\n"
        "net n: x[8], m[8] { y, m2 = [x, m] > b\n z, _ = [y, m2] > b\n z }",
        2,
    ),
    (
        "block b: x { y = x > linear(8)\n [y, y > relu] }\n"
        "net n: x[8] { p, _ = x > b\n _, q = x > b\n [p, q] }",
        2,
    ),
    (
        "block b = linear(8) as a > linear(8) as b\n"
        "net n: x[8] { u = x > b as u\n v = u > b as v\n [v, u.a] }",
        1,
    ),
    (
        "block b: x, m { y = x > linear(8)\n [y + m, m] }\n"
        "net n: x[8], m[8] { y, m2 = [x, m] > b\n z, _ = [y, m2] > b\n z }",
        1,
    ),
    (
        "block c: x, m { y = x > linear(8)\n [y + m, m] }\nblock b: x, m { [x, m] > c as c }\n"
        "net n: x[8], m[8] { y, m2 = [x, m] > b\n z, _ = [y, m2] > b\n z }",
        2,
    ),
    (
        "block b: x, m { y = x > linear(8)\n [y + m, y, m] }\n"
        "net n: x[8], m[8] { p, q, _ = [x, m] > b\n _, r, s = [q, p] > b\n [p + q, r + s] }",
        2,
    ),
]
"""Blocks of which one call uses other results than another, and the graphs that come of them."""


@pytest.mark.parametrize(("text", "count"), OTHER_RESULTS)
def test_a_graph_has_all_results_that_cost_nothing_more(
    text: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One graph for calls that run the same nodes, whichever results each of them uses; a call
    that needs less has a graph of its own, so that nothing runs in vain."""
    made = graph(text)
    assert len(blocks(made)) == count
    assert_same(text, monkeypatch)


def test_t5_has_a_class_for_each_block_that_differs() -> None:
    """The last layer does not use the bias of attention that the others hand on."""
    text = nw.load("t5", net="t5_small").to_source()
    assert len(re.findall(r"^class ", text, re.M)) == 16
    layer = 'self.encoder["block"].get_submodule("{}")(x, bias, memory_mask)'
    assert f"x, bias = {layer.format(1)}\n" in text
    assert f"x = {layer.format(5)}[0]\n" in text


APART = {
    "captured tensors": """
        net n: x[8] {
          y = x > relu
          block a: t { t + y }
          u = y > a
          v = x > a
          [u, v] > sub
        }
    """,
    "captured tensors, the other way": """
        net n: x[8] {
          y = x > relu
          block a: t { t + y }
          v = x > a
          u = y > a
          [u, v] > sub
        }
    """,
    "an argument that is also captured": """
        net n: x[8] {
          y = x > relu
          z = x > gelu
          block a(m): t { t + m + y }
          u = x > a(y)
          v = x > a(z)
          w = x > a(x)
          [u, v, w] > concat
        }
    """,
    "one tensor twice": """
        block b(m): x { x - m }
        net n: x[8], y[8] { u = x > b(x)
          v = x > b(y)
          w = y > b(x)
          [u, v, w] > concat }
    """,
    "shares": """
        share s = linear(8)
        share t = linear(8)
        block b(f) = f > relu
        linear(8) > b(s) > b(t) > b(s) > b(linear(8))
    """,
    "shares of a body": """
        block b(f) = f > relu
        block a: x { share s = linear(8)
          x > b(s) > b(s) }
        linear(8) > a > a
    """,
    "weights": """
        block b(w): x { x > linear(8, bias=false, weight=w) }
        net n: x[8] {
          p = x > linear(8) as p
          q = p > linear(8) as q
          q > b(p.weight) > b(q.weight) > b(p.weight)
        }
    """,
    "names of symbols": """
        block b: x[T, d] { x > reshape([N, T * d]) }
        net n: p[S, 8], q[R, 8] { [p > b, q > b] }
    """,
    "symbols that a nested block sees": """
        net n: p[T, 8], q[S, 8] {
          block a: t { t > reshape([N, T * 8]) if t.shape[1] == T else t > flatten }
          u = p > a
          [u, q]
        }
    """,
    "numbers that a nested block sees": """
        net n: p[T, 8], q[S, 8] {
          block a: t[L, 8] { s = t > linear(8)
            (s > mean(1, keepdim=true)) + ones([T, 8]) }
          [p > a, q > a]
        }
    """,
    "defaults": """
        block b(f) = f(8) > relu
        net n: x[8] {
          x = x > b(linear)
          default linear(bias=false)
          x > b(linear) > linear(8)
        }
    """,
    "blocks redefined in a loop": """
        net n: x[8] {
          for w in [3, 4, 5, 3] {
            block a = linear(w) > relu
            x = x > a
          }
          x
        }
    """,
    "loops as arguments": """
        block b(f) = f > relu
        net n: x[8] {
          for w in [3, 4] { x = x > b(for i in range(w) { linear(w + i) }) }
          x
        }
    """,
    "lengths of loops as arguments": """
        block b(f) = f > relu
        block c(n) = b(for i in range(n) { linear(8) })
        linear(8) > c(1) > c(2) > c(1)
    """,
    "labels and paths": """
        block b(f): x { x > f > relu }
        net n: x[8] {
          x > b(linear(8) as p) > b(linear(8) as "p") > b(linear(8) as q) > b((linear(8) > bn) as p)
        }
    """,
    "words": """
        block b(f) = f(8) > relu
        block one(g) = b(g)
        linear(8) > b(linear) > b(fc) > one(linear)
    """,
    "kinds of numbers": """
        block b(k): x { x * k }
        linear(8) > b(1) > b(1.0) > b(2) > b(2.0)
    """,
    "slices": """
        block b(f): x { x > f > relu }
        input(8x8) > b(id[:, 0:4]) > b(id[:, 1:3]) > b(id[:, 0])
    """,
    "repeats and counts": """
        block b(f): x { x > f > relu }
        linear(8) > b(linear(8) * 2) > b(linear(8) * 3) > b(linear(8) * 2 as l) > b(linear(8))
    """,
    "sums and their order": """
        block b(f): x { x > f > relu }
        linear(8) > b(linear(8) - bn) > b(bn - linear(8)) > b(linear(8) + bn) > b([bn, relu] > sub)
    """,
    "recursion": """
        block t(n): x { y = x > linear(8)
          y > (t(n - 1) if n > 0 else id) > (t(n - 2) if n > 1 else relu) }
        linear(8) > t(5) > t(4)
    """,
    "an argument that is the piped tensor, in a group": """
        block a = linear(8) > relu
        block d(m): x { x + m > a }
        net n: x[8] {
          y = x > relu
          x > (d(x) > d(y)) as g
        }
    """,
    "groups": """
        net n: x[8] {
          y = x > relu
          block a: t { t + y }
          u = y > (a > linear(8)) as f
          v = x > (a > linear(8)) as g
          w = (x > a > a) as h
          [u, v, w] > concat
        }
    """,
    "a nested block inside another's instance": """
        net n: x[8] {
          y = x > relu
          block a: t { t + y }
          block b: t { t > a > linear(8) }
          u = x > b > a
          v = u > b > a
          v > a
        }
    """,
    "reaching inside": """
        block stage(w) = linear(w) > relu > linear(w)
        net n: x[8] {
          u = x > stage(8) as p
          v = u > stage(8) as q
          w = v > stage(8) as r
          [p.linear1, q.linear1, q.relu1, w] > concat
        }
    """,
    "side results": """
        block rnn: x { x > gru(8) }
        net n: x[5, 8] { y, h = x > rnn
          z, g = y > rnn
          [h, g] > add }
    """,
    "several results": """
        block two: x { [x > linear(8), x > relu] }
        net n: x[8] { a, b = x > two
          c, d = b > two
          [a, d, c] > concat }
    """,
    "scans": """
        block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
        net n: x[T, 8] { x > scan(cell(8)) > scan(cell(8)) > scan(cell(4)) > last }
    """,
}


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_what_differs_is_kept_apart(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(text, monkeypatch)


def test_an_error_in_a_block_is_said_once() -> None:
    made = compilation("block b = linear(bogus) > relu\nlinear(8) > b > b > b * 3")
    assert [d.code for d in made.diagnostics if d.severity == "error"] == ["E201"]


def test_an_impossible_hit_is_an_error_still() -> None:
    """The first call fits the captured tensor, the second does not."""
    text = """
    net n: p[T, 8], q[S, 8] {
      block a: t { t + p }
      [p > a, q > a]
    }
    """
    made = compilation(text)
    assert [d.code for d in made.diagnostics] == ["E304"], list(map(headline, made.diagnostics))


def test_deep_nesting_costs_what_it_holds() -> None:
    """Two calls each, forty deep: 2**40 layers if elaborated apart. A bound names itself."""
    text = "block b0 = linear(8) > relu\n"
    text += "".join(f"block b{i + 1} = b{i} > b{i}\n" for i in range(12))
    made = load_source(Source("t.net", text + "linear(8) > b12"))
    assert made.graph is not None
    assert len(blocks(made.graph)) == 13


# --- random specs --------------------------------------------------------------------------------

LAYERS = st.sampled_from(
    ["relu > bn", "linear(8)", "bn", "id", "linear(4) > linear(8)", "gelu * 0.5"]
)
CALLS = st.sampled_from(
    [
        "a",
        "b(8)",
        "b(4) > linear(8)",
        "c(relu)",
        "c(linear(8))",
        "c(a)",
        "c(share1)",
        "share1",
        "d(y)",
        "d(x)",
        "inner",
        "c(inner)",
        "e(1)",
        "e(2)",
    ]
)
STEPS = st.lists(st.one_of(LAYERS, CALLS, CALLS), min_size=1, max_size=6).map(" > ".join)
SHAPED = st.tuples(
    STEPS, st.sampled_from(["{}", "({}) * 2", "({}) as g{n}", "id + ({})", "[{}, id] > add"])
)
PRELUDE = """
share share1 = linear(8)
block a = linear(8) > relu
block b(w) = linear(w) > relu
block c(f): x { z = x > f\n z > f > relu }
block d(m): x { x + m > a }
block e(n): x { x > linear(8) > (e(n - 1) if n > 0 else a) }
"""


@given(st.lists(SHAPED, min_size=1, max_size=4))
@settings(max_examples=60)
def test_random_specs(steps: list[tuple[str, str]]) -> None:
    lines = [shape.format(step, n=n) for n, (step, shape) in enumerate(steps)]
    body = "\n".join(f"  x = x > {line}" for line in lines)
    text = (
        f"{PRELUDE}net n: x[8] {{\n  y = x > relu\n  block inner: t {{ t + y > a }}\n{body}\n  x }}"
    )
    with pytest.MonkeyPatch.context() as patch:
        assert_same(text, patch)
