"""Checkpoints: safetensors, PyTorch's own files, and indices of several files.

``read`` looks at the names, shapes and dtypes only. ``Checkpoint.load`` reads the tensors. The kind
of a file is known by its first bytes, since suffixes differ (``.pth``, ``.pt``, ``.bin``,
``.ckpt``).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from ...grammar.record import Record
from . import pickled, safe_files, shards
from .problems import AGAIN, CheckpointError, no_entry
from .stored import Stored

if TYPE_CHECKING:
    import torch

Loader: TypeAlias = "pickled.PickledFile | safe_files.SafeFile | shards.Shards"
WRAPPERS: Final = ("module.", "_orig_mod.", "model.")
"""Prefixes that are no part of the net: of DataParallel, torch.compile and Lightning."""

AVERAGED: Final = "n_averaged"
"""The buffer of an AveragedModel beside the module that it wraps."""


class Checkpoint(Record):
    """The tensors of a checkpoint by name; in the file the names begin with ``prefix``. ``notes``
    say what was done to find the tensors, ``files`` were read."""

    path: str
    tensors: Mapping[str, Stored]
    file: Loader
    notes: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        return self.file.files

    def load(self, names: Collection[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors, one after another. Raises CheckpointError."""
        raw = [self.prefix + name for name in names]
        for raw_name, tensor in self.file.load(raw):
            name = raw_name[len(self.prefix) :]
            if tuple(tensor.shape) != self.tensors[name].shape:
                raise CheckpointError(f"{self.path} was changed, or its header is not its content")
            yield name, tensor

    def without_wrapper(self, names: Collection[str]) -> Checkpoint:
        """The checkpoint without a prefix that all its names have and none of ``names`` has."""
        if AVERAGED in self.tensors and AVERAGED not in names:
            return self._without_count().without_wrapper(names)
        for prefix in WRAPPERS:
            common = bool(self.tensors) and all(n.startswith(prefix) for n in self.tensors)
            if common and not any(n.startswith(prefix) for n in names):
                tensors = {n[len(prefix) :]: t for n, t in self.tensors.items()}
                note = f"all names begin with `{prefix}`, which is left out"
                shorter = Checkpoint(
                    self.path, tensors, self.file, (*self.notes, note), self.prefix + prefix
                )
                return shorter.without_wrapper(names)
        return self

    def starting_with(self, entry: str) -> Checkpoint:
        """The tensors whose names begin with an entry, without it. Raises CheckpointError if there
        are none."""
        prefix = f"{entry}."
        tensors = {n[len(prefix) :]: t for n, t in self.tensors.items() if n.startswith(prefix)}
        if not tensors:
            starts = dict.fromkeys(n.partition(".")[0] for n in self.tensors if "." in n)
            raise no_entry(self.path, entry, list(starts))
        return self.replace(tensors=tensors, prefix=self.prefix + prefix)

    def _without_count(self) -> Checkpoint:
        tensors = {name: t for name, t in self.tensors.items() if name != AVERAGED}
        note = f"`{AVERAGED}`, the count of an AveragedModel, is left out"
        return self.replace(tensors=tensors, notes=(*self.notes, note))


def read(path: str | os.PathLike[str], entry: str = "") -> Checkpoint:
    """The names, shapes and dtypes in a checkpoint, or in one entry of it. Raises
    CheckpointError."""
    file = Path(path)
    if "://" in str(path):
        raise CheckpointError(
            f"{path} is an address, and nothing is loaded from the net", _DOWNLOAD
        )
    try:
        with file.open("rb") as stream:
            start = stream.read(64)
            size = os.fstat(stream.fileno()).st_size
    except FileNotFoundError:
        raise CheckpointError(f"there is no file {file}") from None
    except IsADirectoryError:
        raise CheckpointError(f"{file} is a folder", _inside(file)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError(f"{file} cannot be read: {reason.lower()}") from None
    if not start:
        raise CheckpointError(f"{file} is empty", AGAIN)
    opened = _opened(file, start, size, entry)
    if not opened.tensors:
        raise CheckpointError(f"{file} holds no tensors")
    whole = Checkpoint(str(file), opened.tensors, opened, opened.notes)
    rest = opened.rest if isinstance(opened, pickled.PickledFile) else entry
    return whole.starting_with(rest) if rest else whole


def _opened(file: Path, start: bytes, size: int, entry: str) -> Loader:
    if safe_files.looks_safe(start, size):  # first: its length may begin as a pickle does
        return safe_files.SafeFile(file)
    if start.startswith(b"PK\x03\x04") or start[:1] == b"\x80":
        return pickled.PickledFile(file, entry)
    if start.lstrip()[:1] == b"{" and file.suffix == ".json":
        return shards.Shards(file)
    if file.suffix == ".safetensors":
        return safe_files.SafeFile(file)
    raise CheckpointError(f"{file} is not a checkpoint: {_content(start)}", _KINDS)


_DOWNLOAD: Final = "download it, and give the name of the file"
_KINDS: Final = "checkpoints are .safetensors, .pth, .pt, .bin or .safetensors.index.json files"


def _content(start: bytes) -> str:
    if start.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS; `git lfs pull` gets the file itself"
    if start.lstrip()[:1] == b"<":
        return "it is a web page"
    if start.startswith(b"\x89HDF"):
        return "it is an HDF5 file, as Keras writes"
    if start.startswith(b"GGUF"):
        return "it is a GGUF file, whose weights are quantised"
    return "its first bytes are those of no known format"


def _inside(folder: Path) -> str:
    """The help that names the checkpoints in a folder."""
    try:
        names = sorted(p.name for p in folder.iterdir())
    except OSError:
        return ""
    kinds = (".index.json", ".safetensors", ".pth", ".pt", ".bin")
    files = [n for kind in kinds for n in names if n.endswith(kind)]
    return f"it holds {', '.join(files[:4])}" if files else "it holds no checkpoints"
