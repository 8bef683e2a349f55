"""One module serves all uses of a share, whichever of its results each of them takes."""

from __future__ import annotations

import re

import pytest

import netwright as nw

from .compare import Input, Program, Trial

PAIR = "share enc = [linear(8) > relu, linear(8)]\n"
BLOCK = "block e: x { [x > linear(8) > relu, x > linear(8)] }\nshare enc = e\n"
REACHED = "block e: x { x > linear(8) as a > relu > linear(8) }\nshare enc = e\n"
SERVED = {
    "states, once": "share enc = linear(8) > gru(8)\n"
    "y, h = x > enc\n z = x > relu > enc\n y + z + (h > transpose(0, 1))",
    "states, behind a group": "share enc = linear(8) > gru(8)\n"
    "y, h = x > (enc > relu) as a > enc\n y + (h > transpose(0, 1))",
    "one of two": PAIR + "y, h = x > enc\n z, _ = x > relu > enc\n y + z + h",
    "the other": PAIR + "_, h = x > enc\n z, _ = x > relu > enc\n z + h",
    "in groups": PAIR + "x > (enc > add) as a > (enc > add) as b",
    "of a block": BLOCK + "y, z = x > enc\n w, _ = y > enc\n y + z + w",
    "of a block in groups": BLOCK + "x > (enc > add) as a > (enc > add) as b",
    "in blocks": BLOCK + "block g(d): x { x > d > add }\nx > g(enc) > g(enc)",
    "in repeats": PAIR + "block g(d): x { y, _ = x > d\n y }\nu = x > g(enc) * 2\n"
    "v, w = u > enc\n v + w",
    "in itself": PAIR + "share two = enc > add > enc\nu, v = x > two\n w, _ = x > relu > two\n"
    "_, z = x > tanh > enc\n u + v + w + z",
    "reached into at first": REACHED + "y = x > enc\n z = y > enc\n z + y.a",
    "reached into later": REACHED + "y = x > enc\n z = y > enc\n z + z.a",
    "reached into by name": "share enc = (linear(8) as a > relu > linear(8)) as q\n"
    "y = x > enc\n z = y > enc\n z + enc.q.a",
    "around a tensor": "y = x > linear(8)\n share enc = (id + linear(8)) + y\n"
    "x > (enc > linear(8)) as a > enc > (linear(8) > enc) as b",
}


@pytest.mark.parametrize("body", SERVED.values(), ids=SERVED)
def test_a_share_gives_what_each_use_takes(body: str) -> None:
    text = f"net n: x[4, 8] {{\n{body}\n}}"
    program = Program(text, "n", (Input("x", (4, 8)),), ({"N": 2}, {"N": 3}))
    assert Trial(program).verdict().kind == "agrees"
    source = nw.loads(text).to_source()
    *inner, _ = re.findall(r"^class (\w+)", source, re.MULTILINE)
    assert all(source.count(f"{name}()") for name in inner), "a class that nothing makes"


def test_sizes_of_other_names_are_served_too() -> None:
    text = """
block e: x { x > linear(4) > view(-1, x.shape[1], 4) > linear(3) }
net n: x[T, 4], y[S, 4] { share enc = e
  (x > enc > mean(1)) + (y > enc > mean(1)) }
"""
    inputs = (Input("x", ("T", 4)), Input("y", ("S", 4)))
    program = Program(text, "n", inputs, ({"N": 2, "T": 3, "S": 5}, {"N": 1, "T": 4, "S": 4}))
    assert Trial(program).verdict().kind == "agrees"


REFUSED = [
    "x[8, 4], y[8, 4, 4] { share enc = id + layernorm(dim=1)\n [x > enc, y > enc] }",
    "x[8, 4], y[8, 4, 4] { share enc = id + adaptive_avgpool(1)\n [x > enc, y > enc] }",
    "x[8], y[8, 4, 4] { share enc = bn\n [x > enc, y > enc] }",
    "x[8], y[8, 4, 4] { share enc = bn > relu\n [x > enc, y > enc] }",
    "x[8, 4], y[6, 4] { block e: x { x > linear(4) > view(-1, x.shape[1], 4) }\n share enc = e\n"
    " [x > enc, y > enc] }",
    "x[T, 4], y[6, 4] { block e: x { x > linear(4) > view(-1, x.shape[1], 4) }\n share enc = e\n"
    " [x > enc, y > enc] }",
    "x[8], y[3, 8] { block e: x {\n y = x > linear(8)\n"
    " y > relu if len(x.shape) == 3 else y > tanh }\n share enc = e\n [x > enc, y > enc] }",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_use_that_needs_another_module_is_refused(text: str) -> None:
    assert [d.code for d in nw.check(f"net n: {text}")] == ["E309"]


@pytest.mark.parametrize(
    "text",
    [
        "x[8], y[8, 4] { share enc = bn\n [x > enc, y > enc] }",
        "x[8], y[8, 4] { share enc = bn > relu\n [x > enc, y > enc] }",
        "x[8, 4], y[8, 4, 4] { share enc = layernorm(dim=1)\n [x > enc, y > enc] }",
        "x[8], y[3, 8] { share enc = softmax(-1) > linear(8)\n [x > enc, y > enc] }",
    ],
)
def test_other_ranks_are_served_where_the_module_is_the_same(text: str) -> None:
    assert nw.check(f"net n: {text}") == []
