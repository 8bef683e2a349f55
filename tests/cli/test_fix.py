"""``netwright check --fix``: files are mended, and nothing else is."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from netwright import cli

WRONG = "net f: x[3, 8, 8] {\n  x > cnov(3x3, 8) > rleu  # two\n}\n"
RIGHT = "net f: x[3, 8, 8] {\n  x > conv(3x3, 8) > relu  # two\n}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_mended(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.net").write_text(WRONG)
    Path("a.net").chmod(0o640)
    assert cli.main(("check", "--fix", "a.net")) == 0
    assert Path("a.net").read_text() == RIGHT
    assert Path("a.net").stat().st_mode & 0o777 == 0o640
    said = capsys.readouterr()
    assert said.out == "No errors in a.net\n"
    assert said.err == (
        "a.net:2:7: fixed E201, `cnov` is not known here: write `conv`\n"
        "a.net:2:22: fixed E201, `rleu` is not known here: write `relu`\n"
        "fixed 2 errors in a.net, 0 left\n"
    )


def test_what_is_left_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.net").write_text("net f: x[8] {\n  x > rleu > boom\n}\n")
    assert cli.main(("check", "--fix", "a.net", "--output-format", "json")) == 1
    assert Path("a.net").read_text() == "net f: x[8] {\n  x > relu > boom\n}\n"
    said = capsys.readouterr()
    (left,) = json.loads(said.out)["diagnostics"]
    assert left["message"] == "`boom` is not known here"
    assert said.err.endswith("fixed 1 error in a.net, 1 left\n")


def test_ends_of_lines_and_links_stay() -> None:
    Path("a.net").write_bytes(WRONG.replace("\n", "\r\n").encode())
    Path("b.net").symlink_to("a.net")
    assert cli.main(("check", "--fix", "b.net")) == 0
    assert Path("b.net").is_symlink()
    assert Path("a.net").read_bytes() == RIGHT.replace("\n", "\r\n").encode()


def test_a_file_without_errors_is_not_written() -> None:
    Path("a.net").write_text(RIGHT)
    before = Path("a.net").stat()
    assert cli.main(("check", "--fix", "a.net")) == 0
    after = Path("a.net").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_standard_input_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    assert cli.main(("check", "--fix", "-")) == 0
    said = capsys.readouterr()
    assert said.out == RIGHT
    assert said.err.endswith("fixed 2 errors in <stdin>, 0 left\nNo errors in <stdin>\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resnet", "--fix does not change resnet, which is shipped"),
        ("py:mine:build", "--fix cannot change py:mine:build"),
        ("missing.net", "there is no file missing.net"),
    ],
)
def test_what_cannot_be_changed(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.net").write_text(WRONG)
    assert cli.main(("check", "--fix", name, "a.net")) == 2
    assert said in capsys.readouterr().err
    assert Path("a.net").read_text() == RIGHT


def test_an_imported_file_stays() -> None:
    """A mistake in it is reported; only the files that are named are changed."""
    Path("lib.net").write_text("block b = cnov(3x3, 8)\n")
    Path("a.net").write_text("from lib import b\nnet f: x[3, 8, 8] { x > b > rleu }\n")
    assert cli.main(("check", "--fix", "a.net")) == 1
    assert Path("lib.net").read_text() == "block b = cnov(3x3, 8)\n"
