"""The types after the steps of a text are those of its graph, also beside errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import netwright as nw
from netwright.compiler.ir import Graph, Node
from netwright.compiler.pipeline import check_source, load_source
from netwright.grammar.source import Source
from netwright.spec_files import shipped

SPECS = ("resnet", "vgg", "unet", "gpt2", "bert", "swin", "lstm_classifier", "detr")


def nodes(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        yield node
        if isinstance(node.op, Graph):
            yield from nodes(node.op)


@pytest.mark.parametrize("name", [name for name in SPECS if name in shipped()])
def test_types_are_those_of_the_graph(name: str) -> None:
    source = Source(f"{name}.net", shipped()[name].read_text())
    checked = check_source(source, typed=True)
    for net in checked.nets:
        graph = load_source(source, net=net).graph
        for node in nodes(graph) if graph else ():
            if node.span is not None and node.span.source is source and node.op is not None:
                shown = [str(t) for types in checked.types[node.span] for t in types]
                assert str(node.types[0]) in shown, node.span.text


def shown(text: str) -> list[str]:
    """The steps of a text with what they give."""
    types = check_source(Source("a.net", text), typed=True).types
    return [
        f"{span.text}: {' | '.join(', '.join(map(str, one)) for one in several)}"
        for span, several in sorted(types.items(), key=lambda item: item[0].start)
    ]


def test_steps_before_and_after_an_error_have_types() -> None:
    text = "net f: x[3, 8, 8] {\n  y = x > conv(3x3, 8) > boom > relu\n  x > gap > linear(2)\n}\n"
    found = shown(text)
    assert "conv(3x3, 8): [N, 8, 6, 6]" in found
    assert "linear(2): [N, 2]" in found
    assert not any(line.startswith("relu") for line in found)


def test_a_block_has_the_types_of_all_calls() -> None:
    text = "block b(c) = conv(1x1, c) > relu\nnet f: x[3, 8, 8] { x > b(4) > b(6) }\n"
    found = shown(text)
    assert "relu: [N, 4, 8, 8] | [N, 6, 8, 8]" in found
    assert "b(6): [N, 6, 8, 8]" in found


def test_nobody_pays_who_does_not_ask() -> None:
    assert check_source(Source("a.net", "input(8) > relu\n")).types == {}
    assert nw.check("input(8) > relu\n") == []
