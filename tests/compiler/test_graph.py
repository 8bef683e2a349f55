"""The network as a networkx graph: keys, modules, what nodes have, what users do with it."""

from __future__ import annotations

import pickle
from pathlib import Path

import networkx as nx
import pytest

import netwright as nw
from netwright.compiler.graph import NetGraph


def flat(text: str) -> NetGraph:
    return nw.loads(text).graph.flatten()


def modules(graph: NetGraph) -> dict[str, str]:
    return {node: module for node, module in graph.nodes(data="module") if module}


SHARED = """
block b(enc): x { x > enc > relu }
net n: x[8] { share enc = linear(8)
  x > b(enc) > b(enc) > enc }
"""

TIED = """
net n: x[T] int {
  x > embed(10, 4) as emb > linear(4) > linear(10, bias=false, weight=emb.weight) as head
}
"""

ELMAN = """
block elman(d): x, h[d] { (x > linear(d) as inner) + (h > linear(d, bias=false) as outer) > tanh }
net n: letters[T, 5] { letters > scan(elman(3)) as cell > last > linear(2) }
"""


def test_a_share_is_one_module_in_all_its_runs() -> None:
    graph = flat(SHARED)
    assert modules(graph) == {
        "b1.enc": "enc",
        "b1.relu1": "b1.relu1",
        "b2.enc": "enc",
        "b2.relu1": "b2.relu1",
        "enc": "enc",
    }
    assert [graph.nodes[n]["params"] for n in ("b1.enc", "b2.enc", "enc")] == [72, 0, 0]
    assert list(graph.nodes["b2.enc"]["weights"]) == ["enc.weight", "enc.bias"]


def test_a_share_that_runs_inside_only() -> None:
    graph = flat(SHARED.replace(" > enc }", " }"))
    assert modules(graph) == {
        "b1.enc": "enc",
        "b1.relu1": "b1.relu1",
        "b2.enc": "enc",
        "b2.relu1": "b2.relu1",
    }
    assert not any(idle for _, idle in graph.nodes(data="idle"))


def test_a_shared_block_runs_under_keys_of_its_own() -> None:
    graph = flat("net n: x[8] { share f = (linear(8) > relu)\n x > f > f }")
    assert modules(graph) == {
        "f.0": "f.0",
        "f.1": "f.1",
        "f#2.0": "f.0",
        "f#2.1": "f.1",
    }


def test_ties_say_which_weight_it_is() -> None:
    graph = flat(TIED)
    assert graph.nodes["head"]["tied"] == {"head.weight": "emb.weight"}
    assert graph.nodes["head"]["params"] == 0


def test_a_weight_that_is_read_has_its_full_path() -> None:
    text = """
    block b: x { y = (x > linear(4) as inner)
      y * (inner.weight > sum(1)) }
    net n: x[4] { x > b as one > b as two }
    """
    weights = {n: d["text"] for n, d in flat(text).nodes(data=True) if d["kind"] == "weight"}
    assert list(weights.values()) == ["one.inner.weight", "two.inner.weight"]


def test_a_weight_of_a_share_that_is_handed_in() -> None:
    text = """
    block b(enc): x { (x > enc) * (enc.weight > sum(1)) }
    net n: x[4] { share enc = linear(4)
      x > b(enc) > b(enc) }
    """
    weights = {d["text"] for _, d in flat(text).nodes(data=True) if d["kind"] == "weight"}
    assert weights == {"enc.weight"}


def test_copies_are_one_after_another() -> None:
    graph = flat("net n: x[8] { x > (id + linear(8)) * 3 as steps }")
    way = nx.shortest_path(graph, "x", "output")
    assert way == ["x", "steps.0.add#1", "steps.1.add#1", "steps.2.add#1", "output"]


def test_idle_layers_stand_alone() -> None:
    graph = flat(
        "net n: x[8] { y = x > linear(8) as used\n z = y > (linear(4) > relu) as unused\n y }"
    )
    assert [n for n, idle in graph.nodes(data="idle") if idle] == ["unused.0", "unused.1"]
    assert graph.degree("unused.0") == 0


def test_the_cell_of_a_scan_is_opened() -> None:
    graph = flat(ELMAN)
    assert nx.is_directed_acyclic_graph(graph)
    assert {kind: n for n, kind in graph.nodes(data="kind") if n.startswith("cell#")} == {
        "each": "cell#each",
        "state": "cell#state",
        "stack": "cell#stack",
    }
    assert list(graph.succ["cell#each"]) == ["cell.inner"]
    assert list(graph.succ["cell#state"]) == ["cell.outer"]
    inner = graph.nodes["cell.inner"]
    assert (inner["scans"], str(inner["steps"]), str(inner["macs"])) == (("cell",), "T", "15*T")
    assert str(inner["types"][0]) == "[N, 3]"
    assert str(graph.nodes["cell#stack"]["types"][0]) == "[N, T, 3]"


