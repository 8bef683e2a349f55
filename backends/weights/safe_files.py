"""Files of safetensors: eight bytes for the length of the header, the header in JSON, the data.

The header is read without any package, the tensors by the package safetensors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .. import MissingExtra
from .problems import AGAIN, CheckpointError
from .stored import Shape, Stored

if TYPE_CHECKING:
    import torch

LARGEST_HEADER: Final = 100_000_000
"""The longest header in bytes, as in the package safetensors."""
DTYPES: Final[Mapping[str, tuple[str, int]]] = {
    "F64": ("float64", 8),
    "F32": ("float32", 4),
    "F16": ("float16", 2),
    "BF16": ("bfloat16", 2),
    "F8_E4M3": ("float8_e4m3fn", 1),
    "F8_E5M2": ("float8_e5m2", 1),
    "C64": ("complex64", 8),
    "I64": ("int64", 8),
    "I32": ("int32", 4),
    "I16": ("int16", 2),
    "I8": ("int8", 1),
    "U64": ("uint64", 8),
    "U32": ("uint32", 4),
    "U16": ("uint16", 2),
    "U8": ("uint8", 1),
    "BOOL": ("bool", 1),
}
"""The dtypes in PyTorch's words, and their bytes."""


def looks_safe(start: bytes, size: int) -> bool:
    """Whether a file begins as one of safetensors."""
    length = int.from_bytes(start[:8], "little")
    return len(start) > 8 and start[8:9] == b"{" and 0 < length <= size - 8


class SafeFile:
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = (str(path),)
        self.tensors = dict(_tensors(path))

    def load(self, names: Collection[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors. Raises CheckpointError, and MissingExtra without safetensors."""
        for name in names:
            with self._guarded():
                tensor = self._content.get_tensor(name)
            yield name, tensor

    @cached_property
    def _content(self) -> Any:
        try:
            from safetensors import safe_open
        except ModuleNotFoundError as missing:
            if missing.name != "safetensors":
                raise
            raise MissingExtra("safetensors", "safetensors") from None
        return safe_open(os.fspath(self.path), framework="pt")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except MissingExtra:
            raise
        except Exception as error:  # the package's own, and what the system raises
            raise CheckpointError(f"{self.path} cannot be read: {error}") from None


def _tensors(path: Path) -> Iterator[tuple[str, Stored]]:
    header, data = _header(path)
    ends = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        stored, (start, end) = _entry(path, name, entry)
        if not 0 <= start <= end <= data:
            raise _damaged(path, f"`{name}` ends after the end of the file")
        ends = max(ends, end)
        yield name, stored
    if ends != data:
        raise _damaged(path, f"its tensors have {ends:,} bytes, and the file has {data:,}")


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header, and the number of bytes after it."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or length > size - 8:
            raise _damaged(path, "the file ends before its header does")
        if length > LARGEST_HEADER:
            raise _damaged(path, f"its header has {length:,} bytes")
        text = file.read(length)
    try:
        header = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"its header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise _damaged(path, "its header is not a table of tensors")
    return header, size - 8 - length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice}` is there twice")
    return table


def _entry(path: Path, name: str, entry: Any) -> tuple[Stored, tuple[int, int]]:
    """What the header says about a tensor, and where its data starts and ends."""
    table: dict[str, Any] = entry if isinstance(entry, dict) else {}
    shape, place = _sizes(table.get("shape")), _sizes(table.get("data_offsets"))
    dtype = table.get("dtype")
    if shape is None or place is None or len(place) != 2:
        raise _damaged(path, f"the entry of `{name}` has no shape or no place")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise CheckpointError(f"{path} cannot be read: `{name}` has the unknown dtype {dtype!r}")
    word, width = DTYPES[dtype]
    stored = Stored(shape, word)
    if stored.size * width != place[1] - place[0]:
        raise _damaged(path, f"`{name}` has other sizes than its data")
    return stored, (place[0], place[1])


def _sizes(value: Any) -> Shape | None:
    """A list of sizes as a shape, or None if it is not one."""
    sizes = isinstance(value, list) and all(type(v) is int and 0 <= v < 2**63 for v in value)
    return tuple(value) if sizes else None


def _damaged(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(f"{path} is damaged, or not a safetensors file: {reason}", AGAIN)
