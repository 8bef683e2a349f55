"""PyTorch's own files: tensors in a pickle, which is read without executing code of the file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zipfile import ZIP_STORED, BadZipFile, ZipFile, is_zipfile

from .. import MissingExtra
from .problems import AGAIN, CheckpointError, shown_name
from .stored import stored

if TYPE_CHECKING:
    import torch

Paths: TypeAlias = dict[tuple[int, int], tuple[str, ...] | None]

WRAPPERS: Final[tuple[str, ...]] = (
    "state_dict",
    "model_state_dict",
    "model",
    "module",
    "net",
    "network",
    "weights",
)
"""Entries of a training checkpoint that hold the state dict, the likeliest first."""
DEEPEST: Final = 4
"""The most entries that lead to the state dict, one inside the other: a dict can hold itself."""
MOST_COPIES: Final = 64
"""How often larger than its file the tensors of a checkpoint may be: some of them may be one."""


class PickledFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = (str(path),)
        data = _data_of_archive(path)
        self.archive = data is not None
        tensors, self.wrappers, self.notes = _unwrapped(path, _loaded(path, "meta", self.archive))
        size = path.stat().st_size
        _check_sizes(path, tensors, size if data is None else min(data, size))
        self.tensors = {n: stored(t) for n, t in tensors.items()}

    def load(self, names: Collection[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors. Raises CheckpointError."""
        for name in names:
            tensor = self._content[name].detach()
            if tensor.is_meta:
                raise _without_values(self.path, name)
            yield name, tensor

    @cached_property
    def _content(self) -> Any:
        content = _loaded(self.path, "cpu", self.archive)
        for name in self.wrappers:
            content = content[name]
        return content


def _data_of_archive(path: Path) -> int | None:
    """The bytes of tensors in a zip archive, which can be read in part, or None if the file is not
    one. Raises CheckpointError if its entries are compressed: PyTorch does not write that, and a
    small file could become huge."""
    if not is_zipfile(path):
        return None
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, ValueError) as error:
        raise _damaged(path, error) from None
    if any("/code/" in entry.filename for entry in entries):
        raise _program(path)
    if any(entry.compress_type != ZIP_STORED for entry in entries):
        raise CheckpointError(f"{path} is not a checkpoint of PyTorch: its content is compressed")
    return sum(entry.file_size for entry in entries if "/data/" in entry.filename)


def _loaded(path: Path, device: str, archive: bool) -> Any:
    """The content of the file; on the device ``meta`` tensors have shapes and no data."""
    try:
        import torch
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise MissingExtra("PyTorch", "torch") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old formats
        try:
            return torch.load(path, map_location=device, weights_only=True, mmap=archive or None)
        except Exception as error:  # hostile bytes can make it raise anything
            raise _refused(path, error) from None


def _refused(path: Path, error: Exception) -> CheckpointError:
    text = str(error)
    code = re.search(r"(?:GLOBAL|global|function|class) `?([\w.]+\.[\w.]+)", text)
    if isinstance(error, NotImplementedError):
        return CheckpointError(
            f"{path} has tensors that are not plain, such as quantised ones", _DENSE
        )
    if "TorchScript" in text:
        return _program(path)
    if "Weights only load failed" in text:
        name = f" (`{code[1]}`)" if code else ""
        reason = f"{path} holds more than tensors{name}, and reading that could run code"
        return CheckpointError(reason, _SAVE)
    return _damaged(path, error)


def _program(path: Path) -> CheckpointError:
    return CheckpointError(f"{path} is a TorchScript program, and programs are not run", _SAVE)


_SAVE: Final = (
    "if you trust the file, load it with PyTorch and save the tensors alone: "
    "`torch.save(model.state_dict(), FILE)`"
)

_STATE: Final = "a checkpoint is made by `torch.save(model.state_dict(), FILE)`"
_DENSE: Final = "load it with PyTorch, and save dense tensors (`tensor.dequantize()`)"


