"""Two versions in one graph: each of them can be read out of it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from netwright import load, loads
from netwright.backends.diff.align import CELLS, Aligner
from netwright.backends.diff.merge import UNMARKED, GraphMarks, Merged, NodeMarks, merge
from netwright.backends.diff.signs import Signs
from netwright.compiler.ir import CallOp, Graph, InputOp, LayerOp, Node
from netwright.compiler.spelling import spell

from .versions import PAIRS, versions


def layers(graph: Graph) -> Iterator[Node]:
    """All layers in all graphs, each graph at each of its calls."""
    for node in graph.nodes:
        op = node.operation
        if isinstance(op, CallOp):
            yield from layers(op.graph)
        elif isinstance(op, LayerOp):
            yield node


def marked(graph: Graph, marks: GraphMarks = UNMARKED) -> Iterator[tuple[Node, NodeMarks]]:
    """The same layers with their marks."""
    for node in graph.nodes:
        here = marks.of(node)
        if node.called:
            yield from marked(node.called, here.called or UNMARKED)
        elif isinstance(node.operation, LayerOp):
            yield node, here


def words(nodes: Iterator[Node]) -> Counter[str]:
    ops = (n.operation for n in nodes)
    return Counter(spell(op.layer) for op in ops if isinstance(op, LayerOp))


def version(merged: Merged, *, old: bool) -> Counter[str]:
    """The layers of one version, as the merged graph tells them."""
    gone = "added" if old else "removed"
    kept = (pair for pair in marked(merged.graph, merged.marks) if pair[1].mark != gone)
    return words((marks.before or node) if old else node for node, marks in kept)


@pytest.mark.parametrize("name", PAIRS)
def test_both_versions_are_there(name: str) -> None:
    before, after = versions(name)
    merged = merge(before.ir, after.ir)
    assert version(merged, old=True) == words(layers(before.ir))
    assert version(merged, old=False) == words(layers(after.ir))


@pytest.mark.parametrize("name", PAIRS)
def test_nodes_stand_in_an_order_in_which_they_can_run(name: str) -> None:
    before, after = versions(name)
    merged = merge(before.ir, after.ir)
    waiting = [(merged.graph, merged.marks)]
    while waiting:
        graph, marks = waiting.pop()
        known: set[str] = set()
        for node in graph.nodes:
            assert {v.node for v in node.inputs} <= known
            assert node.key not in known
            known.add(node.key)
            if node.called:
                ports = sum(isinstance(n.op, InputOp) for n in node.called.nodes)
                here = marks.of(node)
                assert len(node.inputs) == ports + len(here.extra)
                waiting.append((node.called, here.called or UNMARKED))
        assert {v.node for v in graph.results} <= known


@pytest.mark.parametrize("name", PAIRS)
def test_the_graph_is_like_any_other(name: str) -> None:
    """Marks stand beside it: nothing in it knows of two versions."""
    before, after = versions(name)
    waiting = [merge(before.ir, after.ir).graph]
    while waiting:
        graph = waiting.pop()
        assert type(graph) is Graph
        assert {type(node) for node in graph.nodes} == {Node}
        waiting += [node.called for node in graph.nodes if node.called]


def test_equal_graphs_may_have_other_marks() -> None:
    """The same block is added at one place, removed at another, and stays at a third."""
    block = "block f: x { x > linear(8) > tanh }\n"
    before = loads(block + "net a: x[8] { x > (f as a) > layernorm > (f as b) }")
    after = loads(block + "net a: x[8] { x > layernorm > (f as b) > relu > (f as c) }")
    merged = merge(before.ir, after.ir)
    calls = [node for node in merged.graph.nodes if node.called]
    assert [(n.path, merged.marks.of(n).mark) for n in calls] == [
        ("a", "removed"),
        ("b", ""),
        ("c", "added"),
    ]
    assert calls[0].called == calls[1].called == calls[2].called
    assert [here.mark for _, here in marked(merged.graph, merged.marks)] == [
        *["removed"] * 2,
        *[""] * 3,
        *["added"] * 3,
    ]


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_net_and_itself(name: str) -> None:
    first, second = load("resnet", net=name), load("resnet", net=name)
    merged = merge(first.ir, second.ir)
    assert not merged.marks.differs
    assert not merged.marks.nodes
    assert merged.graph == second.ir


def marks(name: str) -> dict[str, str]:
    before, after = versions(name)
    found: dict[str, str] = {}
    merged = merge(before.ir, after.ir)
    for node, here in marked(merged.graph, merged.marks):
        if here.mark:
            found[node.path or node.key] = here.mark
    return found


def test_what_is_put_in_between_leaves_the_rest_as_it_was() -> None:
    assert marks("inserted") == {"4": "added", "5": "added", "6": "added"}
    assert marks("taken out") == {"2": "removed", "3": "removed"}
    assert marks("used often") == {"gelu1": "changed", "dropout1": "added"}
    assert marks("nothing") == {}


def test_labels_come_before_places() -> None:
    before = loads("net a: x[8] { x > linear(8) as a > linear(8) as b > linear(8) as c }")
    after = loads("net a: x[8] { x > linear(9) as b > linear(8) as c }")
    merged = merge(before.ir, after.ir)
    assert [(node.path, here.mark) for node, here in marked(merged.graph, merged.marks)] == [
        ("a", "removed"),
        ("b", "changed"),
        ("c", ""),
    ]


def test_long_bodies_go_by_path() -> None:
    """Beyond a bound nothing is weighed: it ends soon, and what has not changed is still found."""
    many = 2000
    assert many * many > CELLS
    text = "net a: x[8] { x %s }"
    before = loads(text % "".join(f"> linear({8 + i % 7}) as l{i} " for i in range(many)))
    after = loads(text % "".join(f"> linear({9 + i % 7}) as l{i} " for i in range(many)))
    signs = Signs()
    olds, news = ([signs.of(n) for n in net.ir.nodes[1:]] for net in (before, after))
    assert Aligner().pairs(olds, news) == [(i, i) for i in range(many)]
