"""PyTorch's own files: tensors in a pickle, which is read without executing code of the file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zipfile import ZIP_STORED, BadZipFile, ZipFile, is_zipfile

from ...grammar.record import Record
from .. import MissingExtra
from .problems import AGAIN, CheckpointError, SeveralEntries, no_entry, shown_name
from .stored import stored

if TYPE_CHECKING:
    import torch

Entries: TypeAlias = tuple[str, ...]
"""The entries that lead to a table, from the outside in."""
Places: TypeAlias = "dict[tuple[int, int], Place | None]"

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
MOST_LISTED: Final = 9
"""The most state dicts that are listed."""
MOST_COPIES: Final = 64
"""How often larger than its file the tensors of a checkpoint may be: some of them may be one."""


class PickledFile:
    """``entry`` is the path of the state dict in the file, with dots; ``rest`` is its end, if that
    is the start of names."""

    def __init__(self, path: Path, entry: str = "") -> None:
        self.path = path
        self.files = (str(path),)
        data = _data_of_archive(path)
        self.archive = data is not None
        content = _loaded(path, "meta", self.archive)
        chosen, self.rest = _followed(content, entry)
        inside = _content_at(content, chosen)
        if entry and not _leads_on(inside, self.rest) and (others := _state_dicts(content)):
            raise no_entry(str(path), entry, others)
        tensors, wrappers, self.notes = _unwrapped(path, inside, chosen)
        self.wrappers = (*chosen, *wrappers)
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
        return _content_at(_loaded(self.path, "cpu", self.archive), self.wrappers)


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


class Place(Record):
    """Where the state dict of a table is; if there are several, ``several`` are their paths."""

    path: Entries
    several: tuple[Entries, ...] = ()

    @property
    def paths(self) -> tuple[Entries, ...]:
        return self.several or (self.path,)


def _followed(content: Any, entry: str) -> tuple[Entries, str]:
    """The entries that a path with dots leads through, and the end of it that leads nowhere. An
    entry may have dots in its own name."""
    chosen: list[str] = []
    while entry and isinstance(content, Mapping):
        names = [k for k in content if isinstance(k, str) and f"{entry}.".startswith(f"{k}.")]
        if not names:
            break
        name = max(names, key=len)
        chosen.append(name)
        content, entry = content[name], entry[len(name) + 1 :]
    return tuple(chosen), entry


def _leads_on(content: Any, rest: str) -> bool:
    """Whether there is a state dict, with names that start with ``rest``, or several."""
    place = _place(content, DEEPEST, {})
    if place is None or not rest:
        return place is not None
    names = map(str, _content_at(content, place.path))
    return not place.several and any(name.startswith(f"{rest}.") for name in names)


def _content_at(content: Any, path: Entries) -> Any:
    for name in path:
        content = content[name]
    return content


def _state_dicts(content: Any) -> list[str]:
    """The state dicts of a file, as they can be chosen."""
    if not isinstance(content, Mapping):
        return []
    inside = _inside(content, DEEPEST, {})
    paths = ((name, *path) for name, place in inside.items() for path in place.paths)
    return list(map(_dotted, islice(paths, MOST_LISTED)))


def _dotted(path: Entries) -> str:
    return shown_name(".".join(path))


def _unwrapped(
    path: Path, content: Any, chosen: Entries
) -> tuple[dict[str, torch.Tensor], Entries, tuple[str, ...]]:
    """The tensors by name, the entries that lead to them, and notes on what was left out.
    ``chosen`` are the entries that lead to the content."""
    place = _place(content, DEEPEST, {}) or Place(())
    if place.several:
        raise SeveralEntries(str(path), [_dotted((*chosen, *p)) for p in place.several])
    notes: list[str] = []
    for name in place.path:
        others = [str(k) for k in content if k != name]
        beside = f" (the file has besides: {_listed(others)})" if others else ""
        notes.append(f"the weights are the entry `{name}` of the file{beside}")
        alike = [_dotted((k,)) for k in _inside(content, DEEPEST, {}) if k != name]
        if alike:
            notes.append(f"`entry` chooses another state dict: {_listed(alike)}")
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
    return tensors, place.path, tuple(notes)


def _place(content: Any, levels: int, places: Places) -> Place | None:
    """Where the state dict is, at most as many entries inside as ``levels``, or None if there is
    none. ``places`` are those of what was searched before."""
    if not isinstance(content, Mapping):
        return None
    key = (id(content), levels)
    if key not in places:
        places[key] = _place_in(content, levels, places)
    return places[key]


def _place_in(table: Mapping[Any, Any], levels: int, places: Places) -> Place | None:
    inside = _inside(table, levels, places)
    names = [name for name in WRAPPERS if name in inside]
    if not names and any(map(_is_plain, table.values())):
        return Place(())
    names = names or list(inside)
    if len(names) > 1:
        paths = ((name, *path) for name in inside for path in inside[name].paths)
        return Place((), tuple(islice(paths, MOST_LISTED)))
    if not names:
        return None
    (name,) = names
    place = inside[name]
    return Place((name, *place.path), tuple((name, *path) for path in place.several))


def _inside(table: Mapping[Any, Any], levels: int, places: Places) -> dict[str, Place]:
    """The entries of a table that have state dicts."""
    texts = (k for k in table if levels and isinstance(k, str))
    searched = ((k, _place(table[k], levels - 1, places)) for k in texts)
    return {k: place for k, place in searched if place is not None}


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
