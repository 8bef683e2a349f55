"""Pipelines: each line of the language page's examples, its traps, bundles, sources."""

from __future__ import annotations

import pytest

from .tools import Flat, codes, error, fixed, flatten, found, graph, headline, paths


def flat(text: str, **given: str) -> Flat:
    return flatten(graph(text, **given))  # type: ignore[arg-type]


def layers(text: str, *, inputs: str | None = None) -> str:
    """What runs, in order: the layers' words with the numbers of their inputs (x is -1)."""
    made = flatten(graph(text, inputs=inputs))
    return " ".join(
        f"{row.layer.split('(')[0]}[{','.join(str(i) for i, _ in row.inputs)}]" for row in made.rows
    )


RUNS = [
    # x > f > g: apply f, then g
    ("net n: x[8] { x > relu > gelu }", "relu[-1] gelu[0]"),
    # f > g: a network
    ("relu > gelu", "relu[-1] gelu[0]"),
    ("block f = relu > gelu\nf > tanh", "relu[-1] gelu[0] tanh[1]"),
    # both get the same input
    ("relu + gelu", "relu[-1] gelu[-1] add[0,1]"),
    ("relu - gelu", "relu[-1] gelu[-1] sub[0,1]"),
    ("relu * gelu", "relu[-1] gelu[-1] mul[0,1]"),
    ("relu / gelu", "relu[-1] gelu[-1] div[0,1]"),
    ("input(4x4) > relu @ gelu", "relu[-1] gelu[-1] matmul[0,1]"),
    ("relu + gelu + tanh", "relu[-1] gelu[-1] add[0,1] tanh[-1] add[2,3]"),
    ("relu - (gelu - tanh)", "relu[-1] gelu[-1] tanh[-1] sub[1,2] sub[0,3]"),
    # a residual connection
    ("id + (relu > gelu)", "relu[-1] gelu[0] add[-1,1]"),
    ("relu > id + gelu", "relu[-1] gelu[0] add[0,1]"),
    ("id > relu", "relu[-1]"),
    # fan-out
    ("net n: x[8] { x > [relu, gelu, tanh] > concat }", "relu[-1] gelu[-1] tanh[-1] concat[0,1,2]"),
    ("[relu, gelu] > concat", "relu[-1] gelu[-1] concat[0,1]"),
    ("[abs, sqrt] > concat", "abs[-1] sqrt[-1] concat[0,1]"),
    ("block b = [abs, abs]\nb > add", "abs[-1] abs[-1] add[0,1]"),
    ("[id, relu] > concat", "relu[-1] concat[-1,0]"),
    ("[relu, gelu] + [tanh] > concat", "relu[-1] gelu[-1] tanh[-1] concat[0,1,2]"),
    ("[[relu, gelu], tanh] > concat", "relu[-1] gelu[-1] tanh[-1] concat[0,1,2]"),
    ("[relu > gelu, tanh] > add", "relu[-1] gelu[0] tanh[-1] add[1,2]"),
    ("[f > relu for f in [gelu, tanh]] > add", "gelu[-1] relu[0] tanh[-1] relu[2] add[1,3]"),
    # a bundle of named tensors
    (
        "net n: x[8] { a = x > relu\n b = x > gelu\n [a, b] > concat(dim=1) }",
        "relu[-1] gelu[-1] concat[0,1]",
    ),
    # a tensor inside a sum or a bundle is taken as it is
    ("net n: x[8] { s = x > relu\n x > gelu + s > tanh }", "relu[-1] gelu[-1] add[1,0] tanh[2]"),
    ("net n: x[8] { s = x > relu\n x > [gelu, s] > concat }", "relu[-1] gelu[-1] concat[1,0]"),
    # network times int
    ("linear(8) * 3", "linear[-1] linear[0] linear[1]"),
    ("3 * linear(8)", "linear[-1] linear[0] linear[1]"),
    ("(linear(8) > relu) * 2", "linear[-1] relu[0] linear[1] relu[2]"),
    ("relu * 1", "relu[-1]"),
    ("relu > linear(8) * 0 > gelu", "relu[-1] gelu[0]"),
    ("(relu * 0) > gelu", "gelu[-1]"),
    # scaling
    ("net n: x[8] { y = x * 0.5\n y > relu }", "mul[-1] relu[0]"),
    ("net n: x[8] { y = x * 2\n y > relu }", "mul[-1] relu[0]"),
    ("net n: x[8] { y = 2 * x\n y > relu }", "mul[-1] relu[0]"),
    ("net n: x[8] { y = 1 - x\n y > relu }", "sub[-1] relu[0]"),
    ("relu * 0.5", "relu[-1] mul[0]"),
    ("relu * 2.0", "relu[-1] mul[0]"),
    ("relu / 2", "relu[-1] div[0]"),
    ("relu + 1", "relu[-1] add[0]"),
    ("0.5 * relu > gelu", "relu[-1] mul[0] gelu[1]"),
    ("-relu", "relu[-1] mul[0]"),
    ("net n: x[8] { y = -x\n y > relu }", "neg[-1] relu[0]"),
    ("net n: x[8] { y = x ** 2\n y > relu }", "pow[-1] relu[0]"),
    ("net n: x[8] { y = x // 2\n y > relu }", "floordiv[-1] relu[0]"),
    ("net n: x[8] { y = x % 2\n y > relu }", "mod[-1] relu[0]"),
    # slices
    ("net n: x[5, 8] { x[:, 0] > relu }", "index[-1] relu[0]"),
    ("net n: x[5, 8] { x[:, -1, ::2] > relu }", "index[-1] relu[0]"),
    ("net n: x[5, 8] { x[..., 0] > relu }", "index[-1] relu[0]"),
    ("net n: x[5, 8] { x[:, none] > relu }", "index[-1] relu[0]"),
    ("net n: x[5, 8], i[3] int { x[:, 0:3] > relu }", "index[-1] relu[0]"),
    ("input(5x8) > relu[:, -1] > gelu", "relu[-1] index[0] gelu[1]"),
    ("input(5x8) > (relu > gelu)[:, -1]", "relu[-1] gelu[0] index[1]"),
    ("input(5x8) > relu > last", "relu[-1] last[0]"),
    # matrix product, comparisons of tensors
    ("net n: x[4, 4] { y = x > relu\n x @ y }", "relu[-1] matmul[-1,0]"),
    (
        "net n: x[4] { y = x > relu\n m = x >= y\n m > where(x, y) }",
        "relu[-1] ge[-1,0] where[1,-1,0]",
    ),
    # `>` between two numbers is a comparison
    ("net n(w=3): x[8] { x > (relu if w > 2 else gelu) }", "relu[-1]"),
    ("net n(w=3): x[8] { x > linear(4 if w > 3 else 5) }", "linear[-1]"),
    # evaluated where it stands; labels made earlier in it
    ("net n: x[8] { x > linear(8) as c > relu > gelu + c }", "linear[-1] relu[0] gelu[1] add[2,0]"),
    # arguments are evaluated once
    (
        "block dec(m): x { x + m }\nnet n: x[8] { x > dec(x > tanh) * 2 }",
        "tanh[-1] add[-1,0] add[1,0]",
    ),
    # an `if` chooses a network
    (
        "net n(act=true): x[8] { x > relu > ((gelu > tanh) if act else id) }",
        "relu[-1] gelu[0] tanh[1]",
    ),
    (
        "net n(act=false): x[8] { x > relu > ((gelu > tanh) if act else id) > relu }",
        "relu[-1] relu[0]",
    ),
    ("net n(act=false): x[8] { x > (gelu if act else id) > relu }", "relu[-1]"),
    ("net n: x[8] { y = x > relu if false else x\n y > gelu }", "gelu[-1]"),
]


