"""From builders to ``ir.Graph``: which nodes stay, in which order, and which graphs are one."""

from __future__ import annotations

import pytest

from netwright.compiler.builder import Builder
from netwright.compiler.freeze import OPEN, freeze_partial
from netwright.compiler.ir import (
    CallOp,
    FailedOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    ScanOp,
    Tie,
    Value,
    WeightOp,
)
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source


def frozen(text: str) -> Graph:
    compiled = load_source(Source("test.net", text))
    assert compiled.graph is not None, compiled.diagnostics
    return compiled.graph


def partial(text: str) -> Graph:
    compiled = load_source(Source("test.net", text), partial=True)
    assert compiled.graph is None
    assert compiled.partial is not None
    return compiled.partial


def called(graph: Graph, key: str) -> Graph:
    child = graph.node[key].called
    assert child is not None
    return child


def keys(graph: Graph) -> list[str]:
    return [node.key for node in graph.nodes]


def idle(graph: Graph) -> list[str]:
    return [node.key for node in graph.nodes if node.idle]


def results(graph: Graph) -> list[tuple[str, int, bool]]:
    """Each result with its node and whether it is a side result."""
    pairs = zip(graph.results, graph.outputs, strict=True)
    return [(value.node, value.result, port.side) for value, port in pairs]


# --- one graph for equal calls --------------------------------------------------------------------

TWO_RESULTS = """
block b: x {
  first = x > linear(8)
  second = first > relu
  [first, second]
}
block c: x {
  first = x > linear(8)
  second = x > linear(8)
  [first, second]
}
"""


def test_equal_blocks_are_one_object() -> None:
    graph = frozen("block b(d): x { x > linear(d) }\nnet n: x[8] { x > b(8) > b(8) > b(4) }")
    assert called(graph, "b1") is called(graph, "b2")
    assert called(graph, "b3") is not called(graph, "b1")
    assert called(graph, "b3") != called(graph, "b1")


def test_equal_blocks_inside_of_different_ones() -> None:
    text = """
    block inner: x { x > linear(8) > relu }
    block left: x { x > inner > tanh }
    block right: x { x > inner > gelu }
    net n: x[8] { x > left > right }
    """
    graph = frozen(text)
    left, right = called(graph, "left1"), called(graph, "right1")
    assert called(left, "inner1") is called(right, "inner1")


def test_calls_that_run_the_same_nodes_share_a_graph_with_all_results() -> None:
    """The first call needs one result, and the nodes of both."""
    graph = frozen(f"{TWO_RESULTS}\nnet n: x[8] {{ _, q = x > b\n  r, s = q > b\n  r + s }}")
    assert called(graph, "b1") is called(graph, "b2")
    assert [value.node for value in called(graph, "b1").results] == ["linear1", "relu1"]
    assert graph.node["b2"].inputs == (Value("b1", 1),)
    assert graph.node["add#1"].inputs == (Value("b2", 0), Value("b2", 1))
    assert len(graph.node["b1"].types) == 2


def test_no_call_runs_more_than_it_needs() -> None:
    graph = frozen(f"{TWO_RESULTS}\nnet n: x[8] {{ p, _ = x > c\n  _, s = p > c\n  s }}")
    first, second = called(graph, "c1"), called(graph, "c2")
    assert (idle(first), idle(second)) == (["linear2"], ["linear1"])
    assert ([v.node for v in first.results], [v.node for v in second.results]) == (
        ["linear1"],
        ["linear2"],
    )
    assert graph.node["c2"].inputs == (Value("c1", 0),)
    assert graph.results == (Value("c2", 0),)


def test_no_call_runs_more_than_it_needs_in_the_calls_inside() -> None:
    text = f"{TWO_RESULTS}\nblock w: x {{ x > c }}\n"
    graph = frozen(text + "net n: x[8] { p, _ = x > w\n  _, s = p > w\n  s }")
    first, second = (called(called(graph, key), "c1") for key in ("w1", "w2"))
    assert (idle(first), idle(second)) == (["linear2"], ["linear1"])


