"""Where imported files are found: beside the importer, on the search path, in the shipped specs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .. import specs
from ..grammar.source import Source

SHIPPED: Final = Path(specs.__path__[0])
MAX_BYTES = 1_000_000


class Unreadable(Exception):
    """A file that is there and cannot be used; the message says why."""


class Finder:
    """Finds modules by dotted name, inside the given folders only. ``changed`` is taken for the
    file of that name."""

    def __init__(self, search: Sequence[Path] = (), changed: Source | None = None) -> None:
        self.search = tuple(search)
        self.changed = changed
        self.folders: dict[str, Path] = {}

    def find(self, module: str, importer: Source) -> Source | None:
        """The imported file's text, or None. Raises Unreadable."""
        source = self._find(module, importer)
        changed = self.changed
        return changed if changed and source and source.name == changed.name else source

    def _find(self, module: str, importer: Source) -> Source | None:
        relative = Path(*module.split(".")).with_suffix(".net")
        beside = self.folders.get(importer.name) or _folder(importer.name)
        for folder in (*([beside] if beside else []), *self.search):
            source = self._read(folder, relative)
            if source is not None:
                return source
        return shipped(module)

    def names(self, importer: Source) -> list[str]:
        """What could be imported by a bare name."""
        beside = self.folders.get(importer.name) or _folder(importer.name)
        folders = (*([beside] if beside else []), *self.search, SHIPPED)
        return [path.stem for folder in folders for path in sorted(folder.glob("*.net"))]

    def _read(self, folder: Path, relative: Path) -> Source | None:
        path = folder / relative
        if not path.is_file():
            return None
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Unreadable(f"{relative} leads out of {folder}")
        return read(path)


def _folder(name: str) -> Path | None:
    path = Path(name)
    return path.parent if path.suffix == ".net" else None


def read(path: Path) -> Source:
    """A spec's text. Raises Unreadable, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"{path} is larger than {MAX_BYTES:,} bytes")
    try:
        return Source(str(path), path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text: {error.reason}") from error


def shipping(name: str) -> str | None:
    """The shipped spec that defines a net or block of that name."""
    pattern = re.compile(rf"^(?:net|block) {re.escape(name)}\b", re.MULTILINE)
    found = (p for p in sorted(SHIPPED.glob("*.net")) if pattern.search(read(p).text))
    return next((path.stem for path in found), None)


def shipped(module: str) -> Source | None:
    """A shipped spec by dotted name."""
    path = SHIPPED.joinpath(*module.split(".")).with_suffix(".net")
    return read(path) if path.is_file() else None