@pytest.mark.parametrize(("text", "expected"), RUNS)
def test_what_runs(text: str, expected: str) -> None:
    assert layers(text) == expected


def test_each_copy_of_a_repeat_has_its_own_weights() -> None:
    assert paths("linear(8) * 3") == ["linear1", "linear2", "linear3"]


# --- traps that parse ----------------------------------------------------------------------------

TRAPS = [
    # text, code, part of the help, the text after the fix
    ("net n: x[8] { x + x > relu }", "E210", "x + (x > relu)", "net n: x[8] { x + (x > relu) }"),
    ("net n: x[8] { y = x + x > relu > gelu\n y > tanh }", "E210", "x + (x >", None),
    (
        "net n: x[8] { y = x * x > linear(8)\n y > relu }",
        "E210",
        "x * (x > linear(8))",
        "net n: x[8] { y = x * (x > linear(8))\n y > relu }",
    ),
    (
        "net n(act=true): x[8] { x > (bn > relu if act else id) }",
        "E210",
        "(bn > relu) if",
        "net n(act=true): x[8] { x > ((bn > relu) if act else id) }",
    ),
    (
        "net n(act=false): x[8] { x > (bn > relu if act else id) }",
        "E210",
        "(bn > relu) if",
        "net n(act=false): x[8] { x > ((bn > relu) if act else id) }",
    ),
    (
        "net n(act=false): x[8] { x > (id if act else bn > relu) }",
        "E210",
        "else (bn > relu)",
        "net n(act=false): x[8] { x > (id if act else (bn > relu)) }",
    ),
    ("sigmoid * 2", "E211", "sigmoid * 2.0", None),
    ("2 * relu", "E211", "relu * 2.0", None),
    ("(relu) * 2", "E211", "relu * 2.0", None),
    ("block b(act) = act * 2\nb(relu)", "E211", "act * 2.0", None),
    ("linear(8) * -1", "E211", "id", None),
    ("net n: x[T, 8] { x > linear(8) * T }", "E211", "", None),
    ("net n: x[8] { x > 0 }", "E207", "gt(0)", "net n: x[8] { x > gt(0) }"),
    (
        "net n: x[8] { y = x > 0.5\n [y, x] }",
        "E207",
        "gt(0.5)",
        "net n: x[8] { y = x > gt(0.5)\n [y, x] }",
    ),
    (
        "net n: x[8] { y = x > relu\n x > y }",
        "E207",
        "gt(y)",
        "net n: x[8] { y = x > relu\n x > gt(y) }",
    ),
    ("net n: x[8] { y = x > relu\n y > gelu > x }", "E207", "", None),
    ("net n: x[8] { x > [x] }", "E207", "", None),
    ("3 > relu", "E207", "pipes carry tensors", None),
    ("net n(w=3): x[8] { w > relu }", "E207", "pipes carry tensors", None),
    ("[1, 2] > relu", "E207", "", None),
    ('"a" > relu', "E207", "", None),
    ("none > relu", "E207", "", None),
    ("net n: x[8] { x > relu\n x > gelu }", "E209", "name it", None),
    ("net n: x[8] { relu > gelu\n x > gelu }", "E209", "pipe a tensor", None),
    ("net n: x[8] { 3 + 4\n x > gelu }", "E209", "", None),
    ("net n: x[8] { y = x > relu }", "E209", "last line", None),
    ("net n: x[8] { relu > gelu }", "E209", "x >", "net n: x[8] { x > relu > gelu }"),
    ("net n: x[8] { 3 }", "E209", "", None),
    ("net n: x[8] { }", "E209", "", None),
    ("block b: x { y = x > relu }\nb", "E209", "last line", None),
]


