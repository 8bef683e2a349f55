"""PyTorch's own files: tensors in a pickle, which is read without executing code of the file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, is_zipfile

from .. import MissingExtra
from .problems import CheckpointError
from .stored import Stored

if TYPE_CHECKING:
    import torch

WRAPPERS: Final = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights")
"""Entries of a training checkpoint that hold the state dict, the likeliest first."""
MOST_COPIES: Final = 64
"""How often larger than its file the tensors of a checkpoint may be: some of them may be one."""


class PickledFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = (str(path),)
        self.archive = _is_archive(path)
        tensors, self.wrappers, self.notes = _unwrapped(path, _loaded(path, "meta", self.archive))
        _check_sizes(path, tensors)
        self.tensors = {n: Stored(tuple(t.shape), _dtype(t)) for n, t in tensors.items()}

    def load(self, names: Collection[str]) -> Iterator[tuple[str, torch.Tensor]]:
        """These tensors. Raises CheckpointError."""
        for name in names:
            yield name, self._content[name].detach()

    @cached_property
    def _content(self) -> Any:
        content = _loaded(self.path, "cpu", self.archive)
        for name in self.wrappers:
            content = content[name]
        return content


def _is_archive(path: Path) -> bool:
    """Whether the file is a zip archive, which can be read in part. Raises CheckpointError if its
    entries are compressed: PyTorch does not write that, and a small file could become huge."""
    if not is_zipfile(path):
        return False
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, ValueError) as error:
        raise _damaged(path, error) from None
    if any("/code/" in entry.filename for entry in entries):
        raise _program(path)
    if any(entry.compress_type != ZIP_STORED for entry in entries):
        raise CheckpointError(f"{path} is not a checkpoint of PyTorch: its content is compressed")
    return True


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


def _damaged(path: Path, error: Exception) -> CheckpointError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return CheckpointError(
        f"{path} is damaged, or not a checkpoint: {reason}",
        "it may be downloaded in part: get it again",
    )


# --- the state dict --------------------------------------------------------------------------


def _unwrapped(
    path: Path, content: Any
) -> tuple[dict[str, torch.Tensor], tuple[str, ...], tuple[str, ...]]:
    """The tensors by name, the entries that lead to them, and notes on what was left out."""
    wrappers: list[str] = []
    notes: list[str] = []
    while (name := _wrapper(content)) is not None and len(wrappers) < 4:
        others = [str(k) for k in content if k != name]
        beside = f" (the file has besides: {_listed(others)})" if others else ""
        notes.append(f"the weights are the entry `{name}` of the file{beside}")
        wrappers.append(name)
        content = content[name]
    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise CheckpointError(f"{path} holds no table of tensors, but a value of type {kind}")
    tensors = {k: v for k, v in content.items() if isinstance(k, str) and _is_plain(v)}
    others = [str(k) for k in content if k not in tensors and k != "_metadata"]
    if not tensors:
        raise CheckpointError(f"{path} holds no tensors; its entries are {_listed(others)}")
    if others:
        notes.append(f"these entries are not plain tensors and are left out: {_listed(others)}")
    return tensors, tuple(wrappers), tuple(notes)


def _wrapper(content: Any) -> str | None:
    """The entry that holds the state dict, or None if the content is the state dict."""
    if not isinstance(content, Mapping):
        return None
    inside = [k for k, v in content.items() if isinstance(k, str) and _has_tensors(v)]
    usual = next((name for name in WRAPPERS if name in inside), None)
    if usual is not None or any(map(_is_plain, content.values())):
        return usual
    return inside[0] if len(inside) == 1 else None


def _has_tensors(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    return any(map(_is_plain, value.values())) or _wrapper(value) is not None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + ("..." if len(names) > 8 else "")


def _is_plain(value: Any) -> bool:
    """Whether it is a dense tensor, neither quantised nor of a class with its own behaviour."""
    import torch

    plain = type(value) in (torch.Tensor, torch.nn.Parameter)
    return plain and value.layout == torch.strided and not value.is_quantized


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _check_sizes(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Raises CheckpointError if the tensors claim to be much larger than the file."""
    size = path.stat().st_size
    total = 0
    for name, tensor in tensors.items():
        bytes_ = tensor.numel() * tensor.element_size()
        total += bytes_
        if bytes_ > size or total > MOST_COPIES * size:
            raise CheckpointError(f"{path} is damaged: `{name}` is larger than the file can hold")
