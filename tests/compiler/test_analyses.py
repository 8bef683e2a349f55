"""What the structure of a network says, against what is known of it or counted otherwise."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import netwright as nw
from netwright.compiler import analyses


def flat(spec: str, net: str | None = None) -> Any:
    return nw.load(spec, net=net).graph.flatten()


NETS = ("alexnet", "unet", "googlenet", "lenet", "char_rnn", "seq2seq_attention", "transformer")


def graphs() -> Any:
    """Directed graphs without cycles: edges go up."""
    nodes = range(9)
    edges = st.lists(st.sampled_from(list(combinations(nodes, 2))), min_size=1, max_size=20)
    return edges.map(nx.DiGraph)


@given(graphs())
def test_skips_are_what_the_transitive_reduction_leaves_out(graph: nx.DiGraph) -> None:
    expected = set(graph.edges) - set(nx.transitive_reduction(graph).edges)
    assert set(analyses.skips(graph)) == expected


@given(graphs())
def test_a_dominator_is_on_every_way(graph: nx.DiGraph) -> None:
    """By what can still be reached when a node is gone."""
    starts = analyses.inputs(graph)
    closest = analyses.dominators(graph)
    for node in graph:
        over = {other for other in graph if other != node and _cut_off(graph, starts, other, node)}
        assert (node in closest) == bool(over)
        if over:
            assert closest[node] in over
            assert all(o == closest[node] or not nx.has_path(graph, closest[node], o) for o in over)


def _cut_off(graph: nx.DiGraph, starts: list[Any], gone: Any, node: Any) -> bool:
    rest = graph.copy()
    rest.remove_node(gone)
    return not any(start != gone and nx.has_path(rest, start, node) for start in starts)


@given(graphs())
def test_post_dominators_are_dominators_backwards(graph: nx.DiGraph) -> None:
    assert analyses.post_dominators(graph) == analyses.dominators(graph.reverse())


@given(graphs())
def test_the_longest_way(graph: nx.DiGraph) -> None:
    costs = {node: (node * 7) % 5 + 1 for node in graph}
    nx.set_node_attributes(graph, costs, "cost")
    ways = (
        way
        for a in analyses.inputs(graph)
        for b in graph
        for way in nx.all_simple_paths(graph, a, b)
    )
    best = max(sum(map(costs.__getitem__, way)) for way in ways)
    found = analyses.critical_path(graph, "cost")
    assert nx.is_path(graph, found)
    assert sum(map(costs.__getitem__, found)) == best


def test_every_cut_parts_the_net() -> None:
    for name in NETS:
        graph = flat(name, "transformer_base" if name == "transformer" else None)
        simple = nx.DiGraph(graph.edges())
        for node in graph:
            rest = simple.copy()
            rest.remove_nodes_from([node])
            ends = [n for n in graph.outputs if n in rest]
            ways = any(nx.has_path(rest, a, b) for a in graph.inputs for b in ends if a in rest)
            inner = not graph.nodes[node]["scans"] and node not in (*graph.inputs, *graph.outputs)
            assert (node in analyses.cuts(graph)) == (inner and not ways), (name, node)


def test_a_unet_has_a_skip_at_each_level() -> None:
    ends = [head for _, head in analyses.skips(flat("unet"))]
    assert sorted(ends) == ["concat1", "concat2", "concat3", "concat4"]


def test_branches_of_an_inception_module() -> None:
    found = [b for b in analyses.branches(flat("googlenet")) if b.join.endswith(".concat1")]
    assert len(found) == 9
    assert all(len(b.ways) == 4 for b in found)


def test_the_ways_of_a_block() -> None:
    text = "net n: x[8] { (x > linear(8) > relu) + (x > linear(8)) + x }"
    graph = nw.loads(text).graph.flatten()
    (found,) = analyses.branches(graph)
    assert found == ("x", "add#2", ((), ("linear1", "relu1", "linear2", "add#1")))


@pytest.mark.parametrize("name", NETS)
def test_memory_is_what_a_run_holds(name: str) -> None:
    """Run with sizes in place of tensors, each forgotten when its last reader has run."""
    graph = flat(name, "transformer_base" if name == "transformer" else None)
    sizes = {"N": 3, "T": 7, "S": 5}
    alive: dict[tuple[str, int], int] = {}
    found = analyses.memory(graph, sizes)
    readers = {node: set(graph.succ[node]) for node in graph}
    waiting = {
        (n, r): {b for b, d in _reads(graph, n) if d == r}
        for n in graph
        for r in _results(graph, n)
    }
    assert readers.keys() == found.keys()
    for node, data in graph.nodes(data=True):
        for r, type in enumerate(data["types"] if data["kind"] not in ("output", "weight") else ()):
            numbers = 1
            for dim in type.substitute(sizes).shape:
                numbers *= dim
            alive[node, r] = numbers * {"float": 4, "int": 8, "bool": 1}[type.dtype]
        assert found[node] == sum(alive.values()), node
        for tensor in list(alive):
            waiting[tensor].discard(node)
            if not waiting[tensor]:
                del alive[tensor]


def _reads(graph: Any, node: str) -> list[tuple[str, int]]:
    return [(head, result) for _, head, result in graph.out_edges(node, data="result")]


def _results(graph: Any, node: str) -> range:
    return range(len(graph.nodes[node]["types"]))


def test_open_sizes_are_asked_for() -> None:
    graph = flat("char_rnn")
    for analysis in (analyses.memory, analyses.critical_path):
        with pytest.raises(ValueError, match=r"sizes=\{'T': \.\.\.\}"):
            analysis(graph)
    assert analyses.critical_path(graph, sizes={"T": 9})[-1] == "linear1"


def test_patterns() -> None:
    graph = flat("resnet", "resnet18")
    pattern = nx.DiGraph([("a", "b"), ("b", "c")])
    nx.set_node_attributes(pattern, {"a": "conv", "b": "batchnorm", "c": "add"}, "word")
    found = analyses.occurrences(graph, pattern)
    assert len(found) == 8 + 3  # the blocks, and their projections
    assert all(graph.nodes[match["c"]]["word"] == "add" for match in found)


def test_blocks_that_are_alike() -> None:
    graph = flat("resnet", "resnet18")

    def block(path: str) -> Any:
        return graph.subgraph(n for n in graph if n.startswith(path))

    assert analyses.alike(block("layer1.0"), block("layer1.1"))
    assert not analyses.alike(block("layer1.0"), block("layer2.1"))
    assert analyses.alike(block("layer1.0"), block("layer2.1"), by="word")
    assert not analyses.alike(block("layer1.0"), block("layer2.0"), by="word")
