"""No output replaces what it was made of, however both are called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import netwright as nw
from netwright.cli import main

SPEC = "import part\ninput(8) > linear(8) > part.tail\n"
PART = "block tail = relu > linear(2)\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec that imports another; both also go by other names."""
    monkeypatch.chdir(tmp_path)
    Path("lib").mkdir()
    Path("net.net").write_text(SPEC)
    Path("lib/part.net").write_text(PART)
    Path("other.net").write_text(SPEC.replace("8) > linear", "8) > relu > linear"))
    for suffix in ("svg", "py", "txt"):
        Path(f"spec.{suffix}").write_text(SPEC)
        Path(f"link.{suffix}").symlink_to("net.net")
        Path(f"imported.{suffix}").symlink_to("lib/part.net")
        Path(f"hard.{suffix}").hardlink_to("net.net")
    return tmp_path


def contents() -> dict[str, str]:
    return {str(p): p.read_text() for p in Path().rglob("*") if p.is_file()}


BUILD, RENDER, COMPARE = ["build"], ["render"], ["render", "--diff", "other.net"]


@pytest.mark.parametrize(
    ("command", "read", "output"),
    [
        (BUILD, "net.net", "net.net"),
        (BUILD, "net.net", "./lib/../net.net"),
        (BUILD, "net.net", "new.net"),
        (BUILD, "net.net", "new.NET"),
        (BUILD, "net.net", ".net"),
        (BUILD, "spec.py", "spec.py"),
        (BUILD, "net.net", "link.py"),
        (BUILD, "net.net", "hard.py"),
        (BUILD, "link.py", "hard.py"),
        (BUILD, "net.net", "imported.py"),
        (RENDER, "spec.svg", "spec.svg"),
        (RENDER, "net.net", "link.svg"),
        (RENDER, "net.net", "hard.svg"),
        (RENDER, "net.net", "imported.svg"),
        (RENDER, "net.net", "net.net"),
        (COMPARE, "spec.svg", "spec.svg"),
        (COMPARE, "net.net", "imported.svg"),
        (COMPARE, "net.net", "link.txt"),
        (COMPARE, "spec.txt", "spec.txt"),
        ([*COMPARE[:2], "spec.svg"], "net.net", "spec.svg"),
        ([*COMPARE, "--output-format=json"], "net.net", "other.net"),
    ],
)
def test_it_is_refused(
    command: list[str], read: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents()
    first, *rest = command
    read_too = [read] if "--diff" not in command else []
    if "--diff" in command:
        rest.insert(2, read)
    assert main([first, *rest, *read_too, "-I", "lib", "-o", output]) == 2
    assert contents() == before
    said = capsys.readouterr().err
    assert output.removeprefix("./") in said or "cannot draw .net files" in said


def test_a_name_in_other_letters() -> None:
    """Where the file system takes both for one."""
    if not Path("NET.NET").exists():
        assert main(["build", "net.net", "-I", "lib", "-o", "NET.py"]) == 0
        return
    assert main(["build", "net.net", "-I", "lib", "-o", "NET.NET"]) == 2
    assert Path("net.net").read_text() == SPEC


@pytest.mark.parametrize(
    ("spec", "output"),
    [
        ("net.net", "link.svg"),
        ("net.net", "hard.svg"),
        ("net.net", "imported.svg"),
        ("spec.svg", "spec.svg"),
    ],
)
def test_from_python(spec: str, output: str, tmp_path: Path) -> None:
    before = contents()
    net = nw.load(spec, search=["lib"])
    os.chdir("lib")
    try:
        with pytest.raises(OSError, match="is an input"):
            net.render(tmp_path / output)
        with pytest.raises(OSError, match="is an input"):
            net.diff(nw.loads("input(8) > relu")).render(tmp_path / output)
    finally:
        os.chdir(tmp_path)
    assert contents() == before


def test_a_partial_network_from_python() -> None:
    Path("broken.svg").write_text("input(8) > linear(8) > conv(3x3, 8) > boom")
    with pytest.raises(nw.CompileError) as caught:
        nw.load("broken.svg")
    assert caught.value.partial is not None
    with pytest.raises(OSError, match="is an input"):
        caught.value.partial.render("broken.svg")


def test_standard_streams() -> None:
    """``netwright build - < spec >> spec`` too."""
    before = contents()
    for spec, given in (("-", "hard.py"), ("hard.py", os.devnull)):
        with Path(given).open("rb") as stdin, Path("net.net").open("ab") as stdout:
            done = subprocess.run(
                [sys.executable, "-m", "netwright", "build", spec, "-I", "lib"],
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert done.returncode == 2, done.stderr
        assert "standard output is an input" in done.stderr
    assert contents() == before


def test_what_is_not_read_may_be_replaced() -> None:
    Path("old.py").write_text("old")
    assert main(["build", "net.net", "-I", "lib", "-o", "old.py"]) == 0
    assert "class" in Path("old.py").read_text()
