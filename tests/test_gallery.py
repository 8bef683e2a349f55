"""The pictures that are checked in are those that the code draws. After a deliberate change `make
gallery`, or ``--update-golden`` here, draws them again."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import netwright as nw

ROOT = Path(__file__).parent.parent
HERE = ROOT / "docs" / "gallery"
GALLERY = runpy.run_path(str(ROOT / "docs" / "gallery.py"))
DRAWINGS = GALLERY["every"]()
QUICK = ("perceptron", "mlp", "lenet", "char_rnn", "gru_encoder", "unet", "resnet", "bert")
"""Specs whose pictures are always drawn; those of the others are in the slow tests."""
LARGEST = 2 * 2**20
"""Bytes of all pictures: every clone of the repository carries them."""


def pictures() -> list[Any]:
    return [
        pytest.param(
            drawing, marks=() if drawing.spec in QUICK else pytest.mark.slow, id=drawing.file
        )
        for drawing in DRAWINGS
    ]


def test_the_page_is_as_it_is_written(request: pytest.FixtureRequest) -> None:
    compare("README.md", GALLERY["page"](DRAWINGS).encode(), request)


@pytest.mark.parametrize("drawing", pictures())
def test_pictures_are_as_they_are_drawn(drawing: Any, request: pytest.FixtureRequest) -> None:
    compare(drawing.file, drawing.draw(), request)


def compare(name: str, data: bytes, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        (HERE / name).write_bytes(data)
    assert (HERE / name).read_bytes() == data, f"{name} is drawn otherwise now: `make gallery`"


def test_nothing_else_lies_there() -> None:
    names = [drawing.file for drawing in DRAWINGS]
    assert len(names) == len(set(names))
    assert sorted(path.name for path in HERE.iterdir()) == sorted([*names, "README.md"])


def test_they_are_light_and_well_formed() -> None:
    pictures = list(HERE.glob("*.svg"))
    assert sum(path.stat().st_size for path in pictures) < LARGEST
    for path in pictures:
        assert ElementTree.fromstring(path.read_bytes()).tag.endswith("svg")


def test_the_commands_mean_these_nets() -> None:
    for drawing in DRAWINGS:
        _, _, spec, *options = drawing.command.split()
        net = options[options.index("--net") + 1] if "--net" in options else None
        assert nw.load(spec, net=net).ir == drawing.graph()


def test_the_commands_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from netwright.cli import main

    monkeypatch.chdir(tmp_path)
    for drawing in (DRAWINGS[0], next(d for d in DRAWINGS if d.view == "paper")):
        assert main(drawing.command.split()[1:]) == 0
        assert Path(drawing.file).read_bytes() == (HERE / drawing.file).read_bytes()
