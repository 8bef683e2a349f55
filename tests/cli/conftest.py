from __future__ import annotations

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def heeding_ctrl_c() -> None:
    """What runs the tests in the background may have told them to ignore it, and they would hand
    that on to the processes that they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
