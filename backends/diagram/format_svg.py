"""Vectors with text that can be selected, a title to each box, and a class to each category."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final

from .dot import dot
from .engine import lay_out
from .picture import Picture

FONTS: Final = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"

_HEAD: Final = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_TITLE: Final = re.compile(r"(<g id=\"([^\"]*)\" class=\"([^\"]*)\">\n)<title>.*?</title>\n")
_LINK: Final = re.compile(r"<g id=\"a_[^\"]*\"><a [^>]*>\n|</a>\n</g>\n")


def write(picture: Picture) -> bytes:
    svg = lay_out(dot(picture), "svg").decode()
    tooltips = {box.id: box.tooltip for box in picture.boxes()}
    tooltips |= {cluster.id: cluster.tooltip for cluster in picture.clusters()}

    def titled(found: re.Match[str]) -> str:
        said = tooltips.get(unescape(found[2]), "")
        return found[1] + (f"<title>{escape(said)}</title>\n" if said else "")

    svg = _LINK.sub("", _COMMENT.sub("", _HEAD.sub("", svg)))
    svg = _TITLE.sub(titled, svg)
    svg = svg.replace('font-family="Arial"', f'font-family="{FONTS}"')
    name = escape(picture.title or picture.name)
    svg = svg.replace("<svg ", '<svg role="img" ', 1)
    svg = svg.replace('class="graph" ', f'class="graph" aria-label="{name}" ', 1)
    return svg.encode()
