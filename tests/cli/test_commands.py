"""The commands, run as `main(argv)`: what they print, where, and with which status."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import netwright
from netwright import cli
from netwright.cli import explain
from netwright.compiler.layers import layers
from netwright.spec_files import shipped

Golden = Callable[[str, str], None]

LENET = """\
# lenet.net
input(1x28x28)
  > conv(5x5, 6, pad=2) > tanh > avgpool(2, 2)
  > conv(5x5, 16)       > tanh > avgpool(2, 2)
  > flatten > linear(120) > tanh > linear(84) > tanh > linear(10)
"""
UNET = """\
net unet: x[3, 64, 64] {
  e1 = x > conv(3x3, 64, pad=1)
  d2 = x > conv(3x3, 64)

  [d2, e1] > add > relu
}
"""
MISTAKES = """\
net mistakes: x[3, 32, 32] {
  a = x > cnov(3x3, 8)
  b = x > conv(3x3, 8, strid=2)
  [x > linear(10), x > linear(20)] > add
}
"""
SEVERAL = """\
block wide(d) = linear(d) > relu

## The small one
net small: x[8] { x > wide(16) > linear(2) }

## The large one
net large(d=64): x[8] { x > wide(d) * 3 as layer > linear(2) }

net any(d, unit): x[8] { x > unit(d) }
"""


@dataclass
class Run:
    status: int
    out: str
    err: str


Netwright = Callable[..., Run]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Netwright:
    def run(*arguments: str) -> Run:
        status = cli.main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return Run(status, out.decode(), err.decode())

    return run


@pytest.fixture(autouse=True)
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with some specs, plain output."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "NETWRIGHT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    for name, text in {
        "lenet": LENET,
        "unet": UNET,
        "mistakes": MISTAKES,
        "several": SEVERAL,
    }.items():
        (tmp_path / f"{name}.net").write_text(text)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


# --- check -----------------------------------------------------------------------------------


def test_check_clean(run: Netwright) -> None:
    assert run("check", "lenet.net") == Run(0, "No errors in lenet.net\n", "")


def test_check_findings(run: Netwright, golden: Golden) -> None:
    done = run("check", "unet.net")
    assert (done.status, done.err) == (1, "")
    golden("cli/check/unet.txt", done.out)


def test_check_reports_independent_errors_at_once(run: Netwright, golden: Golden) -> None:
    done = run("check", "mistakes.net")
    assert done.status == 1
    golden("cli/check/mistakes.txt", done.out)


def test_check_several_files(run: Netwright) -> None:
    done = run("check", "lenet.net", "unet.net", "several.net")
    assert done.status == 1
    assert done.out.endswith("\nFound 1 error in 3 files\n")


def test_check_goes_on_after_a_missing_file(run: Netwright) -> None:
    done = run("check", "lenet.nte", "unet.net")
    assert done.status == 2
    assert "Found 1 error in unet.net" in done.out
    assert "there is no file lenet.nte" not in done.out
    assert "lenet.nte" in done.err


def test_check_all_nets(run: Netwright) -> None:
    Path("several.net").write_text(SEVERAL + "net broken: x[8] { x > conv(3x3, 4) }\n")
    done = run("check", "several.net")
    assert done.status == 1
    assert "conv" in done.out
    assert run("check", "several.net", "--net", "small").status == 0


def test_check_json(run: Netwright, golden: Golden) -> None:
    done = run("check", "unet.net", "--output-format", "json")
    assert done.status == 1
    document = json.loads(done.out)
    assert document["version"] == 1
    (found,) = document["diagnostics"]
    assert (found["file"], found["line"]) == ("unet.net", 5)
    golden("cli/check/unet.json", done.out)


def test_check_json_clean(run: Netwright) -> None:
    done = run("check", "lenet.net", "--output-format", "json")
    assert (done.status, json.loads(done.out)) == (0, {"version": 1, "diagnostics": []})


def test_check_github(run: Netwright, golden: Golden) -> None:
    done = run("check", "unet.net", "mistakes.net", "--output-format", "github")
    assert done.status == 1
    golden("cli/check/github.txt", done.out)


def test_check_standard_input(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "conv(3x3, 64) > relu > pool(2, 2)\n")
    assert run("check", "-", "--input", "3x32x32") == Run(0, "No errors in <stdin>\n", "")


def test_check_with_an_input_that_does_not_fit(run: Netwright) -> None:
    Path("one.net").write_text("conv(5x5, 6) > relu\n")
    assert run("check", "one.net", "--input", "3x32x32").status == 0
    assert run("check", "one.net", "--input", "3x4x4").status == 1
    assert run("check", "one.net", "--input", "3xx").status == 1


def test_check_with_parameters(run: Netwright) -> None:
    given = ("check", "several.net", "--net", "any", "-p", "d=16", "-p", "unit=wide")
    assert run(*given).status == 0
    done = run(*given, "-p", "depth=3")
    assert done.status == 2
    assert "no parameter `depth`" in done.out


def test_check_finds_imports_on_the_path(run: Netwright) -> None:
    Path("lib").mkdir()
    Path("lib/parts.net").write_text("block wide(d) = linear(d) > relu\n")
    Path("main.net").write_text("import parts\nnet main: x[8] { x > parts.wide(3) }\n")
    assert run("check", "main.net").status == 1
    assert run("check", "main.net", "-I", "lib").status == 0
    assert run("check", "main.net", "--import-path", "lib").status == 0


def test_windows_lines_and_marks(run: Netwright) -> None:
    Path("dos.net").write_bytes(b"\xef\xbb\xbf" + LENET.replace("\n", "\r\n").encode())
    assert run("check", "dos.net").status == 0


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours(
    run: Netwright,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    coloured: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("check", "unet.net").out) == coloured


# --- summary, build, render --------------------------------------------------------------------


def test_summary(run: Netwright, golden: Golden) -> None:
    done = run("summary", "lenet.net")
    assert (done.status, done.err) == (0, "")
    golden("cli/summary/lenet.txt", done.out)


def test_summary_json(run: Netwright, golden: Golden) -> None:
    done = run("summary", "several.net", "--net", "large", "--output-format", "json")
    document = json.loads(done.out)
    assert [layer["path"] for layer in document["layers"]][:3] == [
        "layer.0.linear1",
        "layer.0.relu1",
        "layer.1.linear1",
    ]
    golden("cli/summary/large.json", done.out)


def test_summary_of_open_sizes(run: Netwright, golden: Golden) -> None:
    Path("open.net").write_text("conv(3x3, 64) > relu > pool(2, 2)\n")
    golden("cli/summary/one_line.txt", run("summary", "open.net").out)


@pytest.mark.parametrize("command", ["summary", "build", "render"])
def test_findings_go_to_standard_error(run: Netwright, command: str) -> None:
    done = run(command, "unet.net")
    assert (done.status, done.out) == (1, "")
    assert "Found 1 error in unet.net" in done.err


def test_several_nets_want_a_choice(run: Netwright, golden: Golden) -> None:
    done = run("summary", "several.net")
    assert (done.status, done.out) == (2, "")
    golden("cli/check/several.txt", done.err)
    assert run("summary", "several.net", "--net", "small").status == 0


def test_the_net_named_like_the_file(run: Netwright) -> None:
    Path("LAR-GE.net").write_text(SEVERAL)
    assert run("summary", "LAR-GE.net").out.startswith("large: The large one\n")


def test_misspelt_net(run: Netwright) -> None:
    done = run("summary", "several.net", "--net", "smal")
    assert done.status == 2
    assert "did you mean `small`?" in done.err


@pytest.mark.parametrize("command", ["check", "summary", "build"])
@pytest.mark.parametrize(
    "option", ["--net=medium", "--net=small -p=width=8", "--net=small --input=image=8"]
)
def test_a_name_that_the_spec_does_not_have_is_misuse(
    run: Netwright, command: str, option: str
) -> None:
    assert run(command, "several.net", *option.split()).status == 2


def test_build(run: Netwright) -> None:
    done = run("build", "lenet.net")
    assert done.status == 0
    compile(done.out, "lenet.py", "exec")
    told = run("build", "lenet.net", "-o", "model.py")
    assert (told.status, told.out) == (0, "")
    assert told.err == f"wrote model.py ({len(done.out.encode()):,} bytes)\n"
    assert Path("model.py").read_text() == done.out
    assert run("build", "lenet.net", "-o", "-").out == done.out


def test_render(run: Netwright) -> None:
    svg = run("render", "lenet.net").out
    assert "<svg" in svg
    assert run("render", "lenet.net", "-o", "a.svg").status == 0
    assert Path("a.svg").read_text() == svg
    assert run("render", "lenet.net", "-o", "a.png").status == 0
    assert Path("a.png").read_bytes()[:4] == b"\x89PNG"
    assert run("render", "lenet.net", "-o", "A.DOT").status == 0
    assert Path("A.DOT").read_text().startswith("digraph")


def test_render_takes_what_a_picture_shows(run: Netwright) -> None:
    plain = run("render", "lenet.net").out
    assert "> convolution" in plain
    assert "> convolution" not in run("render", "lenet.net", "--no-legend").out
    assert "6×14×14" in plain
    labels = run("render", "lenet.net", "--no-shapes").out.count("6×14×14")
    assert labels < plain.count("6×14×14")
    net = ("render", "resnet", "--net", "resnet18", "-o", "-")
    opened, shut = run(*net, "--expand", "basic").out, run(*net, "--fold", "basic").out
    assert opened.count(">conv 3×3") > shut.count(">conv 3×3") == 0
    assert ">R</text>" in run(*net, "--title", "R").out


def test_a_name_that_changes_nothing_is_noted(run: Netwright) -> None:
    net = ("render", "resnet", "--net", "resnet18", "--view", "paper", "-o", "a.svg")
    done = run(*net, "--fold", "layer1.0")
    assert done.status == 0
    assert "netwright: note: fold layer1.0 changes nothing: nothing of that name is" in done.err
    assert "note" not in run(*net, "--expand", "basic").err
    unknown = run(*net, "--fold", "basik")
    assert (unknown.status, "did you mean basic?" in unknown.err) == (2, True)


def test_the_html_view_is_a_page(run: Netwright) -> None:
    page = run("render", "lenet", "--view", "html")
    assert (page.status, page.out[:15]) == (0, "<!DOCTYPE html>")
    assert run("render", "lenet", "-o", "lenet.html").status == 0
    assert Path("lenet.html").read_text("utf-8") == page.out
    misuse = run("render", "lenet", "--view", "html", "-o", "lenet.svg")
    assert misuse.status == 2
    assert "the html view is a page, not a .svg" in misuse.err
    assert "`-o lenet.html`" in misuse.err
    assert not Path("lenet.svg").exists()


def test_render_of_a_failing_spec(run: Netwright) -> None:
    done = run("render", "unet.net", "--view", "debug", "-o", "unet.svg")
    assert (done.status, done.out) == (1, "")
    assert "Found 1 error in unet.net" in done.err
    assert "error E302: add needs tensors of one shape" in Path("unet.svg").read_text()
    whole = run("render", "unet.net", "-o", "docs.svg")
    assert (whole.status, Path("docs.svg").exists()) == (1, False)
    assert "`--view debug` draws this one up to the error" in whole.err


def test_diff(run: Netwright, golden: Golden) -> None:
    Path("new.net").write_text(LENET.replace("tanh", "relu").replace("linear(84)", "linear(64)"))
    done = run("render", "--diff", "lenet.net", "new.net")
    assert (done.status, done.err) == (0, "")
    golden("cli/diff/lenet.txt", done.out)
    document = json.loads(
        run("render", "--diff", "lenet.net", "new.net", "--output-format", "json").out
    )
    assert [c["change"] for c in document["changes"]] == ["changed"] * 5
    assert run("render", "--diff", "lenet.net", "new.net", "-o", "a.txt").status == 0
    assert Path("a.txt").read_text() == done.out
    drawn = run("render", "--diff", "lenet.net", "new.net", "-o", "a.svg")
    assert (drawn.status, drawn.out) == (0, "")
    assert "84 → 64" in Path("a.svg").read_text()


def test_diff_of_two_nets_of_a_file(run: Netwright) -> None:
    done = run("render", "--diff", "several.net:small", "several.net:large")
    assert done.status == 0
    assert done.out.startswith("small → large\n")
    assert "No" not in run("render", "--diff", "several.net", "several.net", "--net", "small").err
    shipped = run("render", "--diff", "resnet:resnet18", "resnet:resnet34").out
    assert "basic(…) * 2" in shipped


def test_diff_says_how_to_choose_a_net(run: Netwright) -> None:
    done = run("render", "--diff", "several.net", "several.net:small")
    assert (done.status, done.out) == (2, "")
    assert "write `several.net:any`" in done.err


def test_diff_with_standard_input(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, LENET)
    assert "no layer differs" in run("render", "--diff", "-", "lenet.net").out


def test_diff_of_a_failing_spec(run: Netwright) -> None:
    done = run("render", "--diff", "lenet.net", "unet.net", "-o", "a.svg")
    assert (done.status, Path("a.svg").exists()) == (1, False)
    assert "Found 1 error in unet.net" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lenet.net", "--diff", "lenet.net", "unet.net"], "two specs and no more"),
        (["--diff", "-", "-"], "only one spec can come from standard input"),
        (["--diff", "lenet.net", "nothing.net"], "there is no file nothing.net"),
        (["--diff", "lenet.net", "lenet.net", "-o", "a.bmp"], "cannot draw .bmp files"),
        (["lenet.net", "--output-format", "json"], "--output-format is for --diff"),
        ([], "render needs a FILE, or --diff OLD NEW"),
    ],
)
def test_diff_misused(run: Netwright, arguments: list[str], message: str) -> None:
    done = run("render", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_render_of_a_damaged_text(run: Netwright) -> None:
    Path("damaged.net").write_text("net a: x[3] { x > > relu }")
    done = run("render", "damaged.net", "--view", "debug", "-o", "a.svg")
    assert (done.status, Path("a.svg").exists()) == (1, False)
    assert "nothing to draw: a text with syntax errors has no graph" in done.err


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.bmp", "cannot draw .bmp files"), ("picture", "cannot draw a file without a suffix")],
)
def test_render_wants_a_suffix_it_knows(run: Netwright, name: str, message: str) -> None:
    done = run("render", "lenet.net", "-o", name)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert ".png, .svg or .tex" in done.err


def test_a_file_in_no_folder(run: Netwright) -> None:
    done = run("build", "lenet.net", "-o", "no/such/model.py")
    assert done.status == 2
    assert done.err == "netwright: cannot write no/such/model.py: there is no folder no/such\n"


def test_a_terminal_gets_no_picture(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = run("render", "lenet.net")
    assert (done.status, done.out) == (2, "")
    assert "`-o lenet.svg` writes a file, `-o -` prints it here" in done.err
    assert "-o lenet.html" in run("render", "lenet.net", "--view", "html").err
    assert "<svg" in run("render", "lenet.net", "-o", "-").out


def test_places_that_cannot_be_written(run: Netwright) -> None:
    Path("a.svg").mkdir()
    Path("file").touch()
    assert "cannot write a.svg: it is a folder" in run("render", "lenet.net", "-o", "a.svg").err
    done = run("render", "lenet.net", "-o", "file/a.svg")
    assert (done.status, done.err) == (
        2,
        "netwright: cannot write file/a.svg: file is not a folder\n",
    )


# --- the others --------------------------------------------------------------------------------


def test_explain_a_layer(run: Netwright, golden: Golden) -> None:
    golden("cli/explain/linear.txt", run("explain", "fc").out)


def test_explain_every_layer() -> None:
    for word, layer in layers().items():
        page = explain.describe(layer)
        assert page.startswith(f"# {layer.word}"), word
        assert "<class" not in page


def test_the_list_of_layers(run: Netwright, golden: Golden) -> None:
    """It is a page of the documentation, too."""
    page = run("explain", "layers").out
    assert all(f"`{layer.word}" in page for layer in layers().values())
    golden("../../docs/layers.md", page)


def test_explain_a_code(run: Netwright) -> None:
    pages = explain.pages()
    assert pages
    for code in pages:
        done = run("explain", code.lower())
        assert done.status == 0
        assert done.out.startswith(f"# {code}: ")


def test_explain_lists_everything(run: Netwright) -> None:
    out = run("explain").out
    assert all(f"  {code}: " in out for code in explain.pages())
    assert "linear" in out


def test_explain_what_there_is_not(run: Netwright, golden: Golden) -> None:
    told = [run("explain", topic) for topic in ("liner", "E9999", "qqqqq")]
    assert [done.status for done in told] == [2, 2, 2]
    golden("cli/misuse/explain.txt", "".join(done.err for done in told))


def test_specs(run: Netwright) -> None:
    """Area by area, each in the order of names, with the figures of the facts."""
    areas = run("specs").out.split("\n\n")
    names = [re.findall(r"(?m)^  (\S+)", area) for area in areas]
    assert sorted(chain.from_iterable(names)) == sorted(shipped())
    assert all(found == sorted(found) for found in names)
    assert areas[0].startswith("vision")


def test_specs_by_words(run: Netwright, golden: Golden) -> None:
    """In the name, the comments or the names of nets; all words; one spec shows its nets."""
    asked = ("lenet", "vgg16_bn", "additive attention", "basics")
    golden(
        "cli/specs.txt", "\n".join(f"$ specs {a}\n{run('specs', *a.split()).out}" for a in asked)
    )


def test_specs_that_there_are_not(run: Netwright, golden: Golden) -> None:
    told = [run("specs", *words) for words in (["resnot"], ["xor", "mlp"], ["qqqqq"])]
    assert [done.status for done in told] == [2, 2, 2]
    golden("cli/misuse/specs.txt", "".join(done.err for done in told))


def test_specs_as_json(run: Netwright) -> None:
    done = run("specs", "gpt2", "--output-format", "json")
    (spec,) = json.loads(done.out)["specs"]
    assert (spec["name"], spec["area"]) == ("gpt2", "text")
    assert spec["nets"][0]["params"] == 124439808
    assert spec["nets"][0]["macs"] == "18432*T*T + 123532032*T"


def test_new(run: Netwright, golden: Golden) -> None:
    done = run("new", "tiny_classifier")
    assert done.status == 0
    text = Path("tiny_classifier.net").read_text()
    golden("cli/new.txt", f"{done.out}\n{text}")
    assert run("check", "tiny_classifier.net").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("diff lenet.net unet.net", "netwright render --diff OLD NEW"),
        ("help", "netwright --help"),
        ("compile lenet.net", "netwright build FILE"),
        ("draw lenet.net", "netwright render FILE"),
        ("build lenet.net -o lenet.svg", "netwright render FILE"),
        ("new nowhere/mine", "there is no folder nowhere"),
    ],
)
def test_what_is_meant(arguments: str, said: str, run: Netwright) -> None:
    done = run(*arguments.split())
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not Path("lenet.svg").exists()


def test_a_name_with_a_space_is_quoted(run: Netwright) -> None:
    assert "`netwright check 'my net.net'`" in run("new", "my net").out


def test_a_net_that_is_not_there_is_told_once(run: Netwright) -> None:
    done = run("render", "--diff", "several:small", "several:large2")
    assert (done.status, done.err.count("has no net"), "compares" in done.err) == (2, 1, False)


def test_new_overwrites_nothing(run: Netwright) -> None:
    done = run("new", "lenet.net")
    assert done.status == 2
    assert "lenet.net exists already" in done.err
    assert Path("lenet.net").read_text() == LENET


def test_new_from_a_spec(run: Netwright) -> None:
    assert run("new", "mine", "--from", "lenet").status == 0
    assert Path("mine.net").read_text() == LENET
    assert run("new", "other", "--from", "nothing").status == 2
    assert run("new", "3d").status == 2


# --- the command line as such ------------------------------------------------------------------

argparse_of_3_11 = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="argparse words its help and errors in another way"
)


@argparse_of_3_11
@pytest.mark.parametrize("command", [None, *cli.commands()])
def test_help(
    run: Netwright, golden: Golden, command: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "98")
    done = run(*([command] if command else []), "--help")
    assert (done.status, done.err) == (0, "")
    text = done.out
    if command == "render":  # it lists formats and views, which come and go as files do
        text = text[: text.index("  -o FILE, ")] + text[text.index("examples:") :]
        text = re.sub(r"(?s)(--view ).*?(?=\[FILE\]\n\n)", r"\1... ", text)
    golden(f"cli/help/{command or 'netwright'}.txt", text)


def test_version(run: Netwright) -> None:
    assert run("--version") == Run(0, f"netwright {netwright.__version__}\n", "")


@argparse_of_3_11
def test_misuse(run: Netwright, golden: Golden) -> None:
    lines = [
        ["chek", "a.net"],
        ["lenet.net"],
        ["frobnicate"],
        ["--frobnicate"],
        ["check"],
        ["check", "lenet.net", "--frobnicate"],
        ["check", "lenet.net", "--output-format", "xml"],
        ["render", "lenet.net", "--view", "volume"],
        ["check", "lenet.net", "-p", "classes"],
        ["build", "lenet.net", "unet.net"],
        ["build", "."],
        ["build", "no_such_spec_at_all"],
        ["render", "resnet18"],
        ["render", "lenet.net", "lenet.svg"],
        ["render", "lenet.net", "--color_by", "macs"],
        ["render", "lenet.net", "--depth", "-1"],
        ["render", "lenet.net", "-o", "no/such.svg"],
    ]
    said = []
    for line in lines:
        done = run(*line)
        assert (done.status, done.out) == (2, "")
        said.append(f"$ netwright {' '.join(line)}\n{done.err}")
    golden("cli/misuse/lines.txt", "\n".join(said))


def test_without_arguments_it_helps(run: Netwright) -> None:
    done = run()
    assert done.status == 2
    assert "commands:" in done.err


def fake(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """`netwright specs` fails in a way of its own."""
    command: Any = ModuleType("fake")
    command.EXAMPLES = ""
    command.configure = lambda _: None

    def fail(_: object) -> int:
        raise error

    command.run = fail
    monkeypatch.setattr(cli, "_load", lambda _: command)


def test_own_errors_are_one_polite_line(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (RuntimeError("boom"), RecursionError("deep"), MemoryError()):
        fake(monkeypatch, error)
        done = run("specs")
        assert done.status == 70
        assert "Traceback" not in done.err
        assert "NETWRIGHT_TRACEBACK=1" in done.err


def test_own_errors_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_TRACEBACK", "1")
    fake(monkeypatch, RuntimeError("boom"))
    with pytest.raises(RuntimeError, match="boom"):
        cli.main(["specs"])


def test_interrupted(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, KeyboardInterrupt())
    assert run("specs") == Run(130, "", "")


def test_system_errors_are_misuse(run: Netwright, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, OSError(28, os.strerror(28), "model.py"))
    done = run("specs")
    assert (done.status, done.err) == (
        2,
        "netwright: cannot use model.py: no space left on device\n",
    )
