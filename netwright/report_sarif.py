"""Findings as SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure shows, and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from .grammar.diagnostics import Diagnostic, Fix, Label
from .grammar.printable import json_text
from .grammar.source import Span
from .terminal import Terminal

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def report(diagnostics: Sequence[Diagnostic], files: Sequence[str], terminal: Terminal) -> str:  # noqa: ARG001 - one form for all reports
    codes = sorted({d.code for d in diagnostics})
    run = {
        "tool": {"driver": _driver(codes)},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _file(name)} for name in dict.fromkeys(files)],
        "results": [_result(d, codes) for d in diagnostics],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _driver(codes: Sequence[str]) -> dict[str, Any]:
    from . import __version__
    from .cli.explain import pages, title

    known = pages()
    rules = [_rule(code, title(code, known[code])) for code in codes]
    return {"name": "netwright", "version": __version__, "rules": rules}


def _rule(code: str, title: str) -> dict[str, Any]:
    help = f"`netwright explain {code}` says more"
    return {"id": code, "shortDescription": {"text": title}, "help": {"text": help}}


def _result(d: Diagnostic, codes: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": d.code,
        "ruleIndex": codes.index(d.code),
        "level": d.severity,
        "message": {"text": "\n".join(_words(d))},
        "locations": [_location(d.span)] if d.span else [],
    }
    if d.labels:
        result["relatedLocations"] = [_related(at, label) for at, label in enumerate(d.labels)]
    if d.fix and d.fix.edits:
        result["fixes"] = [_fix(d.fix)]
    return result


def _words(d: Diagnostic) -> Iterator[str]:
    yield d.message
    if d.detail:
        yield d.detail
    yield from (f"note: {note}" for note in d.notes)
    yield from (f"help: {help}" for help in d.help)


def _related(at: int, label: Label) -> dict[str, Any]:
    return {"id": at, **_location(label.span), "message": {"text": label.text or "here"}}


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.span.source.name, []).append(replacement)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {"artifactLocation": _file(name), "replacements": replacements}
            for name, replacements in changes.items()
        ],
    }


def _location(span: Span) -> dict[str, Any]:
    place = {"artifactLocation": _file(span.source.name), "region": _region(span)}
    return {"physicalLocation": place}


def _file(name: str) -> dict[str, str]:
    """A file as a URI, which is relative to the folder of the command, as its name is."""
    path = quote(Path(name).as_posix(), errors="surrogatepass")
    root = f"file:///{path.removeprefix('/')}"
    return {"uri": root if Path(name).is_absolute() else path}


def _region(span: Span) -> dict[str, int]:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
