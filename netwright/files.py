"""Where specs come from: files, the shipped library, standard input; and where artefacts go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from stat import S_ISREG

from .grammar.source import Source
from .grammar.wording import either

LARGEST = 16 * 2**20
"""Bytes of a spec that are read at all."""
STDIN = "-"
STDIN_NAME = "<stdin>"


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


class Unwritable(OSError):
    """A file that must not be written; ``hint`` says what may help."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"


def read(name: str | os.PathLike[str], search: Sequence[Path] = ()) -> Source:
    """The spec of that name: ``-``, a file, or a shipped one by its bare name.

    Raises Unreadable.
    """
    if name == STDIN:
        return Source(STDIN_NAME, _decode("standard input", sys.stdin.buffer.read(LARGEST + 1)))
    path = find(name, search)
    return Source(str(path), _decode(str(name), _load(path)))


def find(name: str | os.PathLike[str], search: Sequence[Path] = ()) -> Path:
    """The file of a spec. A bare name is looked for as an import would be: beside, on the search
    path, among the shipped ones."""
    path = Path(name)
    if path.is_file() or not _is_bare(os.fspath(name)):
        return path
    relative = Path(*os.fspath(name).split(".")).with_suffix(".net")
    for folder in (Path(), *search, shipped_folder()):
        if (folder / relative).is_file():
            return folder / relative
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
    return f"did you mean {either(near)}?" if near else "`netwright specs` lists what ships"


def _load(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", _neighbour(path)) from None
    except IsADirectoryError:
        raise Unreadable(f"{path} is a folder", _inside(path)) from None
    except PermissionError:
        raise Unreadable(f"{path} may not be read: permission denied") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise Unreadable(f"{path} cannot be read: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _neighbour(path: Path) -> str:
    from .grammar.nearby import closest

    if path.stem in shipped():
        return f"the shipped one is called {path.stem}"
    try:
        names = [p.stem for p in path.parent.iterdir() if p.suffix == ".net"]
    except (OSError, ValueError):
        return f"nor a folder {path.parent}"
    near = closest(path.stem, names)
    if near is not None:
        return f"did you mean {path.parent / near}.net?"
    near = closest(path.stem, shipped())
    return f"did you mean {near}, which ships?" if near else ""


def _inside(folder: Path) -> str:
    names = sorted(str(p) for p in folder.glob("*.net"))
    return f"it holds {', '.join(names[:4])}" if names else "it holds no .net files"


def _decode(name: str, data: bytes) -> str:
    if len(data) > LARGEST:
        raise Unreadable(f"{name} is larger than a spec may be: {LARGEST >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"byte 0x{data[error.start]:02x} in line {line}"
        raise Unreadable(f"{name} is not UTF-8 text: {byte}", "save it as UTF-8") from None


# --- the shipped specs -----------------------------------------------------------------------


def shipped_folder() -> Path:
    """The folder of ``netwright.specs``."""
    from . import specs

    return Path(specs.__path__[0])


def shipped() -> dict[str, Path]:
    """The shipped specs by name; those in subfolders have dotted names."""
    root = shipped_folder()
    paths = sorted(root.rglob("*.net"))
    return {".".join(p.relative_to(root).with_suffix("").parts): p for p in paths}


def description(text: str) -> str:
    """What a spec says of itself in its first comment."""
    comments = (line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#"))
    return next(comments, "")


# --- what is written -------------------------------------------------------------------------


def write(path: Path, data: bytes, inputs: Iterable[str]) -> None:
    """Write what was made of these inputs, as a whole or not at all.

    Raises Unwritable where that would replace one of them, or anything that is called a spec;
    OSError with the name of the file.
    """
    if path.name.lower().endswith(".net"):
        raise Unwritable(f"{path} is the name of a spec: nothing else is written to it", _ELSE)
    if path.exists():
        check_not_read(path.stat(), str(path), inputs)
    write_atomically(path, data)


_ELSE = "choose another name"


def check_not_read(output: os.stat_result, name: str, inputs: Iterable[str]) -> None:
    """Raises Unwritable where the output is one of the inputs, however both are called."""
    for text in inputs:
        if _is_same(output, text):
            raise Unwritable(f"{name} is what was read: nothing is written to it", _ELSE)


def _is_same(output: os.stat_result, text: str) -> bool:
    try:
        read = os.fstat(sys.stdin.fileno()) if text == STDIN_NAME else Path(text).stat()
    except (OSError, ValueError, AttributeError):  # no file, or one that is gone
        return False
    return S_ISREG(output.st_mode) and os.path.samestat(output, read)


def write_atomically(path: Path, data: bytes) -> None:
    """All of the file or nothing of it: a reader never sees half, a failure leaves the old one.

    Raises OSError with the name of the file.
    """
    from tempfile import mkstemp

    target = Path(os.path.realpath(path))  # a link stays a link
    if target.exists() and not target.is_file():  # /dev/stdout, a pipe
        target.write_bytes(data)
        return
    try:
        handle, temporary = mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        error.filename = os.fspath(path)  # not the one that nobody asked for
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
