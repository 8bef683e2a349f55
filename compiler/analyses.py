"""Analyses of a network's structure: skips, branches, cuts, longest paths, lifetimes, patterns.

The algorithms are networkx's; these functions apply them to networks. All take a graph of
``compiler.graph``, and most of them any directed graph. A node that depends on no input (a weight
that is read, a table of positions) is on no path from the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import networkx as nx

from .dims import Size, product, substitute, symbols, unknowns
from .types import TensorType

Node: TypeAlias = Any
"""A key of a network's graph, or any node of another graph."""

BYTES: Final = {"float": 4, "int": 8, "bool": 1, "complex": 8}
"""Bytes of one number in PyTorch's default dtypes."""
HANDED_ON: Final = ("output", "weight")
"""Kinds of nodes that make no new tensor."""
_START, _END = "<start>", "<end>"


def inputs(graph: nx.DiGraph) -> list[Node]:
    """The inputs of a network; in another graph the nodes that no edge leads to."""
    return _ends(graph, "input", graph.in_degree)


def outputs(graph: nx.DiGraph) -> list[Node]:
    return _ends(graph, "output", graph.out_degree)


def _ends(graph: nx.DiGraph, kind: str, degree: Mapping[Node, int]) -> list[Node]:
    named = [node for node, is_ in graph.nodes(data="kind") if is_ == kind]
    return named or [node for node in graph if not degree[node]]


# --- what everything passes -------------------------------------------------------------------


def dominators(graph: nx.DiGraph) -> dict[Node, Node]:
    """For each node, the last node before it that all paths from the inputs to it pass. Nodes
    without one are left out."""
    return _dominators(graph.edges(), inputs(graph))


def post_dominators(graph: nx.DiGraph) -> dict[Node, Node]:
    """For each node, the first node after it that all paths from it to the outputs pass."""
    return _dominators(((head, tail) for tail, head in graph.edges()), outputs(graph))


def _dominators(edges: Any, starts: list[Node]) -> dict[Node, Node]:
    rooted = nx.DiGraph(edges)
    rooted.add_edges_from((_START, node) for node in starts)
    dominators = nx.immediate_dominators(rooted, _START)
    return {node: by for node, by in dominators.items() if by not in (None, _START)}


def cuts(graph: nx.DiGraph) -> list[Node]:
    """The nodes that all paths from the inputs to the outputs pass, in order: a network can be cut
    after each of them, and only the node's results cross the cut."""
    ended = nx.DiGraph(graph.edges())
    ended.add_nodes_from(graph.nodes(data=True))
    ended.add_edges_from((node, _END) for node in outputs(graph))
    before = _dominators(ended.edges(), inputs(graph))
    left_out = {*inputs(graph), *outputs(graph), *_in_scans(graph)}
    return [node for node in _upwards(before, _END) if node not in left_out][::-1]


def _in_scans(graph: nx.DiGraph) -> Iterator[Node]:
    return (node for node, scans in graph.nodes(data="scans") if scans)


def _upwards(dominators: Mapping[Node, Node], node: Node) -> Iterator[Node]:
    while node in dominators:
        node = dominators[node]
        yield node


# --- skips and branches -----------------------------------------------------------------------


def skips(graph: nx.DiGraph) -> list[tuple[Node, Node]]:
    """The edges with a longer path beside them: those that the transitive reduction leaves out."""
    simple = nx.DiGraph(graph.edges())
    return [edge for edge in list(simple.edges) if _has_other_path(simple, *edge)]


def _has_other_path(graph: nx.DiGraph, tail: Node, head: Node) -> bool:
    """Whether another path leads along an edge. To ask edge by edge is quick, since the other path
    is nearly always short; networkx's ``transitive_reduction`` takes the square of the graph's
    size."""
    if graph.out_degree(tail) < 2 or graph.in_degree(head) < 2:
        return False
    graph.remove_edge(tail, head)
    has_path = nx.has_path(graph, tail, head)
    graph.add_edge(tail, head)
    return bool(has_path)


class Branching(NamedTuple):
    """A node where paths part, and the first node where all of them have met. ``ways`` are the
    nodes of each path, in order; for a direct edge the path is empty."""

    fork: Node
    join: Node
    ways: tuple[tuple[Node, ...], ...]


def branches(graph: nx.DiGraph) -> list[Branching]:
    """The places where paths part and meet, in the order of the forks."""
    simple = nx.DiGraph()
    simple.add_nodes_from(graph)
    simple.add_edges_from(graph.edges())
    after = post_dominators(graph)
    return [
        Branching(node, after[node], _ways(simple, node, after[node]))
        for node in simple
        if node in after and simple.out_degree(node) > 1
    ]


def _ways(graph: nx.DiGraph, fork: Node, join: Node) -> tuple[tuple[Node, ...], ...]:
    between = nx.descendants(graph, fork) & nx.ancestors(graph, join)
    place = {node: i for i, node in enumerate(graph) if node in between}
    parts = nx.weakly_connected_components(graph.subgraph(between))
    ways = (tuple(sorted(part, key=place.__getitem__)) for part in parts)
    direct: list[tuple[Node, ...]] = [()] if graph.has_edge(fork, join) else []
    return (*direct, *sorted(ways, key=lambda way: place[way[0]]))


