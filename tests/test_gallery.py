"""The pictures that are checked in are those that the code draws. After a deliberate change `make
gallery`, or ``--update-golden`` here, draws them again."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import netwright as nw
from netwright.spec_files import shipped

ROOT = Path(__file__).parent.parent
HERE = ROOT / "docs" / "gallery"
QUICK = ("perceptron", "mlp", "lenet", "char_rnn", "gru_encoder", "unet", "resnet", "bert")
"""Specs whose pictures are always drawn; those of the others are in the slow tests."""
LARGEST = 4 * 2**20
"""Bytes of all pictures: every clone of the repository carries them."""


def specs() -> list[Any]:
    marks = {name: () if name in QUICK else pytest.mark.slow for name in shipped()}
    return [pytest.param(name, marks=mark) for name, mark in marks.items()]


@pytest.fixture(scope="module")
def gallery() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "gallery.py"))


@pytest.fixture(scope="module")
def drawings(gallery: dict[str, Any]) -> list[Any]:
    return list(gallery["every"]())


def test_the_page_is_as_it_is_written(
    gallery: dict[str, Any], drawings: list[Any], request: pytest.FixtureRequest
) -> None:
    compare("README.md", gallery["page"](drawings).encode(), request)


@pytest.mark.parametrize("spec", specs())
def test_pictures_are_as_they_are_drawn(
    spec: str, drawings: list[Any], request: pytest.FixtureRequest
) -> None:
    own = [drawing for drawing in drawings if drawing.spec == spec]
    assert own
    for drawing in own:
        compare(drawing.file, drawing.draw(), request)


def compare(name: str, data: bytes, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        (HERE / name).write_bytes(data)
    assert (HERE / name).read_bytes() == data, f"{name} is drawn otherwise now: `make gallery`"


def test_nothing_else_lies_there(drawings: list[Any]) -> None:
    names = [drawing.file for drawing in drawings]
    assert len(names) == len(set(names))
    assert sorted(path.name for path in HERE.iterdir()) == sorted([*names, "README.md"])


def test_every_spec_and_every_net_is_on_the_page(drawings: list[Any]) -> None:
    assert {drawing.spec for drawing in drawings} == set(shipped())
    text = (HERE / "README.md").read_text("utf-8")
    assert all(net in text for drawing in drawings for net in drawing.nets)


def test_they_are_light_and_well_formed() -> None:
    pictures = list(HERE.glob("*.svg"))
    assert sum(path.stat().st_size for path in pictures) < LARGEST
    for path in pictures:
        assert ElementTree.fromstring(path.read_bytes()).tag.endswith("svg")


def test_the_commands_mean_these_nets(drawings: list[Any]) -> None:
    for drawing in drawings:
        _, _, spec, *options = drawing.command.split()
        net = options[options.index("--net") + 1] if "--net" in options else None
        assert nw.load(spec, net=net).ir == drawing.graph


def test_the_commands_made_them(
    drawings: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netwright.cli import main

    monkeypatch.chdir(tmp_path)
    for drawing in (drawings[0], next(d for d in drawings if d.view == "paper")):
        assert main(drawing.command.split()[1:]) == 0
        assert Path(drawing.file).read_bytes() == (HERE / drawing.file).read_bytes()
