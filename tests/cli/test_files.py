"""Finding and reading specs, and writing artefacts."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from netwright import spec_files as files
from netwright.compiler import imports
from netwright.compiler.imports import NotFound, Unreadable


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped folder for these tests alone."""
    folder = tmp_path / "shipped"
    for name in ("vision", "blocks"):
        (folder / name).mkdir(parents=True)
    (folder / "vision" / "resnet.net").write_text("# Residual networks\n")
    (folder / "blocks" / "vit.net").write_text("\nimport resnet\n## ViT: patches\n")
    monkeypatch.setattr(imports, "SHIPPED", folder)
    return folder


def test_a_file_is_read() -> None:
    Path("a.net").write_text("relu\n")
    source = files.read("a.net")
    assert (source.name, source.text) == ("a.net", "relu\n")


def test_a_mark_at_the_beginning_is_dropped() -> None:
    Path("a.net").write_bytes(b"\xef\xbb\xbfrelu\r\n")
    assert files.read("a.net").text == "relu\r\n"


def test_paths_may_be_objects() -> None:
    Path("a.net").write_text("relu")
    assert files.read(Path("a.net")).text == "relu"


def test_shipped_specs_go_by_bare_name(library: Path) -> None:
    """The folder of an area is no part of the name, any other folder is."""
    assert files.read("resnet").name == str(library / "vision" / "resnet.net")
    assert files.read("blocks.vit").name == str(library / "blocks" / "vit.net")
    assert list(files.shipped()) == ["blocks.vit", "resnet"]


def test_each_folder_of_shipped_specs_is_an_area_or_has_blocks() -> None:
    folders = {path.name for path in imports.SHIPPED.iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {*imports.AREAS, "blocks"}
    assert len(files.shipped()) == len(list(imports.SHIPPED.rglob("*.net")))


@pytest.mark.usefixtures("library")
def test_what_lies_nearer_wins() -> None:
    folder = Path("nets")
    folder.mkdir()
    (folder / "resnet.net").write_text("far")
    assert files.read("resnet", [folder]).text == "far"
    Path("resnet.net").write_text("near")
    assert files.read("resnet", [folder]).text == "near"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("resnot", "there is no file and no shipped spec called resnot", "did you mean resnet?"),
        ("zzz", "there is no file and no shipped spec called zzz", "`netwright specs` lists"),
        ("resnet.net", "there is no file resnet.net", "the shipped spec is called resnet"),
        ("unett.net", "there is no file unett.net", "did you mean unet.net?"),
        ("no/such.net", "there is no file no/such.net", "there is no folder no either"),
        ("folder", "folder is a folder", "it holds folder/x.net"),
        ("empty.net", "empty.net is a folder", "it holds no .net files"),
        ("latin.net", "latin.net is not UTF-8 text: byte 0xe9 in line 2", "save it as UTF-8"),
        ("large.net", "large.net is larger than a spec may be", ""),
        ("null\0.net", "cannot be read", ""),
    ],
)
@pytest.mark.usefixtures("library")
def test_what_cannot_be_read(
    name: str, message: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LARGEST", 100)
    Path("unet.net").write_text("relu")
    Path("folder").mkdir()
    Path("folder/x.net").write_text("relu")
    Path("empty.net").mkdir()
    Path("latin.net").write_bytes("relu\ncaf\u00e9".encode("latin-1"))
    Path("large.net").write_bytes(b"#" * 101)
    with pytest.raises(Unreadable) as caught:
        files.read(name)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_not_found_is_what_python_calls_it() -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file x\.net"):
        files.read("x.net")
    assert issubclass(NotFound, OSError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_files() -> None:
    Path("a.net").write_text("relu")
    Path("a.net").chmod(0)
    with pytest.raises(Unreadable, match="permission denied"):
        files.read("a.net")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"relu")))
    source = files.read("-")
    assert (source.name, source.text) == ("<stdin>", "relu")


def test_descriptions(library: Path) -> None:
    said = [files.description(p.read_text()) for p in files.shipped().values()]
    assert said == ["ViT: patches", "Residual networks"]
    assert library.exists()
    assert files.description("relu") == ""


def test_writing_replaces_the_whole_file() -> None:
    target = Path("out.py")
    target.write_text("old")
    target.chmod(0o640)
    files.write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(Path().iterdir()) == [Path("out.py")]


def test_new_files_have_the_usual_permissions() -> None:
    Path("usual").touch()
    files.write_atomically(Path("out.py"), b"new")
    assert Path("out.py").stat().st_mode == Path("usual").stat().st_mode


def test_a_failure_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out.py").write_text("old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write_atomically(Path("out.py"), b"new")
    assert Path("out.py").read_text() == "old"
    assert list(Path().iterdir()) == [Path("out.py")]


def test_links_stay_links() -> None:
    Path("real.py").write_text("old")
    Path("link.py").symlink_to("real.py")
    files.write_atomically(Path("link.py"), b"new")
    assert Path("link.py").is_symlink()
    assert Path("real.py").read_text() == "new"


def test_devices_are_written_to() -> None:
    files.write_atomically(Path(os.devnull), b"new")
    assert not Path(os.devnull).is_file()
