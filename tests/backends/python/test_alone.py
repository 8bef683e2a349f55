"""What writes Python knows nothing of what is called in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from netwright.backends import python

FILES = sorted(Path(python.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_imports_nothing_of_other_backends(file: Path) -> None:
    imports = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.ImportFrom)]
    assert all(n.level != 2 for n in imports)
    assert all((n.module or "").startswith(("compiler", "grammar")) for n in imports if n.level > 2)
