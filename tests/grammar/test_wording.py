"""Words that messages share, and what a mistyped one was meant to be."""

from __future__ import annotations

import pytest

from netwright.grammar.nearby import closest, nearest
from netwright.grammar.wording import counted, either, listing


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "no axes"), (1, "1 axis"), (2, "2 axes"), (1200, "1,200 axes")],
)
def test_counted(number: int, said: str) -> None:
    assert counted(number, "axis", "axes") == said
    assert counted(number, "input").endswith(" input" if number == 1 else " inputs")


@pytest.mark.parametrize(
    ("names", "listed", "chosen"),
    [
        ([], "nothing", ""),
        (["a"], "`a`", "a"),
        (["a", "b"], "`a` and `b`", "a or b"),
        (["a", "b", "c"], "`a`, `b` and `c`", "a, b or c"),
    ],
)
def test_names_in_a_row(names: list[str], listed: str, chosen: str) -> None:
    assert listing(names) == listed
    assert either(names) == chosen


def test_a_long_list_ends_in_dots() -> None:
    names = [f"n{i}" for i in range(13)]
    assert listing(names).endswith("`n11`...")
    assert listing(names[:12]).endswith("`n10` and `n11`")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("linaer", ["linear"]),
        ("Linear", ["linear"]),
        ("LINEAR", ["linear"]),
        ("resnt", ["resnet"]),
        ("conv_transp", ["conv_transpose"]),
        ("cnv", ["conv"]),
        ("bx", []),
        ("", []),
        ("x" * 100, []),
        ("nothing", []),
    ],
)
def test_nearest(word: str, meant: list[str]) -> None:
    known = ["linear", "conv", "conv_transpose", "resnet", "bn"]
    assert nearest(word, known, 1) == meant
    assert closest(word, known) == next(iter(meant), None)


def test_several_near_ones_come_nearest_first() -> None:
    assert nearest("denselayer1", ["denselayer", "denselayer2"]) == ["denselayer", "denselayer2"]
