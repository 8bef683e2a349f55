"""ONNX, both ways: a file becomes a module of PyTorch, which the importer writes as a spec, and a
module becomes a file.

A file is data of a stranger. Nothing in it runs, and what it can ask for is bounded.
"""

from __future__ import annotations

from importlib.util import find_spec

from .. import MissingExtra

PACKAGES = ("onnx", "onnxruntime", "onnxscript")


def check_installed() -> None:
    """Raises MissingExtra if a package of the extra is not installed."""
    for package in PACKAGES:
        if find_spec(package) is None:
            raise MissingExtra(f"the package {package}", "onnx")
    if find_spec("torch") is None:
        raise MissingExtra("PyTorch", "torch")
