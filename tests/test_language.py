"""What docs/language.md says in words and tables, tried sentence by sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netwright as nw

PAGE = (Path(__file__).parent.parent / "docs" / "language.md").read_text("utf-8")
IMAGE = "net f: x[3, 8, 8] {{ {} }}"
VECTOR = "net f: x[8] {{ {} }}"
SEQUENCE = "net f: x[4, 8] {{ {} }}"

SAID = [
    # values and names
    *(
        f"k = 3\na = {value}\nnet f: x[8] {{ x > relu }}"
        for value in (
            "1e-5",
            "true",
            "none",
            '"zeros"',
            "3x3",
            "[k, 1]",
            "[64 * 2**i for i in range(4)]",
        )
    ),
    "net f: x[3, T, 8] { x > linear(x.c + x.d) }",
    IMAGE.format("s = [x]\n s = s + [x > relu]\n s[:-1] > concat"),
    VECTOR.format("for _, (t, c, n) in enumerate([[1, 2, 3]]) { x = x > linear(t + n) }\n x"),
    *(
        VECTOR.format(f"x > linear({number})")
        for number in (
            "len([1, 2])",
            "range(3)[1]",
            "min(1, 2)",
            "max(1, 2)",
            "sum([1, 2])",
            "abs(-1)",
            "round(1.6)",
            "floor(1.5)",
            "ceil(1.5)",
            "int(sqrt(4))",
            "int(log(9))",
            "int(float(3))",
            "zip([1], [2])[0][1]",
            "enumerate([4])[0][1]",
            "reversed([1, 2])[0]",
            "make_divisible(37, 8)",
            "2 if 3 in [3] else 1",
        )
    ),
    'net f(d=8, h=2): x[T, d] { require d % h == 0, "h must divide d"\n x > attention(h) }',
    IMAGE.format("x > conv(3x3, 8, pad=same) > upsample(2, mode=bilinear)"),
    IMAGE.format("x > bn as bn > bn"),
    # pipelines
    IMAGE.format("x > [conv(1x1, 2), id, relu] > concat"),
    "net f: x[3, 8, 8], y[3, 8, 8] { [x, y] > concat(dim=1) }",
    "net f: x[8], y[8] { x + y > relu }",
    VECTOR.format("x * 0.5 > linear(3) * 0.5"),
    SEQUENCE.format("x[:, 0]"),
    SEQUENCE.format("x > gru(3)[:, -1]"),
    SEQUENCE.format("x[..., ::2] > unsqueeze(1)"),
    "net f: x[4, 8], y[8, 3] { x @ y > relu }",
    "net f: x[4], y[4] { x >= y }",
    "net f: x[4], y[4] { x > gt(y) }",
    VECTOR.format("x > gt(0)"),
    IMAGE.format("x > conv(3x3, 8, pad=1) as c > bn > relu + c"),
    "block decoder(y): x { x + y }\n" + IMAGE.format("x > decoder(x > bn) * 2"),
    SEQUENCE.format("[t > relu for t in [x, x]] > concat(dim=-1)"),
    SEQUENCE.format("y, h, c = x > lstm(8)\n [y > last, h[0], c[0]] > concat"),
    SEQUENCE.format("x + (x > randn_like)"),
    "net f: x[T, 8] { [(param([1, 1, 8]) as cls) > expand(N, 1, 8), x] > concat(dim=1) }",
    "block stem = conv(7x7, 64, stride=2, pad=3) > bn > relu\n" + IMAGE.format("x > stem"),
    "share enc = linear(8) > relu\n" + VECTOR.format("x > enc * 3"),
    # blocks and nets
    "net f: t[] { t > unsqueeze(1) > linear(2) }",
    "net f: tokens[T] int { tokens > embed(10, 4) }",
    "block ffn(d, h) = linear(h) > gelu > linear(d)\nnet f: x[T, 8] { x > ffn(8, 16) }",
    "block g(n): x { x > linear(8) > (g(n - 1) if n > 0 else id) }\n" + VECTOR.format("x > g(3)"),
    VECTOR.format("x > for d in [8, 16] { linear(d) > relu } > linear(2)"),
    "default conv(bias=false, init=kaiming_normal(mode=fan_out))\nconv(3x3, 8)",
    # layers
    *(
        SEQUENCE.format(f"x > {layer}")
        for layer in (
            "linear(out=3)",
            "lstm(3, layers=2, bidirectional=true)",
            "attention(2, causal=true)",
            'rearrange("b t (h d) -> b h t d", h=2)',
            "layernorm",
            "stochastic_depth(0.1)",
            "permute(0, 2, 1)",
        )
    ),
    IMAGE.format("x > layernorm(dim=1) > spectral_norm(conv(3x3, 64))"),
    IMAGE.format("x > pad([1, 2, 3, 4]) > upsample(size=[4, 4])"),
    "net f: q[2, 4, 8], k[2, 4, 8], v[2, 4, 8] { [q, k, v] > sdpa(causal=true) }",
    "net f: q[4, 8], kv[5, 8] { [q, kv] > attention(2) }",
]


@pytest.mark.parametrize("text", SAID)
def test_what_the_page_says_works(text: str) -> None:
    assert [d.message for d in nw.check(text)] == []


TRAPS = {
    "x + x > f": "block f = bn\n" + IMAGE.format("x + x > f"),
    "bn > relu if act else id": "net f(act=true): x[8] { x > (bn > relu if act else id) }",
    "sigmoid * 2": VECTOR.format("x > sigmoid * 2"),
    "f * -1": "block f = bn\n" + IMAGE.format("x > f * -1"),
    "x > 0": VECTOR.format("x > 0"),
    "x > y": "net f: x[8], y[8] { x > y }",
    "3 > f": "block f = bn\n" + IMAGE.format("3 > f"),
    "a result that is neither named nor used": VECTOR.format("x > relu\n x > gelu"),
}


def table(head: str) -> list[list[str]]:
    """The rows of a table of the page, by the first word of its head."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_traps_are_all() -> None:
    rows = [row[0].partition(" with ")[0] for row in table("written | why it is refused")]
    told = {word for row in rows for word in re.findall(r"`([^`]+)`", row) or [row]}
    assert told == set(TRAPS)


