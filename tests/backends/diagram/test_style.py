from __future__ import annotations

import pytest

from netwright.backends.diagram import style
from netwright.compiler.dims import symbol
from netwright.compiler.types import TensorType


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", style.PAINTS)
def test_contrast(kind: str) -> None:
    paint = style.PAINTS[kind]  # type: ignore[index]
    assert contrast(style.INK, paint.fill) >= 13.9
    assert contrast(paint.line, "#FFFFFF") >= 5
    assert contrast(paint.word, paint.fill) >= 7
    assert contrast(style.BADGE, paint.fill) >= 4.5
    assert contrast(style.SOFT, paint.fill) >= 7


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (850, "850"),
        (2570, "2.57k"),
        (48120, "48.1k"),
        (2049000, "2.05M"),
        (4097000, "4.1M"),
        (102764544, "103M"),
        (1100000000, "1.1B"),
        (10**6, "1M"),
    ],
)
def test_amounts(count: int, said: str) -> None:
    assert style.amount(count) == said


def test_shapes() -> None:
    n, t, h = symbol("N"), symbol("T"), symbol("H")
    assert style.shape(TensorType((n, 64, 112, 112))) == "64×112×112"
    assert style.shape(TensorType((n, t, 512))) == "T×512"
    assert style.shape(TensorType((n,))) == "scalar"
    assert style.shape(TensorType((1, 1, 768))) == "1×1×768"
    assert style.shape(TensorType((n, 64, h // 2, 2 * h - 1))) == "64×H/2×(2·H−1)"


def test_values() -> None:
    assert [style.value(v) for v in ((3, 3), True, None, 0.5, [3, 4, 6, 3], "same")] == [
        "3×3",
        "true",
        "none",
        "0.5",
        "3, 4, 6, 3",
        "same",
    ]
