"""Indices: a JSON file that says which tensor is in which of several files beside it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .pickled import PickledFile
from .problems import CheckpointError
from .safe_files import LARGEST_HEADER, SafeFile

if TYPE_CHECKING:
    import torch


class Shards:
    """The tensors of an index. Its files are in its folder: other places are refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places = _weight_map(path)
        names = sorted(set(self.places.values()))
        self.parts = {name: _part(path, name) for name in names}
        self.files = (str(path), *(f for part in self.parts.values() for f in part.files))
        self.tensors = {}
        for name, file in self.places.items():
            if name not in self.parts[file].tensors:
                raise CheckpointError(f"{path} says that `{name}` is in {file}, where it is not")
            self.tensors[name] = self.parts[file].tensors[name]
        self.notes = tuple(n for part in self.parts.values() for n in part.notes)

    def load(self, names: Collection[str]) -> Iterator[tuple[str, torch.Tensor]]:
        for file, part in self.parts.items():
            yield from part.load([name for name in names if self.places[name] == file])


def _weight_map(path: Path) -> dict[str, str]:
    try:
        if path.stat().st_size > LARGEST_HEADER:
            raise CheckpointError(f"{path} is too large for an index")
        document: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not an index: {error}") from None
    places = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(places, dict) or not all(isinstance(v, str) for v in places.values()):
        raise CheckpointError(f"{path} is not an index of a checkpoint: it has no `weight_map`")
    return places


def _part(index: Path, name: str) -> SafeFile | PickledFile:
    """One of the files. A name that leads out of the folder is refused."""
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise CheckpointError(f"{index} names the file {name!r}, which is not beside it")
    path = index.with_name(name)
    if not path.is_file():
        raise CheckpointError(f"{index} names {name}, and there is no such file beside it")
    return SafeFile(path) if path.suffix == ".safetensors" else PickledFile(path)
