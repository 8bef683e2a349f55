"""One page with everything: the picture, which can be zoomed and dragged, blocks that open and
close, the details of a box, and the spec beside it.

The page loads nothing from the network, and its policy makes the browser run no script but its
own. It is made of ``page.html``, ``page.css`` and ``page.js``.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final

from ....grammar.printable import printable
from ....grammar.source import Source
from .. import style
from ..layout.digraph import legend_alone
from ..picture import Picture
from ..progress import say
from ._alt import description
from ._night import INK, NAMED, PAPER, dark
from ._pieces import Piece, Sheet, cut, note
from ._states import States, all_states, closed_places, open_places
from .svg import bare, drawn

ROOM: Final = 110_000
"""Letters for all states together."""
LEAST: Final = 30_000
"""Letters for the other states, if the first is large."""
LEGEND: Final = 1.1
"""Pixels to a point."""
PLACE: Final = 14
"""Letters for the place of a piece."""
WHOLE: Final = 2_000
"""The most lines of a spec that is shown whole; of a longer one only the lines that lead to
boxes."""

_HERE: Final = Path(__file__).parent
_COLOUR: Final = re.compile(r"(<(\w+)[^>]*? )(fill|stroke)=\"(#[0-9a-f]{6}|white|black)\"")
_COORDINATES: Final = re.compile(r' (?:c?[xy]|rx|d|points|width|height)="([-\d., MC]*)"')
_NUMBER: Final = re.compile(r"-?[\d.]+")
NEAR: Final = 0.15
"""Points by which equal pieces may differ, because places are rounded."""
_LINES: Final = re.compile(r' data-lines="([\d: ]+)"')
_SLOT: Final = re.compile(r"@([\w-]+)@")


def write(picture: Picture) -> bytes:
    sources = [box.span.source for box in picture.boxes() if box.span][:1]
    states = all_states(picture)
    sheets = _sheets(states.pictures, sources)
    kept, more = _fitting(sheets)
    pieces = [_markup(piece) for piece in more]
    states_data = {
        "states": [_state(states.pictures[i], places) for i, places in kept.items()],
        "levels": [list(kept).index(i) for i in states.levels if i in kept],
    }
    first = "\n".join(_markup(piece, f' transform="{_at(piece)}"') for piece in sheets[0].pieces)
    linked = set(" ".join(_LINES.findall("".join([first, *pieces]))).split())
    colours: set[tuple[str, str]] = set()
    words = {
        "title": escape(picture.title or picture.name),
        "about": escape(description(picture)),
        "size": " ".join(f"{n:g}" for n in sheets[0].size),
        "picture": _painted(first, colours),
        "legend": _painted(_legend(picture, states), colours),
        "states": _json(states_data | {"pieces": [_painted(piece, colours) for piece in pieces]}),
        "sources": "\n".join(
            _source(i, _name(source, sources[0]), source, linked)
            for i, source in enumerate(sources)
        ),
        "script": _read("page.js"),
    }
    words["style"] = _colours(sorted(colours)) + "\n" + _read("page.css")
    words |= {f"{name}-hash": _hash(words[name]) for name in ("style", "script")}
    # All slots in one pass, because a text that is filled in may look like a slot.
    return _SLOT.sub(lambda slot: words[slot[1]], _read("page.html")).encode()


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _json(data: object) -> str:
    """JSON for the inside of a script element, without ``<``, because ``</`` would end it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


# --- states -----------------------------------------------------------------------------------


def _sheets(pictures: Sequence[Picture], sources: list[Source]) -> list[Sheet]:
    """The sheet of each picture. They are laid out in parallel, because the layout is another
    program, and cut one after another, because sources get their numbers in order."""
    plain = [replace(picture, legend=False) for picture in pictures]
    layouts: list[str] = []
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(drawn, picture) for picture in plain]
        try:
            for task in waiting:
                say(f"laying out state {len(layouts) + 1} of {len(plain)}")
                layouts.append(task.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [cut(p, svg, sources) for p, svg in zip(plain, layouts, strict=True)]


def _fitting(sheets: Sequence[Sheet]) -> tuple[dict[int, tuple[Sheet, list[int]]], list[Piece]]:
    """The states for which there is room: by number the sheet of each, and the number and place of
    each piece. Then the pieces that the first state does not have: their numbers follow those of
    the first."""
    stock = _Stock(sheets[0].pieces)
    room = max(LEAST, ROOM - _cost(sheets[0].pieces))
    kept: dict[int, tuple[Sheet, list[int]]] = {}
    for number, sheet in enumerate(sheets):
        new = [piece for piece in sheet.pieces if stock.find(piece) is None]
        cost = _cost(new) + PLACE * len(sheet.pieces) if number else 0
        if cost > room:
            continue
        room -= cost
        places = [(stock.put(piece), *_tenths(piece)) for piece in sheet.pieces]
        kept[number] = (sheet, [n for place in places for n in place])
    return kept, stock.pieces[len(sheets[0].pieces) :]


def _cost(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.start) + len(piece.inside) for piece in pieces)