@pytest.mark.parametrize("written", sorted(TRAPS))
def test_what_reads_as_one_thing_and_means_another(written: str) -> None:
    errors = [d for d in nw.check(TRAPS[written]) if d.severity == "error"]
    assert len(errors) == 1
    assert errors[0].help


TYPED = {
    "conv2d": IMAGE.format("x > conv2d(3x3, 8)"),
    "Conv2d": IMAGE.format("x > Conv2d(3, 8, 3)"),
    "nn.ReLU()": VECTOR.format("x > nn.ReLU()"),
    "nn.ReflectionPad2d(2)": IMAGE.format("x > nn.ReflectionPad2d(2)"),
    "F.max_pool2d(x, 2)": IMAGE.format("F.max_pool2d(x, 2)"),
    'Dense(10, activation="softmax")': VECTOR.format('x > Dense(10, activation="softmax")'),
    "LSTM(64)": SEQUENCE.format("x > LSTM(64)"),
    "key_padding_mask=m": "net f: x[4, 8], m[4] bool { x > attention(2, key_padding_mask=m) }",
    "conv(3, 64, 3)": IMAGE.format("x > conv(3, 64, 3)"),
    "linear(784, 256)": "net f: x[784] { x > linear(784, 256) }",
    "conv(64, 3)": IMAGE.format("x > conv(64, 3)"),
    "padding=": IMAGE.format("x > conv(3x3, 8, padding=1)"),
    "False": VECTOR.format("x > linear(8, bias=False)"),
    "None": SEQUENCE.format("x > attention(2, mask=None)"),
    "relu(x)": VECTOR.format("relu(x)"),
    "f(x)": "block f = relu\n" + VECTOR.format("f(x)"),
    "y = conv(...)": IMAGE.format("y = conv(3x3, 8)\n x > y"),
    "x.view()": VECTOR.format("x.view(-1, 4)"),
    "x.mean(1)": SEQUENCE.format("x.mean(1)"),
    "y, (h, c) =": SEQUENCE.format("y, (h, c) = x > lstm(8)\n [y > last, h[0], c[0]] > concat"),
    "for i in 1..3": VECTOR.format("for i in 1..3 { x = x > linear(i) }\n x"),
    "list(widths)": "widths = [1, 2]\n"
    + VECTOR.format("for w in list(widths) { x = x > linear(w) }\n x"),
    "x += f": "block f = relu\n" + VECTOR.format("x += f\n x"),
    "return": VECTOR.format("return x"),
    ";": VECTOR.format("y = x > relu; y"),
    "if c {": "net f(c=true): x[8] {\n  if c {\n    x > relu\n  }\n}",
}


