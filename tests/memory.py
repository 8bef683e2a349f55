"""The memory that Python code takes, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

RESET: Final = Path("/proc/self/clear_refs")
"""Linux begins a new peak when 5 is written here (``man proc``)."""
ROOT: Final = Path(__file__).parent.parent
MEASURED: Final = """
{setting}
import gc
def resident(word):
    lines = open("/proc/self/status")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(word))
gc.collect()
before = resident("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
{job}
print(resident("VmHWM") - before)
"""


def peak(setting: str, job: str) -> int | None:
    """The bytes of memory that a statement takes at its peak, beside what was resident after the
    setting. None where the system does not tell it."""
    if not RESET.exists():
        return None
    code = MEASURED.format(setting=setting, job=job)
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    return int(ran.stdout.split()[-1])
