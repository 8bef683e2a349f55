"""A width gets a name only if the model has one for it, and the file has it often."""

from __future__ import annotations

import pytest

from netwright.backends.importer.widths import with_width
from netwright.grammar.parser import parse
from netwright.grammar.printer import print_file
from netwright.grammar.source import Source

BODY = "net f: x[4, {0}] {{ x > linear({1}) > linear({0}) > linear({1}) > linear({0}) }}\n"


def written(text: str, **names: int) -> str:
    file, _ = parse(Source("a.net", text))
    return print_file(with_width(file, [], [names]))


def test_a_width_and_its_multiples_have_the_name() -> None:
    text = written(BODY.format(24, 96) + BODY.format(24, 48).replace(" f", " g"), d_model=24)
    assert text.startswith("d_model = 24\n")
    assert text.count("linear(d_model)") == 4
    assert text.count("linear(4 * d_model)") == text.count("linear(2 * d_model)") == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (BODY.format(24, 24), {}),  # nobody has a name for it
        (BODY.format(24, 24), {"heads": 24}),
        (BODY.format(8, 8), {"d_model": 8}),  # small numbers are equal by chance
        (BODY.format(24, 30), {"d_model": 24}),  # twice
        (BODY.format(24, 24).replace("f:", "f(width=1, d_model=2):"), {"d_model": 24}),
        ("net f: x[4] { x > pad([0, 0]) > linear(0) > linear(0) > linear(0) > linear(0) }", {}),
    ],
)
def test_what_gets_no_name(text: str, names: dict[str, int]) -> None:
    assert " = " not in written(text, **names).partition("net")[0]
