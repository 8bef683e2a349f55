"""One mistake is one error: what failed is unknown, and silent."""

from __future__ import annotations

import pytest

import netwright as nw


def codes(text: str) -> list[str]:
    return [d.code for d in nw.check(text) if d.severity == "error"]


ECHOES = {
    "a broken line's result": "net n: x[8] -> [3] {\n  y = x > linear(3\n  y > relu\n}",
    "a head": "block f(a b): x { x > linear(a) > linear(b) }\nnet n: x[8] { x > f(1, 2) }",
    "a net": "net A(d 3): x[8] { x > linear(d) }\nnet b = A(3)\nnet c = A(4)",
    "a share": "net n: x[8] {\n  share f = linear(3 4)\n  x > f > f > relu\n}",
    "names": "net n: x[5, 8] {\n  y, h = x > gru(8) )\n  [y, h] > concat(dim=1)\n}",
    "a label": "net n: x[8] {\n  y = x > linear(8 8) as first\n  y + first\n}",
    "an import": "from resnet import basic unit\nnet n: x[8, 9, 9] { x > basic(8) > unit }",
    "a body's end": "net n: x[8] {\n  y = x > relu\n  y > linear(3)\n\nnet m: x[8] { x > relu }",
    "a share's name": "share = linear(8)\nnet n: x[8] { x > enc > enc }",
    "a block's name": "net n: x[8] {\n  block = linear(8)\n  x > enc > enc\n}",
    "a share's name and =": "share linear(8)\nnet n: x[8] { x > enc > enc > linear(2) }",
    "the name before parameters": "block (w): x { x > linear(w) }\nnet n: x[8] { x > enc(3) }",
    "the name before inputs": "block: x { x > linear(4) }\nnet n: x[8] { x > enc }",
}
CODES = ["E103", "E110", "E110", "E110", "E104", "E110", "E136", "E103"]
CODES += ["E109", "E109", "E110", "E133", "E133"]


