"""The page: one file that asks for nothing, legible by day and by night, and a browser does with it
what its buttons say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from netwright import load
from netwright.backends.diagram import render
from netwright.backends.diagram.format._states import (
    BOXES,
    MOST,
    all_states,
    closed_places,
    open_places,
)
from netwright.backends.diagram.format.html import ROOM
from netwright.backends.diagram.picture import Options
from netwright.backends.diagram.view.docs import picture
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source

from ...browser import Browser, browser
from .nets import INCEPTION, NETS, RESIDUAL, graph


@cache
def page(text: str, **options: object) -> str:
    return render(graph(text), "html", **options).decode()  # type: ignore[arg-type]


def known(said: str) -> Any:
    """What the script knows: the states, their order by depth, and pieces."""
    (data,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', said, re.DOTALL)
    return json.loads(data)


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


# --- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_the_page_is_whole_and_asks_for_nothing(name: str) -> None:
    said = page(NETS[name])
    tags = Tags()
    tags.feed(said)
    assert not tags.open
    assert {name for _, name, _ in tags.attributes}.isdisjoint({"src", "href", "xlink:href"})
    assert set(re.findall(r"https?://[\w./]+", said)) <= {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in said
    assert "unsafe-inline" not in said
    assert not [value for _, name, value in tags.attributes if name == "style"]
    ids = [value for _, name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert ("html", "lang", "en") in tags.attributes


def test_a_block_that_hands_on_what_it_gets_does_not_open() -> None:
    net = graph("block core: x { x }\nnet n: x[6] { x > core * 2 > linear(6) > core as c }")
    drawn = picture(net, Options())
    assert [box.title for box in drawn.boxes() if "core" in str(box.title)]
    assert not closed_places(drawn)
    assert len(known(render(net, "html").decode())["states"]) == 1


def test_it_is_small() -> None:
    shipped = render(load("resnet", net="resnet50").ir, "html")
    assert len(shipped) < 100_000
    assert len(page(RESIDUAL)) < 30_000 + ROOM


def test_the_same_page_again() -> None:
    assert page(RESIDUAL) == page(RESIDUAL)


def test_boxes_say_where_they_come_from() -> None:
    tags = Tags()
    tags.feed(page(RESIDUAL))
    assert ("g", "data-path", "conv1") in tags.attributes
    assert ("g", "data-path", "layer1.0") in tags.attributes
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "conv(7x7" in s)
    assert ("g", "data-lines", f"0:{line}") in tags.attributes
    assert ("li", "data-label", f"net.net:{line}") in tags.attributes
    assert ("li", "id", f"line:0:{line}") in tags.attributes


def test_every_line_that_a_box_names_is_there(tmp_path: Path) -> None:
    (tmp_path / "parts.net").write_text("block wide(d) = linear(d) > relu\n")
    (tmp_path / "net.net").write_text(
        "from parts import wide\nnet two: x[8] { x > wide(4) > wide(3) > linear(2) }\n"
    )
    said = render(load(tmp_path / "net.net").ir, "html").decode()
    named = {
        line for lines in re.findall(r'data-lines=\\?"([^"\\]+)', said) for line in lines.split()
    }
    assert {line.partition(":")[0] for line in named} == {"0", "1"}
    assert named <= set(re.findall(r'id="line:([\d:]+)"', said))


HOSTILE = """
# </script><script>alert(1)</script> <!-- @script@ "
## </title><img src=x onerror=alert(1)> @states@ ]]>
net hostile: x[8] { x > (linear(8) > rearrange("b d -> b d") > relu) * 2 > linear(4) as head }
"""


def test_a_spec_cannot_break_the_page() -> None:
    for said in (page(HOSTILE), page(RESIDUAL, title="</title><script>alert(1)</script>")):
        tags = Tags()
        tags.feed(said)
        assert not tags.open
        assert said.count("<script") == said.count("</script>") == 2
        assert "img" not in {tag for tag, _, _ in tags.attributes}


def test_a_long_spec_is_shown_where_it_leads_to_boxes() -> None:
    text = "\n" * 5000 + "net long: x[8] { x > linear(4) }\n"
    said = page(text)
    assert said.count("<li ") == 1
    assert 'id="line:0:5001"' in said


# --- colours ----------------------------------------------------------------------------------


def test_every_colour_has_a_day_and_a_night() -> None:
    said = page(INCEPTION)
    assert not re.search(r'<(path|polygon|rect|text)[^>]* (fill|stroke)=\\?"(#|white|black)', said)
    used = set(re.findall(r'"var\((--[\w-]+)\)', said))
    blocks = [set(re.findall(r"(--[\w-]+):", block)) for block in colours(said)]
    assert len(blocks) == 3
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
        grounds = [known[f"--{name}"] for name in ("paper", "hover", "mark")]
        assert min(contrast(known["--ink"], ground) for ground in grounds) > 7
        assert min(contrast(known["--soft"], ground) for ground in grounds) > 4.5
        assert contrast(known["--accent"], known["--paper"]) > 4.5


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


# --- states -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_states_are_what_clicks_lead_to(name: str) -> None:
    first = picture(graph(NETS[name]), Options())
    found = all_states(first)
    assert found.pictures[0] is first
    assert len(found.pictures) <= MOST + len(found.levels)
    open = [open_places(p) for p in found.pictures]
    assert len(set(open)) == len(open)
    assert all(sum(1 for _ in p.boxes()) <= BOXES for p in found.pictures[1:])
    if found.levels:
        assert not open[found.levels[0]]
        assert not closed_places(found.pictures[found.levels[-1]])
        # By depth, each has at least what the one before has.
        assert all(open[a] <= open[b] for a, b in zip(found.levels, found.levels[1:], strict=False))


def test_whatever_can_be_clicked_has_a_state() -> None:
    found = all_states(picture(graph(RESIDUAL), Options()))
    open = {open_places(p) for p in found.pictures}
    for place in closed_places(found.pictures[0]):
        assert open_places(found.pictures[0]) | {place} in open
    for place in open_places(found.pictures[0]):
        assert any(
            place not in places and places < open_places(found.pictures[0]) for places in open
        )


@pytest.mark.parametrize("name", ["residual", "inception", "recurrent"])
def test_the_page_holds_every_state_as_it_would_be_drawn(name: str) -> None:
    """Pieces put at their places are the boxes of the layout."""
    first = picture(graph(NETS[name]), Options())
    said = page(NETS[name])
    held = known(said)
    inline = re.findall(r"^<g (.*?)</g>$", said, re.MULTILINE | re.DOTALL)
    assert len(inline) == len(held["states"][0]["drawn"]) // 3
    pieces = [*inline, *held["pieces"]]
    drawn = {open_places(p): p for p in all_states(first).pictures}
    for state in held["states"]:
        expected = drawn[frozenset(state["open"])]
        ids = re.findall(
            r'id="([^"]*)" class="node', " ".join(pieces[i] for i in state["drawn"][::3])
        )
        assert sorted(ids) == sorted(box.id for box in expected.boxes())
        wide, high = state["size"]
        assert all(0 <= x <= 10 * wide for x in state["drawn"][1::3])
        assert all(0 <= y <= 10 * high for y in state["drawn"][2::3])


def test_a_net_of_many_blocks_has_its_depths() -> None:
    blocks = "\n".join(
        f"block b{i}(d) = linear(d + {i}) > relu > linear({i + 1})" for i in range(30)
    )
    chain = " > ".join(f"b{i}(4) > tanh" for i in range(30))
    found = load_source(Source("net.net", f"{blocks}\nnet many: x[8] {{ x > {chain} }}\n"))
    assert found.graph is not None
    assert len(all_states(picture(found.graph, Options())).pictures) == 2


# --- in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def shown(window: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Browser]:
    """The page of a small ResNet; whatever a test does, the page complains of nothing."""
    path = tmp_path / "net.html"
    path.write_text(page(RESIDUAL), "utf-8")
    window.scheme(request.param)
    window.open(path)
    yield window
    assert window.log() == []


def view(shown: Browser) -> list[float]:
    return [float(n) for n in shown.run("return svg.getAttribute('viewBox')").split()]


def card(shown: Browser) -> str:
    said: str = shown.run("return card.hidden ? '' : card.innerText")
    return said


def places(shown: Browser) -> list[str]:
    found: list[str] = shown.run("return states[now].open")
    return found


def test_the_wheel_zooms_where_the_pointer_is(shown: Browser) -> None:
    at, first = shown.place("#conv1"), view(shown)
    shown.wheel(at, -240)
    assert view(shown)[2] < 0.8 * first[2]
    assert shown.place("#conv1") == pytest.approx(at, abs=2)
    shown.wheel(at, 240)
    assert view(shown) == pytest.approx(first, abs=0.5)


def test_dragging_moves_and_tells_nothing(shown: Browser) -> None:
    start = shown.place("#conv1")
    shown.drag(start, (start[0] + 60, start[1] + 40))
    assert shown.place("#conv1") == pytest.approx((start[0] + 60, start[1] + 40), abs=6)
    assert card(shown) == ""


def test_keys_zoom_and_move(shown: Browser) -> None:
    first = view(shown)
    shown.press("+")
    assert view(shown)[2] < first[2]
    shown.press("0")
    assert view(shown) == first
    shown.press("-")
    assert view(shown)[2] > first[2]
    shown.press("0", "ArrowRight")
    assert view(shown)[0] > first[0]
    shown.click("[data-do=fit]")
    assert view(shown) == first


def test_a_click_tells_what_is_known_and_shows_the_line(shown: Browser) -> None:
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "conv(7x7" in s)
    shown.click("#conv1 text")
    told = card(shown)
    for word in ("conv 7×7, 64", "[N, 3, 64, 64]", f"net.net:{line}", "9,633,792 MACs"):
        assert word in told
    lit = "return [...document.querySelectorAll('li.chosen')].map(li => li.innerText)"
    assert shown.run(lit) == [RESIDUAL.splitlines()[line - 1]]
    shown.press("Escape")
    assert card(shown) == ""
    assert shown.run(lit) == []


def test_the_link_to_the_source_opens_it(shown: Browser) -> None:
    shown.click("[data-do=source]")
    assert shown.run("return panel.hidden && getComputedStyle(panel).display") == "none"
    shown.click("#fc text")
    shown.click("#picture-card a")
    assert not shown.run("return panel.hidden")
    box = shown.run("return document.querySelector('li.chosen').getBoundingClientRect().toJSON()")
    assert 0 <= box["top"] < box["bottom"] <= shown.run("return innerHeight")


def test_a_line_lights_its_boxes_and_opens_what_hides_them(shown: Browser) -> None:
    line = next(i for i, s in enumerate(RESIDUAL.splitlines(), 1) if "body + skip" in s)
    shown.click("[data-level='0']")
    assert places(shown) == []
    shown.click(f"li[id='line:0:{line}']")
    assert places(shown)
    lit = shown.run("return [...layer.querySelectorAll('.lit')].map(g => g.dataset.name)")
    assert {"+", "ReLU"} <= set(lit)


def test_blocks_open_and_shut_by_the_pointer(shown: Browser) -> None:
    shown.click("[data-level='0']")
    shown.click("[data-place][aria-expanded=false] text")
    (place,) = places(shown)
    assert shown.run("return block(arguments[0]).classList.contains('cluster')", place)
    assert "close" in card(shown)
    at = shown.place(f".cluster[data-place='{place}']")
    shown.click(f".cluster[data-place='{place}'] text")
    assert places(shown) == []
    assert shown.place(f"[data-place='{place}']")[1] < at[1]  # it stands where the block began
    shown.click("#picture-card [data-do=toggle]")
    assert places(shown) == [place]
    shown.click(f".handle[data-place='{place}']")
    assert places(shown) == []


def test_an_opened_block_stays_where_it_is(shown: Browser) -> None:
    shown.click("[data-level='0']")
    shown.wheel(shown.place("#conv1"), -200)
    corner = """const name = document.querySelector('[data-place]').dataset.place;
        const box = [...block(name).children].find(e => e.matches('rect'));
        return [name, box.getBoundingClientRect().left, box.getBoundingClientRect().top];"""
    name, *before = shown.run(corner)
    shown.run("turn(arguments[0])", name)
    again, *after = shown.run(corner)
    assert again == name
    assert after == pytest.approx(before, abs=4 * shown.run("return 1 / scale()") + 1)


def test_blocks_open_and_shut_by_keys(shown: Browser) -> None:
    shown.click("[data-level='0']")
    name = shown.run("""const found = layer.querySelector('[aria-expanded=false]');
        found.focus(); return found.dataset.place;""")
    focused = "return [document.activeElement.dataset.place, document.activeElement.ariaExpanded]"
    shown.press("Enter")
    assert (places(shown), shown.run(focused)) == ([name], [name, "true"])
    shown.press("-")
    assert (places(shown), shown.run(focused)) == ([], [name, "false"])
    shown.press("+")
    assert (places(shown), shown.run(focused)) == ([name], [name, "true"])
    zoomed = view(shown)
    shown.press("+")  # open already: it zooms
    assert view(shown)[2] < zoomed[2]


def test_depths(shown: Browser) -> None:
    deep = shown.run("return levels.length")
    counts = []
    for i in range(deep):
        shown.click(f"[data-level='{i}']")
        assert shown.run(
            "return document.querySelector('[aria-pressed=true]').dataset.level"
        ) == str(i)
        counts.append(shown.run("return layer.querySelectorAll('.node').length"))
    assert counts == sorted(set(counts))
    assert not shown.run("return layer.querySelector('.node [aria-expanded=false]')")


def test_the_focus_goes_along_the_net_and_is_seen(shown: Browser) -> None:
    shown.run("layer.querySelector('[tabindex]').focus()")
    width = """return getComputedStyle(
        document.activeElement.querySelector('rect, circle:not(.reach)')).strokeWidth"""
    names, seen = [], []
    for _ in range(3):
        shown.press("Tab")
        names.append(shown.run("return document.activeElement.id"))
        seen.append(shown.run(width))
    assert names[0] == "conv1"
    assert set(seen) == {"2.6px"}
    labels = shown.run("""return [...layer.querySelectorAll('.node[tabindex], .handle')]
        .map(g => [g.ariaLabel, g.getAttribute('role')])""")
    assert all(label and role == "button" for label, role in labels)


def test_every_button_has_a_name(shown: Browser) -> None:
    tree = shown.devtools("Accessibility.getFullAXTree", {})["nodes"]
    buttons = [n for n in tree if n.get("role", {}).get("value") == "button" and not n["ignored"]]
    assert len(buttons) > 10
    assert all(n["name"]["value"].strip() for n in buttons)


def test_day_and_night_change_by_button(shown: Browser) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    first = shown.run(paper)
    shown.click("[data-do=theme]")
    assert shown.run(paper) != first
    shown.click("[data-do=theme]")
    assert shown.run(paper) == first


def test_nothing_of_a_hostile_spec_runs(window: Browser, tmp_path: Path) -> None:
    path = tmp_path / "net.html"
    path.write_text(page(HOSTILE, title="<script>document.title = 'broken'</script>"), "utf-8")
    window.open(path)
    assert window.run("return document.title") == "<script>document.title = 'broken'</script>"
    assert window.run("return document.querySelectorAll('script').length") == 2
    assert "</script><script>" in window.run("return panel.innerText")
    assert window.log() == []


def test_other_views_are_pages_too(window: Browser, tmp_path: Path) -> None:
    for name in ("paper", "debug"):
        path = tmp_path / f"{name}.html"
        path.write_text(page(RESIDUAL, view=name), "utf-8")
        window.open(path)
        window.click(".node.conv text")
        assert "conv" in card(window)
        assert window.log() == []