def _damaged(path: Path, error: Exception) -> CheckpointError:
    reason = re.split(r"\n|\. ", str(error).strip() or type(error).__name__)[0][:200]
    return CheckpointError(f"{path} is damaged, or not a checkpoint: {reason}", AGAIN)


def _without_values(path: Path, name: str) -> CheckpointError:
    return CheckpointError(
        f"{path} has no values for `{name}`: it was saved from the device `meta`",
        "save the module after its weights were loaded",
    )


# --- the state dict --------------------------------------------------------------------------


def _unwrapped(
    path: Path, content: Any
) -> tuple[dict[str, torch.Tensor], tuple[str, ...], tuple[str, ...]]:
    """The tensors by name, the entries that lead to them, and notes on what was left out."""
    wrappers = _path(content, DEEPEST, {}) or ()
    notes: list[str] = []
    for name in wrappers:
        others = [str(k) for k in content if k != name]
        beside = f" (the file has besides: {_listed(others)})" if others else ""
        notes.append(f"the weights are the entry `{name}` of the file{beside}")
        content = content[name]
    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise CheckpointError(
            f"{path} holds no table of tensors, but a value of type {kind}", _STATE
        )
    tensors = {k: v for k, v in content.items() if isinstance(k, str) and _is_plain(v)}
    others = [f"{k}{_kind(v)}" for k, v in content.items() if k not in tensors and k != "_metadata"]
    if not tensors:
        entries = f"; its entries are {_listed(others)}" if others else ""
        raise CheckpointError(f"{path} holds no plain tensors{entries}", _STATE)
    if others:
        notes.append(f"these entries are not plain tensors and are left out: {_listed(others)}")
    return tensors, wrappers, tuple(notes)


def _path(content: Any, levels: int, paths: Paths) -> tuple[str, ...] | None:
    """The entries that lead to the state dict, at most as many as ``levels``; none if the content
    is the state dict, None if it has none. ``paths`` are those of what was searched before."""
    if not isinstance(content, Mapping):
        return None
    key = (id(content), levels)
    if key not in paths:
        paths[key] = _path_in(content, levels, paths)
    return paths[key]


def _path_in(table: Mapping[Any, Any], levels: int, paths: Paths) -> tuple[str, ...] | None:
    texts = (k for k in table if levels and isinstance(k, str))
    searched = {k: _path(table[k], levels - 1, paths) for k in texts}
    inside = {k: path for k, path in searched.items() if path is not None}
    name = next((name for name in WRAPPERS if name in inside), None)
    if name is None and any(map(_is_plain, table.values())):
        return ()
    if name is None and len(inside) == 1:
        (name,) = inside
    return None if name is None else (name, *inside[name])


def _listed(names: list[str]) -> str:
    return ", ".join(map(shown_name, names[:8])) + ("..." if len(names) > 8 else "")


def _kind(value: Any) -> str:
    """What kind of tensor is not plain, in parentheses; nothing for other values."""
    import torch

    if not isinstance(value, torch.Tensor) or _is_plain(value):
        return ""
    sparse = value.layout != torch.strided
    kind = str(value.layout).removeprefix("torch.") if sparse else type(value).__name__
    return f" ({kind})"


def _is_plain(value: Any) -> bool:
    """Whether it is a dense tensor, neither quantised nor of a class with its own behaviour."""
    import torch

    plain = type(value) in (torch.Tensor, torch.nn.Parameter)
    return plain and value.layout == torch.strided and not value.is_quantized


def _check_sizes(path: Path, tensors: Mapping[str, torch.Tensor], size: int) -> None:
    """Raises CheckpointError if the tensors claim to be much larger than their data of this many
    bytes."""
    total = 0
    for name, tensor in tensors.items():
        bytes_ = tensor.numel() * tensor.element_size()
        total += bytes_
        if bytes_ and not size:
            raise _without_values(path, name)
        if bytes_ > size or total > MOST_COPIES * size:
            raise CheckpointError(f"{path} is damaged: `{name}` is larger than the file can hold")