@pytest.mark.parametrize(("text", "code"), [*zip(ECHOES.values(), CODES, strict=True)], ids=ECHOES)
def test_what_does_not_parse_has_no_echo(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_other_mistakes_are_told_all_the_same() -> None:
    text = "net n: x[8] {\n  y = x > linear(3 4)\n  x > rleu\n}\nnet m: x[8] { x > linaer(3) }"
    assert codes(text) == ["E110", "E201", "E201"]
    assert codes("share = linear(8)\nnet n: x[8] { x > rleu > Conv1d }") == ["E109", "E201", "E201"]


UNKNOWN = {
    "axis size": 'net n: x[8] { x > rearrange("b (h d) -> b h d", h=nosuch) }',
    "loop rang": "net n: x[8] -> [3] {\n  for i in rang(3) { x = x > linear(3) }\n  x\n}",
    "loop rang decl": "net n: x[8] -> [3] {\n  for i in rang(3) { y = x > linear(3) }\n  y\n}",
    "loop net": "net n: x[8] -> [3] { x > for i in rang(3) { linear(3) } }",
    "loop states": "net n: x[8] -> [3] {\n"
    "  hs = []\n"
    "  for i in rang(3) { x = x > linear(3)\n"
    " hs = hs + [x] }\n"
    "  hs[0] + hs[2]\n"
    "}",
    "conv same": "net n: x[3,8,8] { x > conv(3x3, 8, same) }",
    "label failed": "net n: x[8] {\n"
    "  x > (linear(3) as a > rleu > linear(4) as b) as m\n  m.a + b\n}",
    "label failed2": "net n: x[8] {\n"
    "  y = x > (linear(3) as a > rleu > linear(4) as b) as m\n"
    "  y + m.a + b + m\n"
    "}",
    "model": "net n: x[8] {\n  y = foo > relu as model\n  y + model\n}",
    "model pipe": "foo > relu as model\n",
    "model2": "net n: x[8] {\n  foo > relu as model\n  model > relu\n}",
    "label x": "net n: x[8] {\n  y = x > foo as c > relu\n  c + y\n}",
    "label list": "net n: x[8] {\n"
    "  y = x > [foo as a, linear(2) as b] > concat(dim=1)\n"
    "  y + a + b\n"
    "}",
    "label call": "net n: x[8] {\n  y = x > linear(fo) as c > relu\n  y + c\n}",
    "label cond": "net n: x[8] {\n"
    "  y = x > (linear(2) as c if fo else linear(2) as d)\n"
    "  y + c + d\n"
    "}",
    "block fails": "block f: x { y = x > rleu\n"
    " y > linear(2) as a }\n"
    "net n: x[8] {\n"
    "  z = x > f as g\n"
    "  z + g.a\n"
    "}",
    "block fails twice": "block f(w): x { x > linear(w) > conv(3x3, 4) }\n"
    "net n: x[8] { [x > f(3), x > f(4)] > concat(dim=1) }",
    "share": "net n: x[8] {\n  share f = linaer(3)\n  x > f > f as k > relu\n}",
    "share weight": "net n: x[8] {\n"
    "  share f = linaer(3)\n"
    "  y = x > f\n"
    "  y > linear(3, weight=f.weight)\n"
    "}",
    "import": "import resnett\nnet n: x[3,8,8] { x > resnett.basic(3) > resnett.foo as k }",
    "from": "from resnett import a, b\nnet n: x[3,8,8] { x > a(3) > b > gap }",
    "from2": "from resnet import basik\nnet n: x[3,8,8] { x > basik(3) > gap }",
    "param": "block f(w=wid): x { x > linear(w) > relu }\nnet n: x[8] { x > f > linear(3) as c }",
    "unpack": "net n: x[5,8] {\n  a, b, c = x > gruu(8)\n  [a, b, c] > concat(dim=1)\n}",
    "unpack2": "net n: x[5,8] {\n  a, b, c, d = x > gru(8)\n  [a, b, c, d] > concat(dim=1)\n}",
    "require": 'net n: x[8] {\n  require wid % 3 == 0, "no {wid}"\n  x > linear(3)\n}',
    "cond": "net n: x[8] -> [4] {\n  y = x > linear(3) if wid > 3 else x\n  y > linear(4)\n}",
    "named arg": "block f(width): x { x > linear(width) }\nnet n: x[8] -> [4] { x > f(widht=4) }",
    "named arg2": "block f(width): x { x > linear(width) }\n"
    "net n: x[8] -> [4] {\n"
    " y = x > f(widht=4) as g\n"
    " y + g }",
    "setting": "net n: x[3,8,8] -> [4] { x > conv(3x3, 8, paddd=1) as a > gap > linear(4) }",
    "port": "net n: x[3, fo(3)] -> [4] { x > flatten > linear(4) }",
    "port2": "block f: x[d] flot { x > linear(d) }\nnet n: x[8] { x > f }",
    "const": "w = wid * 2\nnet n: x[8] -> [w] { x > linear(w) }",
    "default": "default linear(bias=flse)\nnet n: x[8] -> [4] { x > linear(4) }",
    "default2": "default linaer(bias=false)\nnet n: x[8] -> [4] { x > linaer(4) }",
    "default3": "default conv(padd=1)\nnet n: x[3,8,8] -> [4, 8, 8] { x > conv(3x3, 4) }",
    "list": "ws = [1, wid, 3]\nnet n: x[8] { x > for w in ws { linear(w) } > linear(2) }",
    "list2": "ws = [1, wid, 3]\nnet n: x[8] { x > linear(len(ws)) > linear(max(ws)) }",
    "comp": "net n: x[8] {\n  ys = [x > linear(w) for w in wids]\n  ys > concat(dim=1)\n}",
    "scan": "block cell: x, h[8] { x + rleu }\n"
    "net n: x[5,8] {\n"
    "  y, h = x > scan(cell)\n"
    "  y > last + h }",
    "repeat": "net n: x[8] { x > linear(8) * cnt as layer > relu }",
    "twice": "net n: x[8] { x > rleu > linear(8) > rleu }",
    "net of broken": "net A(d): x[8] { x > linaer(d) }\nnet a = A(3)\nnet b = A(4)",
    "index": "net n: x[8] { y = x[:, fo]\n y > relu }",
    "string": 'net n: x[8] { x > linear(3) as "l{fo}" > relu }',
    "weights": "net n: x[8] {\n y = x > linaer(8) as a\n y > linear(8, weight=a.weight) as b }",
    "output": "net n: x[8] -> [fo, 3] { x > linear(3) }",
    "ret none": "block f: x { y = x > rleu }\nnet n: x[8] { x > f > relu }",
    "arity": "block f: a, b { a + b }\nnet n: x[8] {\n y = x > f as z\n y + z }",
    "nested": "net n: x[8] {\n"
    " block g(w): x { x > linaer(w) }\n"
    " y = x > g(3) as q > relu\n"
    " q + y }",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_failed_is_unknown_and_silent(text: str) -> None:
    assert len(codes(text)) == 1


def test_a_word_that_is_unknown_in_several_places_is_one_mistake() -> None:
    (found,) = nw.check("net n: x[8] { x > rleu > linear(8) > rleu }")
    assert [label.text for label in found.labels] == ["and here"]
    assert found.fix
    assert len(found.fix.edits) == 2


def test_an_option_without_its_setting() -> None:
    (found,) = nw.check("input(3x8x8) > conv(3x3, 8, same)")
    assert found.fix
    assert found.fix.title == "write `pad=same`"


AT_THE_DECLARATION = {
    "a parameter": (
        "block f(keepp): x { x > linear(keep) > relu > linear(keep) }\nnet n: x[8] { x > f(4) }",
        (1, 9),
    ),
    "an input": ("net n: xx[8] {\n  y = x > relu\n  y + x\n}", (1, 8)),
    "an assignment": (
        "net n: x[8] {\n  hidden1 = 2 * x.d\n  y = x > linear(hidden)\n  y > linear(hidden)\n}",
        (2, 3),
    ),
    "a block": ("block mpl = linear(8)\nnet n: x[8] { x > stem > stem }", (1, 7)),
    "a missing parameter": (
        "block f(d): x {\n  x > linear(d)\n    > dropout(rate) }\nnet n: x[8] { x > f(8, 0.1) }",
        (1, 7),
    ),
}


@pytest.mark.parametrize(("text", "place"), AT_THE_DECLARATION.values(), ids=AT_THE_DECLARATION)
def test_a_name_that_only_its_declaration_has_is_told_there(
    text: str, place: tuple[int, int]
) -> None:
    found = nw.check(text)
    assert [(d.code, d.span.line, d.span.column) for d in found if d.span] == [("E201", *place)]


@pytest.mark.parametrize(
    "text",
    [
        "block f(width): x { x > linear(widht) }\nnet n: x[8] { x > f(4) }",
        "block f(a, b): x { x > linear(c) > linear(c) }\nnet n: x[8] { x > f(4, 3) }",
    ],
)
def test_a_name_that_may_be_wrong_at_its_use_is_told_there(text: str) -> None:
    (found,) = nw.check(text)
    assert found.span is not None
    assert found.span.text in ("widht", "c")
