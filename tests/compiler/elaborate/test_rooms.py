"""The elaborator is functions in rooms: each knows only those below it."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from netwright.compiler import advice
from netwright.compiler.elaborate.elaborator import Elaborator

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "compiler/elaborate"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
TABLE = TEXT.partition("### The rooms")[2].partition("\n## ")[0].rpartition("|")[0]
ROOMS = re.findall(r"`(\w+)\.py`", TABLE.partition("| --- |")[2])
"""From the ground up, as the architecture tells."""


def imported(name: str) -> set[str]:
    """The files of the folder that one of them imports."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
    found = (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 1)
    return {name for n in found for name in ([n.module] if n.module else [a.name for a in n.names])}


def test_all_rooms_are_told() -> None:
    assert sorted(ROOMS) == sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "__init__")


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_knows_those_below_it(name: str) -> None:
    above = set(ROOMS[ROOMS.index(name) :])
    assert not imported(name) & above


def test_rooms_are_silent() -> None:
    """What is said is worded elsewhere, of plain values."""
    for path in FOLDER.glob("*.py"):
        assert "Fix(" not in path.read_text("utf-8"), path
    for path in (ROOT / "compiler/advice").glob("*.py"):
        assert "elaborate" not in path.read_text("utf-8").partition("def ")[0], path


def test_the_state_has_no_rules_of_its_own() -> None:
    """What is done with a kind of expression or network stands in its room."""
    methods = [name for name in vars(Elaborator) if not name.startswith("_")]
    assert len(methods) <= 14, methods


def test_advice_has_the_modules_of_its_folder_alone() -> None:
    """Others look for names in every module: torch.compile does."""
    assert not hasattr(advice, "torch")
    assert advice.labels is import_module("netwright.compiler.advice.labels")
