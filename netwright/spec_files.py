"""Finds and reads specs (files, shipped specs, standard input) and writes artefacts.

`compiler/imports.py` reads the files: it also needs that for the files that a spec imports.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any

from .compiler import imports
from .compiler.imports import NotFound, Unreadable
from .grammar.source import Source
from .grammar.wording import either

STDIN = "-"
STDIN_NAME = "<stdin>"
PYTHON = "py:"
"""What stands before MODULE:FACTORY where a FILE is expected: Python runs."""


def is_python(name: str) -> bool:
    """Whether ``py:MODULE:FACTORY`` stands where a file is expected."""
    return name.startswith(PYTHON) and ":" in name.removeprefix(PYTHON)


class Unwritable(OSError):
    """A file must not be written; ``hint`` says what may help."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"


def read(name: str | os.PathLike[str], search: Sequence[Path] = ()) -> Source:
    """The spec of this name: ``-``, a file, or a shipped spec. Raises Unreadable."""
    if name == STDIN:
        data = sys.stdin.buffer.read(imports.LARGEST + 1)
        return Source(STDIN_NAME, imports.decode("standard input", data))
    path = find(name, search)
    try:
        return imports.read(path)
    except NotFound as missing:
        raise NotFound(missing.message, _neighbour(path)) from None
    except Unreadable as error:
        raise Unreadable(error.message, error.hint or _inside(path)) from None


def find(name: str | os.PathLike[str], search: Sequence[Path] = ()) -> Path:
    """The file of a spec. A name without a suffix is searched as an import is: in this folder, on
    the search path, among the shipped specs."""
    path = Path(name)
    if path.is_file() or not _is_bare(os.fspath(name)):
        return path
    file = imports.find(os.fspath(name), (Path(), *search, *imports.shipped_folders()))
    if file is not None:
        return file
    if path.exists():  # a folder, which reading reports
        return path
    raise NotFound(f"there is no file and no shipped spec called {name}", _similar(os.fspath(name)))


def _is_bare(name: str) -> bool:
    return not name.endswith(".net") and all(part.isidentifier() for part in name.split("."))


def _similar(name: str) -> str:
    import re

    from .grammar.nearby import nearest

    for spec, path in shipped().items():
        if re.search(rf"^net {re.escape(name)}\b", path.read_text("utf-8"), re.MULTILINE):
            return f"it is a net of {spec}: `{spec} --net {name}`"
    near = nearest(name, shipped())
    return f"did you mean {either(near)}?" if near else "`netwright specs` lists the shipped specs"


def _neighbour(path: Path) -> str:
    from .grammar.nearby import closest

    if path.stem in shipped():
        return f"the shipped spec is called {path.stem}"
    try:
        names = [p.stem for p in path.parent.iterdir() if p.suffix == ".net"]
    except (OSError, ValueError):
        return f"there is no folder {path.parent} either"
    near = closest(path.stem, names)
    if near is not None:
        return f"did you mean {path.parent / near}.net?"
    near = closest(path.stem, shipped())
    return f"did you mean the shipped {near}?" if near else ""


def _inside(folder: Path) -> str:
    if not folder.is_dir():
        return ""
    names = sorted(str(p) for p in folder.glob("*.net"))
    return f"it holds {', '.join(names[:4])}" if names else "it holds no .net files"


# --- the shipped specs -----------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """The shipped specs by name, in the order of their names."""
    paths = {_name(path): path for path in imports.SHIPPED.rglob("*.net")}
    return dict(sorted(paths.items()))


def _name(path: Path) -> str:
    """The name of a shipped spec: its place among them, without the area."""
    parts = path.relative_to(imports.SHIPPED).with_suffix("").parts
    return ".".join(parts[parts[0] in imports.AREAS :])


def area(path: Path) -> str:
    """The area of a shipped spec: its folder."""
    return path.relative_to(imports.SHIPPED).parts[0]


TYPICAL = 128
"""The size of open axes for which the facts have MACs."""


def facts() -> dict[str, dict[str, dict[str, Any]]]:
    """The parameters and MACs of the shipped nets, by spec and net. `make zoo` writes the file."""
    import json

    read: dict[str, dict[str, dict[str, Any]]] = json.loads(
        (imports.SHIPPED / "facts.json").read_text("utf-8")
    )
    return read


def description(text: str) -> str:
    """The first comment of a spec, which describes it."""
    comments = (line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#"))
    return next(comments, "")


# --- what is written -------------------------------------------------------------------------


def write_spec(path: Path, data: bytes, inputs: Iterable[str]) -> None:
    """Write a spec that was made from these inputs: the whole file, or nothing. Raises Unwritable
    if that would replace one of the inputs; OSError with the name of the file."""
    if path.exists():
        check_not_read(path.stat(), str(path), inputs)
    write_atomically(path, data)


def write(path: Path, data: bytes, inputs: Iterable[str]) -> None:
    """Write what was made from these inputs: the whole file, or nothing.

    Raises Unwritable if that would replace one of the inputs, or if the file has the name of a
    spec; OSError with the name of the file.
    """
    check_writable(path, inputs)
    write_atomically(path, data)


def check_writable(path: Path, inputs: Iterable[str]) -> None:
    """Raises Unwritable if the file is one of the inputs, or has the name of a spec."""
    if path.name.lower().endswith(".net"):
        raise Unwritable(f"{path} is the name of a spec, so it is not written", _ELSE)
    if path.exists():
        check_not_read(path.stat(), str(path), inputs)


_ELSE = "choose another name"


def check_not_read(output: os.stat_result, name: str, inputs: Iterable[str]) -> None:
    """Raises Unwritable if the output is one of the inputs, even under another name."""
    for text in inputs:
        if _is_same(output, text):
            raise Unwritable(f"{name} is an input, so it is not written", _ELSE)


def _is_same(output: os.stat_result, text: str) -> bool:
    try:
        read = os.fstat(sys.stdin.fileno()) if text == STDIN_NAME else Path(text).stat()
    except (OSError, ValueError, AttributeError):  # it is not a file, or no longer there
        return False
    return S_ISREG(output.st_mode) and os.path.samestat(output, read)


def write_atomically(path: Path, data: bytes) -> None:
    """Write the whole file or nothing. Nobody reads half a file, and a failure leaves the old one.

    Raises OSError with the name of the file.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    if target.exists() and not target.is_file():  # /dev/stdout, a pipe
        target.write_bytes(data)
        return
    replace_by(path, lambda temporary: temporary.write_bytes(data))


def replace_by(path: Path, make: Callable[[Path], object]) -> None:
    """Replace a file by the one that ``make`` writes, whole or not at all. Raises OSError with the
    name of the file."""
    from tempfile import mkstemp

    target = Path(os.path.realpath(path))
    try:
        handle, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        error.filename = os.fspath(path)  # not the name of the temporary file
        raise
    os.close(handle)
    temporary = Path(name)
    try:
        make(temporary)
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or of a new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
