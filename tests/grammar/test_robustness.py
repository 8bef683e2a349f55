"""Whatever is typed: an answer, never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.grammar.parser import parse, parse_expression
from netwright.grammar.source import Source
from tests.fuzz.texts import WORDS

from .test_mistakes import CASES, apply

SOUND = """\
import resnet
from resnet import stage as st

default conv(bias=false, init=kaiming_normal(mode=fan_out))
share enc = linear(128) > relu

## A net.
net N(unit, depths, classes=1000): image[3, 224, 224], t[] int -> [classes] {
  x = image > conv(7x7, 64) > (bn > relu) as "stem{1 + 1}"
  for i, (depth, w) in enumerate(depths) {
    x = x > (unit(w, stride=1 if i == 0 else 2) > unit(w) * (depth - 1)) as layer[i]
  }
  y, h, c = x[:, 0, ..., none] > lstm(128)
  [x > gap, y] > concat(dim=-1) > linear(classes) as fc
}
require width % heads == 0, "heads must divide {width}"
block f(p) = id + (norm > mlp(4 * p)) > [a for a in b if a not in c] > -2 ** -1
"""
TOKENS = [*WORDS, "##", "/*", "return", "True", "def", "class", "3x", "  - ", "x = ", "lambda"]
"""With those of other languages."""


def check(text: str) -> None:
    source = Source("any", text)
    file, diagnostics = parse(source)
    for d in diagnostics:
        assert d.span
        assert 0 <= d.span.start <= d.span.end <= len(text)
        if d.fix:
            apply(text, d.fix.edits)
    assert file.statements or diagnostics
    parse_expression(source)


@settings(max_examples=200)
@given(st.text())
def test_any_text(text: str) -> None:
    check(text)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(TOKENS), max_size=30))
def test_any_tokens(tokens: list[str]) -> None:
    check("".join(tokens))
    check(" ".join(tokens))


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SOUND)), st.integers(0, 6), st.sampled_from(["", *TOKENS])),
        max_size=4,
    )
)
def test_damaged_programs(damage: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for start, length, token in damage:
        text = text[:start] + token + text[start + length :]
    check(text)


@settings(max_examples=200)
@given(st.sampled_from(CASES), st.integers(0, 400), st.sampled_from(TOKENS))
def test_damaged_mistakes(case: str, at: int, token: str) -> None:
    check(case[:at] + token + case[at:])
    check(case[:at])


def test_the_program_that_is_damaged_is_sound() -> None:
    assert not parse(Source("sound", SOUND))[1]
