"""What long drawings show, and what is left of one that is interrupted."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from netwright.backends.diagram.errors import DiagramError
from netwright.backends.diagram.layout import engine
from netwright.backends.diagram.progress import heard_by, say
from netwright.cli import _progress
from netwright.cli._progress import CLEAR, Progress

PATIENCE = 60
"""Seconds that a busy machine may take to start a process."""

WITH_A_LAYOUT_PROGRAM = """
import sys
from netwright.__main__ import run
from netwright.backends.diagram.layout import engine
engine.program = lambda program=sys.argv.pop(1): program
sys.exit(run())
"""


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time, to be set."""
    now = [100.0]
    monkeypatch.setattr(_progress, "monotonic", lambda: now[0])
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    yield now


def shown(screen: io.StringIO, clock: list[float], *seconds: float) -> str:
    with Progress(screen) as progress:
        for second in seconds:
            clock[0] = 100 + second
            progress.show("laying out")
    return screen.getvalue()


def test_what_is_quick_shows_nothing(clock: list[float]) -> None:
    assert shown(Screen(), clock, 0.1, 0.5, 0.9) == ""


def test_what_is_long_shows_a_line_that_goes_away(clock: list[float]) -> None:
    lines = [f"{CLEAR}laying out, {n} s (Ctrl-C stops it)" for n in (1, 2)]
    assert shown(Screen(), clock, 0.5, 1.1, 1.3, 2.0) == "".join(lines) + CLEAR


def test_only_on_a_terminal_that_wants_it(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(io.StringIO(), clock, 5) == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert shown(io.StringIO(), clock, 5) == ""
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(Screen(), clock, 5) == ""


def test_an_error_leaves_no_line(clock: list[float]) -> None:
    screen = Screen()
    with pytest.raises(KeyboardInterrupt), Progress(screen) as progress:
        clock[0] = 105
        progress.show("laying out")
        raise KeyboardInterrupt
    assert screen.getvalue().endswith(CLEAR)


def test_nobody_need_listen() -> None:
    heard: list[str] = []
    say("unheard")
    with heard_by(heard.append):
        say("heard")
    say("unheard")
    assert heard == ["heard"]


# --- the layout program -----------------------------------------------------------------------


@pytest.fixture
def slow(tmp_path: Path) -> str:
    """A layout program that says ``done`` in the end, and then what it was given."""
    path = tmp_path / "slow"
    path.write_text('#!/bin/sh\nsleep 0.3\nprintf "done "\ncat\n')
    path.chmod(0o755)
    return str(path)


def test_a_long_layout_gives_signs_of_life(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TICK", 0.05)
    heard: list[str] = []
    text = "digraph {}" * 100_000  # more than a pipe holds
    with heard_by(heard.append):
        assert engine.lay_out(text, "svg", program=slow) == b"done " + text.encode()
    assert len(heard) > 1
    assert set(heard) == {"laying out the diagram"}


def test_a_layout_is_made_once(tmp_path: Path) -> None:
    path, log = tmp_path / "counting", tmp_path / "log"
    path.write_text(f"#!/bin/sh\necho once >> {log}\ncat\n")
    path.chmod(0o755)
    large = "digraph {}" * engine.KEPT_LENGTH
    for text in ("digraph a {}", "digraph a {}", "digraph b {}", large, large):
        assert engine.lay_out(text, "svg", program=str(path)) == text.encode()
    assert log.read_text().count("once") == 4


def test_too_long_a_layout_is_ended(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TICK", 0.01)
    monkeypatch.setattr(engine, "SECONDS", 0.02)
    with pytest.raises(DiagramError, match=r"took longer than .*\n.*--depth 1"):
        engine.lay_out("digraph {}", "svg", program=slow)


ENDLESS = f"""#!{sys.executable}
import fcntl, pathlib, time
with pathlib.Path({{}}).open("w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("at work", file=file, flush=True)
    time.sleep(600)
"""
"""A layout program that locks a file as long as it runs."""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    folder, endless, lock = tmp_path / "folder", tmp_path / "endless", tmp_path / "lock"
    folder.mkdir()
    (folder / "a.net").write_text("input(8) > linear(8)\n")
    (folder / "old.svg").write_text("old")
    endless.write_text(ENDLESS.format(repr(str(lock))))
    endless.chmod(0o755)
    command = (sys.executable, "-c", WITH_A_LAYOUT_PROGRAM, str(endless), "render", "a.net")
    process = subprocess.Popen(
        [*command, "-o", "old.svg"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until(lambda: lock.exists() and bool(lock.read_text()))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, b"", b"")
    wait_until(lambda: unlocked(lock))  # the layout program has ended, too
    assert sorted(path.name for path in folder.iterdir()) == ["a.net", "old.svg"]
    assert (folder / "old.svg").read_text() == "old"


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def unlocked(path: Path) -> bool:
    import fcntl

    with path.open() as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
