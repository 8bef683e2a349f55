"""The layers, one file for each family. All files of this folder are found: no list is edited."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from zlib import crc32

from ..layer import Layer


class Layers(Mapping[str, type[Layer]]):
    """Layers by their words and aliases. ``families`` says which file has a word; a file is
    imported when one of its layers is asked for."""

    def __init__(self, families: Mapping[str, str]) -> None:
        self.families = families
        self._made: dict[str, type[Layer]] = {}

    def __getitem__(self, word: str) -> type[Layer]:
        if word not in self._made:
            self._made.update(_layers_in(_family(self.families[word])))
        return self._made[word]

    def __contains__(self, word: object) -> bool:
        return word in self.families

    def __iter__(self) -> Iterator[str]:
        return iter(self.families)

    def __len__(self) -> int:
        return len(self.families)


@cache
def layers() -> Layers:
    """Every layer by its word, and by its aliases. The families are those of layer_words.py, since
    to import all takes a tenth of a check's time; if a file has changed since, they are read
    anew."""
    from .. import layer_words

    if fingerprint() != layer_words.MADE_OF:
        return Layers(read_families())
    return Layers({w: f for f, words in layer_words.WORDS.items() for w in words.split()})


def fingerprint() -> int:
    """A number that changes when a file of this folder is added, removed, or has another size."""
    return crc32(repr(_files()).encode())


def read_families() -> dict[str, str]:
    """The file of each word."""
    table: dict[str, str] = {}
    for family, _ in _files():
        for word, layer in _layers_in(_family(family)):
            if word in table:
                raise TypeError(f"two layers are called {word}: {layer} and one in {table[word]}")
            table[word] = family
    return table


def _files() -> list[tuple[str, int]]:
    """The families, with the sizes of their files."""
    with os.scandir(__path__[0]) as entries:
        files = [(e.name, e.stat().st_size) for e in entries if e.name.endswith(".py")]
    named = ((name.removesuffix(".py"), size) for name, size in files)
    return sorted((name, size) for name, size in named if name != "__init__")


def _family(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def _layers_in(family: ModuleType) -> list[tuple[str, type[Layer]]]:
    made = [v for v in vars(family).values() if isinstance(v, type) and issubclass(v, Layer)]
    own = [layer for layer in made if layer.__module__ == family.__name__ and layer.word]
    return [(word, layer) for layer in own for word in (layer.word, *layer.aliases)]
