"""A check makes equal instances of blocks once for all nets of a file.

The property behind every case: after other nets of the file, a net has the graph and the findings
that it has alone.
"""

from __future__ import annotations

import pytest

import netwright as nw
from netwright.compiler.choice import choose_nets
from netwright.compiler.imports import Finder
from netwright.compiler.pipeline import Compilation, Request, _compile
from netwright.compiler.room import room
from netwright.grammar.parser import parse
from netwright.grammar.source import Source
from netwright.spec_files import read

from .test_memo import APART, OTHER_RESULTS


def in_turn(source: Source, nets: list[str]) -> list[tuple[Compilation, Compilation]]:
    """Each net after those before it, and alone."""
    tree, errors = parse(source)
    chosen = choose_nets(source, tree, errors, None, every=True)
    asked = Request({}, None, Finder(), common={})

    def alone(net: str) -> Compilation:
        return _compile(source, tree, chosen, net, Request({}, None, Finder()), freeze=True)

    with room():
        return [
            (_compile(source, tree, chosen, net, asked, freeze=True), alone(net))
            for net in nets or chosen.nets
        ]


def assert_alike(source: Source, nets: list[str]) -> None:
    for after, alone in in_turn(source, nets):
        assert after.graph == alone.graph
        assert [str(d) for d in after.diagnostics] == [str(d) for d in alone.diagnostics]


SPECS = "resnet nfnet deberta_v3 segformer swin whisper t5 transformer detr"


@pytest.mark.parametrize("name", SPECS.split())
def test_nets_of_shipped_specs(name: str) -> None:
    source = read(name)
    names = list(choose_nets(source, *parse(source), None, every=True).nets)[:4]
    assert_alike(source, [*names, *reversed(names)])


TWICE = [*APART.values(), *(text for text, _ in OTHER_RESULTS)]


@pytest.mark.parametrize("text", [text for text in TWICE if "net n:" in text])
def test_a_net_twice(text: str) -> None:
    before, _, net = text.partition("net n:")
    source = Source("twice.net", f"{before}net n:{net}\nnet m:{net}\n")
    assert_alike(source, ["n", "m", "n"])


BLOCKS = """
block inner: x[T, d] { x > linear(d) as first > relu }
block outer: x[T, d] { x > inner as one > inner as two }
block rows: i[T] int -> [T, 4] { i > embed(10, 4) }
block around: i[T] int -> [T, 4] { i > rows }
block cell: h, x { [h, x] > concat > linear(8) > tanh }
block steps: x { x > scan(cell) }
share common = linear(8)
block shared = common > relu
"""
NETS = [
    "net a: x[6, 8] { x > inner as p > outer as q }\nnet b: x[5, 8] { x > outer as q }",
    "net a: x[6, 8] { x > outer as q }\n"
    "net b: x[6, 8] { y = x > outer as q\n [y, q.one.first, q.two] > concat }",
    "net a: x[6, 8] { x > outer as q }\n"
    "net b: x[6, 8] { y = x > inner as p\n z = y > outer as q\n [p.first, q.one.first, z] > add }",
    "net a: x[S, 8] { x > outer }\nnet b: x[R, 8], y[S, 8] { [x > outer, y > outer] }",
    "net a: x[6, 8] { x > steps }\nnet b: x[6, 8] { x > steps > steps }",
    "net a: x[8] { x > shared > shared }\nnet b: x[8] { x > shared }",
    "net a: i[6] int { i > around }\n"
    "net b: x[6, 4] { x + (arange(0, 6) > unsqueeze(0) > around) }\n"
    "net c: x[6, 4] { x + (arange(9, 15) > unsqueeze(0) > around) }",
]


@pytest.mark.parametrize("nets", NETS)
def test_nets_that_share_blocks(nets: str) -> None:
    source = Source("nets.net", BLOCKS + nets)
    names = [
        line.split(":")[0].removeprefix("net ") for line in nets.splitlines() if "net " in line
    ]
    assert_alike(source, [*names, *reversed(names)])


def test_a_block_costs_its_steps_once() -> None:
    nets = "".join(f"net n{i}: x[6, 8] {{ x > outer as q }}\n" for i in range(20))
    compared = in_turn(Source("nets.net", BLOCKS + nets), [])
    after, alone = compared[-1]
    assert after.steps < alone.steps
    assert nw.loads(BLOCKS + nets, net="n0").params == 144