def test_no_call_takes_more_than_it_needs() -> None:
    text = "block b(other): x { [x > relu, other] }\n"
    graph = frozen(text + "net n: a[8], c[8] { p, _ = a > b(c)\n  q, r = p > b(c)\n  q + r }")
    assert graph.node["b1"].inputs == (Value(">a"),)
    assert graph.node["b2"].inputs == (Value("b1"), Value(">c"))


def test_one_tensor_twice_is_two_results() -> None:
    text = "block b: x { y = x > linear(8)\n  [y, y] }\nnet n: x[8] { p, q = x > b\n  p + q }"
    graph = frozen(text)
    assert called(graph, "b1").results == (Value("linear1"), Value("linear1"))
    assert graph.node["add#1"].inputs == (Value("b1", 0), Value("b1", 1))


# --- nodes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "net n: a[8], b[8] { [b > linear(4), a > linear(4)] > add > relu }",
        "net n: a[8], b[8] { x = a > linear(8) as first\n  (b > linear(8) > relu) + x + a }",
        f"{TWO_RESULTS}net n: x[8] {{ p, q = x > b\n  r, s = q > c\n  p + r + s }}",
        "net n: x[T, 8] { x > scan(cell) as s > last }\n"
        "block cell: x, h[8] { (x > linear(8)) + (h > linear(8)) > tanh }",
    ],
)
def test_inputs_come_first_and_then_an_order_that_runs(text: str) -> None:
    graphs = [frozen(text)]
    while graphs:
        graph = graphs.pop()
        count = len(graph.inputs)
        assert [isinstance(n.op, InputOp) for n in graph.nodes] == [
            i < count for i in range(len(graph.nodes))
        ]
        assert [(n.names, n.types) for n in graph.nodes[:count]] == [
            ((port.name,), (port.type,)) for port in graph.inputs
        ]
        made: set[Value] = set()
        for node in graph.nodes:
            assert {*node.inputs} <= made
            assert node.takes == tuple(map(graph.type, node.inputs))
            made |= {Value(node.key, i) for i in range(len(node.types))}
        assert {*graph.results} <= made
        assert len({*keys(graph)}) == len(graph.nodes)
        graphs += [n.called for n in graph.nodes if n.called is not None]


def test_an_unused_node_goes_and_an_unused_weight_stays_idle() -> None:
    graph = frozen("net n: x[8] { y = x > linear(4) > tanh\n  x > relu }")
    assert keys(graph) == [">x", "linear1", "relu1"]
    node = graph.node["linear1"]
    assert (node.idle, node.inputs, node.path) == (True, (), "linear1")
    assert [str(kind) for kind in (*node.takes, *node.types)] == ["[N, 8]", "[N, 4]"]


def test_an_unused_block_stays_for_its_weights_only() -> None:
    text = """
    block heavy: x { x > linear(8) > relu }
    block light: x { x > relu }
    block holder: x { share f = linear(8)
      x > f > f }
    net n: x[8] { y = x > heavy
      z = x > light
      w = x > holder
      x > tanh }
    """
    graph = frozen(text)
    assert keys(graph) == [">x", "heavy1", "holder1", "tanh1"]
    assert idle(graph) == ["heavy1", "holder1"]


def test_a_hidden_input_that_no_node_uses_goes() -> None:
    text = """
    block b(other): x { y = other > relu
      x > linear(8) }
    net n: a[8], c[8] { a > b(c > tanh) }
    """
    graph = frozen(text)
    assert keys(graph) == [">a", ">c", "b1"]
    assert [port.name for port in called(graph, "b1").inputs] == ["x"]
    assert graph.node["b1"].inputs == (Value(">a"),)
    # An input of the net stays: who calls it gives it.
    assert [port.name for port in graph.inputs] == ["a", "c"]


def test_the_inputs_of_a_call_follow_those_of_its_graph() -> None:
    text = """
    block b(other): x { (other > relu) + x }
    net n: a[8], c[8] { a > b(c) }
    """
    graph = frozen(text)
    child = called(graph, "b1")
    assert [port.name for port in child.inputs] == ["x", "c"]
    assert [isinstance(n.op, InputOp) and n.op.hidden for n in child.nodes[:2]] == [False, True]
    assert graph.node["b1"].inputs == (Value(">a"), Value(">c"))


