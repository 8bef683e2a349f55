"""The page: each of its states put together from pieces, as the script does, and what the panel
says of a box. It holds many pictures, so it is not among ``FORMATS``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.etree import ElementTree

from netwright.backends.diagram.format._states import closed_places, open_places
from netwright.backends.diagram.format.html import write
from netwright.backends.diagram.picture import Box, Cluster, Picture, letters

from .svg import SVG, Thing, hangs_together, read

PICTURE = re.compile(r'<svg id="picture".*?</svg>', re.DOTALL)
STATES = re.compile(r'<script[^>]*id="picture-states"[^>]*>(.*?)</script>', re.DOTALL)
ANCHOR = re.compile(r'<li id="line:(\d+:\d+)"[^>]*>(.*?)</li>')


@dataclass
class State:
    open: frozenset[str]
    closed: tuple[str, ...]
    elements: list[ElementTree.Element]
    things: list[Thing]


def pictures(picture: Picture, states: list[State]) -> Iterator[tuple[State, Picture]]:
    """What each state is to show."""
    for n, state in enumerate(states):
        same = n == 0 or picture.redraw is None
        yield state, picture if same or picture.redraw is None else picture.redraw(state.open)


def complaints(picture: Picture, written: bytes | None = None) -> list[str]:
    page = (written or write(picture)).decode()
    return [*dict.fromkeys(_all(picture, page))]


def _all(picture: Picture, page: str) -> Iterator[str]:
    found, levels = states(page), _held(page)["levels"]
    yield from (f"a level that is no state: {n}" for n in levels if n >= len(found))
    for n, (state, wanted) in enumerate(pictures(picture, found)):
        if (open_places(wanted), closed_places(wanted)) != (state.open, state.closed):
            yield f"state {n} has open {sorted(state.open)} and closed {state.closed}"
        yield from (f"state {n}: {said}" for said in hangs_together(wanted, state.things))
        yield from (f"state {n}: {said}" for said in _panel(wanted, state, page))


def _held(page: str) -> Any:
    found = STATES.search(page)
    assert found
    return json.loads(found[1])


def states(page: str) -> list[State]:
    held = _held(page)
    drawing = PICTURE.search(page)
    assert drawing
    layer = ElementTree.fromstring(drawing[0]).find(f"{SVG}g")
    assert layer is not None
    more = [
        ElementTree.fromstring(f'<svg xmlns="{SVG[1:-1]}">{p}</svg>')[0] for p in held["pieces"]
    ]
    elements = [*layer, *more]
    found = []
    for state in held["states"]:
        drawn = state["drawn"]
        places = [(drawn[i], drawn[i + 1] / 10, drawn[i + 2] / 10) for i in range(0, len(drawn), 3)]
        own = [elements[i] for i, _, _ in places]
        things = [
            read(elements[i], (x, y))
            for i, x, y in places
            if (elements[i].get("class") or "").split()[0] in ("node", "edge", "cluster")
        ]
        found.append(State(frozenset(state["open"]), tuple(state["closed"]), own, things))
    return found


def _panel(picture: Picture, state: State, page: str) -> Iterator[str]:
    """What the page says of a box that is asked: its name, its costs, where it is written."""
    lines = dict(ANCHOR.findall(page))
    by_id = {e.get("id"): e for e in state.elements if e.get("id")}
    items: list[Box | Cluster] = [*picture.boxes(), *picture.clusters()]
    for item in items:
        element = by_id.get(item.id)
        if element is None or (isinstance(item, Box) and item.shape in ("fork", "label")):
            continue
        title = element.find(f"{SVG}title")
        if (title.text if title is not None else "") != item.tooltip:
            yield f"{item.id} says {title.text if title is not None else ''!r} when asked"
        if letters(item.title) and element.get("data-name") != letters(item.title):
            yield f"{item.id} is called {element.get('data-name')!r}"
        if (element.get("data-place") or "") != item.place:
            yield f"{item.id} opens {element.get('data-place')!r}"
        first = (element.get("data-lines") or "").split()[:1]
        if item.span and first:
            wanted = item.span.source.line(item.span.line)
            if unescape(lines.get(first[0], "")).split() != wanted.split():
                yield f"{item.id} leads to {lines.get(first[0])!r}, not {wanted!r}"
        elif item.span:
            yield f"{item.id} leads nowhere"
