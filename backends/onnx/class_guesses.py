"""Names for the classes of modules. The newer exporter of PyTorch writes them into a file; else
modules that are alike are taken for one class."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .module_tree import Layer, Scope
from .onnx_graph import Graph

ALIKE = 0.5
"""From which share of common parts on two modules are of one class."""


def classes_of(scopes: Iterable[Scope], graph: Graph) -> dict[str, str]:
    """The name of the class of each scope, by its path."""
    names = {path: name.rpartition(".")[2] for path, name in graph.classes.items()}
    result: dict[str, str] = {}
    guessed: list[tuple[frozenset[str], str]] = []
    for scope in scopes:
        if names.get(scope.path, "").isidentifier():
            result[scope.path] = names[scope.path]
            continue
        parts = _parts(scope)
        known = next((name for other, name in guessed if _alike(parts, other)), None)
        if known is None:
            taken = {name for _, name in guessed}
            stem = _stem(scope.path)
            options = (stem, *(f"{stem}{i}" for i in range(2, len(taken) + 3)))
            known = next(name for name in options if name not in taken)
            guessed.append((parts, known))
        result[scope.path] = known
    return result


def _parts(scope: Scope) -> frozenset[str]:
    """The names of a module's parts, and the ops that it runs itself."""
    names = []
    for item in scope.items:
        if isinstance(item, Layer | Scope):
            names.append(item.path.removeprefix(f"{scope.path}."))
        else:
            names.append(f"/{item.op}")
    return frozenset(names)


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) > ALIKE * len(a | b)


def _stem(path: str) -> str:
    """``Layer`` for ``layers.0``, ``EncoderLayer`` for ``encoder.encoder_layer_3``."""
    named = [part for part in path.split(".") if not part.isdecimal()]
    stem = re.sub(r"_?\d+$", "", named[-1]) if named else ""
    stem = "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", stem))
    plural = path.rpartition(".")[2].isdecimal() and stem.endswith("s") and len(stem) > 3
    stem = stem[:-1] if plural else stem
    return stem if stem.isidentifier() else "Block"
