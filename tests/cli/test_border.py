"""Nothing of a spec drives a terminal, turns a line or breaks a file, whatever it holds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

import netwright as nw
from netwright import report_github, report_json, report_sarif, report_text
from netwright.backends.pytorch.live import module_of
from netwright.cli import main
from netwright.terminal import Terminal

NASTY = {
    "escape": "\x1b[2J\x1b]0;title\x07",
    "C1": "\x9b31m\x85",
    "null": "\0",
    "bell": "\a",
    "delete": "\x7f",
    "override": "\u202egnp\u2066",
    "separators": "\u2028\u2029",
    "no characters": "\ufffe\uffff\ufdd0",
    "half a character": "\ud800",
    "carriage return": "a\rb",
    "form feed": "\f\v",
    "tags": "\U000e0041",
    "mark": "\ufeff",
    "markup": '</title>&lt;]]>-->"',
}
UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffe"
    "\uffff\ufdd0-\ufdef\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)
FORMATS = ("svg", "html", "json", "dot", "mmd", "tex", "pdf")


def spec(nasty: str) -> str:
    """What a spec says in its own words: documentation, comments, a text as an argument."""
    said = nasty.replace("\n", " ")
    quoted = said.replace("\\", "").replace('"', "")
    return (
        f"# a comment {said}\n## A net {said}\n## and more {said}\n"
        f'net n(mode="{quoted}"): x[8] {{  # {said}\n'
        f"  ## A block {said}\n  block b(word): y {{ y > linear(8) > relu }}\n"
        f'  x > b("{quoted}") * 2 > b("other {quoted}") > linear(2)\n}}\n'
    )


def assert_shown(text: str) -> None:
    found = UNSHOWN.search(text)
    assert found is None, ascii(text[max(0, found.start() - 40) : found.end() + 20])


@pytest.fixture(params=NASTY)
def net(request: pytest.FixtureRequest) -> nw.Network:
    return loaded(request.param)


@cache
def loaded(name: str) -> nw.Network:
    return nw.loads(spec(NASTY[name]))


def test_words(net: nw.Network) -> None:
    for text in (net.summary(), net.to_source(), net.to_dot(), repr(net)):
        assert_shown(text)
    assert module_of(net.to_source())


@pytest.mark.parametrize("view", ["docs", "paper", "debug"])
@pytest.mark.parametrize("form", FORMATS)
def test_pictures(net: nw.Network, form: str, view: str, tmp_path: Path) -> None:
    data = net.render(tmp_path / f"a.{form}", view=view).read_bytes()
    if form == "pdf":
        return
    text = data.decode()
    assert_shown(text)
    if form == "svg":
        ElementTree.fromstring(text)
    if form == "json":
        json.loads(text)


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_findings(nasty: str) -> None:
    said = nasty.replace("\\", "").replace('"', "")
    text = f'# {nasty}\nnet n: x[8] {{ require 1 > 2, "{said}"\n x > linear({nasty}) > boom }}\n'
    found = nw.check(text)
    assert found
    for report in (report_text, report_json, report_github, report_sarif):
        assert_shown(report.report(found, [f"{nasty}.net"], Terminal()))
    assert json.loads(report_json.report(found, ["a.net"], Terminal()))["diagnostics"]
    with pytest.raises(nw.CompileError) as caught:
        nw.loads(text)
    assert_shown(str(caught.value))
    assert_shown("".join(caught.value.__notes__))


def test_json_tells_all() -> None:
    """What cannot be shown is escaped, not lost."""
    found = nw.check('net n: x[8] { require 1 > 2, "a"\n x > linear(8) as "\u202eb" }')
    text = report_json.report(found, ["a.net"], Terminal())
    assert found[0].message in {d["message"] for d in json.loads(text)["diagnostics"]}


@pytest.mark.parametrize("name", ["\x1b[31m.net", "caf\udce9.net", "\u202enet.net"])
@pytest.mark.parametrize("command", ["check", "summary", "build", "svg", "html", "json"])
def test_names_of_files(
    name: str,
    command: str,
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("input(8) > linear(8)\n")
    picture = command in FORMATS
    arguments = ["render", name, "-o", f"a.{command}"] if picture else [command, name]
    assert main(arguments) == 0
    out, err = capsysbinary.readouterr()
    data = Path(f"a.{command}").read_bytes() if picture else b""
    for text in (out, err, data):
        assert_shown(text.decode())


# --- streams, names, faults -------------------------------------------------------------------


def run(arguments: str, folder: Path, **given: str) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m netwright {arguments}"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **given},
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("check a.net >&-", 0),
        ("check b.net >&-", 1),
        ("check b.net 2>&-", 1),
        ("check b.net >&- 2>&- <&-", 1),
        ("summary a.net >&-", 0),
        ("build a.net >&-", 2),
        ("build a.net -o a.py >&-", 0),
        ("check - <&-", 1),
        ("check c.net 2>&-", 2),
        ("build a.net > /dev/full", 2),
        ("check a.net > /dev/full", 2),
        ("new ''", 2),
        ("new .", 2),
        ("new ..", 2),
        ("new /", 2),
        ("new /dev/null/a", 2),
    ],
)
def test_streams_and_names(arguments: str, status: int, tmp_path: Path) -> None:
    if "/dev/full" in arguments and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "a.net").write_text("input(8) > linear(8)\n")
    (tmp_path / "b.net").write_text("input(8) > boom\n")
    code, err = run(arguments, tmp_path)
    assert code == status, err
    assert "Traceback" not in err
    assert "Exception" not in err


FAULT = "net n: x[8] {\n  x > linear(8)\n}\n"


def test_a_fault_names_the_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from netwright.compiler.elaborate import layer_nodes

    def fail(*_: object) -> None:
        raise KeyError("what")

    monkeypatch.setattr(layer_nodes, "_infer", fail)
    (found,) = nw.check(FAULT)
    assert (found.code, found.span and found.span.line) == ("E901", 2)
    assert "KeyError: 'what'" in found.message
    with pytest.raises(nw.CompileError, match="E901"):
        nw.loads(FAULT)
    path = tmp_path / "a.net"
    path.write_text(FAULT)
    for command in (["check"], ["build"], ["summary"], ["render", "-o", "a.svg"]):
        assert main([*command, str(path)]) == 70
    assert "please report it" in capsys.readouterr().err
    monkeypatch.setenv("NETWRIGHT_TRACEBACK", "1")
    with pytest.raises(KeyError):
        main(["check", str(path)])


@pytest.mark.parametrize(
    ("module", "name", "use"),
    [
        ("backends.pytorch.generated_file", "GeneratedFile", lambda net: net.to_source()),
        ("backends.pytorch.live", "GeneratedFile", lambda net: net.to_torch()),
        ("backends.layer_table", "rows", lambda net: net.summary()),
        ("backends.diagram", "_picture", lambda net: net.render("a.svg")),
    ],
)
def test_faults_of_backends(
    module: str, name: str, use: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = nw.loads(FAULT)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(f"netwright.{module}.{name}", fail)
    with pytest.raises(nw.CompileError, match="AssertionError") as caught:
        use(net)  # type: ignore[operator]
    assert [d.code for d in caught.value.diagnostics] == ["E901"]
    assert "Network" not in str(caught.value)
