"""Blocks and nets: ports, results, recursion, nesting, `for`, what a body sees."""

from __future__ import annotations

import pytest

from netwright.compiler.ir import CallOp

from .tools import codes, error, flatten, found, graph, headline, paths


def shape(text: str, *, net: str | None = None, inputs: str | dict[str, str] | None = None) -> str:
    """The shapes of the net's results."""
    made = graph(text, net=net, inputs=inputs)
    return " ".join(str(p.type) for p in made.outputs)


# --- ports ---------------------------------------------------------------------------------------

PORTS = [
    ("net n: image[3, 8, 8] { image > conv(3x3, 4) }", "[N, 4, 6, 6]"),
    ("net n: x[T, d] { x > repeat_interleave(2, dim=2) }", "[N, T, 2*d]"),
    ("net n: x[T, T] { x > tril }", "[N, T, T]"),
    ("net n(w=8): x[w] { x > linear(2 * w) }", "[N, 16]"),
    ("w = 8\nnet n: x[w] { x > linear(2 * w) }", "[N, 16]"),
    ("net n(s=3x8x8): x[s] { x > conv(3x3, 4) }", "[N, 4, 6, 6]"),
    ("net n: t[T] int { t > embed(10, 4) }", "[N, T, 4]"),
    ("net n: t[] { t > unsqueeze(1) }", "[N, 1]"),
    ("net n: t[] int { t > embed(10, 4) }", "[N, 4]"),
    ("net n: m[T] bool { m > logical_not }", "[N, T] bool"),
    ("net n: t int { t > embed(10, 4) }", None),
    ("net n: a[T, 8], b[T, 8] { a + b }", "[N, T, 8]"),
    ("block b: x[T, d] { x > linear(d // 2) }\nnet n: y[5, 8] { y > b }", "[N, 5, 4]"),
    ("block b: x, h[d] { (x > linear(d)) + h }\nnet n: y[4], z[8] { [y, z] > b }", "[N, 8]"),
    ("block b(d): x[2 * d] { x > linear(d) }\nnet n: y[8] { y > b(4) }", "[N, 4]"),
    ("block b(s): x[s] { x > conv(1x1, 2) }\nnet n: y[3, 8, 8] { y > b(3x8x8) }", "[N, 2, 8, 8]"),
    ("block b: t[] int { t > embed(10, 4) }\nnet n: y[] int { y > b }", "[N, 4]"),
    ("block b: a[d], c[d] { a + c }\nnet n: y[8], z[8] { [y, z] > b }", "[N, 8]"),
    ("block b: x { x > linear(x.d * 2) }\nnet n: y[8] { y > b }", "[N, 16]"),
    ("block b: x[max] { x > linear(max) }\nnet n: y[8] { y > b }", "[N, 8]"),
]


@pytest.mark.parametrize(("text", "expected"), [(t, e) for t, e in PORTS if e])
def test_ports_bind_sizes(text: str, expected: str) -> None:
    assert shape(text, net="n") == expected


