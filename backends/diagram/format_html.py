"""One page by itself: the picture to zoom and drag, what is known of a box on a click.

It asks no network for anything, and says so to the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Final

from . import style
from .format_json import module
from .format_svg import write as write_svg
from .picture import Box, Cluster, Picture

PAPER: Final = {"light": "#ffffff", "dark": "#0f172a"}
_COLOUR: Final = re.compile(r"(<(\w+)[^>]*? )(fill|stroke)=\"(#[0-9a-f]{6}|white|black)\"")
_GROUP: Final = re.compile(r'<g id="([^"]*)" class="(?:node|cluster) [^"]*">')
_SIZE: Final = re.compile(r'width="[\d.]+pt" height="[\d.]+pt"')

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
{colours}
{style}</style>
</head>
<body>
<main tabindex="0" aria-label="{title}: drag to move, + and - zoom, 0 shows all">
{svg}</main>
<nav aria-label="view">
<button data-do="in" title="zoom in (+)">+</button>
<button data-do="out" title="zoom out (-)">−</button>
<button data-do="fit" title="show all (0)">0</button>
<button data-do="theme" title="light or dark">◐</button>
</nav>
<aside hidden aria-live="polite">
<button data-do="close" title="close (Esc)">×</button>
<h2></h2>
<dl></dl>
</aside>
<script>
{script}</script>
</body>
</html>
"""
_STYLE: Final = """\
html, body { margin: 0; height: 100%; background: var(--paper); color: var(--ink);
  font: 14px/1.45 Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif; }
main { height: 100%; overflow: hidden; outline: none; }
svg { display: block; width: 100%; height: 100%; cursor: grab; touch-action: none; }
svg text:not([fill]) { fill: var(--ink); }
svg.moving { cursor: grabbing; }
svg .node, svg .cluster { cursor: pointer; outline: none; }
svg .chosen > path, svg .chosen > polygon, svg .chosen > ellipse,
svg :focus-visible > path, svg :focus-visible > polygon, svg :focus-visible > ellipse
  { stroke-width: 2.6; }
nav { position: fixed; left: 12px; bottom: 12px; display: flex; gap: 4px; }
button { font: inherit; min-width: 34px; height: 34px; border: 1px solid var(--line);
  border-radius: 8px; background: var(--paper); color: var(--ink); cursor: pointer; }
aside { position: fixed; right: 12px; top: 12px; max-width: min(380px, 80vw); max-height: 80vh;
  overflow: auto; padding: 12px 16px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--paper); box-shadow: 0 4px 18px #0003; }
aside button { float: right; border: 0; }
aside h2 { margin: 4px 0 8px; font-size: 16px; overflow-wrap: anywhere; }
aside dl { margin: 0; }
aside dt { color: var(--soft); font-size: 12px; }
aside dd { margin: 0 0 8px; overflow-wrap: anywhere; white-space: pre-wrap; }
@media print { nav, aside { display: none; } }
"""
_SCRIPT: Final = """\
'use strict';
const svg = document.querySelector('svg'), card = document.querySelector('aside');
const all = svg.getAttribute('viewBox').split(/\\s+/).map(Number);
let view = [...all];

function show() { svg.setAttribute('viewBox', view.join(' ')); }

function scale() { // picture points to a pixel
  const box = svg.getBoundingClientRect();
  return Math.max(view[2] / box.width, view[3] / box.height);
}

function place(event) { // where in the picture a pointer is
  const box = svg.getBoundingClientRect(), s = scale();
  return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) * s,
    view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) * s];
}

function zoom(factor, at) {
  const [x, y] = at || [view[0] + view[2] / 2, view[1] + view[3] / 2];
  const wide = Math.min(Math.max(view[2] * factor, all[2] / 200), all[2] * 8);
  const f = wide / view[2];
  view = [x - (x - view[0]) * f, y - (y - view[1]) * f, view[2] * f, view[3] * f];
  show();
}

function move(dx, dy) { view[0] += dx; view[1] += dy; show(); }

function fit() { view = [...all]; show(); }

function close() {
  card.hidden = true;
  for (const old of svg.querySelectorAll('.chosen')) old.classList.remove('chosen');
}

function tell(group) {
  close();
  group.classList.add('chosen');
  const known = group.dataset, title = group.querySelector(':scope > title');
  card.querySelector('h2').textContent = known.name || known.path;
  const rows = [['module', known.path], ['details', title ? title.textContent : ''],
    ['source', known.source]];
  const list = card.querySelector('dl');
  list.replaceChildren();
  for (const [name, said] of rows) {
    if (!said) continue;
    const term = document.createElement('dt'), text = document.createElement('dd');
    term.textContent = name;
    text.textContent = said;
    list.append(term, text);
  }
  card.hidden = false;
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}

svg.addEventListener('wheel', event => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(Math.max(-240, Math.min(240, event.deltaY * lines)) * 0.0016), place(event));
}, { passive: false });

let held = null;
svg.addEventListener('pointerdown', event => {
  if (event.button) return;
  held = { x: event.clientX, y: event.clientY, far: false, on: event.target };
});
svg.addEventListener('pointermove', event => {
  if (!held) return;
  const dx = event.clientX - held.x, dy = event.clientY - held.y;
  if (!held.far && Math.hypot(dx, dy) < 4) return;
  if (!held.far) { held.far = true; svg.setPointerCapture(event.pointerId); }
  svg.classList.add('moving');
  move(-dx * scale(), -dy * scale());
  held.x = event.clientX;
  held.y = event.clientY;
});
for (const name of ['pointerup', 'pointercancel']) svg.addEventListener(name, () => {
  svg.classList.remove('moving');
  const was = held;
  held = null;
  if (!was || was.far || name !== 'pointerup') return;
  const group = was.on.closest('g[data-name]');
  if (group) tell(group); else close();
});

const actions = { in: () => zoom(0.8), out: () => zoom(1.25), fit, theme, close };
for (const button of document.querySelectorAll('button'))
  button.addEventListener('click', () => actions[button.dataset.do]());

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 60 * scale(), group = event.target.closest && event.target.closest('g[data-name]');
  const keys = {
    '+': () => zoom(0.8), '=': () => zoom(0.8), '-': () => zoom(1.25), '0': fit, Escape: close,
    ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
    ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
  };
  const act = event.key === 'Enter' && group ? () => tell(group) : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
"""


