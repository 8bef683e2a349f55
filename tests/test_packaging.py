"""What is installed is what is here: a package forgotten in pyproject.toml is missing from wheels
only, where no other test would see it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import netwright

ROOT = Path(__file__).parent.parent
ROOMS = ("netwright", "grammar", "compiler", "backends", "specs")
LEFT_BEHIND = (".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs", "benchmarks")


def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_package_is_listed() -> None:
    found = set()
    for room in ROOMS:
        for marker in (ROOT / room).rglob("__init__.py"):  # rglob does not follow links
            parts = marker.parent.relative_to(ROOT).parts
            found.add(".".join(parts if room == "netwright" else ("netwright", *parts)))
    assert set(project()["tool"]["setuptools"]["packages"]) == found


def test_version() -> None:
    assert project()["project"]["version"] == netwright.__version__


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree and installed where nothing else is."""
    base = tmp_path_factory.mktemp("packaging")
    tree, dist, site = base / "tree", base / "dist", base / "site"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(tree))
    (wheel,) = dist.glob("*.whl")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel))
    return site


def run(*arguments: str, site: Path | None = None, cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)} if site else None
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_stands_alone(installed: Path, tmp_path: Path) -> None:
    program = (
        "import netwright, netwright.compiler.ir as ir; print(netwright.__file__, ir.__file__)"
    )
    homes = run("-c", program, site=installed, cwd=tmp_path).split()
    assert all(Path(home).is_relative_to(installed) for home in homes)


def test_the_wheel_carries_the_specs(installed: Path, tmp_path: Path) -> None:
    listed = run("-m", "netwright", "specs", site=installed, cwd=tmp_path)
    names = re.findall(r"(?m)^  (\S+)", listed)
    assert len(names) == len(list((ROOT / "specs").rglob("*.net")))
    checked = run("-m", "netwright", "check", *names, site=installed, cwd=tmp_path)
    assert checked.startswith("No errors in")


def test_the_wheel_carries_the_explanations(installed: Path, tmp_path: Path) -> None:
    pages = len(list((ROOT / "netwright/cli/explain").glob("E*.md")))
    listed = run("-m", "netwright", "explain", site=installed, cwd=tmp_path)
    assert listed.count("\n  E") == pages
