"""Sizes that only the input tells: what a layer asks of them is said, and what is promised runs."""

from __future__ import annotations

import pytest
import torch

import netwright as nw

ASKS = [
    ("x[8, T] { x > conv(3, 8) > conv(5, 8) > maxpool(2) }", "T is at least 8"),
    ("x[8, T] { x > avgpool(3, pad=1) > maxpool(2) }", "T is at least 4"),
    ("x[T, 8] { x[:, 5] }", "T is at least 6"),
    ("x[T, 8] { x[:, -3] }", "T is at least 3"),
    ("x[T, 8] { x > narrow(1, start=2, length=3) }", "T is at least 5"),
    ("x[T, 8] { y = x > topk(4, dim=1)\n y }", "T is at least 4"),
    ("x[8, T] { x > pad([2, 2], mode=reflect) }", "T is at least 3"),
    ("x[T, 8] { x > positions(20, mode=learned) }", "T is at most 20"),
    ("x[T, 8] { x + (arange(T) > embed(20, 8)) }", "T is at most 20"),
    ("x[T, 8] { x + (arange(2, T + 2) > embed(20, 8)) }", "T is at most 18"),
    ("x[T, 8] { x + (arange(T)[none, :] > embed(20, 8)) }", "T is at most 20"),
    ("x[T, 8] { x + (arange(T) > unsqueeze(0) > embed(20, 8)) }", "T is at most 20"),
    ("x[T, 8] { x + (arange(T) + 2 > embed(20, 8)) }", "T is at most 18"),
    ("x[T, 8] { x + (arange(40)[2:T + 2] > embed(20, 8)) }", "T is at most 18"),
    ("x[T, 8] { x + (arange(2 * T)[::2] > embed(19, 8)) }", "T is at most 10"),
    ("x[8, T] { x > instancenorm }", "T is at least 2"),
    ("x[T, 8] { x + (arange(T - 1, -1, step=-1) > embed(20, 8)) }", "T is at most 20"),
    ("x[3, H, 8] { x > unfold(3x3) }", "H is at least 3"),
    ("x[2, 3, T] { x > upsample(0.5) }", "T is at least 2"),
]


def runs(text: str, size: int) -> bool:
    net = nw.loads(text)
    module = net.to_torch().eval()
    (port,) = net.ir.inputs
    values = dict.fromkeys(port.type.symbols(), size) | {"N": 2}
    shape = [int(str(d)) for d in port.type.substitute(values).shape]
    try:
        with torch.no_grad():
            made = module(torch.rand(shape))
    except (RuntimeError, IndexError, ValueError):
        return False
    (result,) = net.ir.outputs
    return tuple(made.shape) == result.type.substitute(values).shape


@pytest.mark.parametrize(("body", "asked"), ASKS)
def test_the_limit_is_pytorchs(body: str, asked: str) -> None:
    """The limit that is named is where PyTorch begins, or ceases, to run; `require` says it."""
    text = f"net n: {body}"
    (found,) = nw.check(text)
    assert (found.code, found.message) == ("W520", f"this runs only if {asked}")
    limit = int(asked.split()[-1])
    outside = limit + 1 if "most" in asked else limit - 1
    assert runs(text, limit)
    assert not runs(text, outside)
    condition = found.help[0].split("`")[1]
    assert not nw.check(text.replace("{ ", f"{{ {condition}\n ", 1))


EMPTY = [
    ("x[:, 1:]", "T is at least 2"),
    ("x[:, :-2]", "T is at least 3"),
    ("x[:, 2:-1]", "T is at least 4"),
    ("x[:, :T // 2]", "T is at least 2"),
    ("x > var(1)", "T is at least 2"),
    ("x > pad([0, 0, -3, 4])", "T is at least 3"),
    ("x > reshape(-1, T - 1, 1) > mean(0)", "T is at least 2"),
]


@pytest.mark.parametrize(("body", "asked"), EMPTY)
def test_an_axis_has_an_element(body: str, asked: str) -> None:
    found = [d.message for d in nw.check(f"net n: x[T, 8] {{ {body} }}") if d.code == "W520"]
    assert found == [f"this runs only if {asked}"]


def test_rotary_turns_pairs() -> None:
    (found,) = nw.check("net n: x[T, D] { x > rotary }")
    assert found.message == "`D` must be even"


@pytest.mark.parametrize(
    "body",
    [
        'x > rearrange("b t (h d) -> b h t d", d=T // 2)',
        "x > view(-1, T - 1)",
        "x > unsqueeze(1) > maxpool(T // 2)",
    ],
)
def test_sizes_that_divide_are_not_0(body: str) -> None:
    found = [d for d in nw.check(f"net n: x[T, D] {{ {body} }}") if d.code != "W502"]
    assert "this runs only if T is at least 2" in [d.message for d in found]
    assert not [d for d in found if d.severity == "error"]


def test_a_promise_that_is_too_weak() -> None:
    (found,) = nw.check("net n: x[8, T] { require T >= 4\n x > conv(5, 8) }")
    assert found.message == "this runs only if T is at least 5"


def test_multiples() -> None:
    text = "net n: x[T, 8] {{ {}q, k = x > chunk(2, dim=1)\n q + k }}"
    assert [d.code for d in nw.check(text.format(""))] == ["W502"]
    assert not nw.check(text.format("require T % 2 == 0\n "))
    assert not nw.check(text.format("require T >= 3 and T % 4 == 0\n "))
    assert [d.code for d in nw.check(text.format("require T % 3 == 0\n "))] == ["W502"]
    assert not nw.check(text.format("require T % 2 == 0\n require T % 3 == 0\n "))


