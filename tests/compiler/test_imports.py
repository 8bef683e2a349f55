"""Imports: where files are found, and what cannot be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwright.compiler import imports
from netwright.compiler.imports import Finder
from netwright.compiler.pipeline import Compilation, check_source, load_source
from netwright.grammar.diagnostics import Diagnostic
from netwright.grammar.parser import parse
from netwright.grammar.source import Source

BLOCK = "block part(w) = linear(w)\nwidth = 5\nblock other = relu\nnet n: x[8] { x > part(3) }\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project: main.net is text, parts.net beside it, more in a folder."""
    project = tmp_path / "project"
    (project / "lib" / "deep").mkdir(parents=True)
    (project / "parts.net").write_text(BLOCK)
    (project / "lib" / "blocks.net").write_text(BLOCK)
    (project / "lib" / "deep" / "more.net").write_text(BLOCK)
    return project


def loaded(folder: Path, text: str, *search: Path) -> Compilation:
    return load_source(Source(str(folder / "main.net"), text), search=search)


def width(folder: Path, text: str, *search: Path) -> str:
    made = loaded(folder, text, *search)
    assert made.graph is not None, made.diagnostics
    return str(made.graph.outputs[0].type)


def findings(folder: Path, text: str, *search: Path) -> list[Diagnostic]:
    made = check_source(Source(str(folder / "main.net"), text), search=search)
    return [d for d in made.diagnostics if d.severity == "error"]


def codes(folder: Path, text: str, *search: Path) -> list[str]:
    return [d.code for d in findings(folder, text, *search)]


GOOD = [
    "import parts\nparts.part(4) > relu",
    "import parts\nparts.part(parts.width - 1) > relu",
    "from parts import part\npart(4) > relu",
    "from parts import part as p, other\np(4) > other",
    "from parts import part, width\npart(width - 1) > relu",
    "import parts as q\nq.part(4) > relu",
    "import lib.blocks as q\nq.part(4) > relu",
    "import lib.blocks\nblocks.part(4) > relu",
    "import lib.blocks\nlib.blocks.part(4) > relu",
    "from lib.deep.more import part\npart(4) > relu",
    "import parts\nrelu > parts.part(4)",
    "relu > parts.part(4)\nimport parts",
    "import parts\nblock b(f) = f(4)\nb(parts.part) > relu",
]


@pytest.mark.parametrize("text", GOOD)
def test_names_of_other_files(folder: Path, text: str) -> None:
    assert width(folder, text) == "[N, 4]"


def test_the_word_as_written_names_the_module(folder: Path) -> None:
    def first(text: str) -> str:
        made = loaded(folder, text)
        assert made.graph is not None
        return next(n.path for n in made.graph.nodes if n.path)

    assert first("import parts\nparts.part(4) > relu") == "part1"
    assert first("from parts import part as p\np(4) > relu") == "p1"
    assert first("from parts import other as o\no > relu") == "o1"


def test_an_imported_net_is_a_block(folder: Path) -> None:
    assert width(folder, "from parts import n\nnet m: y[8] { y > n > linear(4) }") == "[N, 4]"


def test_beside_comes_before_the_search_path_before_the_shipped(folder: Path) -> None:
    extra = folder.parent / "extra"
    extra.mkdir()
    (extra / "parts.net").write_text("block part(w) = linear(2 * w)\n")
    (extra / "only.net").write_text("block part(w) = linear(2 * w)\n")
    (extra / "resnet.net").write_text("block part(w) = linear(3 * w)\n")
    assert width(folder, "import parts\nparts.part(4) > relu", extra) == "[N, 4]"
    assert width(folder, "import only\nonly.part(4) > relu", extra) == "[N, 8]"
    assert width(folder, "import resnet\nresnet.part(4) > relu", extra) == "[N, 12]"
    assert codes(folder, "import only\nonly.part(4) > relu") == ["E212"]


def test_search_folders_are_gone_through_in_order(folder: Path) -> None:
    first, second = folder.parent / "first", folder.parent / "second"
    for i, place in enumerate((first, second), 1):
        place.mkdir()
        (place / "some.net").write_text(f"block part(w) = linear({i} * w)\n")
    text = "import some\nsome.part(4) > relu"
    assert width(folder, text, first, second) == "[N, 4]"
    assert width(folder, text, second, first) == "[N, 8]"


