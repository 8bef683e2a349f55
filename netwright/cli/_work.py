"""What several commands do: compile a spec, report findings, write the result."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from io import UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from ..grammar.diagnostics import WRONG_OPTION, Diagnostic
from ..grammar.printable import printable
from ..grammar.source import Source
from ..spec_files import (
    STDIN_NAME,
    Unwritable,
    check_not_read,
    check_writable,
    replace_by,
    write,
    write_atomically,
)
from ..terminal import Terminal
from ._parser import CLEAN, FOUND, INTERNAL, MISUSE, Misuse, read_spec

if TYPE_CHECKING:
    from ..compiler.ir import Graph
    from ..compiler.pipeline import Compilation

T = TypeVar("T")
FAULT = "E901"
HERE = Path(__file__).parent.parent


def compiled(options: Namespace) -> tuple[Graph, str, frozenset[str]]:
    """The graph of the net that the options choose, its name, and the names of the texts that were
    read. Findings go to standard error."""
    from ..network import net_name

    text, keywords = read_spec(options, options.file)
    compilation = load_and_report(text, keywords)
    if compilation.graph is None:
        raise SystemExit(status(compilation.diagnostics))
    return compilation.graph, net_name(compilation, text), compilation.read


def load_and_report(text: Source, keywords: Mapping[str, Any]) -> Compilation:
    """The compilation of a text. Findings go to standard error."""
    from ..compiler.pipeline import load_source

    compilation = load_source(text, **keywords)
    show_fault(compilation.fault)
    if compilation.diagnostics:
        print(
            report("text", compilation.diagnostics, [text.name], sys.stderr),
            end="",
            file=sys.stderr,
        )
    return compilation


def refuse(
    findings: Sequence[Diagnostic], options: Namespace, cause: BaseException | None = None
) -> int:
    """Report the errors of a backend and return the exit status."""
    show_fault(cause)
    print(report("text", findings, [options.file], sys.stderr), end="", file=sys.stderr)
    return status(findings)


def status(findings: Iterable[Diagnostic], *, strict: bool = False) -> int:
    """The exit status for these findings. ``strict``: warnings count too."""
    diagnostics = list(findings)
    if any(d.code == FAULT for d in diagnostics):
        return INTERNAL
    if any(d.code == WRONG_OPTION for d in diagnostics):
        return MISUSE
    counts = ("error", "warning") if strict else ("error",)
    return FOUND if any(d.severity in counts for d in diagnostics) else CLEAN


def show_fault(error: BaseException | None) -> None:
    """Raise an error of netwright's own, if the user asks for a traceback."""
    if error is not None and os.environ.get("NETWRIGHT_TRACEBACK"):
        raise error


def report(
    form: str, diagnostics: Sequence[Diagnostic], files: Sequence[str], stream: TextIO
) -> str:
    module = import_module(f"netwright.report_{form}")
    text: str = module.report(diagnostics, files, Terminal.of(stream))
    return text


def forms() -> list[str]:
    """The forms of a report, the default first. Every ``netwright/report_*.py`` is one."""
    modules = (path.stem for path in HERE.iterdir() if path.suffix == ".py")
    names = (name.removeprefix("report_") for name in modules if name.startswith("report_"))
    return sorted(names, key=lambda form: (form != "text", form))


def _why_not(output: Path, error: OSError) -> str:
    folder = output.absolute().parent
    if output.is_dir():
        return "it is a folder"
    if not folder.is_dir():
        return (
            f"{output.parent} is not a folder"
            if folder.exists()
            else f"there is no folder {output.parent}"
        )
    return (error.strerror or str(error)).lower()


def deliver(
    data: bytes,
    output: Path | None,
    inputs: Iterable[str],
    into: Callable[[Path, bytes, Iterable[str]], None] = write,
) -> None:
    """Write to the file, by ``into``, or to standard output. An input is never overwritten."""
    if sys.__stdout__ is None and (output is None or str(output) == "-"):
        raise Misuse("standard output is closed", "`-o FILE` writes to a file")
    try:
        if output is None or str(output) == "-":
            _to_stdout(data, inputs)
        else:
            _to_file(data, output, inputs, into)
    except Unwritable as error:
        raise Misuse(error.message, error.hint) from None


def replace_file(output: Path, inputs: Iterable[str], make: Callable[[Path], T]) -> T:
    """What ``make`` returns, after it has written the file: whole or not at all, and never over an
    input."""
    result: list[T] = []
    with explained(output):
        check_writable(output, inputs)
        replace_by(output, lambda temporary: result.append(make(temporary)))
    return result[0]


def replace_text(source: Source, text: str) -> None:
    """Write a changed text over its file, whole or not at all; that of standard input goes to
    standard output. Raises Misuse."""
    path = Path(source.name)
    if source.name == STDIN_NAME:
        deliver(text.encode(), None, [STDIN_NAME])
        return
    if not path.is_file():
        raise Misuse(f"{path} is not a file that can be replaced", "`-` reads a pipe")
    with explained(path):
        write_atomically(path, text.encode())


@contextmanager
def explained(output: Path) -> Iterator[None]:
    """Say why a file could not be written."""
    try:
        yield
    except Unwritable as error:
        raise Misuse(error.message, error.hint) from None
    except OSError as error:
        raise Misuse(f"cannot write {output}: {_why_not(output, error)}") from None


def _to_file(
    data: bytes,
    output: Path,
    inputs: Iterable[str],
    into: Callable[[Path, bytes, Iterable[str]], None],
) -> None:
    with explained(output):
        into(output, data, inputs)
    print(f"wrote {printable(str(output))} ({len(data):,} bytes)", file=sys.stderr)


def _to_stdout(data: bytes, inputs: Iterable[str]) -> None:
    sys.stdout.flush()
    with suppress(UnsupportedOperation):  # it is not a file
        check_not_read(os.fstat(sys.stdout.fileno()), "standard output", inputs)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