def test_what_require_cannot_promise() -> None:
    for condition in ("T >= 3 or T == 1", "T // 2 > 3", "T != 5"):
        found = nw.check(f"net n: x[T, 8] {{ require {condition}\n x > relu }}")
        assert [d.code for d in found] == ["E222"], condition


@pytest.mark.parametrize(
    "body",
    [
        "x[3, 8, 8] { x > view(32, -1) > linear(2) }",
        "x[3, 8, 8] { x > permute(1, 2, 3, 0) > linear(2) }",
        "t[T] int { t > embed(1000, 64) > conv(3, 128) }",
        "x[T, 8] { x > transpose(1, 2) > linear(4) }",
        "x[T, 8] { x > flatten > layernorm }",
        "x[T, 8] { x > bn }",
        "x[T, 8] { x > transpose(1, 2) > gru(4) }",
        "x[8, T] { x > linear(T) }",
        "x[8, T] { p = param([T]) as p\n x * p }",
    ],
)
def test_weights_have_numbers(body: str) -> None:
    assert [d.code for d in nw.check(f"net n: {body}")] == ["E312"]


@pytest.mark.parametrize("text", ["conv(3x3, 8) > bn > flatten > linear(10)", "linear(8) > ln"])
def test_inputs_without_a_shape_stay_lazy(text: str) -> None:
    assert not nw.check(text)


def test_no_help_hangs() -> None:
    found = nw.check("net n: x[3, 8, 8] { x > conv(3x3, 64, groups=2**40) }")
    assert [d.code for d in found] == ["E301"]


POOLED = "net n: x[3, {}] {{ y, places = x > maxpool(2, return_indices=true)\n {} }}"
UNPOOLS = [
    ("5, 5", "[y, places] > max_unpool(2)", "`size=[5, 5]`"),
    ("5, 5", "[y, places] > max_unpool(2, size=[4, 5])", "`size=[5, 5]`"),
    ("5", "[y, places] > max_unpool(2)", "`size=[5]`"),
    ("5, 5", "block f: a, b { [a, b] > max_unpool(2) }\n [y, places] > f", "`size=[5, 5]`"),
]


@pytest.mark.parametrize(("sizes", "body", "help"), UNPOOLS)
def test_unpooling_gives_back_what_was_pooled(sizes: str, body: str, help: str) -> None:
    (found,) = nw.check(POOLED.format(sizes, body))
    assert (found.code, found.help) == ("E301", (help,))
    mended = f"[y, places] > max_unpool(2, {help.strip('`')})"
    net = nw.loads(POOLED.format(sizes, mended))
    shape = [2, 3, *map(int, sizes.split(","))]
    x = torch.randperm(torch.Size(shape).numel()).reshape(shape).float() + 1
    made = net.to_torch()(x)
    assert made.shape == x.shape
    assert torch.equal(made[made != 0], x[made != 0])


def test_each_call_of_a_block_has_places_of_its_own() -> None:
    text = """
block undo: a, b {{ [a, b] > max_unpool(2) }}
net n: small[3, 4, 4], large[3, {0}, {0}] {{
  a, p = small > maxpool(2, return_indices=true)
  b, q = large > maxpool(2, return_indices=true)
  [[a, p] > undo, [b, q] > undo]
}}
"""
    assert not nw.check(text.format(4))
    (found,) = nw.check(text.format(5))
    assert found.message == "the indices are places in 5×5, and the result is 4×4"


def test_each_call_of_a_block_has_numbers_of_its_own() -> None:
    text = "block rows: i {{ i > embed(8, 4) }}\nnet n: x[7, 4] {{ x + {} }}"
    assert not nw.check(text.format("(arange(7) > rows) + (arange(1, 8) > rows)"))
    (found,) = nw.check(text.format("(arange(7) > rows) + (arange(2, 9) > rows)"))
    assert found.message == "the indices are 2 to 8, the table has 8 rows"


def test_unpooling_of_an_open_size() -> None:
    body = "y, places = x > maxpool(2, return_indices=true)\n [y, places] > max_unpool(2{})"
    text = f"net n: x[3, T] {{{{ {{}}{body} }}}}"
    (found,) = nw.check(text.format("", ""))
    assert (found.code, found.message) == ("W502", "`T` must be even")
    assert not nw.check(text.format("require T % 2 == 0\n ", ""))
    assert not nw.check(text.format("require T >= 2\n ", ", size=T"))


BLOCKS = [
    ("x > conv(5, 8)", ["T is at least 5", "S is at least 5"]),
    ("require x.shape[2] >= 5\n x > conv(5, 8)", []),
    ("require x.shape[2] >= 4\n x > conv(5, 8)", ["T is at least 5", "S is at least 5"]),
    ("a, b = x > chunk(2, dim=2)\n a + b", ["`T` and `S` must be even"]),
]


@pytest.mark.parametrize("outer", ["x > inner", "x > inner > relu", "(x > inner) + (x > inner)"])
@pytest.mark.parametrize(("body", "asked"), BLOCKS)
def test_a_block_asks_at_each_call(outer: str, body: str, asked: list[str]) -> None:
    text = f"""
block inner: x {{ {body} }}
block outer: x {{ {outer} }}
net n: a[8, T], b[8, S] {{ [a > outer > mean(2), b > outer > mean(2)] > add }}
"""
    found = [d.message.removeprefix("this runs only if ") for d in nw.check(text)]
    assert found == asked


@pytest.mark.parametrize("numbers", ["arange(21)", "arange(-1, 2)", "arange(3, -2, step=-1)"])
def test_counted_indices_have_rows(numbers: str) -> None:
    text = f"net n: x[8] {{ x + ({numbers} > embed(20, 8) > mean(0)) }}"
    (found,) = nw.check(text)
    assert found.code == "E301"
    assert found.span is not None and found.span.text == "20"