def test_inputs_of_one_name_get_numbers() -> None:
    text = "block b(other): x { (other > relu) + x }\nnet n: x[8] { x > linear(8) > b(x) }"
    child = called(frozen(text), "b1")
    assert [port.name for port in child.inputs] == ["x", "x2"]
    assert child.node["add#1"].inputs == (Value("relu1"), Value(">x"))


def test_keys_of_nodes_without_a_path() -> None:
    graph = frozen("net n: x[8] { y = x + x\n  y + y }")
    assert keys(graph) == [">x", "add#1", "add#2"]
    assert [node.path for node in graph.nodes] == ["", "", ""]


# --- results --------------------------------------------------------------------------------------


def test_a_tensor_inside_is_a_side_result() -> None:
    text = "block b: x { x > linear(4) as a > relu }\nnet n: x[8] { x > b as p > tanh + p.a }"
    graph = frozen(text)
    assert results(called(graph, "p")) == [("relu1", 0, False), ("a", 0, True)]
    assert graph.node["p"].main == (0,)


def test_a_side_result_that_nothing_uses_is_none() -> None:
    text = "block b: x { x > lstm(8) }\nnet n: x[T, 8] { y, h, c = x > b\n  y }"
    assert results(called(frozen(text), "b1")) == [("lstm1", 0, False)]


def test_names_of_results() -> None:
    text = "block b: x { x > lstm(8) }\nnet n: x[T, 8] { y, h, c = x > b\n  [y, c] }"
    graph = frozen(text)
    assert graph.node["b1"].names == ("y", "c")
    assert [port.name for port in graph.outputs] == ["y", "c"]
    assert graph.results == (Value("b1", 0), Value("b1", 1))


# --- paths and copies -----------------------------------------------------------------------------


def path_of(node: Node) -> tuple[str, str, int | None, int, tuple[str, ...]]:
    return node.path, node.stem, node.first, node.count, node.paths


def test_paths_of_copies() -> None:
    graph = frozen("net n: x[8] { x > linear(8) > linear(8) * 2 > linear(8) as head }")
    assert [path_of(n) for n in graph.nodes[1:]] == [
        ("linear1", "linear", 1, 1, ("linear1",)),
        ("linear2", "linear", 2, 2, ("linear2", "linear3")),
        ("head", "head", None, 1, ("head",)),
    ]


def test_paths_of_copies_with_a_label() -> None:
    graph = frozen("net n: x[8] { x > (linear(8) > relu) * 3 as layer }")
    copies, *others = graph.nodes[1:]
    assert not others
    assert path_of(copies) == (
        "layer.0",
        "layer.",
        0,
        3,
        ("layer.0", "layer.1", "layer.2"),
    )
    assert [path_of(n)[:3] for n in called(graph, "layer.0").nodes[1:]] == [
        ("0", "", 0),
        ("1", "", 1),
    ]


def test_a_repeated_block_returns_what_the_next_copy_takes() -> None:
    text = "block b: a, c { [a > linear(8), c > linear(8)] }\n"
    text += "net n: a[8], c[8] { y, _ = [a, c] > b * 2\n  y }"
    graph = frozen(text)
    node = graph.node["b1"]
    assert (node.count, len(node.types), node.main) == (2, 2, (0, 1))
    assert len(node.inputs) == 2


# --- shares, ties, weights ------------------------------------------------------------------------


def test_a_share_has_one_path() -> None:
    graph = frozen("net n: x[8] { share enc = linear(8)\n  x > enc > enc }")
    assert [(n.key, n.path) for n in graph.nodes[1:]] == [("enc", "enc"), ("enc#2", "enc")]
    assert not any(node.outer for node in graph.nodes)
    assert graph.results == (Value("enc#2"),)


