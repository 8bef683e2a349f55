"""Open sizes: one-liners without an input, sizes that must be equal, starting again."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import netwright as nw
from netwright.compiler.dims import Dim, substitute
from netwright.compiler.ir import Graph

from .tools import codes, compilation, error, flatten, found, graph


def inputs(text: str) -> str:
    return " ".join(str(p.type) for p in graph(text).inputs)


def outputs(text: str, given: str | None = None) -> str:
    return " ".join(str(p.type) for p in graph(text, inputs=given).outputs)


ONE_LINERS = [
    ("conv(3x3, 64) > relu > pool(2, 2)", "[N, C, H, W]", "[N, 64, H//2 - 1, W//2 - 1]"),
    ("conv(3x3x3, 8)", "[N, C, D, H, W]", "[N, 8, D - 2, H - 2, W - 2]"),
    ("linear(10)", "[N, D]", "[N, 10]"),
    ("relu > linear(10)", "[N, D]", "[N, 10]"),
    ("relu", "[N, D]", "[N, D]"),
    ("relu > gelu as g", "[N, D]", "[N, D]"),
    ("bn > relu", "[N, C, H, W]", "[N, C, H, W]"),
    ("relu > (bn > gelu) as f", "[N, C, H, W]", "[N, C, H, W]"),
    ("bn > linear(10)", "[N, D]", "[N, 10]"),
    ("embed(10, 4)", "[N, T] int", "[N, T, 4]"),
    ("relu > conv(3x3, 8) > gap > linear(3)", "[N, C, H, W]", "[N, 3]"),
    ("(relu > conv(3x3, 8)) as f", "[N, C, H, W]", "[N, 8, H - 2, W - 2]"),
    ("block b = relu > conv(3x3, 8)\nb > gelu", "[N, C, H, W]", "[N, 8, H - 2, W - 2]"),
    ("lstm(16) > last > linear(2)", "[N, T, D]", "[N, 2]"),
    ("[linear(3), linear(4)] > concat", "[N, D]", "[N, 7]"),
    ("id + linear(8)", "[N, 8]", "[N, 8]"),
    ("id + conv(3x3, 8, pad=1)", "[N, 8, H, W]", "[N, 8, H, W]"),
    ("block b: x[T, d] { x > linear(2 * d) }\nb > relu", "[N, T, D]", "[N, T, 2*D]"),
    ("net n: x { x > linear(4) }", "[N, D]", "[N, 4]"),
    ("net n: x { x > linear(x.d) }", "[N, D]", "[N, D]"),
    ("net n: x { x > conv(3x3, x.c) }", "[N, C, H, W]", "[N, C, H - 2, W - 2]"),
    ("net n: x int { x > embed(9, 4) }", "[N, T] int", "[N, T, 4]"),
]


@pytest.mark.parametrize(("text", "taken", "made"), ONE_LINERS)
def test_one_line_needs_no_input(text: str, taken: str, made: str) -> None:
    assert codes(text) == []
    assert (inputs(text), outputs(text)) == (taken, made)


def test_two_inputs_of_unknown_rank() -> None:
    text = "net n: x, y { [x > linear(4), y > conv(3x3, 4) > gap] > concat }"
    assert inputs(text) == "[N, D] [N, C, H, W]"
    assert outputs(text) == "[N, 8]"


@pytest.mark.parametrize("text", ["conv(3, 64)", "pool(2, 2)", "relu > conv(3, 8)"])
def test_a_rank_that_nothing_tells(text: str) -> None:
    problem = error(text)
    assert problem.code == "E308"
    assert any("3x3" in h for h in problem.help)
    assert codes(text, inputs="3x32x32") == []
    assert codes(text, inputs="3x32") == []


GIVEN = [
    ("conv(3x3, 64) > relu > pool(2, 2)", "3x32x32", "[N, 64, 15, 15]"),
    ("linear(10)", "784", "[N, 10]"),
    ("linear(10)", "5x784", "[N, 5, 10]"),
    ("relu", "3x4x5", "[N, 3, 4, 5]"),
    ("conv(3, 64)", "8x20", "[N, 64, 18]"),
    ("id + linear(8)", "8", "[N, 8]"),
]


@pytest.mark.parametrize(("text", "given_", "made"), GIVEN)
def test_an_input_from_outside_binds_them(text: str, given_: str, made: str) -> None:
    assert outputs(text, given_) == made


def test_a_given_size_that_does_not_fit() -> None:
    assert codes("id + linear(8)", inputs="9") == ["E302"]


# --- sizes that must be equal --------------------------------------------------------------------

BOUND = [
    # free symbols of a one-liner are bound
    ("id + linear(8)", "[N, 8]"),
    ("(id + linear(8)) * 2", "[N, 8]"),
    ("[linear(8), id] > add", "[N, 8]"),
    ("share f = linear(8)\nf > f", "[N, 8]"),
    ("conv(3x3, 8) > [id, linear(5)] > add", "[N, C, H, 7]"),
    ("id + conv(3x3, 8)", None),
    ("id + (reshape([N, 4]) > linear(4))", None),
]


@pytest.mark.parametrize(("text", "taken"), [(t, i) for t, i in BOUND if i])
def test_free_sizes_are_bound(text: str, taken: str) -> None:
    assert inputs(text) == taken


def test_sizes_bound_to_one_another() -> None:
    text = "net n: x, y { (x > relu > linear(4)) + (y > linear(4)) + x + y }"
    assert inputs(text) == "[N, 4] [N, 4]"


NOT_EQUAL = [
    "net n: a[S, 8], b[T, 8] { a + b }",
    "net n: a[T, 8] { a + ones([3, 8]) }",
    "net n: a[T, 8] { a > linear(4) > (id + linear(8)) }",
    "block add2: a[d], b[d] { a + b }\nnet n: x[T], y[S] { [x, y] > add2 }",
]


@pytest.mark.parametrize("text", NOT_EQUAL)
def test_declared_sizes_are_not_bound(text: str) -> None:
    """What is declared open is open."""
    assert len(found(text)) == 1
    assert codes(text)[0] in ("E302", "E304", "E305")


def test_declared_sizes_may_be_given() -> None:
    text = "net n: a[S, 8], b[T, 8] { a + b }"
    made = graph(text, inputs={"a": "4x8", "b": "4x8"})
    assert str(made.outputs[0].type) == "[N, 4, 8]"
    assert codes(text, inputs={"a": "4x8", "b": "5x8"}) == ["E302"]


def test_rounded_sizes_are_assumed_equal_with_a_warning() -> None:
    text = "net n: x[3, H, W] { d = x > conv(3x3, 3, pad=1) > pool(2, 2) > upsample(2)\n d + x }"
    made = compilation(text)
    assert made.graph is not None
    assert {d.code for d in made.diagnostics} == {"W502"}
    sized = compilation(text, inputs="3x8x8")
    assert sized.diagnostics == ()
    assert codes(text, inputs="3x9x8") == ["E302"]


def test_the_batch_is_no_size_to_bind() -> None:
    assert codes("net n: x[4, 8] { x > reshape([N * 4, 8]) }") == []


# --- with numbers, or with symbols and then numbers ---------------------------------------------

IMAGE = st.sampled_from(
    [
        "conv(3x3, 4, pad=1)",
        "conv(3x3, 8)",
        "conv(1x1, 8, stride=2)",
        "maxpool(2, 2)",
        "bn",
        "relu",
        "maxpool(3, 2, pad=1)",
        "upsample(2)",
        "conv(3x3, 4, pad=1, stride=2)",
        "block1(4)",
        "(id + conv(3x3, 8, pad=1))",
        "[id, relu] > concat",
        "avgpool(2, 2)",
        "conv(5x5, 6, pad=2) * 2",
        "id[:, 0:2]",
        "id[:, :, ::2]",
        "pad([1, 1, 1, 1])",
        "(conv(3x3, 5) > relu) as g{n}",
        "conv(3x3, 4, dilation=2)",
        "channel_shuffle(2)",
        "pixel_shuffle(2)",
        "pixel_unshuffle(2)",
    ]
)
SEQUENCE = st.sampled_from(
    [
        "linear(8)",
        "linear(16)",
        "layernorm",
        "gelu",
        "(id + linear(8))",
        "attention(2)",
        "lstm(8)",
        "transpose(1, 2)",
        "id[:, 1:]",
        "id[:, ::2]",
        "softmax(dim=-1)",
        "block2(8)",
        "id * 0.5",
        "conv(3, 8, pad=1)",
        "scan(cell(8))",
        "cumsum(1)",
        "flip(1)",
        "(linear(4) > gelu) as g{n}",
        "[id, gelu] > concat(dim=1)",
        "[id, gelu] > concat(dim=2)",
        "mean(1, keepdim=true)",
    ]
)
BLOCKS = """
block block1(w): x { y = x > conv(3x3, w, pad=1)
  (x > conv(1x1, w)) + y > relu }
