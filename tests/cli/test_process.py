"""The command as a process of its own: what it imports, and how it meets the system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SLOW = (
    "asyncio",
    "difflib",
    "graphviz",
    "graphviz_pure",
    "http",
    "importlib.metadata",
    "importlib.resources",
    "lark",
    "networkx",
    "numpy",
    "rich",
    "sympy",
    "tempfile",
    "torch",
    "unittest",
)
SPEC = "conv(3x3, 64, pad=1) > bn > relu > pool(2, 2) > gap > linear(10)\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "one.net"
    path.write_text(SPEC)
    return path


def start(*arguments: str, **given: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "netwright", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **given},
    )


@pytest.mark.parametrize("command", ["check", "summary"])
def test_nothing_slow_is_imported(spec: Path, command: str) -> None:
    program = (
        "import sys\nfrom netwright.cli import main\n"
        f"status = main([{command!r}, {str(spec)!r}])\n"
        f"print(status, sorted(set({SLOW!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 []", done.stdout + done.stderr


def test_importing_netwright_imports_next_to_nothing() -> None:
    program = (
        "import sys\nbefore = set(sys.modules)\nimport netwright\n"
        "print(sorted(m for m in set(sys.modules) - before if 'netwright.' in m))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stdout + done.stderr


def test_the_reader_may_leave(tmp_path: Path) -> None:
    wide = tmp_path / "wide.net"
    wide.write_text("".join(f"block b{i}: x {{ x > boom{i} }}\n" for i in range(2000)))
    process = start("check", str(wide))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_interrupting(tmp_path: Path) -> None:
    del tmp_path
    process = start("check", "-")
    assert process.stdin is not None
    process.stdin.write("relu")
    process.stdin.flush()
    try:
        process.wait(1)  # it waits for more
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")


def test_a_terminal_that_knows_ascii_alone(tmp_path: Path) -> None:
    spec = tmp_path / "wide.net"
    spec.write_text("bööm > relu  # 漢字\n")
    out, err = start("check", str(spec), PYTHONIOENCODING="ascii", PYTHONUTF8="0").communicate()
    assert "b??m > relu" in out
    assert err == ""


def test_python_dash_m(spec: Path) -> None:
    process = start("check", str(spec))
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, f"No errors in {spec}\n", "")
