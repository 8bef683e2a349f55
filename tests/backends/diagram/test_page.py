"""The page: one file that asks for nothing, legible by day and by night, and its script works.

The script runs in jsdom, looked for from the folder in ``NODE_PROJECT``, else from here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from netwright.backends.diagram import render

from .nets import INCEPTION, NETS, RESIDUAL, graph

RUN = """
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
const { JSDOM } = createRequire(join(process.cwd(), 'x.js'))('jsdom');
const { window } = new JSDOM(readFileSync(0, 'utf8'), { runScripts: 'outside-only' });
const { document } = window, svg = document.querySelector('svg');
const root = document.documentElement, aside = document.querySelector('aside');
svg.getBoundingClientRect = () => ({ left: 0, top: 0, width: 800, height: 600 });
svg.setPointerCapture = () => {};
window.matchMedia = () => ({ matches: false });
window.eval(document.querySelector('script').textContent);
const found = {}, view = () => svg.getAttribute('viewBox').split(/\\s+/).map(Number);
const key = (key, on = document.body) =>
  on.dispatchEvent(new window.KeyboardEvent('keydown', { key, bubbles: true }));
const pointer = (kind, x, y, on) => on.dispatchEvent(
  new window.MouseEvent(kind, { clientX: x, clientY: y, button: 0, bubbles: true }));
const first = view();
svg.dispatchEvent(new window.WheelEvent('wheel', { deltaY: -100, clientX: 400, clientY: 300 }));
found.wheel = view()[2] < first[2];
found.middle = Math.abs(view()[0] + view()[2] / 2 - first[2] / 2) < 0.01;
key('0'); found.fit = String(view()) === String(first);
key('+'); found.in = view()[2] < first[2]; key('0');
key('-'); found.out = view()[2] > first[2]; key('0');
key('ArrowRight'); key('ArrowDown');
found.arrows = view()[0] > first[0] && view()[1] > first[1]; key('0');
pointer('pointerdown', 400, 300, svg); pointer('pointermove', 300, 200, svg);
pointer('pointerup', 300, 200, svg);
found.drag = view()[0] > first[0] && view()[1] > first[1] && aside.hidden; key('0');
const conv = document.getElementById('conv1');
pointer('pointerdown', 9, 9, conv.querySelector('text')); pointer('pointerup', 9, 9, conv);
found.told = aside.hidden ? '' : aside.textContent;
found.chosen = conv.classList.contains('chosen');
key('Escape'); found.closed = aside.hidden && !document.querySelector('.chosen');
key('Enter', document.getElementById('fc')); found.enter = aside.querySelector('h2').textContent;
const theme = document.querySelector('[data-do=theme]');
theme.click(); found.dark = root.dataset.theme; theme.click(); found.light = root.dataset.theme;
console.log(JSON.stringify(found));
"""


def page(text: str, **options: object) -> str:
    return render(graph(text), "html", **options).decode()  # type: ignore[arg-type]


class Tags(HTMLParser):
    """Which tags are open at the end, and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NETS)
def test_the_page_is_whole_and_asks_for_nothing(name: str) -> None:
    said = page(NETS[name])
    tags = Tags()
    tags.feed(said)
    assert not tags.open
    assert {name for _, name, _ in tags.attributes}.isdisjoint({"src", "href", "xlink:href"})
    assert set(re.findall(r"https?://[\w./]+", said)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink",
    }  # fmt: skip
    assert "default-src 'none'" in said
    ids = [value for _, name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert len(said) < 150_000


def test_it_is_small() -> None:
    assert len(page(RESIDUAL)) < 60_000


def test_the_same_page_again() -> None:
    assert page(RESIDUAL) == page(RESIDUAL)


def test_boxes_say_where_they_come_from() -> None:
    tags = Tags()
    tags.feed(page(RESIDUAL))
    assert ("g", "data-path", "conv1") in tags.attributes
    assert ("g", "data-path", "layer1.0") in tags.attributes
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "conv(7x7" in s)
    assert ("g", "data-source", f"net.net:{line}") in tags.attributes


def test_titles_cannot_break_the_page() -> None:
    tags = Tags()
    tags.feed(page(RESIDUAL, title="</title><script>alert(1)</script>"))
    assert not tags.open
    assert page(RESIDUAL, title="</title><script>x").count("<script>") == 1


def test_every_colour_has_a_day_and_a_night() -> None:
    said = page(INCEPTION)
    assert not re.search(r'<(path|polygon|text)[^>]* (fill|stroke)="(#|white|black)', said)
    used = set(re.findall(r'"var\((--[\w-]+)\)"', said))
    blocks = [set(re.findall(r"(--[\w-]+):", block)) for block in colours(said)]
    assert len(blocks) == 3
    assert re.search(r"<text (?![^>]*fill=)", said)
    assert "svg text:not([fill]) { fill: var(--ink); }" in said
    assert all(used <= block for block in blocks)


@pytest.mark.parametrize("name", ["residual", "encoder", "recurrent"])
def test_words_are_legible_on_every_fill(name: str) -> None:
    for block in colours(page(NETS[name])):
        known = dict(re.findall(r"(--[\w-]+):(#\w{6})", block))
        ink = known["--text-0b1220"]
        fills = [v for k, v in known.items() if k.startswith("--fill-") and k not in WIRES]
        assert min(contrast(ink, fill) for fill in [*fills, known["--paper"]]) > 7
        lines = [v for k, v in known.items() if k.startswith("--stroke-")]
        assert min(contrast(line, known["--paper"]) for line in lines) > 2.5


WIRES = {"--fill-4b5563", "--fill-b45309", "--fill-3730a3"}


def colours(said: str) -> list[str]:
    return re.findall(r":root[^{]*\{([^}]*)\}", said)


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_script_zooms_drags_and_tells() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    run = [node, "--input-type=module", "-e", RUN]
    folder = os.environ.get("NODE_PROJECT")
    done = subprocess.run(run, input=page(RESIDUAL), capture_output=True, text=True, cwd=folder)
    if "MODULE_NOT_FOUND" in done.stderr:
        pytest.skip("jsdom is not installed: npm install jsdom")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    told = found.pop("told")
    assert all(
        word in told for word in ("conv 7×7, 64", "[N, 3, 64, 64]", "net.net:", "9,633,792 MACs")
    )
    assert (found.pop("enter"), found.pop("dark"), found.pop("light")) == (
        "linear 10", "dark", "light",
    )  # fmt: skip
    assert all(found.values()), found