@pytest.mark.parametrize(("text", "code", "help", "after"), TRAPS)
def test_traps_are_errors_with_the_fix(text: str, code: str, help: str, after: str | None) -> None:
    problem = error(text)
    assert problem.code == code, headline(problem)
    assert any(help in h for h in problem.help) or not help, headline(problem)
    if after is not None:
        assert fixed(text, problem) == after
        assert codes(after) == []


def test_a_good_arm_is_no_trap() -> None:
    assert codes("net n(act=true): x[8] { x > (relu if act else id) }") == []
    assert codes("net n(act=true): x[8] { y = x > relu if act else x\n y > gelu }") == []
    assert codes("net n(act=true): x[8] { x > relu > (gelu if act else id) > relu }") == []


def test_both_arms_are_looked_at() -> None:
    """The arm that is not taken may hide the same trap for other arguments."""
    text = "net n(act=true): x[8] { x > (id if act else bn > relu) }"
    assert codes(text) == ["E210"]


# --- several values ------------------------------------------------------------------------------

BUNDLES = [
    (
        "block two: a, b { a - b }\nnet n: x[8] { y = x > relu\n [x, y] > two }",
        "relu[-1] sub[-1,0]",
    ),
    (
        "block swap: a, b { [b, a] }\nnet n: x[8] { y = x > relu\n [x, y] > swap > sub }",
        "relu[-1] sub[0,-1]",
    ),
    ("block split2: x { [x > relu, x > gelu] }\nsplit2 > sub", "relu[-1] gelu[-1] sub[0,1]"),
    ("block split2 = [relu, gelu]\nsplit2 > sub", "relu[-1] gelu[-1] sub[0,1]"),
    ("input(8) > chunk(2, dim=1) > sub", "chunk[-1] sub[0,0]"),
    ("net n: x[8] { a, b = x > chunk(2, dim=1)\n a - b }", "chunk[-1] sub[0,0]"),
    ("net n: x[8] { h = x > chunk(2, dim=1)\n h[0] - h[1] }", "chunk[-1] sub[0,0]"),
    (
        "net n: x[8] { ts = [x > relu, x > gelu]\n [t > tanh for t in ts] > concat }",
        "relu[-1] gelu[-1] tanh[0] tanh[1] concat[2,3]",
    ),
    (
        "net n: x[8] { s = []\n for i in range(2) { x = x > linear(8)\n s = s + [x] }\n "
        "s > concat }",
        "linear[-1] linear[0] concat[0,1]",
    ),
    (
        "net n: x[8] { s = [x > relu, x > gelu, x > tanh]\n s[:-1] + [x] > add }",
        "relu[-1] gelu[-1] add[0,1,-1]",
    ),
    (
        "net n: x[8] { s = [x > relu, x > gelu]\n for t in reversed(s) { x = x + t }\n x > tanh }",
        "relu[-1] gelu[-1] add[-1,1] add[2,0] tanh[3]",
    ),
    (
        "net n: x[8] { a, (b, c) = [x > relu, [x > gelu, x]]\n a + b + c }",
        "relu[-1] gelu[-1] add[0,1] add[2,-1]",
    ),
    ("net n: x[8] { [x, x > relu] }", "relu[-1]"),
    ("input(8) > chunk(2, dim=1)[0] > relu", "chunk[-1] relu[0]"),
    ("net n: x[8] { x > unbind(1) > stack(dim=1) }", "unbind[-1] stack[0,0,0,0,0,0,0,0]"),
]


