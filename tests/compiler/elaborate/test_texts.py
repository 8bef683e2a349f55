"""What a text takes: numbers, texts, true and false, and lists of them. The compiler's own objects
are shown nowhere."""

from __future__ import annotations

import re
import time

import pytest

import netwright as nw
from netwright.compiler import builder, environment, values
from netwright.grammar.record import Entity
from netwright.grammar.source import Source

HEAD = "import resnet\nblock b(n): y { y > linear(n) }\n"
BODY = '  share s = linear(8)\n  first = x > s > b(8) as made > linear(8) * 2 as l\n  word = "a"\n'
KINDS = {
    "x": "a tensor [N, 8]",
    "first": "a tensor [N, 8]",
    "first.weight": "a tensor [8, 8]",
    "made": "a tensor [N, 8]",
    "[x, first]": "a bundle of tensors",
    "[1, [2, x]]": "a bundle of tensors",
    "relu": "a network",
    "linear": "a network",
    "linear(8)": "a network",
    "(relu > gelu)": "a network",
    "(relu + gelu)": "a network",
    "linear(8) * 3": "a network",
    "[relu, 1]": "a list",
    "s": "a network",
    "b": "a network",
    "b(8)": "a network",
    "b(8)[:, 0]": "a network",
    "len": "the function len",
    "resnet": "the imported file resnet",
    "resnet.basic": "a network",
    "id": "a network",
    "scan(b)": "a network",
}
INTERNAL = re.compile(
    "|".join(
        [rf"\b{c.__name__}[(>]" for c in vars(values).values() if isinstance(c, type)]
        + ["object at 0x", "UNKNOWN", "Draft", "Builder", "Span"]
    )
)
PLACES = {
    "a label": 'x > linear(8) as "l{%s}"',
    "a label's number": "x > linear(8) as l[%s]",
    "a message": 'require 1 > 2, "no: {%s}"\n  x > linear(8)',
    "a text": 'w = "{%s}"\n  x > linear(8 if w == "" else 9)',
    "a list's text": 'w = ["{%s}" for i in range(2)]\n  x > linear(len(w))',
}


def spec(place: str, value: str) -> str:
    return f"{HEAD}net n: x[8] {{\n{BODY}  {PLACES[place] % value}\n}}\n"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", KINDS)
def test_the_error_names_the_kind(place: str, value: str) -> None:
    found = nw.check(spec(place, value))
    code = "E221" if place == "a label's number" else "E215"
    said = [d.message for d in found if d.code == code]
    assert said, found
    assert KINDS[value] in said[0]
    words = [w for d in found for w in (d.message, d.detail, *d.notes, *d.help)]
    assert not INTERNAL.search("\n".join(words)), words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("3", "3"),
        ("1.5", "1.5"),
        ("word", "a"),
        ("true", "true"),
        ("none", "none"),
        ("x.shape", "[N, 8]"),
        ("[1, [true, word]]", "[1, [true, a]]"),
        ("x.d * 2", "16"),
        ("[]", "[]"),
    ],
)
def test_what_a_text_takes(value: str, text: str) -> None:
    said = [d.message for d in nw.check(spec("a message", value))]
    assert f"no: {text}" in said


@pytest.mark.parametrize("place", PLACES)
def test_a_large_network_takes_no_time(place: str) -> None:
    lines = "".join(f"  x{i + 1} = x{i} + (x{i} > linear(8))\n" for i in range(300))
    text = f"net n: x0[8] {{\n{lines}  x = x300\n  {PLACES[place] % 'x'}\n}}\n"
    started = time.process_time()
    assert [d.code for d in nw.check(text) if d.severity == "error"]
    assert time.process_time() - started < 2


def test_representations_are_constant() -> None:
    """Whatever holds whatever: entities lead to one another."""
    source = Source("a.net", "x" * 1000)
    assert repr(source) == "<Source a.net>"
    for module in (values, builder, environment):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Entity) and kind is not Source:
                assert repr(kind.__new__(kind)) == f"<{kind.__name__}>"
