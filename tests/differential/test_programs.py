"""Random programs: the compiler and the evaluator agree, and a wrong compiler is found out."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import torch

from netwright.compiler.ir import CallOp, Graph, InputOp, LayerOp, Node

from .__main__ import BATCH, FINDS, outcome
from .compare import Program, Trial
from .programs import program
from .reduce import reduced

torch.set_num_threads(1)
COUNT = 500
SIZE = 25


@pytest.mark.parametrize("first", range(0, COUNT, SIZE))
def test_programs(first: int) -> None:
    counts: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, of what a program does
        for number in range(first, first + SIZE):
            made = program(f"suite:{number}")
            verdict = Trial(made).verdict()
            counts[verdict.kind] += 1
            if verdict.kind in FINDS:
                text = reduced(made, verdict, tries=300).text
                pytest.fail(f"program {number} {outcome(verdict)}: {verdict.detail}\n{text}")
    assert counts["agrees"] >= SIZE * 0.8, counts


def test_a_seed_gives_one_program() -> None:
    assert program("a") == program("a")
    assert program("a") != program("b")
    assert BATCH % SIZE == 0


# --- a wrong compiler -------------------------------------------------------------------------


def nodes_of(graph: Graph, fits: Callable[[Node], bool]) -> Iterator[int]:
    return (i for i, node in enumerate(graph.nodes) if fits(node))


def with_node(graph: Graph, index: int, node: Node) -> Graph:
    nodes = (*graph.nodes[:index], node, *graph.nodes[index + 1 :])
    return graph.replace(nodes=nodes)


def swapped_inputs(graph: Graph) -> Graph:
    """Two inputs of a difference."""
    for i in nodes_of(graph, lambda n: len(n.inputs) == 2 and n.inputs[0] != n.inputs[1]):
        node = graph.nodes[i]
        if isinstance(node.op, LayerOp) and node.op.layer.word == "sub":
            return with_node(graph, i, node.replace(inputs=node.inputs[::-1]))
    return graph


def lost_label(graph: Graph) -> Graph:
    for i in nodes_of(graph, lambda n: n.path == "lost"):
        return with_node(graph, i, graph.nodes[i].replace(path="linear9"))
    return graph


def one_copy_less(graph: Graph) -> Graph:
    for i in nodes_of(graph, lambda n: n.count > 1):
        return with_node(graph, i, graph.nodes[i].replace(count=graph.nodes[i].count - 1))
    return graph


def other_layer(graph: Graph) -> Graph:
    """``tanh`` where ``sigmoid`` stands."""
    from netwright.compiler.layers import layers

    for i in nodes_of(graph, lambda n: isinstance(n.op, LayerOp) and n.op.layer.word == "sigmoid"):
        node = graph.nodes[i]
        return with_node(graph, i, node.replace(op=LayerOp(layers()["tanh"](), ())))
    return graph


def left_out(graph: Graph) -> Graph:
    """The last layer but one is passed by."""
    for i in nodes_of(graph, lambda n: not isinstance(n.op, InputOp) and n.path == "skipped"):
        key, before = graph.nodes[i].key, graph.nodes[i].inputs[0]
        later = tuple(
            n.replace(inputs=tuple(before if v.node == key else v for v in n.inputs))
            for n in graph.nodes
        )
        return graph.replace(nodes=later)
    return graph


def other_result(graph: Graph) -> Graph:
    """The second result of a call where the first is meant."""
    for i in nodes_of(graph, lambda n: isinstance(n.op, CallOp) and len(n.types) == 2):
        key = graph.nodes[i].key
        results = tuple(v.replace(result=1) if v.node == key else v for v in graph.results)
        return graph.replace(results=results)
    return graph


FAULTS = [
    (swapped_inputs, "x > linear(8) - x"),
    (lost_label, "x > linear(8) as lost > tanh"),
    (one_copy_less, "x > linear(8) * 4"),
    (other_layer, "x > linear(8) > sigmoid"),
    (left_out, "x > linear(8) > tanh as skipped > linear(8)"),
    (other_result, "(x > pair)[0]"),
]


@pytest.mark.parametrize(("change", "line"), FAULTS)
def test_a_wrong_compiler_is_found_out(change: Callable[[Graph], Graph], line: str) -> None:
    pair = "block pair: x { [x > linear(8) as p, x > linear(8) as q] }"
    line = line.replace("x > linear(8) - x", "(x > linear(8)) - x")
    text = f"{pair}\nnet n: x[T, 8] {{ a, b = x > pair\n [{line}, a, b] }}\n"
    made = program("a")
    made = Program(text, "n", (type(made.inputs[0])("x", ("T", 8)),), made.runs)
    assert Trial(made).verdict().kind == "agrees"
    assert Trial(made, change).verdict().kind == "differs"


def test_a_find_is_made_small() -> None:
    text = """
        net n: x[T, 8] {
          y = x > linear(8) as a > tanh
          z = y > sort(1) > linear(4) > relu
          [x > linear(8) > sigmoid > linear(2), z]
        }
    """
    made = program("a")
    made = Program(text, "n", (type(made.inputs[0])("x", ("T", 8)),), made.runs)
    verdict = Trial(made, other_layer).verdict()
    small = reduced(made, verdict, lambda p: Trial(p, other_layer).verdict())
    assert small.text.split() == ["net", "n:", "x[T,", "8]", "{", "x", ">", "sigmoid", "}"]
