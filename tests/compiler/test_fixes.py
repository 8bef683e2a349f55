"""Repairs that are sure are made, and they mend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from netwright.compiler.fixes import fixed
from netwright.compiler.pipeline import check_source
from netwright.grammar.diagnostics import Diagnostic, Edit, Fix
from netwright.grammar.source import Source

ERRORS = sorted((Path(__file__).parents[1] / "errors").glob("*.net"))


def findings(source: Source) -> Sequence[Diagnostic]:
    return check_source(source).diagnostics


TEXTS = {
    "input(3x8x8) > cnov(3x3, 8) > rleu\n": "input(3x8x8) > conv(3x3, 8) > relu\n",
    "net f: x[8] {\n  y = relu(x)\n  y > ReLU()\n}\n": "net f: x[8] {\n"
    "  y = (x > relu)\n  y > relu\n}\n",
    # the second mistake shows when the first is mended
    "net f: x[3, 8, 8] { x > conv(3x3, 8, strid=2) }\nnet g: x[8] { return x > relu }\n": (
        "net f: x[3, 8, 8] { x > conv(3x3, 8, stride=2) }\nnet g: x[8] { x > relu }\n"
    ),
    "from resnet import resnet19\ninput(3x64x64) > resnet19\n": (
        "from resnet import resnet18\ninput(3x64x64) > resnet18\n"
    ),
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_mended(text: str) -> None:
    assert fixed(Source("a.net", text), findings).source.text == TEXTS[text]


@pytest.mark.parametrize(
    "text",
    [
        "input(3x8x8) > conv(3x3, 8 > relu\n",  # the bracket may be closed in several places
        "net f: x[T, 8] { x > batchnorm }\n",  # a warning: it compiles
        "net f: x[8] { x > boom }\n",  # nobody knows
    ],
)
def test_what_is_left(text: str) -> None:
    result = fixed(Source("a.net", text), findings)
    assert result.source.text == text
    assert not result.made
    assert result.left


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_repairs_mend(path: Path) -> None:
    """No error is where a repair was made, what is left is what a check of the new text says, and
    a second time there is nothing to do."""
    before = Source(path.name, path.read_text())
    result = fixed(before, findings)
    assert bool(result.made) == (result.source.text != before.text)
    assert [d.message for d in result.left] == [d.message for d in findings(result.source)]
    assert not fixed(result.source, findings).made
    assert {d.severity for d in result.made} <= {"error"}


def test_repairs_that_only_work_apart_are_made_one_by_one() -> None:
    """Each of two repairs works alone, and both together do not."""
    source = Source("a.net", "ab")

    def check(text: Source) -> list[Diagnostic]:
        def finding(at: int) -> Diagnostic:
            span = text.span(at, at + 1)
            return Diagnostic("E201", "", span, fix=Fix("", (Edit(span, "x"),)))

        wrong = {"ab": (0, 1), "xb": (), "xx": (0, 1)}
        return [finding(at) for at in wrong[text.text]]

    result = fixed(source, check)
    assert result.source.text == "xb"
    assert len(result.made) == 1
