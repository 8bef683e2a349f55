"""Dense texts end soon, with what they say or with an error that names a bound: each kind of token
and statement in a row, many errors, many warnings. The bounds on time are generous: what grows with
the square of a text passes them."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

import netwright as nw

NET = "net n: x[4] { x > relu }"


def _lines(text: str, count: int) -> str:
    return "\n".join(text.format(i) for i in range(count))


TEXTS: dict[str, Callable[[int], str]] = {
    "terms": lambda n: "a = " + " + ".join(["1"] * n) + f"\n{NET}",
    "blocks": lambda n: _lines("block b{} = relu", n // 2) + f"\n{NET}",
    "constants": lambda n: _lines("a{} = 1", n // 2) + f"\n{NET}",
    "assignments": lambda n: f"net n: x[4] {{\n{_lines('a{} = 1', n // 2)}\n x }}",
    "tensors": lambda n: f"net n: x[4] {{\n{_lines('x', n // 4)}\n}}",
    "unused": lambda n: f"net n: x[4] {{\n{_lines('a{} = x > relu', n // 8)}\n x }}",
    "unknown": lambda n: f"net n: x[4] {{\n{_lines('a{0} = x > foo{0}', n // 8)}\n x }}",
    "layers": lambda n: "net n: x[4] { x" + " > linear(4)" * (n // 8) + " }",
    "names": lambda n: "a " * n,
    "numbers": lambda n: "1 " * n,
    "open": lambda n: "{" * n,
    "parentheses": lambda n: "(" * n + ")" * n,
    "documentation": lambda n: "## words\n" * n + NET,
    "comments": lambda n: "# words\n" * n + NET,
    "blanks": lambda n: "\n" * n + NET,
    "list": lambda n: "a = [" + "1, " * n + f"1]\n{NET}",
    "imports": lambda n: "import resnet\n" * (n // 8) + NET,
    "parameters": lambda n: f"net n({', '.join(f'a{i}=1' for i in range(n // 4))}): x[4] {{ x }}",
    "nets": lambda n: _lines("net n{} = relu", n // 4),
    "linears": lambda n: f"net n: x[4] {{\n x\n{_lines(' > linear({})', n // 8)} }}".replace(
        "(0)", "(1)"
    ),
    "recurrent": lambda n: f"net n: x[9, 4] {{\n x\n{_lines(' > lstm(1{})', n // 8)} }}",
    "open sizes": lambda n: (
        f"net n: x[4, H, W] {{\n x\n{_lines(' > conv(3, 1{}, stride=2) > upsample(2)', n // 16)} }}"
    ),
    "negations": lambda n: "a = " + "-" * n + f"1\n{NET}",
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("count", [4_000, pytest.param(300_000, marks=pytest.mark.slow)])
def test_a_dense_text_ends_soon(kind: str, count: int) -> None:
    start = process_time()
    found = nw.check(TEXTS[kind](count)[:1_000_000])
    assert process_time() - start < 10
    assert not any(d.code == "E901" for d in found)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("count", [4_000, pytest.param(300_000, marks=pytest.mark.slow)])
def test_summary_and_source_of_a_dense_text_end_soon(kind: str, count: int) -> None:
    """With what they say, or with errors, none of which is netwright's own."""
    start = process_time()
    try:
        net = nw.loads(TEXTS[kind](count)[:1_000_000])
        assert net.summary()
        assert net.to_source()
    except nw.CompileError as error:
        assert not any(d.code == "E901" for d in error.diagnostics)
    assert process_time() - start < 20


def test_more_nets_than_a_check_goes_through_are_told_soon() -> None:
    text = _lines("net n{} = relu", 28_000)
    start = process_time()
    found = nw.check(text)
    assert process_time() - start < 10
    assert [d.code for d in found] == ["E214"]
    assert nw.check(_lines("net n{} = relu", 1_000)) == []


def test_ten_thousand_layers_written_out_are_no_dense_text() -> None:
    layers = "\n".join("  > conv(3x3, 8, pad=1)" for _ in range(10_000))
    assert nw.check(f"net n: x[8, 32, 32] {{\n  x\n{layers}\n}}") == []


@pytest.mark.parametrize(
    ("shape", "line", "count"),
    [
        ("20, 4", "  > lstm(1{}, bidirectional=true)", 8_000),
        ("4, H, W", "  > conv(3, 1{}, pad=1, stride=2) > upsample(2)", 4_500),
    ],
)
def test_weights_and_long_sizes_take_steps(shape: str, line: str, count: int) -> None:
    """Thousands of layers that take long are too much by default, and no error if allowed."""
    text = f"net n: x[{shape}] {{\n  x\n{_lines(line, count)}\n}}"
    tokens = {"tokens": 10**6}
    assert [d.code for d in nw.check(text, limits=tokens)] == ["E214"]
    found = nw.check(text, limits=tokens | {"steps": 10**6})
    assert not any(d.severity == "error" for d in found)


def test_of_many_nets_with_errors_the_first_are_checked_and_repaired() -> None:
    """A repair is tried by a new check: all together have a bound, and what is not tried is not
    offered."""
    net = (
        "net n{0}: x[4] {{\n  a = x > foo{0}\n  b = a > lineer(4)\n  b > linear(4, biass=no)\n}}\n"
    )
    start = process_time()
    found = nw.check("".join(net.format(i) for i in range(300)))
    assert process_time() - start < 10
    assert 50 < len(found) < 110
    assert sum("nets more of this file are not checked" in n for d in found for n in d.notes) == 1
