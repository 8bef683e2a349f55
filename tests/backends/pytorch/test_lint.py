"""What is generated passes the linters that its readers use, with nothing but PyTorch at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ...conftest import GOLDEN

TOOLS = Path(sys.executable).parent
SOURCES = sorted((GOLDEN / "pytorch").glob("*/*.py"))
RULES = "E,F,W,I,UP,B,C4,SIM,RET,RUF,PERF"
UNTYPED = ("--allow-untyped-calls", "--no-warn-return-any")
"""PyTorch has functions without types, and calls of its modules return anything."""


def run(tool: str, *arguments: str) -> str:
    command = [str(TOOLS / tool), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=GOLDEN)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff() -> None:
    files = [*map(str, SOURCES), "--isolated", "--line-length", "100"]
    assert run("ruff", "check", "--select", RULES, *files) == ""
    assert run("ruff", "format", "--check", *files) == ""


def test_mypy(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Strictly, as far as PyTorch lets."""
    pytest.importorskip("torch")
    cache = pytestconfig.cache
    folder = cache.mkdir("mypy") if cache is not None else tmp_path / "cache"
    options = ("--strict", *UNTYPED, "--config-file=", f"--cache-dir={folder}")
    # Files of two folders have one name: a file's module is named after its folder too.
    assert run("mypy", *options, "--explicit-package-bases", "pytorch") == ""