@pytest.mark.parametrize(("text", "expected"), BUNDLES)
def test_bundles(text: str, expected: str) -> None:
    assert layers(text) == expected


def test_a_bundle_is_the_result_in_order() -> None:
    made = graph("net n: x[8] { [x > linear(3), x > linear(4)] }")
    assert [str(p.type) for p in made.outputs] == ["[N, 3]", "[N, 4]"]


def test_a_bundle_into_one_input_is_an_error_that_maps() -> None:
    problem = error("net n: x[8] { a = x > relu\n [a, x] > relu }")
    assert problem.code == "E307"
    assert any("[t > relu for t in" in h for h in problem.help)


BUNDLE_ERRORS = [
    ("block two: a, b { a + b }\nnet n: x[8] { x > two }", "E307"),
    ("block one: a { a }\nnet n: x[8] { [x, x] > one }", "E307"),
    ("net n: x[8] { [x, 3] > concat }", "E207"),
    ("net n: x[8] { y = [x] + x\n y > concat }", "E218"),
    ("net n: x[8] { y = [x, x] * x\n y > concat }", "E218"),
    ("net n: x[8] { x > [relu, 3] > concat }", "E207"),
    ("[relu, 3] > concat", "E207"),
    ("net n: x[8] { a, b, c = x > chunk(2, dim=1)\n a }", "E218"),
    ("net n: x[8] { a, b = x > relu\n a + b }", "E218"),
    ("net n: x[8] { [x, x][2] > relu }", "E218"),
]


@pytest.mark.parametrize(("text", "code"), BUNDLE_ERRORS)
def test_what_bundles_do_not_allow(text: str, code: str) -> None:
    assert codes(text) == [code]


