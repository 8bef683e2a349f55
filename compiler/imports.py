"""Specs in files: how a file is read, and where imported files are found: beside the importing
file, on the search path, among the shipped specs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from .. import specs
from ..grammar import syntax
from ..grammar.diagnostics import Diagnostic
from ..grammar.parser import parse
from ..grammar.record import Record, field
from ..grammar.source import Source
from .environment import Declarations

AREAS: Final = ("vision", "text", "speech", "sets_and_graphs", "generative", "basics")
"""The folders of the shipped specs. They are no part of a spec's name: ``import resnet``."""
SHIPPED: Final = Path(specs.__path__[0])
Parsed: TypeAlias = tuple[syntax.File, tuple[Diagnostic, ...]]
_DEFINED: Final = r"(?m)^(?:net|block) (\w+)"
LARGEST = 16 * 2**20
"""The largest spec that is read, in bytes."""


class Unreadable(OSError):
    """A spec cannot be read; ``hint`` says what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class NotFound(Unreadable, FileNotFoundError):
    """There is no file and no shipped spec with this name."""


# --- reading ---------------------------------------------------------------------------------


def read(path: Path) -> Source:
    """The text of a spec. Raises Unreadable."""
    return Source(str(path), decode(str(path), _load(path)))


def _load(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except IsADirectoryError:
        raise Unreadable(f"{path} is a folder") from None
    except PermissionError:
        raise Unreadable(f"{path} may not be read: permission denied") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise Unreadable(f"{path} cannot be read: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def decode(name: str, data: bytes) -> str:
    """The bytes of a spec as text. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"{name} is larger than a spec may be: {LARGEST >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"byte 0x{data[error.start]:02x} in line {line}"
        raise Unreadable(f"{name} is not UTF-8 text: {byte}", "save it as UTF-8") from None


# --- finding ---------------------------------------------------------------------------------


def shipped_folders() -> tuple[Path, ...]:
    """Where a shipped spec is searched. The last folder has those of no area, whose names have
    dots: ``blocks.attention``."""
    return (*(SHIPPED / area for area in AREAS), SHIPPED)


def find(module: str, folders: Iterable[Path]) -> Path | None:
    """The file of a spec with this dotted name, in the first folder that has it; else None."""
    relative = Path(*module.split(".")).with_suffix(".net")
    return next((f / relative for f in folders if (f / relative).is_file()), None)


class _Read(Record):
    """What a compilation has read: each file is found, read, parsed and declared once, for all nets
    that use it."""

    sources: dict[tuple[str, Path], Source | Unreadable | None] = field(default_factory=dict)
    parsed: dict[Source, Parsed] = field(default_factory=dict)
    declared: dict[Source, Declarations] = field(default_factory=dict)
    names: dict[Path, list[str]] = field(default_factory=dict)


class Finder:
    """Finds modules by dotted name, only inside the given folders. ``changed`` is used instead of
    the file with its name."""

    def __init__(self, search: Sequence[Path] = (), changed: Source | None = None) -> None:
        self.search = tuple(search)
        self.changed = changed
        self._read = _Read()

    @property
    def declared(self) -> dict[Source, Declarations]:
        """The declarations of the files that were read so far."""
        return self._read.declared

    def with_changed(self, source: Source) -> Finder:
        """A finder of the same files, one of them changed."""
        other = Finder(self.search, source)
        other._read = self._read
        return other

    def find(self, module: str, importer: Source) -> Source | None:
        """The imported file's text, or None. Raises Unreadable."""
        key = module, Path(importer.name).parent
        if key not in self._read.sources:
            self._read.sources[key] = self._look_for(module, importer)
        source = self._read.sources[key]
        if isinstance(source, Unreadable):
            raise source
        changed = self.changed
        return changed if changed and source and changed.name == source.name else source

    def _look_for(self, module: str, importer: Source) -> Source | Unreadable | None:
        path = find(module, self._folders(importer))
        if path is None:
            return None
        folder = path.parents[module.count(".")]
        try:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise Unreadable(f"{path.relative_to(folder)} leads out of {folder}")
            return read(path)
        except Unreadable as error:
            return error

    def parse(self, source: Source, most_tokens: int) -> Parsed:
        """The syntax tree of a file, and its errors."""
        if source not in self._read.parsed:
            self._read.parsed[source] = parse(source, most_tokens)
        return self._read.parsed[source]

    def names(self, importer: Source) -> list[str]:
        """The names that could be imported without dots."""
        return [name for folder in self._folders(importer) for name in self._names_in(folder)]

    def _names_in(self, folder: Path) -> list[str]:
        if folder not in self._read.names:
            self._read.names[folder] = [p.stem for p in sorted(folder.glob("*.net"))]
        return self._read.names[folder]

    def _folders(self, importer: Source) -> tuple[Path, ...]:
        name = Path(importer.name)
        beside = [name.parent] if name.suffix == ".net" else []
        return (*beside, *self.search, *shipped_folders())


def shipping(name: str) -> str | None:
    """The shipped spec that defines a net or block of that name."""
    return _shipped().get(name)


def neighbour(source: Source, name: str) -> str | None:
    """The spec that defines a net or block of that name, in the folder of a shipped spec."""
    path = Path(source.name)
    if SHIPPED not in path.parents:
        return None
    package = [p for p in path.parent.relative_to(SHIPPED).parts if p not in AREAS]
    for other in sorted(path.parent.glob("*.net")):
        if other != path and name in _defined(other):
            return ".".join([*package, other.stem])
    return None


@cache
def _shipped() -> Mapping[str, str]:
    """By the name of a shipped net or block, the spec that has it."""
    paths = [path for folder in shipped_folders() for path in folder.glob("*.net")]
    return {name: path.stem for path in sorted(paths, reverse=True) for name in _defined(path)}


@cache
def _defined(path: Path) -> list[str]:
    """The nets and blocks of a shipped spec."""
    return re.findall(_DEFINED, read(path).text)