def test_what_is_typed_is_all() -> None:
    told = {word for row in table("typed | meant") for word in re.findall(r"`([^`]+)`", row[0])}
    assert told == set(TYPED)


@pytest.mark.parametrize("typed", sorted(TYPED))
def test_what_is_typed_is_explained(typed: str) -> None:
    errors = [d for d in nw.check(TYPED[typed]) if d.severity == "error"]
    assert errors
    assert errors[0].help or errors[0].fix


PATHS = [
    (IMAGE.format("x > conv(1x1, 3) > conv(1x1, 3) > bn"), "conv1 conv2 bn1"),
    (IMAGE.format("x > (conv(1x1, 3) > bn > relu) as features"), "features.0 features.1"),
    (IMAGE.format("x > conv(1x1, 3) * 3 as layer"), "layer.0 layer.1 layer.2"),
    (IMAGE.format("x > (conv(1x1, 3) > bn) * 2 as layer"), "layer.0.0 layer.0.1 layer.1.0"),
    (IMAGE.format("x > [conv(1x1, 3), bn] as branches > concat"), "branches.0 branches.1"),
    (IMAGE.format('x > conv(1x1, 3) as l[0] > bn as "n1" > bn as "12"'), "l.0 n1 12"),
    (
        IMAGE.format("x > (conv(1x1, 3) as conv0 > bn > relu) as features"),
        "features.conv0 features.1",
    ),
    (VECTOR.format("x > (linear(3) as head) as heads"), "heads.head"),
    (
        "block cna(k, c) = (conv(k, c) > bn > relu6) as _\n" + IMAGE.format("x > cna(3, 8) as a"),
        "a.0 a.1",
    ),
    ("share enc = linear(8)\n" + VECTOR.format("x > enc > enc"), "enc"),
    (
        "share enc = linear(8) + (param([8]) as w)\n" + VECTOR.format("x > enc > enc"),
        "enc.0 w",
    ),
    (
        "block unit(d) = linear(d) + (param([d]) as w)\nshare enc = unit(8)\n"
        + VECTOR.format("x > enc > enc"),
        "enc.linear1 enc.w",
    ),
    (
        "block l: x { x > linear(8) }\nnet f(unit=l): x[8] { x > unit > unit }",
        "unit1.linear1 unit2.linear1",
    ),
    (
        "block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d)) > tanh }\n"
        + SEQUENCE.format("x > scan(elman(4)) > last"),
        "elman1.linear1 elman1.linear2",
    ),
]


@pytest.mark.parametrize(("text", "paths"), PATHS)
def test_module_paths(text: str, paths: str) -> None:
    names = [name for name, _ in nw.loads(text).to_torch().named_parameters()]
    for path in paths.split():
        assert any(f"{name}.".startswith(f"{path}.") for name in names), (path, names)
