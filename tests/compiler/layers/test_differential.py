"""Random settings on random inputs: netwright and PyTorch accept with equal answers, or refuse."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwright.compiler.layer import Layer

from .harness import all_layers, cases, compare

COMMON = settings(database=None, suppress_health_check=list(HealthCheck))


def differ(layer: type[Layer], how: settings) -> Counter[bool | None]:
    tally: Counter[bool | None] = Counter()

    @how
    @given(st.data())
    def run(data: st.DataObject) -> None:
        bound, inputs = data.draw(cases(layer))
        tally[compare(bound, inputs)] += 1

    run()
    return tally


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.word)
def test_random(layer: type[Layer]) -> None:
    tally = differ(layer, settings(COMMON, max_examples=30, derandomize=True))
    assert tally[True] >= 3, f"the strategies hardly reach what works: {tally}"


@pytest.mark.slow
@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.word)
def test_random_long(layer: type[Layer]) -> None:
    differ(layer, settings(COMMON, max_examples=1000))
