"""Two versions in one graph: each of them can be read out of it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from netwright import load, loads
from netwright.backends.diff.align import CELLS, Aligner
from netwright.backends.diff.merge import ComparedGraph, ComparedNode, mark_of, merge
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


def words(nodes: Iterator[Node]) -> Counter[str]:
    ops = (n.operation for n in nodes)
    return Counter(spell(op.layer) for op in ops if isinstance(op, LayerOp))


def version(merged: ComparedGraph, *, old: bool) -> Counter[str]:
    """The layers of one version, as the merged graph tells them."""
    gone = "added" if old else "removed"
    kept = (n for n in layers(merged) if mark_of(n) != gone)
    return words((n.before or n) if old and isinstance(n, ComparedNode) else n for n in kept)


@pytest.mark.parametrize("name", PAIRS)
def test_both_versions_are_there(name: str) -> None:
    before, after = versions(name)
    merged = merge(before.ir, after.ir)
    assert version(merged, old=True) == words(layers(before.ir))
    assert version(merged, old=False) == words(layers(after.ir))


@pytest.mark.parametrize("name", PAIRS)
def test_nodes_stand_in_an_order_in_which_they_can_run(name: str) -> None:
    before, after = versions(name)
    waiting: list[Graph] = [merge(before.ir, after.ir)]
    while waiting:
        graph = waiting.pop()
        known: set[str] = set()
        for node in graph.nodes:
            assert {v.node for v in node.inputs} <= known
            assert node.key not in known
            known.add(node.key)
            op = node.operation
            if isinstance(op, CallOp):
                ports = sum(isinstance(n.op, InputOp) for n in op.graph.nodes)
                extra = len(node.extra) if isinstance(node, ComparedNode) else 0
                assert len(node.inputs) == ports + extra
                waiting.append(op.graph)
        assert {v.node for v in graph.results} <= known


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_net_and_itself(name: str) -> None:
    first, second = load("resnet", net=name), load("resnet", net=name)
    merged = merge(first.ir, second.ir)
    assert not merged.differs
    assert not any(isinstance(n, ComparedNode) for n in merged.nodes)
    assert (merged.params, merged.macs) == (first.ir.params, first.ir.macs)


def marks(name: str) -> dict[str, str]:
    before, after = versions(name)
    found: dict[str, str] = {}
    for node in layers(merge(before.ir, after.ir)):
        if mark_of(node):
            found[node.path or node.key] = mark_of(node)
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
    assert [(n.path, mark_of(n)) for n in layers(merged)] == [
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
