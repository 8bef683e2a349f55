"""A minute's worth of texts; ``python -m tests.fuzz`` tries as many as there is time for."""

from __future__ import annotations

import pytest

from .texts import KINDS, text
from .trial import Failure, trial

COUNTS = {"bytes": 120, "tokens": 120, "mutations": 120, "programs": 60}
SIZE = 20


@pytest.mark.parametrize(
    ("kind", "first"), [(k, i) for k in KINDS for i in range(0, COUNTS[k], SIZE)]
)
def test_texts(kind: str, first: int) -> None:
    for i in range(first, first + SIZE):
        made = text(kind, f"suite:{i}")
        try:
            trial(made, f"{kind}-{i}", drawn=kind == "programs" or i % 5 == 0)
        except Failure as failure:
            pytest.fail(f"{kind} {i}: {failure.kind}: {failure}\n{made!a}")


def test_a_seed_gives_one_text() -> None:
    for kind in KINDS:
        assert text(kind, "a") == text(kind, "a")
