"""Conditions in words: they say neither more nor less than the equality that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from netwright.compiler.conditions import equality
from netwright.compiler.dims import Dim, dim_max, dim_min, substitute, symbol

T, S, H, W = symbol("T"), symbol("S"), symbol("H"), symbol("W")
Holds = Callable[[int, int], bool]
"""Of the first and the second symbol that occur, H and W or T and S."""

SAID: list[tuple[Dim, Dim, str, Holds]] = [
    (H, 2 * (H // 2), "`H` must be even", lambda h, _: h % 2 == 0),
    (8 * (H // 8), H, "`H` must be a multiple of 8", lambda h, _: h % 8 == 0),
    (2 * ((H + 1) // 2), H, "`H` must be even", lambda h, _: h % 2 == 0),
    (2 * ((H - 1) // 2) + 1, H, "`H` must be odd", lambda h, _: h % 2 == 1),
    (3 * ((H + 1) // 3), H, "`H` must be a multiple of 3", lambda h, _: h % 3 == 0),
    (H % 4, 3, "`H` must be a multiple of 4 plus 3", lambda h, _: h % 4 == 3),
    (
        4 * (H // 2) * (W // 2),
        H * W,
        "`H` and `W` must be even",
        lambda h, w: h % 2 == 0 and w % 2 == 0,
    ),
    (
        16 * (H // 4) * (W // 4),
        H * W,
        "`H` and `W` must be multiples of 4",
        lambda h, w: h % 4 == 0 and w % 4 == 0,
    ),
    (
        8 * (H // 2) * (W // 4),
        H * W,
        "`H` must be even, and `W` must be a multiple of 4",
        lambda h, w: h % 2 == 0 and w % 4 == 0,
    ),
    (2 * W * (H // 2), W * H, "`H` must be even", lambda h, _: h % 2 == 0),
    (2 * (H * W // 2), W * H, "`H*W` must be even", lambda h, w: h * w % 2 == 0),
    ((H + 1) // 2, H // 2, "`H` must be even", lambda h, _: h % 2 == 0),
    (H // 2, 2 * (H // 4), "`H` must be a multiple of 4, or 1 more", lambda h, _: h % 4 < 2),
    ((H + 2) // 4, H // 4, "`H` must be a multiple of 4, or 1 more", lambda h, _: h % 4 < 2),
    (H * H // 2, H, "`(H*H)//2` must be equal to `H`", lambda h, _: h * h // 2 == h),
    (dim_min(H, W), W, "`W` must be at most `H`", lambda h, w: w <= h),
    (dim_max(H, W), W, "`W` must be at least `H`", lambda h, w: w >= h),
    (H // 2, W // 2, "`H//2` must be equal to `W//2`", lambda h, w: h // 2 == w // 2),
    (H - H // 2, W, "`H - (H//2)` must be equal to `W`", lambda h, w: h - h // 2 == w),
]


@pytest.mark.parametrize(("a", "b", "words", "holds"), SAID)
def test_words(a: Dim, b: Dim, words: str, holds: Holds) -> None:
    assert ", and ".join(c.must() for c in equality(a, b)) == words
    for h, w in product(range(1, 18), repeat=2):
        sizes = {"H": h, "W": w}
        assert (substitute(a, sizes) == substitute(b, sizes)) == holds(h, w)
