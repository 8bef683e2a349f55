"""What netwright makes is the same every time: same spec, same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def _hashes(seed: int) -> dict[str, str]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.artefacts"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    made: dict[str, str] = json.loads(run.stdout)
    return made


def test_every_artefact_is_the_same_under_three_hash_seeds() -> None:
    first, *others = map(_hashes, (0, 1, 2))
    assert len(first) > 40
    differing = {key for other in others for key in first if first[key] != other[key]}
    assert not differing
