"""Specs in files: how one is read, and where imported ones are found: beside the importer, on the
search path, among the shipped."""

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

SHIPPED: Final = Path(specs.__path__[0])
Parsed: TypeAlias = tuple[syntax.File, tuple[Diagnostic, ...]]
_DEFINED: Final = re.compile(r"^(?:net|block) (\w+)", re.MULTILINE)
LARGEST = 16 * 2**20
"""Bytes of a spec that are read at all."""


class Unreadable(OSError):
    """A spec that cannot be read; ``hint`` says what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class NotFound(Unreadable, FileNotFoundError):
    """No file and no shipped spec of that name."""


# --- reading ---------------------------------------------------------------------------------


def read(path: Path) -> Source:
    """A spec's text. Raises Unreadable."""
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
    """The text of a spec of that name. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"{name} is larger than a spec may be: {LARGEST >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"byte 0x{data[error.start]:02x} in line {line}"
        raise Unreadable(f"{name} is not UTF-8 text: {byte}", "save it as UTF-8") from None


# --- finding ---------------------------------------------------------------------------------


def find(module: str, folders: Iterable[Path]) -> Path | None:
    """The file of a spec with this dotted name, in the first of the folders that has it."""
    relative = Path(*module.split(".")).with_suffix(".net")
    return next((f / relative for f in folders if (f / relative).is_file()), None)


class _Read(Record):
    """What a compilation read: each file is looked for, read, parsed and declared once, however
    many nets see it."""

    found: dict[tuple[str, Path], Source | Unreadable | None] = field(default_factory=dict)
    parsed: dict[Source, Parsed] = field(default_factory=dict)
    declared: dict[Source, Declarations] = field(default_factory=dict)
    names: dict[Path, list[str]] = field(default_factory=dict)


class Finder:
    """Finds modules by dotted name, inside the given folders only. ``changed`` is taken for the
    file of that name."""

    def __init__(self, search: Sequence[Path] = (), changed: Source | None = None) -> None:
        self.search = tuple(search)
        self.changed = changed
        self._read = _Read()

    @property
    def declared(self) -> dict[Source, Declarations]:
        """What the files declare that were seen so far."""
        return self._read.declared

    def with_changed(self, source: Source) -> Finder:
        """The same files, this one changed."""
        other = Finder(self.search, source)
        other._read = self._read
        return other

    def find(self, module: str, importer: Source) -> Source | None:
        """The imported file's text, or None. Raises Unreadable."""
        key = module, Path(importer.name).parent
        if key not in self._read.found:
            self._read.found[key] = self._found(module, importer)
        source = self._read.found[key]
        if isinstance(source, Unreadable):
            raise source
        changed = self.changed
        return changed if changed and source and changed.name == source.name else source

    def _found(self, module: str, importer: Source) -> Source | Unreadable | None:
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
        """The tree of a file that was found, and its errors."""
        if source not in self._read.parsed:
            self._read.parsed[source] = parse(source, most_tokens)
        return self._read.parsed[source]

    def names(self, importer: Source) -> list[str]:
        """What could be imported by a bare name."""
        return [name for folder in self._folders(importer) for name in self._names_in(folder)]

    def _names_in(self, folder: Path) -> list[str]:
        if folder not in self._read.names:
            self._read.names[folder] = [p.stem for p in sorted(folder.glob("*.net"))]
        return self._read.names[folder]

    def _folders(self, importer: Source) -> tuple[Path, ...]:
        name = Path(importer.name)
        beside = [name.parent] if name.suffix == ".net" else []
        return (*beside, *self.search, SHIPPED)


def shipping(name: str) -> str | None:
    """The shipped spec that defines a net or block of that name."""
    return _shipped().get(name)


@cache
def _shipped() -> Mapping[str, str]:
    """By the names of the nets and blocks that are shipped: the spec that has them."""
    specs = [(path.stem, read(path).text) for path in sorted(SHIPPED.glob("*.net"), reverse=True)]
    return {name: spec for spec, text in specs for name in _DEFINED.findall(text)}
