"""The two flat graphs, made by programs that know nothing of each other, are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

import netwright as nw
from netwright.compiler.graph import NetGraph
from netwright.compiler.ir import LayerOp

from ...specs.test_all import PRINTED
from .flat import PORTS, Address, Flat, flat

BORDER: Final = ("each", "state", "stack", "final")
Named = tuple[str, str]
"""A node by its word and its module, which is no name of its own: they are counted."""


@pytest.mark.parametrize(("spec", "name"), PRINTED)
def test_who_reads_what(spec: str, name: str) -> None:
    net = nw.load(spec, net=name)
    graph = net.graph.flatten(loops=True)
    assert Counter(ours(graph)) == Counter(theirs(flat(net.ir)))


def ours(graph: NetGraph) -> Iterator[tuple[Named, Named]]:
    for maker, reader in graph.edges():
        data = graph.nodes[reader]
        if data["kind"] not in BORDER and data["word"] != "new_zeros":  # which reads the dtype
            for source in sources(graph, maker):
                yield called(graph, source), called(graph, reader)


def sources(graph: NetGraph, node: str) -> Iterator[str]:
    """Where a tensor comes from, through the border of a scan."""
    if graph.nodes[node]["kind"] not in BORDER:
        yield node
        return
    for before, _ in graph.in_edges(node):
        yield from sources(graph, before)


def called(graph: NetGraph, node: str) -> Named:
    data = graph.nodes[node]
    return data["word"] or data["kind"], data["module"]


def theirs(found: Flat) -> Iterator[tuple[Named, Named]]:
    for use in found.uses:
        yield named(found, use.maker.at), named(found, use.reader)


def named(found: Flat, at: Address) -> Named:
    if at not in found.ops:
        return PORTS[at[0][0]], ""
    op = found.ops[at]
    operation = op.node.operation
    return operation.layer.word if isinstance(operation, LayerOp) else "weight", op.module
