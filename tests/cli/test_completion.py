"""``netwright completion``: the scripts complete, as a shell runs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from netwright import cli

Completed = Callable[..., set[str]]

BASH = """
source "$1"
COMP_WORDS=(netwright "${@:2}")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_shtab_netwright
printf '%s\\n' "${COMPREPLY[@]}"
"""


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(("completion", shell)) == 0
    return capsys.readouterr().out


@pytest.fixture
def completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Completed:
    monkeypatch.chdir(tmp_path)
    Path("complete").write_text(script("bash", capsys))
    Path("unet.net").touch()
    Path("nets").mkdir()

    def words(*typed: str) -> set[str]:
        command = ["bash", "--norc", "-c", BASH, "bash", "complete", *typed]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return {word.strip() for word in done.stdout.split()}

    return words


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes(completed: Completed) -> None:
    assert completed("ch") == {"check"}
    assert set(cli.commands()) <= completed("")
    assert {"--output-format", "--strict", "--fix"} <= completed("check", "--")
    assert completed("check", "--output-format", "") >= {"text", "json", "github", "sarif"}
    assert "unet.net" in completed("render", "un")
    assert completed("check", "-I", "ne") == {"nets"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_option_is_in_the_script(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = script(shell, capsys)
    for name in cli.commands():
        assert name in text
        for action in cli.command_parser(name)._actions:
            for option in action.option_strings:
                assert option.lstrip("-") in text, (name, option)


def test_a_missing_extra_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(("completion", "zsh")) == 2
    assert 'shtab is not installed: pip install "netwright[shell]"' in capsys.readouterr().err


def test_another_shell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(("completion", "powershell")) == 2
    assert "SHELL may be bash, zsh or fish, not powershell" in capsys.readouterr().err


def test_help_heeds_the_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def options() -> list[str]:
        cli.main(("check", "--help"))
        text = capsys.readouterr().out
        return text[text.index("options:") : text.index("examples:")].splitlines()

    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, options())) <= 60
    monkeypatch.setenv("COLUMNS", "300")
    assert 80 < max(map(len, options())) <= 98


def test_netwright_alone_says_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(()) == 2
    said = capsys.readouterr().err
    assert "netwright new mine " in said
