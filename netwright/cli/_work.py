"""What several commands do: compile the spec at hand, report findings, write the result."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from io import UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..files import Unwritable, check_not_read, write
from ..grammar.diagnostics import Diagnostic
from ..grammar.printable import printable
from ..grammar.source import Source
from ..terminal import Terminal
from ._parser import CLEAN, FOUND, INTERNAL, Misuse, request, source

if TYPE_CHECKING:
    from ..compiler.ir import Graph
    from ..compiler.pipeline import Compilation

FAULT = "E901"
HERE = Path(__file__).parent.parent


def compiled(options: Namespace) -> tuple[Graph, str, frozenset[str]]:
    """The graph of the one net that the options mean, its name, and the texts it was read from.
    Findings go to standard error."""
    from ..network import net_name

    text = source(options.file, options)
    found = told(text, request(options))
    if found.graph is None:
        raise SystemExit(status(found.diagnostics))
    return found.graph, net_name(found, text), found.read


def told(text: Source, asked: Mapping[str, Any]) -> Compilation:
    """What became of a text. Findings go to standard error."""
    from ..compiler.pipeline import load_source

    found = load_source(text, **asked)
    show_fault(found.fault)
    if found.diagnostics:
        print(report("text", found.diagnostics, [text.name], sys.stderr), end="", file=sys.stderr)
    return found


def refuse(
    findings: Sequence[Diagnostic], options: Namespace, cause: BaseException | None = None
) -> int:
    """A backend cannot do it: findings like the compiler's."""
    show_fault(cause)
    print(report("text", findings, [options.file], sys.stderr), end="", file=sys.stderr)
    return status(findings)


def status(findings: Iterable[Diagnostic], *, strict: bool = False) -> int:
    """The exit status that findings make; ``strict``: warnings count too."""
    found = list(findings)
    if any(d.code == FAULT for d in found):
        return INTERNAL
    counts = ("error", "warning") if strict else ("error",)
    return FOUND if any(d.severity in counts for d in found) else CLEAN


def show_fault(error: BaseException | None) -> None:
    """Raise an error of netwright's own, where that is asked for."""
    if error is not None and os.environ.get("NETWRIGHT_TRACEBACK"):
        raise error


def report(
    form: str, diagnostics: Sequence[Diagnostic], files: Sequence[str], stream: TextIO
) -> str:
    module = import_module(f"netwright.report_{form}")
    text: str = module.report(diagnostics, files, Terminal.of(stream))
    return text


def forms() -> list[str]:
    """The forms of a report, the default first: every ``netwright/report_*.py`` is one."""
    names = (path.stem for path in HERE.iterdir() if path.suffix == ".py")
    found = (name.removeprefix("report_") for name in names if name.startswith("report_"))
    return sorted(found, key=lambda form: (form != "text", form))


def _why_not(output: Path, error: OSError) -> str:
    folder = output.absolute().parent
    if output.is_dir():
        return "it is a folder"
    if not folder.is_dir():
        return (
            f"{output.parent} is no folder"
            if folder.exists()
            else f"there is no folder {output.parent}"
        )
    return (error.strerror or str(error)).lower()


def deliver(data: bytes, output: Path | None, inputs: Iterable[str]) -> None:
    """Into the file, or to standard output; never into what it was made of."""
    if sys.__stdout__ is None and (output is None or str(output) == "-"):
        raise Misuse("standard output is closed", "`-o FILE` writes to a file")
    try:
        if output is None or str(output) == "-":
            _to_stdout(data, inputs)
        else:
            _to_file(data, output, inputs)
    except Unwritable as error:
        raise Misuse(error.message, error.hint) from None


def _to_file(data: bytes, output: Path, inputs: Iterable[str]) -> None:
    try:
        write(output, data, inputs)
    except Unwritable:
        raise
    except OSError as error:
        raise Misuse(f"cannot write {output}: {_why_not(output, error)}") from None
    print(f"wrote {printable(str(output))} ({len(data):,} bytes)", file=sys.stderr)


def _to_stdout(data: bytes, inputs: Iterable[str]) -> None:
    sys.stdout.flush()
    with suppress(UnsupportedOperation):  # no file stands behind it
        check_not_read(os.fstat(sys.stdout.fileno()), "standard output", inputs)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
