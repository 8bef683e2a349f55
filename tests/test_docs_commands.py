"""The commands and the Python that the pages and the helps show run as they stand."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

import netwright as nw
from netwright import cli
from netwright.spec_files import shipped
from tests.backends.configs import files
from tests.backends.onnx.graphs import write_small
from tests.specs.reference import torchvision_models

ROOT = Path(__file__).parent.parent
PAGES = (
    ROOT / "README.md",
    ROOT / "docs/README.md",
    ROOT / "docs/language.md",
    ROOT / "docs/command-line.md",
    ROOT / "docs/layers.md",
    ROOT / "docs/import.md",
    ROOT / "docs/weights.md",
)
SMALL = "net small: x[3, 8, 8] { x > conv(3x3, 8) > relu > gap > linear(2) }\n"
FILES = {
    **dict.fromkeys(("small", "old", "nets/a", "nets/b"), SMALL),
    "new": SMALL.replace("relu", "gelu"),
    "broken": SMALL.replace("> relu", "> conv(9x9, 8)"),
    "encoder": "embed(100, 8) > attention(2)\n",
}
"""What stands beside the user who types the commands; and copies of shipped specs."""
MODELS = """\
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(9, 4)

    def forward(self, ids, mask):
        return self.embed(ids) * mask[..., None]

    @classmethod
    def small(cls):
        return cls()


def build(depth=2):
    layers = [nn.Sequential(nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3), nn.GELU()) for _ in range(depth)]
    return nn.Sequential(*layers)


example = torch.randn(2, 3, 8, 8)
"""
FAILS = frozenset({"netwright render broken.net --view debug -o broken.svg"})
"""Commands that are shown for what they say of an error."""


@pytest.fixture(autouse=True)
def beside_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        file = tmp_path / f"{name}.net"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    for name in ("unet", "lenet", "resnet"):
        shutil.copy(shipped()[name], tmp_path)
    package = tmp_path / "mypkg"
    package.mkdir()
    for path in (package / "__init__.py", package / "model.py", tmp_path / "inputs.py"):
        path.write_text(MODELS)
    small = nw.loads(SMALL).to_torch().state_dict()
    for name in ("small", "old"):
        torch.save(small, f"{name}.pth")
    torch.save({f"trunk.{name}": tensor for name, tensor in small.items()}, "other.pth")


def shown() -> Iterator[str]:
    """All commands without words that stand for others."""
    for command in cli.commands():
        examples = cli._load(command).EXAMPLES
        yield from (line.strip() for line in examples.splitlines())
    for page in PAGES:
        text = page.read_text("utf-8")
        inline = re.findall(r"`(netwright [^`]+)`", text)
        lines = re.findall(r"^ {4}(.*\bnetwright .*)$", text, re.MULTILINE)
        yield from (" ".join(c.split()) for c in inline)
        yield from (re.split(r" {3,}", line)[0] for line in lines if "git " not in line)


def commands() -> list[str]:
    whole = (c for c in shown() if len(c.split()) > 2 or c == "netwright specs")
    return sorted({c for c in whole if not re.search(r"\b[A-Z]{3,}\b(?!=)|^netwright \S+ --", c)})


COMMANDS = commands()
SLOW = frozenset(
    {
        "netwright render gpt2 --net gpt2 --view html -o gpt2.html",
        "netwright import torchvision.models:resnet50 -o resnet50.net",
        "netwright render py:torchvision.models:resnet50 -o resnet50.svg",
        "netwright build resnet --net resnet18 --weights resnet18.pth -o resnet18.onnx",
    }
)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 25


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, marks=[pytest.mark.slow] if c in SLOW else []) for c in COMMANDS],
)
def test_a_command(
    command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if "torchvision" in command:
        torchvision_models()
    for name in [name for name in sys.modules if name.partition(".")[0] == "mypkg"]:
        monkeypatch.delitem(sys.modules, name)
    if "resnet18.pth" in command:
        torch.save(resnet18(), "resnet18.pth")
    if "model.onnx" in command:
        write_small(Path("model.onnx"))
    if ".cfg" in command:
        Path("yolov3.cfg").write_text(files.yolov3(8))
    if ".yaml" in command:
        Path("yolov8.yaml").write_text(files.yaml(files.yolov8_rows()))
    if "program.pt2" in command:
        program = torch.export.export(torch.nn.Linear(4, 2).eval(), (torch.randn(2, 4),))
        torch.export.save(program, "program.pt2")
    before, pipe, rest = command.rpartition(" | ")
    if pipe:
        typed = shlex.split(before)[1] + "\n"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
    words = shlex.split(rest.partition(" > ")[0])[1:]
    arguments = [str(path) for w in words for path in (sorted(Path().glob(w)) if "*" in w else [w])]
    status = cli.main(arguments)
    _, err = capfd.readouterr()
    assert (status, "error" in err) == (int(command in FAILS), command in FAILS), err
    if "-o" in words:
        assert Path(words[words.index("-o") + 1]).stat().st_size > 60


# --- Python ----------------------------------------------------------------------------------


@cache
def resnet18() -> Mapping[str, Any]:
    return nw.load("resnet", net="resnet18").to_torch().state_dict()


def python_blocks() -> list[str]:
    pages = (ROOT / "README.md", ROOT / "docs/python.md")
    blocks = (
        re.findall(r"^```python\n(.*?)^```", p.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        for p in pages
    )
    return [block for found in blocks for block in found if "nw." in block]


@pytest.mark.parametrize("code", python_blocks())
def test_python(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each ``print`` says in a comment what it prints."""
    if "resnet18.pth" in code:
        torch.save(resnet18(), "resnet18.pth")
    exec(code, {"nw": nw})
    told = re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == told


