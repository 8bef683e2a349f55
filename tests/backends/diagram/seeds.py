"""Whether what is printed depends on the order of hashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def printed(script: str, *seeds: int) -> set[str]:
    """What a script prints under each of the hash seeds."""
    root = Path(__file__).parents[3]
    return {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }
