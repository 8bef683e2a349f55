"""Large networks fold, or are refused with advice; nothing hangs."""

from __future__ import annotations

import re
import time

import pytest

import netwright as nw
from netwright.backends.diagram import TooLarge, to_dot
from netwright.backends.diagram.picture import Options
from netwright.backends.diagram.view._fit import READABLE
from netwright.backends.diagram.view.docs import picture

from .geometry import complaints
from .nets import graph

CHAIN = """
net chain: x[64] -> [10] {{
  y = x
  for i in range({times}) {{ y = y > linear({width}) > relu }}
  y > linear(10)
}}
"""
NESTED = """
block cell(n) = id + (linear(n) > relu > linear(64))
block row(n) = (cell(n) > linear(64) > tanh) * 3 > cell(n + 1) > layernorm
block stage(n, k) = for i in range(k) { row(n + i * i) > layernorm > row(7 * i + 3) > sigmoid }
net nested: x[64] -> [10] {
  y = x
  for i in range(9) { y = y > stage(64 + i, 30 + i) > linear(64) > cell(i + 200) > tanh }
  y > linear(10)
}
"""


def boxes(text: str) -> int:
    return sum(1 for _ in picture(graph(text), Options()).boxes())


def test_a_long_chain_of_equal_layers_is_one_box() -> None:
    assert boxes(CHAIN.format(times=5000, width="64")) < 8


def test_a_long_chain_that_comes_round_folds() -> None:
    assert boxes(CHAIN.format(times=2100, width="64 + i % 7")) < 30


@pytest.mark.parametrize("view", ["docs", "paper"])
def test_a_long_chain_without_a_pattern_is_refused_with_advice(view: str) -> None:
    before = time.monotonic()
    with pytest.raises(TooLarge, match=r"boxes to draw.*\n.*`block`"):
        to_dot(graph(CHAIN.format(times=3000, width="64 + i * i % 1009")), view=view)
    assert time.monotonic() - before < 20


@pytest.mark.parametrize(("view", "layers"), [("docs", 1600), ("debug", 400), ("volumes", 130)])
def test_what_the_error_says_raises_the_bound(view: str, layers: int) -> None:
    text = CHAIN.format(times=layers, width="64 + i * i % 1009")
    if view == "volumes":
        text = (
            f"net n: x[3, 64, 64] {{ x > for i in range({layers}) {{ conv(1, 8 + i % 7 + i) }} }}"
        )
    net = nw.loads(text)
    with pytest.raises(TooLarge) as refused:
        net.to_dot(view=view)
    said = re.search(r'`limits=\{"boxes": (\d+)\}` raises this one', refused.value.help)
    assert said
    assert net.to_dot(view=view, limits={"boxes": int(said[1])})


def test_a_network_of_hundreds_of_blocks_folds_deeper() -> None:
    text = NESTED
    assert boxes(text) <= READABLE
    assert complaints(to_dot(graph(text))) == []


INPUTS = [f"x{i}" for i in range(1000)]
DENSE = {
    "only reshapes": "net n: x[4, 8] { x" + " > transpose(0, 1)" * 8000 + " }",
    "inputs": f"net n: {', '.join(f'{x}[4]' for x in INPUTS)} {{ {' + '.join(INPUTS)} }}",
}


@pytest.mark.parametrize("kind", DENSE)
def test_what_is_refused_is_refused_soon(kind: str) -> None:
    """What grows with the square of the number of layers passes this bound."""
    made = graph(DENSE[kind])
    before = time.process_time()
    with pytest.raises(TooLarge, match=r"boxes to draw"):
        to_dot(made)
    assert time.process_time() - before < 4
