"""What is generated passes the linters that its readers use, with nothing but PyTorch at hand."""

from __future__ import annotations

import shutil
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
    done = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff() -> None:
    files = [*map(str, SOURCES), "--isolated", "--line-length", "100"]
    assert run("ruff", "check", "--select", RULES, *files) == ""
    assert run("ruff", "format", "--check", *files) == ""


def test_mypy(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Strictly, as far as PyTorch lets."""
    pytest.importorskip("torch")
    for source in SOURCES:  # of two of one name
        shutil.copy(source, tmp_path / f"{source.parent.name}_{source.name}")
    cache = pytestconfig.cache
    folder = cache.mkdir("mypy") if cache is not None else tmp_path / "cache"
    options = ("--strict", *UNTYPED, "--config-file=", f"--cache-dir={folder}")
    assert run("mypy", *options, str(tmp_path)) == ""
