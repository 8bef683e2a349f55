"""A repeat computes what its copies written out compute; side results stay behind in both."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends import layer_table
from netwright.backends.pytorch import to_module
from netwright.compiler.graph import to_networkx
from netwright.compiler.ir import Graph

from .reference import Reference, example_inputs, keys

CELL = "block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }"

SIDES = {
    "gru": "gru(8)",
    "lstm": "lstm(8)",
    "rnn": "rnn(8, layers=2)",
    "scan": "scan(cell(8))",
    "attention": "attention(2)",
    "sort": "sort(1) > linear(8)",
    "sort at the end": "linear(8) > sort(1)",
    "max": "linear(8) > max(1, keepdim=true)",
    "cummax": "linear(8) > cummax(1)",
    "topk": "linear(8) > topk(1, 1)",
    "pool": "linear(8) > maxpool(3, 1, pad=1, return_indices=true)",
}
"""Networks with side results that keep [N, 1, 8]."""

REPEATS = {
    "l * 3": "l > l > l",
    "l * 5": "l > l > l > l > l",
    "(l) * 3 as ls": "l > l > l",
    "(ln > l) * 2 as ls": "ln > l > ln > l",
    "(ln > l) * 5": "ln > l > ln > l > ln > l > ln > l > ln > l",
    "((ln > l) as s) * 3 as ls": "ln > l > ln > l > ln > l",
    "(l * 2 as in > l) * 2 as out": "l > l > l > l > l > l",
    "(l * 4) * 2 as out": "l > l > l > l > l > l > l > l",
    "for i in range(5) { l as s[i] }": "l > l > l > l > l",
    "for i in range(3) { (ln > l) as s[i] }": "ln > l > ln > l > ln > l",
    "(id + (l * 2)) * 2 as out": "id + (l > l) > id + (l > l)",
    "[l * 3, l * 3] > add": "[l > l > l, l > l > l] > add",
}

OTHERS = {
    "states as a parameter": (
        "block l(h): x { [x, h] > gru(8) }\nnet n: x[5, 8] { y, h = x > gru(8)\n {} }",
        "y > l(h) * 3",
        "y > l(h) > l(h) > l(h)",
    ),
    "the last copy's state": (
        "block l: x { x > ln > gru(8) }\nnet n: x[5, 8] { y, h = x > ({})\n [h, y] }",
        "l * 3",
        "l > l > l",
    ),
    "the last copy's state, labelled": (
        "net n: x[5, 8] { y, h = x > ({})\n [h, y] }",
        "(ln > gru(8)) * 4 as ls",
        "ln > gru(8) > ln > gru(8) > ln > gru(8) > ln > gru(8)",
    ),
    "the state alone": (
        "block l: x { x > gru(8) }\nnet n: x[5, 8] { y, h = x > ({})\n h }",
        "l * 4",
        "l > l > l > l",
    ),
    "side results between main ones": (
        "block l: x, y { [x > gru(8), y > lstm(8)] }\nnet n: x[5, 8], y[5, 8] { [x, y] > {} }",
        "l * 4",
        "l > l > l > l",
    ),
    "main results that cross": (
        "block l: x, y { [y > gru(8), x > linear(8)] }\nnet n: x[5, 8], y[5, 8] { [x, y] > {} }",
        "l * 3",
        "l > l > l",
    ),
    "lists in the result": (
        "block l: x, y, z { [[x > gru(8), y > linear(8)], z > sort(1)] }\n"
        "net n: x[5, 8], y[5, 8], z[5, 8] { [x, y, z] > {} }",
        "l * 3",
        "l > l > l",
    ),
    "one of several results": (
        "block two: x { [x > linear(8), x > linear(8)] }\nnet n: x[8] { x > {} }",
        "two[1] * 3",
        "two[1] > two[1] > two[1]",
    ),
    "an input that the copies do not use": (
        "net n: x[8], y[8] { [x, y] > {} }",
        "(id > [id[0], id[0] > linear(8)]) * 3 as l",
        "[id[0], id[0] > linear(8)] > [id[0], id[0] > linear(8)] > [id[0], id[0] > linear(8)]",
    ),
    "the input by its name": (
        "net n: x[8] { x > {} }",
        "(linear(8) + x) * 3 as l",
        "linear(8) + x > linear(8) + x > linear(8) + x",
    ),
    "the input by its name, in a block": (
        "block l(m): x { (x > linear(8)) * m }\nnet n: x[8] { x > {} }",
        "l(x) * 3",
        "l(x) > l(x) > l(x)",
    ),
    "one tensor twice": (
        "block l: x, y { [x + y > linear(8), y > linear(8)] }\nnet n: x[8] { [x, x] > {} }",
        "l * 4",
        "l > l > l > l",
    ),
    "one tensor twice, labelled": (
        "block l: x, y { [x + y > linear(8), y > linear(8)] }\nnet n: x[8] { [x, x] > {} }",
        "(id > l) * 4 as ls",
        "l > l > l > l",
    ),
    "a member of a family of shares": (
        "net n: x[8] { for i in range(2) { share e[i] = linear(8) }\n x > e[1] > {} }",
        "e[0] * 3",
        "e[0] > e[0] > e[0]",
    ),
    "the only member of a family of shares": (
        "net n: x[8] { share e[0] = linear(8)\n x > {} }",
        "e[0] * 3",
        "e[0] > e[0] > e[0]",
    ),
    "chunks": (
        "net n: x[8] { x > {} }",
        "(linear(8) > chunk(2, dim=1) > concat) * 3 as l",
        "linear(8) > linear(8) > linear(8)",
    ),
}


def of_piece(piece: str, written: str) -> str:
    block = f"block l: x {{ x > {SIDES[piece]} }}"
    return f"{CELL}\n{block}\nnet n: x[1, 8] {{ x > {written} }}"


def outputs(module: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    made = module(*inputs)
    return list(made) if isinstance(made, tuple) else [made]


def checked(graph: Graph, inputs: list[Tensor]) -> nn.Module:
    """The module, once its keys, counts and values are those of its graph."""
    module = to_module(graph).eval()
    state = module.state_dict()
    assert sorted(state) == sorted(keys(graph))
    assert sum(p.numel() for p in module.parameters()) == graph.params
    rows = layer_table.rows(graph)
    assert sum(int(str(r.params)) for r in rows) == graph.params
    expected = Reference(state).run(graph, inputs)
    for ours, theirs in zip(outputs(module, inputs), expected, strict=True):
        assert torch.equal(ours, theirs)
    return module


def check_alike(repeated: str, written_out: str) -> tuple[Graph, Graph]:
    """Both graphs, once they give equal values with equal weights."""
    made, told = nw.loads(repeated).ir, nw.loads(written_out).ir
    inputs = example_inputs(made)
    ours, theirs = checked(made, inputs), checked(told, inputs)
    pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
    with torch.no_grad():
        for own, other in pairs:
            other.copy_(own.normal_())
        for a, b in zip(outputs(ours, inputs), outputs(theirs, inputs), strict=True):
            assert torch.equal(a, b)
    assert made.params == told.params
    to_networkx(made).flatten()
    return made, told


@pytest.mark.parametrize("written", REPEATS)
@pytest.mark.parametrize("piece", SIDES)
def test_side_results_stay_behind(piece: str, written: str) -> None:
    made, told = check_alike(of_piece(piece, written), of_piece(piece, REPEATS[written]))
    assert str(made.macs) == str(told.macs)


@pytest.mark.parametrize("name", OTHERS)
def test_what_goes_from_copy_to_copy(name: str) -> None:
    text, repeated, written_out = OTHERS[name]
    check_alike(text.replace("{}", repeated), text.replace("{}", written_out))


def test_a_graph_says_which_results_are_side_results() -> None:
    text = "block l: x { x > ln > lstm(8) }\nnet n: x[5, 8] { y, h, c = x > l * 3\n [y, c] }"
    (node,) = (n for n in nw.loads(text).ir.nodes if n.called)
    graph = node.called
    assert graph is not None
    assert [p.side for p in graph.outputs] == [False, True]
    assert node.main == (0,)
    assert node.count == 3


# --- the side results of a cell -------------------------------------------------------------------

CELLS = {
    "sort": "x, h[8] { x + h > sort(1) }",
    "topk": "x, h[8] { x + h > topk(8, 1) }",
    "in a list": "x, h[8], g[8] { [x + h > sort(1), x - g > sort(1)] }",
    "beside the state": "x, h[8], g[8] { y = x + h > tanh\n [x + g > sort(1), y, y * g] }",
}


@pytest.mark.parametrize("name", CELLS)
def test_side_results_of_a_cell_are_no_states(name: str) -> None:
    """As in the same cell where a product has left them behind."""
    cell = f"block cell: {CELLS[name]}"
    plain = cell.replace("sort(1)", "sort(1) * 1.0").replace("topk(8, 1)", "topk(8, 1) * 1.0")
    net = "net n: x[5, 8] { x > scan(cell) > scan(cell) }"
    check_alike(f"{cell}\n{net}", f"{plain}\n{net}")


def test_the_states_of_a_recurrent_layer_in_a_cell_are_states() -> None:
    cell = "block cell(d): x, h[d], c[d] { [x, h, c] > lstm_cell(d) }"
    net = "net n: x[5, 8] { y, h, c = x > scan({})\n [y, h, c] }"
    inside = f"{cell}\n{net}".replace("{}", "cell(4)")
    check_alike(inside, net.replace("{}", "lstm_cell(4)"))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("block cell: x, h[8] { x > linear(4) }", "E310"),
        ("block cell: x, h[8], g[8] { x + h }", "E310"),
        ("block cell = linear(8) > relu", "E310"),
    ],
)
def test_a_cell_that_does_not_fit_leaves_a_picture(cell: str, code: str) -> None:
    with pytest.raises(nw.CompileError) as caught:
        nw.loads(f"{cell}\nnet n: x[5, 8] {{ x > linear(8) > scan(cell) }}")
    assert [d.code for d in caught.value.diagnostics if d.severity == "error"] == [code]
    assert caught.value.partial is not None
    assert "linear" in caught.value.partial.to_dot()
