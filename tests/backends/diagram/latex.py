"""Runs pdflatex, and asks poppler what it made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

needs_latex = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("pdftotext")),
    reason="needs pdflatex and pdftotext",
)


def compiled(tex: bytes, folder: Path, *, name: str = "net") -> Path:
    """The PDF of a document; fails with TeX's words if there is an error."""
    (folder / f"{name}.tex").write_bytes(tex)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", name],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    log = (folder / f"{name}.log").read_text(errors="replace")
    wrong = re.findall(r"^!.*(?:\n.*){4}|^.*Missing character.*$", log, re.MULTILINE)
    assert done.returncode == 0, wrong
    assert not wrong
    return folder / f"{name}.pdf"


def words(pdf: Path) -> list[str]:
    """What can be read on the pages."""
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode().split()


def pages(pdf: Path) -> list[tuple[float, float]]:
    """Their widths and heights in points."""
    done = subprocess.run(["pdfinfo", "-l", "99", str(pdf)], capture_output=True, check=True)
    found = re.findall(r"size:\s+([\d.]+) x ([\d.]+)", done.stdout.decode())
    return [(float(w), float(h)) for w, h in found]