def test_shipped_specs_are_found(folder: Path) -> None:
    text = "import resnet\nnet n: x[3, 224, 224] { x > resnet.resnet18 > linear(4) }"
    assert width(folder, text) == "[N, 4]"
    text = "from blocks.transformer import gated\nnet n: x[3, 4] { x > gated(8) }"
    assert width(folder, text) == "[N, 3, 4]"


def test_files_imported_by_an_imported_file_stand_beside_that(folder: Path) -> None:
    (folder / "lib" / "deep" / "user.net").write_text("from more import part\nblock u = part(7)\n")
    assert width(folder, "from lib.deep.user import u\nu > relu") == "[N, 7]"


def test_a_shipped_spec_does_not_look_into_the_working_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a text without a file."""
    (folder / "hijack.net").write_text("this is no spec")
    monkeypatch.chdir(folder)
    source = Finder().find("resnet", Source("<string>", ""))
    assert source is not None
    assert Path(source.name).is_absolute()
    assert Finder().find("hijack", source) is None
    assert Finder().find("hijack", Source("<string>", "")) is None


MISSING = [
    "import nothing\nrelu",
    "from nothing import a\nrelu",
    "import nothing\nnothing.a > relu",
    "from nothing import a\na > relu",
    "import lib\nrelu",
    "import lib.nothing\nrelu",
]


@pytest.mark.parametrize("text", MISSING)
def test_a_missing_file_is_said_once(folder: Path, text: str) -> None:
    assert codes(folder, text) == ["E212"]


@pytest.mark.parametrize(
    "text",
    [
        "from parts import bogus\nrelu",
        "from parts import bogus\nbogus > relu",
        "import parts\nparts.bogus > relu",
        "from parts import prat\nprat(3) > relu",
    ],
)
def test_a_missing_name(folder: Path, text: str) -> None:
    (problem,) = findings(folder, text)
    assert problem.code == "E201"
    assert problem.help


@pytest.mark.parametrize(
    "text",
    [
        'import "../secret"\nrelu',
        "import ../secret\nrelu",
        "import ..secret\nrelu",
        "import /etc/passwd\nrelu",
        "import .parts\nrelu",
        "from .. import secret\nrelu",
        'from "parts" import a\nrelu',
        "import lib/blocks\nrelu",
        "import lib\\blocks\nrelu",
        "import ~root.x\nrelu",
        "import C:parts\nrelu",
        "import parts.\nrelu",
    ],
)
def test_paths_are_not_in_the_language(folder: Path, text: str) -> None:
    (folder.parent / "secret.net").write_text(BLOCK)
    found = codes(folder, text)
    assert found
    assert all(code.startswith("E1") for code in found)


def test_links_do_not_lead_out(folder: Path) -> None:
    (folder.parent / "secret.net").write_text(BLOCK)
    (folder / "link.net").symlink_to(folder.parent / "secret.net")
    (folder / "outside").symlink_to(folder.parent)
    assert codes(folder, "import link\nlink.part(3) > relu") == ["E212"]
    assert codes(folder, "import outside.secret as s\ns.part(3) > relu") == ["E212"]
    (folder / "inside.net").symlink_to(folder / "parts.net")
    assert codes(folder, "import inside\ninside.part(3) > relu") == []


def test_links_in_a_search_folder_do_not_lead_out(folder: Path) -> None:
    (folder.parent / "secret.net").write_text(BLOCK)
    (folder / "lib" / "link.net").symlink_to(folder.parent / "secret.net")
    assert codes(folder, "import link\nlink.part(3) > relu", folder / "lib") == ["E212"]


CIRCLES = [
    {"a": "import b\nblock x = relu\n", "b": "import a\nblock y = relu\n"},
    {"a": "from b import y\nblock x = y\n", "b": "from a import x\nblock y = x\n"},
    {"a": "import a\nblock x = relu\n"},
    {"a": "import main\nblock x = relu\n"},
    {"a": "import b\nblock x = relu\n", "b": "import c\n", "c": "import a\n"},
]


@pytest.mark.parametrize("files", CIRCLES)
def test_circles_are_errors(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / f"{name}.net").write_text(text)
    (folder / "main.net").write_text("import a\na.x > relu")
    problems = findings(folder, "import a\na.x > relu")
    assert "E212" in {d.code for d in problems}
    assert any("circle" in d.message for d in problems)


def test_two_ways_to_one_file_are_no_circle(folder: Path) -> None:
    (folder / "a.net").write_text("from parts import part\nblock x = part(3)\n")
    (folder / "b.net").write_text("from parts import part\nblock y = part(4)\n")
    assert width(folder, "import a\nimport b\na.x > b.y") == "[N, 4]"


def test_what_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGEST", 100)
    (folder / "binary.net").write_bytes(b"\xff\xfe\x00")
    (folder / "huge.net").write_text("#" * 101)
    (folder / "dir.net").mkdir()
    for name in ("binary", "huge", "dir"):
        assert codes(folder, f"import {name}\nrelu") == ["E212"]


def test_an_imported_file_is_read_like_any(folder: Path) -> None:
    """With the mark that some editors put at its beginning."""
    (folder / "marked.net").write_bytes(b"\xef\xbb\xbfblock part(w) = linear(w)\r\n")
    assert width(folder, "import marked\nmarked.part(4) > relu") == "[N, 4]"


def test_errors_of_an_imported_file_are_its_own(folder: Path) -> None:
    (folder / "bad.net").write_text("block a = conv(3x3\nblock b = relu\n")
    (problem,) = findings(folder, "import bad\nbad.b > relu")
    assert problem.code.startswith("E1")
    assert problem.span is not None
    assert problem.span.source.name == str(folder / "bad.net")


def test_an_error_inside_shows_the_call_in_the_importing_file(folder: Path) -> None:
    (problem,) = findings(folder, "import parts\ninput(3) > parts.part(none)")
    assert problem.span is not None
    assert problem.span.source.name == str(folder / "parts.net")
    assert any(label.span.source.name == str(folder / "main.net") for label in problem.labels)


def test_one_share_of_an_imported_file(folder: Path) -> None:
    (folder / "shared.net").write_text("share enc = linear(8)\nblock b = enc > relu\n")
    text = "from shared import enc, b\ninput(8) > enc > b"
    made = loaded(folder, text)
    assert made.graph is not None
    assert made.graph.params == 72


def test_an_import_inside_a_body_is_an_error(folder: Path) -> None:
    assert codes(folder, "net n: x[8] { import parts\n x > relu }") == ["E212"]


def test_the_namespace_itself_is_no_value(folder: Path) -> None:
    assert codes(folder, "import parts\nparts > relu") == ["E207"]
    assert codes(folder, "import parts\nparts(3) > relu") == ["E206"]


def unused(text: str) -> list[str]:
    found = check_source(Source("own.net", text)).diagnostics
    return [d.span.text for d in found if d.span and d.code == "W501"]


NET = "net n: x[3, 32, 32] { x > stem > gap }\n"


def test_an_import_that_nothing_uses_is_told() -> None:
    stem = "block stem = conv(3x3, 8)\n"
    imports = "import vgg\nimport resnet as r\nfrom resnet import basic, bottleneck as neck\n"
    assert unused(imports + stem + NET) == ["vgg", "r", "basic", "neck"]
    assert unused("import blocks.attention\n" + stem + NET) == ["blocks.attention"]
    assert unused("from resnet import basic as _basic\n" + stem + NET) == []
    assert unused("from resnet import basic\n" + stem) == []  # for other files


def test_an_import_that_is_used_is_not_told() -> None:
    assert unused("from resnet import basic\nblock stem = basic(8, 8)\n" + NET) == []
    assert unused("import resnet\nblock stem = resnet.basic(8, 8)\n" + NET) == []
    stem = "block stem = flatten(2) > blocks.transformer.encoder_layer(2, 8)\n"
    assert unused("import blocks.transformer\n" + stem + NET.replace(" > gap", "")) == []


def test_a_file_is_read_and_parsed_once_however_many_nets_import_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counting(source: Source, most: int) -> imports.Parsed:
        parsed.append(Path(source.name).name)
        return parse(source, most)

    monkeypatch.setattr(imports, "parse", counting)
    nets = "".join(f"net n{i}: x[8] {{ x > parts.part({i}) > reluu }}\n" for i in range(1, 20))
    assert codes(folder, f"import parts\n{nets}") == ["E201"]
    assert parsed == ["parts.net"]
