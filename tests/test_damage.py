"""What a check says of shipped specs in which one token is damaged; ``python -m tests.damage`` says
how often, of more of them."""

from __future__ import annotations

from . import damage

SAMPLE = 120
"""So few vary by some percent: the bounds leave room for that."""


def test_what_is_said_of_damages() -> None:
    """An error stands beside the damage, one damage is one error, and the first fix mends."""
    figures = damage.figures(damage.outcomes(4, SAMPLE), SAMPLE)
    assert figures.hits >= 0.94 * figures.counted
    assert figures.extras <= 0.15 * figures.counted
    assert figures.mended >= 0.45 * SAMPLE


def test_damages_are_those_of_the_seed() -> None:
    assert [*damage.damages(1, 9)] == [*damage.damages(1, 9)]
