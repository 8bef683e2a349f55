"""The list of layers: paths, shapes, numbers, repeats, shared and idle modules."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from netwright.backends import layer_table
from netwright.compiler.dims import Dim, symbol
from netwright.compiler.ir import CallOp, Graph, InputOp, LayerOp, Node, Port, Value
from netwright.compiler.layers.linear import Linear
from netwright.compiler.pipeline import load_source
from netwright.compiler.types import TensorType
from netwright.grammar.source import Source
from netwright.spec_files import shipped

N, T, S = symbol("N"), symbol("T"), symbol("S")


def tensor(*shape: Dim) -> TensorType:
    return TensorType((N, *shape))


def linear(key: str, before: str, i: Dim, o: int, **given: Any) -> Node:
    return Node(
        key, LayerOp(Linear(out=o)), (Value(before),), (tensor(i),), (tensor(o),), key, **given
    )


def entry(shape: TensorType) -> Node:
    return Node("x", InputOp(), (), (), (shape,))


def chain(name: str, first: TensorType, *nodes: Node, **given: Any) -> Graph:
    last = nodes[-1]
    return Graph(
        kind=given.pop("kind", "block"),
        name=name,
        inputs=(Port("x", first),),
        outputs=(Port("", last.types[0]),),
        results=(Value(last.key),),
        nodes=(entry(first), *nodes),
        **given,
    )


def call(key: str, graph: Graph, before: str, **given: Any) -> Node:
    types = tuple(p.type for p in graph.inputs)
    return Node(key, CallOp(graph), (Value(before),), types, (graph.outputs[0].type,), key, **given)


def mlp() -> Graph:
    """A stem, a block three times with its own weights, a head."""
    block = chain("mix", tensor(32), linear("up", "x", 32, 64), linear("down", "up", 64, 32))
    return chain(
        "mlp",
        tensor(8),
        linear("stem", "x", 8, 32),
        Node(
            "layer",
            CallOp(block),
            (Value("stem"),),
            (tensor(32),),
            (tensor(32),),
            "layer.0",
            first=0,
            count=3,
        ),
        linear("head", "layer", 32, 4),
        kind="net",
        documentation="A perceptron\nwith more words",
    )


def test_every_layer_has_a_row() -> None:
    rows = layer_table.rows(mlp())
    assert [r.path for r in rows] == [
        "stem",
        "layer.0.up",
        "layer.0.down",
        "layer.1.up",
        "layer.1.down",
        "layer.2.up",
        "layer.2.down",
        "head",
    ]
    assert [r.params for r in rows[:2]] == [8 * 32 + 32, 32 * 64 + 64]
    assert [r.macs for r in rows[:2]] == [8 * 32, 32 * 64]


def test_rows_add_up() -> None:
    for fold in (False, True):
        rows = layer_table.rows(mlp(), fold=fold)
        assert sum(r.params for r in rows if isinstance(r.params, int)) == mlp().params
        assert sum(r.macs for r in rows if isinstance(r.macs, int)) == 8 * 32 + 6 * 2048 + 32 * 4


def test_repeats_fold() -> None:
    folded = layer_table.rows(mlp(), fold=True)
    assert [(r.path, r.copies, r.runs) for r in folded] == [
        ("stem", 1, 1),
        ("layer.0…2.up", 3, 3),
        ("layer.0…2.down", 3, 3),
        ("head", 1, 1),
    ]
    assert folded[1].params == 3 * (32 * 64 + 64)


def test_text(golden: Callable[[str, str], None]) -> None:
    golden("cli/summary/mlp.txt", layer_table.text(mlp()))


def test_json(golden: Callable[[str, str], None]) -> None:
    text = json.dumps(layer_table.as_dict(mlp()), indent=2) + "\n"
    golden("cli/summary/mlp.json", text)


def shared() -> Graph:
    """One module used twice at the top and once inside a block, and one that no output needs."""
    inner = chain(
        "inner",
        tensor(8),
        linear("own", "x", 8, 8),
        Node(
            "again",
            LayerOp(Linear(out=8)),
            (Value("own"),),
            (tensor(8),),
            (tensor(8),),
            "enc",
            outer=True,
        ),
        outer=("enc",),
    )
    first = linear("enc", "x", 8, 8)
    second = Node("enc2", first.op, (Value("enc"),), first.takes, first.types, "enc")
    inside = call("block", inner, "enc2", outers=(("enc", "enc"),))
    unused = linear("old", "x", 8, 2, idle=True)
    last = linear("head", "block", 8, 1)
    return chain("twins", tensor(8), first, second, inside, unused, last, kind="net")


def test_shared_modules_have_one_row() -> None:
    rows = {r.path: r for r in layer_table.rows(shared())}
    assert list(rows) == ["enc", "block.own", "old", "head"]
    assert (rows["enc"].runs, rows["enc"].shared) == (3, True)
    assert rows["enc"].params == 8 * 8 + 8
    assert rows["enc"].macs == 3 * 64
    assert sum(r.params for r in rows.values() if isinstance(r.params, int)) == shared().params


def test_idle_modules_have_weights_and_no_work() -> None:
    old = {r.path: r for r in layer_table.rows(shared())}["old"]
    assert old.idle
    assert (old.params, old.macs) == (18, 0)


def test_marks(golden: Callable[[str, str], None]) -> None:
    golden("cli/summary/twins.txt", layer_table.text(shared()))


def symbolic() -> Graph:
    """A block elaborated for a size S, called where the size is T + 1."""
    body = chain(
        "body",
        tensor(S, 8),
        Node(
            "proj",
            LayerOp(Linear(out=8)),
            (Value("x"),),
            (tensor(S, 8),),
            (tensor(S, 8),),
            "proj",
        ),
    )
    inside = Node(
        "body1",
        CallOp(body, (("S", T + 1),)),
        (Value("x"),),
        (tensor(T + 1, 8),),
        (tensor(T + 1, 8),),
        "body1",
    )
    return chain("open", tensor(T + 1, 8), inside, kind="net")


def test_sizes_are_in_the_symbols_of_the_net() -> None:
    (row,) = layer_table.rows(symbolic())
    assert str(row.outputs[0]) == "[N, T + 1, 8]"
    assert str(row.macs) == "64*T + 64"
    document = layer_table.as_dict(symbolic())
    assert document["macs"] == "64*T + 64"
    assert document["inputs"] == {"x": [1, "T + 1", 8]}


def test_open_sizes(golden: Callable[[str, str], None]) -> None:
    golden("cli/summary/open.txt", layer_table.text(symbolic()))


@pytest.mark.parametrize("spec", sorted(shipped()))
def test_the_rows_add_up(spec: str) -> None:
    """In a scan too, where a layer works at every step."""
    path = shipped()[spec]
    source = Source(str(path), path.read_text())
    nets = load_source(source, search=(path.parent,)).nets or (None,)
    found = (load_source(source, net=net, search=(path.parent,)).graph for net in nets)
    graph = next(graph for graph in found if graph is not None)
    rows, document = layer_table.rows(graph), layer_table.as_dict(graph)
    for total, parts in (("params", [r.params for r in rows]), ("macs", [r.macs for r in rows])):
        assert str(sum(parts[1:], parts[0])) == str(document[total])


def test_one_is_singular() -> None:
    net = load_source(Source("one.net", "net one: x[1] { x > linear(1, bias=false) }")).graph
    assert net is not None
    last = layer_table.text(net).splitlines()[-1]
    assert last == "1 parameter, 1 multiply-accumulate (MACs) per example"
