"""What all TikZ pictures share: the document around them, colours, words, legends.

A picture needs TikZ and no more. All that it defines is local to it, or gives way to what the
author's preamble has under that name, so that a paper can hold several and restyle them at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from .. import style
from ..legend import CONCAT, Entry
from ..picture import Kind, Run, Text
from ._tex import OTHER, escaped, needs_kotex

_LOOKS: Final = {
    "net text": r"font=\sffamily\fontsize{9}{9.5}\selectfont, text=netink, align=center, "
    "inner sep=0pt",
    "net note": "net text, text=netwire",
    "net line": "draw=netwire, line width=1.1bp",
    "net flow": "net line, -latex",
    "net skip": "net line, draw=netskip, line width=1.3bp, dash pattern=on 5bp off 2bp, -latex",
}
"""Styles of every picture."""
_COMMANDS: Final = {
    "netheading": r"[1]{{\fontsize{12}{14.4}\bfseries\boldmath#1}}",
    "nettitle": r"[1]{{\fontsize{10.95}{12}\bfseries\boldmath#1}}",
    "netsmall": r"[1]{{\color{netsoft}#1}}",
    "netfaint": r"[1]{{\color{netfaint}\mdseries#1}}",
    "netsymbol": r"[1]{{\mdseries\itshape#1}}",
    "netbadge": r"[1]{{\color{netbadge}\bfseries\boldmath#1}}",
    "nettable": r"[2]{{\tabcolsep=2.5bp\def\arraystretch{1.28}"
    r"\begin{tabular}{@{}#1@{}}#2\end{tabular}}}",
    "netswatch": r"[2]{{\fboxsep=0pt\fboxrule=.8bp\fcolorbox{#2}{#1}"
    r"{\rule{0pt}{7bp}\hspace*{13bp}}}}",
    # A letter by its number: pdfTeX cannot print it, LuaTeX and XeTeX can if the font has it.
    OTHER: r"""[1]{\ifdefined\Umathchar\char\string"#1\relax\else{\tiny U+#1}\fi}""",
}
_DOCUMENT: Final = r"""% {title}, drawn by netwright.
% By itself: run pdflatex on this file. In a paper: \usepackage{{{packages}}} in the
% preamble, and in a figure this, which makes the picture smaller where it is too large:
% \adjustbox{{max width=\linewidth, max totalheight=.85\textheight}}{{\input{{...}}}}
% A colour or command that the preamble defines under a name used here (\definecolor{{netconv}}...)
% is taken for all pictures; so are \tikzset{{every net/.style={{...}}}}'s settings.
\documentclass[border=6bp]{{standalone}}
\usepackage{{tikz}}{letters}
% \usepackage[T1]{{fontenc}}\usepackage{{helvet}} % the letters of the SVG
\begin{{document}}
% --- the picture begins
\begin{{tikzpicture}}[x=1bp, y=-1bp]
{picture}
\end{{tikzpicture}}%
% --- the picture ends
\end{{document}}
"""


def document(
    title: str,
    kinds: Sequence[Kind],
    body: Sequence[str],
    *,
    strips: Collection[Kind] = (),
    commands: Mapping[str, str],
    styles: Mapping[str, str],
    heat: bool,
) -> bytes:
    """A file around the lines of a picture, in points with y downwards.

    ``kinds`` are the categories that it shows, ``strips`` those with words on them; ``commands``
    and ``styles`` are those of this sort of picture. Of them and the common ones, what is used is
    defined.
    """
    said = "\n".join(body)
    used = list(_used(_COMMANDS | dict(commands), said))
    own = {f"net {kind}": f"net box, fill=net{kind}, draw=net{kind}line" for kind in kinds}
    looks = _used(_LOOKS | dict(styles) | own, " ".join((said, *(value for _, value in used))))
    lines = [
        *_colours(kinds, strips, heat=heat),
        *(rf"\providecommand\{name}{value}" for name, value in used),
        r"\tikzset{",
        *(f"  {name}/.style={{{value}}}," for name, value in looks),
        "  every net/.try}",
        said,
    ]
    picture = "\n".join(lines)
    named = escaped(title)
    korean = needs_kotex(named + picture)
    packages = ("standalone", "tikz", "adjustbox", *(["kotex"] if korean else []))
    letters = "\\usepackage{kotex}" if korean else ""
    return _DOCUMENT.format(
        title=named, picture=picture, packages=",".join(packages), letters=letters
    ).encode()


