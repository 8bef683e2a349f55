"""The settings of a project: the table ``[tool.netwright]`` in its ``pyproject.toml``.

    [tool.netwright]
    import-path = ["nets", "nets/blocks"]  # folders of the project where imports are searched
    ignore = ["W501"]                      # warnings that are not shown

They hold for the specs in the folder of the file and below it. They are data: nothing in them runs,
and no folder outside of the project is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from .grammar.nearby import closest
from .grammar.record import Record
from .grammar.wording import either

NAME: Final = "pyproject.toml"
LARGEST: Final = 1 << 20
"""The most bytes of a file with settings."""
_TABLE: Final = re.compile(rb"^\s*\[\s*tool\s*\.\s*[\"']?netwright\b", re.MULTILINE)


class SettingsError(Exception):
    """Settings that cannot be read; ``hint`` says what may be written."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Settings(Record):
    """What a project says: folders where imports are searched, and codes of warnings to leave
    out."""

    search: tuple[Path, ...] = ()
    ignored: frozenset[str] = frozenset()


def settings_for(spec: str | Path) -> Settings:
    """The settings for a spec: those of the nearest project around it that has any. What is no
    file, as standard input, takes those of the current folder. Raises SettingsError."""
    for folder in _folders(Path(spec)):
        file = folder / NAME
        data = _read(file)
        if data is not None:
            return _settings(file, data)
    return Settings()


def _folders(spec: Path) -> Iterator[Path]:
    start = spec.absolute().parent if spec.is_file() else Path.cwd()
    yield from (start, *start.parents)


def _read(file: Path) -> bytes | None:
    """A file that has settings for netwright; None for any other."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return None
        data = file.read_bytes()
    except OSError:
        return None
    return data if _TABLE.search(data) else None


def _settings(file: Path, data: bytes) -> Settings:
    import tomllib

    try:
        document = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None
    table = document.get("tool", {}).get("netwright", {})
    if not isinstance(table, dict):
        raise SettingsError(f"in {file} tool.netwright is no table")
    for key in table:
        if key not in _KEYS:
            near = closest(key, _KEYS)
            hint = f"did you mean `{near}`?" if near else f"there are {either(list(_KEYS))}"
            raise SettingsError(f"{file} has no setting {key} for netwright", hint)
    return Settings(_search(file, table), _ignored(file, table))


def _search(file: Path, table: Mapping[str, Any]) -> tuple[Path, ...]:
    folders = tuple(file.parent / name for name in _texts(file, table, "import-path"))
    for folder in folders:
        if not folder.resolve().is_relative_to(file.parent.resolve()):
            raise SettingsError(
                f"the import-path of {file} leaves the project: {folder}",
                "`-I FOLDER` searches any folder",
            )
    return tuple(map(_from_here, folders))


def _from_here(folder: Path) -> Path:
    """A folder as messages name it: from the current one, if it is in that."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _ignored(file: Path, table: Mapping[str, Any]) -> frozenset[str]:
    from .compiler.ignores import known_codes

    codes = _texts(file, table, "ignore")
    for code in codes:
        if code not in known_codes():
            raise SettingsError(
                f"{file} ignores {code}, which is no code of a warning",
                "`netwright explain` lists the codes; errors cannot be ignored",
            )
    return frozenset(codes)


def _texts(file: Path, table: Mapping[str, Any], key: str) -> list[str]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise SettingsError(f"{key} of {file} is no list of texts", f"write {_KEYS[key]}")
    return values


_KEYS: Final = {"import-path": 'import-path = ["nets"]', "ignore": 'ignore = ["W501"]'}
"""The settings, each with an example."""
