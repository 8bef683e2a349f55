"""``[tool.netwright]`` in pyproject.toml: import path and ignored warnings, for all commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright import cli
from netwright.settings import LARGEST, Settings, settings_for

UNUSED = "net f: x[8] { y = x > relu\n x > gelu }\n"
IMPORTS = "from parts import cna\nnet f: x[3, 8, 8] { x > cna(8) }\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("nets/lib").mkdir(parents=True)
    Path("nets/lib/parts.net").write_text("block cna(c) = conv(3x3, c) > bn > relu\n")
    return tmp_path


def settings(text: str) -> None:
    Path("pyproject.toml").write_text(f"[project]\nname = 'x'\n{text}")


def test_imports_are_searched_on_the_path(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.net").write_text(IMPORTS)
    assert cli.main(("check", "a.net")) == 1
    settings('[tool.netwright]\nimport-path = ["nets/lib"]\n')
    assert cli.main(("check", "a.net")) == 0
    assert cli.main(("summary", "a.net")) == 0
    Path("nets/lib/whole.net").write_text(IMPORTS)
    assert cli.main(("check", "whole")) == 0  # a spec by its name
    assert capsys.readouterr().out.endswith("No errors in nets/lib/whole.net\n")


def test_the_settings_are_those_around_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings('[tool.netwright]\nimport-path = ["nets/lib"]\n')
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/a.net").write_text(IMPORTS)
    Path("deep/pyproject.toml").write_text("[tool.ruff]\n")  # of no interest
    monkeypatch.chdir(Path("nets"))
    assert cli.main(("check", "../deep/er/a.net")) == 0


def test_warnings_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.net").write_text(UNUSED)
    assert cli.main(("check", "--strict", "a.net")) == 1
    settings('[tool.netwright]\nignore = ["W501"]\n')
    assert cli.main(("check", "--strict", "a.net")) == 0
    capsys.readouterr()
    assert cli.main(("build", "a.net")) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.netwright]\nimport-path = 'nets'\n", "import-path of {} is no list of texts"),
        ("[tool.netwright]\nimport-path = ['..']\n", "the import-path of {} leaves the project"),
        ("[tool.netwright]\nimport-path = ['/']\n", "the import-path of {} leaves the project"),
        ("[tool.netwright]\nignore = ['E201']\n", "{} ignores E201, which is no code of a warn"),
        ("[tool.netwright]\nignore = [501]\n", "ignore of {} is no list of texts"),
        ("[tool.netwright]\nignored = []\n", "{} has no setting ignored for netwright"),
        ("[tool.netwright\n", "{} is not TOML"),
        ("[tool.netwright.lints]\nx = 1\n", "{} has no setting lints for netwright"),
        ("[tool]\nnetwright = 3\n[tool.netwright.a]\n", "{} is not TOML"),
    ],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_settings_that_cannot_be_read(
    command: str, text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.net").write_text(UNUSED)
    settings(text)
    assert cli.main((command, "a.net")) == 2
    assert said.format(folder / "pyproject.toml") in capsys.readouterr().err


def test_a_link_does_not_leave_the_project(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    Path("lib").symlink_to(folder.parent / "elsewhere")
    settings("[tool.netwright]\nimport-path = ['lib']\n")
    assert cli.main(("check", "a.net")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[tool.ruff]\n",
        "this is = not [ TOML",
        "# [tool.netwright]\n",
        "[tool.netwright2]\nx = 1\n",
        "[tool.netwright]\nx = 1\n" + "#" * LARGEST,
    ],
)
def test_files_without_settings_say_nothing(text: str) -> None:
    Path("pyproject.toml").write_text(text)
    assert settings_for("a.net") == Settings()
