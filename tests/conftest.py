"""What all tests share.

Goldens: a test compares what is printed with a file, `pytest --update-golden` rewrites it. Random
tests: one profile of Hypothesis. Skips: each has a reason, the last lines count them by it, and
where `CI` is set a reason that is not on the list fails the run.
"""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

from netwright.compiler.imports import SHIPPED

# Ten thousand tests and PyTorch are a million objects that stay. With Python's own thresholds the
# search for garbage among them takes a tenth of the time.
gc.set_threshold(20_000, 20, 20)

# Machines are slow at times, and a layer's first example imports torch.
settings.register_profile(
    "netwright",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("netwright")

EXPECTED_SKIPS: Final = (
    r"needs (pdflatex|pdftotext|pdffonts|pdfinfo|pdftoppm|LaTeX's kotex)",
    r"(chromium or chromedriver|node|mermaid or jsdom) is not installed",
    r"torchvision's operators do not load",  # those of another build of PyTorch
    r"root may read everything",
    r"needs POSIX signals",
    r"blocks to import, and no net",
    r"too many layers to draw one by one",
    r"needs arguments",
    r"a thousand boxes",
    r"argparse",
)
"""Programs that pip does not bring, and what a shipped spec is not made for."""

REPOSITORY = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
Golden: TypeAlias = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")
    parser.addoption("--sweep-seed", type=int, default=1, help="of the long sweeps")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """``golden("cli/check.txt", text)`` compares the text with ``tests/golden/cli/check.txt``.

    The folder of the shipped specs is written as ``specs``. No golden depends on where the
    repository is."""

    def compare(name: str, text: str) -> None:
        text = text.replace(f"{SHIPPED}{os.sep}", "specs/")
        assert str(REPOSITORY) not in text, "the text depends on where the repository is"
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode(), f"{path} differs (--update-golden rewrites it)"

    return compare


# --- skips ----------------------------------------------------------------------------------------


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons = _skips(terminalreporter)
    if not reasons:
        return
    terminalreporter.section("skipped, by reason")
    for reason, count in sorted(reasons.items()):
        mark = "" if _expected(reason) else "   <- not on the list of expected skips"
        terminalreporter.write_line(f"{count:5} {reason}{mark}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and not all(map(_expected, _skips(reporter))):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skips(reporter: Any) -> Counter[str]:
    reports: Iterable[pytest.TestReport] = reporter.stats.get("skipped", ())
    places = (report.longrepr for report in reports)
    return Counter(p[2].removeprefix("Skipped: ") for p in places if isinstance(p, tuple))


def _expected(reason: str) -> bool:
    return any(re.match(known, reason) for known in EXPECTED_SKIPS)
