"""A spec from a stranger is safe to check: whatever it says, a finding within seconds."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.compiler.layers import layers
from netwright.compiler.pipeline import Compilation, check_source, load_source
from netwright.grammar.source import Source
from netwright.spec_files import shipped

SECONDS = 4.0
"""Of CPU time; the heaviest take a third of it."""
MEBIBYTES = 700


def check(text: str, inputs: str | None = None) -> Compilation:
    started = time.process_time()
    result = check_source(Source("test.net", text), inputs=inputs)
    assert time.process_time() - started < SECONDS
    return result


def compiled(text: str, inputs: str | None = None) -> Compilation:
    """The last of the nets that can be compiled; without a graph where the check finds errors."""
    checked = check(text, inputs)
    if any(d.severity == "error" for d in checked.diagnostics):
        return checked
    started = time.process_time()
    result = load_source(Source("test.net", text), inputs=inputs, net=checked.net or None)
    assert time.process_time() - started < SECONDS
    return result


def doubling(first: str, step: str, last: str, count: int = 40) -> str:
    """``a0`` is the first, each ``a{i}`` is made of the one before."""
    lines = [first, *(step.format(i=i, j=i + 1) for i in range(count)), last]
    return "\n".join(lines)


BEYOND = {
    "a repeat": "linear(8) * 1000000000",
    "a labelled repeat": "linear(8) * 1000000000 as layer",
    "a repeat of a group": "(linear(8) > relu) * 1000000000",
    "a repeat of a block": "block b = linear(8) > relu\nlinear(8) > b * 100000000",
    "repeats of repeats": "(((linear(8) * 1000) * 1000) * 1000) * 1000",
    "a repeat of nothing": "block b: x { x }\nb * 1000000000",
    "blocks": doubling("block b0 = linear(8)", "block b{j} = b{i} > b{i}", "linear(8) > b40"),
    "sums": doubling("block b0 = linear(8)", "block b{j} = b{i} + b{i}", "linear(8) > b40"),
    "other blocks each": doubling(
        "block b0(w) = linear(w)", "block b{j}(w) = b{i}(2 * w) > b{i}(2 * w + 1)", "b40(1) > relu"
    ),
    "networks": "block b(f) = f > f\n" + "b(" * 30 + "linear(8)" + ")" * 30 + " > relu",
    "shares": doubling("share s0 = linear(8)", "share s{j} = s{i} > s{i}", "linear(8) > s40"),
    "lists": doubling("a0 = [1]", "a{j} = [a{i}, a{i}]", "linear(len(a40))"),
    "joined lists": doubling("a0 = [1]", "a{j} = a{i} + a{i}", "linear(len(a40))"),
    "texts": doubling('a0 = "ab"', 'a{j} = "{{a{i}}}{{a{i}}}"', "relu as a40"),
    "a bundle": "net n: x[8] { a = [x]\n for i in range(40) { a = a + a }\n a > add }",
    "lists in lists": "net n: x[8] { a = [1]\n for i in range(900) { a = [a] }\n x }",
    "a range": "for i in range(1000000000) { linear(8) }",
    "a long range": "for i in range(100000) { linear(8) }",
    "a loop in a loop": "for i in range(10000) { for j in range(10000) { linear(8) } }",
    "a loop of assignments": (
        "net n: x[8] { for i in range(9999) { for j in range(9999) { w = i } }\n x }"
    ),
    "a comprehension": "w = [[i * j for j in range(9999)] for i in range(9999)]\nlinear(len(w))",
    "sums of ranges": "w = sum([sum(range(99999)) for i in range(999)])\nlinear(w)",
    "a growing list": "net n: x[8] { w = []\n for i in range(99999) { w = w + [i] }\n x }",
    "a growing text": 'net n: x[8] { w = ""\n for i in range(99999) { w = w + "a" }\n x }',
    "recursion": "block b(n) = linear(8) > b(n + 1)\nb(0) > relu",
    "recursion twice": "block b(n) = linear(n) > b(n + 1) > b(n + 2)\nb(1) > relu",
    "nested blocks": "net n: x[8] {"
    + "".join(f"block b{i}: x {{ " for i in range(80))
    + " x > relu "
    + "".join(f"}}\n x > b{i}" for i in reversed(range(80)))
    + "}",
    "a number": "linear(99999999999999999999999999)",
    "powers": "w = 9 ** 9 ** 9\nlinear(w)",
    "floats": "w = 1e308 * 1e308\nlinear(8) * w",
    "a polynomial": "net n: x[a, b, c, d, e, f] { w = (a + b + c + d + e + f) ** 8\n x * w }",
    "a product": "net n: x[a, b, c, d, e, f, g] { w = a\n"
    + "".join(f" w = w * ({c} + 1)\n" for c in "abcdefg")
    + "x * w }",
    "quotients": "input(3, H, W) > for i in range(3000) { upsample(3) > avgpool(2, 2) }",
    "squares": "net n: x[T] { w = T\n for i in range(99) { w = w * w }\n x * w }",
    "coefficients": "net n: x[T] { w = T\n for i in range(99) { w = w * 1000 }\n x * w }",
    "chunks": "input(100000) > chunk(100000, dim=1) > concat",
    "a sum of thousands": " + ".join(["linear(8)"] * 9000),
    "a chain of constants": doubling("relu", "a{i} = a{j} + 1", "a4000 = 1", 4000),
    "parentheses": "(" * 3000 + "relu" + ")" * 3000,
    "lists without end": "[" * 3000 + "relu" + "]" * 3000,
    "signs": "linear(" + "-" * 3000 + "8)",
    "negations": "linear(8 if " + "not " * 3000 + "true else 9)",
    "towers": "linear(" + " ** ".join(["1"] * 3000) + ")",
    "open brackets": "(" * 50000,
    "quotes": '"' * 50001,
    "braces": "{" * 3000 + "}" * 3000,
    "a long index": "net n: x[S, 8] { x[:, [1] * 99999",
    "unknown names": " > ".join(f"bogus{i}" for i in range(3000)),
    "names nearly known": "\n".join(f"width{'x' * (i % 30)}{i} = 1" for i in range(2000))
    + "\n"
    + " > ".join(f"linear(wibth{'x' * (i % 30)}{i})" for i in range(99)),
    "a chain of aliases": doubling("", "net a{i} = a{j}", "net a300 = relu", 300),
    "a long path": 'relu as "' + "a." * 60000 + 'b"',
    "null": "relu\0> gelu",
    "half a character": "relu > \ud800",
}


@cache
def errors(name: str) -> list[str]:
    return [d.message for d in check(BEYOND[name]).diagnostics if d.severity == "error"]


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_too_much_is_said(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert errors(name)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEBIBYTES * 1024


BOUNDS = {
    "a repeat": "100,000 layers",
    "blocks": "100,000 layers",
    "recursion": "64 deep",
    "lists": "100,000 items",
    "texts": "100,000 characters",
    "a loop in a loop": "300,000 steps",
    "a number": "2**62",
    "parentheses": "100 deep",
    "lists in lists": "64 deep",
}


@pytest.mark.parametrize("name", BOUNDS)
def test_the_error_names_the_bound(name: str) -> None:
    assert any(BOUNDS[name] in message for message in errors(name)), errors(name)


LARGE: dict[str, tuple[str, str | None]] = {
    "a chain of thousands": (" > ".join(["linear(8)"] * 4000), "8"),
    "a repeat of thousands": ("block b = linear(8) > bn > relu\nb * 10000", "8"),
    "a loop of thousands": ("for i in range(3000) { linear(8) as l[i] > relu }", "8"),
    "thousands of labels": ("\n".join(f"> linear(8) as l{i}" for i in range(1500))[2:], "8"),
    "hundreds of blocks": (
        "\n".join(f"block b{i} = linear({i + 1}) > relu" for i in range(800))
        + "\n"
        + " > ".join(f"b{i}" for i in range(800)),
        "8",
    ),
    "hundreds of constants": (
        "\n".join(f"a{i} = a{i + 1} + 1" for i in range(300)) + "\na300 = 1\nlinear(a0)",
        "8",
    ),
    "many inputs": (
        f"net n: {', '.join(f'x{i}' for i in range(40))} "
        f"{{ [{', '.join(f'x{i} > linear(3)' for i in range(40))}] > concat }}",
        None,
    ),
    "many bound sizes": (
        f"net n: {', '.join(f'x{i}' for i in range(25))} "
        f"{{ {' + '.join(f'x{i}' for i in range(25))} > (id + linear(4)) }}",
        None,
    ),
    "a sum of hundreds": (" + ".join(["linear(8)"] * 300), "8"),
    "deep recursion": (
        "block b(n): x { x > linear(8) > (b(n - 1) if n > 0 else id) }\nb(50) > relu",
        "8",
    ),
    "thousands of defaults": ("default linear(bias=false)\n" * 2000 + "linear(8)", "8"),
    "hundreds of nets": (
        "\n".join(f"net b{i}: x[8] {{ x > linear({i + 1}) }}" for i in range(200)),
        None,
    ),
    "labels around labels": (
        "(" * 30 + "linear(8)" + "".join(f" > relu) as l{i}" for i in range(30)),
        "8",
    ),
    "sources in labels": (
        "(" * 20 + "(param([8]) as p)" + "".join(f" + id) as l{i}" for i in range(20)),
        "8",
    ),
}


@pytest.mark.parametrize(("text", "inputs"), LARGE.values(), ids=LARGE)
def test_what_is_large_and_sound_is_compiled(text: str, inputs: str | None) -> None:
    made = compiled(text, inputs)
    assert made.graph is not None, made.diagnostics[:3]
    assert made.graph.params is not None
    assert made.graph.macs is not None


# --- damaged specs -------------------------------------------------------------------------------

TOKEN = re.compile(r'"[^"\n]*"|\w+|\s+|[^\w\s]')
SPECS = [p.read_text() for p in shipped().values() if p.stat().st_size < 2500]
SMALL = [
    "net n: x[5, 8] { y, h, c = x > lstm(16) as rnn\n [h, c] > add }",
    "block b(f): x { x > f > relu + inner }\nb(linear(8) as inner) > b(linear(8) as inner)",
    "share enc = linear(8) > relu\nblock b = (enc > gelu) as g\nblock c = b > enc\nc",
    "net n: p[T, 8], q[S, 8] { block a: t { t > flatten }\n [p > a, q > a[:, 0:2]] }",
    "block cna(k, c) = (conv(k, c) > bn > relu6) as _\ncna(3x3, 8) > cna(3x3, 8) * 2 as z",
    "block c(d): x, h[d] { (x > linear(d)) + h }\nnet n: x[T, 8] { x > scan(c(8)) > last }",
    'net n(w=4): x[T, 2 * d] int -> [T] { require w > 3, "w is {w}"\n x > embed(9, d) > mean(2) }',
    "net n: x[8] { l = x > linear(8) * 3 as layer\n layer.1 > linear(8, weight=layer.0.weight) }",
    "default conv(bias=false)\nfor i, (a, b) in enumerate([[1, 2]]) { conv(3x3, a * b) as c[i] }",
]
WORDS = [w for spec in SPECS[:3] + SMALL for w in TOKEN.findall(spec)] + list(layers())
EXTREMES = ["0", "-1", "1.5", "none", "true", "99999999999", "[]", "relu", "id", "x", '"a"', "T"]


def _edits(tokens: list[str], draw: Callable[[int], int]) -> list[str]:
    kind, at = draw(6), draw(max(1, len(tokens)))
    end = min(len(tokens), at + 1 + draw(8))
    changed = {
        0: [],
        1: [WORDS[draw(len(WORDS))], *tokens[at:end]],
        2: [WORDS[draw(len(WORDS))]],
        3: tokens[at:end] * 2,
        4: [EXTREMES[draw(len(EXTREMES))]],
        5: tokens[at:end][::-1],
    }
    return [*tokens[:at], *changed[kind], *tokens[end:]]


@given(st.sampled_from([*SPECS, *SMALL * 3]), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=250)
def test_a_damaged_spec_is_checked(text: str, count: int, random: object) -> None:
    draw: Callable[[int], int] = random.randrange  # type: ignore[attr-defined]
    tokens = TOKEN.findall(text)
    for _ in range(count):
        tokens = _edits(tokens, draw)
    made = compiled("".join(tokens))
    assert made.graph is not None or made.diagnostics
    if made.graph is not None:
        assert made.graph.params is not None


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_any_text_is_checked(text: str) -> None:
    check(text)
