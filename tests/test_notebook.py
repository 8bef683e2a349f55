"""Notebooks, in a real IPython."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

import netwright as nw
from netwright.notebook import COLOURS, findings

from .backends.diagram.test_page import contrast

pytest.importorskip("IPython", reason="IPython is not installed")

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

NARROW = "net narrow(d=4): x[8] -> [2] { x > linear(d) > relu > linear(2) }\n"
WRONG = "conv(3x3, 64) > relo\n"


class Notebook:
    """A shell as a notebook has it: it shows pictures, and what it shows is kept."""

    def __init__(self) -> None:
        config = Config({"HistoryManager": {"enabled": False}})
        make: Any = InteractiveShell
        self.shell = make(config=config, colors="nocolor", user_module=ModuleType("cells"))
        self.shown: list[dict[str, str]] = []
        self.traceback: list[str] = []
        self.shell.display_pub.publish = self.show
        self.shell._showtraceback = self.fail

    def show(self, data: dict[str, str], **_: object) -> None:
        self.shown.append(data)

    def fail(self, _kind: object, _error: object, lines: list[str]) -> None:
        self.traceback += lines

    def run(self, cell: str) -> bool:
        """Whether it went through."""
        self.shown.clear()
        self.traceback.clear()
        success: bool = self.shell.run_cell(cell).success
        return success

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield Notebook()


@pytest.fixture
def notebook(shell: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.chdir(tmp_path)
    shell.shell.reset()
    assert shell.run("%reload_ext netwright")
    return shell


def test_a_cell_is_a_network(notebook: Notebook) -> None:
    assert notebook.run(f"%%net small\n{NARROW}")
    assert notebook["small"] == nw.loads(NARROW)
    (shown,) = notebook.shown
    assert set(shown) == {"image/svg+xml", "text/plain"}
    assert ElementTree.fromstring(shown["image/svg+xml"]).get("role") == "img"
    assert shown["text/plain"].startswith("<Network narrow: x[N, 8] -> [N, 2], 46 parameters>")


def test_options(notebook: Notebook) -> None:
    assert notebook.run(f"%%net wide --net narrow -p d=32\n{NARROW}")
    assert notebook["wide"].params == 8 * 32 + 32 + 32 * 2 + 2
    assert notebook.run("%%net flat --input 3x8\nlinear(4) > relu\n")
    assert notebook["flat"].params == 36
    assert notebook.run(f"%%net\n{NARROW}")  # by its own name
    assert notebook["narrow"].params == 46
    assert notebook.run("%%net\nlinear(4)\n")
    assert notebook["net"].params == "4*D + 4"


def test_imports_are_looked_for_beside_the_notebook(notebook: Notebook) -> None:
    Path("parts.net").write_text("block wide(d) = linear(d) > relu\n")
    assert notebook.run("%%net\nfrom parts import wide\nnet two: x[8] { x > wide(4) }\n")
    assert notebook["two"].params == 36


def test_errors_are_told_and_stop_the_notebook(notebook: Notebook) -> None:
    assert not notebook.run(f"%%net small\n{WRONG}")
    assert "small" not in notebook.shell.user_ns
    (shown,) = notebook.shown
    text = shown["text/plain"]
    assert "error[E201]" in text
    assert "--> <cell>:2:17" in text  # as the notebook counts lines
    assert "did you mean" in text
    html = shown["text/html"]
    ElementTree.fromstring(html)
    assert unescape(re.sub(r"<[^>]*>", "", html)).rstrip() == text
    assert notebook.traceback == ["Found 1 error in <cell>"]


def test_a_hostile_cell_is_shown_as_text(notebook: Notebook) -> None:
    notebook.run('%%net\nlinear(3) > "<img src=x onerror=alert(1)>\x1b[31m" > relo & "\n')
    (shown,) = notebook.shown
    root = ElementTree.fromstring(shown["text/html"])
    assert {e.tag for e in root.iter()} == {"pre", "span"}


def test_warnings_stand_above_the_picture(notebook: Notebook) -> None:
    assert notebook.run("%%net\nconv(3x3, 8, stride=2, pad=1) + maxpool(2)\n")
    warning, picture = notebook.shown
    assert "warning[W" in warning["text/plain"]
    assert "image/svg+xml" in picture


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("two names", "names"),
        ("--net", "expected one argument"),
        ("-p d", "NAME=VALUE"),
        ("for", "'for' is not a Python name"),
        ("'open", "No closing quotation"),
    ],
)
def test_misuse_is_said_in_a_line(
    notebook: Notebook, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    assert not notebook.run(f"%%net {line}\n{NARROW}")
    told = capsys.readouterr().err
    assert told.startswith("UsageError: %%net: ")
    assert said in told
    assert told.count("\n") == 1
    assert not notebook.traceback
    assert not notebook.shown


def test_help(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebook.run("%%net --help\nlinear(3)\n")
    assert "%%net small --input 3x32x32" in capsys.readouterr().out


def test_what_is_raised_shows_the_lines_at_fault(notebook: Notebook) -> None:
    assert not notebook.run(f"import netwright as nw\nnw.loads({WRONG!r})")
    said = re.sub("\x1b\\[[\\d;]*m", "", "\n".join(notebook.traceback))
    assert said.startswith("error[E201]")
    assert "^^^^" in said
    assert "Traceback" not in said
    assert not notebook.run("raise nw.CompileError(nw.check('linear(3) > relo'))")
    assert notebook.traceback == ["<string>:1:13: error[E201]: `relo` is not known here"]


def test_what_a_backend_refuses_shows_its_lines() -> None:
    spec = "net odd: x[8] { x > linear(4) as forward }"
    with pytest.raises(nw.CompileError) as caught:
        nw.loads(spec).to_source()
    assert "^^^^" in "\n".join(caught.value.__notes__)
    assert "^^^^" in "".join(caught.value._render_traceback_())


def test_a_network_shows_itself() -> None:
    bundle = nw.loads(NARROW)._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"}
    assert "id=" not in bundle["image/svg+xml"]


def test_what_cannot_be_drawn_says_so() -> None:
    steps = " > ".join(f"linear({i})" for i in range(1, 2000))
    bundle = nw.loads(f"net long: x[8] {{ x > {steps} }}")._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "boxes to draw" in bundle["text/plain"]


def test_a_terminal_draws_nothing(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    monkeypatch.setattr(notebook.shell.display_formatter, "active_types", ["text/plain"])
    monkeypatch.setattr(IPython, "get_ipython", lambda: notebook.shell)
    assert set(nw.loads(NARROW)._repr_mimebundle_()) == {"text/plain"}


def test_colours_are_legible_on_their_paper() -> None:
    html = findings(nw.check(WRONG))["text/html"]
    for style in re.findall(r'style="([^"]*)"', html):
        colour = re.search(r"(?<!-)color:(#\w+)", style)
        assert not colour or contrast(colour[1], "#ffffff") >= 4.5
    assert len(re.findall("<span", html)) > 5
    known = re.findall("#.{6}", " ".join(COLOURS.values()))
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in known)


def test_ipython_is_not_needed() -> None:
    script = (
        "import sys; sys.modules['IPython'] = None\n"
        "import netwright\n"
        "print('netwright.notebook' in sys.modules, callable(netwright.load_ipython_extension))\n"
        "print(*netwright.loads('linear(3)')._repr_mimebundle_())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.stdout == "False True\nimage/svg+xml text/plain\n", done.stderr