SIDES = [
    # in a pipe side results fall away
    ("net n: x[5, 8] { x > lstm(16) > linear(2) }", "lstm[-1] linear[0]"),
    ("net n: x[5, 8] { y = x > lstm(16) > relu\n y > linear(2) }", "lstm[-1] relu[0] linear[1]"),
    ("net n: x[5, 8] { x > topk(2, 1) > relu }", "topk[-1] relu[0]"),
    # assignment takes all, flat
    ("net n: x[5, 8] { y, h, c = x > lstm(16)\n [h, c] > add }", "lstm[-1] add[0,0]"),
    ("net n: x[5, 8] { y, h = x > gru(16)\n h > relu }", "gru[-1] relu[0]"),
    ("net n: x[5, 8] { v, i = x > topk(2, 1)\n v > relu }", "topk[-1] relu[0]"),
    ("net n: x[5, 8] { v, i = x > max(1)\n v > relu }", "max[-1] relu[0]"),
    ("net n: x[5, 8] { y = x > lstm(16)\n y > relu }", "lstm[-1] relu[0]"),
    ("net n: x[5, 8] { y, h, c = (x > lstm(16))\n y > relu }", "lstm[-1] relu[0]"),
    ("net n: x[5, 8] { y, h, c = x > lstm(16) as rnn\n y > relu }", "lstm[-1] relu[0]"),
    # through a block that ends in it
    ("block enc: x { x > lstm(16) }\nnet n: x[5, 8] { x > enc > relu }", "lstm[-1] relu[0]"),
]


@pytest.mark.parametrize(("text", "expected"), SIDES)
def test_side_results(text: str, expected: str) -> None:
    assert layers(text) == expected


def test_pytorchs_nested_states_are_explained() -> None:
    problem = error("net n: x[5, 8] { y, (h, c) = x > lstm(16)\n y > relu }")
    assert any("y, h, c =" in h for h in problem.help), headline(problem)


def test_a_label_on_side_results_is_the_first() -> None:
    assert layers("net n: x[5, 8] { x > lstm(16) as r > relu + r }") == "lstm[-1] relu[0] add[1,0]"


SOURCES = [
    (
        "net n: x[5, 8] { [param([1, 1, 8]) as cls > expand([N, 1, 8]), x] > concat(dim=1) }",
        "param[] expand[0] concat[1,-1]",
    ),
    ("net n: x[5, 8] { x + constant([1.0, 2, 3, 4, 5, 6, 7, 8]) }", "constant[] add[-1,0]"),
    ("net n: t[T] int { t + arange(T) }", "arange[] add[-1,0]"),
    ("net n: x[5, 8] { x + zeros([1, 5, 8]) }", "zeros[] add[-1,0]"),
    ("net n: x[5, 8] { x * ones([8]) }", "ones[] mul[-1,0]"),
    ("net n: x[8, 8] { x @ eye(8) }", "eye[] matmul[-1,0]"),
    ("net n: x[5, 8] { x + randn([5, 8]) }", "randn[] add[-1,0]"),
    ("net n: x[5, 8] { x + (x > randn_like) }", "randn_like[-1] add[-1,0]"),
    ("block b: x { x + (param([1, 8]) as p) }\nb * 2", "param[] add[-1,0] param[] add[1,2]"),
]


@pytest.mark.parametrize(("text", "expected"), SOURCES)
def test_sources(text: str, expected: str) -> None:
    assert sorted(layers(text).split()) == sorted(expected.split())


def test_a_source_is_evaluated_once() -> None:
    text = "block dec(m): x { x + m }\nnet n: x[8] { x > dec(param([1, 8]) as p) * 2 }"
    assert paths(text) == ["p"]
    assert layers(text) == "param[] add[-1,0] add[1,0]"


SOURCE_ERRORS = [
    ("net n: x[8] { x > param([1, 8]) }", "E207"),
    ("net n: x[8] { x + param([1, 8]) }", "E221"),
    ("block b: x { x + param([1, 8]) }\nb", "E221"),
    ("net n: x[8] { x + constant([1, 2, 3, 4, 5, 6, 7, 8], persistent=true) }", "E221"),
    ("net n: x[8] { x + (param([N, 8]) as p) }", "E301"),
    ("net n: x[8] { x + zeros([1, 8], persistent=true) }", "E221"),
    ("net n: x[8] { x + (ones([N, 8], persistent=true) as p) }", "E301"),
    ("net n: x[8] { x + (param as p) }", "E203"),
]


@pytest.mark.parametrize(("text", "code"), SOURCE_ERRORS)
def test_what_sources_do_not_allow(text: str, code: str) -> None:
    assert codes(text) == [code]


# --- naming networks -----------------------------------------------------------------------------

