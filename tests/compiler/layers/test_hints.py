"""What a hint promises holds: it is made, and the shape is computed."""

from __future__ import annotations

import itertools
import re

import pytest

import netwright as nw

SETTINGS = list(itertools.product((1, 2, 3, 4, 5, 7), (2, 3), (1, 2), ("14x14", "15x17", "7x8")))


def hints(text: str) -> list[str]:
    return [help for finding in nw.check(text) for help in finding.help]


@pytest.mark.parametrize(("kernel", "stride", "dilation", "size"), SETTINGS)
def test_padding_in_place_of_same(kernel: int, stride: int, dilation: int, size: str) -> None:
    """All that are offered give ceil(size / stride); where there is one, it is offered."""
    call = f"conv({kernel}, 4, stride={stride}, dilation={dilation}, pad=%s)"
    given = [h for h in hints(f"input(3x{size}) > {call % 'same'}") if "ceil" in h]
    wanted = [-(-int(s) // stride) for s in size.split("x")]
    fitting = [p for p in range(15) if spatial(size, call % p) == wanted]
    assert len(given) == (1 if fitting else 0)
    for hint in given:
        assert int(re.findall(r"pad=(\d+)", hint)[0]) in fitting


def spatial(size: str, call: str) -> list[int] | None:
    try:
        net = nw.loads(f"input(3x{size}) > {call}")
    except nw.CompileError:
        return None
    return list(net.ir.outputs[0].type.shape[2:])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "call",
    [
        "conv(3x3, 8)",
        "conv(5x5, 8, dilation=2)",
        "conv(3x5, 8)",
        "conv(2x2, 8)",
        "conv(4, 8)",
        "conv(3x3, 8, stride=2)",
        "conv(3x3, 8, groups=1, bias=false)",
        "conv(3x3, 8, pad=0)",
    ],
)
def test_padding_that_keeps_the_size(call: str) -> None:
    """Also with other settings; of a stride that shrinks nothing is said."""
    text = f"net t: x[8, 21, 21] {{ y = x > {call}\n y + x }}"
    promised = [h.split("`")[1] for h in hints(text) if "keeps the size" in h]
    assert len(promised) == (0 if "stride" in call else 1)
    for hint in promised:
        assert nw.check(text.replace(call, hint)) == []


@pytest.mark.parametrize(
    "text",
    [
        "input(3x4x4) > conv(9, 8, stride=2)",
        "input(3x4x4) > conv(9, 3)",
        "input(3x4x4) > conv(16, 8, groups=3)",
        "input(8x9x9) > conv(3, 12, groups=8)",
        "input(3x9x9) > maxpool(3x2, pad=2)",
        "input(3x9x9) > maxpool(3, pad=2)",
        "input(12) > linear(12) > gn(5)",
        "input(5x12) > attention(5)",
        "net t: a[4, 5], b[4, 6] { [a, b] > concat }",
    ],
)
def test_settings_in_hints(text: str) -> None:
    """A setting that a hint names is tried in the text."""
    for hint in hints(text):
        for name, value in re.findall(r"`(pad|groups|dim)=(\[[^\]]*\]|\w+)`", hint):
            call = re.sub(rf",?\s*{name}=[^,)]*", "", text)
            changed = re.sub(r"\)(?=[^)]*$)", f", {name}={value})", call)
            assert not any(d.severity == "error" for d in nw.check(changed)), (hint, changed)


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("input(4x5x6) > layernorm(dim=[1, 2])", "layernorm(dim=[1, 2])"),
        ("input(4x5x6) > reshape(4, 30)", "reshape(4, 30)"),
        ("input(4x5x6) > permute(0, 2, 1)", "permute(0, 2, 1)"),
        ("input(4x5x6) > permute(2, 0, 1)", "permute(2, 0, 1)"),
        ("input(20) > prelu(7)", "prelu(7)"),
        ("input(20x8x8) > prelu(7)", "prelu(7)"),
        ("input(20x12) > attention(5)", "attention(5)"),
        ("input(20x12) > attention(9)", "attention(9)"),
        ("input(20x10) > positions(length=12, mode=learned)", "length=12"),
        ("input(8) > pad(3)", "pad(3)"),
        ("input(3x80x80) > conv(64, 3)", "conv(64, 3)"),
        ("input(3x4x4) > conv(64, 3)", "conv(64, 3)"),
        ("input(5x6) > upsample(2, mode=bilinear)", "mode=bilinear"),
        ("net t: x[3, 8, 8], y[5, 8, 8] { x + (y) }", "y"),
        ("net t: x[3, 8, 8], y[6, 4, 4] { (x) + y }", "x"),
        ("net t: x[3, 16, 9], y[3, 4, 3] { (x) + y }", "x"),
        ("net t: x[20, 8], y[20, 9] { x * (y) }", "y"),
        ("net t: a[4, 5], b[6, 5] { a @ (b) }", "b"),
        ("net t: x[12, 8] -> [12, 4] { x > (relu) }", "relu"),
        ("net t: x[3, 8, 8] -> [5, 8, 8] { x > (relu) }", "relu"),
        ("net t: x[3, 8, 8] -> [3] { x > (relu) }", "relu"),
        ("net t: x[5, 8] -> [8] { x > (relu) }", "relu"),
    ],
)
def test_what_hints_say_to_write(text: str, replaced: str) -> None:
    """In place of what is wrong, or behind it, the texts of a hint leave no error."""
    bracketed = f"({replaced})" in text
    for hint in hints(text):
        for code in re.findall(r"`([^`]*)`", hint):
            pipe = code if " > " in code or not bracketed else f"{replaced} > {code}"
            changed = text.replace(f"({replaced})", f"({pipe})") if bracketed else text
            changed = changed if bracketed else text.replace(replaced, code)
            errors = [d.message for d in nw.check(changed) if d.severity == "error"]
            assert errors == [], (hint, changed)