class _Stock:
    """Pieces, each once."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces: list[Piece] = []
        self.alike: dict[tuple[str, str], list[tuple[int, list[float]]]] = {}
        for piece in pieces:
            self.add(piece)

    def add(self, piece: Piece) -> int:
        form, numbers = _form(piece)
        self.alike.setdefault(form, []).append((len(self.pieces), numbers))
        self.pieces.append(piece)
        return len(self.pieces) - 1

    def find(self, piece: Piece) -> int | None:
        form, numbers = _form(piece)
        for i, others in self.alike.get(form, ()):
            if all(abs(a - b) <= NEAR for a, b in zip(numbers, others, strict=True)):
                return i
        return None

    def put(self, piece: Piece) -> int:
        index = self.find(piece)
        return self.add(piece) if index is None else index


def _form(piece: Piece) -> tuple[tuple[str, str], list[float]]:
    """A piece without its coordinates, and the coordinates."""
    numbers = [float(n) for s in _COORDINATES.findall(piece.inside) for n in _NUMBER.findall(s)]
    return (piece.start, _COORDINATES.sub(_blank, piece.inside)), numbers


def _blank(coordinates: re.Match[str]) -> str:
    return _NUMBER.sub("", coordinates[0])


def _state(picture: Picture, sheet_and_places: tuple[Sheet, list[int]]) -> dict[str, Any]:
    sheet, places = sheet_and_places
    return {
        "open": sorted(open_places(picture)),
        "closed": list(closed_places(picture)),
        "size": sheet.size,
        "drawn": places,
    }


def _tenths(piece: Piece) -> tuple[int, int]:
    return round(piece.at[0] * 10), round(piece.at[1] * 10)


def _at(piece: Piece) -> str:
    x, y = _tenths(piece)
    return f"translate({x / 10:g} {y / 10:g})"


def _markup(piece: Piece, place: str = "") -> str:
    return f"{piece.start}{place}>{piece.inside}</g>"


def _legend(picture: Picture, states: States) -> str:
    """The legend of all states, beside the picture."""
    items = tuple(item for other in states.pictures for item in other.items)
    dot = legend_alone(replace(picture, items=items)) if picture.legend else ""
    if not dot:
        return ""
    inside, (wide, high) = note(bare(dot))
    size = (
        f'width="{wide * LEGEND:.0f}" height="{high * LEGEND:.0f}" viewBox="0 0 {wide:g} {high:g}"'
    )
    return f'<svg class="legend" role="img" aria-label="legend" {size}>{inside}</svg>'


# --- the spec ---------------------------------------------------------------------------------


def _name(source: Source, first: Source) -> str:
    """The name of a file, relative to the folder of the first; a page shows no folder above
    that."""
    if source.name.startswith("<"):
        return "spec"
    path, folder = Path(source.name), Path(first.name).parent
    inside = path.is_relative_to(folder)
    return printable(path.relative_to(folder).as_posix() if inside else path.name)


def _source(number: int, name: str, source: Source, linked: set[str]) -> str:
    """The spec with an id for each line, like ``line:0:12``, by which the script finds it."""
    label = escape(name)
    items = "\n".join(
        f'<li id="line:{number}:{i}" value="{i}" data-label="{label}:{i}">{escape(text)}</li>'
        for i, text in _lines(number, source, linked)
    )
    return f"<h2>{label}</h2>\n<ol>\n{items}\n</ol>"


def _lines(number: int, source: Source, linked: set[str]) -> Iterator[tuple[int, str]]:
    count = len(source.line_starts)
    for i in range(1, count + 1):
        if count <= WHOLE or f"{number}:{i}" in linked:
            yield i, printable(source.line(i))


# --- light and dark ---------------------------------------------------------------------------


def _painted(markup: str, colours: set[tuple[str, str]]) -> str:
    """The markup with variables for colours, whose values the style sets for light and dark
    pages."""

    def painted(match: re.Match[str]) -> str:
        kind = "text" if match[2] == "text" else match[3]
        colour = NAMED.get(match[4], match[4])
        colours.add((kind, colour))
        return f'{match[1]}{match[3]}="var({_variable(kind, colour)})"'

    # Twice, because an element may have a fill and a line.
    return _COLOUR.sub(painted, _COLOUR.sub(painted, markup))


def _variable(kind: str, colour: str) -> str:
    return f"--{kind}-{colour[1:]}"


def _colours(used: list[tuple[str, str]]) -> str:
    chrome = {"ink": style.INK, "soft": style.SOFT, "line": style.SHEET}
    day = ["--paper:#ffffff", *(f"--{k}:{v}" for k, v in chrome.items())]
    night = [f"--paper:{PAPER}", f"--ink:{INK}", "--soft:#cbd5e1", "--line:#475569"]
    day += ["--accent:#1d4ed8", "--hover:#f1f5f9", "--mark:#fef3c7"]
    night += ["--accent:#93c5fd", "--hover:#1e293b", "--mark:#5b4a12"]
    day += [f"{_variable(kind, colour)}:{colour}" for kind, colour in used]
    night += [f"{_variable(kind, colour)}:{dark(kind, colour)}" for kind, colour in used]
    return (
        f":root{{color-scheme:light;{';'.join(day)}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root:not([data-theme=light]){{color-scheme:dark;{';'.join(night)}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{';'.join(night)}}}"
    )