block block2(w): x[T, d] { x > linear(2 * d) > linear(w) }
block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
"""


def substituted(made: Graph, values: dict[str, Dim]) -> list[tuple[str, tuple[str, ...]]]:
    """Every layer's path and types, with numbers for symbols."""
    flat = flatten(made)
    return [(row.path, tuple(_filled(t, values) for t in row.types)) for row in flat.rows]


def _filled(text: str, values: dict[str, Dim]) -> str:
    names = {"N": "N", **{k: str(v) for k, v in values.items()}}
    head, _, dtype = text.partition("]")
    dims = [_computed(part.strip(), names) for part in _split(head[1:])]
    return f"[{', '.join(dims)}]{dtype}"


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            parts.append("")
        else:
            parts[-1] += c
    return [p for p in parts if p.strip()]


def _computed(text: str, names: dict[str, str]) -> str:
    if text.strip() == "N":
        return "N"
    numbers = {k: int(v) for k, v in names.items() if v.isdigit()}
    return str(eval(text, {"__builtins__": {}, "min": min, "max": max}, {**numbers, "N": 10**9}))


@given(st.lists(IMAGE, min_size=1, max_size=5), st.integers(4, 40), st.integers(4, 40))
@settings(max_examples=80)
def test_images(steps: list[str], height: int, width: int) -> None:
    body = " > ".join(step.format(n=n) for n, step in enumerate(steps))
    _compare(
        f"{BLOCKS}net n: x[4, H, W] {{ x > {body} }}",
        {"H": height, "W": width},
        f"4x{height}x{width}",
    )


