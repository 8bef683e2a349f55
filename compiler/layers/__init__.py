"""The layers, one file for each family. All files of this folder are found: no list is edited."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from ..layer import Layer


@cache
def layers() -> dict[str, type[Layer]]:
    """Every layer by its word, and by its aliases."""
    files = (path for path in Path(__path__[0]).iterdir() if path.suffix == ".py")
    for family in sorted(path.stem for path in files if path.stem != "__init__"):
        import_module(f"{__name__}.{family}")
    table: dict[str, type[Layer]] = {}
    for layer in dict.fromkeys(_subclasses(Layer)):  # once, if it has two bases
        for word in (layer.word, *layer.aliases) if layer.word else ():
            if word in table:
                raise TypeError(f"two layers are called {word}: {table[word]} and {layer}")
            table[word] = layer
    return table


def _subclasses(base: type[Layer]) -> list[type[Layer]]:
    return [s for c in base.__subclasses__() for s in (c, *_subclasses(c))]