def apart(graph: nx.DiGraph, nodes: Collection[Node]) -> bool:
    """Whether no path leads from one of the nodes to another."""
    return all(nx.descendants(graph, node).isdisjoint(nodes) for node in nodes)


# --- long paths -------------------------------------------------------------------------------


def critical_path(
    graph: nx.DiGraph, weight: str = "macs", sizes: Mapping[str, int] | None = None
) -> list[Node]:
    """The path whose nodes have the largest sum of an attribute: work that has to be done one step
    after another. ``sizes`` are the symbols' sizes; raises ValueError if one is missing."""
    weighed = nx.DiGraph()
    for node, cost in graph.nodes(data=weight, default=0):
        number = _number(cost, sizes, f"{weight} of {node}")
        weighed.add_edges_from(((tail, node) for tail in graph.pred[node]), weight=number)
        weighed.add_edge(_START, node, weight=number)
    path: list[Node] = nx.dag_longest_path(weighed)
    return path[1:]


def _number(dim: Any, sizes: Mapping[str, int] | None, what: str) -> int:
    number: Any = substitute(dim, {"N": 1, **(sizes or {})}) if isinstance(dim, Size) else dim
    if isinstance(number, Size) and unknowns(number):
        raise ValueError(f"{what} are not declared: write them into the declaration of the extern")
    if isinstance(number, Size):
        missing = ", ".join(f"{name!r}: ..." for name in symbols(number))
        raise ValueError(f"{what} is {number}: give its sizes, as in sizes={{{missing}}}")
    return number  # type: ignore[no-any-return]


def longest_way(graph: nx.DiGraph, start: Node, end: Node, weight: str = "weight") -> int:
    """The largest sum of the edges' weights on a path, where an edge weighs 1 by default."""
    between = nx.descendants(graph, start) & (nx.ancestors(graph, end) | {end})
    inner = graph.subgraph(between | {start})
    return int(nx.dag_longest_path_length(inner, weight=weight, default_weight=1))


# --- memory -----------------------------------------------------------------------------------


def lifetimes(graph: nx.MultiDiGraph) -> dict[tuple[Node, int], Node]:
    """The last node that reads each tensor, in the graph's order. A tensor is given as its node and
    the number of the result; one that no node reads ends with its own node."""
    last: dict[tuple[Node, int], Node] = {
        (node, result): node
        for node, types in graph.nodes(data="types")
        for result in range(len(types))
    }
    for node in graph:
        last.update({(maker, r): node for maker, _, r in graph.in_edges(node, data="result")})
    return last


def memory(graph: nx.MultiDiGraph, sizes: Mapping[str, int] | None = None) -> dict[Node, int]:
    """The bytes of all tensors that are alive while each node runs, its own inputs and results
    included, in the graph's order. The largest number is the memory of a forward pass beside the
    weights, if each result is written to new memory.

    ``sizes`` are the symbols' sizes; the batch has one example by default. Raises ValueError if one
    is missing.
    """
    place = {node: i for i, node in enumerate(graph)}
    change = [0] * (len(place) + 1)
    for (node, result), reader in lifetimes(graph).items():
        made = graph.nodes[node]
        size = _bytes(made["types"][result], sizes) if made["kind"] not in HANDED_ON else 0
        change[place[node]] += size
        change[place[reader] + 1] -= size
    alive, total = {}, 0
    for node, i in place.items():
        total += change[i]
        alive[node] = total
    return alive


def _bytes(type: TensorType, sizes: Mapping[str, int] | None) -> int:
    return _number(product(type.shape), sizes, f"the size of {type}") * BYTES[type.dtype]


# --- patterns ---------------------------------------------------------------------------------


def alike(one: nx.DiGraph, other: nx.DiGraph, by: str = "text") -> bool:
    """Whether two graphs are the same but for the names of their nodes."""
    return bool(nx.is_isomorphic(one, other, _agree(by), _same_slots))


def occurrences(graph: nx.DiGraph, pattern: nx.DiGraph, by: str = "word") -> list[dict[Node, Node]]:
    """The places of a pattern in a graph: for each node of the pattern, the node of the graph.
    Nodes match if one attribute is equal; a node of the pattern without it matches any node."""
    matcher = nx.algorithms.isomorphism.DiGraphMatcher(
        nx.DiGraph(graph), nx.DiGraph(pattern), _agree(by)
    )

    matches: dict[frozenset[Node], dict[Node, Node]] = {}
    for match in matcher.subgraph_isomorphisms_iter():
        matches.setdefault(frozenset(match), {mine: node for node, mine in match.items()})
    return list(matches.values())


def _agree(by: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    return lambda mine, wanted: by not in wanted or mine.get(by) == wanted[by]


def _same_slots(mine: Mapping[int, Any], other: Mapping[int, Any]) -> bool:
    return mine.keys() == other.keys()