def test_a_use_of_a_share_that_no_output_needs_goes() -> None:
    graph = frozen("net n: x[8] { share enc = linear(8)\n  y = x > enc > tanh\n  x > relu > enc }")
    assert keys(graph) == [">x", "relu1", "enc"]


def test_a_share_that_runs_inside_only_is_declared_by_an_idle_node() -> None:
    text = """
    block b(enc): x { x > enc > relu }
    net n: x[8] { share enc = linear(8)
      x > b(enc) }
    """
    graph = frozen(text)
    node, inside = graph.node["enc"], called(graph, "b1").node["enc"]
    assert (node.idle, node.inputs, node.outer) == (True, (), False)
    assert isinstance(node.op, LayerOp)
    assert [str(kind) for kind in node.takes] == ["[N, 8]"]
    assert (inside.idle, inside.outer) == (False, True)
    assert called(graph, "b1").outer == ("enc",)
    assert graph.node["b1"].outers == (("enc", "enc"),)


def test_the_uses_of_a_shared_block_agree_on_their_results() -> None:
    text = f"{TWO_RESULTS}net n: x[8] {{ share f = c\n  p, _ = x > f\n  _, q = p > f\n  q }}"
    graph = frozen(text)
    assert called(graph, "f") is called(graph, "f#2")
    assert [v.node for v in called(graph, "f").results] == ["linear1", "linear2"]
    assert graph.node["f#2"].inputs == (Value("f", 0),)
    assert graph.results == (Value("f#2", 1),)


def test_a_tie_starts_in_the_graph_that_holds_both() -> None:
    text = """
    block enc: x { x > embed(10, 4) as emb > relu }
    net n: x[T] int { x > enc as e > linear(10, bias=false, weight=e.emb.weight) as head }
    """
    graph = frozen(text)
    assert graph.ties == (Tie("head", "weight", "e.emb", "weight"),)
    assert called(graph, "e").ties == ()
    operation = graph.node["head"].op
    assert isinstance(operation, LayerOp)
    assert operation.tied == ("weight",)


def test_a_weight_that_is_read_has_the_path_from_here() -> None:
    text = """
    block enc: x { x > linear(8) as fc > relu }
    net n: x[8] { x > enc as e > relu + e.fc.bias }
    """
    graph = frozen(text)
    (node,) = [n for n in graph.nodes if isinstance(n.op, WeightOp)]
    assert node.op == WeightOp("e.fc", "bias")
    assert [str(kind) for kind in node.types] == ["[8]"]


def test_a_scan_returns_all_its_results() -> None:
    text = """
    block cell: x, h[8] { (x > linear(8)) + (h > linear(8)) > tanh }
    net n: x[T, 8] { x > scan(cell) as s }
    """
    node = frozen(text).node["s"]
    assert isinstance(node.op, ScanOp)
    assert isinstance(node.op.cell, CallOp)
    assert (node.op.sequences, node.op.states) == (1, 1)
    assert [str(kind) for kind in node.types] == ["[N, T, 8]", "[N, 8]"]


# --- specs that fail ------------------------------------------------------------------------------


def test_a_spec_that_fails_has_a_node_for_the_failure() -> None:
    graph = partial("net n: x[8] { x > linear(8) > nosuch > relu }")
    *_, node = graph.nodes
    assert isinstance(node.op, FailedOp)
    assert (node.op.text, [d.code for d in node.op.findings]) == ("nosuch", ["E201"])
    assert (node.key, node.inputs, node.types) == ("failed#1", (Value("linear1"),), ())
    assert graph.results == ()


def test_a_spec_that_fails_keeps_what_no_output_needs() -> None:
    graph = partial("net n: x[8] { y = x > tanh\n  x > nosuch }")
    assert "tanh1" in keys(graph)
    assert idle(graph) == []


def test_a_tensor_of_unknown_rank_has_an_open_type() -> None:
    builder = Builder("net", "n")
    assert freeze_partial(builder, []) is None
    tensor = builder.input("x", None, None)
    assert freeze_partial(builder, [("x", tensor)]) is None
    graph = partial("net n: x { x > nosuch }")
    assert [port.type for port in graph.inputs] == [OPEN]