@given(st.lists(SEQUENCE, min_size=1, max_size=5), st.integers(2, 40))
@settings(max_examples=80)
def test_sequences(steps: list[str], length: int) -> None:
    body = " > ".join(step.format(n=n) for n, step in enumerate(steps))
    _compare(f"{BLOCKS}net n: x[T, 8] {{ x > {body} }}", {"T": length}, f"{length}x8")


def _compare(text: str, values: dict[str, Dim], given_: str) -> None:
    open_, sized = compilation(text), compilation(text, inputs=given_)
    # What is open may be refused for some sizes, and be too open for some layers.
    assume(open_.graph is not None and sized.graph is not None)
    assert open_.graph is not None
    assert sized.graph is not None
    numbers = substituted(open_.graph, values)
    # An open size is taken to be large enough for what is cut off.
    assume(not any(re.search(r"[\[ ](0|-\d+)\b", t) for _, types in numbers for t in types))
    assert numbers == substituted(sized.graph, {})
    assert substitute(open_.graph.params, values) == sized.graph.params
    assert substitute(open_.graph.macs, {**values, "N": 1}) == substitute(
        sized.graph.macs, {"N": 1}
    )


def test_a_condition_is_said_once_and_of_all_axes() -> None:
    text = """net f: x[3, H, W] {{ {}
      y = [x, x > maxpool(2) > upsample(2)] > concat
      y + (y > maxpool(2) > upsample(2))
    }}"""
    (found,) = nw.check(text.format(""))
    assert found.message == "`H` and `W` must be even"
    assert found.help[0] == "`require H % 2 == 0 and W % 2 == 0` declares it"
    assert nw.check(text.format(found.help[0].split("`")[1])) == []


def test_a_size_taken_for_a_condition_asks_whether_it_is_zero() -> None:
    problem = error("net n: x[T, 8] { y = x.t - 4\n (x > linear(8)) if y else (x > relu) }")
    assert problem.code == "E222"
    assert problem.message.startswith("whether `T - 4` is equal to `0`")