# --- JSON ------------------------------------------------------------------------------------


def test_documents(capsys: pytest.CaptureFixture[str]) -> None:
    """The documents on the page have the fields of those that are printed."""
    text = (ROOT / "docs/command-line.md").read_text("utf-8")
    check, summary, listing, diff, picture = map(
        json.loads, re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    )
    Path("unet.net").write_text(
        "\n\n\n\n\nnet unet: x[3, 64, 64] {\n  d2 = x > conv(3x3, 64)\n"
        "  e1 = x > conv(3x3, 64, pad=1)\n  [d2, e1] > add > relu\n}\n"
    )
    Path("a.net").write_text("net a: x[3, 8, 8] { x > conv(3x3, 8) as c > (bn > bn) as b }\n")
    Path("b.net").write_text(
        "net a: x[3, 8, 8] { x > conv(3x3, 8) as c > (relu > bn > bn) as b }\n"
    )

    def printed(*arguments: str) -> Any:
        cli.main(arguments)
        return json.loads(capsys.readouterr().out)

    as_json = ("--output-format", "json")
    assert fields(printed("check", "unet.net", *as_json)) >= fields(check)
    real = printed("summary", "resnet", "--net", "resnet18", *as_json)
    assert {**real, "layers": real["layers"][:1]} == summary
    assert fields(printed("specs", "resnet", *as_json)) == fields(listing)
    assert fields(printed("render", "--diff", "a.net", "b.net", *as_json)) <= fields(diff)
    cli.main(["render", "resnet", "--net", "resnet18", "-o", "net.json"])
    assert fields(json.loads(Path("net.json").read_text("utf-8"))) == fields(picture)


def fields(document: Any, at: str = "") -> set[str]:
    """The paths of all names in it, those of lists together."""
    if isinstance(document, list):
        return {path for item in document for path in fields(item, f"{at}[]")}
    if not isinstance(document, dict):
        return set()
    return {
        p
        for name, value in document.items()
        for p in ({f"{at}.{name}"} | fields(value, f"{at}.{name}"))
    }
