"""``netwright fmt``: what is written, what is said, and what is left alone."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import netwright as nw
from netwright import cli
from netwright.grammar import formatting
from netwright.spec_files import shipped

UGLY = "# a comment\nx=input( 3x8x8 )>conv(3x3,4)  #!\r\n\n\n\nx>relu>gap"
FORMATTED = """\
# a comment
x = input(3x8x8) > conv(3x3, 4)  #!

x > relu > gap
"""
BROKEN = "conv(3x3, 8) > \n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, text in {"ugly": UGLY, "formatted": FORMATTED, "broken": BROKEN}.items():
        Path(f"{name}.net").write_bytes(text.encode())


def test_a_file_is_replaced(capfd: pytest.CaptureFixture[str]) -> None:
    Path("ugly.net").chmod(0o640)
    before = Path("formatted.net").stat()
    assert cli.main(["fmt", "ugly.net", "formatted.net"]) == 0
    assert capfd.readouterr() == ("", "formatted ugly.net\n")
    assert Path("ugly.net").read_bytes() == FORMATTED.encode()
    assert Path("ugly.net").stat().st_mode & 0o777 == 0o640
    after = Path("formatted.net").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(os.listdir()) == ["broken.net", "formatted.net", "ugly.net"]  # noqa: PTH208


def test_a_link_stays_a_link() -> None:
    Path("link.net").symlink_to("ugly.net")
    assert cli.main(["fmt", "link.net"]) == 0
    assert Path("link.net").is_symlink()
    assert Path("ugly.net").read_text() == FORMATTED


def test_a_folder(capfd: pytest.CaptureFixture[str]) -> None:
    for path in ("nets/a.net", "nets/deep/b.net", "nets/.hidden/c.net", "nets/d.txt"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(UGLY.encode())
    assert cli.main(["fmt", "nets"]) == 0
    assert capfd.readouterr().err == "formatted nets/a.net\nformatted nets/deep/b.net\n"
    assert [Path(f"nets/{name}").stat().st_size for name in (".hidden/c.net", "d.txt")] == [
        len(UGLY)
    ] * 2
    Path("empty").mkdir()
    assert cli.main(["fmt", "empty"]) == 2
    assert "empty is a folder\n  = help: it holds no .net files" in capfd.readouterr().err


def test_check(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fmt", "--check", "formatted.net"]) == 0
    assert capfd.readouterr() == ("", "")
    assert cli.main(["fmt", "--check", "ugly.net", "formatted.net"]) == 1
    assert capfd.readouterr() == ("", "ugly.net is not formatted\n")
    assert Path("ugly.net").read_bytes() == UGLY.encode()


def test_diff(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ugly.net").write_bytes((UGLY + "  # \x1b[2J\u202e").encode())
    assert cli.main(["fmt", "--diff", "ugly.net", "formatted.net"]) == 0
    out, err = capfd.readouterr()
    assert not err
    assert out == (
        "--- ugly.net\n"
        "+++ ugly.net (formatted)\n"
        "@@ -1,6 +1,4 @@\n"
        " # a comment\n"
        "-x=input( 3x8x8 )>conv(3x3,4)  #!␍\n"
        "+x = input(3x8x8) > conv(3x3, 4)  #!\n"
        " \n"
        "-\n"
        "-\n"
        "-x>relu>gap  # ␛[2J\N{REPLACEMENT CHARACTER}\n"
        "\\ No newline at end of file\n"
        "+x > relu > gap  # ␛[2J\N{REPLACEMENT CHARACTER}\n"
    )
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert cli.main(["fmt", "--diff", "--check", "ugly.net"]) == 1
    coloured = capfd.readouterr().out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == out
    assert "\x1b[1;32m+x > relu" in coloured


def test_standard_input(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, out, status in ((UGLY, FORMATTED, 0), (FORMATTED, FORMATTED, 0), (BROKEN, "", 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert cli.main(["fmt", "-"]) == status
        assert capfdbinary.readouterr().out == out.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
    assert cli.main(["fmt", "--check", "-"]) == 1
    assert capfdbinary.readouterr().err == b"<stdin> is not formatted\n"


def test_other_files_go_on(capfd: pytest.CaptureFixture[str]) -> None:
    Path("latin.net").write_bytes(b"# \xe9\nconv(3x3, 8)\n")
    arguments = ["fmt", "broken.net", "latin.net", "missing.net", "resnet", "ugly.net"]
    assert cli.main(arguments) == 2
    out, err = capfd.readouterr()
    assert not out
    assert "error[E102]: `>` has nothing on its right\n  --> broken.net:1:14" in err
    assert "latin.net is not UTF-8 text: byte 0xe9 in line 1" in err
    assert "there is no file missing.net" in err
    assert "there is no file resnet\n" in err
    assert Path("ugly.net").read_text() == FORMATTED
    assert Path("broken.net").read_text() == BROKEN
    assert cli.main(["fmt", "broken.net"]) == 1


def test_shipped_specs_are_not_written() -> None:
    before = shipped()["resnet"].stat().st_mtime_ns
    assert cli.main(["fmt", "resnet"]) == 2
    assert shipped()["resnet"].stat().st_mtime_ns == before


def test_lines_that_suggest_another_syntax(capfd: pytest.CaptureFixture[str]) -> None:
    text = "x = 1\n  - 2\n"
    Path("split.net").write_text(text)
    assert cli.main(["fmt", "split.net"]) == 1
    assert "W510" in capfd.readouterr().err
    assert Path("split.net").read_text() == text


def test_a_mistake_of_ours(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formatting, "print_file", lambda *_: "# a comment\nx > gelu  #!\n")
    assert cli.main(["fmt", "ugly.net"]) == 70
    err = capfd.readouterr().err
    assert err.startswith("netwright: ugly.net is left as it is: the formatted text has another")
    assert Path("ugly.net").read_bytes() == UGLY.encode()


def test_a_folder_that_may_not_be_written(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert cli.main(["fmt", "ugly.net"]) == 2
    assert capfd.readouterr().err == "netwright: cannot write ugly.net: permission denied\n"
    assert Path("ugly.net").read_bytes() == UGLY.encode()


def test_what_is_no_file(capfd: pytest.CaptureFixture[str]) -> None:
    """A pipe of a shell can be read and not replaced."""
    os.mkfifo("pipe.net")
    with subprocess.Popen([sys.executable, "-c", f"open('pipe.net', 'w').write({UGLY!r})"]):
        assert cli.main(["fmt", "pipe.net"]) == 2
    assert "pipe.net is not a file that can be replaced" in capfd.readouterr().err


def test_from_python() -> None:
    assert nw.format_text("x>relu # why") == "x > relu  # why\n"
    with pytest.raises(nw.CompileError, match="nothing on its right"):
        nw.format_text(BROKEN)


def test_hooks() -> None:
    """Every hook of .pre-commit-hooks.yaml is a command, for files of specs."""
    text = (Path(__file__).parent.parent.parent / ".pre-commit-hooks.yaml").read_text()
    entries = re.findall(r"^  entry: netwright (\w+)$", text, re.MULTILINE)
    assert set(entries) == {"fmt", "check"} <= set(cli.commands())
    assert re.findall(r"^  files: (.*)$", text, re.MULTILINE) == [r"\.net$"] * len(entries)
    assert cli.main(["fmt", "ugly.net", "formatted.net"]) == 0
