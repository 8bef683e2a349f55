"""The common parts of TikZ pictures: the document around them, colours, text, legends.

A picture needs no package but TikZ. Its definitions are local, or are skipped if the author's
preamble has the name already. So a paper can have several pictures, and style them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from .. import style
from ..legend import CONCAT, Entry
from ..picture import Kind, Text, TextRun
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

    ``kinds`` are the categories in the picture, ``strips`` those with text on them; ``commands``
    and ``styles`` are those of this sort of picture. The file defines those of them, and of the
    common ones, that the picture uses.
    """
    content = "\n".join(body)
    used = list(_used(_COMMANDS | dict(commands), content))
    styles_of_kinds = {
        f"net {kind}": f"net box, fill=net{kind}, draw=net{kind}line" for kind in kinds
    }
    looks = _used(
        _LOOKS | dict(styles) | styles_of_kinds, " ".join((content, *(value for _, value in used)))
    )
    lines = [
        *_colours(kinds, strips, heat=heat),
        *(rf"\providecommand\{name}{value}" for name, value in used),
        r"\tikzset{",
        *(f"  {name}/.style={{{value}}}," for name, value in looks),
        "  every net/.try}",
        content,
    ]
    picture = "\n".join(lines)
    escaped_title = escaped(title)
    korean = needs_kotex(escaped_title + picture)
    packages = ("standalone", "tikz", "adjustbox", *(["kotex"] if korean else []))
    letters = "\\usepackage{kotex}" if korean else ""
    return _DOCUMENT.format(
        title=escaped_title, picture=picture, packages=",".join(packages), letters=letters
    ).encode()


# --- definitions ------------------------------------------------------------------------------


def _colours(kinds: Sequence[Kind], strips: Collection[Kind], *, heat: bool) -> Iterator[str]:
    """The colours of categories: netconv for the fill, netconvline for the line, netconvword for
    text."""
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


def _used(definitions: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """The definitions that a text uses, directly or through another definition. A definition uses
    only earlier ones."""
    kept: list[tuple[str, str]] = []
    for name, value in reversed(list(definitions.items())):
        if re.search(rf"\b{name}\b", text):
            kept.append((name, value))
            text += f" {value}"
    return kept[::-1]


# --- words ------------------------------------------------------------------------------------


def command(name: str, *arguments: str) -> str:
    return f"\\{name}" + "".join(f"{{{argument}}}" for argument in arguments)


def stacked(lines: Iterable[str]) -> str:
    return r" \\ ".join(lines)


def words(line: Text) -> str:
    return "".join(map(_run, line))


def _run(run: TextRun) -> str:
    letters = escaped(run.text)
    return letters if run.look == "plain" else command(f"net{run.look}", letters)


def table(columns: str, rows: Iterable[Sequence[str]]) -> str:
    return rf"\nettable{{{columns}}}{{{stacked(map(_row, rows))}}}"


def _row(cells: Sequence[str]) -> str:
    """A row of a table. Braces protect a bracket or star at its start, which LaTeX would read as an
    option of the row before."""
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
        return words((TextRun("×n", "badge"),))
    if entry.heat is not None:
        return rf"\netswatch{{netheat{entry.heat}}}{{netwire}}"
    return rf"\netswatch{{net{entry.kind}}}{{net{entry.kind}line}}"


def number(points: float) -> str:
    return f"{round(points, 1) + 0.0:g}"


def at(x: float, y: float) -> str:
    return f"({number(x)}, {number(y)})"
