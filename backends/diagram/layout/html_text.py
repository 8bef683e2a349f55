"""Text in Graphviz's HTML: lines of several looks, and the legend."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from .. import style
from ..legend import CONCAT, Entry
from ..measure import SMALL, room
from ..picture import Text, TextRun

FONT: Final = "Arial"  # its metrics are Helvetica's, Liberation Sans's and Arimo's


def html(line: Text, size: int, colour: str = "", *, bold: bool = False) -> str:
    colours = f' COLOR="{colour}"' if colour else ""
    return f'<<FONT POINT-SIZE="{size}"{colours}>{runs(line, bold=bold)}</FONT>>'


def font(line: Text) -> str:
    return html(line, SMALL, style.SOFT)[1:-1]


def runs(line: Text, *, bold: bool = False) -> str:
    return "".join(_run(run, bold) for run in line)


def _run(run: TextRun, bold: bool) -> str:
    html = escape(plain(run.text)) + room(run.text)
    if run.look == "faint":
        return f'<FONT COLOR="{style.FAINT}">{html}</FONT>'
    if run.look == "badge":
        return f'<FONT COLOR="{style.BADGE}"><B>{html}</B></FONT>'
    if run.look == "symbol":
        html = f"<I>{html}</I>"
    return f"<B>{html}</B>" if bold else html


def cell(text: str, colour: str, *, italic: bool = False) -> str:
    run = TextRun(f" {text}", "symbol" if italic else "plain")
    return html((run,), SMALL, colour)[1:-1]


def legend(entries: Sequence[Entry], columns: int) -> str:
    """The table of a legend; empty if it has no entries."""
    rows = [entries[i : i + columns] for i in range(0, len(entries), columns)]
    lines = ["".join(map(_entry, row)) for row in rows]
    start = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="0">'
    return f"<{start}{''.join(f'<TR>{line}</TR>' for line in lines)}</TABLE>>" if lines else ""


def _entry(entry: Entry) -> str:
    name = cell(f"{entry.name}   ", style.SOFT)
    return f'<TD>{_mark(entry)}</TD><TD ALIGN="LEFT">{name}</TD>'


def _mark(entry: Entry) -> str:
    if entry.mark == "skip":
        return cell("- -", style.SKIP)
    if entry.mark == "concat":
        return html((TextRun(CONCAT),), SMALL, style.INK, bold=True)[1:-1]
    if entry.mark == "badge":
        return html((TextRun("×n", "badge"),), SMALL)[1:-1]
    if entry.heat is not None:
        return _swatch(style.HEAT[entry.heat], style.WIRE)
    paint = style.PAINTS[entry.kind]
    return _swatch(paint.fill, paint.line)


def _swatch(fill: str, line: str) -> str:
    return (
        f'<TABLE BORDER="1" CELLBORDER="0" COLOR="{line}" BGCOLOR="{fill}" FIXEDSIZE="TRUE" '
        'WIDTH="15" HEIGHT="9"><TR><TD></TD></TR></TABLE>'
    )


def plain(text: str) -> str:
    """The text without escapes: `\\N` would be the name of the node."""
    return text.replace("\\", "\\\\")
