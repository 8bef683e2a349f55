"""The folders of diagrams import what ARCHITECTURE.md says, and nothing else of diagrams."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from netwright.backends.diagram import formats, views

ROOM = Path(__file__).parents[3] / "backends" / "diagram"
MAY_IMPORT = {
    "chart": {"chart"},
    "layout": {"layout"},
    "view": {"view", "chart", "layout"},
    "format": {"format", "layout", "fonts"},
}


def folders_imported(file: Path) -> set[str]:
    """The folders of diagrams that a file two levels below ``backends`` imports from."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found.add(file.parent.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 2:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {name.split(".")[0] for name in names}
    return {name for name in found if (ROOM / name).is_dir()}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folders_import_what_they_may(folder: str) -> None:
    files = sorted((ROOM / folder).glob("*.py"))
    assert len(files) > 4
    assert {f.name: folders_imported(f) - MAY_IMPORT[folder] for f in files} == {
        f.name: set() for f in files
    }


def test_what_stands_beside_the_folders_serves_all() -> None:
    beside = sorted(set(ROOM.glob("*.py")) - {ROOM / "__init__.py"})
    for file in beside:
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.level == 1
            for name in ([node.module] if node.module else [a.name for a in node.names])
        }
        assert not imported & set(MAY_IMPORT), file


def test_views_and_formats_are_found_by_looking() -> None:
    assert views() == ("debug", "docs", "paper", "volumes")
    assert formats() == ("dot", "html", "json", "mmd", "pdf", "png", "svg", "tex")
