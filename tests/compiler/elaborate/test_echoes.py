"""One mistake is one error: what failed is unknown, and silent."""

from __future__ import annotations

import pytest

import netwright as nw


def codes(text: str) -> list[str]:
    return [d.code for d in nw.check(text) if d.severity == "error"]


ECHOES = {
    "a broken line's result": "net n: x[8] -> [3] {\n  y = x > linear(3\n  y > relu\n}",
    "a head": "block f(a b): x { x > linear(a) > linear(b) }\nnet n: x[8] { x > f(1, 2) }",
    "a net": "net A(d 3): x[8] { x > linear(d) }\nnet b = A(3)\nnet c = A(4)",
    "a share": "net n: x[8] {\n  share f = linear(3 4)\n  x > f > f > relu\n}",
    "names": "net n: x[5, 8] {\n  y, h = x > gru(8) )\n  [y, h] > concat(dim=1)\n}",
    "a label": "net n: x[8] {\n  y = x > linear(8 8) as first\n  y + first\n}",
    "an import": "from resnet import basic unit\nnet n: x[8, 9, 9] { x > basic(8) > unit }",
    "a body's end": "net n: x[8] {\n  y = x > relu\n  y > linear(3)\n\nnet m: x[8] { x > relu }",
}
CODES = ["E103", "E110", "E110", "E110", "E104", "E110", "E136", "E103"]


@pytest.mark.parametrize(("text", "code"), [*zip(ECHOES.values(), CODES, strict=True)], ids=ECHOES)
def test_what_does_not_parse_has_no_echo(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_other_mistakes_are_told_all_the_same() -> None:
    text = "net n: x[8] {\n  y = x > linear(3 4)\n  x > rleu\n}\nnet m: x[8] { x > linaer(3) }"
    assert codes(text) == ["E110", "E201", "E201"]