def write(picture: Picture) -> bytes:
    svg = _SIZE.sub("", write_svg(picture).decode(), count=1)
    known: dict[str, Box | Cluster] = {box.id: box for box in picture.boxes()}
    known |= {cluster.id: cluster for cluster in picture.clusters()}

    def told(found: re.Match[str]) -> str:
        item = known.get(unescape(found[1]))
        return f"{found[0][:-1]}{''.join(_data(item, set(known)))}>" if item else found[0]

    svg = _GROUP.sub(told, svg)
    used: set[tuple[str, str]] = set()

    def painted(found: re.Match[str]) -> str:
        kind = "text" if found[2] == "text" else found[3]
        colour = _NAMED.get(found[4], found[4])
        used.add((kind, colour))
        return f'{found[1]}{found[3]}="var({_variable(kind, colour)})"'

    # Twice, for an element has a fill and a line.
    svg = _COLOUR.sub(painted, _COLOUR.sub(painted, svg))
    words = {"title": escape(picture.title or picture.name), "colours": _colours(sorted(used))}
    return _PAGE.format(**words, style=_STYLE, svg=svg, script=_SCRIPT).encode()


def _data(item: Box | Cluster, ids: set[str]) -> Iterator[str]:
    """Attributes for the script: forks and words on lines tell nothing."""
    if isinstance(item, Box) and item.shape in ("fork", "label"):
        return
    path = module(item.id, ids)
    title = "".join(run.text for run in item.title)
    yield f' data-name="{escape(title or path or item.id)}" tabindex="0" role="button"'
    if path:
        yield f' data-path="{escape(path)}"'
    if item.span:
        place = f"{Path(item.span.source.name).name}:{item.span.line}"
        yield f' data-source="{escape(place)}"'


# --- light and dark ---------------------------------------------------------------------------

_NAMED: Final = {"white": "#ffffff", "black": "#000000"}
_LINES: Final = {p.fill.lower(): p.line for p in style.PAINTS.values() if p.fill != "#FFFFFF"}


def _variable(kind: str, colour: str) -> str:
    return f"--{kind}-{colour[1:]}"


def _colours(used: list[tuple[str, str]]) -> str:
    chrome = {"ink": style.INK, "soft": style.SOFT, "line": style.SHEET}
    light = [f"--paper:{PAPER['light']}", *(f"--{k}:{v}" for k, v in chrome.items())]
    dark = [f"--paper:{PAPER['dark']}", "--ink:#f1f5f9", "--soft:#cbd5e1", "--line:#475569"]
    light += [f"{_variable(kind, colour)}:{colour}" for kind, colour in used]
    dark += [f"{_variable(kind, colour)}:{_dark(kind, colour)}" for kind, colour in used]
    night = ";".join(dark)
    return (
        f":root{{color-scheme:light;{';'.join(light)}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root:not([data-theme=light]){{color-scheme:dark;{night}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{night}}}"
    )


def _dark(kind: str, colour: str) -> str:
    """Fills take a bit of their line's colour, lines and words much white."""
    if kind == "text":
        return _mix(colour, "#ffffff", 0.45 if colour == style.BADGE.lower() else 0.16)
    if colour == style.INK.lower():
        return "#f1f5f9"
    if kind == "fill" and colour == "#ffffff":
        return PAPER["dark"]
    if kind == "fill" and colour == style.PAINTS["block"].fill.lower():
        return _mix(_LINES[colour], PAPER["dark"], 0.1)
    if kind == "fill" and colour in _LINES:
        return _mix(_LINES[colour], PAPER["dark"], 0.34)
    return _mix(colour, "#ffffff", 0.6)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _parts(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