def test_loops_are_edges_where_asked_for() -> None:
    graph = nw.loads(ELMAN).graph.flatten(loops=True)
    loops = [(a, b) for a, b, loop in graph.edges(data="loop") if loop]
    assert loops == [("cell.tanh1", "cell#state")]
    assert set(*nx.simple_cycles(graph)) == {"cell#state", "cell.outer", "cell.add#1", "cell.tanh1"}


def test_symbols_are_those_of_the_inputs() -> None:
    """A block that is shared keeps the names of its first call."""
    text = """
    block wide: x { x > conv(3x3, 4) > upsample(size=[x.h, x.w]) }
    net n: a[4, H, H], b[4, W, W] { c = a > wide
      d = b > wide
      [c, d] }
    """
    graph = flat(text)
    assert str(graph.nodes["wide2.upsample1"]["types"][0]) == "[N, 4, W, W]"
    assert str(graph.nodes["wide2.upsample1"]["settings"]["size"][0]) == "W"
    assert graph.nodes["wide1.conv1"]["node"] is graph.nodes["wide2.conv1"]["node"]


def test_names_of_inputs_and_outputs() -> None:
    graph = flat("net n: x[8], y[8] { a = x > linear(8) as x\n b = y > relu\n [a, b] }")
    assert graph.inputs == [">x", "y"]
    assert graph.outputs == ["a", "b"]
    alone = flat("net n: x[8] { x > linear(8) as output }")
    assert (alone.inputs, alone.outputs) == (["x"], ["output>"])


def test_results_and_slots() -> None:
    graph = flat("net n: x[8] { a, b = x > chunk(2, dim=1)\n b - a }")
    edges = [(d["result"], d["slot"]) for *_, d in graph.in_edges("sub#1", data=True)]
    assert sorted(edges) == [(0, 1), (1, 0)]


def test_a_tensor_that_is_read_twice_has_two_edges() -> None:
    assert flat("net n: x[8] { x * x }").number_of_edges("x", "mul#1") == 2


def test_equal_calls_share_one_graph() -> None:
    graph = nw.loads("block b: x { x > linear(4) }\nnet n: x[4] { x > b > b }").graph
    assert graph.nodes["b1"]["graph"] is graph.nodes["b2"]["graph"]
    assert list(graph.nodes["b1"]["graph"]) == ["x", "linear1", "output"]


def test_it_belongs_to_the_network() -> None:
    net = nw.loads("net n: x[4] { x > linear(4) }")
    assert net.graph is net.graph
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        net.graph.remove_node("linear1")
    copy = net.graph.copy()
    copy.remove_node("linear1")
    assert "linear1" in net.graph
    with pytest.raises(ValueError, match="only a whole network"):
        copy.flatten()
    assert pickle.loads(pickle.dumps(net)) == net


def test_a_graph_can_be_written_and_read(tmp_path: Path) -> None:
    for text in (SHARED, TIED, ELMAN):
        net = nw.loads(text)
        for graph in (net.graph, net.graph.flatten(loops=True)):
            nx.write_graphml(graph.plain(), tmp_path / "net.graphml")
            nx.write_gexf(graph.plain(), tmp_path / "net.gexf")
            for again in (
                nx.read_graphml(tmp_path / "net.graphml"),
                nx.read_gexf(tmp_path / "net.gexf"),
            ):
                assert list(again) == list(graph)
                assert sorted(again.edges()) == sorted(graph.edges())


def test_plain_data() -> None:
    data = nw.loads("net n: x[3, 8, 8] { x > conv(3x3, 4, pad=1) }").graph.flatten().plain()
    assert dict(data.nodes["conv1"]) == {
        "kind": "layer",
        "word": "conv",
        "category": "conv",
        "text": "conv(3x3, 4, pad=1)",
        "module": "conv1",
        "types": "[N, 4, 8, 8]",
        "weights": "conv1.weight=4x3x3x3, conv1.bias=[4]",
        "tied": "",
        "params": 112,
        "macs": 6912,
        "idle": False,
        "scans": "",
        "steps": 1,
        "line": 1,
        "settings": "kernel=3x3, out=4, stride=1, pad=1, dilation=1, groups=1, bias=true, "
        "pad_mode=zeros, weight=none, init=none, bias_init=none",
    }