# --- definitions ------------------------------------------------------------------------------


def _colours(kinds: Sequence[Kind], strips: Collection[Kind], *, heat: bool) -> Iterator[str]:
    """Of categories: netconv fills, netconvline surrounds, netconvword is for words on it."""
    for kind in kinds:
        paint = style.PAINTS[kind]
        yield _colour(f"net{kind}", paint.fill)
        yield _colour(f"net{kind}line", paint.line)
        if kind in strips:
            yield _colour(f"net{kind}word", paint.word)
    for i, value in enumerate(style.HEAT if heat else ()):
        yield _colour(f"netheat{i}", value)
    for name, value in _INKS.items():
        yield _colour(f"net{name}", value)


_INKS: Final = {
    "ink": style.INK,
    "soft": style.SOFT,
    "faint": style.FAINT,
    "wire": style.WIRE,
    "skip": style.SKIP,
    "badge": style.BADGE,
    "sheet": style.SHEET,
}


def _colour(name: str, value: str) -> str:
    return rf"\providecolor{{{name}}}{{HTML}}{{{value.removeprefix('#')}}}"


def _used(known: Mapping[str, str], said: str) -> list[tuple[str, str]]:
    """Those named in a text or by one that is; each builds on earlier ones only."""
    kept: list[tuple[str, str]] = []
    for name, value in reversed(list(known.items())):
        if re.search(rf"\b{name}\b", said):
            kept.append((name, value))
            said += f" {value}"
    return kept[::-1]


# --- words ------------------------------------------------------------------------------------


def command(name: str, *said: str) -> str:
    return f"\\{name}" + "".join(f"{{{argument}}}" for argument in said)


def stacked(lines: Iterable[str]) -> str:
    return r" \\ ".join(lines)


def words(line: Text) -> str:
    return "".join(map(_run, line))


def _run(run: Run) -> str:
    said = escaped(run.text)
    return said if run.look == "plain" else command(f"net{run.look}", said)


def table(columns: str, rows: Iterable[Sequence[str]]) -> str:
    return rf"\nettable{{{columns}}}{{{stacked(map(_row, rows))}}}"


def _row(cells: Sequence[str]) -> str:
    """After a line's end a bracket or star would be read as its option."""
    first = f"{{{cells[0]}}}" if cells[0].startswith(("[", "*")) else cells[0]
    return " & ".join((first, *cells[1:]))


def legend(entries: Sequence[Entry], columns: int) -> str:
    cells = [cell for entry in entries for cell in (_mark(entry), escaped(entry.name))]
    rows = [cells[i : i + 2 * columns] for i in range(0, len(cells), 2 * columns)]
    return table(r"@{\quad}".join(["cl"] * min(columns, len(entries))), rows)


def _mark(entry: Entry) -> str:
    if entry.mark == "skip":
        return r"\textcolor{netskip}{- -}"
    if entry.mark == "concat":
        return command("textbf", CONCAT)
    if entry.mark == "badge":
        return words((Run("×n", "badge"),))
    if entry.heat is not None:
        return rf"\netswatch{{netheat{entry.heat}}}{{netwire}}"
    return rf"\netswatch{{net{entry.kind}}}{{net{entry.kind}line}}"


def number(points: float) -> str:
    return f"{round(points, 1) + 0.0:g}"


def at(x: float, y: float) -> str:
    return f"({number(x)}, {number(y)})"
