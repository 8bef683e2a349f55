"""What a check says of shipped specs in which one token is damaged; ``python -m tests.damage`` says
how often, of more of them."""

from __future__ import annotations

import pytest

from . import damage

SAMPLE = 120
"""So few vary by some percent: the bounds leave room for that."""


@pytest.fixture(scope="module")
def figures() -> damage.Figures:
    return damage.figures(damage.outcomes(4, SAMPLE), SAMPLE)


def test_an_error_stands_beside_the_damage(figures: damage.Figures) -> None:
    assert figures.hits >= 0.94 * figures.counted


def test_one_damage_is_one_error(figures: damage.Figures) -> None:
    assert figures.extras <= 0.15 * figures.counted


def test_the_first_fix_mends(figures: damage.Figures) -> None:
    assert figures.mended >= 0.45 * SAMPLE


def test_damages_are_those_of_the_seed() -> None:
    assert [*damage.damages(1, 9)] == [*damage.damages(1, 9)]