NETWORK_NAMES = [
    "y = relu\ngelu > y",
    "y = conv(3x3, 8)\ny",
    "f = relu > gelu\nf > tanh",
    "net n: x[8] { f = linear(8)\n x > f }",
    "net n: x[8] { f = linear\n x > f(8) }",
    "f = id\nf > relu",
]


@pytest.mark.parametrize("text", NETWORK_NAMES)
def test_equals_names_no_networks(text: str) -> None:
    problem = error(text)
    assert problem.code == "E217"
    assert any("share" in h for h in problem.help)
    assert any("block" in h for h in problem.help)


def test_a_block_is_fresh_a_share_is_one() -> None:
    block = "net n: x[8] { block f = linear(8)\n x > f > f }"
    share = "net n: x[8] { share f = linear(8)\n x > f > f }"
    assert paths(block) == ["f1.linear1", "f2.linear1"]
    assert paths(share) == ["f"]
    assert layers(share) == "linear[-1] linear[0]"
    assert paths("share enc = linear(128) > relu\ninput(128) > enc * 3") == ["enc.0", "enc.1"]


def test_a_share_counts_once() -> None:
    made = graph("share f = linear(8)\ninput(8) > f * 3")
    assert made.params == 72


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("share f = 3\nf", "E217"),
        ("net n: x[8] { share f = x\n x > relu }", "E217"),
        ("share f = linear(8)\ninput(4) > f > f", "E309"),
        ("share f = linear(8) > relu\nnet n: x[4], y[5] { [x > f, y > f] > add }", "E309"),
    ],
)
def test_what_shares_do_not_allow(text: str, code: str | None) -> None:
    assert codes(text) == ([code] if code else [])


def test_a_shared_size_that_is_open_is_bound() -> None:
    made = graph("share f = linear(8)\nf > relu > f")
    assert str(made.inputs[0].type) == "[N, 8]"


def test_the_first_of_several_errors_is_no_echo() -> None:
    text = """
    net n: x[8] {
      a = x > linear(bogus)
      b = a > relu > linear(4)
      c = x > conv(3x3, 8)
      [b, c] > concat
    }
    """
    assert [d.code for d in found(text)] == ["E201", "E301"]


# --- bundles of tensors and of what is none -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net n: x[8] { [x > relu, gelu] as p }", "E209"),
        ("net n: x[8] { p = [x > relu, gelu] as p\n p }", "E217"),
        ("net n: x[8] { [x > relu, 3] as p }", "E207"),
        ("net n: x[8] { p = [x > relu, x.shape] as p\n x }", "E207"),
        ("net n: x[8] { p = [x > relu, floor] as p\n x }", "E217"),
    ],
)
def test_a_label_on_a_list_of_tensors_and_others(text: str, expected: str) -> None:
    assert codes(text) == [expected]


def test_a_labelled_fan_out_may_hold_tensors() -> None:
    text = "net n: x[8] { x > [linear(8), (x > linear(8)) as b] as p > add }"
    assert paths(text) == ["p.b.0", "p.0", "add1"]
    assert paths(text.replace(" as b", "")) == ["p.1", "p.0", "add1"]


# --- one instance on an input that is not known yet -----------------------------------------------


@pytest.mark.parametrize(
    "layer", ["bn", "ln", "gn(2)", "rmsnorm", "bn > relu", "instancenorm(affine=true)"]
)
def test_a_share_on_an_input_of_unknown_rank(layer: str) -> None:
    shared = graph(f"share enc = {layer}\nenc > enc > enc")
    assert shared.params == graph(layer).params


def test_a_weight_of_a_layer_on_an_input_of_unknown_rank() -> None:
    assert codes("net n: x { y = x > bn as b\n y + b.weight }") == []
    assert codes("share enc = bn\nnet n: x { y = x > enc\n y + enc.bias }") == []


EMPTY = [
    "id[:, 1:3]",
    "id[:, :0]",
    "narrow(1, start=0, length=0)",
    "split([1, 0], dim=1)[1]",
    "repeat_interleave(0, dim=1)",
]


@pytest.mark.parametrize("layer", EMPTY)
def test_an_axis_of_size_zero_is_refused(layer: str) -> None:
    assert codes(f"net n: x[1, 6] {{ x > {layer} }}") == ["E301"]
