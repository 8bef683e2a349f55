"""``render --diff OLD NEW``: compares two specs, as a table, a document or a picture."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..grammar.diagnostics import WRONG_OPTION
from ..grammar.printable import json_text
from ..network import net_name
from ..spec_files import STDIN, is_python
from ._parser import Misuse, complain, read_spec
from ._work import deliver, load_and_report, status

if TYPE_CHECKING:
    from ..compiler.ir import Graph


def run(options: Namespace) -> int:
    """Compare. The status is 0 if both specs compile, even if they differ."""
    from .render import draw, suffix_of

    if options.file is not None:
        raise Misuse("--diff takes two specs and no more", f"leave out {options.file}")
    if options.diff.count(STDIN) == 2:
        raise Misuse("only one spec can come from standard input")
    form = options.output_format or _form(options)
    suffix = "" if form else suffix_of(options)
    versions = [compiled_version(spec, options) for spec in options.diff]
    failed = [v for v in versions if isinstance(v, int)]
    if failed:
        return max(failed)
    (before, old, first), (after, new, second) = (v for v in versions if not isinstance(v, int))
    if form:
        text = _report(form, before, after, (old, new))
        deliver(text.encode(), options.output, first | second)
        return 0
    from ..backends.diff.merge import merge

    options.file = options.diff[1]
    return draw(merge(before, after), suffix, options, first | second)


def _form(options: Namespace) -> str:
    """The form of the report: a table, unless a picture is wanted (then it is empty)."""
    output = options.output
    return "text" if output is None or output.suffix == ".txt" else ""


def compiled_version(spec: str, options: Namespace) -> tuple[Graph, str, frozenset[str]] | int:
    """The graph of FILE or FILE:NET, its name and what was read, or the exit status of errors."""
    name, net = _selected(spec)
    text, keywords = read_spec(options, name)
    compilation = load_and_report(text, keywords if net is None else {**keywords, "net": net})
    if compilation.graph is not None:
        return compilation.graph, net_name(compilation, text), compilation.read
    if (
        net is None
        and any(d.code == WRONG_OPTION for d in compilation.diagnostics)
        and len(compilation.nets) > 1
    ):
        complain(
            Misuse(
                f"--diff needs one net of {name}",
                f"write `{name}:{compilation.nets[-1]}`",
            )
        )
    return status(compilation.diagnostics)


def _selected(spec: str) -> tuple[str, str | None]:
    """The parts of ``FILE`` or ``FILE:NET``. A colon may also belong to the file or to a drive, and
    ``py:MODULE:FACTORY`` is whole."""
    if is_python(spec):
        return spec, None
    file, colon, net = spec.rpartition(":")
    if colon and len(file) > 1 and net.isidentifier() and not Path(spec).exists():
        return file, net
    return spec, None


def _report(form: str, before: Graph, after: Graph, names: tuple[str, str]) -> str:
    from ..backends.diff.changes import as_dict, report, text

    changes = report(before, after)
    if form == "text":
        return text(changes, names)
    return json_text(as_dict(changes, names)) + "\n"