REFUSED = [
    # a block's port
    ("block b: x[5] { x > relu }\nnet n: y[8] { y > b }", "E305"),
    ("block b: x[T, d] { x > relu }\nnet n: y[8] { y > b }", "E305"),
    ("block b: x[d] { x > relu }\nnet n: y[5, 8] { y > b }", "E305"),
    ("block b: x[d] int { x > embed(d, 2) }\nnet n: y[8] { y > b }", "E305"),
    ("block b: x[d] { x > relu }\nnet n: y[8] int { y > b }", "E305"),
    ("block b: x int { x > embed(9, 2) }\nnet n: y[8] { y > b }", "E305"),
    ("block b: x[d, d] { x > relu }\nnet n: y[5, 8] { y > b }", "E305"),
    ("block b: a[d], c[d] { a + c }\nnet n: y[8], z[4] { [y, z] > b }", "E305"),
    ("block b(d): x[2 * d] { x > linear(d) }\nnet n: y[9] { y > b(4) }", "E305"),
    ("block b(d): x[d] { x > linear(d) }\nnet n: y[9] { y > b(relu) }", "E204"),
    ("block b: x[T, d] { x > relu }\nnet n: y[] { y > b }", "E305"),
    # how many
    ("block b: a, c { a + c }\nnet n: y[8] { y > b }", "E307"),
    ("block b: a { a > relu }\nnet n: y[8] { [y, y] > b }", "E307"),
    # a net's own
    ("net n(w=0): x[w] { x > relu }", "E204"),
    ("net n(w=4): x[w - 5] { x > relu }", "E204"),
    ("net n(w=1.5): x[w] { x > relu }", "E204"),
    ("net n(w=true): x[w] { x > relu }", "E204"),
    ("net n: x[N, 8] { x > relu }", "E204"),
    ("block b: x[N, 8] { x > relu }\nnet n: y[4, 8] { y > b }", "E204"),
    ("input(N, 8) > relu", "E204"),
    ("input(0x8) > relu", "E204"),
    ("input(2.5) > relu", "E204"),
    ("input(relu) > relu", "E204"),
    ("block b: x { x > relu > input(3) }\nb", "E207"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_ports_are_checked(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_refused_input_shows_the_declaration_and_the_producer() -> None:
    problem = error("block b: x[5] { x > relu }\nnet n: y[8] { y > linear(6) > b }")
    assert [label.span.text for label in problem.labels[:2]] == ["x[5]", "linear(6)"]
    assert "[N, 6]" in problem.detail


def test_the_batch_axis_is_never_written() -> None:
    assert any("batch" in h for h in error("net n: x[N, 8] { x > relu }").help)


INPUTS = [
    ("net n: x[T, d] { x > linear(2 * d) }", "5x8", "[N, 5, 16]"),
    ("net n: x[T, 2 * d] { x > linear(d) }", "5x8", "[N, 5, 4]"),
    ("net n: x[3, H, W] { x > conv(3x3, 4) }", "3x8x9", "[N, 4, 6, 7]"),
    ("net n: x { x > linear(4) }", "5x8", "[N, 5, 4]"),
    ("net n: t[T] int { t > embed(9, 4) }", "5", "[N, 5, 4]"),
    ("net n: x[T, d] { x > linear(2 * d) }", "S,8", "[N, S, 16]"),
    ("conv(3x3, 4)", "3x8x8", "[N, 4, 6, 6]"),
    ("conv(3, 4)", "3x8", "[N, 4, 6]"),
    ("embed(10, 4)", "12 int", "[N, 12, 4]"),
    ("input(3xHxW) > conv(3x3, 4)", None, None),
    ("input(3, H, W) > conv(3x3, 4)", "3x8x8", "[N, 4, 6, 6]"),
]


@pytest.mark.parametrize(("text", "inputs", "expected"), [(t, i, e) for t, i, e in INPUTS if e])
def test_inputs_from_outside_bind_open_sizes(text: str, inputs: str, expected: str) -> None:
    assert shape(text, inputs=inputs) == expected


def test_inputs_by_name_bind_sizes_everywhere() -> None:
    text = "net n: a[T, 8], b[T, 8] { a + b }"
    assert shape(text, inputs={"b": "5x8"}) == "[N, 5, 8]"
    assert shape(text, inputs={"a": "5x8"}) == "[N, 5, 8]"
    assert codes(text, inputs={"a": "5x8", "b": "6x8"}) == ["E305"]
    assert codes(text, inputs={"c": "5x8"}) == ["E220"]


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("net n: x[3, H, W] { x > relu }", "4x8x8"),
        ("net n: x[3, H, W] { x > relu }", "3x8"),
        ("net n: x[T, T] { x > relu }", "4x5"),
        ("net n: x[2 * d] { x > relu }", "5"),
        ("input(3x8x8) > relu", "3x9x9"),
    ],
)
def test_inputs_must_agree(text: str, inputs: str) -> None:
    assert codes(text, inputs=inputs) == ["E305"]


@pytest.mark.parametrize("inputs", ["!", "3xx3", "3x", "0x3", "-3", "3x3 text", "²x3", "9" * 5000])
def test_what_is_no_input_shape(inputs: str) -> None:
    assert codes("relu", inputs=inputs)[:1] == ["E204"]


# --- results -------------------------------------------------------------------------------------

RESULTS = [
    ("net n(c=4): x[8] -> [c] { x > linear(c) }", []),
    ("net n(c=4): x[8] -> y[c] { x > linear(c) }", []),
    ("net n(c=4): x[8] -> [c] { x > linear(5) }", ["E306"]),
    ("net n: x[T, 8] -> [T, 4] { x > linear(4) }", []),
    ("net n: x[T, 8] -> [4] { x > linear(4) }", ["E306"]),
    ("net n: x[8] -> a[8], b[4] { [x > relu, x > linear(4)] }", []),
    ("net n: x[8] -> a[8] { [x > relu, x > linear(4)] }", ["E306"]),
    ("net n: x[8] -> a[8], b[8] { [x > relu, x > linear(4)] }", ["E306"]),
    ("net n: x[8] -> [8] int { x > relu }", ["E306"]),
    ("block b: x -> [4] { x > linear(5) }\nb", ["E306"]),
    ("block b: x -> [4] { x > linear(4) }\nb", []),
    ("block b: x[T, d] -> [T, 2 * d] { x > linear(2 * d) }\nnet n: y[5, 8] { y > b }", []),
    ("block b: x[T, d] -> [d, T] { x > linear(2 * d) }\nnet n: y[5, 8] { y > b }", ["E306"]),
]


@pytest.mark.parametrize(("text", "expected"), RESULTS)
def test_results_are_as_declared(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_results_have_names() -> None:
    def names(text: str) -> list[str]:
        return [p.name for p in graph(text).outputs]

    assert names("net n: x[8] { x > relu }") == ["output"]
    assert names("net n: x[8] -> y[8] { x > relu }") == ["y"]
    assert names("net n: x[8] { y = x > relu\n z = x > gelu\n [y, z] }") == ["y", "z"]
    assert names("net n: x[8] { x > linear(4) as fc }") == ["fc"]
    assert names("net n: x[8] { [x > relu, x > gelu] }") == ["output1", "output2"]
    assert names("net n: x[8] { y = x > relu\n [y, y] }") == ["y", "output2"]


def test_a_net_may_return_its_input() -> None:
    assert shape("net n: x[8] { x }") == "[N, 8]"
    assert shape("net n: x[8] { [x, x > relu, x] }") == "[N, 8] [N, 8] [N, 8]"
    assert shape("id", inputs="8") == "[N, 8]"


# --- calls ---------------------------------------------------------------------------------------

CALLS = [
    ("block b(w, d=2) = linear(w * d)\nb(3) > relu", []),
    ("block b(w, d=w) = linear(w * d)\nb(3) > relu", []),
    ("block b(w, d=2) = linear(w * d)\nb(w=3, d=1) > relu", []),
    ("block b(w, d=2) = linear(w * d)\nb(d=1, w=3) > relu", []),
    ("block b(w=2) = linear(w)\nb > b()", []),
    ("block b(w) = linear(w)\nb > relu", ["E203"]),
    ("block b(w) = linear(w)\nb() > relu", ["E203"]),
    ("block b(w, d) = linear(w)\nb() > relu", ["E203"]),
    ("block b(w) = linear(w)\nb(1, 2) > relu", ["E205"]),
    ("block b(w) = linear(w)\nb(v=2) > relu", ["E202"]),
    ("block b(w) = linear(w)\nb(2, w=2) > relu", ["E202"]),
    ("block b(w) = linear(w)\nb(w=2, w=3) > relu", ["E130"]),
    ("block b(w) = linear(w)\nb(2)(3) > relu", ["E206"]),
    ("block b = relu\nnet n: x[8] { b(x) }", ["E205"]),
    ("block b(w) = linear(w)\nnet n: x[8] { b(x) }", ["E206"]),
    ("block b(w) = linear(w)\nnet n: x[8] { y = b(x)\n y > relu }", ["E206"]),
    ("block b(f) = f(2)\nb(3) > relu", ["E206"]),
    ("block b(f) = f > relu\nb(3)", ["E207"]),
    ("block b(f, m) = f(m)\nb(linear, 3) > relu", []),
    ("block b(fs): x { [x > f for f in fs] > add }\nb([relu, gelu])", []),
    ("block b(m): x { x + m }\nnet n: x[8] { x > b(x > relu) }", []),
    ("block b(ms): x { x + ms[0] }\nnet n: x[8] { x > b([x > relu, x]) }", []),
]


@pytest.mark.parametrize(("text", "expected"), CALLS)
def test_arguments(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_call_with_a_tensor_suggests_the_pipe() -> None:
    problem = error("block b = relu\nnet n: x[8] { b(x) }")
    assert any("x > b" in h for h in problem.help), headline(problem)


# --- what a body sees ----------------------------------------------------------------------------

SEES = [
    ("block b(w) = linear(w)\nblock c(w): x { v = w\n x > b(v) }\nc(3) > relu", []),
    ("block b: x { x > linear(v) }\nblock c: x { v = 3\n x > b }\nc > relu", ["E201"]),
    ("block b: x { x > linear(w) }\nblock c(w): x { x > b }\nc(3) > relu", ["E201"]),
    ("block b: x { x + y }\nnet n: x[8] { y = x > relu\n x > b }", ["E201"]),
    ("b > relu\nblock b = linear(w)\nw = 3", []),
    # nested blocks
    ("net n: x[8] { w = 3\n block b = linear(w)\n x > b }", []),
    ("net n: x[8] { block b = linear(w)\n w = 3\n x > b }", ["E201"]),
    ("net n: x[8] { block b: t { t + x }\n x > relu > b }", []),
    ("net n: x[8] { y = x > linear(8) as c\n block b: t { t + c }\n y > b }", []),
    ("net n(w=3): x[8] { block b = linear(w)\n x > b > b }", []),
    ("net n: x[8] { block b = relu\n block c = b > b\n x > c }", []),
    ("block a: x { block b = relu\n x > b }\nnet n: x[8] { x > b }", ["E201"]),
    ("net n: x[T, 8] { block b = linear(8) > reshape([N, T * 8])\n x > b }", []),
]


@pytest.mark.parametrize(("text", "expected"), SEES)
def test_what_a_body_sees(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_nested_block_sees_names_as_they_were() -> None:
    text = "net n: x[8] { w = 3\n block b = linear(w)\n w = 5\n x > b }"
    assert shape(text) == "[N, 3]"


# --- recursion -----------------------------------------------------------------------------------

TOWER = "block tower(n): x { x > linear(8) > (tower(n - 1) if n > 1 else id) }\n"


def test_blocks_call_themselves() -> None:
    assert paths(TOWER + "tower(3) > relu") == [
        "tower1.linear1",
        "tower1.tower1.linear1",
        "tower1.tower1.tower1.linear1",
        "relu1",
    ]


def test_nested_blocks_call_themselves() -> None:
    text = (
        "net n: x[8] { block t(n): y { y > linear(8) > (t(n - 1) if n > 1 else id) }\n x > t(2) }"
    )
    assert paths(text) == ["t1.linear1", "t1.t1.linear1"]


def test_a_hourglass_is_recursive() -> None:
    text = """
    block hourglass(n, d): x {
      inner = x > maxpool(2, 2) > conv(3x3, d, pad=1)
      inner = inner > (hourglass(n - 1, d) if n > 1 else id) > upsample(2)
      x + inner
    }
    input(4x16x16) > hourglass(3, 4)
    """
    assert [p for p in paths(text) if "conv" in p] == [
        f"hourglass1.{'hourglass1.' * i}conv1" for i in range(3)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "block b(n) = linear(8) > b(n + 1)\nb(1) > relu",
        "block b = b > relu\nb > relu",
        "block a = b > relu\nblock b = a > gelu\na > relu",
        "net n: x[8] { x > n }",
        "block b(f) = f > b(f)\nb(relu) > gelu",
        "net n: x[8] { block b = relu > b\n x > b }",
    ],
)
def test_recursion_has_a_bound(text: str) -> None:
    problem = error(text)
    assert problem.code == "E214"
    assert "64" in problem.message


@pytest.mark.parametrize(
    "text", ["net a = b\nnet b = a", "net a = a", "block b(f=b) = f\nb", "block b = b\nb"]
)
def test_definitions_in_a_circle(text: str) -> None:
    assert {d.code for d in found(text)} <= {"E201", "E214"}
    assert found(text)


# --- for -----------------------------------------------------------------------------------------

LOOPS = [
    # a statement: unrolled, names survive
    ("net n: x[8] { for i in range(3) { x = x > linear(i + 1) }\n x > relu }", "[N, 3]"),
    ("net n: x[8] { for i in range(3) { w = i }\n x > linear(w + i + 1) }", "[N, 5]"),
    ("net n: x[8] { for i in [] { w = i }\n x > relu }", "[N, 8]"),
    (
        "net n: x[8] { for i in range(2) { for j in range(2) { x = x > linear(i + j + 1) } }\n x }",
        "[N, 3]",
    ),
    ("net n: x[8] { w = 1\n for i in range(3) { w = w * 2 }\n x > linear(w) }", "[N, 8]"),
    ("net n: x[8] { for i in range(2) { y = x > linear(8) as a[i]\n x = y + x }\n x }", "[N, 8]"),
    # a network: bodies piped one after another
    ("for i in range(3) { linear(i + 1) }", "[N, 3]"),
    ("relu > for i in range(3) { linear(i + 1) } > relu", "[N, 3]"),
    ("for i in range(3) { w = i + 1\n linear(w) }", "[N, 3]"),
    ("for i in range(2) { for j in range(2) { linear(i + j + 1) } }", "[N, 3]"),
    ("for i in [] { linear(i) }", "[N, D]"),
    ("for f in [relu, linear(3)] { f }", "[N, 3]"),
    ("net n: x[8] { x > for i in range(2) { id + linear(8) } }", "[N, 8]"),
    ("net n: x[8] { x > (for i in range(2) { linear(i + 1) }) > relu }", "[N, 2]"),
    ("block b = for w in [3, 4] { linear(w) }\nb > relu", "[N, 4]"),
]


@pytest.mark.parametrize(("text", "expected"), LOOPS)
def test_loops(text: str, expected: str) -> None:
    assert shape(text) == expected


LOOP_ERRORS = [
    ("net n: x[8] { for i in range(2) { x > relu }\n x }", "E209"),
    ("net n: x[8] { for i in range(2) { linear(8) }\n x }", "E209"),
    ("net n: x[8] { for i in x { y = i }\n x > relu }", "E218"),
    ("for i in range(2) { w = i }", "E209"),
    ("net n: x[8] { for i in range(2) { x = x > linear(8) } }", "E209"),
]


@pytest.mark.parametrize(("text", "code"), LOOP_ERRORS)
def test_what_loops_do_not_allow(text: str, code: str) -> None:
    assert codes(text) == [code]


# --- nets ----------------------------------------------------------------------------------------


def test_a_net_is_chosen() -> None:
    text = """
    net a: x[8] { x > linear(1) }
    net b: x[8] { x > linear(2) }
    net c(k): x[8] { x > linear(k) }
    """
    assert shape(text, net="b") == "[N, 2]"
    assert codes(text) == []
    assert error(text, net="d").code == "E220"


def test_parameters_come_from_outside() -> None:
    text = "block one = relu\nblock two = gelu\nnet n(unit, k): x[8] { x > unit > linear(k) }"
    made = graph(text, parameters={"unit": "two", "k": 3})
    assert [row.layer for row in flatten(made).rows] == ["gelu()", "linear(out=3)"]
    assert made.arguments == (("unit", "two"), ("k", 3))


def test_a_file_has_one_bare_pipeline() -> None:
    problem = error("relu > gelu\nlinear(3)")
    assert problem.code == "E219"
    assert problem.labels


def test_a_net_without_ports_takes_what_it_is_given() -> None:
    assert shape("net n = conv(3x3, 4) > relu", inputs="3x8x8") == "[N, 4, 6, 6]"
    assert shape("net n = conv(3x3, 4) > relu") == "[N, 4, H - 2, W - 2]"


def test_documentation_arguments_and_kinds_are_kept() -> None:
    text = """
    ## What it is.
    ## And more.
    net n(w=3): x[8] { x > b(w) }
    ## A block.
    block b(w) = linear(w)
    """
    made = graph(text)
    assert (made.kind, made.name, made.documentation) == ("net", "n", "What it is.\nAnd more.")
    call = made.nodes[1].op
    assert isinstance(call, CallOp)
    assert (call.graph.kind, call.graph.name) == ("block", "b")
    assert (call.graph.arguments, call.graph.documentation) == ((("w", 3),), "A block.")


# --- reaching inside, idle layers, ties ----------------------------------------------------------

BACKBONE = """
block stage(w) = conv(3x3, w, pad=1) > bn
block resnet(d): x {
  x > stage(d) as layer1 > stage(d) as layer2 > gap > linear(10) as fc
}
"""


def rows(text: str) -> dict[str, bool]:
    """Module path to whether it is idle."""
    return {row.path: row.idle for row in flatten(graph(text)).rows if row.path}


def test_reaching_a_tensor_inside() -> None:
    text = BACKBONE + "net n: x[3, 8, 8] { y = x > resnet(4) as backbone\n backbone.layer1 > relu }"
    assert shape(text) == "[N, 4, 8, 8]"
    assert rows(text) == {
        "backbone.layer1.conv1": False,
        "backbone.layer1.bn1": False,
        "backbone.layer2.conv1": True,
        "backbone.layer2.bn1": True,
        "backbone.fc": True,
        "relu1": False,
    }


REACHES = [
    ("backbone.layer1", "[N, 4, 8, 8]"),
    ("backbone.layer2", "[N, 4, 8, 8]"),
    ("backbone.layer1.conv1", "[N, 4, 8, 8]"),
    ("backbone.fc", "[N, 10]"),
    ("backbone.fc.weight > t", None),
    ("y.layer1", "[N, 4, 8, 8]"),
    ("[backbone.layer1, backbone.layer2] > add", "[N, 4, 8, 8]"),
    ("x > conv(1x1, backbone.layer1.c)", "[N, 4, 8, 8]"),
]


@pytest.mark.parametrize(("inside", "expected"), [(i, e) for i, e in REACHES if e])
def test_what_is_inside(inside: str, expected: str) -> None:
    text = f"net n: x[3, 8, 8] {{ y = x > resnet(4) as backbone\n {inside} > relu }}"
    assert shape(BACKBONE + text) == expected


MORE_REACHES = [
    # numbered layers, groups, repeats, paths
    ("y = x > (linear(4) > relu) as f\n f[0] > gelu", None),
    ("y = x > linear(4) * 3 as l\n y > relu", "[N, 4]"),
    ("y = x > b as l\n l.linear1 > relu", "[N, 4]"),
    ("y = x > c as l\n l.layer.0 > relu", "[N, 4]"),
    ("y = x > c as l\n l.layer.1 > relu", "[N, 4]"),
    ("y = x > c as l\n l.f.1 > relu", "[N, 4]"),
    ("y = x > c as l\n l.g.inner > relu", "[N, 4]"),
    ("y = x > c as l\n l.p1 > relu", "[N, 4]"),
    ("y = x > c as l\n z = l.g\n z.inner > relu", "[N, 4]"),
]
INSIDE = """
block b = linear(4) > relu
block c = (linear(4) > gelu) as f > linear(4) * 3 as layer > (b as inner > relu) as g
  > relu as "p{1}" > tanh
"""


@pytest.mark.parametrize(("body", "expected"), [(b, e) for b, e in MORE_REACHES if e])
def test_what_is_further_inside(body: str, expected: str) -> None:
    assert shape(INSIDE + f"net n: x[8] {{ {body} }}") == expected


COPIES = [
    ("l = x > linear(8) * 3 as layer\n layer.0 > relu", [("layer.0", ""), ("relu1", "layer.0")]),
    ("l = x > linear(8) * 3 as layer\n layer.1 > relu", [("relu1", "layer.1")]),
    ("l = x > linear(8) * 3 as layer\n layer.2 > relu", [("relu1", "layer.2")]),
    ("l = x > linear(8) * 3 as layer\n layer > relu", [("relu1", "layer.2")]),
    ("l = x > linear(8) * 3 as layer\n (layer.0 > relu) + layer", [("relu1", "layer.0")]),
    ("l = x > two * 3 as layer\n layer.1.linear1 > relu", [("relu1", "layer.1.linear1")]),
    ("l = x > two * 3 as layer\n layer.linear2 > relu", [("relu1", "layer.2.linear2")]),
    ("l = x > deep as d\n d.layer.1 > relu", [("relu1", "d.layer.1.linear2")]),
    ("l = x > deep as d\n d.layer.1.linear1 > relu", [("relu1", "d.layer.1.linear1")]),
    (
        "l = x > deep as d\n (d.layer.1.linear1 > relu) + d.layer.0 + l",
        [("relu1", "d.layer.1.linear1")],
    ),
    ("l = x > deep as d > deep as e\n e.layer.1.linear1 > relu", [("relu1", "e.layer.1.linear1")]),
    ("l = x > deep * 3 as s\n s.1.layer.1 > relu", [("relu1", "s.1.layer.1.linear2")]),
    ("l = x > plain as p\n p.linear2 > relu", [("relu1", "p.linear2")]),
]
TWO = """
block two = linear(8) > linear(8)
block deep = two * 3 as layer > tanh
block plain = linear(8) * 3
"""


@pytest.mark.parametrize(("body", "edges"), COPIES)
def test_a_copy_of_a_repeat_is_in_reach(body: str, edges: list[tuple[str, str]]) -> None:
    flat = flatten(graph(TWO + f"net n: x[8] {{ {body} }}"))
    made = {row.path: row for row in flat.rows if row.path}
    for path, source in edges:
        (index, _), *_ = made[path].inputs
        assert (flat.rows[index].path if index >= 0 else "") == source
    assert len(made) == len([row for row in flat.rows if row.path])


def test_a_copys_weight_is_in_reach() -> None:
    text = "net n: x[8] { l = x > linear(8) * 3 as layer\n l > linear(8, weight=layer.1.weight) }"
    assert flatten(graph(text)).ties == [("linear1.weight", "layer.1.weight")]


@pytest.mark.parametrize(
    ("text", "ties"),
    [
        ("y > linear(8, bias=a.bias) as b", [("b.bias", "a.bias")]),
        ("y > conv(1, 4, weight=c.weight) as b", [("b.weight", "c.weight")]),
        ("y > bn(bias=c.bias) as b", [("b.bias", "c.bias")]),
        ("y > linear(8, bias=a.bias * 2.0) as b", []),
        ("y > linear(4, weight=(param([4, 8]) as p)) as b", []),
        ("y > linear(4, bias=n.running_mean) as b", []),  # a buffer is not a parameter
    ],
)
def test_a_parameter_of_a_layer_is_tied_and_other_tensors_are_computed(
    text: str, ties: list[tuple[str, str]]
) -> None:
    start = "net z: x[4, 8] { y = x > linear(8) as a > conv(1, 4) as c > bn as n\n "
    made = graph(f"{start}{text} }}")
    assert flatten(made).ties == ties


@pytest.mark.parametrize(
    "inside",
    [
        "backbone.bogus",
        "backbone.fc.bogus",
        "backbone.fc.weight.x",
        "y.bogus",
        "backbone.layer1.bogus.x",
        "backbone.layer3",
    ],
)
def test_what_is_not_inside(inside: str) -> None:
    text = f"net n: x[3, 8, 8] {{ y = x > resnet(4) as backbone\n {inside} > relu }}"
    assert codes(BACKBONE + text) == ["E201"]


def test_layers_that_no_output_needs_keep_their_weights() -> None:
    text = "net n: x[8] { aux = x > linear(4) as aux > relu\n x > linear(2) }"
    assert rows(text) == {"aux": True, "linear1": False}
    assert graph(text).params == 4 * 9 + 2 * 9
    assert graph(text).macs == graph("net n: x[8] { x > linear(2) }").macs


TIES = [
    (
        "net n: t[T] int { h = t > embed(50, 8) as wte\n"
        " h > linear(50, bias=false, weight=wte.weight) as lm_head }",
        [("lm_head.weight", "wte.weight")],
    ),
    (
        "block head: x { y = x > embed(50, 8) as table\n"
        " _ = param([50, 8], weight=table.weight) as weight\n y }\n"
        "net n: t[T] int { t > head as h }",
        [("h.weight", "h.table.weight")],
    ),
    (
        "block head(v, w): x { x > linear(v, bias=false, weight=w) as out }\n"
        "net n: t[T] int { h = t > embed(50, 8) as wte\n h > head(50, wte.weight) as h1 }",
        [("h1.out.weight", "wte.weight")],
    ),
    (
        "block stem: t { t > embed(50, 8) as wte }\n"
        "net n: t[T] int { h = t > stem as s\n "
        "h > linear(50, bias=false, weight=s.wte.weight) as o }",
        [("o.weight", "s.wte.weight")],
    ),
    (
        "block stem: t { x = t > embed(50, 8) as wte\n [x, x > sum(1)] }\n"
        "net n: t[T] int { h, y = t > stem as s\n "
        "[h > linear(50, bias=false, weight=s.wte.weight) as o, y] }",
        [("o.weight", "s.wte.weight")],
    ),
    (
        "block head(v, w): x { x > linear(v, bias=false, weight=w) as out }\n"
        "net n: t[T] int { h = t > embed(50, 8) as wte\n"
        " [h > head(50, wte.weight) as h1, h > head(50, wte.weight) as h2] }",
        [("h1.out.weight", "wte.weight"), ("h2.out.weight", "wte.weight")],
    ),
    (
        "net n: t[T] int { h = t > embed(50, 8) as wte\n"
        " h > (linear(50, bias=false, weight=wte.weight) > softmax(dim=-1)) as f }",
        [("f.0.weight", "wte.weight")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), TIES)
def test_weights_are_tied(text: str, expected: list[tuple[str, str]]) -> None:
    made = graph(text)
    assert sorted(flatten(made).ties) == expected
    assert made.params == 50 * 8


def test_a_bundle_of_several_calls_has_nothing_inside() -> None:
    text = (
        "block stem: t { x = t > embed(50, 8) as wte\n [x, x > sum(1)] }\n"
        "net n: t[T] int { pair = [t > stem as a, t > stem as b]\n"
        " t > embed(50, 8, weight=pair.wte.weight) }"
    )
    assert error(text).message == "a bundle of tensors has no `.wte`"


def test_a_tie_in_a_repeat_is_one_for_each_copy() -> None:
    text = "net n: x[8] { y = x > linear(8) as a\n y > linear(8, weight=a.weight) * 3 as l }"
    assert sorted(flatten(graph(text)).ties) == [
        ("l.0.weight", "a.weight"),
        ("l.1.weight", "a.weight"),
        ("l.2.weight", "a.weight"),
    ]
    assert graph(text).params == 64 + 4 * 8


def test_a_weight_is_a_tensor() -> None:
    text = "net n: t[T] int { h = t > embed(50, 8) as wte\n h @ (wte.weight > transpose(0, 1)) }"
    assert shape(text) == "[N, T, 50]"


def test_a_tie_that_does_not_fit() -> None:
    text = "net n: t[T] int { h = t > embed(50, 8) as wte\n h > linear(40, weight=wte.weight) }"
    assert codes(text) in (["E301"], ["E302"], ["E309"])
