"""A page shows nothing that is not so: every state that a reader can open is checked as a picture,
and what the page holds of it is held against that picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from netwright.backends.diagram.format.html import write
from netwright.backends.diagram.picture import Picture
from netwright.compiler.ir import Graph

from .families import FAMILIES
from .nets import NETS, graph
from .random_nets import net
from .test_truth import drawn, nets
from .truth import complaints
from .written import html

QUICK = ("residual", "recurrent", "inception")
QUICK_SEEDS = 2
SEEDS = 60
SPECS = ("resnet", "unet", "transformer", "seq2seq_attention", "efficientnet", "bert")


def wrong(net: Graph) -> list[str]:
    picture = drawn(net, "docs")
    page = write(picture)
    found = html.complaints(picture, page)
    for n, (_, shown) in enumerate(html.pictures(picture, html.states(page.decode()))):
        found += [f"state {n}: {said}" for said in complaints(shown, net)]
    return found


@pytest.mark.parametrize("name", QUICK)
def test_every_state(name: str) -> None:
    assert not wrong(graph(NETS[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*(name for name in NETS if name not in QUICK), *FAMILIES])
def test_every_state_of_more_nets(name: str) -> None:
    assert not wrong(graph((NETS | FAMILIES)[name]))


@pytest.mark.slow
@pytest.mark.parametrize("spec", SPECS)
def test_every_state_of_shipped_specs(spec: str) -> None:
    assert not wrong(nets(spec)[0])


def test_every_state_of_random_nets() -> None:
    for seed in range(QUICK_SEEDS):
        assert not wrong(graph(net(seed))), net(seed)


@pytest.mark.slow
def test_every_state_of_many_random_nets() -> None:
    for seed in range(QUICK_SEEDS, SEEDS):
        assert not wrong(graph(net(seed))), net(seed)


# --- the reader itself ------------------------------------------------------------------------


@cache
def residual() -> tuple[Picture, str]:
    """A picture and its page."""
    picture = drawn(graph(NETS["residual"]), "docs")
    return picture, write(picture).decode()


HELD = re.compile(r'(<script[^>]*id="picture-states"[^>]*>)(.*?)(</script>)', re.DOTALL)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: held["states"][1]["drawn"].__delitem__(slice(6, 9)),
        lambda held: held["states"][1]["drawn"].__setitem__(7, 5000),
        lambda held: held["states"][2]["open"].append("nothing"),
        lambda held: held["states"][2].update(closed=[]),
        lambda held: held.update(
            pieces=[piece.replace(">BN<", ">LN<") for piece in held["pieces"]]
        ),
        lambda held: held["levels"].append(99),
    ],
)
def test_a_state_of_another_picture_is_found_out(spoil: Callable[[Any], object]) -> None:
    picture, page = residual()
    found = HELD.search(page)
    assert found
    held = json.loads(found[2])
    spoil(held)
    spoilt = page[: found.start(2)] + json.dumps(held) + page[found.end(2) :]
    assert html.complaints(picture, spoilt.encode())


@pytest.mark.parametrize(
    "old, new",
    [
        ("9,536 parameters", "9,537 parameters"),
        ('data-lines="0:', 'data-lines="0:1'),
        ('data-name="conv 7×7, 64"', 'data-name="conv"'),
        (">conv 7×7, 64<", ">conv 7×7, 6<"),
    ],
)
def test_a_panel_that_says_something_else_is_found_out(old: str, new: str) -> None:
    picture, page = residual()
    assert old in page
    assert html.complaints(picture, page.replace(old, new).encode())
